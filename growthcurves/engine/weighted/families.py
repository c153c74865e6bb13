"""Weighted estimates of outcomes of a family: person weights are counts of records, errors are by the design."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np

from growthcurves.engine.families.estimates import FamilyEstimates
from growthcurves.engine.general.estimates import GeneralEstimates
from growthcurves.engine.general.search import descended, judged, polished
from growthcurves.engine.parameters.local import Local
from growthcurves.engine.parameters.point import Point
from growthcurves.engine.search.certificate import free_matrices
from growthcurves.engine.weighted.estimates import NO_LIKELIHOOD
from growthcurves.engine.weighted.replicates import free_entries, require_optima, squared
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


@dataclass(frozen=True, eq=False)
class ReplicatedFamilyEstimates(WeightedFamilyEstimates):
    """Errors by replicate weights: the model fitted again under each, from the estimate on."""

    @cached_property
    def _joint(self) -> Array:
        """Covariance of the standard fixed effects, the free entries of G and the family's working parameters."""
        assert self.sample is not None
        here, there = self._numbers(self.local), []
        for weights in self.sample.replicates:  # type: ignore[union-attr]
            likelihood = replace(self.likelihood, rows=replace(self.likelihood.rows, stands=weights), _near={})
            end = descended(likelihood, [self.local])
            verdict = judged(likelihood, end, self.verdict.identified)
            there.append(self._numbers(end.local) if verdict.converged else np.full(len(here), np.nan))
        found = np.array(there)
        require_optima(np.isfinite(found).all(axis=1))
        return squared(self.sample.factors, found - here)

    @cached_property
    def _directions(self) -> Array:
        """A symmetric matrix for each free entry of G, (m, q, q)."""
        q = self.frame.q
        return free_matrices(self.frame.partition, q).reshape(-1, q, q)

    def _numbers(self, local: Local) -> Array:
        return np.concatenate([local.beta, free_entries(self._directions, local.D), local.others])

    def _moved(self, step: Array) -> Point:
        """The point a step away in the free entries of G and the working parameters."""
        m = len(self._directions)
        G = self.local.D + np.tensordot(step[:m], self._directions, 1)
        at = self.natural(replace(self.local, others=self.local.others + step[m:]))
        return replace(at, levels={"person": G})


def kind_of(sample: Sample) -> type[WeightedFamilyEstimates]:
    """What estimates of a sample are."""
    return WeightedFamilyEstimates if sample.factors is None else ReplicatedFamilyEstimates
