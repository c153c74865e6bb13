"""Replicates of a study that has not been done: persons by kind, their outcomes as sums and squares of each kind.

Persons of a kind have the same rows of X and Z. With Q a basis of both, a replicate needs of each kind how many persons
there are, the sum of Q'e and of Q'e e'Q over them, and the squares of what lies outside; of N persons these cost what
those of 50 do (docs/planning-simulation.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from growthcurves.engine.batch.blocks import SharedBatch
from growthcurves.engine.batch.criterion import Batch
from growthcurves.engine.likelihood.problem import Problem
from growthcurves.engine.likelihood.shared import SharedBlocks
from growthcurves.engine.search.certificate import identified
from growthcurves.engine.sums.schedules import Schedules
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.factors import triangular_root

#: Singular values of [X Z] of a kind below this share of the largest are rounding.
NOTHING = 1e-10


class Drawn(NamedTuple):
    """Deviations of outcomes from their expected values, of B replicates and K kinds, r the most columns of a basis.

    `counts` (B, K) persons; `sums` (B, K, r) of Q'e; `squares` (B, K, r, r) of Q'e e'Q; `beyond` (B,) squares outside.
    """

    counts: Array
    sums: Array
    squares: Array
    beyond: Array


class Kinds:
    """Kinds of persons in standard coordinates, and the problem that studies of them are.

    Parameters
    ----------
    X, Z : sequences of (m_k, p) and (m_k, q) arrays
        Of a person of each kind, in the original coding.
    partition : tuple of tuples
        Blocks of random effects within which G is unstructured.
    expected : (K,) array
        Persons of each kind.
    beta : (p,) array
        The true fixed effects, about which outcomes are drawn.
    scale : float
        About how large their deviations are.
    reml : bool
    """

    def __init__(
        self,
        X: Sequence[Array],
        Z: Sequence[Array],
        partition: tuple[tuple[int, ...], ...],
        expected: Array,
        beta: Array,
        scale: float,
        reml: bool = True,
    ) -> None:
        self.lengths = np.array([float(len(rows)) for rows in X])
        rows, persons = float(expected @ self.lengths), float(expected.sum())
        weights = np.sqrt(np.repeat(expected, self.lengths.astype(int)))[:, None]
        back_x = _triangle(weights * np.concatenate(X)) / np.sqrt(rows)
        back_z = np.zeros((Z[0].shape[1],) * 2)
        for block in partition:
            inside = (weights * np.concatenate(Z))[:, block]
            back_z[np.ix_(block, block)] = _triangle(inside) / np.sqrt(persons)
        self.X = [np.linalg.solve(back_x.T, one.T).T for one in X]
        self.Z = [np.linalg.solve(back_z.T, one.T).T for one in Z]
        self.bases = [_basis(np.hstack([z, x])) for z, x in zip(self.Z, self.X, strict=True)]
        self.r = max(Q.shape[1] for Q in self.bases)
        self.beta = beta
        self.problem = self._problem(
            rows=int(round(rows)), persons=int(round(persons)), reml=reml, partition=partition, back_x=back_x,
            back_z=back_z, scale=scale, offset=back_x @ beta, into_z=np.eye(len(back_z)),
            into_xy=np.eye(len(beta) + 1), expected=expected,
        )  # fmt: skip
        self._xx = np.stack([x.T @ x for x in self.X])
        self._into_x, self._into_z = self._padded(self.X), self._padded(self.Z)
        self._C = np.stack([z.T @ x for z, x in zip(self.Z, self.X, strict=True)])

    def _problem(self, expected: Array, **frame: object) -> Problem:
        p, q = self.X[0].shape[1], self.Z[0].shape[1]
        G = np.stack([z.T @ z for z in self.Z])
        C = np.zeros((len(self.X), q, p + 1))
        C[:, :, :p] = np.stack([z.T @ x for z, x in zip(self.Z, self.X, strict=True)])
        T = expected[:, None, None, None, None] * C[:, :, :, None, None] * C[:, None, None]
        total = np.zeros((p + 1, p + 1))
        total[:p, :p] = np.einsum("k,kij->ij", expected, np.stack([x.T @ x for x in self.X]))
        total[p, p] = float(expected @ self.lengths)
        blocks = (SharedBlocks(Schedules(expected, self.lengths, G, T)),) if q else ()
        return Problem(blocks=blocks, total=total, **frame)  # type: ignore[arg-type]

    def _padded(self, parts: Sequence[Array]) -> Array:
        """Q'X or Q'Z of each kind with zeros for columns that its basis lacks, (K, r, n)."""
        out = np.zeros((len(parts), self.r, parts[0].shape[1]))
        for k, (Q, part) in enumerate(zip(self.bases, parts, strict=True)):
            out[k, : Q.shape[1]] = Q.T @ part
        return out

    @property
    def identified(self) -> bool:
        """Whether the design tells G and the residual variance apart."""
        return identified(self.problem.blocks, self.problem.partition)

    def batch(self, drawn: Drawn) -> Batch:
        """Replicates with these outcomes."""
        problem, (B, K) = self.problem, drawn.counts.shape
        p, q, scale = problem.p, problem.q, problem.scale
        sums, squares = drawn.sums / scale, drawn.squares / scale**2
        total = np.empty((B, p + 1, p + 1))
        total[:, :p, :p] = (drawn.counts @ self._xx.reshape(K, -1)).reshape(B, p, p)
        total[:, p, :p] = total[:, :p, p] = sums.reshape(B, -1) @ self._into_x.reshape(-1, p)
        total[:, p, p] = np.einsum("zkii->z", squares) + drawn.beyond / scale**2
        rows, persons = drawn.counts @ self.lengths, drawn.counts.sum(axis=1)
        blocks = (self._block(drawn.counts, sums, squares),) if q else ()
        return Batch(problem, blocks, total, rows, persons)

    def _block(self, counts: Array, sums: Array, squares: Array) -> SharedBatch:
        """Persons by kind; T is that of one person and counts as often as there are persons."""
        (B, K), p, q = counts.shape, self.problem.p, self.problem.q
        each = 1.0 / np.maximum(counts, 1.0)
        outcome = (sums[:, :, None, :] @ self._into_z)[:, :, 0] * each[:, :, None]
        moving = np.empty((B, K, q, q, p + 1))
        moving[..., :p] = self._C[:, :, None, :] * outcome[:, :, None, :, None]
        into = self._into_z
        moving[..., p] = into.swapaxes(1, 2) @ squares @ into * each[:, :, None, None]
        fixed = (self._C[:, :, None, :, None] * self._C[:, None, :, None, :]).reshape(1, K * q * q, p * p)
        G = np.stack([z.T @ z for z in self.Z])
        return SharedBatch(counts, self.lengths, G, fixed, moving.reshape(B, K * q * q, p + 1), counts)


def _triangle(columns: Array) -> Array:
    """R with R'R the cross-products of the columns, its diagonal above zero."""
    if not columns.shape[1]:
        return np.zeros((0, 0))
    R = np.linalg.qr(columns)[1]
    return R * np.sign(np.diag(R))[:, None]


