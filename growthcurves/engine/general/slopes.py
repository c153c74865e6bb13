"""Derivatives of all V_i at a point, as information and Kenward and Roger's adjustment need them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from growthcurves.engine.general.gridded import AtMatrix
from growthcurves.engine.general.whitened import Whitened
from growthcurves.numerics.arrays import Array


class Slopes(ABC):
    """Derivatives of all V_i along m coordinates, summed up as information needs them.

    Attributes
    ----------
    inner : (m, p, p) array
        sum X' V^-1 dV_j V^-1 X.
    gram : (m, m) array
        sum tr(V^-1 dV_j V^-1 dV_k).
    """

    @property
    @abstractmethod
    def inner(self) -> Array: ...

    @property
    @abstractmethod
    def gram(self) -> Array: ...

    @property
    def changes(self) -> Array:
        """Sums of products of two relative changes of the V_i, whose rank is that of the derivatives, (m, m)."""
        return self.gram

    @abstractmethod
    def explained(self, Phi: Array) -> Array:
        """sum tr(V^-1 dV_j V^-1 dV_k V^-1 X Phi X'), (m, m)."""

    @abstractmethod
    def between(self, cov: Array) -> Array:
        """sum_jk cov_jk X' V^-1 dV_j V^-1 dV_k V^-1 X, (p, p)."""

    def expected_hessian(self, Phi: Array, reml: bool) -> Array:
        """Expected second derivatives of -2 log (restricted) likelihood, (m, m)."""
        found = self.gram
        if reml:
            moved = Phi @ self.inner
            both = moved.reshape(len(moved), -1) @ np.swapaxes(moved, 1, 2).reshape(len(moved), -1).T
            found = found - 2.0 * self.explained(Phi) + both
        return (found + found.T) / 2.0

    def adjusted(self, Phi: Array, cov: Array) -> Array:
        """Kenward and Roger's covariance: Phi + 2 Phi sum_jk W_jk (Q_jk - P_j Phi P_k) Phi, V linearised.

        W is `cov` (m, m), the covariance of the variance coordinates; P_j is `inner` but for its sign, which does not
        matter.
        """
        P = np.einsum("jk,jab,bc,kcd->ad", cov, self.inner, Phi, self.inner, optimize=True)
        found = Phi + 2.0 * Phi @ (self.between(cov) - P) @ Phi
        return (found + found.T) / 2.0


@dataclass(frozen=True, eq=False)
class BySchedule(Slopes):
    """From stacks of schedules.

    Attributes
    ----------
    parts : list of (Whitened, (m, S, n, n) array)
        Stacks with L^-1 dV_j L^-T.
    p : int
    """

    parts: list[tuple[Whitened, Array]]
    p: int

    @cached_property
    def inner(self) -> Array:
        return sum((one.data.inner(B) for one, B in self.parts), np.zeros((self._m, self.p, self.p)))

    @cached_property
    def gram(self) -> Array:
        return self._traces([one.stack.counts[:, None, None] * B for one, B in self.parts])

    @property
    def _m(self) -> int:
        return len(self.parts[0][1])

    def _traces(self, others: list[Array]) -> Array:
        """sum tr(B_j N_k), (m, m)."""
        found = np.zeros((self._m, self._m))
        for (_, B), N in zip(self.parts, others, strict=True):
            found += B.reshape(self._m, -1) @ np.swapaxes(N, 2, 3).reshape(self._m, -1).T
        return found

    def explained(self, Phi: Array) -> Array:
        return self._traces([B @ one.data.explained(Phi) for one, B in self.parts])

    def between(self, cov: Array) -> Array:
        Q = np.zeros((self.p, self.p))
        for one, B in self.parts:
            mixed = np.tensordot(cov, B, 1)
            Q += one.data.inner(np.einsum("msij,msjk->sik", B, mixed, optimize=True)[None])[0]
        return Q


@dataclass(frozen=True, eq=False)
class OnGrid(Slopes):
    """From patterns of common occasions.

    Attributes
    ----------
    at : AtMatrix
    dV : (m, T, T) array
    V : (T, T) array
    """

    at: AtMatrix
    dV: Array
    V: Array

    @cached_property
    def inner(self) -> Array:
        return self.at.inner(self.dV)

    @cached_property
    def gram(self) -> Array:
        return self.at.bilinear(self.dV, self.at.counted)

    @property
    def changes(self) -> Array:
        """By squares of what was seen, in SDs, which have the rank to the last digit."""
        sd = np.sqrt(np.diag(self.V))
        flat = (np.sqrt(self.at.sums.both) * self.dV / np.outer(sd, sd)).reshape(len(self.dV), -1)
        return flat @ flat.T

    def explained(self, Phi: Array) -> Array:
        return self.at.bilinear(self.dV, self.at.spread(self.at.sums.data.explained(Phi)))

    def between(self, cov: Array) -> Array:
        m, T, _ = self.dV.shape
        mixed = np.tensordot(cov, self.dV, 1)
        halves = (self.dV.reshape(m * T, T) @ self.at.P).reshape(-1, m, T, T)  # dV_j P of each pattern
        inside = halves.transpose(0, 2, 1, 3).reshape(-1, T, m * T) @ mixed.reshape(m * T, T)
        return self.at.summed(self.at.spread(inside))


@dataclass(frozen=True, eq=False)
class OfPairs(Slopes):
    """From sums for every two coordinates, as persons one by one give them.

    Attributes
    ----------
    single : (m, p, p) array
        `inner`.
    traces : (m, m) array
        `gram`.
    pairs : (m, m, p, p) array
        sum X' V^-1 dV_j V^-1 dV_k V^-1 X.
    """

    single: Array
    traces: Array
    pairs: Array

    @property
    def inner(self) -> Array:
        return self.single

    @property
    def gram(self) -> Array:
        return self.traces

    def explained(self, Phi: Array) -> Array:
        return np.einsum("jkab,ba->jk", self.pairs, Phi)

    def between(self, cov: Array) -> Array:
        return np.einsum("jk,jkab->ab", cov, self.pairs)
