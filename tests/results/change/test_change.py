"""The change report against printed values of sleepstudy, R (reference/make_answers.R) and dense formulas.

Tolerances: what R's numerical Hessian gives, 1e-4 of a standard error; dense formulas, 1e-6 relative unless the
quantity rests on numerical derivatives (1e-4) or on refits by another route (1e-6).
"""

from __future__ import annotations

import json
import warnings

import numpy as np
import pandas as pd
import pytest
from dense_growth import ARMS
from reference_values import cases, table
from scipy import stats
from scipy.optimize import brentq

import growthcurves as gc

ANSWERS = cases("answers")
Z = stats.norm.ppf(0.975)
SCALES = {
    "log": (np.log, np.exp, lambda x: 1 / x),
    "atanh": (np.arctanh, np.tanh, lambda x: 1 / (1 - x**2)),
    "logit": (lambda x: np.log(x / (1 - x)), lambda x: 1 / (1 + np.exp(-x)), lambda x: 1 / (x * (1 - x))),
    "identity": (lambda x: x, lambda x: x, lambda x: 1.0),
}


def row(report, quantity, group=""):
    found = report.table[(report.table["quantity"] == quantity) & (report.table["group"] == group)]
    assert len(found) == 1, f"{quantity!r}: {list(report.table['quantity'])}"
    return found.iloc[0]


def interval(value, error, scale, z=Z):
    there, back, slope = SCALES[scale]
    half = z * error * slope(value)
    return [back(there(value) - half), back(there(value) + half)]


def check(found, value, error, scale, rtol=1e-4):
    assert found["estimate"] == pytest.approx(value, rel=1e-6)
    assert found["std_error"] == pytest.approx(error, rel=rtol)
    np.testing.assert_allclose(
        [found["conf_low"], found["conf_high"]], interval(value, error, scale), rtol=rtol, atol=rtol * abs(value)
    )


# ------------------------------------------------------------------ sleepstudy: printed values


@pytest.fixture(scope="module")
def report(sleep_fit):
    return sleep_fit.change()


PRINTED = {
    "persons": (18, 0),
    "mean rate": (10.47, 2),
    "SD of rates": (5.92, 2),
    "middle 95 % of persons, low": (-1.1, 1),
    "middle 95 % of persons, high": (22.1, 1),
    "share above threshold, model": (0.961, 3),
    "correlation of rate with status at 0": (0.07, 2),
    "correlation of rate with status at 5": (0.78, 2),
    "correlation of rate with status at 9": (0.91, 2),
    "time of least spread": (-0.27, 2),
    "ICC at 0": (0.48, 2),
    "ICC at 5": (0.71, 2),
    "ICC at 9": (0.85, 2),
    "reliability of the rate": (0.82, 2),
}


@pytest.mark.parametrize("quantity", PRINTED)
def test_printed_value(report, quantity):
    value, places = PRINTED[quantity]
    assert round(report.value(quantity), places) == value


def test_mean_rate_of_sleepstudy(report):
    mean = row(report, "mean rate")
    assert mean["estimate"] == pytest.approx(10.467285959596, rel=1e-9)
    assert mean["std_error"] == pytest.approx(1.54578889627416, rel=1e-7)
    assert mean["df"] == pytest.approx(17, rel=1e-6)
    half = stats.t.ppf(0.975, 17) * 1.54578889627416
    assert [mean["conf_low"], mean["conf_high"]] == pytest.approx([10.467285959596 - half, 10.467285959596 + half])


def test_the_least_spread_of_sleepstudy_lies_just_outside_the_observed_times(report):
    """Day -0.27 of days 0 to 9 is within rounding of the first visit: no sentence warns of an extrapolation."""
    assert "just outside the observed times" in row(report, "time of least spread")["note"]
    (least,) = [line for line in report.sentences() if "closest together" in line]
    assert "at day -0.27, just outside the observed times (95 % interval from" in least and "extrapol" not in least


def test_shares_by_eb_and_ols_count_persons(report, sleep):
    slopes = [np.polyfit(rows["day"], rows["reaction"], 1)[0] for _, rows in sleep.groupby("subject")]
    assert report.value("share above threshold, OLS") == np.mean(np.array(slopes) > 0)
    reference = cases("sleepstudy")["day_origin0_reml"]["ranef"]["value"]
    assert report.value("share above threshold, EB") == np.mean(np.array(reference)[:, 1] + 10.467285959596 > 0)
    assert "understates the spread" in row(report, "share above threshold, EB")["note"]


