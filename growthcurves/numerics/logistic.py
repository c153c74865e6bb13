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
    at = _At.of(X, y, np.zeros(p))
    for _ in range(_STEPS):
        try:
            step = np.linalg.solve(at.information, at.score)
        except np.linalg.LinAlgError:
            return _none(p)
        decrement = float(step @ at.score)
        at = _further(X, y, at, step)
        if at.farthest > _FARTHEST:
            return _none(p)
        if decrement < 1e-16 * max(1.0, abs(at.value)):  # the step that was taken is exact
            return Logistic(at.beta, np.linalg.inv(at.information), at.value, True)
    return _none(p)


class _At(NamedTuple):
    """The log likelihood, its slopes (p,) and its information (p, p), and the farthest linear predictor."""

    beta: Array
    value: float
    score: Array
    information: Array
    farthest: float

    @classmethod
    def of(cls, X: Array, y: Array, beta: Array) -> _At:
        eta = X @ beta
        tail = np.exp(-np.abs(eta))
        chance = np.where(eta >= 0, 1.0, tail) / (1.0 + tail)
        value = float(y @ eta - np.maximum(eta, 0.0).sum() - np.log1p(tail).sum())
        information = (X * (chance * (1.0 - chance))[:, None]).T @ X
        return cls(beta, value, X.T @ (y - chance), information, float(np.abs(eta).max(initial=0.0)))


def _further(X: Array, y: Array, at: _At, step: Array) -> _At:
    """The first of the whole step, its half, its quarter, ... that is no worse."""
    for half in range(30):
        tried = _At.of(X, y, at.beta + step / 2.0**half)
        if tried.value >= at.value - 1e-12 * abs(at.value):
            return tried
    return at


def _none(p: int) -> Logistic:
    return Logistic(np.full(p, np.nan), np.full((p, p), np.nan), float("nan"), False)
