"""The large-sample distribution of a likelihood ratio at the boundary of the variances (docs/compare.md).

Under the smaller model the ratio is distributed as |P_T z|^2 - |P_S z|^2 with z ~ N(0, I^-1) in the metric of the
information I, T the tangent cone of the larger model there and S the tangent space of the smaller (Self and Liang
1987; Shapiro 1988). Of T only the matrices N_b' H N_b are constrained, N_b the directions of block b in which the
smaller model has no variance: they must be positive semidefinite.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.engine.likelihood.gaussian import criterion, derivatives
from growthcurves.engine.likelihood.problem import Problem
from growthcurves.engine.submodels.submodel import Submodel
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.cones import projected, svec

#: Singular values of the smaller model's Z in a block below this fraction of its largest coefficient are none.
NOTHING = 1e-8


@dataclass(frozen=True)
class Boundary:
    """What decides the distribution.

    Attributes
    ----------
    free : int
        Parameters that the larger model has more, fixed effects among them.
    sizes : tuple of int
        Size of each matrix that must be positive semidefinite; its svec counts among the free parameters.
    covariance : (k, k) array
        Of the estimates of their svecs without the constraint, up to a factor.
    """

    free: int
    sizes: tuple[int, ...]
    covariance: Array


def free_parameters(partition: tuple[tuple[int, ...], ...]) -> int:
    """Variances and covariances of the random effects."""
    return sum(len(block) * (len(block) + 1) // 2 for block in partition)


def new_directions(partition: tuple[tuple[int, ...], ...], into_z: Array) -> list[Array]:
    """Orthonormal directions (q, r) of each block of the larger model in which the smaller one has no variance.

    Parameters
    ----------
    partition : tuple of tuples
        The larger model's blocks.
    into_z : (q, q small) array
        Columns of the smaller model = those of the larger @ into_z.
    """
    out = []
    size = np.abs(into_z).max(initial=0.0)
    for block in partition:
        rows = into_z[list(block)]
        left, values, _ = np.linalg.svd(rows)
        rank = int((values > NOTHING * size).sum())
        N = np.zeros((len(into_z), len(block) - rank))
        N[list(block)] = left[:, rank:]
        out.append(N)
    return [N for N in out if N.shape[1]]


def boundary(problem: Problem, small: Submodel, D: Array) -> Boundary:
    """The boundary at the smaller model's relative covariance D, of full rank.

    Raises
    ------
    LinAlgError
        When the data do not determine the variances of the larger model there.
    """
    directions = new_directions(problem.partition, small.into_z)
    added = free_parameters(problem.partition) - free_parameters(small.problem.partition)
    free = problem.p - small.problem.p + added
    basis = _basis(problem)
    moved = [svec(N.T @ basis @ N) for N in directions]
    A = np.concatenate(moved, axis=1).T if moved else np.zeros((0, len(basis)))
    sizes = tuple(N.shape[1] for N in directions)
    if sum(sizes) < 2:
        return Boundary(free, sizes, np.eye(len(A)))
    half = np.linalg.solve(np.linalg.cholesky(_information(problem, small.into_z @ D @ small.into_z.T, basis)), A.T)
    return Boundary(free, sizes, half.T @ half)


def _basis(problem: Problem) -> Array:
    """The symmetric matrices that D may be made of, (m, q, q)."""
    q = problem.q
    out = []
    for block in problem.partition:
        for place, a in enumerate(block):
            for b in block[: place + 1]:
                E = np.zeros((q, q))
                E[a, b] = E[b, a] = 1.0
                out.append(E)
    return np.array(out).reshape(-1, q, q)


def _information(problem: Problem, D: Array, basis: Array) -> Array:
    """Expected information of the entries of D with sigma^2 estimated, beta apart as it is in large samples."""
    slopes = derivatives(problem, criterion(problem, D))
    E = basis.reshape(len(basis), -1)
    trace = E @ slopes.sums.p.ravel()
    return (E @ slopes.expected_hessian() @ E.T - np.outer(trace, trace) / problem.rows) / 2.0


def squared_shares(at: Boundary, n: int, rng: np.random.Generator) -> Array:
    """|P_C u|^2 for n directions u of the free parameters, uniform on the sphere; C is T less S.

    The ratio is a chi-square with `free` degrees of freedom times such a share, independent of it.
    """
    z = rng.standard_normal((n, at.free))
    L = np.linalg.cholesky(at.covariance)
    k = len(L)
    K = z[:, :k] @ L.T
    W = np.linalg.solve(L, np.eye(k))
    left = projected(K, W.T @ W, at.sizes) - K
    lost = ((left @ W.T) ** 2).sum(axis=1)
    return np.clip(1.0 - lost / (z * z).sum(axis=1), 0.0, 1.0)
