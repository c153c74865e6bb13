"""Several groupings of a formula in the light of the data: which hold which, and what each is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from growthcurves.errors import FormulaError, NotAvailableError
from growthcurves.model.formula.lme4 import ParsedFormula, candidates_of

Group = tuple[str, ...]


def with_groups(parsed: ParsedFormula, time: str | None, frame: pd.DataFrame) -> ParsedFormula:
    """A formula of several groupings with its persons, and the units above them, the innermost first.

    The grouping with the most units is that of persons. `(t | school/pupil)` is of schools and of pupils in schools:
    where no pupil's id is used in two schools, pupils are called by their own column, and classes within schools always
    are, since units are told apart within those that hold them.

    Parameters
    ----------
    parsed : ParsedFormula
    time : str or None
        What was said with time=.
    frame : DataFrame

    Raises
    ------
    NotAvailableError
        Where groupings do not hold each other (crossed factors).
    """
    if not parsed.groups:
        return parsed
    codes = {group: _codes(frame, group) for group in parsed.groups}
    ordered = sorted(parsed.groups, key=lambda group: -int(codes[group].max(initial=-1)))
    for inner, outer in zip(ordered[:-1], ordered[1:], strict=True):
        _refuse_crossed(inner, outer, codes[inner], codes[outer])
    names = {outer: _called(outer, ordered[place + 1 :]) for place, outer in enumerate(ordered)}
    person = names[ordered[0]]
    if _codes(frame, person).max() < codes[ordered[0]].max():
        names[ordered[0]] = ordered[0]
    random = tuple(replace(term, group=names[term.group]) for term in parsed.random)
    groups = tuple(names[group] for group in ordered)
    candidates = candidates_of(tuple(term for term in random if term.group == groups[0])) or parsed.candidates
    found = time if time is not None else candidates[0] if len(candidates) == 1 else None
    return replace(parsed, group=groups[0], groups=groups, random=random, candidates=candidates, time=found)


def _codes(frame: pd.DataFrame, group: Group) -> np.ndarray:
    """The unit of each row, -1 where a column is missing."""
    if len(group) == 1:
        return np.asarray(pd.factorize(frame[group[0]])[0])
    found = frame.groupby(list(group), sort=False, observed=True, dropna=True).ngroup()
    return found.fillna(-1).astype("int64").to_numpy()


def _called(group: Group, above: Sequence[Group]) -> Group:
    """A grouping without the columns of the units that hold its own."""
    outer = {column for one in above for column in one}
    return tuple(column for column in group if column not in outer) or group


def _refuse_crossed(inner: Group, outer: Group, codes: np.ndarray, above: np.ndarray) -> None:
    pairs = pd.DataFrame({"inner": codes, "outer": above})[(codes >= 0) & (above >= 0)].drop_duplicates()
    twice = pairs["inner"].duplicated()
    if twice.any():
        within, over = (":".join(group) for group in (inner, outer))
        raise NotAvailableError(
            f"Units of {within!r} lie in several units of {over!r} ({int(pairs['inner'][twice].nunique()):,} of them): "
            f"they are crossed, which this version does not fit; write ({over}/{within}) where ids are used again in "
            f"every {over}."
        )
    if len(set(codes[codes >= 0])) == len(set(above[above >= 0])):
        raise FormulaError(
            f"{':'.join(inner)!r} and {':'.join(outer)!r} are the same units: leave one of them out of the random part."
        )
