"""The delta method for any smooth function of a point."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from growthcurves.engine.estimates import Point, Quantity
from growthcurves.fitted import FittedModel, row_variances
from growthcurves.numerics.distributions import expit, logit, normal_quantile, t_quantile
from growthcurves.results.intervals.quantity import on_boundary
from growthcurves.results.tables.answer import checked_level

NAN = float("nan")

SCALES: dict[str, tuple[Callable, Callable]] = {
    "identity": (lambda x: x, lambda x: x),
    "log": (np.log, np.exp),
    "atanh": (np.arctanh, np.tanh),
    "logit": (logit, expit),
}


class Estimate(NamedTuple):
    """A number with its standard error and interval; NaN where there is none."""

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float


class Moved(NamedTuple):
    """Several functions of a point at the estimates, and how parameters move them.

    Attributes
    ----------
    values : (k,) array
    slopes : (k, r) array
        Derivatives along the variance parameters, then the fixed effects.
    cov : (r, r) array
        The joint covariance of these parameters.
    """

    values: np.ndarray
    slopes: np.ndarray
    cov: np.ndarray

    def combined(self, weights: np.ndarray) -> Moved:
        """Linear combinations (m, k) of the functions."""
        return Moved(weights @ self.values, weights @ self.slopes, self.cov)

    def scaled(self, values: np.ndarray, factors: np.ndarray) -> Moved:
        """Functions of them one by one, with their derivatives at the estimates."""
        return Moved(values, self.slopes * factors[:, None], self.cov)

    def take(self, places: list[int]) -> Moved:
        """Some of the functions."""
        return Moved(self.values[places], self.slopes[places], self.cov)

    def contrasts(self, weights: np.ndarray, of: Callable[[np.ndarray], np.ndarray], by: np.ndarray) -> Moved:
        """Contrasts (m, k) of the functions on another scale, which goes to `of` them and has the derivatives `by`."""
        used = (weights != 0.0)[:, :, None]
        slopes = np.where(used, weights[:, :, None] * (self.slopes * by[:, None]), 0.0).sum(axis=1)
        return Moved(weights @ of(self.values), slopes, self.cov)

    @property
    def errors(self) -> np.ndarray:
        """Standard errors, (k,)."""
        return np.sqrt(np.maximum(row_variances(self.slopes, self.cov), 0.0))


def moved(fit: FittedModel, function: Callable[[Point], np.ndarray]) -> Moved:
    """Values (k,) of functions of a point with their joint uncertainty, as in `delta`.

    Fixed effects and variances are correlated where outcomes are not normal: the covariance is joint. The functions are
    means, told on the active face as fixed effects are: what is estimated as zero is taken as zero.
    """
    point, info = fit.point, fit.estimates.uncertainty("observed")
    values, errors = np.asarray(function(point), dtype=float), np.sqrt(np.diag(fit.estimates.cov_beta))
    by_beta = _gradients(function, lambda step: point.with_beta(point.beta + step), errors, len(values))
    if info is None or not fit.identified:
        return Moved(values, np.full_like(by_beta, NAN), fit.estimates.cov_beta)
    by_variance = _gradients(function, info.moved, np.sqrt(np.diag(info.cov)), len(values))
    cross = np.zeros((len(info.cov), len(errors))) if info.cross is None else info.cross
    joint = np.block([[info.cov, cross], [cross.T, fit.estimates.cov_beta]])
    return Moved(values, np.hstack([by_variance, by_beta]), joint)


def _gradients(
    function: Callable[[Point], np.ndarray], at: Callable[[np.ndarray], Point], widths: np.ndarray, count: int
) -> np.ndarray:
    """Derivatives (k, r) along parameters that have these standard errors; zero along those that are held."""
    found = np.zeros((count, len(widths)))
    for j, width in enumerate(widths):
        if width > 0.0:
            step = np.zeros(len(widths))
            step[j] = 1e-4 * width
            found[:, j] = (np.asarray(function(at(step))) - np.asarray(function(at(-step)))) / (2.0 * step[j])
    return found


def delta(fit: FittedModel, quantity: Quantity, level: float = 0.95, information: str = "observed") -> Estimate:
    """Estimate, standard error and Wald interval of a quantity.

    The interval is computed on the quantity's scale and mapped back. There is none, and no standard error, where a
    covariance matrix that the quantity depends on is estimated on its boundary, or the estimate lies on the edge of its
    scale. An SD whose standard error is larger than itself has no interval: so near to zero its logarithm is not
    normal. Derivatives are central differences along the parameters, whose sampling covariance is known.
    """
    checked_level(level)
    value, scale = float(quantity.of(fit.point)), quantity.scale
    if _on_the_edge(value, scale) or on_boundary(fit, quantity):
        return Estimate(value, NAN, NAN, NAN)
    error = _error(fit, quantity, information)
    if scale == "log" and not error <= value:
        return Estimate(value, error, NAN, NAN)
    forward, backward = SCALES[scale]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        middle = float(forward(value))
        slope = float(forward(value + 1e-6 * _size(value, scale)) - forward(value - 1e-6 * _size(value, scale)))
        slope /= 2e-6 * _size(value, scale)
        half = _quantile(fit, level) * error * slope
        if not (np.isfinite(middle) and np.isfinite(half)):
            return Estimate(value, NAN, NAN, NAN)
        return Estimate(value, error, float(backward(middle - half)), float(backward(middle + half)))


def _quantile(fit: FittedModel, level: float) -> float:
    """How many standard errors wide half an interval is: of a sampling design by its degrees of freedom."""
    if fit.weighing is None:
        return float(normal_quantile(0.5 + level / 2.0))
    return float(t_quantile(0.5 + level / 2.0, np.array([float(fit.weighing.df)]))[0])


def _on_the_edge(value: float, scale: str) -> bool:
    """Whether a value lies where its scale ends, to rounding."""
    if scale == "atanh":
        return abs(value) > 1.0 - 1e-9
    if scale == "logit":
        return not 1e-12 < value < 1.0 - 1e-12
    return scale == "log" and not value > 0.0


def _size(value: float, scale: str) -> float:
    """A step that stays inside the scale."""
    if scale in ("atanh", "logit"):
        return min(abs(value), 1.0 - abs(value)) or 1.0
    return abs(value) or 1.0


def _error(fit: FittedModel, quantity: Quantity, information: str) -> float:
    """The root of g' C g with the gradient g by central differences and the joint covariance C of all parameters."""
    info = fit.estimates.uncertainty(information)
    if info is None or not fit.identified:
        return NAN
    root, errors = np.sqrt(np.diag(info.cov)), np.sqrt(np.diag(fit.estimates.cov_beta))
    gradient = _slopes(quantity, info.moved, root)
    point = fit.point
    slopes = _slopes(quantity, lambda step: point.with_beta(point.beta + step), errors)
    unit = max(float(np.abs(gradient * root).max(initial=0.0)), float(np.abs(slopes * errors).max(initial=0.0)))
    if not 0.0 < unit < np.inf:
        return NAN
    gradient, slopes = gradient / unit, slopes / unit  # so that squares stay within the range of numbers
    total = float(gradient @ info.cov @ gradient) + float(slopes @ fit.estimates.cov_beta @ slopes)
    if info.cross is not None:
        total += 2.0 * float(gradient @ info.cross @ slopes)
    return unit * float(np.sqrt(total)) if total > 0 else NAN


def _slopes(quantity: Quantity, moved: Callable[[np.ndarray], Point], widths: np.ndarray) -> np.ndarray:
    """Derivatives of a quantity along parameters that have these standard errors."""
    found = np.empty(len(widths))
    for j, width in enumerate(widths):
        if width == 0.0:  # a parameter that is held where it is
            found[j] = 0.0
            continue
        step = np.zeros(len(widths))
        step[j] = 1e-4 * width
        found[j] = (quantity.of(moved(step)) - quantity.of(moved(-step))) / (2.0 * step[j])
    return found
