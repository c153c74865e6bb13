"""Rows that share person and time: how many, and whether several outcomes or persons are stacked."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.backticks import quoted_inside
from growthcurves.data.checks import holds_numbers
from growthcurves.data.describe import show_number
from growthcurves.data.frame import raw_array
from growthcurves.data.source import show_id
from growthcurves.data.vocabulary import vocabulary
from growthcurves.errors import brief

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel

#: Rows are stacked where more than this share of them have another of the same person and time.
STACKED = 0.5
#: Of these rows a column that stacks them leaves less than this share together.
LEFT_TOGETHER = 0.5
#: A column with more values tells nothing.
MOST_STACKED = 50
#: A column of numbers stacks outcomes where its values explain more than this share of the outcome's variance: the
#: number of a repeated measurement explains hardly any.
EXPLAINS = 0.3
#: What programs call the number of an imputed data set: mice, mitml and SPSS, Stata (mi and ice), SAS.
IMPUTATIONS = (".imp", "imp", "imputation", "imputation_", "_mi_m", "_mj", "_imputation_")
#: Values of a column that are listed, and signs of each.
_SHOWN, _SIGNS = 3, 24


@dataclass(frozen=True)
class Stacked:
    """A column that tells rows of one person and time apart.

    Attributes
    ----------
    name : str
    levels : tuple
        Its values, as the table holds them.
    whole : bool
        Whether it tells all of them apart.
    """

    name: str
    levels: tuple[Any, ...]
    whole: bool

    @property
    def said(self) -> str:
        """What it does, after the word "and"."""
        shown = [brief(show_id(level), _SIGNS)[1:-1] for level in self.levels[:_SHOWN]]
        more = ", ..." if len(self.levels) > _SHOWN else ""
        return f"{self.name!r} ({', '.join(shown)}{more}) tells {'' if self.whole else 'most of '}them apart"

    @property
    def condition(self) -> str:
        """The rows of its first value."""
        first = self.levels[0]
        plain = isinstance(first, (int, float, np.number, np.bool_))
        value = show_id(first) if plain else repr(show_id(first))
        return f"{quoted_inside(self.name)} == {value}"


def stacked_by(
    frame: pd.DataFrame, persons: Any, times: Any, roles: Collection[Any], outcome: Any = None
) -> Stacked | None:
    """The column by which several outcomes (or persons of one id) are stacked; None where nothing says so.

    Parameters
    ----------
    frame : DataFrame
    persons, times : (rows,) arrays
        Who and when, of every row.
    roles : collection of names
        Columns that are something else.
    outcome : (rows,) array, optional
        Without it columns of numbers are not looked at.

    Examples
    --------
    >>> table = pd.DataFrame({"id": [1, 1, 2, 2], "t": [0, 0, 0, 0], "test": ["a", "b", "a", "b"]})
    >>> found = stacked_by(table, table["id"], table["t"], ["id", "t"])
    >>> found.said, found.condition
    ("'test' (a, b) tells them apart", "test == 'a'")
    """
    who, when = (pd.factorize(np.asarray(values))[0].astype(np.int64) for values in (persons, times))
    cells = who * (when.max(initial=0) + 2) + when
    repeated = pd.Series(cells).duplicated(keep=False).to_numpy()
    if not len(repeated) or repeated.mean() <= STACKED:
        return None
    found = [
        (_left_together(cells, codes, repeated), number, str(name), tuple(levels))
        for name, codes, levels, number in _factors(frame, roles, outcome)
    ]
    able = [one for one in found if one[0] == 0.0 or (one[0] < LEFT_TOGETHER and not one[1])]
    if not able:
        return None
    left, _, name, levels = min(able, key=lambda one: (*one[:2], len(show_id(one[3][0]))))
    return Stacked(name, levels, left == 0.0)


def _left_together(cells: np.ndarray, codes: np.ndarray, repeated: np.ndarray) -> float:
    """The share of repeated rows that a column leaves together."""
    both = pd.Series(cells * (codes.max() + 2) + codes).duplicated(keep=False).to_numpy()
    return float(both.sum() / repeated.sum())


def _factors(frame: pd.DataFrame, roles: Collection[Any], outcome: Any) -> Iterator[tuple[Any, np.ndarray, Any, bool]]:
    """Columns that may tell outcomes apart: name, code of each row, values, and whether they are numbers."""
    for name in frame.columns:
        if name in roles:
            continue
        values = raw_array(frame, name)
        number = holds_numbers(values)
        if number and outcome is None:
            continue
        codes, levels = pd.factorize(values)
        if 2 <= len(levels) <= MOST_STACKED and (not number or _explained(outcome, codes) > EXPLAINS):
            yield name, codes, levels, number


def _explained(outcome: Any, codes: np.ndarray) -> float:
    """The share of an outcome's variance between groups."""
    values = pd.Series(np.asarray(outcome, dtype=float))
    means = values.groupby(codes).transform("mean")
    total = float(((values - values.mean()) ** 2).sum())
    return float(((means - values.mean()) ** 2).sum()) / total if total > 0 else 0.0


def stacked_rows(panel: Panel) -> Stacked | None:
    """The column by which the used rows of a panel are stacked."""
    roles = (panel.id, panel.time, panel.outcome, panel.wave)
    return stacked_by(panel.frame, panel.persons.codes, panel.times, roles, panel.values)


def imputation_column(frame: pd.DataFrame) -> str | None:
    """The column in which mice, mitml, Stata, SAS or SPSS number imputed data sets that stand below one another."""
    for name in frame.columns:
        if str(name).lower() in IMPUTATIONS and frame[name].nunique() > 1:
            return str(name)
    return None


def stacked_advice(found: Stacked, id: Any, persons: str = "persons") -> str:
    """What to do where rows are stacked, in options of a fit."""
    return (
        f"if several outcomes are stacked, give where={found.condition!r}; if one id is several {persons}, "
        f"id=[{found.name!r}, {str(id)!r}]"
    )


def repeated_note(panel: Panel) -> str | None:
    """What is to be said of rows that share person and time; None where there are none."""
    words = vocabulary(panel)
    if not words.over_time or not panel.repeated.any():
        return None
    repeated, who = panel.repeated, words.who.one
    row = int(repeated.argmax())
    person = show_id(panel.persons.labels[panel.persons.codes[row]])
    imputed = imputation_column(panel.frame)
    if imputed is not None:
        return (
            f"{np.count_nonzero(repeated):,} rows, the first of {who} {person}, share {who} and time with another, and "
            f"{imputed!r} looks like the number of an imputed data set: fit each by itself, "
            f"where={f'{quoted_inside(imputed)} == 1'!r} and so on, and pool the fits with gc.pool()."
        )
    stacked = stacked_rows(panel)
    if stacked is not None:
        return (
            f"{np.count_nonzero(repeated):,} rows, the first of {who} {person}, share {who} and time with another, and "
            f"{stacked.said}: {stacked_advice(stacked, panel.id, words.who.several)}."
        )
    return (
        f"{np.count_nonzero(repeated):,} rows share {who} and time with another row; the first is {who} {person} "
        f"at {panel.time!r} {show_number(float(f'{panel.times[row]:.6g}'))}. See panel.duplicates()."
    )
