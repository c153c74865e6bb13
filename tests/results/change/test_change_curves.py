"""The change report of curved shapes with three arms, each number against a hand computation."""

from __future__ import annotations

import numpy as np
import pytest
from dense_growth import ARMS, Dense, trial_weights
from scipy import stats

import growthcurves as gc
from growthcurves.contracts.finding import Caveat, Kind


@pytest.fixture(scope="module")
def data(trial):
    """The trial with curvature that differs between arms."""
    bend = trial["arm"].map({"placebo": 0.0, "low": 0.12, "high": -0.2})
    return trial.assign(score=trial["score"] + bend * trial["week"] ** 2)


@pytest.fixture(scope="module")
def fit(data, trial_model):
    predictors = {"intercept": "arm + age", "slope": "arm + age", "quadratic": "arm"}
    return gc.fit(trial_model.replace(shape="quadratic", predictors=predictors), data)


@pytest.fixture(scope="module")
def dense(data, fit):
    W = trial_weights(data["arm"], data["age"])
    t = data["week"].to_numpy()[:, None]
    X, Z = np.hstack([W, W * t, W[:, :3] * t**2]), np.hstack([np.ones_like(t), t])
    return Dense(data["score"].to_numpy(), X, Z, data["patient"].to_numpy(), True, fit.cov_re.to_numpy(), fit.scale)


@pytest.fixture(scope="module")
def information(dense):
    return dense.information()


@pytest.fixture(scope="module")
def persons(data):
    return data.groupby("patient")[["arm", "age"]].first()


def rate_rows(persons, a, b):
    """(X(b) - X(a)) / (b - a) for each person, in the dense order."""
    W = trial_weights(persons["arm"], persons["age"])
    return np.hstack([np.zeros_like(W), W, W[:, :3] * (a + b)])


def lines(report, quantity, group):
    rows = report.table[(report.table["quantity"] == quantity) & (report.table["group"] == group)]
    assert len(rows) == 1
    return rows.iloc[0]


@pytest.mark.parametrize("between", [None, (2.0, 5.0)])
@pytest.mark.parametrize("group", ["", *ARMS])
def test_average_rate(fit, dense, information, persons, group, between):
    report = fit.change(by="arm" if group else None, between=between)
    members = np.ones(len(persons), bool) if group == "" else (persons["arm"] == group).to_numpy()
    line = rate_rows(persons, *(between or (0.0, 8.0)))[members].mean(axis=0)
    found = lines(report, "mean rate", group)
    error, df = np.sqrt(line @ dense.cov_beta @ line), dense.satterthwaite(line, information)
    assert found["estimate"] == pytest.approx(line @ dense.beta, rel=1e-8)
    assert found["std_error"] == pytest.approx(error, rel=1e-7)
    assert found["df"] == pytest.approx(df, rel=1e-4)


@pytest.mark.parametrize("time", [0.0, 4.0, 8.0])
def test_rate_at_a_time(fit, dense, persons, time):
    report = fit.change(by="arm")
    for group in ARMS:
        line = rate_rows(persons[persons["arm"] == group], time, time).mean(axis=0)
        found = lines(report, f"mean rate at {time:g}", group)
        assert found["estimate"] == pytest.approx(line @ dense.beta, rel=1e-8)
        assert found["std_error"] == pytest.approx(np.sqrt(line @ dense.cov_beta @ line), rel=1e-7)


def test_middle_and_share(fit, dense, persons):
    report, rates = fit.change(threshold=0.8), rate_rows(persons, 0.0, 8.0) @ dense.beta
    sd = np.sqrt(dense.G[1, 1])
    assert report.value("share above threshold, model") == pytest.approx(
        stats.norm.cdf((rates - 0.8) / sd).mean(), rel=1e-9
    )
    for end, tail in (("low", 0.025), ("high", 0.975)):
        x = report.value(f"middle 95 % of persons, {end}")
        assert stats.norm.cdf((x - rates) / sd).mean() == pytest.approx(tail, abs=1e-9)


def test_reliability_from_own_parabolas(fit, data):
    """Own OLS parabolas of persons with three occasions or more; their average rate over 0 to 8."""
    values = []
    for _, rows in data.groupby("patient"):
        t = rows["week"].to_numpy()
        B = np.column_stack([np.ones_like(t), t, t**2])
        if len(t) >= 3:
            r = np.array([0, 1, 8.0])
            sampling = fit.scale * r @ np.linalg.inv(B.T @ B) @ r
            values.append(fit.cov_re.loc["slope", "slope"] / (fit.cov_re.loc["slope", "slope"] + sampling))
    found = lines(fit.change(), "reliability of the rate", "")
    assert found["estimate"] == pytest.approx(np.mean(values), rel=1e-8)
    assert f"the {len(values)} of 54 patients" in found["note"]


def test_random_curvature_moves_the_spread(data, trial_model):
    """With a random quadratic the variance of the average rate is r' G r, of the rate at t that with r = (1, 2t)."""
    model = trial_model.replace(shape="quadratic", random=("intercept", "slope", "quadratic"))
    fit = gc.fit(model, data)
    G = fit.cov_re.to_numpy()
    report = fit.change(at=[0, 3])
    for quantity, r in (("SD of rates", (0, 1, 8)), ("SD of rates at 0", (0, 1, 0)), ("SD of rates at 3", (0, 1, 6))):
        assert report.value(quantity) == pytest.approx(np.sqrt(np.array(r) @ G @ np.array(r)), rel=1e-6)
    z = np.array([1, 3, 9.0])
    rate = np.array([0, 1, 8.0])
    correlation = rate @ G @ z / np.sqrt((rate @ G @ rate) * (z @ G @ z))
    assert report.value("correlation of rate with status at 3") == pytest.approx(correlation, rel=1e-6)
    assert report.value("ICC at 3") == pytest.approx(z @ G @ z / (z @ G @ z + fit.scale), rel=1e-6)
    assert "p-value of slope variance, mixture" not in set(report.table["quantity"])


