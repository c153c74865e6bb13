"""Counts whose variance exceeds their mean: negative binomial, by the square of the mean or in proportion to it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from scipy.special import betainc

from growthcurves.contracts.family import Answers, Array, OwnSlopes, Slopes, Tails
from growthcurves.errors import ModelError, unknown
from growthcurves.model.families.base import Dispersed, for_draws, own_of_one
from growthcurves.model.families.poisson import Counts, Poisson
from growthcurves.numerics.rising import excess, rising, rising_and_slope, rising_slopes

#: Starts of a dispersion lie between these.
_START = (0.05, 10.0)
#: How far from the logarithm of a count its best linear predictor may lie.
_AROUND = 20.0


@dataclass(frozen=True)
class NegativeBinomial(Counts, Dispersed):
    """Counts with a dispersion alpha: Poisson counts whose rates vary as a gamma distribution.

    Parameters
    ----------
    variance : {"quadratic", "linear"}
        mu + alpha mu^2 (negative binomial 2, of size 1 / alpha), or mu (1 + alpha) (negative binomial 1).
    dispersion : float, optional
        alpha, or where a search for it starts; 0 is Poisson.

    Examples
    --------
    >>> family = NegativeBinomial(dispersion=0.5)
    >>> family.outcome_variance(np.log([1.0, 4.0])).round(3).tolist()
    [1.5, 12.0]
    >>> NegativeBinomial("linear", dispersion=0.5).outcome_variance(np.log([1.0, 4.0])).round(3).tolist()
    [1.5, 6.0]
    """

    variance: str = "quadratic"
    dispersion: float | None = field(default=None, repr=False)
    name = "negative-binomial"

    def __post_init__(self) -> None:
        if self.variance not in ("quadratic", "linear"):
            raise ModelError(unknown("variance of a negative binomial family", self.variance, ("quadratic", "linear")))
        super().__post_init__()

    def started(self, answers: Answers) -> tuple[NegativeBinomial, float]:
        """The dispersion by moments over all rows, and the logarithm of their mean."""
        y = np.asarray(answers.value, dtype=float)
        mean = (y.sum() + 0.5) / y.size
        beyond = (y.var() - mean) / (mean**2 if self.variance == "quadratic" else mean)
        start = float(np.clip(beyond, *_START)) if self.dispersion is None else self._dispersion
        return replace(self, dispersion=start), float(np.log(mean))

    def without_dispersion(self) -> Poisson:
        """The family that this one is where the dispersion is zero."""
        return Poisson()

    def density(self, answers: Answers, eta: Array) -> Array:
        """The log density but for `constant`."""
        y, eta = answers.value, np.asarray(eta, dtype=float)
        if self.variance == "linear":
            value = rising(y, self._log_dispersion - eta)
            return y * eta + value - y * np.log1p(self._alpha) - self._mean_part(eta)
        log_ratio = self._ratio(eta)[0]
        return (rising(y, self._log_dispersion) + y * eta) - (y + 1.0 / self._alpha) * log_ratio

    def score(self, answers: Answers, eta: Array) -> tuple[Array, Array]:
        """The same and its first derivative in eta."""
        y, eta = answers.value, np.asarray(eta, dtype=float)
        if self.variance == "linear":
            mean_part = self._mean_part(eta)
            value, slope = rising_and_slope(y, self._log_dispersion - eta)
            return y * eta + value - y * np.log1p(self._alpha) - mean_part, y - slope - mean_part
        log_ratio, q, p = self._ratio(eta)
        value = (rising(y, self._log_dispersion) + y * eta) - (y + 1.0 / self._alpha) * log_ratio
        return value, y * q - p / self._alpha

    def slopes(self, answers: Answers, eta: Array) -> Slopes:
        """The same and three derivatives in eta."""
        y, eta = answers.value, np.asarray(eta, dtype=float)
        if self.variance == "linear":
            mean_part = self._mean_part(eta)
            value, one, two, three = rising_slopes(y, self._log_dispersion - eta)
            value = y * eta + value - y * np.log1p(self._alpha) - mean_part
            return Slopes(value, y - one - mean_part, two - mean_part, -three - mean_part)
        _, q, p = self._ratio(eta)
        second = -(y + 1.0 / self._alpha) * p * q
        return Slopes(*self.score(answers, eta), second, second * (q - p))

    def own(self, answers: Answers, eta: Array) -> OwnSlopes:
        """Derivatives in log alpha."""
        y, eta = answers.value, np.asarray(eta, dtype=float)
        return self._own_linear(y, eta) if self.variance == "linear" else self._own_quadratic(y, eta)

    def own_score(self, answers: Answers, eta: Array) -> Array:
        """The first derivative alone, (1, ...)."""
        y, eta = answers.value, np.asarray(eta, dtype=float)
        if self.variance == "quadratic":
            log_ratio, _, p = self._ratio(eta)
            one = rising_and_slope(y, self._log_dispersion)[1]
            return (one + excess(p, log_ratio) / self._alpha - y * p)[None]
        one, share = rising_and_slope(y, self._log_dispersion - eta)[1], self._alpha / (1.0 + self._alpha)
        above = float(excess(share, np.log1p(self._alpha)))
        return (one - y * share + self.mean(eta) * (above / self._alpha))[None]

    def _own_quadratic(self, y: Array, eta: Array) -> OwnSlopes:
        log_ratio, q, p = self._ratio(eta)
        _, one, two, _ = rising_slopes(y, self._log_dispersion)
        above, alpha = excess(p, log_ratio), self._alpha
        value = one + above / alpha - y * p
        first = p * p / alpha - y * p * q
        second = p * q * (2.0 * p / alpha - y * (q - p))
        return own_of_one(value, first, second, two + (p * p - above) / alpha - y * p * q)

    def _own_linear(self, y: Array, eta: Array) -> OwnSlopes:
        _, one, two, three = rising_slopes(y, self._log_dispersion - eta)
        alpha, mean = self._alpha, self.mean(eta)
        p = alpha / (1.0 + alpha)
        above = float(excess(p, np.log1p(alpha)))
        slope = -mean * (above / alpha)  # of mean log(1 + alpha) / alpha
        bend = mean * ((above - p**2) / alpha)
        return own_of_one(one - y * p - slope, -two - slope, three - slope, two - y * p * (1.0 - p) - bend)

    def best(self, answers: Answers) -> Array:
        """The largest log density; where the variance is linear its place is no mean, and is searched for."""
        if self.variance == "quadratic":
            return super().best(answers)
        y = np.asarray(answers.value, dtype=float)
        some = y > 0
        known = answers._replace(value=np.where(some, y, 1.0))
        low, high = np.log(known.value) - _AROUND, np.log(known.value) + _AROUND
        for _ in range(60):
            middle = 0.5 * (low + high)
            rises = self.score(known, middle)[1] > 0
            low, high = np.where(rises, middle, low), np.where(rises, high, middle)
        return np.where(some, self.density(known, 0.5 * (low + high)), 0.0)

    def tails(self, answers: Answers, eta: Array) -> Tails:
        """The probabilities of fewer, of as many and of more."""
        y, mean = np.broadcast_arrays(np.asarray(answers.value, dtype=float), self.mean(eta))
        alpha = self._alpha
        size = np.maximum(mean / alpha, 1e-300) if self.variance == "linear" else np.full(np.shape(mean), 1.0 / alpha)
        ratio = np.full(np.shape(mean), alpha) if self.variance == "linear" else alpha * mean
        no, more = 1.0 / (1.0 + ratio), ratio / (1.0 + ratio)
        below = np.where(y > 0, betainc(size, np.maximum(y, 1.0), no), 0.0)
        same = np.exp(self.density(answers, eta) + self.constant(answers))
        return Tails(below, same, betainc(y + 1.0, size, more))

    def outcome_variance(self, eta: Array) -> Array:
        """mu + alpha mu^2, or mu (1 + alpha)."""
        mean, alpha = self.mean(eta), self._dispersion
        with np.errstate(over="ignore"):
            return mean * (1.0 + alpha) if self.variance == "linear" else mean + alpha * mean**2

    def drawn(self, eta: Array, trials: Array | None, rng: np.random.Generator) -> Array:
        """Counts at linear predictors: Poisson with rates that are drawn from a gamma distribution."""
        mean, alpha = self.mean(eta), self._alpha
        size = mean / alpha if self.variance == "linear" else 1.0 / alpha
        rates = rng.gamma(size, np.divide(mean, size), size=np.shape(mean))
        return rng.poisson(for_draws(rates)).astype(float)

    # ------------------------------------------------ pieces

    @property
    def _alpha(self) -> float:
        """The dispersion, above zero by so little that nothing shows it."""
        return float(np.exp(self._log_dispersion))

    @property
    def _largest(self) -> float:
        """Up to which linear predictor alpha mu is a number."""
        return 690.0 - max(self._log_dispersion, 0.0)

    def _ratio(self, eta: Array) -> tuple[Array, Array, Array]:
        """log(1 + alpha mu), 1 / (1 + alpha mu), alpha mu / (1 + alpha mu)."""
        ratio = self._alpha * np.exp(np.minimum(eta, self._largest))
        q = 1.0 / (1.0 + ratio)
        return np.log1p(ratio) + np.maximum(eta - self._largest, 0.0), q, ratio * q

    def _mean_part(self, eta: Array) -> Array:
        """mu log(1 + alpha) / alpha."""
        return self.mean(eta) * (np.log1p(self._alpha) / self._alpha)
