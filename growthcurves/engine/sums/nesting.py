"""In which units above them persons lie, and what is summed over the persons of a unit who share a schedule.

Units are numbered in the order of the units above them: those of a class in a school lie together.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from growthcurves.numerics.arrays import Array
from growthcurves.numerics.distinct import numbered, numbered_within


@dataclass(frozen=True, eq=False)
class Nesting:
    """The units above persons, level by level, the innermost first.

    Attributes
    ----------
    units : tuple of (N,) arrays of int
        The unit of each person at each level.
    labels : tuple of arrays
        Who the units of each level are.
    stands : tuple of (units,) arrays, optional
        By level, how many units within the unit above it each stands for: its conditional sampling weight.
    """

    units: tuple[NDArray[np.intp], ...]
    labels: tuple[NDArray, ...]
    stands: tuple[Array, ...] | None = None

    @classmethod
    def of(cls, labels: Sequence[NDArray]) -> Nesting:
        """From the label of each person's unit at each level, innermost first; units of one label are one."""
        found = numbered_within(labels)
        who = tuple(column[first] for column, (first, _) in zip(labels, found, strict=True))
        return cls(tuple(codes for _, codes in found), who)

    @property
    def counts(self) -> tuple[int, ...]:
        """Units of each level."""
        return tuple(len(labels) for labels in self.labels)

    def take(self, persons: NDArray[np.integer] | slice) -> Nesting:
        """Those of some persons, among the same units."""
        return replace(self, units=tuple(units[persons] for units in self.units))

    @property
    def mass(self) -> Array:
        """How many units of the first level above persons, of the whole population, that of each person stands for."""
        assert self.stands is not None
        out = np.ones(len(self.units[0]))
        for units, stands in zip(self.units, self.stands, strict=True):
            out *= stands[units]
        return out

    def __add__(self, other: Nesting) -> Nesting:
        """The persons of both; units of the same label are the same."""
        mine, theirs = self.by_person(), other.by_person()
        return Nesting.of([np.concatenate(pair) for pair in zip(mine, theirs, strict=True)])

    def drawn(self, persons: NDArray[np.integer], again: NDArray[np.integer]) -> Nesting:
        """Those of persons of drawn units of the highest level, each time (`again`) as units of their own."""
        levels = [*(units[persons] for units in self.units[:-1]), np.zeros(len(persons), dtype=np.intp)]
        return Nesting.of([codes * np.int64(int(again.max()) + 1) + again for codes in levels])

    def owners(self, level: int | None) -> tuple[NDArray[np.intp], int]:
        """The unit of each person at a level (0: the persons themselves; None: the highest), and how many there are."""
        if level == 0:
            return np.arange(len(self.units[0])), len(self.units[0])
        place = -1 if level is None else level - 1
        return self.units[place], self.counts[place]

    def by_person(self) -> list[NDArray]:
        """The label of each person's unit at each level."""
        return [labels[units] for labels, units in zip(self.labels, self.units, strict=True)]

    def parents(self, level: int) -> NDArray[np.intp]:
        """The unit above of each unit of a level above persons."""
        out = np.zeros(self.counts[level], dtype=np.intp)
        out[self.units[level]] = self.units[level + 1]
        return out


def members(units: NDArray[np.integer]) -> list[NDArray[np.intp]]:
    """The persons of each unit, from the unit of each person (N,)."""
    return np.split(np.argsort(units, kind="stable"), np.cumsum(np.bincount(units))[:-1])


def drawn_with_replacement(
    members: list[NDArray[np.intp]], rng: np.random.Generator
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Persons of as many units, drawn with replacement, and the number of the draw that each belongs to."""
    count = len(members)
    taken = [members[unit] for unit in rng.integers(0, count, count)]
    return np.concatenate(taken), np.repeat(np.arange(count), [len(one) for one in taken])


@dataclass(frozen=True, eq=False)
class Cells:
    """Persons of one unit who share a schedule.

    Attributes
    ----------
    schedule : (c,) array of int
    counts : (c,) array
    C : (c, q, p + 1) array
        Sums of Z_i'[X_i y_i].
    nesting : Nesting
        Of cells in the place of persons.
    """

    schedule: NDArray[np.intp]
    counts: Array
    C: Array
    nesting: Nesting

    @classmethod
    def of(cls, schedule: NDArray[np.intp], C: Array, nesting: Nesting, stands: Array | None = None) -> Cells:
        """From the schedule, the cross-products (q, p + 1, N), the units, and what each person stands for."""
        q, width, count = C.shape
        C, counts = (C, np.ones(count)) if stands is None else (C * stands, stands)
        return _merged(schedule, counts, C.reshape(q * width, count), nesting, (q, width))

    def __add__(self, other: Cells) -> Cells:
        """The cells of both, whose schedules are numbered alike; cells of the same unit and schedule are one."""
        pairs = ((self.schedule, other.schedule), (self.counts, other.counts), (self.C, other.C))
        schedule, counts, C = (np.concatenate(pair) for pair in pairs)
        return Cells(schedule, counts, C, self.nesting + other.nesting).merged()

    def merged(self) -> Cells:
        """Cells of the same unit and schedule made one."""
        shape = self.C.shape[1:]
        return _merged(self.schedule, self.counts, self.C.reshape(len(self.C), -1).T, self.nesting, shape)

    def numbered(self, places: NDArray[np.intp]) -> Cells:
        """The same with schedules numbered otherwise."""
        return replace(self, schedule=places[self.schedule])

    def select(self, z: Sequence[int], xy: Sequence[int]) -> Cells:
        """The same with only some of the columns of Z and [X y]."""
        return replace(self, C=self.C[np.ix_(range(len(self.C)), z, xy)])

    def transformed(self, into_z: Array, into_xy: Array) -> Cells:
        """The same in columns Z @ into_z and [X y] @ into_xy."""
        return replace(self, C=into_z.T @ self.C @ into_xy)


def _merged(schedule: NDArray[np.intp], counts: Array, C: Array, nesting: Nesting, shape: tuple[int, ...]) -> Cells:
    """One cell for each pair of unit and schedule, in the order of the units."""
    pair = nesting.units[0] * np.int64(int(schedule.max(initial=0)) + 1) + schedule
    first, codes = numbered(pair)
    sums = np.array([np.bincount(codes, weights=row, minlength=first.size) for row in C])
    return Cells(
        schedule[first], np.bincount(codes, weights=counts), sums.T.reshape(first.size, *shape), nesting.take(first)
    )
