"""Means, spreads and correlations of values of which some count more than others."""

from __future__ import annotations

import numpy as np

from growthcurves.numerics.arrays import Array


def weighted_sd(values: Array, weights: Array) -> float:
    """Standard deviation: weighted squares about the weighted mean, n - 1 in n as without weights (R's svyvar).

    Examples
    --------
    >>> print(f"{weighted_sd(np.array([1.0, 2.0, 4.0]), np.ones(3)):.4f}")
    1.5275
    """
    away = values - np.average(values, weights=weights)
    return float(np.sqrt(np.average(away**2, weights=weights) * len(values) / (len(values) - 1)))


def weighted_correlation(one: Array, other: Array, weights: Array) -> float:
    """Pearson's correlation of weighted values.

    Examples
    --------
    >>> one, other = np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0])
    >>> print(f"{weighted_correlation(one, other, np.ones(3)):.2f}")
    0.50
    """
    left, right = (values - np.average(values, weights=weights) for values in (one, other))
    return float(weights @ (left * right) / np.sqrt((weights @ left**2) * (weights @ right**2)))


def plotting_positions(weights: Array) -> Array:
    """Share of all that lies below each of some ordered values, half of its own included: of equal weights (i - 1/2)/n.

    Examples
    --------
    >>> plotting_positions(np.array([1.0, 2.0, 1.0])).tolist()
    [0.125, 0.5, 0.875]
    """
    return np.asarray((np.cumsum(weights) - weights / 2.0) / weights.sum())