@pytest.mark.parametrize("case", ["sleepstudy_reml", "sleepstudy_ml", "unbalanced_reml"])
def test_intervals_same_as_the_numerical_delta_method_of_r(case, sleep):
    data = table("sleepstudy_unbalanced.csv") if "unbalanced" in case else sleep
    fit = gc.fit("reaction ~ day + (day | subject)", data, method=case.rsplit("_", 1)[1])
    record = ANSWERS["wald"][case]
    times = [item["time"] for item in record["derived"]]
    found = fit.change(at=times, method="wald")
    check(row(found, "SD of rates"), record["estimate"][1], record["se"][1], "log")
    for item in record["derived"]:
        t = f"{item['time']:g}"
        check(row(found, f"correlation of rate with status at {t}"), item["value"][0], item["se"][0], "atanh")
        check(row(found, f"ICC at {t}"), item["value"][1], item["se"][1], "logit")
    check(row(found, "time of least spread"), record["least"]["value"], record["least"]["se"], "identity")


@pytest.mark.parametrize("method", ["reml", "ml"])
def test_likelihood_ratio_of_the_slope_variance_same_as_r(method, sleep):
    found = gc.fit("reaction ~ day + (day | subject)", sleep, method=method).change()
    ratio = ANSWERS["ratio"][method]
    assert found.value("likelihood ratio for slope variance") == pytest.approx(ratio, abs=1e-6)
    naive = stats.chi2.sf(ratio, 2)
    assert found.value("p-value of slope variance, naive") == pytest.approx(naive, rel=1e-5)
    mixed = 0.5 * naive + 0.5 * stats.chi2.sf(ratio, 1)
    assert found.value("p-value of slope variance, mixture") == pytest.approx(mixed, rel=1e-5)


@pytest.mark.parametrize("origin", [4.5, 9, -20])
def test_the_origin_moves_nothing(report, sleep, origin):
    model = gc.GrowthModel(outcome="reaction", time="day", id="subject", origin=origin)
    moved = gc.fit(model, sleep).change()
    np.testing.assert_allclose(moved.table["estimate"], report.table["estimate"], rtol=1e-6)
    for column in ("std_error", "conf_low", "conf_high"):
        np.testing.assert_allclose(moved.table[column], report.table[column], rtol=1e-5)
    assert list(moved.table["quantity"]) == list(report.table["quantity"])
    assert list(moved.table["note"]) == list(report.table["note"])


@pytest.mark.parametrize("offset", [10, 2000, 1e5, 1e6])
def test_an_origin_far_outside_the_data_moves_nothing(report, sleep, offset):
    """Through the formula door the origin is 0 as written: intervals may not lose digits that are printed."""
    moved = gc.fit("reaction ~ day + (day | subject)", sleep.assign(day=sleep["day"] + offset)).change()
    ours, theirs = moved.table, report.table
    least = (theirs["quantity"] == "time of least spread").to_numpy()
    shift = np.where(least, offset, 0.0)
    np.testing.assert_allclose(ours["estimate"] - shift, theirs["estimate"], rtol=1e-5)
    np.testing.assert_allclose(ours["std_error"], theirs["std_error"], rtol=1e-4)
    for column in ("conf_low", "conf_high"):
        np.testing.assert_allclose(ours[column] - shift, theirs[column], rtol=1e-3)


def test_quantities_have_names_of_their_own_at_large_times(sleep):
    """Times that differ are told apart: 1000000 to 1000009."""
    model = gc.GrowthModel("reaction", "day", "subject")
    names = gc.fit(model, sleep.assign(day=sleep["day"] + 1e6)).change().table["quantity"]
    assert names.is_unique, sorted(names[names.duplicated()])


def test_units_of_time_scale_rates(report, sleep):
    weeks = sleep.assign(day=sleep["day"] / 7)
    other = gc.fit("reaction ~ day + (day | subject)", weeks).change()
    for quantity in ("mean rate", "SD of rates", "middle 95 % of persons, low", "middle 95 % of persons, high"):
        assert other.value(quantity) == pytest.approx(7 * report.value(quantity), rel=1e-6)
    for quantity in ("share above threshold, model", "reliability of the rate", "likelihood ratio for slope variance"):
        assert other.value(quantity) == pytest.approx(report.value(quantity), rel=1e-6)


