"""Figures: their tables hold the right numbers, and their drawings keep the house rules."""

from __future__ import annotations

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

import growthcurves as gc
from growthcurves.errors import DataError, ModelError, NotEstimableError
from growthcurves.plots import FIGURES, FitPlots, plot_panel
from growthcurves.plots.figure import Scene
from growthcurves.plots.labels import columns_that_fit, spread
from growthcurves.plots.layers import person_alpha
from growthcurves.plots.panel import ObservedTrajectories
from growthcurves.plots.people import Groups, groups_of, sample_persons
from growthcurves.plots.slopes import Slopes, bin_edges, implied_density
from growthcurves.plots.style import GROUP_COLOURS, new_axes, with_unit
from growthcurves.plots.trajectories import Trajectories


@pytest.fixture(scope="module")
def trial():
    rng = np.random.default_rng(4)
    persons = 120
    frame = pd.DataFrame({"id": np.repeat(np.arange(persons), 4), "week": np.tile([0.0, 1, 2, 4], persons)})
    frame["arm"] = np.where(frame["id"] % 3 == 0, "placebo", "drug")
    start, rate = rng.normal(20, 4, persons), rng.normal(-1, 0.8, persons)
    frame["bdi"] = start[frame["id"]] + rate[frame["id"]] * frame["week"] + rng.normal(0, 1, len(frame))
    model = gc.GrowthModel(outcome="bdi", time="week", id="id", predictors="arm")
    return gc.fit(model, frame)


def test_sleepstudy_mean_and_band_of_persons(sleep):
    frame = Trajectories().data(sleep)
    parts = dict(list(frame.groupby("part")))
    mean = parts["mean"].set_index("time")["value"]
    # lme4 1.1-31: intercept 251.4051, slope 10.4673
    assert mean.loc[0.0] == pytest.approx(251.4051, abs=5e-4)
    assert mean.loc[9.0] == pytest.approx(251.4051 + 9 * 10.4673, abs=1e-3)
    # normal band: 251.4051 +- 1.959964 * 24.7407
    band = parts["persons"].set_index("time").loc[0.0]
    assert band["low"] == pytest.approx(251.4051 - 1.959964 * 24.7407, abs=5e-3)
    assert band["high"] == pytest.approx(251.4051 + 1.959964 * 24.7407, abs=5e-3)
    # t interval with 17 df (lmerTest 3.1-3): 251.4051 +- 2.109816 * 6.8246
    confidence = parts["confidence"].set_index("time").loc[0.0]
    assert confidence["high"] == pytest.approx(251.4051 + 2.109816 * 6.8246, abs=5e-3)
    assert len(parts["observed"]) == 180


def test_observed_lines_are_the_rows_of_the_table(sleep):
    observed = Trajectories().data(sleep).query("part == 'observed'")
    person = observed[observed["id"] == 308]
    rows = gc.load_dataset("sleepstudy").query("subject == 308")
    assert person["time"].tolist() == rows["day"].tolist()
    assert person["value"].tolist() == rows["reaction"].tolist()


def test_axes_carry_names_and_units(sleep):
    ax = sleep.plot.trajectories()
    assert ax.get_xlabel() == "day" and ax.get_ylabel() == "reaction (ms)"
    assert "95 % of persons" in [text.get_text() for text in ax.get_legend().get_texts()]
    ax = sleep.plot.slopes()
    assert ax.get_xlabel() == "change in reaction per day (ms)"


def test_one_panel_figures_draw_where_they_are_told(sleep):
    figure, axes = plt.subplots(1, 2)
    assert sleep.plot.trajectories(ax=axes[0]) is axes[0]
    assert sleep.plot.slopes(ax=axes[1]) is axes[1]
    assert plot_panel(sleep.panel, ax=axes[0]) is axes[0]
    assert len(plt.get_fignums()) == 1


def test_settings_are_never_global(sleep):
    before = dict(matplotlib.rcParams)
    sleep.plot.trajectories()
    plot_panel(sleep.panel)
    assert dict(matplotlib.rcParams) == before


def test_groups_are_named_at_their_lines_or_in_the_key(trial):
    ax = trial.plot.trajectories(by="arm")
    assert {"drug", "placebo"} <= {text.get_text() for text in ax.texts}
    frame, texts = Trajectories(by="arm").scene(trial)
    frame = frame.replace({"group": {"drug": "d" * 60}})
    scene = Scene(frame, texts | {"groups": ["d" * 60, "placebo"]})
    drawn = Trajectories(by="arm").draw(scene, new_axes())
    assert "placebo" not in {text.get_text() for text in drawn.texts}
    assert "placebo" in [text.get_text() for text in drawn.get_legend().get_texts()]


