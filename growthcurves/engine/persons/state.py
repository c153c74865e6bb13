"""What is estimated of each person: own least-squares growth, and empirical Bayes with its uncertainty."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.engine.likelihood.blocks import standard_products
from growthcurves.engine.solution import Solution
from growthcurves.engine.sums.moments import PersonMoments
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.chunks import chunks
from growthcurves.numerics.factors import shrinkage
from growthcurves.numerics.threads import each


@dataclass(frozen=True)
class PersonState:
    """The random effects of some persons given their outcomes (Henderson 1975; Bates et al. 2015, eq. 56).

    Attributes
    ----------
    effects : (q, n) array
        Empirical Bayes estimates of u_i.
    spread : (q, q, n) array
        Variance of u_i given the outcomes, with beta known.
    slope : (q, p, n) array
        Derivative of the estimates in beta.
    """

    effects: Array
    spread: Array
    slope: Array

    def take(self, persons: np.ndarray) -> PersonState:
        return PersonState(self.effects[:, persons], self.spread[:, :, persons], self.slope[:, :, persons])


def state_of_products(solution: Solution, place: slice, score: Array, inner: Array) -> PersonState:
    """The random effects at a place among all, in the original coding, given the outcomes (Henderson 1975).

    Parameters
    ----------
    solution : Solution
    place : slice
        Which of the standard random effects these are: of one level, or of several one after the other.
    score : (q, p + 1, n) array
        Z'V^-1 [X y] in standard coordinates.
    inner : (q, q, n) array
        Z'V^-1 Z.
    """
    problem, at = solution.problem, solution.optimum.at
    D, J = at.D[place, place], problem.original_z()[place, place]
    JD, v, back = J @ D, np.append(-at.beta, 1.0), problem.back_x / problem.scale
    spread = at.sigma2 * ((J @ D @ J.T)[..., None] - np.einsum("ab,bcn,dc->adn", JD, inner, JD, optimize=True))
    slope = -np.einsum("ab,bjn,jk->akn", JD, score[:, :-1], back, optimize=True)
    return PersonState(np.einsum("ab,bjn,j->an", JD, score, v, optimize=True), spread, slope)


def person_effects(solution: Solution, people: PersonMoments) -> Array:
    """The random effects of `person_state` alone, (q, n): without their spread, which takes several times as much."""
    problem, at = solution.problem, solution.optimum.at
    effects = np.zeros((problem.q, people.count))
    J, v = problem.original_z(), np.append(-at.beta, 1.0)

    def piece(part: slice) -> None:
        G, C = standard_products(people.take(part), problem.into_z, problem.into_xy)
        JM = np.tensordot(J, shrinkage(G, at.D)[1], 1)
        effects[:, part] = np.einsum("abn,bn->an", JM, np.tensordot(C, v, (1, 0)))

    each(piece, chunks(people.count) if problem.q else [])
    return effects


def person_state(solution: Solution, people: PersonMoments) -> PersonState:
    """Empirical Bayes state of the persons whose cross-products are given, in the original coding."""
    problem, at = solution.problem, solution.optimum.at
    q, p, n = problem.q, problem.p, people.count
    state = PersonState(np.zeros((q, n)), np.zeros((q, q, n)), np.zeros((q, p, n)))
    if q == 0:
        return state
    J = problem.original_z()
    v = np.append(-at.beta, 1.0)
    beta_into = problem.back_x / problem.scale

    def piece(part: slice) -> None:
        G, C = standard_products(people.take(part), problem.into_z, problem.into_xy)
        _, M = shrinkage(G, at.D)
        JM = np.tensordot(J, M, 1)
        state.effects[:, part] = np.einsum("abn,bn->an", JM, np.tensordot(C, v, (1, 0)))
        state.spread[:, :, part] = at.sigma2 * np.einsum("abn,cb->acn", JM, J)
        slope = np.einsum("abn,bjn->ajn", JM, C[:, :p])
        state.slope[:, :, part] = -np.einsum("ajn,jk->akn", slope, beta_into)

    each(piece, chunks(n))
    return state