def test_units_are_told(sleep):
    panel = gc.Panel(sleep, id="subject", time="day", outcome="reaction", time_unit="days", outcome_unit="ms")
    found = gc.fit(gc.GrowthModel("reaction", "day", "subject"), panel).change()
    assert found.unit == "ms per day"
    assert "10.47 ms per day" in str(found)
    assert "5.92 ms per day" in str(found)


# ------------------------------------------------------------------ the trial: dense formulas


@pytest.fixture(scope="module")
def trial_report(trial_fit):
    return trial_fit.change(by="arm", threshold=0.5, method="wald")


@pytest.fixture(scope="module")
def whole_report(trial_fit):
    return trial_fit.change(threshold=0.5, method="wald")


@pytest.fixture(scope="module")
def persons(trial):
    return trial.groupby("patient")[["arm", "age"]].first()


@pytest.fixture(scope="module")
def weights(persons):
    zero = np.zeros((len(persons), 4))
    one = np.column_stack([np.ones(len(persons)), persons["arm"] == "low", persons["arm"] == "high", persons["age"]])
    return np.column_stack([zero, one])


def own_lines(trial):
    slopes, sampling = {}, {}
    for name, rows in trial.groupby("patient"):
        if rows["week"].nunique() > 1:
            slopes[name] = np.polyfit(rows["week"], rows["score"], 1)[0]
            sampling[name] = 1 / ((rows["week"] - rows["week"].mean()) ** 2).sum()
    return pd.Series(slopes), pd.Series(sampling)


def test_the_fit_is_at_the_optimum_of_the_dense_likelihood(trial_dense, trial_information, trial_fit):
    gradient = trial_dense.gradient(
        lambda x: trial_dense.m2ll(*trial_dense.matrices(x)), trial_dense.parameters, trial_dense.steps
    )
    assert np.abs(gradient * np.sqrt(np.diag(trial_information))).max() < 1e-4
    assert trial_fit.deviance == pytest.approx(trial_dense.m2ll(trial_dense.G, trial_dense.s), rel=1e-10)


@pytest.mark.parametrize("group", ["", *ARMS])
def test_mean_rate(trial_report, whole_report, weights, persons, trial_dense, trial_information, group):
    members = np.ones(len(persons), bool) if group == "" else (persons["arm"] == group).to_numpy()
    line = weights[members].mean(axis=0)
    found = row(trial_report if group else whole_report, "mean rate", group)
    value, error = line @ trial_dense.beta, np.sqrt(line @ trial_dense.cov_beta @ line)
    df = trial_dense.satterthwaite(line, trial_information)
    assert found["estimate"] == pytest.approx(value, rel=1e-8)
    assert found["std_error"] == pytest.approx(error, rel=1e-8)
    assert found["df"] == pytest.approx(df, rel=1e-4)
    half = stats.t.ppf(0.975, df) * error
    assert [found["conf_low"], found["conf_high"]] == pytest.approx([value - half, value + half], rel=1e-4)


@pytest.mark.parametrize("group", ["", *ARMS])
def test_middle_of_the_mixture(trial_report, whole_report, weights, persons, trial_dense, group):
    members = np.ones(len(persons), bool) if group == "" else (persons["arm"] == group).to_numpy()
    rates, sd = weights[members] @ trial_dense.beta, np.sqrt(trial_dense.G[1, 1])
    report = trial_report if group else whole_report
    for end, tail in (("low", 0.025), ("high", 0.975)):
        expected = brentq(lambda x, tail=tail: stats.norm.cdf((x - rates) / sd).mean() - tail, -50, 50, xtol=1e-13)
        assert report.value(f"middle 95 % of persons, {end}", group) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("group", ["", *ARMS])
