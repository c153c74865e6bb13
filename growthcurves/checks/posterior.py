"""What the outcomes say of residuals and random effects that are not seen: their means and covariances given the data.

A score of what the distribution of residuals e or of random effects u lacks is, given the outcomes, the mean of the
score that e and u would give were they seen (Louis 1982). With e normalized, and m, S its mean and covariance given y,
these are polynomials of m and S. By the law of total expectation a right model gives them their mean also where persons
drop out by what was seen of them, which estimates of u and residuals about them do not have.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from growthcurves.checks.look import Look, Sample
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True, eq=False)
class Posterior:
    """Covariances given the outcomes, which do not depend on them, of persons with equally many rows side by side.

    Attributes
    ----------
    look : Look
    """

    look: Look

    # ------------------------------------------------ residuals

    def residual_known(self) -> Array:
        """By how much the outcomes lessen the variance of each normalized residual, which is one: (n, 1)."""
        if not self.look.normal:
            return np.ones((self.look.rows, 1))
        return np.concatenate([np.einsum("naa->na", one).ravel() for one in self._known])[:, None]

    @cached_property
    def _known(self) -> list[Array]:
        """I - S of each group of persons, (N, n, n): the variance of what is estimated of normalized residuals."""
        found = []
        for group in self.look.whitening.groups:
            half = group.residual @ group.R @ group.inverse.swapaxes(1, 2)
            found.append(half @ half.swapaxes(1, 2))
        return found

    def sizes(self) -> tuple[Array, Array]:
        """tr S and tr S^2 of each person, (N, 1)."""
        if not self.look.normal:
            nothing = np.zeros((self.look.persons, 1))
            return nothing, nothing
        left = [np.eye(one.shape[1]) - one for one in self._known]
        traces = [np.einsum("naa->n", S) for S in left]
        squares = [np.einsum("nab,nab->n", S, S) for S in left]
        return np.concatenate(traces)[:, None], np.concatenate(squares)[:, None]

    def through_left(self, sample: Sample) -> Array:
        """m'S m of each person, (N, r)."""
        if not self.look.normal:
            return np.zeros((self.look.persons, sample.white.shape[1]))
        parts = []
        for group, known in zip(self.look.whitening.groups, self._known, strict=True):
            m = group.of(sample.normalized)
            parts.append((m * (m - known @ m)).sum(axis=1))
        return np.concatenate(parts)

    # ------------------------------------------------ random effects

    @cached_property
    def _left(self) -> list[Array]:
        """Covariance of standard random effects given the outcomes, of each group of persons (N, q, q)."""
        G, found = self.look.whitening.G, []
        for group in self.look.whitening.groups:
            ZG = group.inverse @ group.Z @ G
            found.append(G - ZG.swapaxes(1, 2) @ ZG)
        return found

    @cached_property
    def _across(self) -> list[Array]:
        """Covariance of normalized residuals with standard random effects given the outcomes, by group (N, n, q)."""
        groups = zip(self.look.whitening.groups, self._left, strict=True)
        return [-(group.residual @ group.Z @ W) for group, W in groups]

    def effects_left(self) -> Array:
        """Covariance of each person's named random effects given the outcomes, (N, q, q)."""
        A = self.look.into_named
        return np.concatenate([A @ W @ A.T for W in self._left])

    def with_residuals(self, sample: Sample) -> Array:
        """Sums of m_j times the covariance of the j-th normalized residual with each named effect, (N, q, r)."""
        A, groups = self.look.into_named, zip(self.look.whitening.groups, self._across, strict=True)
        return np.concatenate([(K @ A.T).swapaxes(1, 2) @ group.of(sample.normalized) for group, K in groups])

    def with_curves(self) -> Array:
        """Covariance of each normalized residual with the person's own curve at its row, (n, 1)."""
        groups = zip(self.look.whitening.groups, self._across, strict=True)
        return np.concatenate([np.einsum("nij,nij->ni", K, group.Z).ravel() for group, K in groups])[:, None]


def hermite(values: Array, known: Array) -> tuple[Array, Array]:
    """Means of the third and fourth Hermite polynomial of what has mean `values` and variance 1 - `known` given y.

    Scores, up to 6 and 24, of the skewness and excess kurtosis of a distribution near the normal (Gram-Charlier).
    """
    square = values * values
    third = values * (square - 3.0 * known)
    return third, square * (square - 6.0 * known) + 3.0 * known**2
