"""Variance components: rows, columns, and Wald intervals against R.

R's standard errors are from numDeriv's Hessian of the dense likelihood in (SD, SD, correlation, sigma)
(reference/make_answers.R): 1e-4 relative. nlme::intervals uses a rough numerical Hessian: SDs to 1 %, correlation .07.
"""

from __future__ import annotations

import numpy as np
import pytest
from reference_values import cases, table
from scipy import stats

import growthcurves as gc

ANSWERS = cases("answers")
TIDY = ["term", "estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high"]
CASES = {
    "sleepstudy_reml": ("sleepstudy.csv", "reaction ~ day + (day | subject)", "reml"),
    "sleepstudy_ml": ("sleepstudy.csv", "reaction ~ day + (day | subject)", "ml"),
    "unbalanced_reml": ("sleepstudy_unbalanced.csv", "reaction ~ day + (day | subject)", "reml"),
    "arms_reml": ("panel_arms.csv", "y ~ time * arm + age + (time | id)", "reml"),
}


def fit_case(case):
    file, formula, method = CASES[case]
    return gc.fit(formula, table(file), method=method)


def test_rows_and_columns(sleep_fit):
    found = sleep_fit.variance_components(method="wald")
    assert list(found["term"]) == ["sd:intercept", "sd:slope", "cor:intercept,slope", "sd:residual"]
    assert list(found.columns)[:8] == TIDY
    assert {"variance", "covariance"} <= set(found.columns)


@pytest.mark.parametrize("case", CASES)
def test_wald_intervals_same_as_r(case):
    record = ANSWERS["wald"][case]
    found = fit_case(case).variance_components(method="wald").set_index("term").loc[record["names"]]
    np.testing.assert_allclose(found["estimate"], record["estimate"], rtol=1e-5)
    for ours, theirs in (("std_error", "se"), ("conf_low", "low"), ("conf_high", "high")):
        np.testing.assert_allclose(found[ours], record[theirs], rtol=1e-4, atol=1e-4 * record["se"][2])
    # on the variance scale: variance, variance, covariance, variance
    np.testing.assert_allclose(found["variance_std_error"], record["moment_se"], rtol=1e-4)
    sd, r = np.array(record["estimate"])[[0, 1, 3]], record["estimate"][2]
    np.testing.assert_allclose(found["variance"].iloc[[0, 1, 3]], sd**2, rtol=2e-5)
    assert np.isnan(found["variance"].iloc[2])
    assert found["covariance"].iloc[2] == pytest.approx(r * sd[0] * sd[1], rel=1e-5)
    assert found["covariance"].iloc[[0, 1, 3]].isna().all()


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_wald_intervals_near_those_of_nlme(sleep, method):
    found = gc.fit("reaction ~ day + (day | subject)", sleep, method=method).variance_components(method="wald")
    theirs = np.vstack([ANSWERS["nlme"][method]["subject"], ANSWERS["nlme"][method]["sigma"]])
    ours = found[["conf_low", "estimate", "conf_high"]].to_numpy()
    np.testing.assert_allclose(ours[[0, 1, 3]], theirs[[0, 1, 3]], rtol=0.01)
    np.testing.assert_allclose(ours[2], theirs[2], atol=0.07)


def test_level(sleep_fit):
    found = sleep_fit.variance_components(method="wald", level=0.8).set_index("term")
    record = ANSWERS["wald"]["sleepstudy_reml"]
    z = stats.norm.ppf(0.9)
    sd, se = record["estimate"][1], record["se"][1]
    assert found.loc["sd:slope", "conf_low"] == pytest.approx(sd * np.exp(-z * se / sd), rel=1e-5)
    r, se = record["estimate"][2], record["se"][2]
    high = np.tanh(np.arctanh(r) + z * se / (1 - r**2))
    assert found.loc["cor:intercept,slope", "conf_high"] == pytest.approx(high, rel=1e-5)


@pytest.mark.parametrize("origin", [0, 4.5, 2000])
def test_residual_and_slope_do_not_depend_on_the_origin(sleep, sleep_fit, origin):
    moved = gc.fit("reaction ~ day + (day | subject)", sleep.assign(day=sleep["day"] - origin))
    ours = moved.variance_components().set_index("term").loc[["sd:slope", "sd:residual"]]
    theirs = sleep_fit.variance_components().set_index("term").loc[["sd:slope", "sd:residual"]]
    columns = ["estimate", "std_error", "conf_low", "conf_high"]
    np.testing.assert_allclose(ours[columns], theirs[columns], rtol=1e-5)


def test_no_correlation_row_without_covariance(sleep):
    found = gc.fit("reaction ~ day + (day || subject)", sleep).variance_components()
    record = cases("sleepstudy")["diagonal_origin0_reml"]
    assert list(found["term"]) == ["sd:intercept", "sd:slope", "sd:residual"]
    np.testing.assert_allclose(found["estimate"], [*record["random"]["sd"], record["sigma"]], rtol=1e-6)


def test_without_random_effects_the_residual_is_that_of_regression(sleep):
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", random=()), sleep)
    found = fit.variance_components()
    assert list(found["term"]) == ["sd:residual"]
    X = np.column_stack([np.ones(180), sleep["day"]])
    s = np.sqrt(np.linalg.lstsq(X, sleep["reaction"], rcond=None)[1][0] / 178)
    # the information of s in n - p degrees of freedom: var(s) = s^2 / (2 (n - p))
    assert found[["estimate", "std_error"]].iloc[0].tolist() == pytest.approx([s, s / np.sqrt(2 * 178)], rel=1e-6)


