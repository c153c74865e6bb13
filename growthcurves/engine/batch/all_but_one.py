"""Replicates that are everyone but for one person of each: the sums of all are one block, that person is taken away.

Derived in docs/engine.md, section 10.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from growthcurves.engine.batch.blocks import PersonBatch, Piece, Sums
from growthcurves.engine.likelihood.shared import SharedBlocks
from growthcurves.engine.sums.schedules import Schedules
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.factors import unrolled


@dataclass(frozen=True)
class Gone:
    """One person of each of B replicates, who counts minus one.

    Attributes
    ----------
    lengths : (B,) array
    G : (B, q, q) array
    C : (B, q, p + 1) array
    """

    lengths: Array
    G: Array
    C: Array

    def take(self, index: NDArray[np.intp]) -> Gone:
        """The same for some of the replicates."""
        return Gone(self.lengths[index], self.G[index], self.C[index])

    def transformed(self, into_z: Array, into_xy: Array) -> Gone:
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
        return -logs, -(self.C.swapaxes(1, 2) @ M @ self.C)

    def curvature(self, F: Array, weight: Array) -> Sums:
        """See `SharedBatch.curvature`."""
        GM = self.G @ self._shrunk(F)[1]
        P, U = self.G - GM @ self.G, self.C - GM @ self.C
        UKU = U @ weight @ U.swapaxes(1, 2)
        uu = -(U[:, :, None, :, None] * U[:, None, :, None, :])
        pp, pk = (-(P[:, :, :, None, None] * other[:, None, None]) for other in (P, UKU))
        return Sums(uu, -P, pp, pk)


@dataclass(frozen=True)
class AllButOne:
    """Everyone but for one person of each replicate.

    Attributes
    ----------
    everyone : PersonBatch
        The same persons in all replicates.
    places : (B,) array of int
        Which schedule of everyone's the person has.
    gone : Gone
    """

    everyone: PersonBatch
    places: NDArray[np.intp]
    gone: Gone

    def pieces(self, count: int) -> Iterator[Piece]:
        """Those of everyone, and the persons that differ."""
        yield from self.everyone.pieces(count)
        yield self.gone

    def take(self, index: NDArray[np.intp]) -> AllButOne:
        """The same for some of the replicates."""
        return AllButOne(self.everyone.take(index), self.places[index], self.gone.take(index))

    def transformed(self, into_z: Array, into_xy: Array) -> AllButOne:
        """The same in columns Z @ into_z and [X y] @ into_xy."""
        into = into_z, into_xy
        return AllButOne(self.everyone.transformed(*into), self.places, self.gone.transformed(*into))

    def alone(self, replicate: int) -> SharedBlocks:
        """One replicate as a layout of its own."""
        return SharedBlocks(self.schedules(replicate))

    def schedules(self, replicate: int) -> Schedules:
        """One replicate as schedules; those that nobody has are none."""
        whole, place, C = self.everyone.schedules(0), self.places[replicate], self.gone.C[replicate]
        counts, T = whole.counts.copy(), whole.T.copy()
        counts[place] -= 1.0
        T[place] -= C[:, :, None, None] * C
        there = counts > 0.5
        return Schedules(counts[there], whole.lengths[there], whole.G[there], T[there])
