"""Many replicates of one problem side by side: the criterion and its derivatives with one more leading axis.

The equations are those of `gaussian.py` (docs/engine.md, section 2); B is the number of replicates.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from growthcurves.engine.batch.blocks import BatchBlocks, Sums
from growthcurves.engine.likelihood.gaussian import LOG_2PI
from growthcurves.engine.likelihood.problem import Problem
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True)
class Batch:
    """Replicates of a problem, in its standard coordinates.

    Attributes
    ----------
    problem : Problem
        Whose coordinates, criterion (ML or REML) and structure these are; its own data are not used.
    blocks : tuple of BatchBlocks
    total : (B, p + 1, p + 1) array
        [X y]'[X y].
    rows, persons : (B,) arrays
    """

    problem: Problem
    blocks: tuple[BatchBlocks, ...]
    total: Array
    rows: Array
    persons: Array

    def __len__(self) -> int:
        return len(self.total)

    @property
    def error_df(self) -> Array:
        """n for ML, n - p for REML, (B,)."""
        return self.rows - self.problem.p if self.problem.reml else self.rows

    @property
    def deviance_shift(self) -> Array:
        """What the standard -2 log likelihoods lack to be those of the original coding, (B,)."""
        more = self.error_df - self.problem.error_df
        return self.problem.deviance_shift + 2.0 * more * np.log(self.problem.scale)

    def take(self, index: NDArray[np.intp]) -> Batch:
        """Some of the replicates."""
        blocks = tuple(block.take(index) for block in self.blocks)
        return replace(self, blocks=blocks, total=self.total[index], rows=self.rows[index], persons=self.persons[index])

    def single(self, replicate: int) -> Problem:
        """One replicate as a problem of its own, in the same coordinates."""
        blocks = tuple(block.alone(replicate) for block in self.blocks)
        rows, persons = float(self.rows[replicate]), float(self.persons[replicate])
        return replace(self.problem, blocks=blocks, total=self.total[replicate], rows=rows, persons=persons)

    def transformed(self, problem: Problem, into_z: Array, into_xy: Array) -> Batch:
        """The same replicates in columns Z @ into_z and [X y] @ into_xy, which are those of `problem`."""
        blocks = tuple(block.transformed(into_z, into_xy) for block in self.blocks)
        return replace(self, problem=problem, blocks=blocks, total=into_xy.T @ self.total @ into_xy)


class Points(NamedTuple):
    """The criterion of B replicates, each at its own D = F F' (deviance infinite where it has no value).

    F (B, q, q); deviance, rss (B,); inverse (B, p, p) = R^-1 with R R' = X'WX; beta (B, p).
    """

    F: Array
    deviance: Array
    inverse: Array
    beta: Array
    rss: Array

    @property
    def D(self) -> Array:
        return self.F @ self.F.swapaxes(1, 2)

    def take(self, index: NDArray) -> Points:
        return Points(*(part[index] for part in self))


class Slopes(NamedTuple):
    """Derivatives of B deviances in D: gradient (B, q, q), profiled (B, q q, q q), expected (B, q q, q q).

    `expected` is the expected Hessian of the log determinants, `rss` (B, q, q) the derivative of rss, and
    `trace` (B, q, q) that of the log determinants.
    """

    gradient: Array
    profiled: Array
    expected: Array
    rss: Array
    trace: Array


def criterion(batch: Batch, F: Array) -> Points:
    """Evaluate the criterion of every replicate at D = F F', F (B, q, q)."""
    p, nu = batch.problem.p, batch.error_df
    logs, left = np.zeros(len(batch)), batch.total.copy()
    for block in batch.blocks:
        for piece in block.pieces(len(batch)):
            log_det, explained = piece.reduce(F)
            logs += log_det
            left -= explained
    factor, good = triangle(left)
    inverse = inverse_triangle(factor[:, :p, :p])
    half = factor[:, p, :p]
    rss = factor[:, p, p] ** 2
    beta = (half[:, None, :] @ inverse)[:, 0]
    with np.errstate(divide="ignore", invalid="ignore"):
        deviance = nu * (LOG_2PI + np.log(rss / nu) + 1.0) + logs
        if batch.problem.reml:
            deviance += 2.0 * np.log(np.einsum("zii->zi", factor[:, :p, :p])).sum(axis=1)
    return Points(F, np.where(good, deviance, np.inf), inverse, beta, rss)