def test_group_means_are_those_of_the_model(trial):
    mean = Trajectories(by="arm").data(trial).query("part == 'mean' and time == 4.0").set_index("group")["value"]
    beta = trial.params
    assert mean["placebo"] == pytest.approx(beta["intercept"] + 4 * beta["slope"])
    arm = beta["intercept:arm[drug]"] + 4 * beta["slope:arm[drug]"]
    assert mean["drug"] - mean["placebo"] == pytest.approx(arm)


@pytest.mark.parametrize(("people", "count"), [(0, 0), (30, 30), (None, 120), (500, 120)])
def test_number_of_persons_drawn(trial, people, count):
    frame = Trajectories(people=people).data(trial)
    assert frame.loc[frame["part"] == "observed", "id"].nunique() == count
    trial.plot.trajectories(people=people)


def test_the_same_number_draws_the_same_persons(trial):
    one, other = Trajectories(people=20, rng=5).data(trial), Trajectories(people=20, rng=5).data(trial)
    pd.testing.assert_frame_equal(one, other)


def test_a_drawn_seed_is_printed_and_draws_the_same_again(trial):
    frame = Trajectories(people=20, rng=None).data(trial)
    seed = int(frame.attrs["note"].rsplit(" ", 1)[1])
    pd.testing.assert_frame_equal(frame, Trajectories(people=20, rng=seed).data(trial))


def test_groups_are_sampled_in_proportion():
    groups = Groups(("a", "b"), np.repeat([0, 1, -1], [300, 100, 50]))
    chosen = sample_persons(groups, 40, 1).persons
    assert np.bincount(groups.codes[chosen]).tolist() == [30, 10]
    assert len(set(chosen)) == 40


def test_negative_number_of_persons_is_refused(trial):
    with pytest.raises(ModelError, match="people=-1"):
        trial.plot.trajectories(people=-1)


def test_too_many_groups_are_refused(trial):
    with pytest.raises(DataError, match="120 groups"):
        groups_of(gc.Panel(trial.panel.data.assign(who=trial.panel.data["id"]), "id", "week", "bdi"), "who")


def test_unknown_figures_and_options_name_the_known(sleep):
    with pytest.raises(AttributeError, match="trajectories"):
        sleep.plot.trajectorys()
    with pytest.raises(ModelError, match="people"):
        sleep.plot.trajectories(persons=3)


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_says_its_options_and_is_listed(sleep, name):
    door = FitPlots(sleep)
    assert name in dir(door) and name in repr(door)
    documented = getattr(door, name).__doc__ or ""
    assert all(f"{option} : " in documented for option in (*FIGURES[name].__dataclass_fields__, "figsize"))


@pytest.mark.parametrize("name", [name for name in FIGURES if name not in ("residuals", "qq", "influence", "check")])
def test_every_figure_says_why_not_without_time(name):
    frame = gc.load_dataset("sleepstudy")
    fit = gc.fit("reaction ~ 1 + (1 | subject)", frame)
    with pytest.raises(NotEstimableError):
        getattr(FitPlots(fit), name)()


def test_withheld_spread_is_not_drawn():
    frame = gc.load_dataset("sleepstudy").query("day in (0, 5)")
    with pytest.warns(gc.errors.IdentificationWarning):
        fit = gc.fit("reaction ~ day + (day | subject)", frame)
    assert Slopes().why_not(fit) is not None
    ax = fit.plot.trajectories()
    assert "95 % of persons" not in [text.get_text() for text in ax.get_legend().get_texts()]


def test_slopes_of_sleepstudy(sleep):
    frame = Slopes().data(sleep)
    model = frame[frame["part"] == "model"]
    step = np.diff(model["rate"])[0]
    mean = (model["rate"] * model["density"]).sum() * step
    assert mean == pytest.approx(10.4673, abs=0.05)  # lme4 1.1-31; the tails end at 3 SD
    assert frame.loc[frame["part"] == "ols", "rate"].mean() == pytest.approx(10.4673, abs=5e-4)  # balanced


def test_implied_density_is_a_density():
    density = implied_density(np.array([0.0, 0.0, 4.0]), 1.0, np.array([-6.0, 10.0]))
    step = np.diff(density["rate"])[0]
    assert density["density"].sum() * step == pytest.approx(1.0, abs=1e-3)


def test_zero_is_an_edge_of_the_bins():
    edges = bin_edges(np.array([-1.3, 0.4, 2.7]), np.linspace(-0.5, 1.5, 30))
    assert 0.0 in edges and edges[0] <= -1.3 and edges[-1] >= 2.7


