"""What is estimated of each person: own least-squares growth, and empirical Bayes with its uncertainty."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    inverse : (K, K, N) array
        Inverse of the person's basis cross-products: their sampling covariance per unit of residual variance.
    """

    estimates: Array
    inverse: Array

    def rate(self, contrast: Array) -> Array:
        """A combination of the growth parameters, (N,); `contrast` is (K,) or one column per person, (K, N)."""
        return np.einsum("kn,kn->n", np.broadcast_to(_columns(contrast), self.estimates.shape), self.estimates)

    def sampling(self, contrast: Array) -> Array:
        """Its sampling variance per unit of residual variance, (N,)."""
        wide = np.broadcast_to(_columns(contrast), self.estimates.shape)
        return np.einsum("an,abn,bn->n", wide, self.inverse, wide)


def _columns(contrast: Array) -> Array:
    return contrast[:, None] if contrast.ndim == 1 else contrast


def own_growth(people: PersonMoments, columns: Sequence[int]) -> OwnGrowth:
    """Least squares of each person's outcome on the growth basis, given as row columns."""
    terms = people.terms
    stored = sorted({0, *(g for k in columns for g, _ in terms.combination(k))})
    basis = terms.rows(columns, stored, people.row_centre)
    used = np.flatnonzero(basis.any(axis=1))
    stored, basis = [stored[i] for i in used], basis[used]
    gram = people.block(stored, stored).transpose(2, 0, 1)
    target = people.block(stored, [-1])[:, 0].T
    level = people.block(stored, [0])[:, 0].T
    back = np.eye(len(columns))
    exact = len(stored) == len(columns)
    if exact:  # solve where nothing cancels, and change coordinates afterwards
        back = np.linalg.solve(basis, back)
    else:
        gram, target, level = basis.T @ gram @ basis, target @ basis, level @ basis
    estimates = np.full((people.count, len(columns)), np.nan)
    inverse = np.full((people.count, len(columns), len(columns)), np.nan)
    able = _determined(gram)
    found = np.linalg.solve(gram[able], np.broadcast_to(np.eye(len(columns)), gram[able].shape))
    constant = back[:, 0] if exact and stored[0] == 0 else (found @ level[able][:, :, None])[:, :, 0]
    estimates[able] = (found @ target[able][:, :, None])[:, :, 0] @ back.T + people.row_centre[-1] * constant
    inverse[able] = back @ found @ back.T
    return OwnGrowth(estimates.T, inverse.transpose(1, 2, 0))


def _determined(gram: Array) -> np.ndarray:
    """Persons whose basis has full column rank."""
    if gram.shape[1] == 1:
        return gram[:, 0, 0] > 0
    size = np.sqrt(np.einsum("naa->na", gram))
    size[size == 0] = 1.0
    values = np.linalg.eigvalsh(gram / (size[:, :, None] * size[:, None, :]))
    return values[:, 0] > 1e-12
