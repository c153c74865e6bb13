"""Around trajectories: visits and the numbers seen, panels of groups, the outcome's scale, persons by name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

import growthcurves as gc
from growthcurves.errors import DataError, ModelError, NotEstimableError
from growthcurves.plots.panel import ObservedTrajectories
from growthcurves.plots.trajectories import Trajectories

SITES = ("Aachen", "Bonn", "Celle", "Trier")


@pytest.fixture(scope="module")
def panel():
    """Twelve persons of four sites, three visits; the third person misses the second visit, the last the third."""
    rng = np.random.default_rng(3)
    rows = [(who, week) for who in range(12) for week in (0.0, 2.0, 6.0) if (who, week) not in [(2, 2.0), (11, 6.0)]]
    frame = pd.DataFrame(rows, columns=["who", "week"])
    own = rng.normal(0, 4, 12)[frame["who"]]
    frame["score"] = (20 + 2 * frame["week"] + own + rng.normal(0, 1, len(frame))).round(2)
    frame["site"] = np.array(SITES)[frame["who"] % 4]
    frame["arm"] = np.where(frame["who"] % 2, "drug", "placebo")
    return gc.Panel(frame, "who", "week", "score")


@pytest.fixture(scope="module")
def fit(panel):
    return gc.fit("score ~ week * arm + (1 | who)", panel)


@pytest.fixture(scope="module")
def dates():
    """Times of their own: nobody could miss a visit."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"who": np.repeat(range(30), 5), "t": rng.uniform(0, 9, 150), "y": 2.0})
    return gc.Panel(frame, "who", "t", "y")


def texts(ax):
    return [text.get_text() for text in ax.texts]


def test_numbers_seen_by_hand(panel, fit):
    for figure, subject in ((ObservedTrajectories(), panel), (Trajectories(), fit)):
        seen = figure.data(subject).query("part == 'seen'").set_index("time")["persons"]
        assert seen.to_dict() == {0.0: 12, 2.0: 11, 6.0: 11}
    by = Trajectories(by="arm").data(fit).query("part == 'seen'").set_index(["group", "time"])["persons"]
    assert by["placebo"].tolist() == [6, 5, 6] and by["drug"].tolist() == [6, 6, 5]


def test_numbers_stand_under_ticks_at_the_visits(panel):
    ax = panel.plot()
    assert ax.get_xticks().tolist() == [0, 2, 6]
    assert texts(ax) == ["12", "11", "11", "n"]
    bare = panel.plot(numbers=False)
    assert not bare.texts and bare.get_xticks().tolist() == [0, 2, 6]


def test_two_rows_for_one_visit_are_one_person(panel):
    twice = pd.concat([panel.data, panel.data.iloc[[0]]])
    seen = ObservedTrajectories().data(gc.Panel(twice, "who", "week", "score")).query("part == 'seen'")
    assert seen["persons"].tolist() == [12, 11, 11]


def test_without_visits_the_numbers_are_those_still_followed(dates):
    """Counted by hand from each person's first and last time; at no round time where nothing passes."""
    frame = dates.data.groupby("who")["t"].agg(["min", "max"])
    counted = {at: int(((frame["min"] <= at) & (frame["max"] >= at)).sum()) for at in (2.0, 4.0, 6.0, 8.0)}
    seen = ObservedTrajectories().data(dates).query("part == 'seen'").set_index("time")["persons"]
    assert seen.to_dict() == counted
    ax = dates.plot(numbers=True)
    assert texts(ax) == [*map(str, counted.values()), "n"] and ax.get_xticks().tolist() == [2, 4, 6, 8]
    assert "still followed" in [text.get_text() for text in ax.get_legend().get_texts()]
    assert not dates.plot(numbers=False).texts


def test_of_a_predictor_that_is_no_time_nobody_is_followed():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"school": np.repeat(range(30), 5), "ses": rng.normal(size=150), "math": rng.normal(size=150)})
    panel = gc.Panel(frame, "school", "ses", "math")
    assert not panel.plot().texts
    with pytest.raises(NotEstimableError, match="no common grid"):
        panel.plot(numbers=True)


def test_several_groups_have_a_panel_each_with_common_limits(panel):
    ax = panel.plot(by="site")
    assert [one.get_title(loc="left") for one in ax.child_axes] == list(SITES)
    assert texts(ax.child_axes[2]) == ["3", "2", "3", "n"]
    assert texts(ax.child_axes[1]) == ["3", "at each", ""], "a number that is the same at all visits"
    ax.set_ylim(0, 63)
    assert {one.get_ylim() for one in ax.child_axes} == {(0, 63)}
    assert ax.get_xlabel() == "week" and ax.get_ylabel() == "score"


