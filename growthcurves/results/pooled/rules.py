"""Rubin's rules: estimates of several imputed data sets as one, with degrees of freedom of Barnard and Rubin."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np


class Rubin(NamedTuple):
    """Pooled numbers, (k,) each.

    Attributes
    ----------
    estimate : array
        The mean over the m data sets.
    std_error : array
        The root of T = U + (1 + 1/m) B: U the mean squared error within data sets, B the variance between them.
    df : array
        Barnard and Rubin (1999): never more than those of complete data.
    riv : array
        Relative increase in variance by what is missing, (1 + 1/m) B / U.
    fmi : array
        Fraction of missing information (Rubin 1987, 3.1.10, with the degrees of freedom): (riv + 2/(df + 3))/(riv + 1).
    """

    estimate: np.ndarray
    std_error: np.ndarray
    df: np.ndarray
    riv: np.ndarray
    fmi: np.ndarray


def rubin(values: np.ndarray, errors: np.ndarray, complete: np.ndarray) -> Rubin:
    """Pool estimates (m, k) with their standard errors (m, k) and degrees of freedom of complete data (k,).

    Examples
    --------
    >>> values, errors = np.array([[1.0], [2.0], [3.0]]), np.array([[1.0], [1.0], [1.0]])
    >>> found = rubin(values, errors, np.array([np.inf]))
    >>> [round(float(number[0]), 4) for number in found]
    [2.0, 1.5275, 6.125, 1.3333, 0.6654]
    """
    m = len(values)
    within, between = (errors**2).mean(axis=0), (1.0 + 1.0 / m) * values.var(axis=0, ddof=1)
    with np.errstate(divide="ignore", invalid="ignore"):
        riv = between / within
        df = freedom(m, between / (within + between), complete)
        fmi = (riv + 2.0 / (df + 3.0)) / (riv + 1.0)
    return Rubin(values.mean(axis=0), np.sqrt(within + between), df, riv, fmi)


class Joint(NamedTuple):
    """Several estimates tested against zero together.

    Attributes
    ----------
    statistic : float
        F, with as many degrees of freedom as estimates.
    df : float
        Those of its denominator.
    riv : float
        Average relative increase in variance by what is missing.
    """

    statistic: float
    df: float
    riv: float


def joint(values: np.ndarray, spreads: np.ndarray, complete: float) -> Joint:
    """Test estimates (m, k) with covariance matrices (m, k, k) against zero (Li, Raghunathan and Rubin 1991).

    `complete` are the degrees of freedom that complete data had; where they are finite, the denominator is Reiter's
    (2007, equation 2.7).

    Examples
    --------
    >>> values, spreads = np.array([[1.0, 2.0], [2.0, 2.0], [3.0, 5.0]]), np.array([np.eye(2)] * 3)
    >>> [round(number, 4) for number in joint(values, spreads, np.inf)]
    [1.7727, 5.6719, 2.6667]
    """
    m, k = values.shape
    mean, within = values.mean(axis=0), spreads.mean(axis=0)
    unit = np.sqrt(np.diag(within))
    scaled = within / np.outer(unit, unit)
    between = np.cov((values / unit).T).reshape(k, k)
    riv = float((1.0 + 1.0 / m) * np.trace(np.linalg.solve(scaled, between)) / k)
    wald = float(mean / unit @ np.linalg.solve(scaled, mean / unit)) / k
    return Joint(wald / (1.0 + riv), joint_freedom(m, k, riv, complete), riv)


def joint_freedom(m: int, k: int, riv: float, complete: float) -> float:
    """Degrees of freedom of the denominator of `joint`; never more than complete data leave."""
    t, most = k * (m - 1.0), (complete + 1.0) / (complete + 3.0) * complete if np.isfinite(complete) else np.inf
    if riv == 0.0:
        return most
    if t <= 4.0:
        return min(t * (1.0 + 1.0 / k) * (1.0 + 1.0 / riv) ** 2 / 2.0, most)
    if np.isinf(most):
        return 4.0 + (t - 4.0) * (1.0 + (1.0 - 2.0 / t) / riv) ** 2
    a = riv * t / (t - 2.0)
    one, two = most - 2.0 * (1.0 + a), most - 4.0 * (1.0 + a)
    if two <= 0.0:  # complete data leave too few for the expansion
        return min(4.0, most)
    b = 1.0 + a
    inner = one / (b**2 * two) + 8.0 * one / (b * two**2) + 4.0 / (b * two)
    inner += 4.0 / (two * one) + 16.0 * one / two**3 + 8.0 / two**2
    return 4.0 + 1.0 / (1.0 / two + a**2 * inner / (t - 4.0))


def freedom(m: int, share: np.ndarray, complete: np.ndarray) -> np.ndarray:
    """Degrees of freedom of Barnard and Rubin (1999, 3 to 5), (k,).

    `share` is that of the variance which is due to what is missing; `complete` are the degrees of freedom that complete
    data had: where they are infinite, those of Rubin (1987) remain.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        of_imputations = (m - 1) / share**2
        observed = np.where(np.isinf(complete), np.inf, (complete + 1) / (complete + 3) * complete * (1.0 - share))
        return 1.0 / (1.0 / of_imputations + 1.0 / observed)
