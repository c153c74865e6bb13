"""Weighted estimates of outcomes of a family: person weights are counts of records, errors are by the design."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from growthcurves.engine.families.estimates import FamilyEstimates
from growthcurves.engine.general.estimates import GeneralEstimates
from growthcurves.engine.general.search import polished
from growthcurves.engine.weighted.estimates import NO_LIKELIHOOD
from growthcurves.engine.weighted.sample import Sample
from growthcurves.errors import NotAvailableError
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True, eq=False)
class WeightedFamilyEstimates(FamilyEstimates):
    """See `engine.estimates.Estimates`.

    Attributes
    ----------
    sample : Sample
    """

    sample: Sample | None = None

    @classmethod
    def of(cls, found: FamilyEstimates, sample: Sample) -> WeightedFamilyEstimates:
        """Estimates of weighted records with how their persons were sampled.

        Errors by the design take scores and the information where the search ended, so that it ends in the last digits.
        """
        end = None if found.verdict.singular else polished(found.likelihood, found.local)
        if end is not None:
            found = replace(found, local=end.point, lowest=end.deviance)
        return cls(**{one.name: getattr(found, one.name) for one in fields(FamilyEstimates)}, sample=sample)

    @property
    def deviance(self) -> float:
        """-2 log pseudo-likelihood, with the weights as they were given."""
        assert self.sample is not None
        return (self.lowest + self.frame.deviance_shift) * self.sample.unit

    @cached_property
    def _joint(self) -> Array:
        """The sandwich of weighted scores between two inverses of the observed information of all parameters."""
        assert self.sample is not None
        scores, mass = self.likelihood.person_scores(self.active), self.likelihood.rows.stands
        spread = self.sample.spread(self.sample.totals(scores * mass[:, None]))
        return np.asarray(self._bread @ spread @ self._bread)

    @cached_property
    def _bread(self) -> Array:
        """Twice the inverse of the observed Hessian of all parameters."""
        return np.asarray(GeneralEstimates._joint.func(self))  # type: ignore[attr-defined]

    def uncorrelated(self, L: Array) -> Array:
        p = self.frame.p
        return np.asarray(L @ self.frame.original_x() @ np.linalg.cholesky(self._bread[:p, :p]))

    def why_not(self, capability: str) -> str | None:
        return NO_LIKELIHOOD if capability in ("replicates", "mixtures", "robust") else super().why_not(capability)

    def _refused(self, *_: Any, **__: Any) -> Any:
        raise NotAvailableError(NO_LIKELIHOOD)

    adjusted_covariance = sandwich = drawing = leaving_out = without_random = against = _refused

    @property
    def profiler(self) -> Any:
        return self._refused()
