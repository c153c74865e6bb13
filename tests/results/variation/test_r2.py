"""Explained variance: against performance and lme4 in R, and dense formulas written from the papers (1e-7).

lme4's variances are good to about 1e-8, so that a proportional drop is good to 1e-7 (absolute).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from reference_values import cases, table, three_arms

import growthcurves as gc

RECORD = cases("r2")
NAMES = {
    "marginal": "marginal",
    "conditional": "conditional",
    "squared correlation": "correlation",
    "pseudo: residual, by time": "residual_by_time",
    "pseudo: residual, by predictors": "residual_by_predictors",
    "pseudo: intercept": "intercept",
    "pseudo: slope": "slope",
    "level 1": "level1",
    "level 2": "level2",
}


@pytest.mark.parametrize("case", RECORD)
def test_same_as_r(case):
    record = RECORD[case]
    found = gc.fit(record["formula"], table(record["file"])).r2()
    for ours, theirs in NAMES.items():
        np.testing.assert_allclose(found.value(ours), record[theirs], rtol=2e-6, atol=1e-7, err_msg=ours)


def dense(fit, X, Z, ids):
    """Rights and Sterba (2019), eqs 6 to 14, from rows of X and Z split into persons' means and deviations."""
    def means(columns):
        return pd.DataFrame(columns).groupby(np.asarray(ids)).transform("mean").to_numpy()

    beta, G = fit.params.to_numpy(), fit.cov_re.to_numpy()
    X_between, Z_between = means(X), means(Z)
    phi_within, phi_between = np.cov((X - X_between).T), np.cov(X_between.T)
    parts = {
        "f1": beta @ phi_within @ beta,
        "f2": beta @ phi_between @ beta,
        "v": np.trace(G @ np.cov((Z - Z_between).T)),
        "v2": np.trace(G @ np.cov(Z_between.T)),
        "m": Z.mean(axis=0) @ G @ Z.mean(axis=0),
    }
    n = len(X)
    johnson = np.trace(Z @ G @ Z.T) / n
    return parts, np.var(X @ beta, ddof=1), johnson


@pytest.mark.parametrize("shift", [0, 100])
@pytest.mark.parametrize("covariate", [False, True])
def test_parts_against_dense_formulas(shift, covariate):
    data = three_arms()
    data["time"] += shift
    data["stress"] = np.random.default_rng(5).normal(size=len(data)) + data["age"] / 20
    formula = "y ~ time * arm + age + (time | id)" + (" + stress" if covariate else "")
    fit = gc.fit(formula, data, reference={"arm": "placebo"})
    arm = [(data["arm"] == level).to_numpy(dtype=float) for level in ("low", "high")]
    time, one = data["time"].to_numpy(), np.ones(len(data))
    columns = {
        "intercept": one, "slope": time, "intercept:arm[low]": arm[0], "intercept:arm[high]": arm[1],
        "slope:arm[low]": arm[0] * time, "slope:arm[high]": arm[1] * time, "intercept:age": data["age"].to_numpy(),
        "stress": data["stress"].to_numpy(),
    }  # fmt: skip
    X = np.column_stack([columns[name] for name in fit.terms])
    parts, fixed, johnson = dense(fit, X, np.column_stack([one, time]), data["id"])
    total, within, between = sum(parts.values()) + fit.scale, None, None
    within = parts["f1"] + parts["v"] + fit.scale
    between = parts["f2"] + parts["v2"] + parts["m"]
    expected = {
        "total: fixed, within persons (f1)": parts["f1"] / total,
        "total: fixed, between persons (f2)": parts["f2"] / total,
        "total: random slopes (v)": parts["v"] / total,
        "total: random intercepts (m)": parts["m"] / total,
        "total: random slopes, between persons": parts["v2"] / total,
        "within: fixed (f1)": parts["f1"] / within,
        "within: random slopes (v)": parts["v"] / within,
        "between: fixed (f2)": parts["f2"] / between,
        "between: random intercepts (m)": parts["m"] / between,
        "marginal": fixed / (fixed + johnson + fit.scale),
        "conditional": (fixed + johnson) / (fixed + johnson + fit.scale),
    }
    found = fit.r2()
    for name, value in expected.items():
        np.testing.assert_allclose(found.value(name), value, rtol=1e-7, err_msg=name)