def test_share_above_the_threshold(
    trial, trial_report, whole_report, weights, persons, trial_dense, trial_information, group
):
    members = np.ones(len(persons), bool) if group == "" else (persons["arm"] == group).to_numpy()
    report = trial_report if group else whole_report

    def share(beta, G, s):
        return float(stats.norm.cdf((weights[members] @ beta - 0.5) / np.sqrt(G[1, 1])).mean())

    value = share(trial_dense.beta, trial_dense.G, trial_dense.s)
    error = trial_dense.delta(share, trial_information)
    check(row(report, "share above threshold, model", group), value, error, "logit")
    pairs = zip(persons.index, weights, strict=True)
    eb = np.array([w @ trial_dense.beta + trial_dense.person(i)[0][1] for i, w in pairs])
    assert report.value("share above threshold, EB", group) == np.mean(eb[members] > 0.5)
    slopes, _ = own_lines(trial)
    mine = slopes[slopes.index.isin(persons.index[members])]
    assert report.value("share above threshold, OLS", group) == np.mean(mine > 0.5)
    assert f"{len(mine)} patients" in row(report, "share above threshold, OLS", group)["note"]
    assert report.value("persons", group) == members.sum()


def test_groups_come_reference_first(trial_report):
    groups = [name for name in dict.fromkeys(trial_report.table["group"]) if name]
    assert groups[0] == "placebo"
    assert sorted(groups) == sorted(ARMS)


def test_what_groups_share_is_said_once(trial_report, whole_report):
    shared = (trial_report.table["group"] == "") & ~trial_report.table["quantity"].str.contains("joint")
    ours = trial_report.table[shared].reset_index(drop=True)
    whole = whole_report.table
    whole = whole[whole["quantity"].isin(ours["quantity"])].reset_index(drop=True)
    pd.testing.assert_frame_equal(ours, whole)


def test_groups_that_predict_no_rate_are_refused_with_the_fix(trial, trial_model):
    """Whatever else predicts it: groups that differ in age would differ in rate, and sex would look tight at zero."""
    site = trial["patient"].str.len().map({2: "small", 3: "large"})
    data = trial.assign(site=site, **{"study site": site})
    started = dict(trial_model.predictors) | {"intercept": "arm + age + site"}
    for model in (trial_model, trial_model.replace(predictors=started), "score ~ week * age + site + (week | patient)"):
        fit = gc.fit(model, data.rename(columns={trial_model.outcome: "score"}) if isinstance(model, str) else data)
        for by, fix in (("site", "'site'"), ("study site", "'`study site`'")):
            with pytest.raises(gc.errors.NotEstimableError, match="gives every s.* the same rate") as caught:
                fit.change(by=by)
            assert fix in str(caught.value) and len(str(caught.value)) < 330
    slopes = started | {"slope": "arm + age + site"}
    report = gc.fit(trial_model.replace(predictors=slopes), data).change(by="site")
    assert report.table["quantity"].str.startswith("difference of mean rate").any()


def test_a_rate_that_is_not_in_the_model_is_no_finding(sleep):
    random = gc.fit("reaction ~ 1 + (day | subject)", sleep)
    report = random.change()
    row = report.table.set_index("quantity").loc["mean rate"]
    assert np.isnan(row["estimate"]) and "assumption" in row["note"]
    assert "middle: 2.5 %" not in report.table["quantity"].tolist()
    assert "not estimated: the model holds it at zero, by assumption." in str(report) and "by 0" not in str(report)
    assert report.value("SD of rates") > 0
    fit = gc.fit("reaction ~ 1 + (1 | subject)", sleep, time="day")
    with pytest.raises(gc.errors.NotEstimableError, match="at zero for everybody"):
        fit.change()


def test_by_refuses_what_is_no_group(trial_fit):
    with pytest.raises(gc.errors.GrowthCurvesError, match="shoe"):
        trial_fit.change(by="shoe")
    with pytest.raises(gc.errors.ModelError, match="age"):
        trial_fit.change(by="age")
    with pytest.raises(gc.errors.ModelError, match="varies within person"):
        trial_fit.change(by="week")


def test_spread_and_start(whole_report, trial_dense, trial_information):
    d, c = trial_dense, trial_information
    check(row(whole_report, "SD of rates"), np.sqrt(d.G[1, 1]), d.delta(lambda b, G, s: np.sqrt(G[1, 1]), c), "log")

    def least(b, G, s):
        return -G[0, 1] / G[1, 1]

    found = row(whole_report, "time of least spread")
    check(found, least(None, d.G, d.s), d.delta(least, c), "identity")
    for t in (0, 4, 8):
        z = np.array([1, t])

        def correlation(b, G, s, z=z):
            return (G @ z)[1] / np.sqrt(G[1, 1] * (z @ G @ z))

        found = row(whole_report, f"correlation of rate with status at {t}")
        check(found, correlation(None, d.G, d.s), d.delta(correlation, c), "atanh")


