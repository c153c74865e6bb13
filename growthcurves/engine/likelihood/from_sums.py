"""The likelihood of normal outcomes with independent residuals, from the sums alone."""

from __future__ import annotations

from dataclasses import dataclass

from growthcurves.engine.likelihood.joint import Joint, joint
from growthcurves.engine.likelihood.kept import for_many_evaluations
from growthcurves.engine.likelihood.problem import Problem
from growthcurves.engine.parameters.local import Local


@dataclass(frozen=True, eq=False)
class FromSums:
    """-2 log likelihood of a problem in all its parameters.

    Attributes
    ----------
    frame : Problem
    """

    frame: Problem

    @classmethod
    def prepared(cls, problem: Problem) -> FromSums:
        """Made for many evaluations."""
        return cls(for_many_evaluations(problem))

    def at(self, point: Local, best_beta: bool) -> Joint | None:
        """Value and derivatives at a point, or at the same D and sigma^2 with the best beta."""
        return joint(self.frame, point, best_beta)
