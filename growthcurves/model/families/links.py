"""Links of probabilities: a distribution function, its averages, and the log density of yes and no."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

import numpy as np
from scipy.special import expit, logit, ndtr, ndtri

from growthcurves.contracts.family import Array, Slopes
from growthcurves.errors import ModelError, unknown
from growthcurves.numerics.normal_average import normal_average
from growthcurves.numerics.normal_tails import log_cdf, log_cdf_and_hazard, log_cdf_slopes

_ROOT_TWO_PI = float(np.sqrt(2.0 * np.pi))


class ScaleWords(NamedTuple):
    """What the two scales of a family are called: "log odds" and "probability"."""

    link: str
    response: str


class Link(Protocol):
    """A distribution function F of a linear predictor, and l = y log F + (n - y) log(1 - F) with its derivatives.

    Attributes
    ----------
    name : str
    words : str
        As it stands before a probability in an equation.
    scale : str
        What the linear predictor is called.
    effect : str or None
        What exp(coefficient) is.
    latent_variance : float
        The variance of what is added to the linear predictor of an underlying continuous outcome.
    """

    name: str
    words: str
    scale: str
    effect: str | None
    latent_variance: float

    def cdf(self, eta: Array) -> Array:
        """F."""
        ...

    def pdf(self, eta: Array) -> Array:
        """Its derivative."""
        ...

    def quantile(self, probability: Array) -> Array:
        """Its inverse."""
        ...

    def average(self, eta: Any, variance: Any) -> Any:
        """The mean of F over normal linear predictors."""
        ...

    def noise(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        """Draws e with P(e > -eta) = F(eta)."""
        ...

    def density(self, y: Array, n: Array | None, eta: Array) -> Array:
        """l of y successes in n trials; one each where n is None."""
        ...

    def score(self, y: Array, n: Array | None, eta: Array) -> tuple[Array, Array]:
        """The same and its first derivative."""
        ...

    def slopes(self, y: Array, n: Array | None, eta: Array) -> Slopes:
        """The same and three derivatives."""
        ...


class Logit:
    """The logistic distribution function: log odds."""

    name = "logit"
    words = "logit"
    scale = "log odds"
    effect: str | None = "odds ratio"
    latent_variance: float = np.pi**2 / 3.0

    def cdf(self, eta: Array) -> Array:
        return expit(eta)

    def pdf(self, eta: Array) -> Array:
        return expit(eta) * expit(-np.asarray(eta))

    def quantile(self, probability: Array) -> Array:
        return logit(probability)

    def average(self, eta: Any, variance: Any) -> Any:
        return normal_average(expit, eta, variance, np.pi)

    def noise(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return rng.logistic(size=shape)

    def density(self, y: Array, n: Array | None, eta: Array) -> Array:
        tail = _exp_of_minus_size(eta)
        np.log1p(tail, out=tail)
        return _log_likelihood(y, n, eta, tail)

    def score(self, y: Array, n: Array | None, eta: Array) -> tuple[Array, Array]:
        tail = _exp_of_minus_size(eta)
        chance = _chance(eta, tail)
        np.log1p(tail, out=tail)
        return _log_likelihood(y, n, eta, tail), y - (chance if n is None else n * chance)

    def slopes(self, y: Array, n: Array | None, eta: Array) -> Slopes:
        tail = _exp_of_minus_size(eta)
        larger = 1.0 / (1.0 + tail)
        smaller, positive = tail * larger, eta >= 0.0
        chance = np.where(positive, larger, smaller)
        second = -larger * smaller
        third = np.where(positive, second, -second) * (smaller - larger)
        value = _log_likelihood(y, n, eta, np.log1p(tail, out=tail))
        return Slopes(value, y - (chance if n is None else n * chance), *_each((second, third), y, n))


class Probit:
    """The standard normal distribution function."""

    name = "probit"
    words = "probit"
    scale = "probit"
    effect: str | None = None
    latent_variance = 1.0

    def cdf(self, eta: Array) -> Array:
        return ndtr(eta)

    def pdf(self, eta: Array) -> Array:
        return np.exp(-0.5 * np.square(eta)) / _ROOT_TWO_PI

    def quantile(self, probability: Array) -> Array:
        return ndtri(probability)

    def average(self, eta: Any, variance: Any) -> Any:
        found = ndtr(np.asarray(eta) / np.sqrt(1.0 + np.asarray(variance)))
        return float(found) if np.ndim(found) == 0 else found

    def noise(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return rng.normal(size=shape)

    def density(self, y: Array, n: Array | None, eta: Array) -> Array:
        if n is None:
            return log_cdf((2.0 * y - 1.0) * eta)
        return y * log_cdf(eta) + (n - y) * log_cdf(-eta)

    def score(self, y: Array, n: Array | None, eta: Array) -> tuple[Array, Array]:
        if n is None:
            sign = 2.0 * y - 1.0
            value, hazard = log_cdf_and_hazard(sign * eta)
            return value, sign * hazard
        (yes, up), (no, down) = log_cdf_and_hazard(eta), log_cdf_and_hazard(-eta)
        return y * yes + (n - y) * no, y * up - (n - y) * down

    def slopes(self, y: Array, n: Array | None, eta: Array) -> Slopes:
        if n is None:
            sign = 2.0 * y - 1.0
            value, first, second, third = log_cdf_slopes(sign * eta)
            return Slopes(value, sign * first, second, sign * third)
        yes, no, odd = log_cdf_slopes(eta), log_cdf_slopes(-eta), (1.0, -1.0, 1.0, -1.0)
        return Slopes(*(y * up + sign * (n - y) * down for up, down, sign in zip(yes, no, odd, strict=True)))


class Cloglog:
    """1 - exp(-exp(eta)): the complementary log-log, of events in continuous time that are seen in intervals."""

    name = "cloglog"
    words = "cloglog"
    scale = "complementary log-log"
    effect: str | None = "hazard ratio"
    latent_variance: float = np.pi**2 / 6.0

    def cdf(self, eta: Array) -> Array:
        return -np.expm1(-np.exp(np.minimum(eta, 7.0)))

    def pdf(self, eta: Array) -> Array:
        hazard = np.exp(np.minimum(eta, 7.0))
        return hazard * np.exp(-hazard)

    def quantile(self, probability: Array) -> Array:
        return np.log(-np.log1p(-np.asarray(probability)))

    def average(self, eta: Any, variance: Any) -> Any:
        return normal_average(self.cdf, eta, variance, 0.5 * np.pi)

    def noise(self, shape: tuple[int, ...], rng: np.random.Generator) -> Array:
        return -np.log(rng.standard_exponential(size=shape))

    def density(self, y: Array, n: Array | None, eta: Array) -> Array:
        hazard = _hazard(eta)
        return y * log_of_some(eta, hazard) - _failures(y, n) * hazard

    def score(self, y: Array, n: Array | None, eta: Array) -> tuple[Array, Array]:
        hazard = _hazard(eta)
        some, ratio = _log_of_some_and_slope(eta, hazard)
        none = _failures(y, n) * hazard
        return y * some - none, y * ratio - none

    def slopes(self, y: Array, n: Array | None, eta: Array) -> Slopes:
        none = _failures(y, n) * _hazard(eta)
        return Slopes(*(y * one - none for one in log_of_some_slopes(eta)))


def _hazard(eta: Array) -> Array:
    """exp(eta), and a number where that is none: no failures weigh nothing there."""
    return np.exp(np.minimum(eta, 709.0))


def log_of_some(eta: Array, hazard: Array) -> Array:
    """log(1 - exp(-m)) of m = exp(eta), both given."""
    return np.where(eta < -40.0, eta, np.log(-np.expm1(-np.maximum(hazard, 1e-18))))


def _log_of_some_and_slope(eta: Array, hazard: Array) -> tuple[Array, Array]:
    """The same and its derivative in eta, m / (exp(m) - 1)."""
    bounded = np.clip(hazard, 1e-18, 745.0)
    chance = -np.expm1(-bounded)
    return np.where(eta < -40.0, eta, np.log(chance)), bounded * (1.0 - chance) / chance


#: Bernoulli numbers B_2n / (2n)!, n = 1, 2, ...: m / (exp(m) - 1) = 1 - m / 2 + B_2 m^2 / 2! + ...
_BERNOULLI = (
    1 / 12, -1 / 720, 1 / 30240, -1 / 1209600, 1 / 47900160, -691 / 1307674368000, 1 / 74724249600,
    -3617 / 10670622842880000, 43867 / 5109094217170944000,
)  # fmt: skip


def log_of_some_slopes(eta: Array) -> tuple[Array, Array, Array, Array]:
    """log(1 - exp(-exp(eta))) and three derivatives; for small m = exp(eta) by Bernoulli's series."""
    eta = np.asarray(eta, dtype=float)
    hazard = np.exp(np.minimum(eta, 6.6))
    value = log_of_some(eta, hazard)
    bounded = np.maximum(hazard, 1e-18)
    ratio = bounded * np.exp(-bounded) / -np.expm1(-bounded)
    falls = 1.0 - hazard - ratio
    second = ratio * falls
    third = second * falls - ratio * (hazard + second)
    m = np.minimum(hazard, 1.0)
    even = [(2 * n, c * m ** (2 * n)) for n, c in enumerate(_BERNOULLI, 1)]
    small = hazard < 1.0
    return (
        value,
        np.where(small, 1.0 - 0.5 * m + sum(term for _, term in even), ratio),
        np.where(small, -0.5 * m + sum(k * term for k, term in even), second),
        np.where(small, -0.5 * m + sum(k**2 * term for k, term in even), third),
    )