@pytest.mark.parametrize("t", range(9))
def test_icc(whole_report, trial_fit, trial_dense, trial_information, t):
    z = np.array([1, t])

    def share(b, G, s):
        return (z @ G @ z) / (z @ G @ z + s)

    value, error = share(None, trial_dense.G, trial_dense.s), trial_dense.delta(share, trial_information)
    check(row(whole_report, f"ICC at {t}"), value, error, "logit")
    check(trial_fit.icc(at=t).table.iloc[0].rename({"icc": "estimate"}), value, error, "logit")


def test_reliability_as_hlm(trial, whole_report, trial_dense, trial_information):
    _, sampling = own_lines(trial)

    def reliability(b, G, s):
        return float(np.mean(G[1, 1] / (G[1, 1] + s * sampling.to_numpy())))

    found = row(whole_report, "reliability of the rate")
    value = reliability(None, trial_dense.G, trial_dense.s)
    check(found, value, trial_dense.delta(reliability, trial_information), "logit")
    assert "52 of 54" in found["note"]


def test_explained_variance_by_actual_refits(trial, whole_report, trial_fit):
    after = trial_fit.cov_re.loc["slope", "slope"]

    def slope_variance(predictors):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", gc.errors.ModelWarning)
            return trial_fit.refit(predictors=predictors).cov_re.loc["slope", "slope"]

    none = slope_variance({"intercept": "arm + age"})
    assert whole_report.value("SD of rates before predictors of the slope") == pytest.approx(np.sqrt(none), rel=1e-6)
    for name, rest in (("arm", "age"), ("age", "arm")):
        before = slope_variance({"intercept": "arm + age", "slope": rest})
        found = whole_report.value(f"slope variance explained by {name}, put in last")
        assert found == pytest.approx((before - after) / before, abs=1e-6)


def test_explained_variance_does_not_depend_on_the_coding_of_the_predictor(trial):
    """Cell means and treatment contrasts are the same model: without the arm everybody has one mean rate."""
    contrasts = gc.fit("score ~ week * arm + (week | patient)", trial)
    cells = gc.fit("score ~ 0 + arm + arm:week + (week | patient)", trial)
    assert cells.llf - contrasts.llf == pytest.approx(0, abs=1e-6)  # arms are of equal size: |X'X| is the same
    one, other = contrasts.change(), cells.change()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.ModelWarning)
        before = gc.fit("score ~ arm + week + (week | patient)", trial).cov_re.loc["slope", "slope"]
    drop = 1 - contrasts.cov_re.loc["slope", "slope"] / before
    for report in (one, other):
        assert report.value("SD of rates before predictors of the slope") == pytest.approx(np.sqrt(before), rel=1e-6)
        assert report.value("slope variance explained by arm, put in last") == pytest.approx(drop, abs=1e-6)


def test_explained_variance_on_the_same_rows_where_a_predictor_is_missing(trial, trial_model):
    holes = trial.assign(age=trial["age"].where(~trial["patient"].isin(["p3", "p12", "p30"])))
    found = gc.fit(trial_model, holes).change()
    full = gc.fit(trial_model, holes.dropna())
    less = gc.fit(trial_model.replace(predictors={"intercept": "arm + age", "slope": "arm"}), holes.dropna())
    drop = 1 - full.cov_re.loc["slope", "slope"] / less.cov_re.loc["slope", "slope"]
    assert found.value("slope variance explained by age, put in last") == pytest.approx(drop, abs=1e-6)
    assert found.value("persons") == 51


