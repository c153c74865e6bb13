"""Calibration and rootograms: forecasts by definition, expected frequencies by dense integrals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import growthcurves as gc
from growthcurves.errors import ModelError, NotEstimableError
from growthcurves.plots import FAMILY_FIGURES
from growthcurves.results.persons.frequencies import expected_frequencies


@pytest.fixture(scope="module")
def frame():
    rng = np.random.default_rng(6)
    person = np.repeat(np.arange(90), 4)
    made = pd.DataFrame({"id": person, "time": np.tile(np.arange(4.0), 90), "days": rng.integers(5, 20, 360)})
    u = rng.normal(size=90)[person]
    made["well"] = (rng.random(360) < 1 / (1 + np.exp(0.5 - u - 0.3 * made["time"]))).astype(int)
    made["falls"] = rng.poisson(0.15 * np.exp(0.6 * u) * made["days"])
    made["state"] = np.searchsorted([-1.0, 1.0], u + 0.4 * made["time"] + rng.logistic(size=360))
    made["calls"] = rng.poisson(0.15 * np.exp(0.6 * u) * made["days"] * rng.gamma(2.0, 0.5, 360))
    return made


@pytest.fixture(scope="module")
def yes(frame):
    return gc.fit("well ~ time + (1 | id)", frame, time="time", family="binomial")


@pytest.fixture(scope="module")
def falls(frame):
    return gc.fit("falls ~ time + (1 | id)", frame, time="time", family="poisson", exposure="days")


def test_outcomes_are_foretold_as_new_persons_given_what_was_seen(yes, frame):
    """Row by row what predict() says of a new person whose earlier outcomes were seen."""
    found = FAMILY_FIGURES["calibration"](groups=100).data(yes)
    later, before = frame[frame["time"] == 3], frame[frame["time"] < 3]
    known = yes.predict(later, people="new", seen=before)
    first = yes.predict(frame[frame["time"] == 0].head(1), people="average").iloc[0]
    for value in (*known[:5], first):
        assert np.abs(found["predicted"] - value).min() < 2e-4
    assert found["rows"].sum() == 360
    total = (found["observed"] * found["rows"]).sum()
    assert total == pytest.approx(frame["well"].sum())


def test_means_of_the_population_group_by_group(yes, frame):
    found = FAMILY_FIGURES["calibration"](people="average").data(yes)
    expected = yes.predict(frame.head(4), people="average")
    np.testing.assert_allclose(found["predicted"], np.sort(expected), rtol=1e-9)
    shares = frame.groupby("time")["well"].mean().to_numpy()[np.argsort(expected.to_numpy())]
    np.testing.assert_allclose(found["observed"], shares)
    low, high = stats.binomtest(int(shares[0] * 90 + 0.5), 90).proportion_ci(method="wilson")
    assert (found["low"].iloc[0], found["high"].iloc[0]) == pytest.approx((low, high), abs=1e-9)


def test_categories_have_a_curve_for_each_threshold(frame):
    fit = gc.fit("state ~ time + (1 | id)", frame, time="time", family="ordinal")
    found = FAMILY_FIGURES["calibration"](people="average").data(fit)
    assert found["event"].unique().tolist() == ["above 0", "above 1"]
    means = fit.predict(frame.head(4), people="average")
    np.testing.assert_allclose(found.groupby("event")["predicted"].sum().sum(), means.sum(), rtol=1e-9)


def test_known_persons_and_normal_outcomes_are_refused(yes, frame):
    with pytest.raises(ModelError, match="has seen it"):
        yes.plot.calibration(people="known")
    with pytest.raises(NotEstimableError, match="of counts"):
        yes.plot.rootogram()
    normal = gc.fit("days ~ time + (1 | id)", frame, time="time")
    with pytest.raises(NotEstimableError, match="not of normal outcomes; .* of normal ones"):
        normal.plot.calibration()
    logs = gc.fit("days ~ time + (1 | id)", frame, time="time", family="lognormal")
    with pytest.raises(NotEstimableError, match="not of log-normal outcomes; .* of their logarithms"):
        logs.plot.calibration()


@pytest.mark.parametrize(("family", "outcome"), [("poisson", "falls"), ("negative-binomial", "calls")])
def test_frequencies_are_those_of_a_dense_integral(frame, family, outcome):
    fit = gc.fit(f"{outcome} ~ time + (time | id)", frame, time="time", family=family, exposure="days")
    found = expected_frequencies(fit, 25)
    z, G = np.linspace(-9, 9, 301), fit.cov_re.to_numpy()
    weight = np.exp(-0.5 * z**2) / np.exp(-0.5 * z**2).sum()
    expected = np.zeros(26)
    for row in frame.itertuples():
        sd = np.sqrt([1, row.time] @ G @ [1, row.time])
        mean = row.days * np.exp(fit.params["intercept"] + fit.params["slope"] * row.time + sd * z)
        if family == "poisson":
            each = stats.poisson.pmf(np.arange(26)[:, None], mean)
        else:
            size = 1 / fit.family.values()[0]
            each = stats.nbinom.pmf(np.arange(26)[:, None], size, size / (size + mean))
        expected += each @ weight
    np.testing.assert_allclose(found, expected, rtol=1e-6)


def test_bars_hang_from_what_is_expected_and_the_band_holds_most_ends(falls):
    found = FAMILY_FIGURES["rootogram"]().data(falls)
    assert found["observed"].sum() == 360 and found["expected"].sum() == pytest.approx(360, abs=2.0)
    ends = np.sqrt(found["expected"]) - np.sqrt(found["observed"])
    assert ((ends >= found["low"] - 1e-9) & (ends <= found["high"] + 1e-9)).mean() > 0.85
    ax = falls.plot.rootogram()
    tops = [bar.get_y() + bar.get_height() for bar in ax.patches]
    np.testing.assert_allclose(tops[: len(found)], np.sqrt(found["expected"]), rtol=1e-9)
