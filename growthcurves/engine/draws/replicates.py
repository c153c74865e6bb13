"""Replicates drawn as cross-products from the fitted model.

No rows are made. Per schedule, N persons cost what 50 do (docs/inference-bootstrap.md has the derivation). Draws
come replicate by replicate from streams of their own, so that they do not depend on how many are made at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from typing import NamedTuple, Protocol

import numpy as np

from growthcurves.engine.batch.blocks import BatchBlocks, OwnBatch, SharedBatch
from growthcurves.engine.batch.criterion import Batch
from growthcurves.engine.likelihood.blocks import Blocks, standard_products
from growthcurves.engine.likelihood.own import OwnBlocks
from growthcurves.engine.likelihood.problem import Problem
from growthcurves.engine.likelihood.shared import SharedBlocks
from growthcurves.engine.solution import Solution
from growthcurves.engine.sums.moments import PersonMoments
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.chunks import chunks
from growthcurves.numerics.factors import NOTHING, triangular_root


@dataclass(frozen=True)
class Truth:
    """What replicates are drawn from, in the standard coordinates of a problem.

    Attributes
    ----------
    beta : (p,) array
    D : (q, q) array
        Relative covariance of the random effects; any rank.
    sigma2 : float
    """

    beta: Array
    D: Array
    sigma2: float


def truth_of(solution: Solution) -> Truth:
    """The estimates of a fit as the truth."""
    at = solution.optimum.at
    return Truth(at.beta, at.D, at.sigma2)


def truth_from(problem: Problem, beta: Array, G: Array, sigma2: float) -> Truth:
    """Values in the original coding as the truth: beta (p,), G (q, q), sigma2."""
    standard = (problem.back_x @ beta - problem.offset) / problem.scale
    J = problem.back_z / problem.scale
    residual = sigma2 / problem.scale**2
    return Truth(standard, J @ G @ J.T / residual, residual)


@dataclass(frozen=True)
class _Streams:
    """Normal and chi-square variates, each consumed replicate by replicate."""

    normal: np.random.Generator
    square: np.random.Generator

    @classmethod
    def seeded(cls, seed: np.random.SeedSequence) -> _Streams:
        return cls(*(np.random.default_rng(child) for child in seed.spawn(2)))


class ParametricSource:
    """Outcomes drawn from a fitted model, as cross-products.

    Parameters
    ----------
    problem : Problem
        Whose design, criterion and coordinates the replicates have.
    truth : Truth
    seed : SeedSequence
    """

    def __init__(self, problem: Problem, truth: Truth, seed: np.random.SeedSequence) -> None:
        self.problem, self.truth = problem, truth
        seeds = seed.spawn(len(problem.blocks) + 1)
        self._rest = _Streams.seeded(seeds[0])
        self._parts = [
            part_of(block, truth, _Streams.seeded(child))
            for block, child in zip(problem.blocks, seeds[1:], strict=True)
        ]
        p = problem.p
        S = problem.total[:p, :p] - sum((part.within for part in self._parts), np.zeros((p, p)))
        self._root = _factor(S, problem.rows)
        df = problem.rows - sum(part.df for part in self._parts) - self._root.shape[1]
        self._df = max(int(round(df)), 0)

    @property
    def numbers(self) -> int:
        """Numbers that a replicate holds."""
        return sum(part.numbers for part in self._parts)

    def next(self, count: int) -> Batch:
        """The next `count` replicates."""
        problem, beta, sigma2 = self.problem, self.truth.beta, self.truth.sigma2
        p = problem.p
        h = self._rest.normal.standard_normal((count, self._root.shape[1]))
        beyond = self._rest.square.chisquare(self._df, count) if self._df else np.zeros(count)
        x_error = np.sqrt(sigma2) * h @ self._root.T
        square = sigma2 * ((h * h).sum(axis=1) + beyond)
        blocks: list[BatchBlocks] = []
        for part in self._parts:
            block, through_z, explained = part.next(count)
            blocks.append(block)
            x_error += through_z
            square += explained
        total = np.empty((count, p + 1, p + 1))
        xx = problem.total[:p, :p]
        total[:, :p, :p] = xx
        total[:, p, :p] = total[:, :p, p] = xx @ beta + x_error
        total[:, p, p] = beta @ xx @ beta + 2.0 * x_error @ beta + square
        rows, persons = np.full(count, float(problem.rows)), np.full(count, float(problem.persons))
        return Batch(problem, tuple(blocks), total, rows, persons)


class Part(Protocol):
    """What one layout of persons adds to the replicates.

    `within` (p, p) is the sum of X_i'P_i X_i, P_i the projection on the columns of Z_i; `df` the sum of the ranks of
    Z_i; `numbers` how many numbers a replicate holds.
    """

    within: Array
    df: float
    numbers: int

    def next(self, count: int) -> tuple[BatchBlocks, Array, Array]:
        """The next replicates; the part of X'e that goes through Z, (count, p); the squared length of P e."""
        ...


