"""Figures of outcomes that are not normal: curves are predictions on the outcome's scale, dots what was seen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import NotEstimableError
from growthcurves.plots import FIGURES

TIMES = np.arange(5.0)
ROWS = pd.DataFrame({"time": [0.0, 4.0] * 2, "arm": ["a", "a", "b", "b"], "days": 1.0})


@pytest.fixture(scope="module")
def outcomes():
    rng = np.random.default_rng(8)
    person = np.repeat(np.arange(80), 5)
    frame = pd.DataFrame({"id": person, "time": np.tile(TIMES, 80), "arm": np.array(["a", "b"])[person % 2]})
    u = rng.normal(size=80)[person]
    chance = 1.0 / (1.0 + np.exp(0.6 - u - 0.2 * frame["time"] * (frame["arm"] == "b")))
    frame["well"], frame["n"] = (rng.random(400) < chance).astype(int), rng.integers(2, 7, 400)
    frame["hits"], frame["days"] = rng.binomial(frame["n"], chance), rng.integers(5, 30, 400)
    frame["falls"] = rng.poisson(0.2 * np.exp(0.5 * u) * frame["days"])
    return frame


MODELS = {
    "yes or no": ("well", {"family": "binomial"}, lambda rows: rows["well"].mean()),
    "trials": ("hits", {"family": "binomial", "trials": "n"}, lambda rows: rows["hits"].sum() / rows["n"].sum()),
    "rate": ("falls", {"family": "poisson", "exposure": "days"}, lambda rows: rows["falls"].sum() / rows["days"].sum()),
}


@pytest.fixture(scope="module", params=MODELS)
def drawn(request, outcomes):
    outcome, options, observed = MODELS[request.param]
    fit = gc.fit(f"{outcome} ~ time * arm + (1 | id)", outcomes, time="time", **options)
    return fit, FIGURES["trajectories"](by="arm").scene(fit).table, observed


def ends(table, part):
    """The first and the last value of a part in both groups."""
    rows = table[(table["part"] == part) & table["time"].isin([0.0, 4.0])]
    return rows.sort_values(["group", "time"])


def test_curves_are_predictions_of_the_average_and_of_the_typical_person(drawn):
    fit, table, _ = drawn
    average = fit.predict(ROWS, people="average", interval="confidence")
    np.testing.assert_allclose(ends(table, "mean")["value"].astype(float), average["estimate"], rtol=1e-9)
    np.testing.assert_allclose(ends(table, "confidence")["low"].astype(float), average["conf_low"], rtol=1e-7)
    np.testing.assert_allclose(ends(table, "typical")["value"].astype(float), fit.predict(ROWS, people="typical"), 1e-9)


def test_the_band_of_persons_holds_their_means(drawn):
    fit, table, _ = drawn
    effects = np.random.default_rng(1).normal(size=200_000) * float(fit.cov_re.iloc[0, 0]) ** 0.5
    link = fit.predict(ROWS, people="typical", scale="link").to_numpy()
    means = fit.model.family.mean(link[:, None] + effects)
    band = ends(table, "persons")
    np.testing.assert_allclose(band["low"].astype(float), np.quantile(means, 0.025, axis=1), rtol=0.03)
    np.testing.assert_allclose(band["high"].astype(float), np.quantile(means, 0.975, axis=1), rtol=0.03)


def test_dots_are_what_was_observed(drawn, outcomes):
    _, table, observed = drawn
    dots = table[table["part"] == "observed means"].set_index(["group", "time"])["value"]
    for (arm, time), rows in outcomes.groupby(["arm", "time"]):
        assert dots[arm, time] == pytest.approx(observed(rows))


def test_persons_are_posterior_means(drawn):
    fit, table, _ = drawn
    lines = table[(table["part"] == "eb") & (table["time"] == 4.0)]
    arm = lines["group"].to_numpy()
    rows = pd.DataFrame({"id": lines["id"].astype(int).to_numpy(), "time": 4.0, "arm": arm, "days": 1.0})
    np.testing.assert_allclose(lines["value"].astype(float), fit.predict(rows, people="known"), rtol=1e-9)


def test_lines_of_observed_outcomes_are_refused(drawn):
    fit, _, _ = drawn
    with pytest.raises(NotEstimableError, match="dots at the visits"):
        fit.plot.trajectories(lines="observed")
    ax = fit.plot.trajectories(by="arm")
    assert "typical person" in [text.get_text() for text in ax.get_legend().get_texts()]
    assert ax.get_ylabel() in ("probability of well", "probability of hits", "falls per unit of days")


def test_rates_and_status_stand_on_the_scale_of_the_linear_predictor(outcomes):
    fit = gc.fit("well ~ time * arm + (time | id)", outcomes, time="time", family="binomial")
    rates = FIGURES["slopes"]().data(fit)
    eb = rates[rates["part"] == "eb"].set_index("id")["rate"]
    np.testing.assert_allclose(eb.astype(float), fit.people()["eb_slope"], rtol=1e-9)
    assert rates.attrs["x"] == "change in log odds of well per time" and (rates["part"] != "ols").all()
    both = FIGURES["start_and_rate"](people=None).scene(fit)
    assert both.texts["x"] == "log odds of well at time 0"
    with pytest.raises(NotEstimableError, match="infinite"):
        fit.plot.shrinkage()


def test_persons_one_by_one_stand_on_the_scale_of_the_outcome(drawn):
    fit, _, _ = drawn
    frame = FIGURES["people"](people=4).data(fit)
    one = frame["id"].iloc[0]
    curve = frame[(frame["id"] == one) & (frame["part"] == "eb")].set_index("time")["value"]
    rows = fit.panel.frame[fit.panel.frame["id"] == one].assign(days=1.0)
    np.testing.assert_allclose(curve.loc[TIMES].astype(float), fit.predict(rows), rtol=1e-6)
    observed = frame[(frame["id"] == one) & (frame["part"] == "observed")]["value"]
    over = {"hits": rows["n"], "falls": fit.panel.frame.loc[rows.index, "days"]}.get(fit.model.outcome, 1.0)
    np.testing.assert_allclose(observed.astype(float), rows[fit.model.outcome] / over)


def test_a_fit_lists_the_figures_that_it_can_give():
    data = gc.load_dataset("trial")
    normal = gc.fit("depression ~ week + (week | patient)", data)
    chance = gc.fit("well ~ week + (1 | patient)", data.assign(well=data["depression"] < 25), family="binomial")
    assert "shrinkage()" in repr(normal.plot) and "calibration()" not in repr(normal.plot)
    assert "calibration()" in repr(chance.plot) and "shrinkage()" not in repr(chance.plot)
