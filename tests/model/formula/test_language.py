"""What R's users write, against lme4: REML criteria of 165 formulas (tests/reference/make_language.R)."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import DataError, GrowthCurvesError, ModelError
from tests.reference_values import cases, table


@pytest.fixture(scope="module")
def data():
    sleep = table("sleepstudy.csv")
    person = pd.factorize(sleep["subject"], sort=True)[0] + 1
    day = sleep["day"]
    return sleep.assign(
        sex=np.where(person % 2 == 0, "f", "m"),
        arm=np.array(["a", "b", "c"])[person % 3],
        phase=np.select([day < 3, day < 6], ["early", "mid"], "late"),
        u=(person % 2 == 0) * 1.0,
        dose=(person * 7) % 11 + day % 3,
    )


def fitted(formula, data, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return gc.fit(formula, data, **options)


@pytest.mark.parametrize("case", cases("language"), ids=lambda case: case["formula"])
def test_as_lme4_fits_it(data, case):
    """lme4 stops at 1e-8 of its parameters: its criterion lies above ours by that, never below."""
    fit = fitted(case["formula"], data, time="day")
    assert len(fit.terms) == case["columns"] and len(fit.random_names) == case["random"]
    assert fit.deviance == pytest.approx(case["deviance"], abs=2e-3)
    assert fit.deviance <= case["deviance"] + 1e-5


UN = "reaction ~ C(day) + (0 + C(day) | subject)"


def test_one_random_effect_per_occasion_is_the_unstructured_covariance_of_the_outcomes(data):
    """Complete data: V of REML is the sample covariance matrix of the occasions (Anderson 2003, section 3.2)."""
    early = data[data["day"] < 4]
    fit = fitted(UN, early)
    wide = early.pivot(index="subject", columns="day", values="reaction")
    answer = fit.marginal_covariance()
    np.testing.assert_allclose(answer.covariance(), wide.cov(), rtol=1e-4)
    np.testing.assert_allclose(answer.correlation(), wide.corr(), atol=1e-4)
    assert not fit.identified and fit.parameter_count == 4 + 10
    assert fit.aic == pytest.approx(fit.deviance + 2 * 14, rel=1e-12)
    with pytest.raises(GrowthCurvesError):
        fit.marginal_covariance(at=[0, 7])


@pytest.mark.parametrize("case", cases("by_occasion"), ids=lambda case: case["method"])
@pytest.mark.parametrize("factor", ["day", "wave"])
def test_one_random_effect_per_occasion_is_the_gls_of_nlme(data, case, factor):
    """make_by_occasion.R: where rows are missing and the mean is a line."""
    rows = data[data["day"] < 4].reset_index(drop=True).drop(index=[2, 9, 20, 33, 46, 59])
    rows = rows.assign(wave=rows["day"] + 1)
    fit = fitted(f"reaction ~ day + (0 + C({factor}) | subject)", rows, method=case["method"], time="day")
    assert fit.deviance == pytest.approx(case["deviance"], abs=1e-5)
    assert fit.parameter_count == case["parameters"] and fit.aic == pytest.approx(case["aic"], abs=1e-5)
    np.testing.assert_allclose(fit.params, case["estimate"], rtol=1e-5)
    np.testing.assert_allclose(fit.bse, case["se"], rtol=1e-4)
    np.testing.assert_allclose(fit.marginal_covariance(at=[0, 1, 2, 3]).covariance(), case["V"], rtol=2e-3)
    assert "only their sum, the marginal covariance of the outcomes" in fit.warnings[0] and len(fit.warnings[0]) < 300
    assert "too few occasions" not in fit.warnings[0] and f"C({factor})" in fit.warnings[0]
    un = gc.GrowthModel("reaction", "day", "subject", random=(), residual="un")
    sas, same = (one.criteria().table.iloc[2] for one in (fit, gc.fit(un, rows, case["method"])))
    assert sas["parameters"] == 10 + 2 * (case["method"] == "ml") and sas["n_bic"] == same["n_bic"] == 18
    assert (sas["aic"], sas["bic"]) == pytest.approx((same["aic"], same["bic"]), abs=1e-6)


def test_what_other_names_of_time_say_is_known_at_observed_times_alone(data):
    late = data.assign(late=np.where(data["day"] < 5, "no", "yes"))
    fit = fitted("reaction ~ day + (0 + late | subject)", late, time="day")
    V = fit.marginal_covariance(at=[0, 9]).covariance()
    assert V.loc[0, 9] == pytest.approx(fit.cov_re.loc["late[no]", "late[yes]"], rel=1e-9)
    with pytest.raises(ModelError, match="no row says what that is at 4.5"):
        fit.marginal_covariance(at=[4.5])


def test_the_covariance_of_a_line_is_its_formula(data):
    fit = fitted("reaction ~ day + (day | subject)", data)
    Z = np.column_stack([np.ones(3), [0, 4, 9]])
    expected = Z @ fit.cov_re.to_numpy() @ Z.T + fit.scale * np.eye(3)
    np.testing.assert_allclose(fit.marginal_covariance(at=[0, 4, 9]).covariance(), expected, rtol=1e-9)


def test_a_random_effect_by_sex_has_the_variance_of_each(data, tmp_path):
    fit = fitted("reaction ~ sex + day + (0 + sex | subject)", data, time="day")
    assert fit.identified and fit.random_names == ("sex[f]", "sex[m]") and fit.cov_re.iloc[0, 1] == 0
    assert set(fit.variance_components()["term"]) >= {"sd:sex[f]", "sd:sex[m]", "sd:residual"}
    men = fit.marginal_covariance(at=[0, 1], by="sex").covariance("m")
    assert men.loc[0, 1] == pytest.approx(fit.cov_re.loc["sex[m]", "sex[m]"], rel=1e-9)
    again = gc.load(fit.save(tmp_path / "fit.json", rows=True))
    np.testing.assert_allclose(again.predict(data), fit.predict(data), rtol=1e-12)
    assert str(again) == str(fit)


def test_predictions_of_a_log_go_back_as_medians(data):
    fit = fitted("log(reaction) ~ day + (day | subject)", data)
    log, back = (fit.predict(data, interval="confidence", scale=scale) for scale in ("link", "response"))
    np.testing.assert_allclose(back[["estimate", "conf_low", "conf_high"]], np.exp(log.drop(columns="std_error")))
    np.testing.assert_allclose(back["std_error"], np.exp(log["estimate"]) * log["std_error"], rtol=1e-6)
    np.testing.assert_allclose(fit.predict(data), log["estimate"])
    seen = fit.predict(data.tail(10), people="new", seen=data.tail(10).head(5), scale="response")
    assert np.isfinite(seen).all()


def test_an_outcome_that_the_function_does_not_have_is_named(data):
    spoilt = data.assign(reaction=data["reaction"].where(data.index != 17, 0.0))
    with pytest.raises(DataError, match=r"'log\(reaction\)' has no value for person 309, the row with index 17"):
        fitted("log(reaction) ~ day + (day | subject)", spoilt)


def test_several_columns_say_together_who_a_person_is(data):
    both = data.assign(site=data["subject"] % 2, number=data["subject"] // 2)
    one, other = (fitted(f"reaction ~ day + (day | {who})", both) for who in ("subject", "site:number"))
    assert other.deviance == pytest.approx(one.deviance, rel=1e-12)


def test_a_panel_says_what_time_is(data):
    panel = gc.Panel(data, id="subject", time="day", outcome="reaction")
    fit = fitted("reaction ~ day + (1 | subject)", panel)
    assert fit.terms == ("intercept", "slope") and np.isfinite(fit.slopes().table["estimate"]).all()


@pytest.mark.parametrize("option", ["family", "weights", "subset", "control", "na_action", "correlation", "groups"])
def test_options_of_r_are_answered_in_one_sentence(data, option):
    with pytest.raises(GrowthCurvesError) as caught:
        fitted("reaction ~ day + (day | subject)", data, **{option: "x"})
    assert option in str(caught.value).replace("Prior weights", "weights") and len(str(caught.value)) <= 300


def test_reml_is_said_as_in_r(data):
    formula = "reaction ~ day + (day | subject)"
    assert fitted(formula, data, REML=False).deviance == fitted(formula, data, method="ml").deviance
    assert fitted(formula, data, REML=True).method == "reml"


@pytest.mark.parametrize("word", ["fixef", "ranef", "vcov", "coef", "VarCorr", "sigma", "logLik", "confint"])
def test_answers_of_r_are_pointed_to(data, word):
    fit = fitted("reaction ~ day + (day | subject)", data)
    with pytest.raises(AttributeError, match="what it is called here is"):
        getattr(fit, word)
    assert fit.converged


ANSWERS = (
    "summary",
    "fixed_effects",
    "variance_components",
    "conf_int",
    "people",
    "joint_tests",
    "change",
    "r2",
    "report",
)


@pytest.mark.covering
@pytest.mark.parametrize("random", ["(phase | subject)", "(0 + phase | subject)", "(u + u:day | subject)"])
@pytest.mark.parametrize("answer", ANSWERS)
def test_answers_name_the_columns_that_a_term_makes(data, random, answer):
    """Terms that the fixed part does not hold: every answer comes, or is one sentence."""
    fit = fitted(f"reaction ~ day + {random}", data, time="day")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            getattr(fit, answer)()
    except GrowthCurvesError as error:
        assert 0 < len(str(error)) <= 300
