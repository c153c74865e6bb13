"""What is estimated of each person: own least-squares growth, and empirical Bayes with its uncertainty."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from growthcurves.engine.blocks import Array, shrinkage, standard_products
from growthcurves.engine.moments import CHUNK_PERSONS, PersonMoments
from growthcurves.engine.solution import Solution


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
    for part in chunks(n):
        G, C = standard_products(people.take(part), problem.into_z, problem.into_xy)
        _, M = shrinkage(G, at.D)
        JM = np.tensordot(J, M, 1)
        state.effects[:, part] = np.einsum("abn,bn->an", JM, np.tensordot(C, v, (1, 0)))
        state.spread[:, :, part] = at.sigma2 * np.einsum("abn,cb->acn", JM, J)
        slope = np.einsum("abn,bjn->ajn", JM, C[:, :p])
        state.slope[:, :, part] = -np.einsum("ajn,jk->akn", slope, beta_into)
    return state


def chunks(count: int) -> Iterator[slice]:
    """Slices of persons that fit the cache."""
    for first in range(0, count, CHUNK_PERSONS):
        yield slice(first, min(first + CHUNK_PERSONS, count))


@dataclass(frozen=True)
class OwnGrowth:
    """Each person's own least-squares growth parameters.

    Attributes
    ----------
    estimates : (K, N) array
        NaN where a person's occasions do not determine them.
    sampling : (K, N) array
        Diagonal of the inverse of the person's basis cross-products: sampling variance per unit of residual variance.
    """

    estimates: Array
    sampling: Array


def own_growth(people: PersonMoments, parameters: int) -> OwnGrowth:
    """Least squares of each person's outcome on the growth basis (the first `parameters` row columns)."""
    rows = list(range(parameters))
    gram = people.block(rows, rows).transpose(2, 0, 1)
    target = people.block(rows, [-1])[:, 0].T
    estimates = np.full((people.count, parameters), np.nan)
    sampling = np.full((people.count, parameters), np.nan)
    able = _determined(gram)
    shift = np.eye(parameters)
    shift[0, 1:] = people.row_centre[1:parameters]  # basis = centred basis @ shift
    back = np.linalg.solve(shift, np.eye(parameters))
    inverse = np.linalg.solve(gram[able], np.broadcast_to(np.eye(parameters), gram[able].shape))
    estimates[able] = (inverse @ target[able][:, :, None])[:, :, 0] @ back.T
    estimates[able, 0] += people.row_centre[-1]
    sampling[able] = np.einsum("nac,ac->na", back @ inverse, back)
    return OwnGrowth(estimates.T, sampling.T)


def _determined(gram: Array) -> np.ndarray:
    """Persons whose basis has full column rank."""
    if gram.shape[1] == 1:
        return gram[:, 0, 0] > 0
    size = np.sqrt(np.einsum("naa->na", gram))
    size[size == 0] = 1.0
    values = np.linalg.eigvalsh(gram / (size[:, :, None] * size[:, None, :]))
    return values[:, 0] > 1e-12