def test_a_negative_drop_is_shown_as_such(trial, trial_model):
    rng = np.random.default_rng(5)
    for _ in range(20):
        noise = pd.Series(rng.normal(size=54), index=[f"p{i + 1}" for i in range(54)])
        data = trial.assign(noise=trial["patient"].map(noise))
        formula = "arm + age + noise"
        report = gc.fit(trial_model.replace(predictors=formula), data).change()
        found = row(report, "slope variance explained by noise, put in last")
        if found["estimate"] < 0:
            break
    full = gc.fit(trial_model.replace(predictors=formula), data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.ModelWarning)
        less = full.refit(predictors={"intercept": formula, "slope": "arm + age"})
    drop = 1 - full.cov_re.loc["slope", "slope"] / less.cov_re.loc["slope", "slope"]
    assert found["estimate"] == pytest.approx(drop, abs=1e-6)
    assert "negative" in found["note"]
    line = next(line for line in report.sentences() if "noise" in line)
    assert "explains nothing of the variance" in line


def test_likelihood_ratio_by_actual_refit(whole_report, trial_fit):
    small = trial_fit.refit(random=("intercept",))
    ratio = small.deviance - trial_fit.deviance
    assert whole_report.value("likelihood ratio for slope variance") == pytest.approx(ratio, rel=1e-7)
    mixed = (stats.chi2.sf(ratio, 1) + stats.chi2.sf(ratio, 2)) / 2
    assert whole_report.value("p-value of slope variance, mixture") == pytest.approx(mixed, rel=1e-5)
    assert whole_report.value("p-value of slope variance, naive") == pytest.approx(stats.chi2.sf(ratio, 2), rel=1e-5)


def test_mixture_without_covariance(sleep):
    fit = gc.fit("reaction ~ day + (day || subject)", sleep)
    ratio = fit.refit(random=("intercept",)).deviance - fit.deviance
    report = fit.change()
    assert report.value("likelihood ratio for slope variance") == pytest.approx(ratio, rel=1e-7)
    naive = stats.chi2.sf(ratio, 1)
    assert report.value("p-value of slope variance, naive") == pytest.approx(naive, rel=1e-6)
    assert report.value("p-value of slope variance, mixture") == pytest.approx(naive / 2, rel=1e-6)
    # without a covariance persons differ least at the origin by definition
    assert report.value("time of least spread") == 0


def test_mixture_of_a_slope_alone(sleep):
    """Half chi-square 0, half chi-square 1 (Self and Liang 1987, case 5)."""
    fit = gc.fit("reaction ~ day + (0 + day | subject)", sleep)
    ratio = fit.refit(random=()).deviance - fit.deviance
    report = fit.change()
    assert report.value("likelihood ratio for slope variance") == pytest.approx(ratio, rel=1e-7)
    assert report.value("p-value of slope variance, mixture") == pytest.approx(stats.chi2.sf(ratio, 1) / 2, rel=1e-6)


def test_both_doors_give_the_same_report(trial, whole_report):
    ordered = trial.assign(arm=pd.Categorical(trial["arm"], categories=["placebo", "high", "low"]))
    fit = gc.fit("score ~ week * (arm + age) + (week | patient)", ordered)
    found = fit.change(threshold=0.5).table
    assert list(found["quantity"]) == list(whole_report.table["quantity"])
    np.testing.assert_allclose(found["estimate"], whole_report.table["estimate"], rtol=1e-6)
    np.testing.assert_allclose(found["std_error"], whole_report.table["std_error"], rtol=1e-5)


def test_names_with_spaces(trial, trial_fit, whole_report):
    renamed = trial.rename(columns={"arm": "study arm", "age": "âge (years)", "week": "semaine no."})
    model = gc.GrowthModel(
        "score", "semaine no.", "patient", predictors="`study arm` + `âge (years)`", reference={"study arm": "placebo"}
    )
    fit = gc.fit(model, renamed)
    report = fit.change(by="study arm", threshold=0.5)
    drops = [line for line in report.table["quantity"] if "put in last" in line]
    assert len(drops) == 2
    wanted = whole_report.table[whole_report.table["quantity"].str.contains("put in last")]["estimate"]
    np.testing.assert_allclose([report.value(name) for name in drops], wanted, atol=1e-6)
    assert "slope:study arm[low]" in fit.terms or "slope:`study arm`[low]" in fit.terms


# ------------------------------------------------------------------ options


def test_threshold_of_sleepstudy(sleep_fit):
    for threshold in (-3, 5, 10, 40):
        found = sleep_fit.change(threshold=threshold)
        expected = stats.norm.sf((threshold - 10.467285959596) / 5.92213310360172)
        assert found.value("share above threshold, model") == pytest.approx(expected, rel=1e-6)
        assert 0 <= row(found, "share above threshold, model")["conf_low"] <= expected


