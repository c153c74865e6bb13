"""A stack of schedules at given covariance matrices V = L L', everything multiplied by L^-1 from the left.

With b = L^-1 columns, E and F the sums over persons of e e' and X Phi X' and B_j = L^-1 dV_j L^-T, all sums that value,
gradient and Hessian need are products of small matrices (docs/engine.md, 7.1).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from growthcurves.engine.general.stacks import Own, Shared, Stack
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True, eq=False)
class Whitened:
    """A stack at V.

    Attributes
    ----------
    stack : Stack
    inverse : (S, n, n) array
        L^-1.
    log_det : float
        Sum over persons of log|V|.
    data : WhiteShared or WhiteOwn
    """

    stack: Stack
    inverse: Array
    log_det: float
    data: WhiteShared | WhiteOwn

    @classmethod
    def of(cls, stack: Stack, V: Array) -> Whitened | None:
        """None where a V is not positive definite."""
        try:
            L = np.linalg.cholesky(V)
        except np.linalg.LinAlgError:
            return None
        inverse = np.linalg.solve(L, np.broadcast_to(np.eye(V.shape[-1]), V.shape))
        log_det = 2.0 * float(stack.counts @ np.log(np.diagonal(L, axis1=1, axis2=2)).sum(axis=1))
        return cls(stack, inverse, log_det, whitened(stack.data, inverse))

    def squares(self) -> Array:
        """[X y]' V^-1 [X y], (p + 1, p + 1)."""
        return self.data.squares()

    def directions(self, dV: Array) -> Array:
        """B_j = L^-1 dV_j L^-T, (m, S, n, n)."""
        return self.inverse @ dV @ np.swapaxes(self.inverse, -1, -2)

    @cached_property
    def Z(self) -> Array:
        """L^-1 Z."""
        return self.inverse @ self.stack.Z


@dataclass(frozen=True, eq=False)
class WhiteShared:
    """Sums over the persons of each schedule, whitened."""

    data: Shared
    inverse: Array

    @cached_property
    def columns(self) -> Array:
        return self.inverse @ self.data.columns

    @cached_property
    def weighted(self) -> Array:
        """Sums of weight times L^-1 outcome, (S, r, n)."""
        return self.data.weighted @ np.swapaxes(self.inverse, -1, -2)

    def squares(self) -> Array:
        """[X y]' V^-1 [X y], (p + 1, p + 1)."""
        g, w = self.data.pairs
        grams = np.swapaxes(self.columns, -1, -2) @ self.columns
        both = pairwise(grams, self.data.weights, g, w)
        with_y = np.einsum("sng,swn->gw", self.columns, self.weighted)[g, w]
        y = float(np.einsum("sij,sij->", self.inverse @ self.data.outcomes, self.inverse))
        return self.data.into.T @ np.block([[both, with_y[:, None]], [with_y[None], np.array([[y]])]]) @ self.data.into

    def _curves(self, v: Array) -> tuple[Array, float]:
        """L^-1 (X v_x) as curves, one for each weight, (S, r, n); and the factor of the outcome."""
        coefficients = self.data.into @ v
        g, w = self.data.pairs
        table = np.zeros((self.columns.shape[-1], self.data.weights.shape[-1]))
        np.add.at(table, (g, w), coefficients[:-1])
        return np.swapaxes(self.columns @ table, -1, -2), float(coefficients[-1])

    def _weighted_residuals(self, v: Array) -> Array:
        """Sums of weight times L^-1 [X y] v, (S, r, n)."""
        curves, c = self._curves(v)
        return self.data.weights @ curves + c * self.weighted

    def residuals(self, v: Array) -> Array:
        """Sums of products of L^-1 [X y] v, (S, n, n)."""
        curves, c = self._curves(v)
        half = np.swapaxes(curves, -1, -2) @ (0.5 * self.data.weights @ curves + c * self.weighted)
        outcomes = self.inverse @ self.data.outcomes @ np.swapaxes(self.inverse, -1, -2)
        return half + np.swapaxes(half, -1, -2) + c * c * outcomes

    def explained(self, Phi: Array) -> Array:
        """Sums of L^-1 X Phi X' L^-T, (S, n, n)."""
        into = self.data.into[:-1, :-1]
        closed, (g, w) = into @ Phi @ into.T, self.data.pairs
        size, r = self.columns.shape[-1], self.data.weights.shape[-1]
        table = np.zeros((size, r, size, r))
        np.add.at(table, (g[:, None], w[:, None], g, w), closed)
        inner = np.einsum("gwhv,swv->sgh", table, self.data.weights, optimize=True)
        return self.columns @ inner @ np.swapaxes(self.columns, -1, -2)

    def crossed(self, B: Array, v: Array) -> Array:
        """Sums of X' L^-T B_j L^-1 [X y] v, (m, p)."""
        g, w = self.data.pairs
        found = np.einsum("msng,swn->mgw", B @ self.columns, self._weighted_residuals(v), optimize=True)
        return found[:, g, w] @ self.data.into[:-1, :-1]

    def inner(self, B: Array) -> Array:
        """Sums of X' L^-T B_j L^-1 X, (m, p, p)."""
        g, w = self.data.pairs
        grams = np.swapaxes(self.columns, -1, -2) @ B @ self.columns
        into = self.data.into[:-1, :-1]
        return into.T @ np.stack([pairwise(one, self.data.weights, g, w) for one in grams]) @ into


@dataclass(frozen=True, eq=False)
class WhiteOwn:
    """Persons that stand alone, whitened."""

    data: Own
    inverse: Array

    @cached_property
    def wide(self) -> Array:
        return self.inverse @ self.data.wide

    @property
    def X(self) -> Array:
        return self.wide[..., :-1]

    def squares(self) -> Array:
        flat = self.wide.reshape(-1, self.wide.shape[-1])
        return flat.T @ flat

    def residuals(self, v: Array) -> Array:
        e = self.wide @ v
        return e[..., :, None] * e[..., None, :]

    def explained(self, Phi: Array) -> Array:
        return self.X @ Phi @ np.swapaxes(self.X, -1, -2)

    def crossed(self, B: Array, v: Array) -> Array:
        e = (B @ (self.wide @ v)[..., None])[..., 0]
        return np.einsum("snp,msn->mp", self.X, e, optimize=True)

    def inner(self, B: Array) -> Array:
        p = self.X.shape[-1]
        flat = self.X.reshape(-1, p)
        return np.stack([flat.T @ (one @ self.X).reshape(-1, p) for one in B]) if len(B) else np.zeros((0, p, p))


def whitened(data: Shared | Own, inverse: Array) -> WhiteShared | WhiteOwn:
    """The data of a stack multiplied by L^-1, (S, n, n)."""
    return WhiteShared(data, inverse) if isinstance(data, Shared) else WhiteOwn(data, inverse)


def pairwise(grams: Array, weights: Array, g: Array, w: Array) -> Array:
    """Sums over schedules of gram[g, g'] weights[w, w'] for every two closed products, (c, c)."""
    S, size, r = len(grams), grams.shape[-1], weights.shape[-1]
    table = grams.reshape(S, size * size).T @ weights.reshape(S, r * r)
    return table.reshape(size, size, r, r)[g[:, None], g, w[:, None], w]
