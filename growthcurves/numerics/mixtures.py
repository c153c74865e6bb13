"""Mixtures of normal distributions: persons with different expected values and the spread that the model gives them."""

from __future__ import annotations

import numpy as np

from growthcurves.numerics.distributions import normal_cdf, normal_quantile

_MOST_STEPS = 200


def mixture_quantile(
    means: np.ndarray, sds: np.ndarray | float, probability: float, counts: np.ndarray | None = None
) -> float:
    """Quantile of the mixture of normal distributions with these means and SDs, each counted so often.

    Newton steps inside a bracket that closes.
    """
    means, sds = np.asarray(means, dtype=float), np.broadcast_to(np.asarray(sds, dtype=float), np.shape(means))
    if np.isnan(sds).any() or np.isnan(means).any():
        return float("nan")
    counts = np.ones(means.shape) if counts is None else counts
    if not sds.any():
        return float(np.quantile(np.repeat(means, counts.astype(int)), probability))
    shares = counts / counts.sum()
    ends = means + normal_quantile(probability) * sds  # the quantile lies between those of the components
    low, high = float(ends.min()), float(ends.max())
    point = sds == 0
    spread = np.where(point, 1.0, sds)
    middle, near = (low + high) / 2.0, 1e-15 * (abs(low) + abs(high) + float(sds.max()))
    for _ in range(_MOST_STEPS):
        if high - low <= near:
            break
        z = (middle - means) / spread
        excess = float(shares @ np.where(point, middle >= means, normal_cdf(z))) - probability
        low, high = (middle, high) if excess < 0 else (low, middle)
        density = float(shares @ np.where(point, 0.0, np.exp(-0.5 * z * z) / spread)) / np.sqrt(2.0 * np.pi)
        newton = middle - excess / density if density > 0 else low
        if abs(newton - middle) <= near:
            break
        middle = newton if low < newton < high else (low + high) / 2.0
    return middle


def share_above(means: np.ndarray, sds: np.ndarray | float, threshold: float, counts: np.ndarray) -> float:
    """Mean over persons of Phi((mean - threshold) / SD)."""
    sds = np.broadcast_to(np.asarray(sds, dtype=float), means.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        above = np.where(sds == 0, means > threshold, normal_cdf((means - threshold) / sds))
    return float(np.average(above, weights=counts))
