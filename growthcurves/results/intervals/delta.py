"""The delta method for any smooth function of a point."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from growthcurves.engine.estimates import Point, Quantity
from growthcurves.fitted import FittedModel
from growthcurves.numerics.distributions import expit, logit, normal_quantile
from growthcurves.results.tables.answer import checked_level

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


def delta(fit: FittedModel, quantity: Quantity, level: float = 0.95) -> Estimate:
    """Estimate, standard error and Wald interval of a quantity.

    The interval is computed on the quantity's scale and mapped back; where the estimate lies on the edge of that
    scale (a zero SD, a correlation of one) there is no interval. Derivatives are central differences along
    the parameters of the active face, whose sampling covariance is known.
    """
    checked_level(level)
    value, scale = float(quantity.of(fit.point)), quantity.scale
    variance = _variance(fit, quantity)
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


def _variance(fit: FittedModel, quantity: Quantity) -> float | None:
    """g' C g with the gradient g by central differences and the joint covariance C of all parameters."""
    info = fit.estimates.uncertainty("observed")
    if info is None or not fit.identified:
        return None
    root, errors = np.sqrt(np.diag(info.cov)), np.sqrt(np.diag(fit.estimates.cov_beta))
    gradient = _slopes(quantity, info.moved, root)
    point = fit.point
    slopes = _slopes(quantity, lambda step: point.with_beta(point.beta + step), errors)
    total = float(gradient @ info.cov @ gradient) + float(slopes @ fit.estimates.cov_beta @ slopes)
    if info.cross is not None:
        total += 2.0 * float(gradient @ info.cross @ slopes)
    return total if np.isfinite(total) else None


def _slopes(quantity: Quantity, moved: Callable[[np.ndarray], Point], widths: np.ndarray) -> np.ndarray:
    """Derivatives of a quantity along parameters that have these standard errors."""
    found = np.empty(len(widths))
    for j, width in enumerate(widths):
        step = np.zeros(len(widths))
        step[j] = 1e-4 * width
        found[j] = (quantity.of(moved(step)) - quantity.of(moved(-step))) / (2.0 * step[j])
    return found
