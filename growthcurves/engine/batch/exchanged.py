"""Replicates that are everyone but for one person of each: the sums of all are one block, that person is taken away.

A person who comes back with other rows is added in the same way. Derived in docs/engine.md, section 10.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from growthcurves.engine.batch.blocks import BatchBlocks, Piece, Sums
from growthcurves.engine.sums.schedules import Schedules
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.factors import unrolled


@dataclass(frozen=True)
class Single:
    """One person of each of B replicates, counted `sign` times.

    Attributes
    ----------
    lengths : (B,) array
    G : (B, q, q) array
    C : (B, q, p + 1) array
    sign : float
    """

    lengths: Array
    G: Array
    C: Array
    sign: float

    def take(self, index: NDArray[np.intp]) -> Single:
        """The same for some of the replicates."""
        return replace(self, lengths=self.lengths[index], G=self.G[index], C=self.C[index])

    def transformed(self, into_z: Array, into_xy: Array) -> Single:
        """The same in columns Z @ into_z and [X y] @ into_xy."""
        return replace(self, G=into_z.T @ self.G @ into_z, C=into_z.T @ self.C @ into_xy)

    def _shrunk(self, F: Array) -> tuple[Array, Array]:
        """log|I + G D| (B,) and M (B, q, q)."""
        inner = np.ascontiguousarray((F.swapaxes(1, 2) @ self.G @ F).transpose(1, 2, 0))
        logs, M = unrolled(inner, F.transpose(1, 2, 0))
        return logs, M.transpose(2, 0, 1)

    def reduce(self, F: Array) -> tuple[Array, Array]:
        """See `SharedBatch.reduce`."""
        logs, M = self._shrunk(F)
        return self.sign * logs, self.sign * (self.C.swapaxes(1, 2) @ M @ self.C)

    def curvature(self, F: Array, weight: Array) -> Sums:
        """See `SharedBatch.curvature`."""
        GM = self.G @ self._shrunk(F)[1]
        P, U = self.G - GM @ self.G, self.C - GM @ self.C
        counted, UKU = self.sign * P, U @ weight @ U.swapaxes(1, 2)
        uu = self.sign * (U[:, :, None, :, None] * U[:, None, :, None, :])
        pp, pk = (counted[:, :, :, None, None] * other[:, None, None] for other in (P, UKU))
        return Sums(uu, counted, pp, pk)

    def schedule(self, replicate: int) -> Schedules:
        """The person of one replicate."""
        C = self.C[replicate]
        T = C[:, :, None, None] * C
        return Schedules(np.ones(1), self.lengths[replicate, None], self.G[replicate, None], T[None])


@dataclass(frozen=True)
class Exchanged:
    """Everyone but for one person of each replicate, who may come back otherwise.

    Attributes
    ----------
    everyone : BatchBlocks
        The same persons in all replicates.
    places : (B,) array of int
        Which schedule of everyone's the person has.
    gone : Single
    back : Single or None
    """

    everyone: BatchBlocks
    places: NDArray[np.intp]
    gone: Single
    back: Single | None = None

    def _singles(self) -> list[Single]:
        return [self.gone] if self.back is None else [self.gone, self.back]

    def pieces(self, count: int) -> Iterator[Piece]:
        """Those of everyone, and the persons that differ."""
        yield from self.everyone.pieces(count)
        yield from self._singles()

    def _each(self, change: Any) -> Exchanged:
        """With everyone, who is gone and who is back changed in the same way."""
        back = None if self.back is None else change(self.back)
        return replace(self, everyone=change(self.everyone), gone=change(self.gone), back=back)

    def take(self, index: NDArray[np.intp]) -> Exchanged:
        """The same for some of the replicates."""
        return replace(self._each(lambda part: part.take(index)), places=self.places[index])

    def transformed(self, into_z: Array, into_xy: Array) -> Exchanged:
        """The same in columns Z @ into_z and [X y] @ into_xy."""
        return self._each(lambda part: part.transformed(into_z, into_xy))

    def schedules(self, replicate: int) -> Schedules:
        """One replicate as schedules; those that nobody has are none."""
        whole, place = self.everyone.schedules(0), self.places[replicate]
        counts, T = whole.counts.copy(), whole.T.copy()
        counts[place] -= 1.0
        T[place] -= self.gone.schedule(replicate).T[0]
        there = counts > 0.5
        left = Schedules(counts[there], whole.lengths[there], whole.G[there], T[there])
        return left if self.back is None else left + self.back.schedule(replicate)
