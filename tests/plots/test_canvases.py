"""Whatever a figure is drawn on, nothing is cut at the edge, and the user's sizes and settings are kept."""

from __future__ import annotations

from functools import lru_cache

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import ModelError
from growthcurves.plots import FIGURES, PANEL_FIGURES
from growthcurves.plots.figure import canvas_of
from growthcurves.plots.style import colour_of, styled


@lru_cache
def subjects():
    """A trial of two arms, and lung function over dates, whose rates have many digits; each with its groups."""
    trial = gc.load_dataset("trial").query("patient < 'P080'")
    arms = gc.Panel(trial, "patient", "week", "depression", wave="visit", time_unit="weeks", outcome_unit="points")
    rng = np.random.default_rng(1)
    person = np.repeat(np.arange(40), 4)
    days = np.concatenate([np.sort(np.r_[0, rng.integers(60, 1500, 3)]) for _ in range(40)])
    lungs = 3.2 + rng.normal(0, 0.4, 40)[person] - rng.normal(1e-4, 5e-5, 40)[person] * days + rng.normal(0, 0.05, 160)
    dates = pd.DataFrame({"person": person, "visit_date": pd.Timestamp("2015-03-01") + pd.to_timedelta(days, "D")})
    dates = dates.assign(fev1=lungs, sex=np.where(person % 2, "men", "women"))
    years = gc.Panel(dates, "person", "visit_date", "fev1", outcome_unit="litres")
    return [
        (gc.fit("depression ~ week * arm + (week | patient)", arms), "arm"),
        (gc.fit("fev1 ~ visit_date * sex + (visit_date | person)", years), "sex"),
    ]


def calls(name, registry):
    """Ways to draw a figure, each taking the canvas as an option."""
    for fit, by in subjects():
        subject = fit if registry is FIGURES else fit.panel
        kind = registry[name]
        if kind().why_not(subject) is None:
            grouped = {"by": by} if "by" in kind.__dataclass_fields__ else {}
            draw = getattr(fit.plot, name) if registry is FIGURES else lambda p=fit.panel, **more: p.plot(name, **more)
            yield draw, grouped


def cut(page):
    """What leaves the page, or has no room left."""
    page.draw_without_rendering()
    boxes = [ax.get_tightbbox() for ax in page.axes if ax.get_visible()]
    boxes += [legend.get_window_extent() for legend in page.legends]
    edge = page.bbox
    out = [box for box in boxes if min(box.x0, box.y0) < -1 or box.x1 > edge.x1 + 1 or box.y1 > edge.y1 + 1]
    small = [ax for ax in page.axes if ax.get_visible() and min(ax.bbox.width, ax.bbox.height) < 20]
    return out + small


def height_of(name, several):
    return 20.0 if name == "check" else 4.6 if several else 2.6


def page_of(drawn):
    return drawn if hasattr(drawn, "savefig") else drawn.figure


CASES = [(name, registry) for registry in (FIGURES, PANEL_FIGURES) for name in registry]


@pytest.mark.covering
@pytest.mark.parametrize("layout", ["constrained", None])
@pytest.mark.parametrize(("name", "registry"), CASES)
def test_nothing_is_cut_on_a_figure_of_ones_own(name, registry, layout):
    several = canvas_of(registry[name]) == "fig"
    for draw, options in calls(name, registry):
        page = plt.figure(figsize=(3.3, height_of(name, several)), layout=layout)
        draw(**options, **({"fig": page} if several else {"ax": page.subplots()}))
        assert not cut(page)


@pytest.mark.covering
@pytest.mark.parametrize("width", [3.3, 6.4])
@pytest.mark.parametrize(("name", "registry"), CASES)
def test_nothing_is_cut_on_a_new_figure(name, registry, width):
    several = canvas_of(registry[name]) == "fig"
    for draw, options in calls(name, registry):
        size = (width, height_of(name, several))
        page = page_of(draw(figsize=size, **options))
        assert page.get_size_inches().tolist() == list(size)
        assert not cut(page)


def test_nothing_is_cut_in_a_plain_grid_of_axes():
    fit, by = subjects()[1]
    page, axes = plt.subplots(2, 2, figsize=(6.6, 5.2))
    fit.plot.trajectories(by=by, ax=axes[0, 0])
    fit.plot.shrinkage(ax=axes[0, 1])
    fit.plot.start_and_rate(by=by, ax=axes[1, 0])
    fit.plot.slopes(ax=axes[1, 1])
    assert not cut(page)


def test_a_layout_that_was_chosen_stays():
    fit, _ = subjects()[0]
    page, ax = plt.subplots(layout="tight")
    engine = page.get_layout_engine()
    fit.plot.slopes(ax=ax)
    assert page.get_layout_engine() is engine


def test_the_users_settings_go_before_those_of_the_house():
    fit, _ = subjects()[0]
    chosen = {"font.size": 12.0, "figure.dpi": 77, "figure.figsize": (4.5, 3.0), "axes.labelcolor": "#010203"}
    with matplotlib.rc_context(chosen):
        ax = fit.plot.trajectories(by="arm")
    assert ax.xaxis.label.get_size() == 12.0 and ax.figure.dpi == 77
    assert ax.figure.get_size_inches().tolist() == [4.5, 3.0]
    assert ax.xaxis.label.get_color() == "#010203"
    assert {text.get_size() for text in ax.texts} <= {11.0, 11.5}
    assert not cut(ax.figure)


def test_groups_have_the_users_colours():
    with matplotlib.rc_context({"axes.prop_cycle": matplotlib.cycler(color=["#111111", "#eeeeee"])}):
        with styled():
            assert [colour_of(place) for place in range(3)] == ["#111111", "#eeeeee", "#111111"]
        with styled(house=True):
            assert colour_of(0) == "#004488"


@pytest.mark.parametrize("wrong", [(3.3,), "wide", (0, 2), (float("nan"), 2), 4])
def test_sizes_that_are_none(wrong):
    fit, _ = subjects()[0]
    with pytest.raises(ModelError, match="figsize"):
        fit.plot.slopes(figsize=wrong)


def test_a_size_and_a_canvas_are_one_too_many():
    fit, _ = subjects()[0]
    with pytest.raises(ModelError, match="figsize= is the size of a new figure, and ax= gives one"):
        fit.plot.slopes(figsize=(3, 3), ax=plt.figure().subplots())
