"""The visits of a trial: which they are, in which order, and the number that stands for each as a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import holds_numbers
from growthcurves.data.frame import raw_array
from growthcurves.data.source import show_id
from growthcurves.data.visit_order import numbers, places
from growthcurves.errors import ModelError, among, unknown
from growthcurves.numerics.bounds import shown_value

#: More different values than this are no planned visits.
MOST_VISITS = 50

@dataclass(frozen=True)
class Visits:
    """The visits of a trial in their order.

    Attributes
    ----------
    column : str
    levels : tuple
        As the table has them.
    numbers : tuple of float
        Their times: numbers as such, the number in a name ("Week 4"), else 1, 2, 3, ...
    are_times : bool
        Whether the column holds these times itself.
    """

    column: str
    levels: tuple[Any, ...]
    numbers: tuple[float, ...]
    are_times: bool = False

    @property
    def time(self) -> str:
        """The column of the times."""
        return self.column if self.are_times else f"{self.column} number"

    def labels(self) -> dict[Any, str]:
        """The growth parameter that is the mean of each visit."""
        return {level: f"{self.column}[{show_id(level)}]" for level in self.levels}

    def places(self, values: Any) -> np.ndarray:
        """Position of each value among the visits, -1 for others."""
        return pd.Index(self.levels, dtype=object).get_indexer(pd.Index(np.asarray(values), dtype=object))

    def at(self, number: Any) -> Any:
        """The visit of a time."""
        return self.levels[self.numbers.index(number)]

    def named(self, wanted: Any) -> Any:
        """The visit that was meant.

        Raises
        ------
        ModelError
            When there is none.
        """
        return meant(wanted, self.levels, self.column)

    def only(self, there: Sequence[bool]) -> Visits:
        """Those of them that are there."""
        kept = [place for place, one in enumerate(there) if one]
        levels, numbers = (tuple(one[k] for k in kept) for one in (self.levels, self.numbers))
        return replace(self, levels=levels, numbers=numbers)


def meant(wanted: Any, levels: Sequence[Any], column: str) -> Any:
    """The level that was meant; 4 finds 4.0 and the text "4", and the other way round.

    Raises
    ------
    ModelError
        When there is none.
    """
    same = [level for level in levels if among(wanted, [level])] or [
        level for level in levels if show_id(level) == show_id(wanted)
    ]
    if not same:
        raise ModelError(unknown(f"level of {column!r}", wanted, map(show_id, levels)))
    return same[0]


def visits_of(frame: pd.DataFrame, column: str, asked: Any = None) -> Visits:
    """The visits of a table, or those of them that are asked for, in that order.

    Numbers are ordered by size, categories as they stand, texts by the numbers in them, whatever their unit: "Baseline"
    before "Day 1" before "Week 2" before "Week 10".

    Raises
    ------
    ModelError
        For a column that holds no planned visits, or names whose order is not plain.

    Examples
    --------
    >>> table = pd.DataFrame({"visit": ["Week 10", "Baseline", "Week 2"]})
    >>> visits_of(table, "visit")
    Visits(column='visit', levels=('Baseline', 'Week 2', 'Week 10'), numbers=(0.0, 2.0, 10.0), are_times=False)
    """
    values = raw_array(frame, column)
    if getattr(values.dtype, "kind", "") in "Mmb" or isinstance(values.dtype, pd.PeriodDtype):
        raise ModelError(
            f"visit={column!r} holds {'True and False' if values.dtype.kind == 'b' else 'dates'}: it names the planned "
            f'visit, as numbers (4) or texts ("Week 4").'
        )
    found = _ordered(values, column, asked)
    if asked is None and len(found.levels) > MOST_VISITS:
        raise ModelError(
            f"visit={column!r} has {len(found.levels)} different values: it names the planned visit, which persons "
            f"have in common."
        )
    return found


def _ordered(values: Any, column: str, asked: Any) -> Visits:
    levels = _levels(values)
    if asked is not None:
        levels = list(dict.fromkeys(meant(one, levels, column) for one in _listed(asked)))
    elif not (isinstance(values, pd.Categorical) or holds_numbers(values)):
        levels = _natural(levels, column)
    numbers = _numbers(levels)
    own = holds_numbers(values) and not isinstance(values, pd.Categorical)
    return Visits(column, tuple(levels), numbers, own and tuple(levels) == numbers)


def _levels(values: Any) -> list[Any]:
    """The values that occur: categories in their order, others ascending."""
    if isinstance(values, pd.Categorical):
        return values.remove_unused_categories().categories.tolist()
    known = pd.unique(values[~pd.isna(values)])
    if holds_numbers(values):
        return sorted(float(value) for value in known)
    return sorted((value for value in known), key=str)


def _listed(asked: Any) -> list[Any]:
    if isinstance(asked, str) or not isinstance(asked, Sequence | np.ndarray | pd.Index) or not len(asked):
        shown = shown_value(asked)
        raise ModelError(f"visits= lists visits in their order, such as ['Week 4', 'Week 8'], not {shown}.")
    return list(asked)


def _natural(levels: list[Any], column: str) -> list[Any]:
    """Names in the order that they tell."""
    found = places(levels)
    strange = [level for level, place in found.items() if np.isnan(place)]
    if strange:
        shown = ", ".join(repr(show_id(level)) for level in strange[:3])
        raise ModelError(
            f"The order of the visits in {column!r} is not plain from their names ({shown}): list them in their order "
            f"with visits=, or make the column an ordered category."
        )
    return sorted(levels, key=found.__getitem__)


def _numbers(levels: list[Any]) -> tuple[float, ...]:
    """Numbers that rise from visit to visit: their own, those in their names, else their places."""
    if levels and all(isinstance(level, int | float | np.number) for level in levels):
        found = [float(level) for level in levels]
    else:
        found = numbers(levels) or []
    rising = all(one < other for one, other in zip(found, found[1:], strict=False))
    return tuple(found if found and rising else map(float, range(1, len(levels) + 1)))