def test_at_chooses_times(sleep_fit):
    found = sleep_fit.change(at=[2, 7.5])
    kept = [name for name in found.table["quantity"] if " at " in name]
    assert kept == [
        "correlation of rate with status at 2",
        "correlation of rate with status at 7.5",
        "ICC at 2",
        "ICC at 7.5",
    ]
    G, z = np.array([[612.089938265351, 9.60433336736911], [9.60433336736911, 35.0716604967754]]), np.array([1, 7.5])
    between = z @ G @ z
    assert found.value("ICC at 7.5") == pytest.approx(between / (between + 25.591815627366**2), rel=1e-6)
    correlation = (G @ z)[1] / np.sqrt(G[1, 1] * between)
    assert found.value("correlation of rate with status at 7.5") == pytest.approx(correlation, rel=1e-6)
    assert "ICC at 3" in list(sleep_fit.change(at=3).table["quantity"])


def test_level_changes_intervals_alone(sleep_fit, report):
    found = sleep_fit.change(level=0.5)
    pd.testing.assert_series_equal(found.table["estimate"], report.table["estimate"])
    sd = row(sleep_fit.change(level=0.5, method="wald"), "SD of rates")
    expected = interval(sd["estimate"], sd["std_error"], "log", stats.norm.ppf(0.75))
    assert [sd["conf_low"], sd["conf_high"]] == pytest.approx(expected)
    assert "50 % interval" in str(found)
    assert "95 % interval" not in str(found)


@pytest.mark.parametrize(
    ("times", "middle"),
    [
        ([0, 1, 2, 3], 2),
        ([0, 1, 2, 3, 4], 2),
        ([0, 1, 9, 10], 9),
        ([0, 4, 7, 10], 4),
        ([0.1, 0.2, 0.3, 0.4], 0.3),
        ([2000.1, 2000.2, 2000.3, 2000.4], 2000.3),
        ([1e6 + 0.1, 1e6 + 0.2, 1e6 + 0.3, 1e6 + 0.4], 1e6 + 0.3),
    ],
)
def test_middle_time_is_the_upper_on_ties(times, middle):
    from growthcurves.results.questions.rates import middle_time

    rng = np.random.default_rng(2)
    data = pd.DataFrame({"id": np.repeat(np.arange(12), len(times)), "t": np.tile(times, 12)})
    slopes = rng.normal(1, 1, 12)
    data["y"] = rng.normal(0, 2, 12)[data["id"]] + (1 + slopes[data["id"]]) * (data["t"] - times[0])
    data["y"] += rng.normal(0, 0.1, len(data))
    fit = gc.fit(gc.GrowthModel("y", "t", "id"), data)
    assert middle_time(fit) == middle
    found = [name for name in fit.change().table["quantity"] if name.startswith("correlation of rate")]
    assert len(found) == 3


def test_middle_time_is_observed_where_few_have_it(trial):
    """Own times: the middle is one of the observed times, nearest 4 (mid-range of 0 and 8)."""
    moved = trial.assign(week=trial["week"].where(trial["week"] != 4, 4.2))
    fit = gc.fit("score ~ week + (week | patient)", moved)
    assert "correlation of rate with status at 4.2" in list(fit.change().table["quantity"])


# ------------------------------------------------------------------ models that cannot answer everything


def test_without_a_random_slope_nothing_is_said_of_spread(sleep):
    report = gc.fit("reaction ~ day + (1 | subject)", sleep, time="day").change()
    quantities = list(report.table["quantity"])
    assert "SD of rates" not in quantities
    assert not [name for name in quantities if name.startswith(("share", "middle", "reliability", "likelihood"))]
    # random intercept alone: one ICC at all times; REML values of lme4
    record = cases("sleepstudy")["intercept_origin0_reml"]
    between = record["random"]["cov"][0][0]
    for t in (0, 9):
        assert report.value(f"ICC at {t}") == pytest.approx(between / (between + record["sigma"] ** 2), rel=1e-6)
    assert row(report, "mean rate")["df"] == pytest.approx(161, rel=1e-4)