def triangle(A: Array) -> tuple[Array, NDArray[np.bool_]]:
    """Lower Cholesky factors of A (B, n, n), and which of them exist; ones on the diagonal where not."""
    L = np.zeros_like(A)
    good = np.ones(len(A), dtype=bool)
    for j in range(A.shape[1]):
        column = A[:, j:, j]
        if j:
            column = column - (L[:, j:, :j] @ L[:, j, :j, None])[:, :, 0]
        there = column[:, 0] > 0.0
        good &= there
        pivot = np.sqrt(np.where(there, column[:, 0], 1.0))
        L[:, j:, j] = column / pivot[:, None]
        L[:, j, j] = pivot
    return L, good


def inverse_triangle(L: Array) -> Array:
    """Inverses of lower triangular L (B, n, n), row by row."""
    out = np.zeros_like(L)
    for i in range(L.shape[1]):
        scale = 1.0 / L[:, i, i, None]
        if i:
            out[:, i, :i] = -scale * (L[:, i, None, :i] @ out[:, :i, :i])[:, 0]
        out[:, i, i] = scale[:, 0]
    return out


def derivatives(batch: Batch, at: Points) -> Slopes:
    """First and second derivatives at evaluated points (docs/engine.md, equations 2.6 to 2.11)."""
    return slopes_of(batch, at, sums_at(batch, at))


def weights_at(batch: Batch, at: Points) -> tuple[Array, Array]:
    """v = (-beta, 1), (B, p + 1), and the weight K of [X y] in derivatives, (B, p + 1, p + 1)."""
    p = batch.problem.p
    v = np.concatenate([-at.beta, np.ones((len(batch), 1))], axis=1)
    weight = (batch.error_df / at.rss)[:, None, None] * (v[:, :, None] * v[:, None, :])
    if batch.problem.reml:
        weight[:, :p, :p] += at.inverse.swapaxes(1, 2) @ at.inverse
    return v, weight


def sums_at(batch: Batch, at: Points) -> Sums:
    """The sums that derivatives are made of."""
    return sums_of(batch, at.F, weights_at(batch, at)[1])


def slopes_of(batch: Batch, at: Points, sums: Sums) -> Slopes:
    """Derivatives from their sums."""
    B, p, q = len(batch), batch.problem.p, batch.problem.q
    nu = batch.error_df
    v, weight = weights_at(batch, at)
    flat = sums.uu.reshape(B, q * q, (p + 1) * (p + 1))
    residual = (sums.uu.reshape(B, q * q * (p + 1), p + 1) @ v[:, :, None]).reshape(B, q * q, p + 1)
    rss = -(residual @ v[:, :, None])[:, :, 0]
    gradient = sums.p - (flat @ weight.reshape(B, -1, 1)).reshape(B, q, q)
    cross = (residual[:, :, :p] @ at.inverse.swapaxes(1, 2)).reshape(B, q, q, p)
    cross = ((cross + cross.swapaxes(1, 2)) / 2.0).reshape(B, q * q, p)
    shape = (B, q * q, q * q)
    expected = sums.pp.transpose(0, 4, 1, 2, 3).reshape(shape)
    H = 2.0 * sums.pk.transpose(0, 4, 1, 2, 3).reshape(shape) - expected
    H -= (2.0 * nu / at.rss)[:, None, None] * (cross @ cross.swapaxes(1, 2))
    if batch.problem.reml:
        inverse = at.inverse[:, None]
        inner = sums.uu[..., :p, :p].reshape(B, q * q, p, p)
        whitened = (inverse @ inner @ inverse.swapaxes(2, 3)).reshape(B, q, q, p * p)
        swapped = whitened.swapaxes(1, 2).reshape(B, q * q, p * p)
        H -= whitened.reshape(B, q * q, p * p) @ swapped.swapaxes(1, 2)
    H -= (nu / at.rss**2)[:, None, None] * (rss[:, :, None] * rss[:, None, :])
    return Slopes(gradient, H, expected, rss.reshape(B, q, q), sums.p)


def sums_of(batch: Batch, F: Array, weight: Array) -> Sums:
    B, q, width = len(batch), batch.problem.q, batch.problem.p + 1
    total = Sums(np.zeros((B, q, q, width, width)), np.zeros((B, q, q)), *np.zeros((2, B, q, q, q, q)))
    for block in batch.blocks:
        for piece in block.pieces(B):
            part = piece.curvature(F, weight)
            total = Sums(*(a + b for a, b in zip(total, part, strict=True)))
    return total
