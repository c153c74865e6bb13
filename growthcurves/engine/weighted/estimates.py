"""Estimates of normal outcomes from weighted sums, with errors by the sampling design."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from growthcurves.engine.information.uncertainty import Uncertainty
from growthcurves.engine.normal import NormalEstimates
from growthcurves.engine.solution import Solution
from growthcurves.engine.sums.whole import Sums
from growthcurves.engine.weighted.bread import Designed, designed
from growthcurves.engine.weighted.sample import Sample
from growthcurves.engine.weighted.scores import person_parts
from growthcurves.errors import NotAvailableError
from growthcurves.numerics.arrays import Array

NO_LIKELIHOOD = (
    "A fit with design= maximises a pseudo-likelihood, which says of no data how likely they are: it has no draws, no "
    "profile and no likelihood ratio; its intervals are method='wald', by the design."
)


@dataclass(frozen=True, eq=False)
class WeightedEstimates(NormalEstimates):
    """See `engine.estimates.Estimates`.

    Attributes
    ----------
    sample : Sample
    kept : array or None
        `spread` of a saved fit without persons.
    """

    sample: Sample
    kept: Array | None = None

    @property
    def deviance(self) -> float:
        """-2 log pseudo-likelihood, with the weights as they were given."""
        return self.solution.deviance * self.sample.unit

    @cached_property
    def designed(self) -> Designed:
        """The covariance of the estimates by the design."""
        return designed(self.solution, self.spread)

    @cached_property
    def spread(self) -> Array:
        """Covariance by the design of the sum of weighted scores, (p + m + 1, p + m + 1)."""
        return self.sample.spread(self.totals) if self.kept is None else self.kept

    @cached_property
    def totals(self) -> Array:
        """Weighted scores by sampling unit, (units, p + m + 1)."""
        people, optimum = self.sums.people, self.solution.optimum
        directions = optimum.face.directions(optimum.theta)
        scores = np.empty((people.count, self.frame.p + len(directions) + 1))
        for part, found in person_parts(self.solution, people):
            scores[part] = found.along(directions)
        return self.sample.totals(scores * people.mass[:, None])

    @cached_property
    def cov_beta(self) -> Array:
        J = self.frame.original_x()
        return np.asarray(J @ self.designed.beta @ J.T)

    def uncertainty(self, kind: str) -> Uncertainty | None:
        info, found = self.solution.information, self.designed
        if info is None or found.variances is None or found.cross is None:
            return None
        cross = found.cross @ self.frame.original_x().T
        return Uncertainty(found.variances, info.dcov_beta, partial(self._moved, info), cross)

    def of(self, sums: Sums, solution: Solution) -> WeightedEstimates:
        return replace(self, sums=sums, solution=solution, kept=None)

    # ------------------------------------------------ what has no meaning under weights

    def why_not(self, capability: str) -> str | None:
        return NO_LIKELIHOOD if capability in ("replicates", "mixtures", "robust") else None

    def _refused(self, *_: Any, **__: Any) -> Any:
        raise NotAvailableError(NO_LIKELIHOOD)

    adjusted_covariance = sandwich = drawing = leaving_out = without_random = against = by_ml = _refused

    @property
    def profiler(self) -> Any:
        return self._refused()
