"""Structures on planned occasions: one matrix over all waves, of which a person has the rows that were seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.contracts.parameters import Array, Occasions, Parameter
from growthcurves.errors import NotEstimableError
from growthcurves.model.covariance.structure import Structure, level_name, residual_sd


@dataclass(frozen=True)
class ByWaves(Structure):
    """A correlation matrix over the waves, with one SD or an SD for every wave (`unequal`)."""

    counts_waves = True
    #: Whether every wave has an SD of its own.
    unequal = False

    @property
    def count(self) -> int:
        """Waves."""
        return len(self.waves or ())

    def _begin(self) -> tuple[float, ...]:
        return (*((0.0,) * (self.count - 1) if self.unequal else ()), *self._begin_correlation())

    def _named(self, group: str) -> list[Parameter]:
        sds = [residual_sd(self._label(j), group) for j in range(self.count)] if self.unequal else [residual_sd(group)]
        return [*sds, *self._named_correlation(group)]

    def _label(self, wave: int) -> str:
        return level_name((self.waves or ())[wave])

    def _natural(self, sd: Any, own: Array) -> list[Any]:
        sds = [sd * one for one in np.moveaxis(self._sds(own), -1, 0)] if self.unequal else [sd]
        return [*sds, *self._natural_correlation(self._inner(own))]

    def _sds(self, own: Array) -> Array:
        """SDs of the waves relative to the first, (..., waves)."""
        if not self.unequal:
            return np.ones((*own.shape[:-1], self.count))
        return np.exp(np.concatenate([np.zeros_like(own[..., :1]), own[..., : self.count - 1]], axis=-1))

    def _inner(self, own: Array) -> Array:
        return own[..., self.count - 1 :] if self.unequal else own

    def whole(self, own: Array) -> Array:
        """The relative covariance matrix over all waves, (..., waves, waves)."""
        sds = self._sds(own)
        return sds[..., :, None] * self._correlations(self._inner(own)) * sds[..., None, :]

    def _relative(self, own: Array, rows: Occasions, columns: Occasions | None) -> Array:
        other = rows if columns is None else columns
        left, right = self._waves(rows), self._waves(other)
        return self.whole(own)[..., left[..., :, None], right[..., None, :]]

    def _waves(self, at: Occasions) -> Array:
        """Positions of the waves; where they are not given, those whose typical times these are."""
        found = places_of(self.times or (), at.time) if at.wave is None else at.wave
        if (found < 0).any():
            raise NotEstimableError(
                f"residual={self.name!r} knows the planned occasions alone: residuals between them have no covariance."
            )
        return found

    def variance(self, at: Occasions | None = None) -> Any:
        if at is None or self.unequal or self.groups is not None:
            return super().variance(at)
        return self.scale * np.ones(at.time.shape)  # at any time

    def _mean_variance(self, own: Array) -> Any:
        return np.mean(np.diagonal(self.whole(own), axis1=-2, axis2=-1), axis=-1)

    # ------------------------------------------------ where a search begins

    def seeded(self, sums: Array, counts: Array, rows: Occasions) -> tuple[float, Array] | None:
        """Scale and working parameters that are near to observed variances and covariances; None without any.

        Parameters
        ----------
        sums, counts : (n, n) arrays
            Sums of products of residuals from a rough mean at two of these rows, and of how many persons.
        """
        found = []
        for group in range(len(self.groups or (0,))):
            mine = np.ones(len(sums), bool) if rows.group is None else rows.group == group
            observed = self._observed(sums[np.ix_(mine, mine)], counts[np.ix_(mine, mine)], self._waves(rows)[mine])
            if observed is None:
                return None
            found.append((observed[0, 0], self._seed(observed / observed[0, 0])))
        scale = found[0][0]
        later = [part for own, seed in found[1:] for part in ([np.log(own / scale)], seed)]
        return float(scale), np.concatenate([found[0][1], *later])

    def _observed(self, sums: Array, counts: Array, waves: Array) -> Array | None:
        """Covariances of the waves made positive definite; None where a wave has too few persons."""
        total, seen = np.zeros((2, self.count, self.count))
        np.add.at(total, np.ix_(waves, waves), sums)
        np.add.at(seen, np.ix_(waves, waves), counts)
        if (np.diag(seen) < 2).any() or (np.diag(total) <= 0).any():
            return None
        sds = np.sqrt(np.diag(total) / np.diag(seen))
        cor = np.where(seen > 2, total / np.maximum(seen, 1.0), 0.0) / np.outer(sds, sds)
        values, vectors = np.linalg.eigh(cor)
        cor = (vectors * np.maximum(values, 0.05)) @ vectors.T
        return cor * np.outer(sds, sds)

    def _seed(self, relative: Array) -> Array:
        """Working parameters near to a relative covariance matrix."""
        sds = np.log(np.diag(relative)[1:]) / 2.0 if self.unequal else np.zeros(0)
        return np.concatenate([sds, self._begin_correlation()])

    # ------------------------------------------------ what each structure says

    def _begin_correlation(self) -> tuple[float, ...]:
        raise NotImplementedError

    def _named_correlation(self, group: str) -> list[Parameter]:
        raise NotImplementedError

    def _natural_correlation(self, own: Array) -> list[Any]:
        raise NotImplementedError

    def _correlations(self, own: Array) -> Array:
        """(..., waves, waves)."""
        raise NotImplementedError


def places_of(times: Sequence[float], wanted: Array) -> Array:
    """Position of each time among those of the waves, -1 for others."""
    known = np.asarray(times, dtype=float)
    if not len(known):
        return np.full(wanted.shape, -1)
    nearest = np.abs(wanted[..., None] - known).argmin(axis=-1)
    return np.where(np.isclose(known[nearest], wanted, rtol=1e-12, atol=0.0), nearest, -1)


def lags(count: int) -> Array:
    """|i - j| of the waves."""
    places = np.arange(count)
    return np.abs(places[:, None] - places)


def by_lag(correlations: Array) -> Array:
    """The matrix whose entries depend on the lag alone, from correlations of lags 0, 1, ... (..., waves)."""
    return correlations[..., lags(correlations.shape[-1])]
