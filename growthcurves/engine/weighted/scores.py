"""Scores of persons: derivatives of each person's log likelihood in the fixed effects, the face and sigma^2.

With e = y - X beta, W = (I + Z D Z')^-1 and everything in standard coordinates (docs/survey.md, section 2):

    beta      X'We / sigma^2
    theta_j   -1/2 tr(E_j {P - (Ue)(Ue)' / sigma^2}),  P = Z'WZ,  Ue = Z'We
    sigma^2   -1/2 (n / sigma^2 - e'We / sigma^4)
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from growthcurves.engine.likelihood.blocks import standard_products
from growthcurves.engine.likelihood.problem import Problem
from growthcurves.engine.solution import Solution
from growthcurves.engine.sums.moments import PersonMoments
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.chunks import chunks
from growthcurves.numerics.component import times
from growthcurves.numerics.factors import shrinkage
from growthcurves.numerics.threads import in_order


class Left(NamedTuple):
    """What the fixed effects leave of some persons: X'e (p, n), e'e (n,) and the number of occasions (n,)."""

    products: Array
    squares: Array
    rows: Array


class Parts(NamedTuple):
    """Derivatives of some persons' log likelihoods in beta (p, n), D (q, q, n) and sigma^2 (n,)."""

    beta: Array
    D: Array
    sigma2: Array

    def along(self, directions: Array) -> Array:
        """(n, p + m + 1), with D moved along (m, q, q)."""
        m, q = len(directions), self.D.shape[0]
        inside = directions.reshape(m, q * q) @ self.D.reshape(q * q, -1)
        return np.concatenate([self.beta, inside, self.sigma2[None]]).T


def left_of(problem: Problem, beta: Array, people: PersonMoments) -> Left:
    """What standard fixed effects leave of some persons' outcomes, from their cross-products."""
    closed, pairs = people.terms.x_closed, people.pairs
    v = problem.into_xy @ np.append(-beta, 1.0)
    last = people.row_centre.size - 1
    weights = np.concatenate([np.ones((1, people.count)), people.weights])
    stored = sorted({k for k, _ in closed} | {0})
    places = {k: i for i, k in enumerate([*stored, last])}
    e = np.zeros((len(places), people.count))
    for value, (k, w) in zip(v[:-1], closed, strict=True):
        e[places[k]] += value * weights[w]
    e[-1] += v[-1]
    gram = people.gram[pairs[np.ix_([*stored, last], [*stored, last])]]
    with_e = np.einsum("abn,bn->an", gram, e)
    products = np.array([with_e[places[k]] * weights[w] for k, w in closed])
    into = problem.into_xy[:-1, : problem.p]
    return Left(into.T @ products, (e * with_e).sum(axis=0), people.gram[0])


def person_parts(solution: Solution, people: PersonMoments) -> Iterator[tuple[slice, Parts]]:
    """The scores of all persons, some at a time; each counts once."""
    pieces = list(chunks(people.count))
    yield from zip(pieces, in_order(lambda part: _of_some(solution, people.take(part)), pieces), strict=True)


def _of_some(solution: Solution, some: PersonMoments) -> Parts:
    problem, at = solution.problem, solution.optimum.at
    left = left_of(problem, at.beta, some)
    if not problem.q:
        return _parts(left.products, np.zeros((0, 0, some.count)), left.squares, left.rows, at.sigma2)
    G, C = standard_products(some, problem.into_z, problem.into_xy)
    _, M = shrinkage(G, at.D)
    Ce = np.einsum("ajn,j->an", C, np.append(-at.beta, 1.0))
    MCe = np.einsum("abn,bn->an", M, Ce)
    Ue = Ce - np.einsum("abn,bn->an", G, MCe)
    P = G - times(times(G, M), G)
    products = left.products - np.einsum("ajn,an->jn", C[:, :-1], MCe)
    inside = -0.5 * (P - Ue[:, None] * Ue / at.sigma2)
    return _parts(products, inside, left.squares - (Ce * MCe).sum(axis=0), left.rows, at.sigma2)


def _parts(products: Array, inside: Array, squares: Array, rows: Array, sigma2: float) -> Parts:
    return Parts(products / sigma2, inside, -0.5 * (rows / sigma2 - squares / sigma2**2))
