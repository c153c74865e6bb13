"""The sums of one schedule: what a site tells of all persons who are seen at the same occasions."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.sites.cells import Cell, SiteRows, joined


@dataclass(frozen=True)
class TypeSums:
    """Persons of one type in a schedule.

    Attributes
    ----------
    values : tuple
        What the counted columns hold.
    persons : int
    sums : tuple of float
        Of the numbers that are summed, about their centres.
    """

    values: tuple[Any, ...]
    persons: int
    sums: tuple[float, ...]


@dataclass(frozen=True)
class Record:
    """Persons of one type who have the same outcomes.

    Attributes
    ----------
    type : int
        Among the types of the schedule.
    outcomes : tuple of float
    persons : int
    """

    type: int
    outcomes: tuple[float, ...]
    persons: int


@dataclass(frozen=True, eq=False)
class ScheduleSums:
    """The sums of N persons who are seen at the same s occasions.

    Attributes
    ----------
    occasions : tuple of tuple
        What the columns of occasions hold, and how often each was before.
    apart : tuple
        What sets these persons apart from others at the same occasions: their units and keyed columns.
    types : tuple of TypeSums
    of_persons : (a, a) array or None
        Sum over persons of products of what is summed of each: the constant, weights, numbers.
    with_outcomes : (a, s) array or None
        Sum of their products with the outcomes.
    of_outcomes : (s, s) array or None
        Sum of products of the outcomes.
    records : tuple of Record or None
        In the place of these sums where outcomes are of a family.
    """

    occasions: tuple[tuple[Any, ...], ...]
    apart: tuple[Any, ...]
    types: tuple[TypeSums, ...]
    of_persons: np.ndarray | None
    with_outcomes: np.ndarray | None
    of_outcomes: np.ndarray | None
    records: tuple[Record, ...] | None = None

    @property
    def persons(self) -> int:
        return sum(one.persons for one in self.types)

    @property
    def rows(self) -> int:
        return self.persons * len(self.occasions)

    @property
    def smallest(self) -> int:
        """Persons of the smallest cell."""
        return min(one.persons for one in self.records or self.types)


def schedule_sums(cells: list[Cell], rows: SiteRows, discrete: bool) -> ScheduleSums:
    """The sums of the cells of one schedule."""
    known, outcomes, kinds = joined(cells, rows)
    first, numbers = cells[0], ~rows.shared.counted
    order = sorted(set(kinds.tolist()), key=lambda kind: tuple(map(str, rows.kinds[kind])))
    types = tuple(
        TypeSums(
            rows.kinds[kind], int((kinds == kind).sum()), tuple(known[kinds == kind][:, numbers].sum(axis=0).tolist())
        )
        for kind in order
    )
    at = tuple(rows.occasions[one] for one in first.schedule)
    apart = rows.aparts[first.apart]
    if discrete:
        return ScheduleSums(at, apart, types, None, None, None, _records(outcomes, kinds, order))
    return ScheduleSums(at, apart, types, known.T @ known, known.T @ outcomes, outcomes.T @ outcomes)


def _records(outcomes: np.ndarray, kinds: np.ndarray, order: list[int]) -> tuple[Record, ...]:
    place = {kind: number for number, kind in enumerate(order)}
    keys = np.column_stack([[place[kind] for kind in kinds.tolist()], outcomes])
    different, counts = np.unique(keys, axis=0, return_counts=True)
    return tuple(
        Record(int(row[0]), tuple(row[1:].tolist()), int(count)) for row, count in zip(different, counts, strict=True)
    )
