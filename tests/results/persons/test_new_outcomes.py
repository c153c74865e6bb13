"""Prediction intervals of new counts and amounts beside draws and scipy's quantiles."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import growthcurves as gc
from tests.results.family_panels import drawn_panel

ROWS = pd.DataFrame({"t": [0.0, 4.0], "arm": ["placebo", "drug"], "w": [1.0, 2.0]})


@pytest.fixture(scope="module")
def data():
    return drawn_panel("counts")


@pytest.fixture(scope="module")
def fit(data):
    return gc.fit("y ~ t * arm + (t | id)", data, family="poisson", exposure="w", quadrature=9)


def test_a_typical_count_has_the_quantiles_of_poisson(fit):
    found = fit.predict(ROWS, people="typical", interval="prediction", level=0.9)
    mean = fit.predict(ROWS, people="typical").to_numpy()
    assert found["conf_low"].tolist() == stats.poisson.ppf(0.05, mean).tolist()
    assert found["conf_high"].tolist() == stats.poisson.ppf(0.95, mean).tolist()
    np.testing.assert_allclose(found["std_error"], np.sqrt(mean))


def test_a_count_of_a_new_person_has_the_quantiles_of_the_mixture(fit):
    """Of 400,000 draws: the probability outside each end is what it should be, to the Monte Carlo error of .0005."""
    found = fit.predict(ROWS, people="new", interval="prediction")
    rng = np.random.default_rng(1)
    G = fit.cov_re.to_numpy()
    u = rng.multivariate_normal([0, 0], G, 400_000)
    eta = np.log(fit.predict(ROWS, people="typical").to_numpy())
    for row, t, start in zip(found.itertuples(), ROWS["t"], eta, strict=True):
        y = rng.poisson(np.exp(start + u[:, 0] + t * u[:, 1]))
        for end, tail in ((row.conf_low, 0.025), (row.conf_high, 0.975)):
            assert (y <= end).mean() >= tail - 0.001 and (y < end).mean() <= tail + 0.001
        assert row.std_error == pytest.approx(y.std(), rel=0.05)


def test_amounts_have_the_quantiles_of_gamma(data):
    fit = gc.fit("w ~ t + (1 | id)", data, family="gamma", time="t")
    found = fit.predict(ROWS, people="typical", interval="prediction")
    shape = 1.0 / fit.variance_components("wald").set_index("term").loc["dispersion", "estimate"]
    mean = fit.predict(ROWS, people="typical").to_numpy()
    np.testing.assert_allclose(found["conf_low"], stats.gamma.ppf(0.025, shape, scale=mean / shape), rtol=1e-8)
    np.testing.assert_allclose(found["conf_high"], stats.gamma.ppf(0.975, shape, scale=mean / shape), rtol=1e-8)


def test_what_has_no_interval_is_refused(fit, data):
    with pytest.raises(gc.errors.NotEstimableError, match="of whom nothing was seen"):
        fit.predict(interval="prediction")
    yes = gc.fit("some ~ t + (1 | id)", data.assign(some=data["y"] > 1), family="binomial", time="t", quadrature=11)
    with pytest.raises(gc.errors.NotEstimableError, match="what is known of it is its probability"):
        yes.predict(people="new", interval="prediction")