@singledispatch
def part_of(block: Blocks, truth: Truth, streams: _Streams) -> Part:
    """How replicates of a layout are drawn: a layout registers its own way here.

    Raises
    ------
    TypeError
        For a layout that has none.
    """
    raise TypeError(f"replicates cannot be drawn from {type(block).__name__}: register a part of theirs")


class _Errors(NamedTuple):
    """How errors e = Zu + residuals are drawn per design from a standard normal f, arrays (K, q, q).

    With G = R'R, rows of zeros in R where G lacks rank, R^+'Z'e is normal with covariance sigma^2 (R D R' + I), of
    which H is a factor: Z'e = A f with A = R'H, (Z'Z)^- Z'e = B f with B = R^+H, and the projection of e on Z has
    the squared length |H f|^2.
    """

    H: Array
    A: Array
    B: Array

    @property
    def ranks(self) -> Array:
        """Rank of each design, (K,)."""
        return (np.abs(self.H).sum(axis=2) > 0).sum(axis=1)


def _errors(G: Array, truth: Truth) -> _Errors:
    R = triangular_root(G).swapaxes(1, 2)
    there = np.einsum("kaa->ka", R) > 0
    H = np.linalg.cholesky(R @ truth.D @ R.swapaxes(1, 2) + np.eye(G.shape[1])) * there[:, :, None]
    H = np.sqrt(truth.sigma2) * H
    A = R.swapaxes(1, 2) @ H
    return _Errors(H, A, _generalised(G) @ A)


def _factor(S: Array, size: float) -> Array:
    """A factor (n, rank) with S = factor factor', in the order of the columns; zeros are relative to `size`."""
    L = triangular_root(S, size)
    return L[:, np.diagonal(L) > 0]


def _generalised(G: Array) -> Array:
    """Generalised inverses of positive semidefinite G, (K, q, q)."""
    values, vectors = np.linalg.eigh(G)
    there = values > NOTHING * np.maximum(values[:, -1:], 1e-300)
    return (vectors * np.where(there, 1.0 / np.where(there, values, 1.0), 0.0)[:, None, :]) @ vectors.swapaxes(1, 2)


@part_of.register(SharedBlocks)
class _SharedPart:
    """Persons compressed by schedule: per schedule the sums of C_i x E_i and E_i x E_i, E_i = Z_i'e_i."""

    def __init__(self, block: SharedBlocks, truth: Truth, streams: _Streams) -> None:
        s = block.schedules.ordered()
        K, q, width = s.T.shape[:3]
        p = width - 1
        self.schedules, self.beta = s, truth.beta
        self.errors, self.inverse = _errors(s.G, truth), _generalised(s.G)
        self.df = float(s.counts @ self.errors.ranks)
        self.fixed = s.T[:, :, :p, :, :p]
        self.within = np.einsum("kab,kaibj->ij", self.inverse, self.fixed)
        C = self.fixed.reshape(K, q * p, q * p)
        self.roots = [_factor(C[k], float(np.trace(C[k])) or 1.0) for k in range(K)]
        sizes = [part.shape[1] for part in self.roots]
        self.ends = np.cumsum([0, *(size * q for size in sizes)])
        free = [max(int(round(n)) - size, 0) for n, size in zip(s.counts, sizes, strict=True)]
        self.wishart = _Wishart(free, q)
        self.numbers = K * q * q * width + int(self.ends[-1])
        self.streams = streams

    def next(self, count: int) -> tuple[SharedBatch, Array, Array]:
        K, q, p = self.fixed.shape[:3]
        normal = self.streams.normal.standard_normal((count, int(self.ends[-1]) + self.wishart.normals))
        inner = self.wishart.make(normal[:, self.ends[-1] :], self.streams.square)  # sum of f f'
        cross = np.empty((count, K, q, p, q))  # sum of C_ai E_b
        for k, factor in enumerate(self.roots):
            z = normal[:, self.ends[k] : self.ends[k + 1]].reshape(count, factor.shape[1], q)
            cross[:, k] = (factor @ (z @ self.errors.A[k].T)).reshape(count, q, p, q)
            inner[:, k] += z.swapaxes(1, 2) @ z
        H, A = self.errors.H, self.errors.A
        through_z = np.einsum("kab,zkaib->zi", self.inverse, cross)
        explained = ((H.swapaxes(1, 2) @ H) * inner).sum(axis=(1, 2, 3))
        return self._block(cross, A @ inner @ A.swapaxes(1, 2)), through_z, explained

    def _block(self, cross: Array, squares: Array) -> SharedBatch:
        """Sums with the outcome y = X beta + e, from those with the errors."""
        s = self.schedules
        count, K, q, p = cross.shape[:4]
        moving = np.empty((count, K, q, q, p + 1))
        expected = np.einsum("kaibj,j->kaib", self.fixed, self.beta)  # sum of C_ai (C beta)_b
        with_mean = np.einsum("i,zkaib->zkab", self.beta, cross)  # sum of (C beta)_a E_b
        moving[..., :p] = (cross + expected).swapaxes(3, 4)
        moving[..., p] = np.einsum("i,kaib->kab", self.beta, expected) + with_mean + with_mean.swapaxes(2, 3) + squares
        fixed = self.fixed.transpose(0, 1, 3, 2, 4).reshape(1, K * q * q, p * p)
        return SharedBatch(s.counts[None], s.lengths, s.G, fixed, moving.reshape(count, K * q * q, p + 1))