def test_without_random_effects_there_is_no_icc(sleep):
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", random=()), sleep)
    report = fit.change()
    assert not [name for name in report.table["quantity"] if name.startswith("ICC")]
    with pytest.raises(gc.errors.NotEstimableError, match="no random effects"):
        fit.icc()
    X = np.column_stack([np.ones(180), sleep["day"]])
    beta, rss, *_ = np.linalg.lstsq(X, sleep["reaction"], rcond=None)
    error = np.sqrt(rss[0] / 178 * np.linalg.inv(X.T @ X)[1, 1])
    found = row(report, "mean rate")
    assert [found["estimate"], found["std_error"], found["df"]] == pytest.approx([beta[1], error, 178])


def test_without_time_there_is_no_change():
    fit = gc.fit("y ~ 1 + (1 | group)", table("oneway.csv").query("design == design.iloc[0]"))
    with pytest.raises(gc.errors.NotEstimableError, match="no time"):
        fit.change()


def test_what_is_not_identified_is_withheld():
    with pytest.warns(gc.errors.IdentificationWarning):
        fit = gc.fit("reaction ~ day + (day | subject)", table("sleepstudy_two_occasions.csv"))
    found = fit.change()
    assert row(found, "mean rate")["estimate"] == pytest.approx(fit.params["slope"])
    kept = {"persons", "mean rate", "share above threshold, OLS"}
    others = found.table[~found.table["quantity"].isin(kept)]
    assert others[["estimate", "std_error", "conf_low", "conf_high"]].isna().all().all()
    assert "withheld" in str(found)


def test_a_slope_variance_of_zero():
    fit = gc.fit("y ~ time + (time | id)", table("panel_zero_slope.csv"))
    found = fit.change()
    assert found.value("SD of rates") == 0
    assert row(found, "SD of rates")["conf_low"] == 0  # the profile's
    assert found.value("reliability of the rate") == 0
    assert found.value("likelihood ratio for slope variance") == pytest.approx(0, abs=1e-8)
    assert found.value("p-value of slope variance, naive") == pytest.approx(1)
    assert found.value("p-value of slope variance, mixture") == pytest.approx(1)
    assert found.value("share above threshold, model") == 1
    slope = cases("panels")["zero_slope_reml"]["fixed"]["estimate"][1]
    low, high = (found.value(f"middle 95 % of persons, {end}") for end in ("low", "high"))
    assert [low, high] == pytest.approx([slope, slope])
    assert "zero" in str(found)


@pytest.mark.parametrize("name", ["singular_plus", "singular_minus"])
def test_singular_fits_have_no_interval_on_the_boundary(name):
    report = gc.fit("y ~ time + (time | id)", table(f"panel_{name}.csv")).change(method="wald")
    found = report.table[report.table["quantity"].str.startswith("correlation of rate")]
    np.testing.assert_allclose(found["estimate"].abs(), 1, rtol=1e-9)
    assert found[["std_error", "conf_low", "conf_high"]].isna().all().all()
    sd = cases("panels")[f"{name}_reml"]["random"]["sd"][1]
    assert report.value("SD of rates") == pytest.approx(sd, rel=1e-5)


def test_between_needs_two_times_in_order(sleep_fit):
    with pytest.raises(gc.errors.GrowthCurvesError, match="between"):
        sleep_fit.change(between=(9, 0))


def test_unknown_quantity_names_what_there_is(report):
    with pytest.raises(gc.errors.NotEstimableError, match="SD of rates"):
        report.value("sd of slopes")


def test_the_report_is_plain_python(report):
    json.loads(json.dumps(report.to_dict()))


def test_own_lines_at_the_threshold_are_not_above_it_whatever_rounding_says():
    sleep = gc.load_dataset("sleepstudy")
    level = sleep["subject"].isin(sleep["subject"].unique()[:6])
    for away in (0.0, 1e6 + 0.1):
        still = sleep.assign(reaction=sleep["reaction"].where(~level, 300.0) + away)
        report = gc.fit("reaction ~ day + (day | subject)", still).change()
        own = report.table.loc[report.table["quantity"].str.endswith("OLS"), "estimate"]
        rising = still[~level].groupby("subject").apply(lambda one: np.polyfit(one["day"], one["reaction"], 1)[0] > 0)
        assert own.tolist() == [pytest.approx(rising.sum() / 18)]
