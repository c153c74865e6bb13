"""Logistic regression: closed forms, and where there is no optimum. glm() of R is in tests/data/test_dropout.py."""

from __future__ import annotations

import numpy as np

from growthcurves.numerics.logistic import logistic


def test_two_groups_have_their_own_odds():
    X = np.column_stack([np.ones(10), np.repeat([0.0, 1.0], 5)])
    fit = logistic(X, np.array([1.0, 0, 0, 0, 0, 1, 1, 1, 0, 0]))
    np.testing.assert_allclose(fit.beta, [np.log(1 / 4), np.log(3 / 2) - np.log(1 / 4)], rtol=1e-12)
    cells = 1 / np.array([1.0, 4, 3, 2])
    np.testing.assert_allclose(fit.covariance[1, 1], cells.sum(), rtol=1e-10)
    np.testing.assert_allclose(fit.covariance[0, 0], cells[:2].sum(), rtol=1e-10)
    np.testing.assert_allclose(fit.log_likelihood, np.log(0.2) + 4 * np.log(0.8) + 3 * np.log(0.6) + 2 * np.log(0.4))


def test_there_is_no_optimum_of_separated_outcomes_or_of_one_column_twice():
    x = np.arange(8.0)
    assert not logistic(np.column_stack([np.ones(8), x]), (x > 3).astype(float)).found
    assert not logistic(np.column_stack([np.ones(8), x, 2 * x]), (x % 2)).found
    assert not logistic(np.ones((4, 1)), np.ones(4)).found
