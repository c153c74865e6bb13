"""Mixtures of normal distributions: persons with different expected values and the spread that the model gives them."""

from __future__ import annotations

import numpy as np

from growthcurves.results.distributions import normal_cdf


def mixture_quantile(
    means: np.ndarray, sds: np.ndarray | float, probability: float, counts: np.ndarray | None = None
) -> float:
    """Quantile of the mixture of normal distributions with these means and SDs, each counted so often."""
    means, sds = np.asarray(means, dtype=float), np.broadcast_to(np.asarray(sds, dtype=float), np.shape(means))
    if np.isnan(sds).any() or np.isnan(means).any():
        return float("nan")
    counts = np.ones(means.shape) if counts is None else counts
    if not sds.any():
        return float(np.quantile(np.repeat(means, counts.astype(int)), probability))
    shares = counts / counts.sum()
    low, high = float((means - 10 * sds).min()), float((means + 10 * sds).max())
    with np.errstate(divide="ignore", invalid="ignore"):
        for _ in range(200):
            middle = (low + high) / 2.0
            if middle in (low, high):
                break
            below = np.where(sds > 0, normal_cdf((middle - means) / np.where(sds > 0, sds, 1.0)), middle >= means)
            if shares @ below < probability:
                low = middle
            else:
                high = middle
    return (low + high) / 2.0


def share_above(means: np.ndarray, sds: np.ndarray | float, threshold: float, counts: np.ndarray) -> float:
    """Mean over persons of Phi((mean - threshold) / SD)."""
    sds = np.broadcast_to(np.asarray(sds, dtype=float), means.shape)
    with np.errstate(divide="ignore", invalid="ignore"):
        above = np.where(sds == 0, means > threshold, normal_cdf((means - threshold) / sds))
    return float(np.average(above, weights=counts))
