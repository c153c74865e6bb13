"""Estimation as one value: moments in, estimates in the original coding out."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from growthcurves.engine.information.expected import expected_hessian
from growthcurves.engine.information.observed import VarianceInformation, variance_information
from growthcurves.engine.likelihood.problem import Problem, standard_problem
from growthcurves.engine.parameters.face import scale_of
from growthcurves.engine.search.certificate import Verdict, judge
from growthcurves.engine.search.optimise import Optimum, moment_start, optimise, optimise_near, other_start
from growthcurves.engine.sums.coordinates import Coordinates, coordinates
from growthcurves.engine.sums.moments import Moments
from growthcurves.numerics.arrays import Array

#: Above this many persons with own times, the starts are tried on a part of them.
MANY_PERSONS = 40_000
PART = 8_000
#: A variance of a standard random effect below this fraction of the residual one is a rounding error of zero.
NOTHING = 1e-13


@dataclass(frozen=True, eq=False)
class Solution:
    """Estimates of a model.

    Attributes
    ----------
    problem : Problem
    optimum : Optimum
    verdict : Verdict
    """

    problem: Problem
    optimum: Optimum
    verdict: Verdict

    @cached_property
    def deviance(self) -> float:
        """-2 log (restricted) likelihood."""
        return self.optimum.at.deviance + self.problem.deviance_shift

    @cached_property
    def beta(self) -> Array:
        """Fixed effects of the kept columns, (p,)."""
        return self.problem.beta(self.optimum.at.beta)

    @cached_property
    def cov_beta(self) -> Array:
        """Covariance matrix of the fixed effects given G and sigma^2, (p, p)."""
        at = self.optimum.at
        half = np.linalg.solve(at.factor, self.problem.original_x().T)
        return at.sigma2 * (half.T @ half)

    @cached_property
    def G(self) -> Array:
        """Covariance matrix of the random effects, (q, q)."""
        J, D = self.problem.original_z(), self.optimum.at.D
        G = J @ D @ J.T
        unit = np.diag(J @ J.T)  # of a random effect with the residual's variance in every standard direction
        zero = np.diag(G) <= NOTHING * scale_of(D) * unit
        G[zero, :] = G[:, zero] = 0.0
        return self.optimum.at.sigma2 * (G + G.T) / 2

    @cached_property
    def sigma2(self) -> float:
        """Residual variance."""
        return self.optimum.at.sigma2 * self.problem.scale**2

    @cached_property
    def null(self) -> Array:
        """Combinations a (q, k) of the original random effects with a'u = 0 for everybody, largest entry 1."""
        return echelon(np.linalg.solve(self.problem.original_z().T, self.verdict.null))

    @cached_property
    def information(self) -> VarianceInformation | None:
        """Observed information of the variance parameters; None where it is not positive definite."""
        return variance_information(self.problem, self.optimum, self.verdict.identified)

    @cached_property
    def expected_information(self) -> VarianceInformation | None:
        """The same with expected information."""
        hessian = expected_hessian(self.problem, self.optimum)
        return variance_information(self.problem, self.optimum, self.verdict.identified, hessian)


def echelon(directions: Array) -> Array:
    """The same span in its plainest form: each column has a one where the others have zeros.

    Where the ones stand depends on the span alone, whichever directions it was given by: where it reaches furthest,
    and of places that differ by rounding, at the first.
    """
    count, basis = directions.shape[1], np.linalg.qr(directions).Q
    left, places = basis @ basis.T, list[int]()
    for _ in range(count):
        place = int(np.argmax(np.round(np.diag(left), 6)))
        left = left - np.outer(left[:, place], left[place]) / left[place, place]
        left[place] = left[:, place] = 0.0
        places.append(place)
    places.sort()
    out = directions @ np.linalg.inv(directions[places])
    out[places] = np.eye(count)
    return out


def solve(moments: Moments, coords: Coordinates, reml: bool) -> Solution:
    """Fit by REML or ML, from two starting points, and certify.

    Parameters
    ----------
    moments : Moments
    coords : Coordinates
        Of these moments; no column of Z may be dependent, and the outcome must not be fitted perfectly.
    reml : bool
    """
    return solve_problem(standard_problem(moments, coords, reml), moments)


def solve_problem(problem: Problem, moments: Moments) -> Solution:
    """The same for a problem that has been made from the moments already."""
    optimum = optimise(problem, _starts(problem, moments))
    return Solution(problem, optimum, judge(problem, optimum))


def solve_near(problem: Problem, moments: Moments, D: Array) -> Solution:
    """The same where the optimum is expected near D."""
    optimum = optimise_near(problem, D, lambda: _starts(problem, moments))
    return Solution(problem, optimum, judge(problem, optimum))


def _starts(problem: Problem, moments: Moments) -> list[Array]:
    """A moment estimate and a point away from it; for large panels with own times, the optimum of a part of them."""
    if problem.q == 0:
        return [np.zeros((0, 0))]
    if moments.own is not None and moments.shared is None and moments.persons >= MANY_PERSONS:
        part = moments.own.take(slice(None, None, moments.own.count // PART)).moments()
        coords = coordinates(part)
        if not coords.dependent_z and len(coords.x.kept) == problem.p:
            return [_start_from(standard_problem(part, coords, problem.reml), problem)]
    return _two_starts(problem)


def _two_starts(problem: Problem) -> list[Array]:
    start = moment_start(problem)
    return [start, other_start(start, problem.partition)]


def _start_from(part: Problem, problem: Problem) -> Array:
    """The optimum of a part of the persons in the coordinates of all of them."""
    D = optimise(part, _two_starts(part)).at.D
    change = problem.back_z @ np.linalg.solve(part.back_z, np.eye(part.q))
    return change @ D @ change.T
