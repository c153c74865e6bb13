"""New persons given what was seen of them: Bayes by the fitted model, without fitting again.

With r = y - X beta at the seen rows, u | y is normal with mean M Z'r and variance sigma^2 M, M = D (I + Z'Z D)^-1, in
standard random effects (Henderson 1975; Bates et al. 2015, equation 56).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from growthcurves.engine.persons.state import PersonState
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.factors import shrinkage


class Seen(NamedTuple):
    """Rows that were seen of new persons.

    Attributes
    ----------
    X, Z : (n, p) and (n, q) arrays
        Z of standard random effects.
    outcome : (n,) array
    codes : (n,) array of int
        Whose row it is.
    persons : int
        How many; those without a row have the prior.
    occasions : Occasions
    offset, trials : (n,) arrays, optional
        What is added to the linear predictor, and of how many trials outcomes are the successes, of a family.
    """

    X: Array
    Z: Array
    outcome: Array
    codes: Array
    persons: int
    occasions: Any
    offset: Array | None = None
    trials: Array | None = None

    def residual(self, beta: Array) -> Array:
        """Outcomes less X beta."""
        return self.outcome - self.X @ beta


class Wanted(NamedTuple):
    """Rows whose mean outcome is wanted.

    Attributes
    ----------
    X, Z : (n, p) and (n, q) arrays
        Z of standard random effects.
    offset : (n,) array
        What is added to the linear predictor.
    codes : (n,) array of int
        Whose row it is; -1 for nobody's.
    told_by : callable, optional
        Makes of the family what the mean is wanted of, as one of its categories; by default the family itself.
    """

    X: Array
    Z: Array
    offset: Array
    codes: Array
    told_by: Callable[[Any], Any] | None = None

    def take(self, rows: Array) -> Wanted:
        return Wanted(self.X[rows], self.Z[rows], self.offset[rows], self.codes[rows], self.told_by)


class Expected(NamedTuple):
    """The mean outcome at rows of persons, given what was seen of them.

    Attributes
    ----------
    mean : (n,) array
        Over the posterior of the person's random effects; NaN of nobody.
    variance : (n,) array
        Of the mean outcome over that posterior, the parameters known.
    slope : (n, p) array
        The derivative of `mean` in beta.
    """

    mean: Array
    variance: Array
    slope: Array


def given(seen: Seen, beta: Array, D: Array, sigma2: float) -> PersonState:
    """The state of each person; independent residuals."""
    Z, X, count = seen.Z, seen.X, seen.persons
    q, p = Z.shape[1], X.shape[1]
    if q == 0:
        return PersonState(np.zeros((0, count)), np.zeros((0, 0, count)), np.zeros((0, p, count)))

    def sums(values: Array) -> Array:
        return np.bincount(seen.codes, weights=values, minlength=count)

    G = np.array([[sums(Z[:, a] * Z[:, b]) for b in range(q)] for a in range(q)])
    C = np.array([[sums(Z[:, a] * X[:, j]) for j in range(p)] for a in range(q)]).reshape(q, p, count)
    residual = seen.residual(beta)
    r = np.array([sums(Z[:, a] * residual) for a in range(q)])
    _, M = shrinkage(G, D)
    return PersonState(np.einsum("abn,bn->an", M, r), sigma2 * M, -np.einsum("abn,bjn->ajn", M, C))


def updated(prior: PersonState, seen: Seen, beta: Array, within: Callable[[Any], Any]) -> PersonState:
    """The state of each person of whom something was known before: with mean m and variance P of u before,

        m + P Z'W (r - Z m),  P - P Z'W Z P,  W = (Z P Z' + R)^-1,

    and m' - P Z'W (X + Z m') for the derivative m' of m in beta. `within` gives R of occasions.
    """
    found = prior.take(np.arange(seen.persons))
    residual = seen.residual(beta)
    for person in np.unique(seen.codes):
        own = np.flatnonzero(seen.codes == person)
        Z, P = seen.Z[own], prior.spread[:, :, person]
        gain = np.linalg.solve(Z @ P @ Z.T + within(seen.occasions.take(own)), Z @ P).T
        before, slope = prior.effects[:, person], prior.slope[:, :, person]
        found.effects[:, person] = before + gain @ (residual[own] - Z @ before)
        found.spread[:, :, person] = P - gain @ Z @ P
        found.slope[:, :, person] = slope - gain @ (seen.X[own] + Z @ slope)
    return found
