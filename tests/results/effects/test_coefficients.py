"""Fixed effects and linear functions against lmerTest, pt() of R, scipy and dense formulas.

lmerTest's degrees of freedom rest on numerical derivatives: 1e-4 relative; estimates and errors 1e-6.
"""

from __future__ import annotations

import numpy as np
import pytest
from dense_growth import TRIAL_TERMS
from reference_values import cases, table
from scipy import stats

import growthcurves as gc
from growthcurves.numerics.distributions import t_quantile, two_sided
from growthcurves.results.effects.coefficients import linear_functions

ANSWERS = cases("answers")
TIDY = ["term", "estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high"]


@pytest.fixture(scope="module")
def arms_fit():
    return gc.fit("y ~ time * arm + age + (time | id)", table("panel_arms.csv"))


def test_columns_and_order(sleep_fit):
    found = sleep_fit.fixed_effects()
    assert list(found.columns) == [*TIDY, "label"]
    assert list(found["term"]) == ["intercept", "slope"]
    assert "Satterthwaite" in found.attrs["ddf"]


def test_satterthwaite_on_sleepstudy(sleep_fit):
    found = sleep_fit.fixed_effects().set_index("term")
    record = cases("sleepstudy")["day_origin0_reml"]["fixed"]
    np.testing.assert_allclose(found["estimate"], record["estimate"], rtol=1e-8)
    np.testing.assert_allclose(found["std_error"], record["se"], rtol=1e-7)
    np.testing.assert_allclose(found["df"], 17, rtol=1e-6)
    t = np.array(record["estimate"]) / record["se"]
    np.testing.assert_allclose(found["statistic"], t, rtol=1e-7)
    np.testing.assert_allclose(found["p_value"], 2 * stats.t.sf(t, 17), rtol=1e-5)
    half = stats.t.ppf(0.975, 17) * np.array(record["se"])
    np.testing.assert_allclose(found["conf_low"], np.array(record["estimate"]) - half, rtol=1e-7)
    np.testing.assert_allclose(found["conf_high"], np.array(record["estimate"]) + half, rtol=1e-7)


@pytest.mark.parametrize("name", ["normal", gc.NormalDf()])
def test_normal(sleep_fit, name):
    found = sleep_fit.fixed_effects(ddf=name)
    t = sleep_fit.params.to_numpy() / sleep_fit.bse.to_numpy()
    assert np.isinf(found["df"]).all()
    np.testing.assert_allclose(found["p_value"], 2 * stats.norm.sf(t), rtol=1e-10)
    half = stats.norm.ppf(0.975) * sleep_fit.bse.to_numpy()
    np.testing.assert_allclose(found["conf_high"] - found["estimate"], half, rtol=1e-12)
    assert found.attrs["ddf"] == "normal"


def test_names_of_methods_ignore_case_and_values_are_taken(sleep_fit):
    for ddf in ("Satterthwaite", gc.Satterthwaite(), gc.Satterthwaite(information="observed")):
        np.testing.assert_allclose(sleep_fit.fixed_effects(ddf=ddf)["df"], 17, rtol=1e-6)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.99])
def test_level(sleep_fit, level):
    found = sleep_fit.fixed_effects(level=level)
    half = stats.t.ppf(0.5 + level / 2, found["df"]) * found["std_error"]
    np.testing.assert_allclose(found["conf_high"], found["estimate"] + half, rtol=1e-10)
    np.testing.assert_allclose(found["conf_low"], found["estimate"] - half, rtol=1e-10)


@pytest.mark.parametrize("level", [0, 1, 1.5, 95, -0.1])
def test_a_level_that_is_none_is_refused(sleep_fit, level):
    with pytest.raises(gc.errors.GrowthCurvesError, match="level"):
        sleep_fit.fixed_effects(level=level)


@pytest.mark.parametrize("k", range(5))
def test_contrasts_same_as_lmertest(arms_fit, k):
    record = ANSWERS["contrasts"][k]
    terms = ["intercept", "slope", "intercept:arm[treated]", "intercept:age", "slope:arm[treated]"]
    L = np.zeros((1, 5))
    for value, term in zip(record["l"], terms, strict=True):
        L[0, list(arms_fit.terms).index(term)] = value
    found = linear_functions(arms_fit, L, ["contrast"], level=0.9)
    assert list(found.columns) == [*TIDY, "label"]
    found = found.iloc[0]
    assert found["term"] == "contrast"
    assert found["estimate"] == pytest.approx(record["estimate"], rel=1e-6)
    assert found["std_error"] == pytest.approx(record["se"], rel=1e-6)
    assert found["df"] == pytest.approx(record["df"], rel=1e-4)
    assert found["statistic"] == pytest.approx(record["t"], rel=1e-6)
    assert found["p_value"] == pytest.approx(record["p"], rel=1e-3)
    assert [found["conf_low"], found["conf_high"]] == pytest.approx([record["low90"], record["high90"]], rel=1e-5)


