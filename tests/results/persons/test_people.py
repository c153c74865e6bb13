"""Persons against dense formulas (Henderson 1975), numpy's own lines and R's ranef.

Tolerances 1e-7 for dense formulas at the same variances, 1e-5 for R's values.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from dense_growth import TRIAL_TERMS
from reference_values import cases, table
from scipy import stats

import growthcurves as gc


@pytest.fixture(scope="module")
def people(trial_fit):
    return trial_fit.people()


def by_hand(dense, A_of, i):
    """Estimate and SE of prediction of pi_i = A_i beta + u_i: (A + dU) V (A + dU)' + var(u | y)."""
    u, spread, slope = dense.person(i)
    A = A_of(i)
    moved = A + slope
    variance = moved @ dense.cov_beta @ moved.T + spread
    return A @ dense.beta + u, np.sqrt(np.diag(variance))


def test_sleepstudy_308(sleep_fit):
    found = sleep_fit.people().loc[308]
    assert round(found["eb_slope_se"], 3) == 2.336
    assert found["eb_slope"] == pytest.approx(19.6662617, abs=1e-5)  # lme4: coef(fit)$Subject["308", "Days"]


def test_eb_and_its_prediction_error_on_sleepstudy(sleep_fit, sleep_dense):
    found = sleep_fit.people()
    for i in found.index:
        eb, error = by_hand(sleep_dense, lambda i: np.eye(2), i)
        ours = found.loc[i, ["eb_intercept", "eb_slope"]].to_numpy(float)
        np.testing.assert_allclose(ours, eb, rtol=1e-7)
        ours = found.loc[i, ["eb_intercept_se", "eb_slope_se"]].to_numpy(float)
        np.testing.assert_allclose(ours, error, rtol=1e-7)


def test_prediction_error_by_the_mixed_model_equations(sleep_fit, sleep):
    """Another route: C = inverse of Henderson's coefficient matrix of all persons at once."""
    X = np.column_stack([np.ones(180), sleep["day"]])
    persons = sleep["subject"].unique()
    Zs = np.hstack([X * (sleep["subject"] == i).to_numpy()[:, None] for i in persons])
    W = np.hstack([X, Zs])
    M = W.T @ W / sleep_fit.scale
    M[2:, 2:] += np.kron(np.eye(18), np.linalg.inv(sleep_fit.cov_re))
    C = np.linalg.inv(M)
    for k, i in enumerate(persons):
        L = np.zeros((2, 38))
        L[:, :2] = np.eye(2)
        L[:, 2 + 2 * k : 4 + 2 * k] = np.eye(2)
        error = np.sqrt(np.diag(L @ C @ L.T))
        np.testing.assert_allclose(sleep_fit.people().loc[i, ["eb_intercept_se", "eb_slope_se"]], error, rtol=1e-7)


def test_eb_with_predictors(trial, trial_dense, people):
    first = trial.groupby("patient")[["arm", "age"]].first()

    def A(i):
        w = np.array([1.0, first.loc[i, "arm"] == "low", first.loc[i, "arm"] == "high", first.loc[i, "age"]])
        return np.kron(np.eye(2), w)

    for i in first.index:
        eb, error = by_hand(trial_dense, A, i)
        np.testing.assert_allclose(people.loc[i, ["eb_intercept", "eb_slope"]].to_numpy(float), eb, rtol=1e-7)
        ours = people.loc[i, ["eb_intercept_se", "eb_slope_se"]].to_numpy(float)
        np.testing.assert_allclose(ours, error, rtol=1e-7)


def test_own_lines_shrinkage_and_p_positive(trial, trial_fit, people):
    variance, s = trial_fit.cov_re.loc["slope", "slope"], trial_fit.scale
    for i, rows in trial.groupby("patient"):
        found = people.loc[i]
        assert found["n"] == len(rows)
        if len(rows) == 1:
            assert found[["ols_intercept", "ols_slope", "shrinkage"]].isna().all()
            assert found[["eb_intercept", "eb_slope", "eb_intercept_se", "eb_slope_se", "p_positive"]].notna().all()
        else:
            slope, intercept = np.polyfit(rows["week"], rows["score"], 1)
            assert found[["ols_intercept", "ols_slope"]].tolist() == pytest.approx([intercept, slope], rel=1e-9)
            sampling = s / ((rows["week"] - rows["week"].mean()) ** 2).sum()
            assert found["shrinkage"] == pytest.approx(variance / (variance + sampling), rel=1e-9)
        p = stats.norm.cdf(found["eb_slope"] / found["eb_slope_se"])
        assert found["p_positive"] == pytest.approx(p, rel=1e-9)
    assert people["ols_slope"].isna().sum() == 2


def test_columns(people, trial_fit):
    wanted = ["n", "ols_intercept", "ols_slope", "eb_intercept", "eb_slope", "eb_slope_se", "shrinkage", "p_positive"]
    assert set(wanted) <= set(people.columns)
    assert people.columns[0] == "n"
    assert people.index.name == "patient"
    assert list(trial_fit.random_effects.columns) == ["intercept", "slope"]
    assert trial_fit.random_effects.index.name == "patient"