def test_explained_by_actual_refits(data, fit):
    report = fit.change()
    for name in ("arm", "age"):
        predictors = dict(fit.model.predictors)
        for parameter in ("slope", "quadratic"):
            terms = [term for term in predictors.get(parameter, "1").split(" + ") if term != name]
            predictors[parameter] = " + ".join(terms) or "1"
        without = gc.fit(fit.model.replace(predictors=predictors), data)
        before, after = (f.cov_re.loc["slope", "slope"] for f in (without, fit))
        found = report.value(f"slope variance explained by {name}, put in last")
        assert found == pytest.approx((before - after) / before, abs=1e-6)


def test_pieces_differ_by_piece(sleep):
    """Average rate over both pieces and within each, and its spread, from the pieces' own slopes."""
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", shape=gc.Piecewise([3])), sleep)
    G = fit.cov_re.to_numpy()
    rates = {None: (0, 3 / 9, 6 / 9), (0, 3): (0, 1, 0), (3, 9): (0, 0, 1), (2, 5): (0, 1 / 3, 2 / 3)}
    for between, r in rates.items():
        r = np.array(r)
        report = fit.change(between=between)
        assert report.value("mean rate") == pytest.approx(r @ fit.params, rel=1e-9)
        assert report.value("SD of rates") == pytest.approx(np.sqrt(r @ G @ r), rel=1e-8)
    people = fit.people()
    own = people[["ols_intercept", "ols_slope1", "ols_slope2"]] @ [0, 3 / 9, 6 / 9]
    np.testing.assert_allclose(people["ols_rate"], own, rtol=1e-9)


def test_spline_rates_are_differences_of_the_curve(sleep):
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", shape=gc.Spline(df=3)), sleep)
    average = fit.predict(sleep[sleep["subject"] == 308], people="average").to_numpy()
    assert fit.change().value("mean rate") == pytest.approx((average[9] - average[0]) / 9, rel=1e-9)
    assert fit.change(between=(2, 6)).value("mean rate") == pytest.approx((average[6] - average[2]) / 4, rel=1e-9)
    assert fit.change().value("SD of rates") == pytest.approx(np.sqrt(fit.cov_re.loc["slope", "slope"]), rel=1e-9)


def test_own_knots_average_over_persons(sleep):
    """Knots of persons: the mean rate is the mean over persons of each one's own average rate."""
    knots = 2.0 + sleep["subject"] % 5
    data = sleep.assign(event=knots)
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", shape=gc.Piecewise("event")), data)
    each = data.drop_duplicates("subject")["event"].to_numpy()
    rows = np.column_stack([np.zeros_like(each), each / 9, (9 - each) / 9])
    G = fit.cov_re.to_numpy()
    assert fit.change().value("mean rate") == pytest.approx((rows @ fit.params).mean(), rel=1e-9)
    variances = np.einsum("ni,ij,nj->n", rows, G, rows)
    assert fit.change().value("SD of rates") == pytest.approx(np.sqrt(variances.mean()), rel=1e-8)
    z = np.column_stack([np.ones_like(each), np.minimum(5, each), np.maximum(5 - each, 0)])
    between = np.einsum("ni,ij,nj->n", z, G, z).mean()
    assert fit.icc(at=5).table["icc"].iloc[0] == pytest.approx(between / (between + fit.scale), rel=1e-8)


def test_sentences_tell_the_interval_and_the_times(fit):
    text = str(fit.change(between=(2, 6)))
    assert "On average, score rises by" in text and "from week 2 to week 6" in text
    assert "at week 0" in text


def test_groups_are_compared_with_the_first_at_the_same_values_of_others(fit, dense, information, persons):
    """Everybody in each arm in turn: other predictors, which are linear here, have their mean over all persons."""
    report = fit.change(by="arm")
    lines_by_arm = {arm: rate_rows(persons.assign(arm=arm), 0.0, 8.0).mean(axis=0) for arm in ARMS}
    for arm in ("low", "high"):
        line = lines_by_arm[arm] - lines_by_arm["placebo"]
        found = lines(report, "difference of mean rate from placebo", arm)
        assert found["estimate"] == pytest.approx(line @ dense.beta, rel=1e-8)
        assert found["std_error"] == pytest.approx(np.sqrt(line @ dense.cov_beta @ line), rel=1e-7)
        assert found["df"] == pytest.approx(dense.satterthwaite(line, information), rel=1e-4)
        assert found["note"] == "adjusted for age"
    assert "Compared with the placebo group, " in str(report) and " in the high group (95 % interval" in str(report)


def test_the_time_of_least_spread_is_an_extrapolation_outside_the_observed_times_only():
    """A remark on its interval, which the profile of a curve has, says nothing of where the time lies."""
    model = gc.GrowthModel(
        "distance", "age", "subject", shape="quadratic", predictors="sex", origin=8.0, random=("intercept", "slope")
    )
    report = gc.fit(model, gc.load_dataset("orthodont")).change(method="profile")
    least = next(finding for finding in report.findings if finding.kind is Kind.TIME_OF_LEAST_SPREAD)
    assert 8.0 < least.value < 14.0 and least.note and least.caveat is Caveat.UNSETTLED
    assert not any("extrapolation" in sentence for sentence in report.sentences())