def _exp_of_minus_size(eta: Array) -> Array:
    """exp(-|eta|), in one new array."""
    out = np.empty(np.shape(eta))
    np.abs(eta, out=out)
    np.negative(out, out=out)
    return np.exp(out, out=out)


def _chance(eta: Array, tail: Array) -> Array:
    """1 / (1 + exp(-eta)), right to its last digits on both sides, from exp(-|eta|)."""
    chance = np.where(eta < 0, tail, 1.0)
    chance /= 1.0 + tail
    return chance


def _log_likelihood(y: Array, n: Array | None, eta: Array, log1p_tail: Array) -> Array:
    """y eta - n log(1 + exp(eta)), of which large parts cancel before the small one is taken away."""
    value = y * eta
    largest = np.maximum(eta, 0.0)
    if n is None:
        value -= largest
        value -= log1p_tail
        return value
    return (value - n * largest) - n * log1p_tail


def _failures(y: Array, n: Array | None) -> Array:
    return (1.0 if n is None else n) - y


def _each(derivatives: tuple[Array, ...], y: Array, n: Array | None) -> list[Array]:
    """Derivatives of one trial for n, in the shape of outcomes with linear predictors."""
    shape = np.broadcast_shapes(np.shape(y), np.shape(derivatives[0]))
    if n is None and shape == np.shape(derivatives[0]):
        return list(derivatives)
    return [np.broadcast_to(one, shape) if n is None else n * one for one in derivatives]


#: Known links; the outcome of the first is canonical.
LINKS: Mapping[str, Link] = {link.name: link for link in (Logit(), Probit(), Cloglog())}


def refuse_unknown(link: Any, known: tuple[str, ...]) -> None:
    """Refuse a link that is none of a family's.

    Raises
    ------
    ModelError
        With the known ones.
    """
    if not isinstance(link, str) or link not in known:
        raise ModelError(unknown("link", link, known))
