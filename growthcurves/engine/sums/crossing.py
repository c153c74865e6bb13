"""Units that cross each other: rows of a person lie in several of them, as pupils who change school.

What is summed: cross-products of the stored columns of Z over the rows of each unit, and over the rows that two units
of different factors share. The persons are one of the factors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from growthcurves.engine.sums.rows_of_model import Rows
from growthcurves.numerics.arrays import Array

#: Columns of units beside persons up to which a model is fitted: their square is held some ten times.
MOST_COLUMNS = 4_000


@dataclass(frozen=True, eq=False)
class Shared:
    """Rows that units of two factors share.

    Attributes
    ----------
    first, second : (c,) arrays of int
        Units of the one and the other.
    G : (c, q, q) array
        Z'Z over these rows, in closed centred columns.
    """

    first: NDArray[np.intp]
    second: NDArray[np.intp]
    G: Array


@dataclass(frozen=True, eq=False)
class Crossing:
    """Crossed factors beside persons.

    Attributes
    ----------
    labels : tuple of arrays
        Who the units of each factor are.
    G : tuple of (n_f, q, q) arrays
        Z'Z of each unit.
    C : tuple of (n_f, q, p + 1) arrays
        Z'[X y] of each unit.
    shared : dict of (int, int) to Shared
        By factors; 0 are the persons, 1 the first factor beside them.
    rows : Rows
        What it was made of, for replicates.
    """

    labels: tuple[NDArray, ...]
    G: tuple[Array, ...]
    C: tuple[Array, ...]
    shared: dict[tuple[int, int], Shared]
    rows: Rows

    @property
    def counts(self) -> tuple[int, ...]:
        """Units of each factor beside persons."""
        return tuple(len(labels) for labels in self.labels)

    @classmethod
    def of_rows(cls, rows: Rows, row_centre: Array, weight_centre: Array) -> Crossing:
        """One pass over the rows, about given centres.

        `rows.crossed` are the units of every row and their labels, by factor.
        """
        terms, n = rows.terms, len(rows.outcome)
        units = [rows.codes, *(codes for codes, _ in rows.crossed)]
        labels = tuple(names for _, names in rows.crossed)
        stored = [np.ones(n), *(np.asarray(g, float) - c for g, c in zip(rows.stored, row_centre[1:-1], strict=True))]
        weights = [np.ones(n), *((w - c)[rows.codes] for w, c in zip(rows.weights, weight_centre[1:], strict=True))]
        Z = np.array([stored[k] for k in terms.z_closed])
        XY = np.array([*(stored[k] * weights[w] for k, w in terms.x_closed), rows.outcome - row_centre[-1]])
        G = tuple(_summed(codes, len(names), Z, Z) for codes, names in zip(units[1:], labels, strict=True))
        C = tuple(_summed(codes, len(names), Z, XY) for codes, names in zip(units[1:], labels, strict=True))
        shared = {}
        for a in range(len(units)):
            for b in range(a + 1, len(units)):
                size = int(units[b].max()) + 1
                pair, codes = np.unique(units[a] * np.int64(size) + units[b], return_inverse=True)
                shared[a, b] = Shared(pair // size, pair % size, _summed(codes.reshape(-1), len(pair), Z, Z))
        return cls(labels, G, C, shared, rows)

    def select(self, z: Sequence[int], xy: Sequence[int]) -> Crossing:
        """The same with only some of the columns of Z and [X y]."""
        return replace(
            self,
            G=tuple(_kept(G, z, z) for G in self.G),
            C=tuple(_kept(C, z, xy) for C in self.C),
            shared={key: replace(one, G=_kept(one.G, z, z)) for key, one in self.shared.items()},
        )


def _kept(products: Array, left: Sequence[int], right: Sequence[int]) -> Array:
    """Some of the rows and columns of products (n, rows, columns)."""
    return products[np.ix_(range(len(products)), left, right)]


def _summed(codes: NDArray[np.intp], count: int, left: Array, right: Array) -> Array:
    """Sums of products of columns by unit, (count, left, right)."""
    out = np.empty((count, len(left), len(right)))
    for a, one in enumerate(left):
        for b, other in enumerate(right):
            out[:, a, b] = np.bincount(codes, weights=one * other, minlength=count)
    return out
