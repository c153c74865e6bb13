"""Who leaves a study when, by chance or by outcomes (Diggle and Kenward 1994)."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from growthcurves.numerics.arrays import Array

#: Persons by whom the level of a dropout that depends on outcomes is set.
CALIBRATED = 20_000


@dataclass(frozen=True, eq=False)
class Leaving:
    """Leaving before a visit, given that one has been there until then.

    logit P(leave before visit j) = a_j + previous * z_(j-1) + current * z_j, with z the outcomes' deviations in SDs;
    a_j is such that as many are lost as planned.

    Attributes
    ----------
    last : tuple of float
        Share of persons whose last visit is each.
    previous, current : float
        Log odds per SD of the last outcome that was seen, and of the one that will not be seen.
    V : (m, m) array
        Covariance matrix of the outcomes.
    """

    last: tuple[float, ...]
    previous: float
    current: float
    V: Array

    @property
    def hazards(self) -> Array:
        """Share of those still there that leaves before each visit, (m,)."""
        there = 1.0 - np.concatenate([[1.0 - sum(self.last)], 1.0 - sum(self.last) + np.cumsum(self.last)])
        before = np.concatenate([[1.0], there[:-1]])
        return np.where(before > 0, 1.0 - there / np.where(before > 0, before, 1.0), 0.0)[: len(self.last)]

    @property
    def depends(self) -> bool:
        """Whether outcomes decide."""
        return self.previous != 0.0 or self.current != 0.0

    def seen(self, e: Array, rng: np.random.Generator) -> Array:
        """Visits at which each person is seen, from deviations of all outcomes (N, m)."""
        chances, there, seen = self.chances(e), np.ones(len(e), dtype=bool), np.zeros(len(e), dtype=int)
        for j in range(e.shape[1]):
            if self.hazards[j] > 0.0:
                there &= rng.random(len(e)) >= chances[:, j]
            seen += there
        return seen

    def chances(self, e: Array) -> Array:
        """The probability of leaving before each visit for persons who are still there, (N, m)."""
        hazards = np.broadcast_to(self.hazards, e.shape)
        if not self.depends:
            return hazards
        odds = self._levels + self._by_outcome(e)
        return np.where(hazards > 0.0, _share(0.0, odds), 0.0)

    def _by_outcome(self, e: Array) -> Array:
        z = e / np.sqrt(np.diag(self.V))
        before = np.concatenate([np.zeros((len(z), 1)), z[:, :-1]], axis=1)
        return self.previous * before + self.current * z

    @cached_property
    def _levels(self) -> Array:
        """a_j of each visit, by persons who are drawn once."""
        from scipy.optimize import brentq

        rng = np.random.default_rng(20_000)
        e = rng.standard_normal((CALIBRATED, len(self.V))) @ np.linalg.cholesky(self.V).T
        odds, weight, levels = self._by_outcome(e), np.ones(CALIBRATED), np.zeros(len(self.V))
        for j, hazard in enumerate(self.hazards):
            if hazard > 0.0:
                levels[j] = brentq(_gap, -500.0, 500.0, (odds[:, j], weight, hazard))
                weight = weight * (1.0 - _share(levels[j], odds[:, j]))
        return levels


def _share(level: float, odds: Array) -> Array:
    return np.asarray(1.0 / (1.0 + np.exp(-level - odds)))


def _gap(level: float, odds: Array, weight: Array, hazard: float) -> float:
    """By how much more leave at a level than planned."""
    return float(np.average(_share(level, odds), weights=weight) - hazard)