@pytest.mark.parametrize("case", ["singular_plus", "singular_minus", "zero_slope", "zero_all"])
@pytest.mark.parametrize("method", ["reml", "ml"])
def test_no_interval_on_the_boundary(case, method):
    record = cases("panels")[f"{case}_{method}"]
    fit = gc.fit("y ~ time + (time | id)", table(f"panel_{case}.csv"), method=method)
    found = fit.variance_components(method="wald").set_index("term")
    blank = ["std_error", "conf_low", "conf_high"]
    for name, sd in zip(("sd:intercept", "sd:slope"), record["random"]["sd"], strict=True):
        assert found.loc[name, "estimate"] == pytest.approx(sd, rel=1e-5)
        assert found.loc[name, blank].isna().all()
    cor = found.loc["cor:intercept,slope"]
    assert cor[blank].isna().all()
    expected = record["random"]["corr"][0][1]
    if expected is None:
        assert np.isnan(cor["estimate"])
    else:
        assert cor["estimate"] == pytest.approx(expected, abs=1e-9)
    assert found.loc["sd:residual", blank].notna().all()
    text = str(fit)
    assert "boundary" in text or "not defined" in text
    assert "inf" not in text.replace("information", "")


def test_near_singular_has_intervals_inside():
    fit = gc.fit("y ~ time + (time | id)", table("panel_near_singular.csv"))
    found = fit.variance_components(method="wald").set_index("term").loc["cor:intercept,slope"]
    assert -1 < found["conf_low"] < found["estimate"] < found["conf_high"] < 1


def test_unidentified_variances_are_withheld():
    with pytest.warns(gc.errors.IdentificationWarning):
        fit = gc.fit("reaction ~ day + (day | subject)", table("sleepstudy_two_occasions.csv"))
    found = fit.variance_components()
    assert found.drop(columns=["term", "unit", "label"]).isna().all().all()
    assert "not identified" in found.attrs["withheld"]
    assert np.isnan(fit.scale)
    assert fit.cov_re.isna().all().all()
    assert "withheld" in str(fit)
    # the fixed effects are valid: closed form of two common occasions (reference/make_two_occasions.R)
    both = table("sleepstudy_two_occasions.csv").pivot(index="subject", columns="day", values="reaction")
    change = (both[5] - both[0]) / 5
    assert fit.params["slope"] == pytest.approx(change.mean())
    assert fit.bse["slope"] == pytest.approx(change.std() / np.sqrt(18), rel=1e-6)


def test_three_random_effects_have_three_correlations():
    fit = gc.fit("y ~ time + x + (time + x | id)", table("panel_varying.csv"), time="time")
    found = fit.variance_components().set_index("term")["estimate"]
    record = cases("panels")["varying_reml"]
    R = np.array(record["random"]["corr"], dtype=float)
    names = ["intercept", "slope", "x"]
    for a in range(3):
        assert found[f"sd:{names[a]}"] == pytest.approx(record["random"]["sd"][a], rel=1e-5)
        for b in range(a + 1, 3):
            assert found[f"cor:{names[a]},{names[b]}"] == pytest.approx(R[a, b], abs=1e-5)


def test_unknown_method_is_named(sleep_fit):
    with pytest.raises(gc.errors.ModelError, match="profil"):
        sleep_fit.variance_components(method="profil")


def test_conf_int_holds_both(sleep_fit):
    found = sleep_fit.conf_int()
    assert list(found.columns) == ["conf_low", "conf_high"]
    record = ANSWERS["wald"]["sleepstudy_reml"]
    assert list(found.index) == ["intercept", "slope", *record["names"]]
    half = stats.t.ppf(0.975, 17) * 1.54578889627416
    assert found.loc["slope"].tolist() == pytest.approx([10.467285959596 - half, 10.467285959596 + half])
    assert found.loc["sd:slope"].tolist() == pytest.approx([record["low"][1], record["high"][1]], rel=1e-5)


def test_a_model_without_time_has_one_icc_though_its_panel_has_times(sleep):
    """The panel's times are no times of the model: one line, equal to that of the table alone."""
    panel = gc.Panel(sleep, id="subject", time="day", outcome="reaction")
    found = gc.fit(gc.GrowthModel("reaction", None, "subject"), panel).icc().table
    alone = gc.fit("reaction ~ 1 + (1 | subject)", sleep).icc().table
    assert len(found) == 1
    assert found["icc"].iloc[0] == pytest.approx(alone["icc"].iloc[0], rel=1e-12)


def test_levels_of_the_icc(sleep):
    """On the logit scale the half width of the interval is that of 95 % by the ratio of normal quantiles."""
    fit = gc.fit("reaction ~ day + (day | subject)", sleep)
    wide, narrow = (fit.icc(at=[0], level=level).table.iloc[0] for level in (0.95, 0.5))
    ends = [one[["conf_low", "conf_high"]].to_numpy(float) for one in (wide, narrow)]
    halves = [np.ptp(np.log(pair / (1 - pair))) for pair in ends]
    assert halves[0] / halves[1] == pytest.approx(stats.norm.ppf(0.975) / stats.norm.ppf(0.75), rel=1e-9)
    with pytest.raises(gc.errors.ModelError, match="confidence level"):
        fit.icc(level=95)
