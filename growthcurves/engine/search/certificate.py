"""Three separate words on every fit: converged, singular, identified (docs/engine.md, section 5).

`converged` is the first-order condition on the cone of covariance matrices plus a small Newton decrement and a
positive definite Hessian on the active face; `singular` says that G lacks rank; `identified` says that the
linear map from (G, sigma^2) to the persons' covariance matrices has full column rank.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from growthcurves.engine.likelihood.blocks import Blocks
from growthcurves.engine.likelihood.gaussian import criterion
from growthcurves.engine.likelihood.problem import Problem
from growthcurves.engine.likelihood.with_units import WithUnits
from growthcurves.engine.parameters.face import ZERO, null_space, spectrum
from growthcurves.engine.search.optimise import Optimum, descent_direction, free_matrices
from growthcurves.numerics.arrays import Array, upper

#: Squared Newton decrement, in -2 log likelihood, up to which a fit counts as converged.
CONVERGED = 1e-8
#: Smallest singular value of the identification map, relative to the largest, that counts as identified.
IDENTIFIED = 1e-6
#: The same of the Gram matrix of that map, whose singular values are squared.
RANK = 1e-10
#: Persons looked at first; where they identify the model, the others cannot undo it.
ENOUGH_PERSONS = 2000
#: Up to this many times the residual variance, random effects are not suspected of leaving none.
LARGE = 1e4


@dataclass(frozen=True)
class Verdict:
    """What can be said of an optimum.

    Attributes
    ----------
    converged, singular, identified : bool
    unbounded : bool
        The likelihood grows without bound as the residual variance goes to zero.
    decrement : float
        Newton decrement of -2 log likelihood on the active face: sqrt(2) times the distance in standard errors.
    null : (q, k) array
        Directions in standard coordinates that do not vary between persons.
    """

    converged: bool
    singular: bool
    identified: bool
    unbounded: bool
    decrement: float
    null: Array


def judge(problem: Problem, optimum: Optimum) -> Verdict:
    """Certify an optimum."""
    decrement, flat = _decrement(optimum)
    known = identified(problem.blocks, problem.partition, optimum.at.D) and not within_fixed_effects(problem)
    bases = null_space(optimum.at.D, problem.partition, ZERO)
    way = descent_direction(optimum, bases)
    null = np.concatenate([np.zeros((problem.q, 0)), *bases], axis=1)
    unbounded = no_residual(problem, optimum)
    finite = bool(np.isfinite(optimum.at.deviance))
    converged = finite and way is None and decrement**2 < CONVERGED and not (flat and known) and not unbounded
    return Verdict(converged, null.shape[1] > 0, known, unbounded, decrement, null)


def _decrement(optimum: Optimum) -> tuple[float, bool]:
    """Newton decrement, and whether the Hessian on the face is anything but positive definite."""
    if optimum.face.size == 0:
        return 0.0, False
    return float(np.sqrt(optimum.step.decrement)), optimum.step.flat


def no_residual(problem: Problem, optimum: Optimum) -> bool:
    """Whether persons' own curves fit perfectly, so that the likelihood grows without bound as sigma^2 -> 0.

    As D grows the residual sum of squares tends to that within persons; where there is none it goes on falling
    like 1 / D. Without residual degrees of freedom within persons it must fall, and nothing follows.
    """
    if problem.q == 0 or np.trace(optimum.at.D) < LARGE or _within_df(problem) <= problem.p:
        return False
    large, larger = (criterion(problem, size * np.eye(problem.q)).rss for size in (1e7, 1e9))
    return larger < 0.02 * large


def _within_df(problem: Problem) -> float:
    """Occasions beyond the rank of Z_i, over all persons."""
    pieces = (piece for block in problem.blocks for piece in block.designs())
    return sum(float(np.maximum(piece.lengths - piece.G.shape[1], 0.0) @ piece.counts) for piece in pieces)


def within_fixed_effects(problem: Problem) -> bool:
    """Whether some random effect of every person lies in the span of X, so that X leaves nothing of it.

    That takes as many fixed effects as persons, or units of a level above them. What X leaves of Z'Z is
    sum_i (G_i - C_iX C_iX' / n) in standard coordinates, where X'X = n I.
    """
    q, p = problem.q, problem.p
    if q == 0 or p < min([problem.persons, *(block.fewest for block in _with_levels(problem.blocks))]):
        return False
    left = np.zeros((q, q))
    for block in problem.blocks:
        sums = block.curvature(np.zeros((q, q)), np.zeros((p + 1, p + 1)))
        left += sums.p - np.einsum("aibi->ab", sums.uu[:, :p, :, :p]) / problem.rows
    return bool(np.linalg.eigvalsh(left)[0] <= 1e-9 * problem.persons)


def identified(
    blocks: tuple[Blocks, ...], partition: tuple[tuple[int, ...], ...], D: Array | None = None
) -> bool:
    """Whether G and sigma^2 can be told apart from the covariance matrices that they imply.

    `D` is a point whose sums are known already; what is told apart at one point inside is so at almost every other.
    """
    return not partition or told_apart(blocks, partition, D)[1]


def told_apart(
    blocks: tuple[Blocks, ...], partition: tuple[tuple[int, ...], ...], D: Array | None = None
) -> tuple[int, bool]:
    """How many parameters of the variances the covariance matrices of outcomes depend on, and whether on all."""
    for block in _with_levels(blocks):
        return levels_apart(block, partition, D)
    size = sum(len(block) * (len(block) + 1) // 2 for block in partition) + 1
    triangle = np.zeros((0, size))
    for lengths, G in _some_first(blocks):
        rows = identification_rows(lengths, G, partition)
        triangle = np.concatenate([triangle, rows.reshape(-1, size)])
        triangle = np.linalg.qr(triangle).R if len(triangle) > 2 * size else triangle
        scale = np.linalg.norm(triangle, axis=0)
        if len(triangle) >= size and np.all(scale > 0):
            values = np.linalg.svd(triangle / scale, compute_uv=False)
            if values[-1] > IDENTIFIED * values[0]:
                return size, True
    scale = np.maximum(np.linalg.norm(triangle, axis=0), np.finfo(float).tiny)
    values = np.linalg.svd(triangle / scale, compute_uv=False)
    return int((values > IDENTIFIED * values[0]).sum()), False


def _with_levels(blocks: tuple[Blocks, ...]) -> list[WithUnits]:
    return [block for block in blocks if isinstance(block, WithUnits)]


def levels_apart(
    block: WithUnits, partition: tuple[tuple[int, ...], ...], D: Array | None = None
) -> tuple[int, bool]:
    """The same with units above persons, by the Gram matrix tr(V^-1 V_j V^-1 V_k) of the derivatives of V.

    It has their rank (docs/engine.md, section 9). It is taken at D where that lies well inside, else at the identity.
    """
    q = sum(len(part) for part in partition)
    E = free_matrices(partition, q)
    if D is None or not _well_inside(D, partition):
        D = np.eye(q)
    inner, trace = block.expected(D)
    rows = sum(float(piece.lengths @ piece.counts) for piece in block.designs())
    gram = np.empty((len(E) + 1, len(E) + 1))
    gram[:-1, :-1] = E @ inner @ E.T
    gram[:-1, -1] = gram[-1, :-1] = E @ trace.ravel()
    gram[-1, -1] = rows
    scale = 1.0 / np.sqrt(np.diag(gram))
    values = np.linalg.eigvalsh(gram * np.outer(scale, scale))
    rank = int((values > RANK * values[-1]).sum())
    return rank, rank == len(gram)


def _well_inside(D: Array, partition: tuple[tuple[int, ...], ...]) -> bool:
    """Whether no variance is small or large beside that of a residual."""
    values = np.concatenate([values for _, values, _ in spectrum(D, partition)])
    return bool((values > 1e-2).all() and (values < 1e2).all())


def _some_first(blocks: tuple[Blocks, ...]) -> Iterator[tuple[Array, Array]]:
    for block in blocks:
        for _, lengths, G in block.designs():
            for first in range(0, len(lengths), ENOUGH_PERSONS):
                yield lengths[first : first + ENOUGH_PERSONS], G[first : first + ENOUGH_PERSONS]


def identification_rows(lengths: Array, G: Array, partition: tuple[tuple[int, ...], ...]) -> Array:
    """The map (D, 1) -> Z D Z' + I of each schedule as a matrix, isometric up to rotation of the occasions.

    With Z = Q R, Z D Z' + s I acts on the columns of Q as R D R' + s I, and on the n - rank others as s I.

    Returns
    -------
    (K, q (q + 1) / 2 + 1, parameters + 1) array
    """
    q = G.shape[1]
    values, vectors = np.linalg.eigh(G)
    there = values > 1e-12 * np.maximum(values[:, -1:], 1e-300)
    root = np.sqrt(np.where(there, values, 0.0))
    R = root[:, :, None] * vectors.swapaxes(1, 2)
    rows, columns = upper(q)
    weight = np.where(rows == columns, 1.0, np.sqrt(2.0))
    free = [(a, b) for block in partition for i, a in enumerate(block) for b in block[: i + 1]]
    out = np.zeros((len(G), len(weight) + 1, len(free) + 1))
    for column, (a, b) in enumerate(free):
        image = R[:, :, a, None] * R[:, None, :, b]
        image = image if a == b else image + image.swapaxes(1, 2)
        out[:, :-1, column] = image[:, rows, columns] * weight
    identity = there[:, :, None] * np.eye(q)
    out[:, :-1, -1] = identity[:, rows, columns] * weight
    out[:, -1, -1] = np.sqrt(np.maximum(lengths - there.sum(axis=1), 0.0))
    return out
