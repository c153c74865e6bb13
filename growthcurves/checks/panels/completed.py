"""Means and SDs over the occasions of all persons, those who were missed by what was seen of them.

Sums over all persons of E(r_k | seen) and E(r_k^2 | seen), r being residuals about the mean, are what an EM step takes
of incomplete data (Dempster, Laird and Rubin 1977): where the model is right and missing depends on what was seen, they
have the means that complete data would have. Without missing they are those of the data.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from growthcurves.checks.occasions import Occasions, rows_by_occasion
from growthcurves.numerics.arrays import Array

if TYPE_CHECKING:
    from growthcurves.checks.look import Look

#: Covariances of one pair of occasions that differ between persons by more than this share are not one.
ALIKE = 1e-8


@dataclass(frozen=True, eq=False)
class Pattern:
    """Persons who were seen at the same occasions.

    Attributes
    ----------
    rows : (N, s) array of int
        Their rows.
    seen, missed : arrays of int
        Which occasions.
    weights : (m, s) array
        What takes what was seen to what is expected of the occasions that were missed.
    left : (m,) array
        Variances of these that are left.
    """

    rows: Array
    seen: Array
    missed: Array
    weights: Array
    left: Array


@dataclass(frozen=True, eq=False)
class Completed:
    """The persons by pattern, over K occasions."""

    patterns: list[Pattern]
    occasions: int

    @classmethod
    def of(cls, look: Look, occasions: Occasions) -> Completed | None:
        """None where persons have covariances of their own over the occasions, or some two were never seen together."""
        V = _covariance(look, occasions)
        if V is None:
            return None
        rows = rows_by_occasion(look, occasions)
        kinds, kind = np.unique(rows >= 0, axis=0, return_inverse=True)
        found = []
        for place, there in enumerate(kinds):
            s, m = np.flatnonzero(there), np.flatnonzero(~there)
            if not len(s):  # all rows of theirs are at no occasion
                continue
            weights = np.linalg.solve(V[np.ix_(s, s)], V[np.ix_(s, m)]).T
            left = np.diag(V)[m] - np.einsum("ms,ms->m", weights, V[np.ix_(m, s)])
            found.append(Pattern(rows[kind.ravel() == place][:, s], s, m, weights, left))
        return cls(found, len(V))

    def means_and_sds(self, about_mean: Array) -> tuple[Array, Array]:
        """Means and SDs of residuals about the mean (n, r) by occasion, (K, r) each."""
        first = np.zeros((self.occasions, about_mean.shape[1]))
        second, count = np.zeros_like(first), 0
        for one in self.patterns:
            seen = about_mean[one.rows]
            first[one.seen] += seen.sum(axis=0)
            second[one.seen] += (seen**2).sum(axis=0)
            expected = one.weights @ seen
            first[one.missed] += expected.sum(axis=0)
            second[one.missed] += (expected**2).sum(axis=0) + len(seen) * one.left[:, None]
            count += len(seen)
        mean = first / count
        return mean, np.sqrt(np.maximum(second / count - mean**2, 0.0))


def _covariance(look: Look, occasions: Occasions) -> Array | None:
    """The covariance of a person's outcomes over the occasions, where it is that of everybody."""
    count, parts = len(occasions.labels), []
    for group, own in zip(look.whitening.groups, look.whitening.own_covariances(), strict=True):
        places = occasions.places[group.rows].reshape(len(own), -1)
        one, other = (np.broadcast_to(axis, own.shape) for axis in (places[:, :, None], places[:, None, :]))
        there = (one >= 0) & (other >= 0)
        parts.append((one[there], other[there], own[there]))
    first, second, values = (np.concatenate(part) for part in zip(*parts, strict=True))
    V = np.full((count, count), np.nan)
    V[first, second] = values
    alike = np.abs(V[first, second] - values).max() <= ALIKE * np.abs(values).max()
    return V if alike and np.isfinite(V).all() else None
