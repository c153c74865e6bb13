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


def freedom(m: int, share: np.ndarray, complete: np.ndarray) -> np.ndarray:
    """Degrees of freedom of Barnard and Rubin (1999, 3 to 5), (k,).

    `share` is that of the variance which is due to what is missing; `complete` are the degrees of freedom that complete
    data had: where they are infinite, those of Rubin (1987) remain.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        of_imputations = (m - 1) / share**2
        observed = np.where(np.isinf(complete), np.inf, (complete + 1) / (complete + 3) * complete * (1.0 - share))
        return 1.0 / (1.0 / of_imputations + 1.0 / observed)
