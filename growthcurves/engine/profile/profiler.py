"""Profile likelihood intervals of quantities: their ends, from an optimum and a cut-off.

A likelihood is evaluated at local points; quantities are those of `quantities.py`; `walk.py` goes from the estimate
to an end. See docs/inference-intervals.md.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from growthcurves.contracts.likelihood import Evaluated, Likelihood
from growthcurves.engine.likelihood.problem import Problem
from growthcurves.engine.parameters.face import ZERO, null_space
from growthcurves.engine.parameters.local import Local
from growthcurves.engine.profile.path import Place, described, place
from growthcurves.engine.profile.quantities import Quantity
from growthcurves.engine.profile.walk import End, Target, Walk
from growthcurves.engine.search.optimise import Optimum
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.factors import square_root

#: A quantity that takes this many standard errors to move by one on its path scale does not move.
UNMOVED = 1e8


@dataclass(frozen=True, eq=False)
class Profiler:
    """Finds {x : min over all else of the deviance <= lowest + cut} for one quantity after the other.

    A cut is a quantile of chi-square with one degree of freedom. What is found is remembered.

    Attributes
    ----------
    likelihood : Likelihood
    estimate : Local
        Its optimum.
    raised : Local
        A point with variance in the directions that the estimate lacks, at a small cost in deviance.
    lowest : float
        The deviance at the optimum.
    """

    likelihood: Likelihood
    estimate: Local
    raised: Local
    lowest: float
    _known: dict[tuple, End] = field(default_factory=dict)

    @cached_property
    def at_estimate(self) -> Evaluated:
        """The criterion at the estimate."""
        found = self.likelihood.at(self.estimate, True)
        assert found is not None
        return found

    @cached_property
    def steps(self) -> Array:
        """About a standard error in every local coordinate, (size,)."""
        return np.sqrt(2.0 / np.maximum(np.diag(self.at_estimate.hessian), 2.0))

    def ends(self, quantity: Quantity, cut: float) -> tuple[End, End]:
        """The lower and the upper end, in the quantity's own unit."""
        return self.end(quantity, -1, cut), self.end(quantity, 1, cut)

    def end(self, quantity: Quantity, sign: int, cut: float) -> End:
        """The lower (-1) or the upper (1) end."""
        if quantity.key is None:
            return self._end(quantity, sign, cut)
        key = (*quantity.key, sign, cut)
        if key not in self._known:
            self._known[key] = self._end(quantity, sign, cut)
        return self._known[key]

    def _end(self, quantity: Quantity, sign: int, cut: float) -> End:
        x = quantity.measure(self.estimate)
        if not np.isfinite(x):
            return End(np.nan, "not defined at the estimate")
        limit = quantity.high if sign > 0 else quantity.low
        if abs(limit - x) <= quantity.grain:
            return End(quantity.value(limit))
        start = self._start(quantity, x)
        if start is None:
            return End(np.nan, "the quantity does not move with the parameters near the estimate")
        target = Target(self.lowest, float(np.sqrt(cut)))
        return Walk(self.likelihood, quantity, target, sign, limit, x).end(start)

    def _start(self, quantity: Quantity, x: float) -> Place | None:
        """The estimate; where it lies at an end of the quantity's range or nothing moves it, a point beside it."""
        if min(x - quantity.low, quantity.high - x) > quantity.grain:
            found = described(self.at_estimate, quantity)
            if found is not None and self._moves(found):
                return found
        found = place(self.likelihood, quantity, self.raised)
        return found if found is not None and self._moves(found) else None

    def _moves(self, found: Place) -> bool:
        """Whether a standard error in the parameters moves the quantity by more than rounding."""
        return bool(np.abs(found.along / self.steps).max() < UNMOVED)


def estimate_of(problem: Problem, optimum: Optimum) -> Local:
    """An optimum as a local point."""
    at = optimum.at
    return Local.of_factor(at.beta, square_root(at.D), float(np.log(at.sigma2)), problem.partition)


def raised_from(problem: Problem, optimum: Optimum) -> Local:
    """The optimum with variance in the directions that it lacks, at a small cost in deviance."""
    D, slopes = optimum.at.D, optimum.slopes
    extra = np.zeros_like(D)
    for basis in null_space(D, problem.partition, ZERO):
        for v in basis.T:
            variance = np.outer(v, v)
            price, strength = float(v @ slopes.gradient @ v), slopes.information(variance)
            extra += variance * min(0.05 / max(price, 1e-300), np.sqrt(0.1 / max(strength, 1e-300)))
    at = optimum.at
    return Local.of_factor(at.beta, square_root(D + extra), float(np.log(at.sigma2)), problem.partition)
