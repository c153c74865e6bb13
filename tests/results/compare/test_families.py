"""Comparing fits of outcomes that are not normal: which are nested, at which boundary, and what does not compare."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2

import growthcurves as gc

ONE = "calls ~ week + (1 | id)"


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(5)
    data = pd.DataFrame({"id": np.repeat(np.arange(60), 6), "week": np.tile(np.arange(6), 60)})
    u = rng.normal(0.0, 0.7, 60)[data["id"]]
    data["even"] = rng.poisson(np.exp(0.5 + 0.1 * data["week"] + u))
    data["calls"] = rng.poisson(np.exp(0.5 + 0.1 * data["week"] + u + rng.normal(0.0, 0.5, len(data))))
    return data.assign(some=(data["calls"] > 1).astype(int))


@pytest.fixture(scope="module")
def fits(table):
    families = ("poisson", "negative-binomial", "nb1")
    return {family: gc.fit(ONE, table, family=family) for family in families}


def test_poisson_is_the_end_of_a_negative_binomial(fits):
    for name in ("negative-binomial", "nb1"):
        found = gc.compare(fits["poisson"], fits[name]).table.iloc[1]
        ratio = fits["poisson"].deviance - fits[name].deviance
        assert ratio > 3.0 and found["statistic"] == pytest.approx(ratio) and found["df"] == 1
        assert found["p_value"] == pytest.approx(0.5 * chi2.sf(ratio, 1), rel=1e-8)
        assert found["p_naive"] == pytest.approx(chi2.sf(ratio, 1), rel=1e-8)


def test_the_two_negative_binomials_are_not_nested(fits, table):
    more = gc.fit("calls ~ week + I(week^2) + (1 | id)", table, family="nb1", time="week")
    told = gc.compare(fits["negative-binomial"], more)
    assert np.isnan(told.table["p_value"].iloc[1])
    assert "negative-binomial (quadratic) of the smaller model is no special case of negative-binomial (linear)" in (
        str(told)
    )


@pytest.mark.filterwarnings("ignore:Laplace:growthcurves.errors.ConvergenceWarning")
def test_laplace_and_quadrature_have_no_ratio(table, fits):
    """A difference of two approximations is no likelihood ratio; both by Laplace's have one."""
    small, large = (
        gc.fit(f"calls ~ {fixed} + (1 | id)", table, family="poisson", time="week", quadrature="laplace")
        for fixed in ("1", "week")
    )
    assert small.deviance - large.deviance == pytest.approx(gc.compare(small, large).table["statistic"].iloc[1])
    told = gc.compare(small, fits["poisson"])
    assert np.isnan(told.table["p_value"].iloc[1])
    assert "the likelihood of the smaller is taken by Laplace's approximation, that of the larger by 1" in str(told)


def test_a_dispersion_of_zero_is_said(table):
    fit, small = (gc.fit("even ~ week + (1 | id)", table, family=family) for family in ("nb2", "poisson"))
    assert fit.deviance == pytest.approx(small.deviance, abs=1e-4)
    assert fit.certificate.ends == ("dispersion",) and "at the end of the range: dispersion" in str(fit.certificate)
    row = fit.variance_components().set_index("term").loc["dispersion"]
    assert row["estimate"] == 0.0 and np.isnan(row["std_error"]) and row["conf_low"] == 0.0 < row["conf_high"]
    np.testing.assert_allclose(fit.bse, small.bse, rtol=1e-4)
    wald = fit.variance_components("wald")
    assert "on the boundary" in wald.attrs["notes"]["dispersion"]
    assert gc.compare(small, fit).table["p_value"].iloc[1] == pytest.approx(1.0)


def test_a_random_slope_is_half_and_half(fits, table):
    large = gc.fit("calls ~ week + (week | id)", table, family="negative-binomial")
    found = gc.compare(fits["negative-binomial"], large).table.iloc[1]
    ratio = max(fits["negative-binomial"].deviance - large.deviance, 0.0)
    assert found["p_value"] == pytest.approx(0.5 * (chi2.sf(ratio, 1) + chi2.sf(ratio, 2)), rel=1e-6)


def test_two_boundaries_at_once_are_for_the_bootstrap(fits, table):
    large = gc.fit("calls ~ week + (week || id)", table, family="negative-binomial")
    told = gc.compare(fits["poisson"], large)
    assert np.isnan(told.table["p_value"].iloc[1]) and "method='bootstrap'" in str(told)


@pytest.mark.slow
def test_the_bootstrap_of_two_boundaries_at_once(fits, table):
    large = gc.fit("calls ~ week + (week || id)", table, family="negative-binomial")
    found = gc.compare(fits["poisson"], large, method="bootstrap", n=19, rng=1).table.iloc[1]
    assert found["p_value"] == pytest.approx(0.05)


def test_densities_and_probabilities_do_not_compare(fits, table):
    with pytest.raises(gc.errors.ModelError, match="a density of the outcome and that of the other a probability"):
        gc.compare(gc.fit(ONE, table, method="ml"), fits["poisson"])


def test_links_are_not_nested(table):
    small = gc.fit("some ~ week + (1 | id)", table, family="binomial")
    large = gc.fit("some ~ week + I(week^2) + (1 | id)", table, family="probit", time="week")
    assert "binomial (logit) of the smaller model is no special case of binomial (probit)" in (
        str(gc.compare(small, large))
    )


def test_exposures_must_be_the_same(fits, table):
    hours = table.assign(hours=2.0)
    large = gc.fit("calls ~ week + I(week^2) + (1 | id)", hours, family="poisson", exposure="hours", time="week")
    assert "their exposures differ" in str(gc.compare(fits["poisson"], large))
