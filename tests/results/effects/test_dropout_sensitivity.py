"""Delta after dropout: lme4's imputation by hand, a dense formula, multiple imputation, and closed forms."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from reference_values import cases

import growthcurves as gc
from growthcurves.errors import ModelError, NotAvailableError, NotEstimableError
from growthcurves.plots import SENSITIVITY_FIGURES
from growthcurves.results.effects.after_dropout import shift_of

R = cases("dropout_sensitivity")
#: Made by tests/simulations/dropout.py.
IMPUTED = json.loads((Path(__file__).parents[2] / "simulations" / "dropout.json").read_text(encoding="utf-8"))


def panel_of(data, **options):
    return gc.Panel(data, **({"id": "who", "time": "t", "outcome": "y"} | options))


@pytest.fixture(scope="module")
def trial():
    panel = gc.Panel(gc.load_dataset("trial"), id="patient", time="week", outcome="depression", wave="visit")
    return gc.fit("depression ~ week * arm + (week | patient)", panel)


@pytest.fixture(scope="module")
def small():
    """24 persons, five waves; some leave, some come back, one has died."""
    rng = np.random.default_rng(2)
    who, t = np.repeat(np.arange(24), 5), np.tile(np.arange(5.0), 24)
    arm = np.where(who % 2, "drug", "placebo")
    own = rng.multivariate_normal([0, 0], [[4, 0.3], [0.3, 0.5]], 24)
    y = 10 + own[who, 0] + (1 - 0.7 * (who % 2) + own[who, 1]) * t + rng.normal(0, 1, 120)
    data = pd.DataFrame({"who": who, "t": t, "arm": arm, "y": y, "why": None}).astype({"why": object})
    last = rng.integers(1, 8, 24)
    data.loc[data["t"] > last[who], "y"] = np.nan
    data.loc[data["who"].isin([3, 8]) & (data["t"] == 1), "y"] = np.nan
    died = data["who"].eq(int(np.flatnonzero(last < 3)[0])) & data["y"].isna()
    data.loc[died, "why"] = "died"
    return data


@pytest.mark.parametrize("arms", ["both", "drug"])
def test_the_estimates_are_those_of_lme4s_imputation(trial, arms):
    expected = [case for case in R["cases"] if case["arms"] == arms]
    deltas = [case["delta"] for case in expected]
    named = None if arms == "both" else arms
    found = trial.dropout_sensitivity(by="arm", arms=named, deltas=deltas).table
    np.testing.assert_allclose(found["estimate"], [case["difference"] for case in expected], rtol=1e-7)
    jackknife = [case["difference_error"] for case in expected]
    np.testing.assert_allclose(found["std_error"], jackknife, rtol=0.01)  # a jackknife is another estimator


def test_the_slope_of_all_is_that_of_lme4s_imputation(trial):
    data = trial.panel.frame
    alone = gc.Panel(data[data["arm"] == "placebo"], id="patient", time="week", outcome="depression", wave="visit")
    of_both = trial.dropout_sensitivity(deltas=[-1.0, 1.0]).parts["per_delta"][0]
    slopes = [case for case in R["cases"] if case["arms"] == "both"]
    per_delta = (slopes[2]["slope"] - slopes[0]["slope"]) / 2 + (slopes[2]["difference"] - slopes[0]["difference"]) / 4
    assert of_both == pytest.approx(per_delta, rel=1e-6)  # arms of one size
    assert gc.fit("depression ~ week + (week | patient)", alone).dropout_sensitivity().parts["per_delta"][0] > of_both


def test_multiple_imputation_pools_to_the_same(trial):
    data = pd.DataFrame(IMPUTED["data"]).astype({"y": float})
    fit = gc.fit("y ~ t * arm + (t | who)", panel_of(data))
    found = fit.dropout_sensitivity(by="arm", deltas=[case["delta"] for case in IMPUTED["cases"]])
    for row, case in zip(found.table.itertuples(), IMPUTED["cases"], strict=True):
        assert abs(row.estimate - case["estimate"][1]) < 4 * case["monte_carlo"][1]
        assert row.std_error == pytest.approx(case["rubin"][1], rel=0.05)
    # the same draws at every delta: the change of the pooled estimate has hardly any Monte Carlo error
    first, _, last = IMPUTED["cases"]
    pooled = (last["estimate"][1] - first["estimate"][1]) / (last["delta"] - first["delta"])
    assert found.parts["per_delta"][0] == pytest.approx(pooled, rel=1e-6)


def dense(fit, data, delta, moved):
    """The fixed effects by generalised least squares of rows whose unseen outcomes are expected, with delta more."""
    left, right = np.zeros((4, 4)), np.zeros(4)
    for _, one in data.groupby("who"):
        one = one[one["why"].isna()]  # nothing was due after death
        t, y = one["t"].to_numpy(), one["y"].to_numpy(copy=True)
        drug = (one["arm"] == "drug").to_numpy(float)
        X = np.column_stack([np.ones(len(t)), drug, t, drug * t])
        Z = np.column_stack([np.ones(len(t)), t])
        V = Z @ fit.G @ Z.T + fit.residual_variance * np.eye(len(t))
        gone = np.isnan(y)
        mean = X @ fit.estimates.beta
        K = V[np.ix_(gone, ~gone)] @ np.linalg.inv(V[np.ix_(~gone, ~gone)])
        y[gone] = mean[gone] + K @ (y[~gone] - mean[~gone])
        if one["arm"].iloc[0] in moved:
            y += delta * np.where(gone, np.maximum(t - t[~gone].max(), 0), 0)
        left += X.T @ np.linalg.solve(V, X)
        right += X.T @ np.linalg.solve(V, y)
    return np.linalg.solve(left, right)


@pytest.mark.parametrize("arms", [["placebo", "drug"], ["drug"]])
def test_against_dense_formulas(small, arms):
    fit = gc.fit("y ~ t * arm + (t | who)", panel_of(small, status="why"))
    at = fit.dropout_sensitivity(by="arm", arms=arms, deltas=[0.0, 1.7]).table["estimate"].to_numpy()
    assert fit.terms == ("intercept", "intercept:arm[drug]", "slope", "slope:arm[drug]")
    expected = [dense(fit, small, delta, arms) for delta in (0.0, 1.7)]
    np.testing.assert_allclose(expected[0], fit.estimates.beta, rtol=1e-9)  # likelihood is its own imputation
    np.testing.assert_allclose(at, [one[3] for one in expected], rtol=1e-9)


def test_the_row_at_zero_is_the_answer_of_the_fit(trial):
    found = trial.dropout_sensitivity(by="arm", deltas=[0.0], ddf="kenward-roger", level=0.9).table.iloc[0]
    expected = trial.slopes("arm", differences="pairwise", ddf="kenward-roger", level=0.9).differences.iloc[0]
    for column in ("term", "estimate", "std_error", "df", "statistic", "p_value", "conf_low", "conf_high"):
        assert found[column] == expected[column] or found[column] == pytest.approx(expected[column], rel=1e-13)


def test_at_the_tipping_point_p_is_one_minus_the_level(trial):
    for options in ({"by": "arm", "arms": "drug"}, {"by": "arm"}, {}, {"of": "mean", "by": "arm"}, {"level": 0.99}):
        found = trial.dropout_sensitivity(**options)
        for side in ("below", "above"):
            delta = found.tipping[side][0]
            if np.isfinite(delta):
                assert found.at(delta)["p_value"][0] == pytest.approx(1 - found.level, rel=1e-8)
        assert found.at(found.tipping["zero_at"][0])["estimate"][0] == pytest.approx(0, abs=1e-12)
        assert found.table["delta"].min() <= found.tipping["below"].fillna(0)[0]
        assert found.table["delta"].max() >= found.tipping["above"].fillna(0)[0] or not found.tipping["shown"][0]


def test_of_visits_with_means_of_their_own_it_is_the_mean_of_what_is_added(trial):
    """With a mean for each arm and visit, delta adds to the last the mean over the arm of the time that was missed."""
    fit = gc.fit("depression ~ C(week) * arm + us(week | patient)", trial.panel)
    found = fit.dropout_sensitivity(by="arm", arms="drug", of="mean", at=16).parts["per_delta"][0]
    frame = trial.panel.frame
    last = frame[frame["arm"] == "drug"].groupby("patient", observed=True)["week"].max()
    assert found == pytest.approx((16 - last).mean(), rel=1e-9)


def test_deaths_move_nothing(small):
    formula = "y ~ t * arm + (t | who)"
    told = gc.fit(formula, panel_of(small, status="why")).dropout_sensitivity(by="arm")
    plain = gc.fit(formula, panel_of(small)).dropout_sensitivity(by="arm")
    assert told.moved.split()[1] != plain.moved.split()[1]
    assert abs(told.parts["per_delta"][0]) != pytest.approx(abs(plain.parts["per_delta"][0]), rel=1e-3)


def test_a_visit_whose_predictor_is_missing_was_made(small):
    """The time since the last visit begins at it, though its row is in no fit."""
    who = small.loc[small["y"].isna() & small["why"].isna() & (small["t"] == 4), "who"].iloc[0]
    last = small[(small["who"] == who) & small["y"].notna()].index[-1]
    with_age = small.assign(age=50.0 + small["who"])
    with_age.loc[last, "age"] = np.nan
    fit = gc.fit("y ~ t + age + (t | who)", panel_of(with_age, status="why"))
    found = fit.dropout_sensitivity(deltas=[1.0]).parts["per_delta"][0]
    assert len(fit.panel) == len(fit.panel.observed()) - 1
    times = small.loc[small["y"].notna()].groupby("who")["t"].max()
    gone = small[small["y"].isna() & small["why"].isna()].assign(last=lambda d: d["who"].map(times))
    ramp = (gone["t"] - gone["last"]).clip(lower=0).sum()
    shifted = shift_of(fit)
    assert shifted.unseen == int((gone["t"] > gone["last"]).sum()) and 0 < found < ramp


def test_where_time_counts_from_changes_nothing(small):
    formula = "y ~ t * arm + (t | who)"
    plain = gc.fit(formula, panel_of(small)).dropout_sensitivity(by="arm", deltas=[1.0]).table
    for table, options in (
        (small.assign(t=small["t"] + 2000), {"since": 2000}),
        (small.assign(t=small["t"] + 2000), {}),
        (small.assign(t=pd.Timestamp("2020-01-01") + pd.to_timedelta(small["t"], unit="D")), {"time_unit": "days"}),
    ):
        other = gc.fit(formula, panel_of(table, wave="wave" if "wave" in table else None, **options))
        moved = other.dropout_sensitivity(by="arm", deltas=[1.0]).table
        np.testing.assert_allclose(moved["estimate"], plain["estimate"], rtol=1e-6)
        np.testing.assert_allclose(moved["std_error"], plain["std_error"], rtol=1e-6)


def test_the_unit_of_outcome_and_time_is_the_unit_of_delta(trial):
    data = trial.panel.frame.assign(week=lambda d: d["week"] / 4, depression=lambda d: d["depression"] * 10)
    panel = gc.Panel(data, id="patient", time="week", outcome="depression", wave="visit")
    other = gc.fit("depression ~ week * arm + (week | patient)", panel).dropout_sensitivity(by="arm")
    found = trial.dropout_sensitivity(by="arm")
    assert other.parts["per_delta"][0] == pytest.approx(found.parts["per_delta"][0], rel=1e-6)
    assert other.tipping["below"][0] == pytest.approx(40 * found.tipping["below"][0], rel=1e-5)


def test_own_times_and_curves():
    survey = gc.load_dataset("survey").query("person < 1200")
    panel = gc.Panel(survey, id="person", time="year", outcome="wellbeing", wave="wave")
    model = gc.GrowthModel("wellbeing", "year", "person", shape="quadratic", random=("intercept", "slope"))
    found = gc.fit(model, panel).dropout_sensitivity(deltas=[-1, 0, 1])
    assert found.table["estimate"].is_monotonic_increasing and found.parts["per_delta"][0] < 1


def test_sentences_doors_and_the_picture(trial, tmp_path):
    found = trial.dropout_sensitivity(by="arm", arms="drug")
    assert "the 57 patients of drug who dropped out (187 waves)" in str(found)
    assert "not any more with delta above 1.36" in found.sentences()[0]
    assert found.to_dict()["tipping"][0]["below"] is None
    assert found.save(tmp_path / "delta.md").exists() and "<table" in found._repr_html_()
    frame = SENSITIVITY_FIGURES["tipping"]().data(found)
    dot = frame[frame["part"] == "fit"].iloc[0]
    assert dot["time"] == 0 and dot["value"] == found.parts["estimate"][0]
    tips = frame[frame["part"] == "tipping"]
    assert tips["time"].tolist() == [found.tipping["above"][0]] and tips["high"].iloc[0] == pytest.approx(0, abs=1e-9)
    assert found.plot().get_xlabel()


def test_what_is_refused(trial, small):
    with pytest.raises(ModelError, match="'drugs'"):
        trial.dropout_sensitivity(by="arm", arms="drugs")
    with pytest.raises(ModelError, match="say which column"):
        trial.dropout_sensitivity(arms="drug")
    with pytest.raises(ModelError, match="arms= names no group of 'arm'"):
        trial.dropout_sensitivity(by="arm", arms=[])
    with pytest.raises(ModelError, match="estimate"):
        trial.dropout_sensitivity(of="median")
    with pytest.raises(ModelError, match="of='mean'"):
        trial.dropout_sensitivity(at=3)
    with pytest.raises(ModelError, match="finite number"):
        trial.dropout_sensitivity(deltas=[np.nan])
    everyone = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    with pytest.raises(NotEstimableError, match="Nobody dropped out"):
        everyone.dropout_sensitivity()
    with pytest.raises(NotEstimableError, match="holds the groups to be alike"):
        gc.fit("y ~ t + arm + (t | who)", panel_of(small)).dropout_sensitivity(by="arm")
    stressed = small.assign(stress=np.random.default_rng(1).normal(size=len(small)))
    with pytest.raises(NotEstimableError, match="'stress' changes within persons"):
        gc.fit("y ~ t + stress + (t | who)", panel_of(stressed)).dropout_sensitivity()
    with pytest.raises(NotAvailableError, match="normal"):
        high = small[small["y"].notna()].assign(z=small["y"] > 12)
        gc.fit("z ~ t + (1 | who)", high, time="t", family="binomial").dropout_sensitivity()
    with pytest.raises(NotAvailableError, match="units above"):
        sited = small.assign(site=small["who"] % 6)
        gc.fit("y ~ t + (t | site/who)", sited, time="t").dropout_sensitivity()
