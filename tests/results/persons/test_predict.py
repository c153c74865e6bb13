"""Predictions against dense formulas, R's predict, and the rules: index kept, missing in, missing out.

Tolerances 1e-8 for dense formulas at the same variances, 1e-6 for R's values.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from dense_growth import TRIAL_TERMS
from reference_values import cases, table
from scipy import stats

import growthcurves as gc

ANSWERS = cases("answers")
Z = stats.norm.ppf(0.975)


@pytest.fixture(scope="module")
def visits():
    """New rows of two known persons (one occasion, several) and an unseen one, with an index of their own."""
    rows = [("p8", 3.5, "low", 47.0), ("p1", 0.0, "placebo", 52.0), ("p1", 12.0, "placebo", 52.0)]
    rows.append(("zz", 4.0, "high", 40.0))
    return pd.DataFrame(rows, columns=["patient", "week", "arm", "age"], index=["d", "a", "d", "c"])


def designs(visits):
    W = np.column_stack([np.ones(len(visits)), visits["arm"] == "low", visits["arm"] == "high", visits["age"]])
    t = visits["week"].to_numpy(float)
    return np.column_stack([W, W * t[:, None]]).astype(float), np.column_stack([np.ones(len(t)), t])


def check(found, value, variance, quantile=Z):
    error = np.sqrt(variance)
    np.testing.assert_allclose(found["estimate"], value, rtol=1e-8)
    np.testing.assert_allclose(found["std_error"], error, rtol=1e-8)
    np.testing.assert_allclose(found["conf_low"], value - quantile * error, rtol=1e-4)
    np.testing.assert_allclose(found["conf_high"], value + quantile * error, rtol=1e-4)
    assert list(found.columns) == ["estimate", "std_error", "conf_low", "conf_high"]


# ------------------------------------------------------------------ dense formulas


def test_average(trial_fit, trial_dense, trial_information, visits):
    X, zed = designs(visits)
    found = trial_fit.predict(visits, people="average")
    np.testing.assert_allclose(found, X @ trial_dense.beta, rtol=1e-9)
    variance = np.einsum("np,pr,nr->n", X, trial_dense.cov_beta, X)
    df = np.array([trial_dense.satterthwaite(x, trial_information) for x in X])
    confidence = trial_fit.predict(visits, people="average", interval="confidence")
    check(confidence, X @ trial_dense.beta, variance, stats.t.ppf(0.975, df))
    prediction = trial_fit.predict(visits, people="average", interval="prediction")
    more = np.einsum("nq,qr,nr->n", zed, trial_dense.G, zed) + trial_dense.s
    np.testing.assert_allclose(prediction["std_error"], np.sqrt(variance + more), rtol=1e-8)


def test_known(trial_fit, trial_dense, visits):
    X, zed = designs(visits)
    seen = np.array([True, True, True, False])
    value, variance = np.full(4, np.nan), np.full(4, np.nan)
    for n in np.flatnonzero(seen):
        u, spread, slope = trial_dense.person(visits["patient"].iloc[n])
        moved = X[n] + zed[n] @ slope
        value[n] = X[n] @ trial_dense.beta + zed[n] @ u
        variance[n] = moved @ trial_dense.cov_beta @ moved + zed[n] @ spread @ zed[n]
    np.testing.assert_allclose(trial_fit.predict(visits), value, rtol=1e-9)
    check(trial_fit.predict(visits, interval="confidence"), value, variance)
    check(trial_fit.predict(visits, interval="prediction"), value, variance + trial_dense.s)


def test_new(trial_fit, trial_dense, visits):
    X, zed = designs(visits)
    value = X @ trial_dense.beta
    variance = np.einsum("np,pr,nr->n", X, trial_dense.cov_beta, X)
    variance += np.einsum("nq,qr,nr->n", zed, trial_dense.G, zed)
    np.testing.assert_allclose(trial_fit.predict(visits, people="new"), value, rtol=1e-9)
    check(trial_fit.predict(visits, people="new", interval="confidence"), value, variance)
    check(trial_fit.predict(visits, people="new", interval="prediction"), value, variance + trial_dense.s)


@pytest.mark.parametrize("people", ["known", "average", "new"])
def test_own_rows_are_the_same_by_both_ways(trial, trial_fit, people):
    for interval in (None, "confidence", "prediction"):
        own = trial_fit.predict(people=people, interval=interval)
        again = trial_fit.predict(trial, people=people, interval=interval)
        (pd.testing.assert_series_equal if interval is None else pd.testing.assert_frame_equal)(own, again)
        assert own.index.equals(trial.index)


def test_level(trial_fit, visits):
    wide = trial_fit.predict(visits, interval="prediction")
    narrow = trial_fit.predict(visits, interval="prediction", level=0.5)
    ratio = (narrow["conf_high"] - narrow["estimate"]) / (wide["conf_high"] - wide["estimate"])
    np.testing.assert_allclose(ratio.dropna(), stats.norm.ppf(0.75) / Z, rtol=1e-9)


def test_same_as_r():
    fit = gc.fit("y ~ time * arm + age + (time | id)", table("panel_arms.csv"))
    record = ANSWERS["predictions"]
    newdata = pd.DataFrame(record["newdata"])
    np.testing.assert_allclose(fit.predict(newdata, people="average"), record["average"], rtol=1e-6)
    np.testing.assert_allclose(fit.predict(newdata, people="known"), record["known"], rtol=1e-6)
    np.testing.assert_allclose(fit.fittedvalues, ANSWERS["fitted"], rtol=1e-6)


# ------------------------------------------------------------------ rules


def test_fitted_and_residuals_add_to_the_outcome(trial, trial_fit, trial_dense):
    total = trial_fit.fittedvalues + trial_fit.resid
    assert total.index.equals(trial.index)
    np.testing.assert_allclose(total, trial["score"], rtol=1e-12)
    for i, rows in trial_dense.rows.items():
        mean = trial_dense.X[rows] @ trial_dense.beta + trial_dense.Z[rows] @ trial_dense.person(i)[0]
        np.testing.assert_allclose(trial_fit.fittedvalues.to_numpy()[rows], mean, rtol=1e-9)


def test_rows_left_out_by_the_fit_keep_the_others_index(trial, trial_model):
    holes = trial.copy()
    holes.iloc[[3, 50], holes.columns.get_loc("score")] = np.nan
    fit = gc.fit(trial_model, holes)
    kept = holes.index[holes["score"].notna()]
    assert fit.fittedvalues.index.equals(kept)
    np.testing.assert_allclose(fit.fittedvalues + fit.resid, holes.loc[kept, "score"], rtol=1e-12)
    # a row without outcome can be predicted
    assert fit.predict(holes).notna().all()


@pytest.mark.parametrize("people", ["known", "average", "new"])
@pytest.mark.parametrize("interval", [None, "confidence", "prediction"])
@pytest.mark.parametrize("column", ["week", "arm", "age"])
def test_missing_in_missing_out(trial_fit, visits, people, interval, column):
    holes = visits.iloc[:3].copy()
    holes[column] = holes[column].astype(object if column == "arm" else float)
    holes.iloc[1, holes.columns.get_loc(column)] = None
    found = pd.DataFrame(trial_fit.predict(holes, people=people, interval=interval))
    whole = pd.DataFrame(trial_fit.predict(visits.iloc[:3], people=people, interval=interval))
    assert found.index.equals(holes.index)
    assert found.iloc[1].isna().all()
    np.testing.assert_allclose(found.iloc[[0, 2]], whole.iloc[[0, 2]], rtol=1e-9)


@pytest.mark.parametrize("interval", [None, "confidence", "prediction"])
@pytest.mark.parametrize("people", ["known", "average", "new"])
def test_all_missing_and_no_rows(trial_fit, visits, people, interval):
    found = trial_fit.predict(visits.assign(week=np.nan), people=people, interval=interval)
    assert np.isnan(found.to_numpy()).all()
    assert len(trial_fit.predict(visits.iloc[:0], people=people, interval=interval)) == 0


def test_missing_id_is_an_unseen_person(trial_fit, visits):
    found = trial_fit.predict(visits.assign(patient=["p8", None, "p1", "zz"]))
    assert found.isna().tolist() == [False, True, False, True]


def test_unseen_person_has_no_own_curve_but_an_average(trial_fit, visits):
    assert trial_fit.predict(visits, interval="prediction").loc["c"].isna().all()
    assert trial_fit.predict(visits, people="average").notna().all()


def test_average_needs_no_id_and_no_outcome(trial_fit, visits):
    bare = visits[["week", "arm", "age"]]
    pd.testing.assert_series_equal(
        trial_fit.predict(bare, people="average"), trial_fit.predict(visits, people="average")
    )
    with pytest.raises(gc.errors.ColumnError, match="patient"):
        trial_fit.predict(bare, people="known")
    with pytest.raises(gc.errors.ColumnError, match="age"):
        trial_fit.predict(visits.drop(columns="age"))


def test_new_level_is_an_error(trial_fit, visits):
    with pytest.raises(gc.errors.ModelError, match="huge"):
        trial_fit.predict(visits.assign(arm="huge"), people="average")


def test_new_level_of_coded_numbers_is_an_error(trial, visits):
    """A dose of 7 was never seen: it may not get the prediction of dose 0."""
    codes = {"placebo": 0, "low": 1, "high": 2}
    fit = gc.fit("score ~ week * C(dose) + (week | patient)", trial.assign(dose=trial["arm"].map(codes)))
    fit.predict(visits.assign(dose=[0, 1, 2, 2]), people="average")
    with pytest.raises(gc.errors.ModelError, match="7"):
        fit.predict(visits.assign(dose=[0, 1, 2, 7]), people="average")


def test_missing_truth_value_is_missing_out(trial, visits):
    fit = gc.fit("score ~ week * old + (week | patient)", trial.assign(old=trial["age"] > 50))
    whole = fit.predict(visits.assign(old=[False, True, True, False]), people="average")
    found = fit.predict(visits.assign(old=[False, True, None, False]), people="average")
    assert found.isna().tolist() == [False, False, True, False]
    np.testing.assert_allclose(found.iloc[[0, 1, 3]], whole.iloc[[0, 1, 3]], rtol=1e-12)


def test_one_level_in_new_data_is_fine(trial_fit, visits):
    found = trial_fit.predict(visits[visits["arm"] == "high"], people="average")
    assert found.loc["c"] == pytest.approx(trial_fit.predict(visits, people="average").loc["c"])


def test_unknown_words_are_refused(trial_fit, visits):
    with pytest.raises(gc.errors.ModelError, match="usual"):
        trial_fit.predict(visits, people="usual")
    with pytest.raises(gc.errors.ModelError, match="confidense"):
        trial_fit.predict(visits, interval="confidense")
    with pytest.raises(gc.errors.ModelError, match="outcome"):
        trial_fit.predict(visits, scale="outcome")


def test_a_typical_person_is_the_average_one(trial_fit, visits):
    asked = {"interval": "confidence"}
    typical, average = (trial_fit.predict(visits, people=people, **asked) for people in ("typical", "average"))
    pd.testing.assert_frame_equal(typical, average)


def test_centred_predictors_are_replayed(trial, trial_fit, visits):
    fit = gc.fit("score ~ week * center(age) + (week | patient)", trial)
    plain = gc.fit("score ~ week * age + (week | patient)", trial)
    for people in ("average", "known"):
        ours, theirs = fit.predict(visits, people=people), plain.predict(visits, people=people)
        np.testing.assert_allclose(ours, theirs, rtol=1e-7)


def test_time_varying_covariate():
    data = table("panel_varying.csv")
    fit = gc.fit("y ~ time + x + (time + x | id)", data, time="time")
    found = fit.predict(data.iloc[5:9], people="average")
    X = np.column_stack([np.ones(4), data.iloc[5:9][["time", "x"]]])
    np.testing.assert_allclose(found, X @ cases("panels")["varying_reml"]["fixed"]["estimate"], rtol=1e-6)
    known = fit.predict(data.iloc[5:9])
    np.testing.assert_allclose(known, fit.fittedvalues.iloc[5:9], rtol=1e-10)


def test_withheld_where_not_identified():
    data = table("sleepstudy_two_occasions.csv")
    with pytest.warns(gc.errors.IdentificationWarning):
        fit = gc.fit("reaction ~ day + (day | subject)", data)
    means = data.groupby("day")["reaction"].mean()
    np.testing.assert_allclose(fit.predict(people="average"), data["day"].map(means), rtol=1e-9)
    for people, interval in (("known", None), ("new", "confidence"), ("average", "prediction")):
        with pytest.raises(gc.errors.NotEstimableError):
            fit.predict(people=people, interval=interval)
    assert fit.fittedvalues.isna().all()


def test_polars_and_plain_columns(trial_fit, visits):
    polars = pytest.importorskip("polars")
    found = trial_fit.predict(polars.from_pandas(visits.reset_index(drop=True)))
    np.testing.assert_allclose(found, trial_fit.predict(visits), rtol=1e-12)


# ------------------------------------------------------------------ time that is not written as elapsed


@pytest.fixture(scope="module")
def dated():
    """sleepstudy with dates; every person begins on another day; without one and with the same origin."""
    sleep = gc.load_dataset("sleepstudy")
    begin = pd.Timestamp("2021-03-01") + pd.to_timedelta(sleep["subject"] % 7, unit="D")
    return sleep.assign(day=begin + pd.to_timedelta(sleep["day"], unit="D"))


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_dates_give_the_fit_of_elapsed_days(dated, sleep_fit, unit):
    data = dated.assign(day=dated["day"].astype(f"datetime64[{unit}]"))
    fit = gc.fit("reaction ~ day + (day | subject)", data)
    np.testing.assert_allclose(fit.params, sleep_fit.params, rtol=1e-8)
    np.testing.assert_allclose(fit.fittedvalues, sleep_fit.fittedvalues, rtol=1e-7)
    np.testing.assert_allclose(fit.predict(data), sleep_fit.fittedvalues, rtol=1e-7)


def test_dates_of_later_visits_of_known_persons(dated, sleep_fit, sleep):
    """The first visit of a known person is that of the data, not the first row of the new table."""
    fit = gc.fit("reaction ~ day + (day | subject)", dated)
    late = (sleep["day"] >= 6).to_numpy()
    np.testing.assert_allclose(fit.predict(dated[late]), sleep_fit.fittedvalues[late], rtol=1e-7)


def test_dates_since_a_fixed_day(dated, sleep):
    days = sleep.assign(day=sleep["day"] + sleep["subject"] % 7)
    plain = gc.fit("reaction ~ day + (day | subject)", days)
    panel = gc.Panel(dated, id="subject", time="day", outcome="reaction", since="2021-03-01")
    fit = gc.fit("reaction ~ day + (day | subject)", panel)
    late = (sleep["day"] >= 6).to_numpy()
    np.testing.assert_allclose(fit.params, plain.params, rtol=1e-7)
    np.testing.assert_allclose(fit.predict(dated[late]), plain.predict(days[late]), rtol=1e-7)


def test_numbers_since_the_first_visit(sleep, sleep_fit):
    """Times measured from each person's first one: the fit's own rows come back as fitted."""
    shifted = sleep.assign(day=sleep["day"] + 10 * (sleep["subject"] % 7))
    panel = gc.Panel(shifted, id="subject", time="day", outcome="reaction", since="first")
    fit = gc.fit("reaction ~ day + (day | subject)", panel)
    np.testing.assert_allclose(fit.fittedvalues, sleep_fit.fittedvalues, rtol=1e-7)
    np.testing.assert_allclose(fit.predict(shifted), sleep_fit.fittedvalues, rtol=1e-7)


def test_text_in_a_number_column_of_new_data_is_an_error(trial_fit, visits):
    words = visits.assign(week=["3", "x", "5", "6"])
    with pytest.raises(gc.errors.GrowthCurvesError, match="week"):
        trial_fit.predict(words, people="average")
    words = visits.assign(age=["47", "old", "5", "6"])
    with pytest.raises(gc.errors.GrowthCurvesError, match="age"):
        trial_fit.predict(words, people="average")


def test_order_of_terms_is_no_matter(trial_fit, trial_dense):
    np.testing.assert_allclose(trial_fit.params[TRIAL_TERMS], trial_dense.beta, rtol=1e-8)


def test_persons_whom_the_fit_does_not_know_get_the_advice_that_fits(sleep, sleep_fit):
    """Ids of another type, a person without an outcome, and other persons."""
    rows = sleep[sleep["subject"] == 309]
    unseen = sleep.assign(reaction=sleep["reaction"].where(sleep["subject"] != 308))
    without = gc.fit("reaction ~ day + (day | subject)", unseen)
    cases = [
        (sleep_fit, rows.assign(subject="309"), "has 309 as a number and the new data have it as a text"),
        (sleep_fit, rows.assign(subject=5000), "other persons than those of the fit; ask for people='average'"),
        (without, sleep[sleep["subject"] == 308], "no row of person 308 was used (left out: missing reaction)"),
    ]
    for fit, asked, said in cases:
        with pytest.warns(gc.errors.DataWarning) as caught:
            assert fit.predict(asked).isna().all()
        text = str(caught[0].message)
        assert said in text and len(text) <= 300 and ("type" in text) is False