def test_bins_are_as_wide_as_freedman_and_diaconis_say():
    eb = np.linspace(0.0, 1.0, 1001)  # IQR .5, n 1001
    assert np.diff(bin_edges(np.array([-2.0, 3.0]), eb))[0] == pytest.approx(2 * 0.5 / 1001 ** (1 / 3))
    few, outlier = np.array([0.0, 0.4, 0.5, 0.6, 1.0]), np.array([-500.0, 500.0])
    assert np.diff(bin_edges(few, few))[0] == pytest.approx(1 / 6)
    assert len(bin_edges(outlier, eb)) <= 122


def test_rates_of_groups_have_a_curve_each(trial):
    frame = Slopes(by="arm").data(trial)
    for group, curve in frame[frame["part"] == "model"].groupby("group"):
        step = np.diff(curve["rate"])[0]
        slope = trial.params["slope"] + (trial.params["slope:arm[drug]"] if group == "drug" else 0.0)
        assert (curve["density"] * curve["rate"]).sum() * step == pytest.approx(slope, abs=0.01)
    assert frame.query("part == 'eb'").groupby("group")["id"].nunique().to_dict() == {"drug": 80, "placebo": 40}
    keyed = [text.get_text() for text in trial.plot.slopes(by="arm").get_legend().get_texts()]
    assert {"drug", "placebo"} <= set(keyed)


def test_observed_means_of_sleepstudy(sleep):
    means = ObservedTrajectories().data(sleep.panel).query("part == 'mean'").set_index("time")
    raw = gc.load_dataset("sleepstudy").groupby("day")["reaction"].mean()
    assert means["value"].to_numpy() == pytest.approx(raw.to_numpy())
    assert (means["rows"] == 18).all()


def test_observed_means_with_times_of_their_own():
    rng = np.random.default_rng(0)
    frame = pd.DataFrame({"id": np.repeat(range(50), 5), "t": rng.uniform(0, 10, 250), "y": 2.0})
    means = ObservedTrajectories().data(gc.Panel(frame, "id", "t", "y")).query("part == 'mean'")
    assert len(means) == 10 and means["rows"].sum() == 250 and means["time"].is_monotonic_increasing


def test_a_person_with_one_occasion_is_a_dot():
    frame = pd.DataFrame({"id": [1, 1, 2], "t": [0.0, 1, 0], "y": [1.0, 2, 3]})
    ax = plot_panel(gc.Panel(frame, "id", "t", "y"))
    assert any(line.get_xydata().tolist() == [[0.0, 3.0]] for line in ax.get_lines())


def test_panels_without_time_say_so():
    with pytest.raises(NotEstimableError, match="no time"):
        plot_panel(gc.Panel(pd.DataFrame({"id": [1, 2], "y": [1.0, 2]}), "id", None, "y"))


def test_colours_stay_apart_in_grey():
    """Relative luminance of the first three groups (ITU-R BT.709) differs by a tenth or more."""
    grey = [float(np.dot(to_rgb(colour), [0.2126, 0.7152, 0.0722])) for colour in GROUP_COLOURS[:3]]
    assert np.diff(sorted(grey)).min() > 0.1


@pytest.mark.parametrize("inches", [(3.4, 2.6), (6.0, 3.9)])
def test_nothing_is_clipped_with_long_names(inches):
    outcome = "total score of the inventory of depressive symptoms, second edition, rated by the person $x^2$"
    frame = gc.load_dataset("sleepstudy").rename(columns={"reaction": outcome})
    frame["group"] = np.where(
        frame["subject"] % 2, "treatment as usual in the outpatient clinic, monthly visits", "new"
    )
    model = gc.GrowthModel(outcome=outcome, time="day", id="subject")
    fit = gc.fit(model, gc.Panel(frame, "subject", "day", outcome, outcome_unit="points from 0 to 63"))
    ax = fit.plot.trajectories(by="group", ax=new_axes(inches))
    ax.figure.canvas.draw()
    box, page = ax.get_tightbbox(), ax.figure.bbox
    assert box.x0 >= -1 and box.y0 >= -1 and box.x1 <= page.width + 1 and box.y1 <= page.height + 1
    assert ax.get_position().height > 0.3


def test_pieces():
    assert spread(np.array([1.0, 1.0]), np.array([4.0, 4.0])).tolist() == [-1.0, 3.0]
    assert columns_that_fit([100, 100], 150) == 1
    assert person_alpha(1) > person_alpha(60) > person_alpha(2000) > 0
    assert with_unit("week", "weeks") == "week"
