"""Logistic regression of yes or no on a few columns, by Newton's method."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from growthcurves.numerics.arrays import Array

_STEPS = 50
#: Linear predictors beyond this are no odds that data of any size tell: columns separate the outcomes.
_FARTHEST = 30.0


class Logistic(NamedTuple):
    """Estimates (p,), their covariance (p, p) by the inverse information, the log likelihood, and whether an optimum
    was found: there is none where columns tell all events from the others, or are linear combinations of each other.
    """

    beta: Array
    covariance: Array
    log_likelihood: float
    found: bool


def logistic(X: Array, y: Array) -> Logistic:
    """The maximum likelihood fit of P(y = 1) = 1 / (1 + exp(-X beta)).

    Parameters
    ----------
    X : ndarray, shape (n, p)
    y : ndarray of 0 and 1, shape (n,)

    Examples
    --------
    >>> X = np.column_stack([np.ones(6), [0.0, 0, 0, 1, 1, 1]])
    >>> fit = logistic(X, np.array([0.0, 0, 1, 0, 1, 1]))
    >>> fit.beta.round(6).tolist(), fit.found
    ([-0.693147, 1.386294], True)
    """
    p = X.shape[1]
    if np.linalg.matrix_rank(X) < p:
        return _none(p)
    beta, value = np.zeros(p), _log_likelihood(X, y, np.zeros(p))
    for _ in range(_STEPS):
        try:
            step = np.linalg.solve(_information(X, beta), X.T @ (y - _chance(X @ beta)))
        except np.linalg.LinAlgError:
            return _none(p)
        decrement = float(step @ (X.T @ (y - _chance(X @ beta))))
        beta, value = _further(X, y, beta, step, value)
        if np.abs(X @ beta).max() > _FARTHEST:
            return _none(p)
        if decrement < 1e-16 * max(1.0, abs(value)):  # the step that was taken is exact
            return Logistic(beta, np.linalg.inv(_information(X, beta)), value, True)
    return _none(p)


def _information(X: Array, beta: Array) -> Array:
    chance = _chance(X @ beta)
    return (X * (chance * (1.0 - chance))[:, None]).T @ X


def _further(X: Array, y: Array, beta: Array, step: Array, value: float) -> tuple[Array, float]:
    """The first of the whole step, its half, its quarter, ... that is no worse."""
    for half in range(30):
        tried = beta + step / 2.0**half
        reached = _log_likelihood(X, y, tried)
        if reached >= value - 1e-12 * abs(value):
            return tried, reached
    return beta, value


def _log_likelihood(X: Array, y: Array, beta: Array) -> float:
    eta = X @ beta
    return float(y @ eta - np.logaddexp(0.0, eta).sum())


def _chance(eta: Array) -> Array:
    return 1.0 / (1.0 + np.exp(-np.clip(eta, -700, 700)))


def _none(p: int) -> Logistic:
    return Logistic(np.full(p, np.nan), np.full((p, p), np.nan), float("nan"), False)
