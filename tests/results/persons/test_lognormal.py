"""Amounts whose logarithms are normal, beside lme4 on the logarithm (make_lognormal.R) and closed forms."""

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from tests.reference_values import cases

FORMULA = "reaction ~ day + (day | subject)"


@pytest.fixture(scope="module")
def data():
    return gc.load_dataset("sleepstudy")


@pytest.fixture(scope="module")
def fit(data):
    return gc.fit(FORMULA, data, family="lognormal", method="ml")


@pytest.fixture(scope="module")
def want():
    return cases("lognormal")


def test_likelihood_and_estimates_are_those_of_lme4_with_the_jacobian(fit, want):
    assert fit.llf == pytest.approx(want["ml"], abs=1e-7) and fit.aic == pytest.approx(want["aic"], abs=1e-7)
    assert fit.refit(method="reml").llf == pytest.approx(want["reml"], abs=1e-7)
    assert fit.params.to_numpy() == pytest.approx(want["beta"], rel=1e-6)
    assert fit.bse.to_numpy() == pytest.approx(want["se"], rel=1e-4)  # lme4's optimum is 4e-9 in the deviance away


def test_means_of_the_population_have_the_variance_in_them(fit, want):
    table = fit.means(at=[0, 9], scale="response").table
    for row, (value, error) in zip(table.itertuples(), (want["mean_0"], want["mean_9"]), strict=True):
        assert row.estimate == pytest.approx(value, rel=1e-6) and row.std_error == pytest.approx(error, rel=1e-5)
    rows = pd.DataFrame({"day": [0, 9]})
    assert fit.predict(rows, people="average").to_numpy() == pytest.approx(table["estimate"].to_numpy(), rel=1e-12)
    typical = fit.predict(rows, people="typical")
    assert typical.to_numpy() == pytest.approx(np.exp(fit.params["intercept"] + fit.params["slope"] * np.array([0, 9])))
    assert fit.means(at=[0, 9], scale="response", people="typical").table["estimate"].to_numpy() == pytest.approx(
        typical.to_numpy(), rel=1e-12
    )


def test_persons_have_the_mean_over_what_they_may_be(fit, data):
    """exp(m + (v + s2) / 2) of the textbook's posterior of the person's logarithm, and exp of its quantiles."""
    rows = data[data["subject"] == data["subject"].iloc[0]]
    Z = np.column_stack([np.ones(len(rows)), rows["day"]])
    G, s2 = fit.cov_re.to_numpy(), fit.scale
    V = Z @ G @ Z.T + s2 * np.eye(len(rows))
    e = np.log(rows["reaction"].to_numpy()) - Z @ fit.params.to_numpy()
    mean, spread = G @ Z.T @ np.linalg.solve(V, e), G - G @ Z.T @ np.linalg.solve(V, Z @ G)
    at = Z[[0, -1]]
    v = np.einsum("ia,ab,ib->i", at, spread, at)
    want = np.exp(at @ (fit.params.to_numpy() + mean) + (v + s2) / 2)
    found = fit.predict(rows.iloc[[0, -1]], interval="prediction")
    assert found["estimate"].to_numpy() == pytest.approx(want, rel=1e-9)
    logs = fit.predict(rows.iloc[[0, -1]], interval="prediction", scale="link")
    assert found["conf_low"].to_numpy() == pytest.approx(np.exp(logs["conf_low"].to_numpy()), rel=1e-12)


def test_it_is_compared_with_gamma_and_normal_outcomes_on_their_scale(fit, data):
    gamma = gc.fit(FORMULA, data, family="gamma")
    normal = gc.fit(FORMULA, data, method="ml")
    table = gc.compare(fit, gamma, normal, names=["lognormal", "gamma", "normal"]).table.set_index("fit")
    assert table["aic"].to_dict() == pytest.approx({"lognormal": fit.aic, "gamma": gamma.aic, "normal": normal.aic})
    with pytest.raises(gc.errors.ModelError, match="different outcomes"):
        gc.compare(fit, gc.fit("log(reaction) ~ day + (day | subject)", data, method="ml"))


def test_doors_options_and_refusals(fit, data, tmp_path):
    by_model = gc.fit(gc.GrowthModel("reaction", "day", "subject", family=gc.LogNormal()), data, method="ml")
    assert by_model.llf == pytest.approx(fit.llf, abs=1e-9) and by_model.model.outcome == "log(reaction)"
    assert gc.load(fit.save(tmp_path / "fit.json", people=False)).llf == fit.llf
    assert gc.fit(FORMULA, data, family="lognormal", residual="ar1").llf > fit.refit(method="reml").llf
    table = fit.fixed_effects(exponentiate=True).set_index("term")
    assert table.loc["slope", "estimate"] == pytest.approx(np.exp(fit.params["slope"]))
    assert table.loc["slope", "label"].startswith("ratio of medians")
    rungs = gc.ladder(FORMULA, data, family="lognormal").fits
    alone = gc.fit("reaction ~ 1 + (1 | subject)", data, family="lognormal", method="ml")
    assert rungs["A"].deviance == pytest.approx(alone.deviance, abs=1e-9)
    with pytest.raises(gc.errors.FormulaError, match="takes the logarithm itself"):
        gc.fit("log(reaction) ~ day + (day | subject)", data, family="lognormal")
    with pytest.raises(gc.errors.ModelError, match="divide the outcome"):
        gc.fit("reaction ~ day + offset(day) + (1 | subject)", data, time="day", family="lognormal")
    with pytest.raises(gc.errors.DataError, match=r"log\(reaction\)"):
        gc.fit(FORMULA, data.assign(reaction=data["reaction"].where(data.index != 3, 0.0)), family="lognormal")
    with pytest.raises(gc.errors.ModelError, match="trials= is not of family='lognormal'"):
        gc.GrowthModel("reaction", "day", "subject", family="lognormal", trials="day")
