"""The delta method for any smooth function of fixed effects, G and residual variance."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from growthcurves.fitted import FittedModel
from growthcurves.numerics.distributions import expit, logit, normal_quantile
from growthcurves.results.tables.answer import checked_level

Function = Callable[[np.ndarray, np.ndarray, float], float]

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


def delta(fit: FittedModel, function: Function, level: float = 0.95, scale: str = "identity") -> Estimate:
    """Estimate, standard error and Wald interval of function(beta, G, sigma2).

    G is that of the standard random effects (`FittedModel.standard_rows` translates), in which nothing cancels.

    The interval is computed on the given scale and mapped back; where the estimate lies on the edge of that
    scale (a zero SD, a correlation of one) there is no interval. Derivatives are central differences along
    the parameters of the active face, whose sampling covariance is known.
    """
    checked_level(level)
    value = float(function(fit.solution.beta, fit.standard_G, fit.sigma2))
    variance = _variance(fit, function)
    error = float(np.sqrt(variance)) if variance is not None and variance > 0 else float("nan")
    if _on_the_edge(value, scale):
        return Estimate(value, float("nan"), float("nan"), float("nan"))
    forward, backward = SCALES[scale]
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        middle = float(forward(value))
        slope = float(forward(value + 1e-6 * _size(value, scale)) - forward(value - 1e-6 * _size(value, scale)))
        slope /= 2e-6 * _size(value, scale)
        half = normal_quantile(0.5 + level / 2.0) * error * slope
        if not (np.isfinite(middle) and np.isfinite(half)):
            return Estimate(value, float("nan"), float("nan"), float("nan"))
        return Estimate(value, error, float(backward(middle - half)), float(backward(middle + half)))


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


def _variance(fit: FittedModel, function: Function) -> float | None:
    info = fit.solution.information
    if info is None or not fit.identified:
        return None
    beta, G, s = fit.solution.beta, fit.standard_G, fit.sigma2
    root = np.sqrt(np.diag(info.cov))
    gradient = np.empty(len(root))
    for m, width in enumerate(root):
        h = 1e-4 * width
        high = function(beta, G + h * info.dG[m], s + h * info.dsigma2[m])
        low = function(beta, G - h * info.dG[m], s - h * info.dsigma2[m])
        gradient[m] = (high - low) / (2.0 * h)
    total = float(gradient @ info.cov @ gradient)
    errors = np.sqrt(np.diag(fit.solution.cov_beta))
    slopes = np.empty(len(beta))
    for j, width in enumerate(errors):
        h = 1e-4 * width
        step = np.zeros(len(beta))
        step[j] = h
        slopes[j] = (function(beta + step, G, s) - function(beta - step, G, s)) / (2.0 * h)
    total += float(slopes @ fit.solution.cov_beta @ slopes)
    return total if np.isfinite(total) else None
