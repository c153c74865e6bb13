"""Variance over time, missing waves and dropout: their numbers by hand, by pandas, or from lme4."""

from __future__ import annotations

from contextlib import nullcontext

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import IdentificationWarning, ModelError, NotEstimableError
from growthcurves.plots.dropout import Dropout
from growthcurves.plots.labels import thinned
from growthcurves.plots.missing import Missing
from growthcurves.plots.variance_over_time import VarianceOverTime
from growthcurves.results.variation.spread import within_variance

# lme4 1.1-31, sleepstudy, REML
VAR_INTERCEPT, VAR_SLOPE = 24.7407**2, 5.9221**2
COVARIANCE, RESIDUAL = 0.0656 * 24.7407 * 5.9221, 25.5918**2


@pytest.fixture(scope="module")
def raw():
    return gc.load_dataset("sleepstudy").pivot(index="subject", columns="day", values="reaction")


def values(frame, quantity, part):
    return frame.query("quantity == @quantity and part == @part").set_index("time")["value"]


def between(time):
    return VAR_INTERCEPT + 2 * time * COVARIANCE + time**2 * VAR_SLOPE


def test_implied_spread_of_sleepstudy(sleep):
    frame = VarianceOverTime().data(sleep)
    for time in (0.0, 9.0):
        assert values(frame, "sd", "implied")[time] == pytest.approx(np.sqrt(between(time) + RESIDUAL), rel=1e-4)
        assert values(frame, "sd between", "implied")[time] == pytest.approx(np.sqrt(between(time)), rel=1e-3)
        icc = between(time) / (between(time) + RESIDUAL)
        assert values(frame, "icc", "implied")[time] == pytest.approx(icc, abs=5e-4)
    correlation = (VAR_INTERCEPT + 9 * COVARIANCE) / np.sqrt((between(0) + RESIDUAL) * (between(9) + RESIDUAL))
    assert values(frame, "correlation", "implied")[9.0] == pytest.approx(correlation, abs=5e-4)
    # two measurements at one time correlate by the ICC
    assert values(frame, "correlation", "implied")[0.0] == pytest.approx(values(frame, "icc", "implied")[0.0])


def test_observed_spread_is_that_of_the_data(sleep, raw):
    frame = VarianceOverTime(reference=4).data(sleep)
    assert values(frame, "sd", "observed").to_numpy() == pytest.approx(raw.std().to_numpy())
    expected = raw.corr()[4].drop(4)
    assert values(frame, "correlation", "observed").dropna().to_numpy() == pytest.approx(expected.to_numpy())
    assert frame.attrs["correlation"] == "correlation with that at day 4"
    # balanced data: the pooled variance about own lines is the REML residual variance
    assert values(frame, "icc", "observed").to_numpy() == pytest.approx(1 - RESIDUAL / raw.var().to_numpy(), abs=1e-4)


def test_variance_within_persons_is_that_of_own_regressions():
    trial = gc.load_dataset("trial")
    fit = gc.fit("depression ~ week + age + (week | patient)", trial)
    squares, df = 0.0, 0
    for _, rows in trial.groupby("patient"):
        if len(rows) > 2:
            squares += np.polyfit(rows["week"], rows["depression"], 1, full=True)[1][0]
            df += len(rows) - 2
    assert within_variance(fit, fit.panel.values - fit.predict(people="average").to_numpy()) == pytest.approx(
        squares / df
    )


def test_times_of_their_own_are_put_together_by_wave_or_range():
    survey = gc.load_dataset("survey")
    by_wave = gc.Panel(survey, "person", "year", "wellbeing", wave="wave")
    fit = gc.fit("wellbeing ~ year + (year | person)", by_wave)
    counts = VarianceOverTime().data(fit).query("quantity == 'sd' and part == 'observed'")["persons"]
    assert counts.tolist() == survey["wave"].value_counts().sort_index().tolist()
    fit = gc.fit("wellbeing ~ year + (year | person)", gc.Panel(survey, "person", "year", "wellbeing"))
    ranges = VarianceOverTime().data(fit).query("quantity == 'sd' and part == 'observed'")
    assert 5 <= len(ranges) <= 10 and ranges["time"].is_monotonic_increasing


def test_occasions_of_few_persons_show_no_spread(raw):
    frame = gc.load_dataset("sleepstudy").query("day < 9 or subject < 312")
    fit = gc.fit("reaction ~ day + (day | subject)", frame)
    assert np.isnan(values(VarianceOverTime().data(fit), "sd", "observed")[9.0])
    assert raw.index[raw.index < 312].size < 5


def test_panels_stand_as_there_is_room(sleep):
    wide = sleep.plot.variance_over_time()
    assert len({round(ax.get_position().y0, 2) for ax in wide.axes}) == 1
    narrow = sleep.plot.variance_over_time(fig=plt.figure(figsize=(3.3, 5)))
    assert len(narrow.axes) == 3
    assert len({round(ax.get_position().x0, 2) for ax in narrow.axes}) == 1


