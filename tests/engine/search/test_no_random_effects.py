"""Models in which nothing varies between persons, where every person has a schedule of their own."""

from __future__ import annotations

import numpy as np
import pytest

import growthcurves as gc


@pytest.fixture
def uneven():
    """Persons seen 3 to 10 times: with many predictors few share a schedule."""
    data = gc.load_dataset("sleepstudy")
    person = data["subject"].factorize()[0]
    return data.assign(age=20 + 1.7 * person)[data["day"] <= 2 + person % 8]


def least_squares(data):
    day, age = data["day"].to_numpy(), data["age"].to_numpy()
    X = np.column_stack([np.ones(len(data)), age, day, day * age, day**2, day**2 * age])
    beta, square, _, _ = np.linalg.lstsq(X, data["reaction"].to_numpy(), rcond=None)
    sigma2 = float(square[0]) / (len(X) - X.shape[1])
    return beta, np.sqrt(sigma2 * np.diag(np.linalg.inv(X.T @ X))), sigma2


@pytest.fixture
def fit(uneven):
    return gc.fit(gc.GrowthModel("reaction", "day", "subject", shape="quadratic", predictors="age", random=()), uneven)


def test_without_random_effects_the_fit_is_least_squares(fit, uneven):
    beta, error, sigma2 = least_squares(uneven)
    np.testing.assert_allclose(fit.params, beta, rtol=1e-7)
    np.testing.assert_allclose(fit.bse, error, rtol=1e-9)
    assert fit.scale == pytest.approx(sigma2, rel=1e-10) and fit.certificate.converged
    assert fit.fixed_effects()["df"].tolist() == pytest.approx([len(uneven) - 6] * 6, rel=1e-6)


def test_without_random_effects_replicates_have_the_spread_of_least_squares(fit):
    """2,000 replicates: a standard error of SDs of 1.6 %."""
    table = fit.bootstrap(2000, rng=1).conf_int().set_index("term")
    np.testing.assert_allclose(table.loc[list(fit.terms), "std_error"], fit.bse, rtol=4 * 0.016)


def test_the_test_of_slope_variance_where_the_slope_is_all_that_varies(uneven):
    """Against least squares at times of one's own: -2 log L = n log(2 pi RSS / n) + n."""
    jitter = np.random.default_rng(3).uniform(-0.3, 0.3, len(uneven))
    data = uneven.assign(day=uneven["day"] + jitter)
    fit = gc.fit("reaction ~ day + (0 + day | subject)", data, method="ml")
    X = np.column_stack([np.ones(len(data)), data["day"]])
    square = float(np.linalg.lstsq(X, data["reaction"].to_numpy(), rcond=None)[1][0])
    small = len(data) * (np.log(2 * np.pi * square / len(data)) + 1)
    assert fit.change().value("likelihood ratio for slope variance") == pytest.approx(small - fit.deviance, rel=1e-8)
