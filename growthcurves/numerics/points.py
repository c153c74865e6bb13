"""Rows at few points: what is a function of time is computed once for each different time, and not by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from growthcurves.numerics.arrays import Array

#: So many different values are few; among so many of them comparing costs less than searching.
MOST_POINTS, COMPARED = 64, 12
#: Values that are worked on at a time, so that they stay in the cache.
PIECE = 1 << 15


@dataclass(frozen=True, eq=False)
class Points:
    """The few different values of many, in ascending order, and which each has.

    Attributes
    ----------
    values : (D,) array
    rows : int
        How many values there were.
    known : (rows,) array of int or None
        The place of each; None where they come in turn, the first to the last over and over.

    Examples
    --------
    >>> points = Points.of(np.array([0.0, 2.0, 0.0, 2.0])); points.values.tolist(), points.in_turn
    ([0.0, 2.0], True)
    >>> Points.of(np.array([2.0, 0.0, 0.0])).codes.tolist()
    [1, 0, 0]
    """

    values: Array
    rows: int
    known: NDArray[np.integer] | None = None

    @classmethod
    def of(cls, values: Array) -> Points | None:
        """The points of values (n,); None where there are many, or any is missing."""
        values = np.asarray(values, dtype=np.float64)
        turn = _turn(values)
        if turn:
            return cls(values[:turn].copy(), len(values))
        table = np.unique(values[: 4 * MOST_POINTS + 16])
        while 0 < len(table) <= MOST_POINTS and not np.isnan(table[-1]):
            codes = np.empty(len(values), dtype=np.int8)
            parts = (slice(at, at + PIECE) for at in range(0, len(values), PIECE))
            others = np.concatenate([_place(table, values[part], codes[part]) for part in parts])
            if not len(others):
                return cls(table, len(values), codes)
            table = np.union1d(table, others[: 4 * MOST_POINTS + 16])
        return None

    def __len__(self) -> int:
        return len(self.values)

    @property
    def in_turn(self) -> bool:
        """Whether the rows are at the points in turn, the first to the last over and over."""
        return self.known is None

    @cached_property
    def codes(self) -> NDArray[np.integer]:
        """The place of each row among the points, (rows,)."""
        if self.known is not None:
            return self.known
        return np.tile(np.arange(len(self.values), dtype=np.int8), self.rows // len(self.values))

    @cached_property
    def first(self) -> NDArray[np.intp]:
        """The first row at each point, (D,)."""
        if self.known is None:
            return np.arange(len(self))
        return np.array([int((self.known == place).argmax()) for place in range(len(self))])

    @cached_property
    def counts(self) -> NDArray[np.intp]:
        """How many rows are at each point, (D,)."""
        if self.known is None:
            return np.full(len(self), self.rows // len(self), dtype=np.intp)
        return np.bincount(self.known, minlength=len(self))


def _turn(values: Array) -> int:
    """After how many values they begin anew, where all are such turns of ascending values; else 0."""
    head = values[: MOST_POINTS + 1]
    falls = np.flatnonzero(~(head[1:] > head[:-1]))
    turn = int(falls[0]) + 1 if len(falls) else len(head)
    if not 0 < turn <= MOST_POINTS or len(values) % turn:
        return 0
    step = max(PIECE // turn, 1) * turn
    pieces = (values[at : at + step].reshape(-1, turn) for at in range(0, len(values), step))
    return turn if all((piece == head[:turn]).all() for piece in pieces) else 0


def _place(table: Array, values: Array, codes: NDArray[np.int8]) -> Array:
    """Write the place of each value in a sorted table; gives those that are not in it."""
    if len(table) <= COMPARED:
        codes[:] = 0
        for value in table[:-1]:
            codes += values > value
    else:
        codes[:] = np.minimum(np.searchsorted(table, values), len(table) - 1)
    away = table[codes] != values
    return np.unique(values[away]) if away.any() else values[:0]


class AtPoints(Sequence[Array]):
    """Columns over rows, the first of which are known by point; each is made as an array where it is asked for.

    Attributes
    ----------
    points : Points
    by_point : sequence of (D,) arrays
        The first columns, at each point.
    others : sequence of (n,) arrays
        Those that have a value of their own in each row.

    Examples
    --------
    >>> columns = AtPoints(Points.of(np.array([0.0, 2.0, 0.0, 2.0])), [np.array([5.0, 7.0])], [np.arange(4.0)])
    >>> columns[0].tolist(), len(columns)
    ([5.0, 7.0, 5.0, 7.0], 2)
    """

    def __init__(self, points: Points, by_point: Sequence[Array], others: Sequence[Array] = ()) -> None:
        self.points, self.by_point, self.others = points, tuple(by_point), tuple(others)

    def __len__(self) -> int:
        return len(self.by_point) + len(self.others)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return [self[number] for number in range(*place.indices(len(self)))]
        number = range(len(self))[place]
        first = len(self.by_point)
        return self.by_point[number][self.points.codes] if number < first else self.others[number - first]


def beside(columns: Sequence[Array], others: Sequence[Array]) -> Sequence[Array]:
    """Columns, and others behind them that have a value of their own in each row."""
    if isinstance(columns, AtPoints):
        return AtPoints(columns.points, columns.by_point, (*columns.others, *others))
    return (*columns, *others)


def divided(columns: Sequence[Array], units: Sequence[float]) -> Sequence[Array]:
    """Each column in another unit."""
    if isinstance(columns, AtPoints):
        first = len(columns.by_point)
        by_point, others = divided(columns.by_point, units[:first]), divided(columns.others, units[first:])
        return AtPoints(columns.points, by_point, others)
    return tuple(one if unit == 1.0 else one / unit for one, unit in zip(columns, units, strict=True))
