"""Errors of a weighted fit: the sandwich of scores by sampling unit between the inverses of the information."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.engine.information.observed import inverse_information, observed_hessian
from growthcurves.engine.solution import Solution
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True, eq=False)
class Designed:
    """Covariance of the estimates by the sampling design, standard coordinates.

    Attributes
    ----------
    beta : (p, p) array
    variances : (m + 1, m + 1) array or None
        Of the parameters of the face and sigma^2; None where their information is not positive definite.
    cross : (m + 1, p) array or None
    """

    beta: Array
    variances: Array | None
    cross: Array | None


def designed(solution: Solution, spread: Array) -> Designed:
    """The sandwich with the covariance (p + m + 1, p + m + 1) of the sum of weighted scores inside.

    Outside are sigma^2 A^-1 of the fixed effects, given the variances, and the inverse of the observed information of
    the variances, the fixed effects profiled out: in expectation nothing lies between the two (docs/survey.md, 2).
    """
    problem, at = solution.problem, solution.optimum.at
    p = problem.p
    half = np.linalg.solve(at.factor, np.eye(p))
    Phi = at.sigma2 * half.T @ half
    beta = Phi @ spread[:p, :p] @ Phi
    inverse = inverse_information(observed_hessian(problem, solution.optimum), solution.verdict.identified)
    if inverse is None:
        return Designed(beta, None, None)
    inside = 2.0 * inverse
    return Designed(beta, inside @ spread[p:, p:] @ inside, inside @ spread[p:, :p] @ Phi)
