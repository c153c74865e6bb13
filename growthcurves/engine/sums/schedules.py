"""Schedules: persons with the same number of occasions and the same Z'Z, remembered together.

See docs/engine.md, section 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from growthcurves.engine.sums.nesting import Cells
from growthcurves.numerics.arrays import Array, upper
from growthcurves.numerics.chunks import chunks
from growthcurves.numerics.mixing import mixed
from growthcurves.numerics.products import kron
from growthcurves.numerics.threads import in_order

#: Where more than half of so many persons have schedules of their own, nobody looks further.
SAMPLE_PERSONS = 1 << 13
#: Numbers that differ by less, as a share of the largest, differ by rounding.
ROUNDING = 1e-9


@dataclass(frozen=True)
class Schedules:
    """Persons compressed by schedule.

    Attributes
    ----------
    counts : (K,) array
        Persons in each schedule.
    lengths : (K,) array
        Occasions of each of these persons.
    G : (K, q, q) array
        Z'Z of each schedule.
    T : (K, q, p+1, q, p+1) array
        Sum over persons of C_i x C_i.
    cells : Cells or None
        The persons of each unit above them, by schedule.
    """

    counts: Array
    lengths: Array
    G: Array
    T: Array
    cells: Cells | None = None

    def __add__(self, other: Schedules) -> Schedules:
        cells = None
        if self.cells is not None and other.cells is not None:
            cells = self.cells + other.cells.numbered(len(self.counts) + np.arange(len(other.counts)))
        return Schedules(
            np.concatenate([self.counts, other.counts]),
            np.concatenate([self.lengths, other.lengths]),
            np.concatenate([self.G, other.G]),
            np.concatenate([self.T, other.T]),
            cells,
        ).merged()

    def merged(self) -> Schedules:
        """Schedules that are the same, to the last bit, made one."""
        q = self.G.shape[1]
        rows, columns = upper(q)
        keys = np.concatenate([self.lengths[None], self.G[:, rows, columns].T])
        _, first, codes = np.unique(keys, axis=1, return_index=True, return_inverse=True)
        codes = codes.reshape(-1)
        if first.size == self.counts.size:
            return self
        T = np.zeros((first.size, *self.T.shape[1:]))
        np.add.at(T, codes, self.T)
        counts = np.bincount(codes, weights=self.counts)
        cells = self.cells and self.cells.numbered(codes).merged()
        return Schedules(counts, self.lengths[first], self.G[first], T, cells)

    def ordered(self) -> Schedules:
        """The same in an order that the schedules alone decide, whatever order persons came in.

        It is taken in standard coordinates, which no centre of sums moves; what differs by rounding is the same.
        """
        rows, columns = upper(self.G.shape[1])
        keys = [ranks(key) for key in (self.lengths, *self.G[:, rows, columns].T, self.counts)]
        return self.taken(np.lexsort(keys[::-1]))

    def taken(self, order: NDArray[np.intp]) -> Schedules:
        """The same in another order."""
        cells = self.cells and self.cells.numbered(np.argsort(order)).merged()
        return Schedules(self.counts[order], self.lengths[order], self.G[order], self.T[order], cells)

    def select(self, z: Sequence[int], xy: Sequence[int]) -> Schedules:
        """The same with only some of the columns of Z and [X y]."""
        keep = np.ix_(range(len(self.counts)), z, xy, z, xy)
        G = self.G[np.ix_(range(len(self.counts)), z, z)]
        return Schedules(self.counts, self.lengths, G, self.T[keep], self.cells and self.cells.select(z, xy))

    def transformed(self, into_z: Array, into_xy: Array) -> Schedules:
        """The same in columns Z @ into_z and [X y] @ into_xy."""
        K, q, width = self.T.shape[:3]
        into = kron(into_z, into_xy)
        T = into.T @ self.T.reshape(K, q * width, q * width) @ into
        shape = (K, into_z.shape[1], into_xy.shape[1]) * 2
        cells = self.cells and self.cells.transformed(into_z, into_xy)
        G = into_z.T @ self.G @ into_z
        return Schedules(self.counts, self.lengths, G, T.reshape(shape[:3] + shape[4:]), cells)


def ranks(values: Array) -> NDArray[np.intp]:
    """The place of each value among the different ones in ascending order; what differs by rounding is one value.

    Examples
    --------
    >>> ranks(np.array([2.0, 1.0, 2.0 + 1e-15])).tolist()
    [1, 0, 1]
    """
    order = np.argsort(values, kind="stable")
    apart = np.diff(values[order]) > ROUNDING * np.abs(values).max(initial=0.0)
    places = np.empty(len(values), dtype=np.intp)
    places[order] = np.append(0, np.cumsum(apart)) if len(values) else order
    return places


def shared_schedules(keys: Sequence[Array], limit: float) -> NDArray[np.intp] | None:
    """Number persons by their keys, each (N,), or None when more than `limit` keys are different.

    A person's rows enter the criterion only through Z_i'Z_i and Z_i'[X_i y_i], so that persons whose number
    of occasions and Z'Z are the same to the last bit share a schedule.
    """
    count = len(keys[0])
    if _mostly_own(mixed([key[:: _step(count)] for key in keys]), count):
        return None
    found = np.concatenate(list(in_order(lambda part: mixed([key[part] for key in keys]), chunks(count))))
    return _few(found, limit)


def numbered_keys(found: NDArray[np.uint64], limit: float) -> NDArray[np.intp] | None:
    """As `shared_schedules`, of numbers (N,) that tell schedules apart."""
    return None if _mostly_own(found[:: _step(len(found))], len(found)) else _few(found, limit)


def _step(count: int) -> int:
    return 1 + count // SAMPLE_PERSONS


def _mostly_own(some: NDArray[np.uint64], count: int) -> bool:
    """Whether more than half of some of many persons have a schedule of their own: nobody looks further."""
    return count > SAMPLE_PERSONS and np.unique(some).size > some.size / 2


def _few(found: NDArray[np.uint64], limit: float) -> NDArray[np.intp] | None:
    """The place of each key among the different ones; None where these are more than `limit`."""
    if (found == found[0]).all():
        return np.zeros(found.size, dtype=np.intp)
    table = np.unique(found[: 4 * int(limit) + 16])
    while True:
        if table.size > limit and table.size > 1:
            return None
        place = _places(table, found)
        missing = found[table[place] != found]
        if missing.size == 0:
            return place
        table = np.union1d(table, np.unique(missing[: 4 * int(limit) + 16]))


def _places(table: NDArray[np.uint64], values: NDArray[np.uint64]) -> NDArray[np.intp]:
    """Where each value is in a sorted table, or would be."""

    def piece(part: slice) -> NDArray[np.intp]:
        return np.minimum(np.searchsorted(table, values[part]), table.size - 1)

    return np.concatenate(list(in_order(piece, chunks(values.size))))
