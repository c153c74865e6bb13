"""Errors by replicate weights: the model fitted again under each, side by side, as other sums of the same persons.

See docs/survey.md, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from growthcurves.contracts.independent import Independent
from growthcurves.engine.batch.fits import Fits, fit_batch
from growthcurves.engine.draws.resample import CaseSource
from growthcurves.engine.information.uncertainty import Uncertainty
from growthcurves.engine.parameters.point import Point
from growthcurves.engine.search.certificate import free_matrices
from growthcurves.engine.weighted.estimates import WeightedEstimates
from growthcurves.errors import NotEstimableError
from growthcurves.numerics.arrays import Array

#: Numbers that replicates fitted at once hold.
AT_ONCE = 20_000_000


@dataclass(frozen=True, eq=False)
class ReplicatedEstimates(WeightedEstimates):
    """See `engine.estimates.Estimates`.

    Attributes
    ----------
    weights : (R, N) array
        What each person counts in each replicate, in the unit of the weights.
    factors : (R,) array
        What the squared difference of each replicate from the estimate counts.
    """

    weights: Any = None
    factors: Any = None

    @cached_property
    def fits(self) -> Fits:
        """The model under each replicate's weights.

        Raises
        ------
        NotEstimableError
            Where one has no optimum, with its number.
        """
        source = CaseSource(self.frame, self.sums.people, np.random.SeedSequence(0))
        step, near = max(1, AT_ONCE // source.numbers), self.solution.optimum.at.D
        starts = range(0, len(self.weights), step)
        found = Fits.joined([fit_batch(source.weighted(self.weights[k : k + step]), near) for k in starts])
        lost = ~found.converged
        if lost.any():
            raise NotEstimableError(
                f"The model has no optimum under {int(lost.sum())} of the {len(lost)} replicate weights (first number "
                f"{int(lost.argmax()) + 1}): persons of a group may all have weights of zero there."
            )
        return found

    @cached_property
    def spread(self) -> Array:
        """Covariance of the fixed effects, the free entries of G (standard, squared outcome units) and sigma^2."""
        if self.kept is not None:
            return self.kept
        at, fits = self.point, self.fits
        here = np.concatenate([at.beta, self._entries(at.levels["person"]), [at.residual.scale]])
        there = np.column_stack([fits.beta, self._entries(fits.G).reshape(len(fits), -1), fits.sigma2])
        away = (there - here) * np.sqrt(self.factors)[:, None]
        return np.asarray(away.T @ away)

    @cached_property
    def _directions(self) -> Array:
        """A symmetric matrix for each free entry of G, (m, q, q)."""
        q = self.frame.q
        return free_matrices(self.frame.partition, q).reshape(-1, q, q)

    def _entries(self, G: Array) -> Array:
        """The free entries of matrices (..., q, q), (..., m)."""
        E = self._directions
        return np.einsum("mab,...ab->...m", E, G) / np.einsum("mab,mab->m", E, E)

    @cached_property
    def cov_beta(self) -> Array:
        return self.spread[: self.frame.p, : self.frame.p]

    def uncertainty(self, kind: str) -> Uncertainty | None:
        if not self.verdict.identified:
            return None
        p, V = self.frame.p, self.spread
        return Uncertainty(V[p:, p:], np.zeros((len(V) - p, p, p)), self._stepped, V[p:, :p])

    def _stepped(self, step: Array) -> Point:
        point = self.point
        G = point.levels["person"] + np.tensordot(step[:-1], self._directions, 1)
        return replace(point, levels={"person": G}, residual=Independent(point.residual.scale + step[-1]))
