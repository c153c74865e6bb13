"""Standardised effects and margins: closed forms of lmerTest-checked estimates, SDs, and the dense delta method.

Dense derivatives are numerical: standard errors 1e-5 relative.
"""

from __future__ import annotations

import numpy as np
import pytest
from dense_growth import TRIAL_TERMS
from scipy import stats

import growthcurves as gc

PLACE = TRIAL_TERMS.index("slope:arm[high]")


def test_against_the_dense_delta_method(trial, trial_fit, trial_dense, trial_information):
    length = trial["week"].max() - trial["week"].min()
    ends = [np.array([1.0, trial["week"].min()]), np.array([1.0, trial["week"].max()])]
    functions = {
        "SD of rates": lambda beta, G, s: beta[PLACE] / np.sqrt(G[1, 1]),
        f"SD at week {trial['week'].min():g}, model": lambda beta, G, s: (
            length * beta[PLACE] / np.sqrt(ends[0] @ G @ ends[0] + s)
        ),
        f"SD at week {trial['week'].max():g}, model": lambda beta, G, s: (
            length * beta[PLACE] / np.sqrt(ends[1] @ G @ ends[1] + s)
        ),
    }
    found = trial_fit.effect_sizes("slope:arm[high]").table.set_index("divided_by")
    for name, function in functions.items():
        row = found.loc[name]
        value = function(trial_dense.beta, trial_dense.G, trial_dense.s)
        error = trial_dense.delta(function, trial_information)
        np.testing.assert_allclose(row["estimate"], value, rtol=1e-6)
        np.testing.assert_allclose(row["std_error"], error, rtol=1e-4)
        half = stats.norm.ppf(0.975) * error
        np.testing.assert_allclose([row["conf_low"], row["conf_high"]], [value - half, value + half], rtol=1e-3)


def test_the_observed_sd_is_pooled_within_groups(trial, trial_fit):
    first = trial.sort_values("week").groupby("patient").first()
    groups = [group["score"] for _, group in first.groupby("arm")]
    pooled = np.sqrt(sum(((g - g.mean()) ** 2).sum() for g in groups) / (len(first) - 3))
    found = trial_fit.effect_sizes(by="arm").table
    rows = found[found["divided_by"] == "SD at the first occasion, observed"].set_index("term")
    np.testing.assert_allclose(rows["divisor"], pooled, rtol=1e-10)
    length = trial["week"].max() - trial["week"].min()
    fixed = trial_fit.fixed_effects().set_index("term")
    for arm in ("low", "high"):
        row, effect = rows.loc[f"arm[{arm}] - arm[placebo]"], fixed.loc[f"slope:arm[{arm}]"]
        for ours, theirs in (("estimate", "estimate"), ("conf_low", "conf_low"), ("conf_high", "conf_high")):
            np.testing.assert_allclose(row[ours], length * effect[theirs] / pooled, rtol=1e-8)
    overall = trial_fit.effect_sizes("slope:arm[low]").table.set_index("divided_by")
    np.testing.assert_allclose(
        overall.loc["SD at the first occasion, observed", "divisor"], first["score"].std(), rtol=1e-10
    )


def test_values_of_a_covariate_make_no_groups(trial, trial_fit):
    """The divisor is that of all persons, or pooled within the factors asked for beside the covariate."""
    data = trial.assign(age=20.0 + trial.groupby("patient").ngroup())  # nobody shares an age
    fit = gc.fit("score ~ week * arm + week * age + week * C(age > 40) + (week | patient)", data)
    first = data.sort_values("week").groupby("patient").first()

    def pooled(groups):
        return np.sqrt(sum(((g - g.mean()) ** 2).sum() for _, g in groups) / (len(first) - groups.ngroups))

    cases = [
        ({"age": [30, 35]}, first["score"].std()),
        ({"arm": None, "age": [30]}, pooled(first.groupby("arm")["score"])),
        ("C(age > 40)", pooled(first.groupby(first["age"] > 40)["score"])),
    ]
    for by, expected in cases:
        found = fit.effect_sizes(by=by).table.set_index("divided_by").loc["SD at the first occasion, observed"]
        np.testing.assert_allclose(np.atleast_1d(found["divisor"]), expected, rtol=1e-10)


def test_units_do_not_matter(trial, trial_model, trial_fit):
    other = gc.fit(trial_model, trial.assign(week=trial["week"] * 7 + 3, score=trial["score"] * 100))
    ours, theirs = (fit.effect_sizes(by="arm").table for fit in (trial_fit, other))
    np.testing.assert_allclose(ours["estimate"], theirs["estimate"], rtol=1e-6)
    np.testing.assert_allclose(ours["std_error"], theirs["std_error"], rtol=1e-5)


