"""Distribution functions under the names of the field; scipy is loaded when the first of them is asked for.

Upper tails are computed as such, never as one minus a distribution function.
"""

from __future__ import annotations

from typing import Any

import numpy as np


def normal_cdf(x: Any) -> Any:
    """Standard normal distribution function."""
    from scipy.special import ndtr

    return ndtr(x)


def normal_quantile(probability: float) -> float:
    """Quantile of the standard normal distribution."""
    from scipy.special import ndtri

    return float(ndtri(probability))


def normal_quantiles(probabilities: np.ndarray) -> np.ndarray:
    """Quantiles of the standard normal distribution."""
    from scipy.special import ndtri

    return np.asarray(ndtri(probabilities))


def normal_density(x: np.ndarray, means: np.ndarray, sds: np.ndarray) -> np.ndarray:
    """Densities of normal distributions; NaN where a standard deviation is not positive."""
    sds = np.where(np.asarray(sds) > 0, sds, np.nan)
    return np.exp(-0.5 * ((x - means) / sds) ** 2) / (np.sqrt(2.0 * np.pi) * sds)


def beta_quantiles(probability: float, a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Below which beta distributions have this probability."""
    from scipy.special import betaincinv

    return np.asarray(betaincinv(a, b, probability))


def wilson(share: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of a share (Wilson 1927).

    Examples
    --------
    >>> low, high = wilson(0.05, 1000)
    >>> round(low, 3), round(high, 3)
    (0.038, 0.065)
    """
    if not n > 0:
        return float("nan"), float("nan")
    z = normal_quantile(0.5 + level / 2.0)
    middle = (share + z * z / (2.0 * n)) / (1.0 + z * z / n)
    half = z * np.sqrt(share * (1.0 - share) / n + (z / (2.0 * n)) ** 2) / (1.0 + z * z / n)
    low = 0.0 if share <= 0.0 else float(middle - half)
    return low, 1.0 if share >= 1.0 else float(middle + half)


def two_sided(t: np.ndarray, df: np.ndarray) -> np.ndarray:
    """Two-sided p-value of t with df degrees of freedom (infinite: normal)."""
    from scipy.special import stdtr

    return 2.0 * stdtr(df, -np.abs(t))


def t_tail(t: float, df: float) -> float:
    """Probability that Student's t with df degrees of freedom (infinite: normal) exceeds t."""
    from scipy.special import stdtr

    return float(stdtr(df, -t))


def t_quantile(probability: float, df: np.ndarray) -> np.ndarray:
    """Quantile of Student's t (infinite df: normal)."""
    from scipy.special import stdtrit

    df = np.asarray(df, dtype=float)
    finite = stdtrit(np.where(np.isinf(df), 1.0, df), probability)
    return np.where(np.isinf(df), normal_quantile(probability), finite)


def chi_square_tail(x: float, df: int) -> float:
    """Probability that a chi-square with df degrees of freedom exceeds x; with none it is a point mass at zero."""
    from scipy.special import chdtrc

    return float(chdtrc(df, x)) if df else float(x <= 0)


def f_tail(x: float, df_num: float, df_den: float) -> float:
    """Probability that an F exceeds x; with infinite denominator df that of a chi-square over its df."""
    from scipy.special import chdtrc, fdtrc

    if np.isinf(df_den):
        return float(chdtrc(df_num, df_num * x))
    return float(fdtrc(df_num, df_den, x)) if df_den > 0 else float("nan")


def logit(p: float) -> float:
    """log(p / (1 - p))."""
    return float(np.log(p) - np.log1p(-p))


def expit(x: float) -> float:
    """The inverse of the logit."""
    return float(1.0 / (1.0 + np.exp(-x)))