def test_index_is_sorted_whatever_the_order_of_rows(trial, trial_model, people, trial_fit):
    assert people.index.is_monotonic_increasing
    assert people.index.is_unique
    assert list(trial_fit.random_effects.index) == list(people.index)
    again = gc.fit(trial_model, trial.sample(frac=1, random_state=8)).people()
    pd.testing.assert_frame_equal(again, people, rtol=1e-6)


@pytest.mark.parametrize("kind", ["int", "float", "text", "categorical", "polars"])
def test_ids_keep_their_values(sleep, kind):
    ids = {"int": sleep["subject"], "float": sleep["subject"] + 0.5, "text": sleep["subject"].map("{:05d}".format)}
    ids["categorical"] = ids["text"].astype(pd.CategoricalDtype([f"{i:05d}" for i in range(300, 380)]))
    ids["polars"] = sleep["subject"]
    data = sleep.assign(subject=ids[kind])[::-1]
    if kind == "polars":
        data = pytest.importorskip("polars").from_pandas(data)
    found = gc.fit("reaction ~ day + (day | subject)", data).people()
    assert list(found.index) == sorted(set(ids[kind]))
    assert found.loc[min(ids[kind]), "eb_slope"] == pytest.approx(19.6662617, abs=1e-5)


def test_random_effects_are_deviations_same_as_r():
    fit = gc.fit("y ~ time * arm + age + (time | id)", table("panel_arms.csv"))
    record = cases("answers")["arms_ranef"]
    np.testing.assert_allclose(fit.random_effects.loc[record["id"]], record["value"], atol=1e-5)
    assert len(fit.random_effects) == 120


def test_random_effects_of_the_trial_average_to_zero_within_arms(trial_fit, trial_dense, people):
    for i in people.index:
        np.testing.assert_allclose(trial_fit.random_effects.loc[i], trial_dense.person(i)[0], rtol=1e-7)
    expected = people[["eb_intercept", "eb_slope"]].to_numpy() - trial_fit.random_effects.to_numpy()
    assert len(np.unique(expected.round(6), axis=0)) > 40
    assert set(TRIAL_TERMS) == set(trial_fit.terms)


def test_growth_parameters_are_read_at_the_origin(sleep, sleep_fit):
    model = gc.GrowthModel("reaction", "day", "subject", origin=4.5)
    found, zero = gc.fit(model, sleep).people(), sleep_fit.people()
    for kind in ("ols", "eb"):
        expected = zero[f"{kind}_intercept"] + 4.5 * zero[f"{kind}_slope"]
        np.testing.assert_allclose(found[f"{kind}_intercept"], expected, rtol=1e-6)
        np.testing.assert_allclose(found[f"{kind}_slope"], zero[f"{kind}_slope"], rtol=1e-6)
    np.testing.assert_allclose(found["eb_slope_se"], zero["eb_slope_se"], rtol=1e-6)


def test_without_a_random_slope_everybody_has_the_mean_slope(sleep):
    fit = gc.fit("reaction ~ day + (1 | subject)", sleep, time="day")
    found = fit.people()
    record = cases("sleepstudy")["intercept_origin0_reml"]
    np.testing.assert_allclose(found["eb_slope"], record["fixed"]["estimate"][1], rtol=1e-8)
    np.testing.assert_allclose(found["eb_slope_se"], record["fixed"]["se"][1], rtol=1e-6)
    assert (found["shrinkage"] == 0).all()


def test_persons_of_a_singular_fit():
    data = table("panel_singular_plus.csv")
    fit = gc.fit("y ~ time + (time | id)", data)
    record = cases("panels")["singular_plus_reml"]
    value = np.array(record["ranef"]["value"])
    ids = [int(i) for i in record["ranef"]["id"]]
    np.testing.assert_allclose(fit.random_effects.loc[ids], value, atol=1e-5 * np.abs(value).max())
    found = fit.people()
    assert found[["eb_slope", "eb_slope_se", "p_positive"]].notna().all().all()


def test_unidentified_persons_are_withheld():
    with pytest.warns(gc.errors.IdentificationWarning):
        fit = gc.fit("reaction ~ day + (day | subject)", table("sleepstudy_two_occasions.csv"))
    found = fit.people()
    assert found[["ols_intercept", "ols_slope"]].notna().all().all()
    eb = [name for name in found if name.startswith("eb_")]
    assert found[[*eb, "shrinkage", "p_positive"]].isna().all().all()
    assert fit.random_effects.isna().all().all()


def test_own_lines_far_from_zero_lose_no_digits(sleep):
    far = sleep.assign(day=sleep["day"] + 1e6)
    model = gc.GrowthModel("reaction", "day", "subject", origin=1e6)
    ours = gc.fit(model, far).people()
    for i, rows in sleep.groupby("subject"):
        slope, intercept = np.polyfit(rows["day"], rows["reaction"], 1)
        assert ours.loc[i, ["ols_intercept", "ols_slope"]].tolist() == pytest.approx([intercept, slope], rel=1e-8)
