"""Errors by replicate weights: the model fitted again under each, as other sums of the same persons.

See docs/survey.md, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np

from growthcurves.contracts.independent import Independent
from growthcurves.engine.batch.fits import Fits, fit_batch
from growthcurves.engine.draws.resample import CaseSource
from growthcurves.engine.information.uncertainty import Uncertainty
from growthcurves.engine.parameters.point import Point
from growthcurves.engine.search.certificate import free_matrices
from growthcurves.engine.sums.moments import PersonMoments
from growthcurves.engine.sums.whole import Sums
from growthcurves.engine.weighted.estimates import WeightedEstimates
from growthcurves.engine.weighted.levels import WeightedLevelEstimates
from growthcurves.errors import NotEstimableError
from growthcurves.numerics.arrays import Array

#: Numbers that replicates fitted at once hold.
AT_ONCE = 20_000_000


class There(NamedTuple):
    """Estimates under each of R replicate weights.

    Attributes
    ----------
    beta : (R, p) array
    G : (R, q, q) array
        In the standard coordinates of the fit.
    sigma2 : (R,) array
    found : (R,) array of bool
        Where there is an optimum.
    """

    beta: Array
    G: Array
    sigma2: Array
    found: Array


@dataclass(frozen=True, eq=False)
class ReplicatedEstimates(WeightedEstimates):
    """See `engine.estimates.Estimates`."""

    @cached_property
    def there(self) -> There:
        """The model under each replicate's weights, side by side."""
        weights = self.sample.replicates
        assert weights is not None
        source = CaseSource(self.frame, self.sums.people, np.random.SeedSequence(0))
        step, near = max(1, AT_ONCE // source.numbers), self.solution.optimum.at.D
        starts = range(0, len(weights), step)
        fits = Fits.joined([fit_batch(source.weighted(weights[k : k + step]), near) for k in starts])
        return There(fits.beta, fits.G, fits.sigma2, fits.converged)

    @cached_property
    def spread(self) -> Array:
        """Covariance of the fixed effects, the free entries of G (standard, squared outcome units) and sigma^2."""
        if self.kept is not None:
            return self.kept
        at, there = self.point, self.there
        require_optima(there.found)
        here = np.concatenate([at.beta, self._entries(at.levels["person"]), [at.residual.scale]])
        entries = self._entries(there.G).reshape(len(there.beta), -1)
        return squared(self.sample.factors, np.column_stack([there.beta, entries, there.sigma2]) - here)

    @cached_property
    def _directions(self) -> Array:
        """A symmetric matrix for each free entry of G, (m, q, q)."""
        q = self.frame.q
        return free_matrices(self.frame.partition, q).reshape(-1, q, q)

    def _entries(self, G: Array) -> Array:
        return free_entries(self._directions, G)

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


@dataclass(frozen=True, eq=False)
class ReplicatedLevelEstimates(ReplicatedEstimates, WeightedLevelEstimates):
    """With units above persons: replicates are fitted one after the other, from the estimate on."""

    @cached_property
    def there(self) -> There:
        weights = self.sample.replicates
        assert weights is not None
        size = self.frame.q
        beta, G = np.full((len(weights), len(self.beta)), np.nan), np.full((len(weights), size, size), np.nan)
        sigma2, found = np.full(len(weights), np.nan), np.zeros(len(weights), dtype=bool)
        into = self.frame.back_z
        for k, one in enumerate(weights):
            fit = self.near(Sums.of(self._reweighted(one)))
            if fit is None:
                continue
            beta[k], G[k], sigma2[k] = fit.beta, into @ fit.G @ into.T, fit.point.residual.scale
            found[k] = fit.verdict.converged
        return There(beta, G, sigma2, found)

    def _reweighted(self, weights: Array) -> PersonMoments:
        """The persons, or units of a level, with other weights."""
        people, of = self.sums.people, self.sample.of
        if not of:
            return replace(people, stands=weights)  # type: ignore[no-any-return]
        stands = list(people.nesting.stands)
        stands[of - 1] = weights
        return replace(people, nesting=replace(people.nesting, stands=tuple(stands)))  # type: ignore[no-any-return]


def free_entries(directions: Array, G: Array) -> Array:
    """The free entries of matrices (..., q, q), (..., m), for a symmetric matrix of each, (m, q, q)."""
    return np.einsum("mab,...ab->...m", directions, G) / np.einsum("mab,mab->m", directions, directions)


def squared(factors: Array | None, away: Array) -> Array:
    """The sum over replicates (R, k) of squared distances times their factors, (k, k)."""
    assert factors is not None
    weighed = away * np.sqrt(factors)[:, None]
    return np.asarray(weighed.T @ weighed)


def require_optima(found: Array) -> None:
    """Refuse replicates of which one has no optimum.

    Raises
    ------
    NotEstimableError
        With its number.
    """
    lost = ~found
    if lost.any():
        raise NotEstimableError(
            f"The model has no optimum under {int(lost.sum())} of the {len(lost)} replicate weights (first number "
            f"{int(lost.argmax()) + 1}): persons of a group may all have weights of zero there."
        )