def test_the_origin_of_time_matters_only_where_it_is_said():
    data = three_arms()
    near = gc.fit("y ~ time * arm + (time | id)", data).r2().table.set_index("measure")
    far = gc.fit("y ~ time * arm + (time | id)", data.assign(time=data["time"] + 2000)).r2().table.set_index("measure")
    same = near.index.drop("pseudo: intercept")
    np.testing.assert_allclose(near.loc[same, "value"], far.loc[same, "value"], rtol=1e-6, atol=1e-9)
    assert "another origin" in near.loc["pseudo: intercept", "note"]


def test_persons_who_share_their_times_have_no_slopes_between(sleep_fit):
    found = sleep_fit.r2()
    assert "total: random slopes, between persons" not in set(found.table["measure"])
    rows = found.table[found.table["measure"].str.startswith("total:")]
    residual = 1 - rows["value"].sum()
    dense_total = sleep_fit.scale / residual
    # f = beta^2 var(day) within; day 0 to 9 for everybody
    day = np.tile(np.arange(10.0), 18)
    expected = sleep_fit.params["slope"] ** 2 * np.var(day, ddof=1) / dense_total
    np.testing.assert_allclose(found.value("total: fixed, within persons (f1)"), expected, rtol=1e-8)
    assert list(found.table.columns) == ["measure", "author", "value", "note", "label"]
    assert "Rights and Sterba" in str(found)


def test_what_is_only_rounding_is_zero_whatever_the_order_of_rows():
    data = gc.load_dataset("sleepstudy")
    for seed in range(3):
        found = gc.fit("reaction ~ day + (day | subject)", data.sample(frac=1.0, random_state=seed)).r2()
        assert found.value("total: fixed, between persons (f2)") == 0.0


def test_a_shape_with_curves_and_a_model_without_random_effects():
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", shape="quadratic"), gc.load_dataset("sleepstudy"))
    found = fit.r2()
    day = gc.load_dataset("sleepstudy")["day"].to_numpy(dtype=float)
    X = np.column_stack([np.ones_like(day), day, day**2])
    fixed = np.var(X @ fit.params.to_numpy(), ddof=1)
    random = np.einsum("na,ab,nb->n", X[:, :2], fit.cov_re.to_numpy(), X[:, :2]).mean()
    np.testing.assert_allclose(found.value("marginal"), fixed / (fixed + random + fit.scale), rtol=1e-8)
    plain = gc.fit(gc.GrowthModel("reaction", "day", "subject", random=()), gc.load_dataset("sleepstudy")).r2()
    np.testing.assert_allclose(plain.value("marginal"), plain.value("conditional"), rtol=1e-12)
    sleep = gc.load_dataset("sleepstudy")
    expected = np.corrcoef(sleep["day"], sleep["reaction"])[0, 1] ** 2
    np.testing.assert_allclose(plain.value("squared correlation"), expected, rtol=1e-9)


def test_an_unknown_measure_and_a_model_that_is_not_identified(sleep_fit):
    with pytest.raises(gc.errors.NotEstimableError, match="Did you mean 'marginal'"):
        sleep_fit.r2().value("marginl")
    with pytest.warns(gc.errors.IdentificationWarning):
        fit = gc.fit("reaction ~ day + (day | subject)", table("sleepstudy_two_occasions.csv"))
    with pytest.raises(gc.errors.NotEstimableError, match="withheld"):
        fit.r2()


def test_shares_of_visits_keep_their_digits_however_far_the_outcome_lies_from_zero():
    sleep = gc.load_dataset("sleepstudy")
    model = gc.GrowthModel("reaction", "day", "subject", shape="occasions", random=("intercept",))
    moved = [sleep.assign(reaction=sleep["reaction"] + away) for away in (0, 1e9)]
    here, far = (gc.fit(model, one).r2().table["value"] for one in moved)
    np.testing.assert_allclose(far, here, rtol=1e-6, atol=1e-9)