def test_two_groups_stand_together(panel):
    assert not panel.plot(by="arm").child_axes


def test_bands_and_axes_stay_inside_the_scale(panel, fit):
    top, low = panel.values.max() + 0.01, panel.values.min() - 0.01
    for figure, subject in ((ObservedTrajectories(limits=(low, top)), panel), (Trajectories(limits=(low, top)), fit)):
        frame = figure.data(subject)
        assert frame["high"].max() <= top and frame["low"].min() >= low
        wide = type(figure)().data(subject)
        inner = wide["high"] < top
        assert frame["high"][inner].tolist() == wide["high"][inner].tolist()
    shown = fit.plot.trajectories(limits=(low, top)).get_ylim()
    assert shown[0] >= low and shown[1] <= top
    half = fit.plot.trajectories(limits=(0, None)).get_ylim()
    assert half[1] > top and half[0] >= 0


@pytest.mark.parametrize("limits", [(63, 0), (0,), "0-63", 5, (0, "x"), (float("nan"), 3)])
def test_limits_that_are_none(panel, limits):
    with pytest.raises(ModelError, match="limits"):
        panel.plot(limits=limits)


def test_observed_values_outside_the_scale_are_told(panel):
    with pytest.raises(ModelError, match="lie outside"):
        panel.plot(limits=(0, 25))


def test_persons_by_name(panel, fit):
    ax = panel.plot(people=[3, 1])
    assert {"3", "1"} <= set(texts(ax))
    frame = ObservedTrajectories(people=[3, 1]).data(panel)
    assert frame.query("part == 'highlighted'")["id"].unique().tolist() == [3, 1]
    assert not (frame["part"] == "observed").any()
    assert Trajectories(people="7", lines="eb").data(fit).query("part == 'highlighted'")["id"].unique().tolist() == [7]
    inside = panel.plot(by="site", people=[0, 1]).child_axes
    assert "0" in texts(inside[0]) and "1" in texts(inside[1])
    with pytest.raises(DataError, match="33"):
        panel.plot(people=[1, 33])


def test_many_persons_by_name_are_drawn_without_names(dates):
    frame = ObservedTrajectories(people=list(range(20))).data(dates)
    assert frame.query("part == 'observed'")["id"].nunique() == 20
    assert not dates.plot(people=list(range(20)), numbers=False).texts


def test_the_band_of_the_observed_mean(panel):
    """At a visit: mean -+ t(n - 1) s / sqrt(n)."""
    means = ObservedTrajectories(level=0.9).data(panel).query("part == 'mean'").set_index("time")
    for week, values in panel.frame.groupby("week")["score"]:
        reach = t.ppf(0.95, len(values) - 1) * values.std() / np.sqrt(len(values))
        assert means.loc[week, "high"] == pytest.approx(values.mean() + reach, rel=1e-12)
        assert means.loc[week, "low"] == pytest.approx(values.mean() - reach, rel=1e-12)


def test_the_band_counts_persons_where_they_have_several_rows():
    """Every row given three times says nothing more: the band stays that of one row a person."""
    rng = np.random.default_rng(8)
    once = pd.DataFrame({"who": range(40), "t": 1.0, "y": rng.normal(size=40)})
    thrice = pd.concat([once] * 3)
    bands = [ObservedTrajectories().data(gc.Panel(data, "who", "t", "y")) for data in (once, thrice)]
    one, other = (band.query("part == 'mean'")[["value", "low", "high"]].to_numpy() for band in bands)
    assert other == pytest.approx(one, rel=1e-12)


def test_one_person_has_no_band():
    single = gc.Panel(pd.DataFrame({"who": [1, 1], "t": [0, 1], "y": [1.0, 2]}), "who", "t", "y")
    frame = ObservedTrajectories().data(single)
    assert frame.query("part == 'mean'")["low"].isna().all()


def test_many_occasions_at_times_of_ones_own_are_dots():
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"who": np.repeat(range(8), 30), "t": rng.normal(size=240), "y": rng.normal(size=240)})
    ax = gc.Panel(frame, "who", "t", "y").plot()
    assert sum(len(line.get_xdata()) for line in ax.get_lines() if line.get_marker() == ".") == 240
