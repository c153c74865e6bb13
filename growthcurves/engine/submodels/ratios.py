"""The likelihood ratio of two nested models, and its replicates under the smaller one."""

from __future__ import annotations

from growthcurves.engine.draws.replicates import Truth, truth_of
from growthcurves.engine.solution import Solution
from growthcurves.engine.submodels.submodel import Submodel


def criterion_value(solution: Solution) -> float:
    """-2 log (restricted) likelihood with orthonormal X: the restricted one does not depend on how X is coded."""
    problem = solution.problem
    return solution.deviance - (problem.deviance_shift - problem.scale_shift)


def likelihood_ratio(large: Solution, small: Solution) -> float:
    """Difference of -2 log (restricted) likelihood, not below zero."""
    return max(criterion_value(small) - criterion_value(large), 0.0)


def null_truth(small: Solution, part: Submodel) -> Truth:
    """The smaller model's estimates in the standard coordinates of the larger one."""
    truth = truth_of(small)
    unit, moved = part.into_xy[-1, -1], part.into_xy[:-1, -1]
    beta = (part.into_xy[:-1, :-1] @ truth.beta - moved) / unit
    return Truth(beta, part.into_z @ truth.D @ part.into_z.T, truth.sigma2 / unit**2)
