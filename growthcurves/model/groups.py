"""Several groupings of a formula in the light of the data: which hold which, and what each is called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from growthcurves.errors import FormulaError
from growthcurves.model.formula.lme4 import ParsedFormula, candidates_of

Group = tuple[str, ...]


def with_groups(parsed: ParsedFormula, time: str | None, frame: pd.DataFrame) -> ParsedFormula:
    """A formula of several groupings with its persons, and the units above them, the innermost first.

    The grouping with the most units is that of persons. `(t | school/pupil)` is of schools and of pupils in schools:
    where no pupil's id is used in two schools, pupils are called by their own column, and classes within schools always
    are, since units are told apart within those that hold them. Groupings of which one does not lie in the next are
    crossed, and called as they are written.

    Parameters
    ----------
    parsed : ParsedFormula
    time : str or None
        What was said with time=.
    frame : DataFrame

    Raises
    ------
    FormulaError
        Where two groupings are of the same units.
    """
    if not parsed.groups:
        return parsed
    codes = {group: _codes(frame, group) for group in parsed.groups}
    ordered = sorted(parsed.groups, key=lambda group: -int(codes[group].max(initial=-1)))
    for inner, outer in zip(ordered[:-1], ordered[1:], strict=True):
        _refuse_same(inner, outer, codes[inner], codes[outer])
    nested = all(_within(codes[inner], codes[outer]) for inner, outer in zip(ordered[:-1], ordered[1:], strict=True))
    names = {group: group for group in ordered}
    if nested:
        names = {group: _called(group, ordered[place + 1 :]) for place, group in enumerate(ordered)}
        for place, group in enumerate(ordered):
            different, units = _codes(frame, names[group]).max(), codes[group].max()
            above = codes[ordered[place + 1]].max() if place + 1 < len(ordered) else units
            if different < units and (place == 0 or different > above):
                names[group] = group  # names that do not tell units apart alone
    random = tuple(replace(term, group=names[term.group]) for term in parsed.random)
    groups = tuple(names[group] for group in ordered)
    candidates = candidates_of(tuple(term for term in random if term.group == groups[0])) or parsed.candidates
    found = time if time is not None else candidates[0] if len(candidates) == 1 else None
    return replace(
        parsed, group=groups[0], groups=groups, crossed=not nested, random=random, candidates=candidates, time=found
    )


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


def _within(inner: np.ndarray, outer: np.ndarray) -> bool:
    """Whether every unit of the one lies in one unit of the other."""
    there = (inner >= 0) & (outer >= 0)
    there[1:] &= (inner[1:] != inner[:-1]) | (outer[1:] != outer[:-1])  # rows that say what the row before says
    inner, outer = inner[there], outer[there]
    holds = np.zeros(int(inner.max(initial=-1)) + 1, dtype=outer.dtype)
    holds[inner] = outer
    return bool((holds[inner] == outer).all())


def _refuse_same(inner: Group, outer: Group, codes: np.ndarray, above: np.ndarray) -> None:
    if codes.max() == above.max() and _within(codes, above) and _within(above, codes):
        raise FormulaError(
            f"{':'.join(inner)!r} and {':'.join(outer)!r} are the same units: leave one of them out of the random part."
        )