def _basis(columns: Array) -> Array:
    """An orthonormal basis of what the columns span, (m, r)."""
    left, values, _ = np.linalg.svd(columns, full_matrices=False)
    return left[:, values > NOTHING * max(values.max(initial=0.0), 1e-300)]


class Source(Protocol):
    """What draws outcomes of planned persons."""

    most: int

    def next(self, count: int) -> Drawn:
        """The next replicates."""
        ...


class Counts(NamedTuple):
    """Persons of a group, such as an arm, and the probability of each of some kinds; the rest are never seen."""

    persons: int
    kinds: tuple[int, ...]
    shares: tuple[float, ...]


class NormalOutcomes:
    """Normal outcomes, drawn as Wishart matrices whose degrees of freedom are the persons of a kind.

    Attributes
    ----------
    most : int
        Replicates that may be drawn at once.

    Parameters
    ----------
    kinds : Kinds
    covariances : sequence of sequences of (m_k, m_k) arrays
        Of the outcomes of a person of each kind, outside its basis a multiple of the identity; of all replicates, or
        of each.
    groups : sequence of Counts
    seed : SeedSequence
    """

    most = 1 << 20

    def __init__(
        self,
        kinds: Kinds,
        covariances: Sequence[Sequence[Array]],
        groups: Sequence[Counts],
        seed: np.random.SeedSequence,
    ) -> None:
        self.kinds, self.groups, self.done = kinds, groups, 0
        self.free = kinds.lengths - [Q.shape[1] for Q in kinds.bases]
        made = [self._roots(of_one) for of_one in covariances]
        self.roots, self.rest = (np.stack(part) for part in zip(*made, strict=True))
        self._counts, self._normal, self._square = (np.random.default_rng(child) for child in seed.spawn(3))

    def _roots(self, covariances: Sequence[Array]) -> tuple[Array, Array]:
        """Roots (K, r, r) of the covariance inside the basis of each kind, and the variance outside (K,)."""
        K, r = len(covariances), self.kinds.r
        roots, rest = np.zeros((K, r, r)), np.zeros(K)
        for k, (V, Q) in enumerate(zip(covariances, self.kinds.bases, strict=True)):
            inside, size = Q.T @ V @ Q, Q.shape[1]
            roots[k, :size, :size] = triangular_root(inside)
            rest[k] = (np.trace(V) - np.trace(inside)) / self.free[k] if self.free[k] else 0.0
        return roots, rest

    def next(self, count: int) -> Drawn:
        """The next replicates."""
        (K, r), own = (self.roots.shape[1], self.kinds.r), slice(self.done, self.done + count)
        roots, rest = (self.roots, self.rest) if len(self.rest) == 1 else (self.roots[own], self.rest[own])
        self.done += count
        counts = drawn_counts(self.groups, K, count, self._counts)
        normal = self._normal.standard_normal((count, K, r + r * (r - 1) // 2))
        df = np.maximum(counts[:, :, None] - 1.0 - np.arange(r), 0.0)
        shapes = np.concatenate([df, (counts * self.free)[:, :, None]], axis=2) / 2.0
        squares = 2.0 * self._square.standard_gamma(shapes)
        z, there = normal[:, :, :r], (counts > 0)[:, :, None]
        z = z * there
        W = bartlett(normal[:, :, r:], squares[:, :, :r], df) + z[..., :, None] * z[..., None, :]
        sums = np.sqrt(counts)[:, :, None] * (roots @ z[..., None])[..., 0]
        return Drawn(counts, sums, roots @ W @ roots.swapaxes(2, 3), (squares[:, :, r] * rest).sum(axis=1))


def bartlett(normal: Array, square: Array, df: Array) -> Array:
    """Wishart matrices (..., r, r) of identity scale with any degrees of freedom, below r too (Bartlett 1933).

    Parameters
    ----------
    normal : (..., r (r - 1) / 2) array
        Standard normal.
    square : (..., r) array
        Chi-squares with `df` degrees of freedom, which fall by one from a column to the next; zero of none.
    df : (..., r) array
    """
    r = df.shape[-1]
    L = np.zeros((*df.shape, r))
    rows, columns = np.tril_indices(r, -1)
    L[..., rows, columns] = normal * (df[..., columns] > 0)
    L[..., range(r), range(r)] = np.sqrt(square)
    return L @ L.swapaxes(-1, -2)


def drawn_counts(groups: Sequence[Counts], kinds: int, count: int, rng: np.random.Generator) -> Array:
    """Persons of each kind in each of `count` replicates, (count, kinds)."""
    out = np.zeros((count, kinds))
    wide = [np.append(group.shares, max(1.0 - sum(group.shares), 0.0)) for group in groups]
    for row in range(count):
        for group, shares in zip(groups, wide, strict=True):
            out[row, list(group.kinds)] += rng.multinomial(group.persons, shares / shares.sum())[:-1]
    return out