def test_without_random_effects_the_spread_over_time_has_no_icc(raw):
    """By hand: AR(1) of one SD; and the data as they are."""
    model = gc.GrowthModel(outcome="reaction", time="day", id="subject", random=(), residual="ar1")
    fit = gc.fit(model, gc.load_dataset("sleepstudy"))
    frame = VarianceOverTime().data(fit)
    sd, rho = fit.variance_components(method="wald").set_index("term")["estimate"][["sd:residual", "ar1"]]
    assert set(frame["quantity"]) == {"sd", "correlation"}
    assert values(frame, "sd", "implied").to_numpy() == pytest.approx(sd)
    assert values(frame, "correlation", "implied").to_numpy() == pytest.approx(rho ** np.arange(10))
    assert values(frame, "sd", "observed").to_numpy() == pytest.approx(raw.std().to_numpy())
    assert len(fit.plot.variance_over_time().axes) == 2


def test_what_is_known_of_the_spread_is_drawn_where_the_split_is_not():
    """A random intercept adds nothing to an unstructured covariance: lines are those without it."""
    data, lines = gc.load_dataset("orthodont"), []
    for random in ((), ("intercept",)):
        with pytest.warns(IdentificationWarning) if random else nullcontext():
            fit = gc.fit(gc.GrowthModel("distance", "age", "subject", random=random, residual="un"), data)
        frame = VarianceOverTime().data(fit)
        assert set(frame["quantity"]) == {"sd", "correlation"}
        lines.append(frame[frame["part"] == "implied"].set_index(["quantity", "time"])["value"])
    assert lines[0].to_numpy() == pytest.approx(lines[1].to_numpy(), rel=1e-5)
    timeless = gc.fit("distance ~ factor(age) + us(age | subject)", data.assign(age="y" + data["age"].astype(str)))
    with pytest.raises(NotEstimableError, match="no time, and so no spread over time"):
        timeless.plot.variance_over_time()


@pytest.fixture(scope="module")
def panel():
    seen = {"a": "xxx", "b": "xx.", "c": "xx.", "d": "x.x", "e": "xxx", "f": "x..", "g": "xx."}
    rows = [
        {"who": who, "week": 2.0 * wave, "y": float(wave), "arm": "new" if who in "abc" else "old"}
        for who, pattern in seen.items()
        for wave, letter in enumerate(pattern)
        if letter == "x"
    ]
    return gc.Panel(pd.DataFrame(rows), "who", "week", "y")


def test_patterns_by_hand(panel):
    frame = Missing().data(panel).set_index("pattern")
    assert frame["persons"].to_dict() == {"xx.": 3, "xxx": 2, "x..": 1, "x.x": 1}
    assert frame.index[0] == "xx."
    assert frame.loc["xx.", "percent"] == pytest.approx(300 / 7)
    assert frame.loc["x.x", "kind"] == "intermittent"


def test_patterns_of_groups_by_hand(panel):
    frame = Missing(by="arm").data(panel).set_index(["pattern", "group"])
    assert frame.loc[("xx.", "new"), "percent"] == pytest.approx(200 / 3)
    assert frame.loc[("xx.", "old"), "percent"] == pytest.approx(25)
    assert frame.loc[("x..", "new"), "persons"] == 0
    assert frame.groupby("group")["percent"].sum().to_numpy() == pytest.approx([100, 100])
    ax = panel.plot("missing", by="arm")
    assert {"new", "old", "67 %"} <= {text.get_text() for text in ax.texts}


def test_rare_patterns_are_counted_together(panel):
    frame = Missing(patterns=2).data(panel)
    assert frame["persons"].tolist() == [3, 2, 2]
    assert frame["pattern"].isna().tolist() == [False, False, True]
    assert "all other patterns" in [text.get_text() for text in panel.plot("missing", patterns=2).texts]


def test_dropout_by_hand(panel):
    frame = Dropout(by="arm").data(panel).set_index(["group", "time"])
    assert frame.loc["old"]["percent_remaining"].tolist() == [100, 75, 50]
    assert frame.loc["old"]["percent_observed"].tolist() == [100, 50, 50]
    assert frame.loc["new"]["remaining"].tolist() == [3, 3, 1]
    ax = panel.plot("dropout", by="arm")
    assert {"new", "old", "3", "1"} <= {text.get_text() for text in ax.texts}


def test_panels_without_waves_say_so():
    survey = gc.Panel(gc.load_dataset("survey"), "person", "year", "wellbeing")
    for kind in ("missing", "dropout"):
        with pytest.raises(NotEstimableError, match="wave="):
            survey.plot(kind)


def test_options_of_panel_figures(panel):
    with pytest.raises(ModelError, match="missing"):
        panel.plot("mising")
    with pytest.raises(ModelError, match="patterns"):
        panel.plot("missing", patterns=0)
    with pytest.raises(ModelError, match="known|Known"):
        panel.plot("dropout", people=3)
    people = panel.data.assign(who_again=panel.data["who"])
    with pytest.raises(ModelError, match="at most 4"):
        gc.Panel(people, "who", "week", "y").plot("missing", by="who_again")


def test_labels_are_thinned_where_they_would_touch():
    assert thinned(["a"] * 5, np.arange(5.0), 400) == [0, 1, 2, 3, 4]
    assert thinned(["a long name"] * 5, np.arange(5.0), 200) == [0, 2, 4]
    assert thinned(["100"] * 40, np.arange(40.0), 170) == [0, 10, 20, 30]  # no steps of seven