class _Wishart:
    """Wishart matrices of identity scale by Bartlett's decomposition (Bartlett 1933), or as g'g where there are
    fewer degrees of freedom than columns.

    Attributes
    ----------
    normals : int
        Standard normal variates that a replicate takes.
    """

    def __init__(self, df: list[int], q: int) -> None:
        self.df, self.q = df, q
        self.many = [k for k, n in enumerate(df) if n >= q]
        self.few = [k for k, n in enumerate(df) if 0 < n < q]
        self.freedom = np.array([df[k] for k in self.many], dtype=float)[:, None] - np.arange(q)
        self.lower = np.tril_indices(q, -1)
        self.normals = len(self.many) * len(self.lower[0]) + q * sum(df[k] for k in self.few)

    def make(self, normal: Array, square: np.random.Generator) -> Array:
        """(count, K, q, q) from normal variates (count, normals) and a stream of chi-squares."""
        count, q = len(normal), self.q
        out = np.zeros((count, len(self.df), q, q))
        used = len(self.many) * len(self.lower[0])
        if self.many:
            L = np.zeros((count, len(self.many), q, q))
            L[:, :, self.lower[0], self.lower[1]] = normal[:, :used].reshape(count, len(self.many), -1)
            L[:, :, range(q), range(q)] = np.sqrt(square.chisquare(self.freedom, (count, *self.freedom.shape)))
            out[:, self.many] = L @ L.swapaxes(2, 3)
        for k in self.few:
            g = normal[:, used : used + self.df[k] * q].reshape(count, self.df[k], q)
            out[:, k] = g.swapaxes(1, 2) @ g
            used += self.df[k] * q
        return out


@part_of.register(OwnBlocks)
class _OwnPart:
    """Persons with own times: Z_i'e_i is drawn person by person."""

    def __init__(self, block: OwnBlocks, truth: Truth, streams: _Streams) -> None:
        self.lengths, self.G, C = person_products(block.people, block.into_z, block.into_xy)
        self.C = np.ascontiguousarray(C[:, :, :-1])
        self.errors = _errors(self.G, truth)
        self.df = float(self.errors.ranks.sum())
        inverse = _generalised(self.G)
        n, q, p = self.C.shape
        self.within = self.C.reshape(n * q, p).T @ (inverse @ self.C).reshape(n * q, p)
        self.mean = self.C @ truth.beta
        self.numbers = n * q
        self.streams = streams

    def next(self, count: int) -> tuple[OwnBatch, Array, Array]:
        n, q, p = self.C.shape
        f = self.streams.normal.standard_normal((count, n, q, 1))
        through_z = (self.errors.B @ f).reshape(count, n * q) @ self.C.reshape(n * q, p)
        explained = ((self.errors.H @ f) ** 2).sum(axis=(1, 2, 3))
        outcomes = self.mean + (self.errors.A @ f)[..., 0]
        return OwnBatch(self.lengths, self.G, self.C, outcomes), through_z, explained


def person_products(people: PersonMoments, into_z: Array, into_xy: Array) -> tuple[Array, Array, Array]:
    """Occasions (N,), Z'Z (N, q, q) and Z'[X y] (N, q, p + 1) of the persons, in standard coordinates."""
    parts = [standard_products(people.take(part), into_z, into_xy) for part in chunks(people.count)]
    G, C = (np.ascontiguousarray(np.concatenate(kind, axis=2).transpose(2, 0, 1)) for kind in zip(*parts, strict=True))
    return people.gram[0], G, C