def test_curves_need_groups_and_a_period(trial):
    model = gc.GrowthModel(
        "score", "week", "patient", shape="quadratic", predictors="arm", reference={"arm": "placebo"}
    )
    fit = gc.fit(model, trial)
    with pytest.raises(gc.errors.ModelError, match="by="):
        fit.effect_sizes("slope:arm[low]")
    found = fit.effect_sizes(by="arm", between=(0, 4)).table
    rates = fit.slopes(by="arm", between=(0, 4), differences="reference").differences["estimate"]
    sd = np.sqrt(fit.cov_re.loc["slope", "slope"])  # the quadratic does not vary
    rows = found[found["divided_by"] == "SD of rates"]
    np.testing.assert_allclose(rows["estimate"], rates / sd, rtol=1e-8)


def test_no_sd_of_rates_where_none_is_estimated(trial, trial_model):
    fit = gc.fit(trial_model.replace(random=("intercept",)), trial)
    found = fit.effect_sizes("slope:arm[low]").table.set_index("divided_by")
    assert np.isnan(found.loc["SD of rates", "estimate"])
    assert "no SD to divide by" in found.loc["SD of rates", "note"]
    assert np.isfinite(found.loc["SD at week 0, model", "estimate"])


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({}, "Give one of"),
        ({"effect": "slope:arm[low]", "by": "arm"}, "Give one of"),
        ({"effect": "intercept:arm[low]"}, "no effect on the slope"),
        ({"by": "amr"}, "Did you mean 'arm'"),
    ],
)
def test_what_is_no_difference_in_rates(trial_fit, options, match):
    with pytest.raises(gc.errors.ModelError, match=match):
        trial_fit.effect_sizes(**options)


# ---------------------------------------------------------------- margins


@pytest.mark.parametrize("ddf", ["satterthwaite", "kenward-roger", "normal"])
@pytest.mark.parametrize("margin", [0.4, 2.0, (-2.5, 0.1), (-1.0, 3.0)])
def test_two_one_sided_tests(trial_fit, ddf, margin):
    row = trial_fit.fixed_effects(ddf=ddf, level=0.9).set_index("term").loc["slope:arm[low]"]
    low, high = (-margin, margin) if np.isscalar(margin) else margin
    tail = (stats.norm if np.isinf(row["df"]) else stats.t(row["df"])).sf
    expected = max(tail((row["estimate"] - low) / row["std_error"]), tail((high - row["estimate"]) / row["std_error"]))
    found = trial_fit.equivalence("slope:arm[low]", margin=margin, ddf=ddf)
    np.testing.assert_allclose(found.p_value, expected, rtol=1e-8)
    ends = ["conf_low", "conf_high"]
    np.testing.assert_allclose(found.table[ends].iloc[0], row[ends].astype(float))
    assert found.shown == (low < row["conf_low"] and row["conf_high"] < high)
    assert ("is not shown" in str(found)) != found.shown


@pytest.mark.parametrize(("better", "margin"), [("higher", 0.5), ("higher", 0.0), ("lower", 0.5), ("lower", 2.0)])
def test_noninferiority(trial_fit, better, margin):
    row = trial_fit.fixed_effects().set_index("term").loc["slope:arm[low]"]
    sign = 1 if better == "higher" else -1
    expected = stats.t.sf((sign * row["estimate"] + margin) / row["std_error"], row["df"])
    found = trial_fit.noninferiority("slope:arm[low]", margin=margin, better=better)
    np.testing.assert_allclose(found.p_value, expected, rtol=1e-8)
    bound = row["conf_low"] if sign > 0 else row["conf_high"]
    assert found.shown == (sign * bound > -margin)
    shown = found.table["conf_low" if sign > 0 else "conf_high"][0]
    np.testing.assert_allclose(shown, bound, rtol=1e-10)
    assert np.isinf(found.table["conf_high" if sign > 0 else "conf_low"][0])


def test_margins_of_differences_of_slopes(trial_fit):
    slopes = trial_fit.slopes(by="arm", between=(0, 8))
    terms = list(slopes.means["term"])
    found = trial_fit.equivalence({terms[1]: 1, terms[0]: -1}, margin=2.0, of=slopes)
    name = terms[1].split(",")[0]
    direct = trial_fit.equivalence(f"slope:{name}", margin=2.0)
    np.testing.assert_allclose(found.p_value, direct.p_value, rtol=1e-9)


@pytest.mark.parametrize(
    ("margin", "match"), [(-1.0, "positive"), ((1, 0), "lower and an upper"), (0.0, "positive"), ([1, 2, 3], "lower")]
)
def test_margins_that_are_none(trial_fit, margin, match):
    with pytest.raises(gc.errors.ModelError, match=match):
        trial_fit.equivalence("slope:arm[low]", margin=margin)


def test_one_effect_and_a_known_direction(trial_fit):
    with pytest.raises(gc.errors.ModelError, match="One effect at a time"):
        trial_fit.equivalence(["slope:arm[low]", "slope:arm[high]"], margin=1.0)
    with pytest.raises(gc.errors.ModelError, match="Did you mean 'higher'"):
        trial_fit.noninferiority("slope:arm[low]", margin=1.0, better="high")
    with pytest.raises(gc.errors.ModelError, match="alpha="):
        trial_fit.equivalence("slope:arm[low]", margin=1.0, alpha=0.6)
