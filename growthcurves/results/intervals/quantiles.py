"""Intervals from a bootstrap distribution: percentile, basic, and BCa (Davison and Hinkley 1997, chapter 5)."""

from __future__ import annotations

import numpy as np

from growthcurves.numerics.distributions import normal_cdf, normal_quantile

Ends = tuple[float, float]


def percentile(values: np.ndarray, level: float) -> Ends:
    """The (n + 1) p-th smallest of the replicates (Efron 1979; Davison and Hinkley 1997, eq. 5.18)."""
    tail = (1.0 - level) / 2.0
    low, high = np.quantile(values, [tail, 1.0 - tail], method="weibull")
    return float(low), float(high)


def basic(values: np.ndarray, estimate: float, level: float) -> Ends:
    """Twice the estimate minus the percentile ends (Davison and Hinkley 1997, eq. 5.6)."""
    low, high = percentile(values, level)
    return 2.0 * estimate - high, 2.0 * estimate - low


def bca(values: np.ndarray, estimate: float, left_out: np.ndarray, level: float) -> Ends:
    """Bias corrected and accelerated (Efron 1987): percentiles shifted for bias and skewness.

    Parameters
    ----------
    values : (n,) array
        Replicates.
    estimate : float
    left_out : (N,) array
        Estimates without each person in turn; their skewness gives the acceleration.
    level : float

    Returns
    -------
    (low, high)
        NaN where all replicates lie on one side of the estimate.
    """
    share = float(np.mean(values < estimate) + np.mean(values == estimate) / 2.0)
    if not 0.0 < share < 1.0:
        return float("nan"), float("nan")
    bias = normal_quantile(share)
    away = left_out.mean() - left_out
    spread = float((away**2).sum())
    acceleration = float((away**3).sum()) / (6.0 * spread**1.5) if spread > 0.0 else 0.0
    tails = np.array([normal_quantile((1.0 - level) / 2.0), normal_quantile((1.0 + level) / 2.0)])
    moved = bias + tails
    probability = normal_cdf(bias + moved / (1.0 - acceleration * moved))
    low, high = np.quantile(values, probability, method="weibull")
    return float(low), float(high)
