"""Sums over persons that gradient and Hessian are made of, from schedules or from patterns of common occasions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from growthcurves.engine.general.gridded import AtMatrix
from growthcurves.engine.general.stacks import Stack
from growthcurves.engine.general.whitened import Whitened
from growthcurves.engine.general.within import Within
from growthcurves.engine.parameters.local import Local
from growthcurves.numerics.arrays import Array


class Given(NamedTuple):
    """What a point says once all sums of squares are there.

    Attributes
    ----------
    local : Local
    squares : (p + 1, p + 1) array
    Phi : (p, p) array
        (X' V^-1 X)^-1.
    v : (p + 1,) array
        The residual is [X y] v.
    deviance : float
        Without the log determinants of V.
    """

    local: Local
    squares: Array
    Phi: Array
    v: Array
    deviance: float


@dataclass(frozen=True, eq=False)
class Derivatives:
    """Sums over persons that gradient and Hessian are made of, along m variance coordinates.

    Attributes
    ----------
    first : (m,) array
    second : (m, m) array
        Second derivatives but for what goes through the fixed effects' own covariance.
    crossed : (m, p) array
        X' V^-1 dV_j V^-1 e.
    inner : (m, p, p) array
        X' V^-1 dV_j V^-1 X.
    """

    first: Array
    second: Array
    crossed: Array
    inner: Array

    def gradient(self, given: Given) -> Array:
        p = len(given.v) - 1
        return np.concatenate([-2.0 * (given.squares[:p] @ given.v), self.first])

    def hessian(self, given: Given, reml: bool) -> Array:
        p, m = len(given.v) - 1, len(self.first)
        out = np.empty((p + m, p + m))
        out[:p, :p] = 2.0 * given.squares[:p, :p]
        out[p:, :p] = 2.0 * self.crossed
        out[:p, p:] = out[p:, :p].T
        out[p:, p:] = self.second
        if reml:
            moved = given.Phi @ self.inner
            out[p:, p:] -= moved.reshape(m, -1) @ np.swapaxes(moved, 1, 2).reshape(m, -1).T
        return out


def by_schedule(
    white: list[Whitened], given: Given, within: Within, reml: bool, directions: Callable[[Stack], Array]
) -> Derivatives:
    """From stacks of schedules and the derivatives of V at each, (m, S, n, n)."""
    local, p = given.local, len(given.v) - 1
    m = local.size - p
    first, second = np.zeros(m), np.zeros((m, m))
    crossed, inner = np.zeros((m, p)), np.zeros((m, p, p))
    curved = []
    for one in white:
        dV = directions(one.stack)
        B = one.directions(dV)
        spread = one.data.residuals(given.v)
        if reml:
            spread = spread + one.data.explained(given.Phi)
            inner += one.data.inner(B)
        eye = one.stack.counts[:, None, None] * np.eye(B.shape[-1])
        M = eye - spread
        first += np.einsum("msij,sij->m", B, M)
        flat = B.reshape(m, -1)
        second += flat @ (B @ (spread - M)).reshape(m, -1).T
        plain = np.swapaxes(one.inverse, 1, 2) @ M @ one.inverse
        _add_curvature(second, local, one.stack, dV, plain)
        curved.append((one.stack, plain))
        crossed += one.data.crossed(B, given.v)
    return _with_bends(first, second, crossed, inner, within, curved, local)


def gradient_by_schedule(
    white: list[Whitened], given: Given, reml: bool, directions: Callable[[Stack], Array]
) -> Array:
    """The gradient alone, which needs no product of two derivatives of V."""
    p = len(given.v) - 1
    first = np.zeros(given.local.size - p)
    for one in white:
        spread = one.data.residuals(given.v)
        if reml:
            spread = spread + one.data.explained(given.Phi)
        M = one.stack.counts[:, None, None] * np.eye(spread.shape[-1]) - spread
        first += np.einsum("msij,sij->m", directions(one.stack), np.swapaxes(one.inverse, 1, 2) @ M @ one.inverse)
    return np.concatenate([-2.0 * (given.squares[:p] @ given.v), first])


def gradient_on_grid(at: AtMatrix, given: Given, reml: bool, dV: Array) -> Array:
    """The same from patterns of common occasions and the derivatives of V at all of these, (m, T, T)."""
    spread = at.sums.data.residuals(given.v)
    if reml:
        spread = spread + at.sums.data.explained(given.Phi)
    plain = (at.counted - at.spread(spread)).sum(axis=0)
    return np.concatenate([-2.0 * (given.squares[:-1] @ given.v), np.einsum("mab,ab->m", dV, plain)])


def on_grid(at: AtMatrix, given: Given, within: Within, reml: bool, dV: Array) -> Derivatives:
    """The same from patterns of common occasions and the derivatives of V at all of these, (m, T, T)."""
    local, p, whole = given.local, len(given.v) - 1, at.sums.whole
    spread = at.sums.data.residuals(given.v)
    inner = np.zeros((len(dV), p, p))
    if reml:
        spread = spread + at.sums.data.explained(given.Phi)
        inner = at.inner(dV)
    spread = at.spread(spread)
    plain = (at.counted - spread).sum(axis=0)
    first = np.einsum("mab,ab->m", dV, plain)
    second = at.bilinear(dV, 2.0 * spread - at.counted)
    _add_curvature(second, local, whole, dV[:, None], plain[None])
    return _with_bends(first, second, at.crossed(dV, given.v), inner, within, [(whole, plain[None])], local)


def _with_bends(
    first: Array,
    second: Array,
    crossed: Array,
    inner: Array,
    within: Within,
    curved: list[tuple[Stack, Array]],
    local: Local,
) -> Derivatives:
    """With the second derivatives of the residuals' part of V."""
    last = len(first) - len(local.others)
    second[last:, last:] += within.curvature(curved)
    return Derivatives(first, (second + second.T) / 2.0, crossed, inner)


def _add_curvature(second: Array, local: Local, stack: Stack, dV: Array, M: Array) -> None:
    """Add sum tr(M d2V): of the chart, and of the scale with everything."""
    k = local.face.size
    S = local.sigma2 * stack.gathered(M)
    second[:k, :k] += local.face.hessian(local.theta, S, np.zeros((len(S),) * 4))
    if local.scaled:
        along = dV.reshape(len(dV), -1) @ M.reshape(-1)
        second[k] += along
        second[:k, k] += along[:k]
        second[k + 1 :, k] += along[k + 1 :]


