"""Persons compressed by schedule: nothing here grows with their number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from growthcurves.engine.likelihood.blocks import Curvature, Designs, Reduction, linking
from growthcurves.engine.sums.schedules import Schedules
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.factors import dot, psd_root, shrinkage
from growthcurves.numerics.products import long_sum, wide


@dataclass(frozen=True)
class SharedBlocks:
    """Persons compressed by schedule.

    Attributes
    ----------
    schedules : Schedules
        In standard coordinates.
    """

    schedules: Schedules

    def designs(self) -> Iterator[Designs]:
        yield Designs(self.schedules.counts, self.schedules.lengths, self.schedules.G)

    def transformed(self, into_z: Array, into_xy: Array) -> SharedBlocks:
        return SharedBlocks(self.schedules.transformed(into_z, into_xy))

    def roots(self, column: int) -> list[Array]:
        return [psd_root(T, float(np.trace(T)) or 1.0).T for T in self.schedules.T[:, column, :-1, column, :-1]]

    @cached_property
    def _G(self) -> Array:
        """Z'Z, component first: (q, q, K)."""
        return np.ascontiguousarray(self.schedules.G.transpose(1, 2, 0))

    @cached_property
    def _T(self) -> Array:
        """Rows (a, b, k), columns (i, j): sum of C_ai C_bj over the persons of schedule k."""
        T = self.schedules.T
        width = T.shape[2]
        return np.ascontiguousarray(T.transpose(1, 3, 0, 2, 4)).reshape(-1, width * width)

    @cached_property
    def _last(self) -> dict[int, tuple[Array, Array, Array]]:
        return {}

    def _shrunk(self, D: Array) -> tuple[Array, Array]:
        """log|I + G D| (K,) and M (q, q, K); kept for the D asked for last, where derivatives follow the value."""
        kept = self._last.get(0)
        if kept is None or kept[0] is not D:
            self._last[0] = kept = (D, *shrinkage(self._G, D))
        return kept[1], kept[2]

    def reduce(self, D: Array) -> Reduction:
        log_det, M = self._shrunk(D)
        return Reduction(float(self.schedules.counts @ log_det), self._summed(M.reshape(1, -1))[0])

    def contract(self, weights: Callable[[Array], Array]) -> Array:
        N = weights(self.schedules.G)
        return self._summed(np.ascontiguousarray(N.transpose(1, 2, 0)).reshape(1, -1))[0]

    def linked(self, D: Array, weight: Array) -> Array:
        return self.contract(linking(D, weight))

    def _summed(self, weights: Array) -> Array:
        """Sums of weights (m, q q K) times C x C over schedules: (m, p + 1, p + 1)."""
        width = self.schedules.T.shape[2]
        return long_sum(weights, self._T).reshape(-1, width, width)

    def curvature(self, D: Array, weight: Array) -> Curvature:
        G, counts = self._G, self.schedules.counts
        q, K = len(G), G.shape[2]
        _, M = self._shrunk(D)
        GM = dot(G.swapaxes(0, 1)[:, :, None], M[:, None])  # (a, c): sum over b of G_ab M_bc
        P = (G - dot(GM.swapaxes(0, 1)[:, :, None], G[:, None])).reshape(q * q, K)
        Q = np.eye(q)[:, :, None] - GM
        QQ = (Q[:, None, :, None] * Q[None, :, None, :]).reshape(q * q, q * q, K)  # (a b), (c d)
        uu = self._summed(QQ.reshape(q * q, -1)).reshape(q, q, *weight.shape).swapaxes(1, 2)
        inner = wide(weight.reshape(1, -1), self._T.T).reshape(q * q, K)
        ukU = dot(QQ.swapaxes(0, 1), inner[:, None])
        weighted = counts * P
        shape = (q, q, q, q)
        return Curvature(
            uu, weighted.sum(axis=1).reshape(q, q), (weighted @ P.T).reshape(shape), (P @ ukU.T).reshape(shape)
        )