def test_satterthwaite_of_the_trial_by_dense_formulas(trial_fit, trial_dense, trial_information):
    found = trial_fit.fixed_effects().set_index("term").loc[TRIAL_TERMS, "df"]
    expected = [trial_dense.satterthwaite(row, trial_information) for row in np.eye(8)]
    np.testing.assert_allclose(found, expected, rtol=1e-4)


def test_rows_together_are_rows_alone(trial_fit):
    rng = np.random.default_rng(1)
    L = rng.normal(size=(4, 8))
    together = linear_functions(trial_fit, L, list("abcd"))
    for k in range(4):
        alone = linear_functions(trial_fit, L[[k]], ["abcd"[k]])
        np.testing.assert_allclose(alone[TIDY[1:]], together.iloc[[k]][TIDY[1:]], rtol=1e-9)


def test_a_row_of_zeros_has_no_statistic(trial_fit):
    found = linear_functions(trial_fit, np.zeros((1, 8)), ["nothing"]).iloc[0]
    assert found["estimate"] == 0
    assert found["std_error"] == 0
    assert np.isnan(found["statistic"])
    assert np.isnan(found["p_value"])


@pytest.mark.parametrize("record", ANSWERS["far_tails"], ids=lambda r: f"df={r['df']} t={r['t']}")
def test_far_tails_same_as_r(record):
    df = np.inf if record["df"] is None else record["df"]
    for sign in (-1, 1):
        found = two_sided(np.array([sign * record["t"]]), np.array([df], dtype=float))[0]
        assert found > 0
        assert found == pytest.approx(record["p"], rel=1e-8)


def test_t_quantiles_same_as_scipy():
    df = np.array([1.0, 1.5, 3, 17, 161, 1e6, np.inf])
    expected = np.append(stats.t.ppf(0.975, df[:-1]), stats.norm.ppf(0.975))
    np.testing.assert_allclose(t_quantile(0.975, df), expected, rtol=1e-9)


def test_unknown_method_is_answered_in_one_sentence_each(sleep_fit):
    with pytest.raises(gc.errors.ModelError) as caught:
        sleep_fit.fixed_effects(ddf="satterthwait")
    text = str(caught.value)
    assert "'satterthwait'" in text
    assert "Did you mean 'satterthwaite'?" in text
    assert "normal" in text


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_aic_and_bic_same_as_lme4(sleep, method):
    fit = gc.fit("reaction ~ day + (day | subject)", sleep, method=method)
    record = ANSWERS["criteria"][method]
    assert fit.aic == pytest.approx(record["aic"], rel=1e-9)
    assert fit.bic == pytest.approx(record["bic"], rel=1e-9)
    assert fit.aic == pytest.approx(fit.deviance + 2 * record["k"], rel=1e-12)
    assert fit.bic == pytest.approx(fit.deviance + np.log(180) * record["k"], rel=1e-12)
    assert fit.llf == pytest.approx(-fit.deviance / 2, rel=1e-12)
    assert fit.nobs == 180


def test_series_and_table_say_the_same(trial_fit, trial_dense):
    found = trial_fit.fixed_effects().set_index("term")
    for column, series in (
        ("estimate", trial_fit.params),
        ("std_error", trial_fit.bse),
        ("statistic", trial_fit.tvalues),
        ("p_value", trial_fit.pvalues),
    ):
        np.testing.assert_allclose(found[column], series, rtol=1e-12)
        assert list(series.index) == list(found.index)
    ours = trial_fit.cov_params().loc[TRIAL_TERMS, TRIAL_TERMS]
    d = np.sqrt(np.diag(trial_dense.cov_beta))
    np.testing.assert_allclose(ours / np.outer(d, d), trial_dense.cov_beta / np.outer(d, d), atol=1e-9)


def test_a_perfectly_collinear_term_is_named_and_left_out(trial, trial_model):
    double = trial.assign(months=trial["age"] * 12)
    with pytest.warns(gc.errors.ModelWarning, match="months"):
        fit = gc.fit(trial_model.replace(predictors="arm + age + months"), double)
    plain = gc.fit(trial_model, trial)
    assert fit.deviance == pytest.approx(plain.deviance, abs=1e-6)
    assert fit.aic == pytest.approx(plain.aic, abs=1e-6)
    np.testing.assert_allclose(fit.params[list(plain.terms)], plain.params, rtol=1e-6)
