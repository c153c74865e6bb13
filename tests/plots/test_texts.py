"""No two texts of a figure touch and none leaves the page: every figure on every shipped data set, wide and narrow."""

from __future__ import annotations

import warnings
from functools import lru_cache

import matplotlib.pyplot as plt
import pytest
from pictures import faults

import growthcurves as gc
from growthcurves.data.datasets import dataset_entry
from growthcurves.plots import FIGURES, LADDER_FIGURES, PANEL_FIGURES
from growthcurves.plots.figure import canvas_of
from growthcurves.plots.style import new_axes, new_figure, styled

DATASETS = [name for name in gc.list_datasets()["name"] if name != "sleepstudy_wide"]  # which sleepstudy is, reshaped
NARROW = {"ladder": (3.3, 5.0), "people": (3.3, 4.6), "variance_over_time": (3.3, 5.0), "residuals": (3.3, 4.6)}
NARROW |= {"qq": (3.3, 6.2), "influence": (3.3, 4.6), "check": (3.3, 20.0)}
WIDE = {"variance_over_time": (6.4, 2.7), "check": (6.4, 10.2)}


@lru_cache
def shipped(name):
    """The panel of a shipped data set, and its first column of groups."""
    entry = dataset_entry(name)
    roles, units = dict(entry["roles"]), entry["units"]
    data = gc.load_dataset(name)
    if entry["layout"] == "wide":
        data = gc.to_long(data, id=roles["id"], time=roles["time"], columns=entry["columns"])
    panel = gc.Panel(data, **roles, time_unit=units["time"], outcome_unit=units["outcome"])
    return panel, next(iter(entry.get("levels", {})), None)


@lru_cache
def fitted(name):
    """A straight-line model, with the groups as predictor where there are any."""
    panel, by = shipped(name)
    model = gc.GrowthModel(
        outcome=panel.outcome, time=panel.time, id=panel.id, predictors=None if by is None else f"`{by}`"
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.GrowthCurvesWarning)
        return gc.fit(model, panel)


def canvas(kind, name, narrow):
    """New axes or a new figure, of the width of a column in a journal or as wide as the figure likes to be."""
    inches = NARROW.get(name, (3.3, 2.8)) if narrow else WIDE.get(name, (6.0, 3.9))
    return new_axes(inches) if canvas_of(kind) == "ax" else new_figure(inches)


def check(kind, name, subject, options):
    figure = kind(**options)
    if figure.why_not(subject) is not None:
        pytest.skip("this figure does not apply")
    scene = figure.scene(subject)
    for narrow in (True, False):
        with styled():
            drawn = figure.draw(scene, canvas(kind, name, narrow))
        page = drawn if canvas_of(kind) == "fig" else drawn.figure
        assert faults(page) == ([], []), "narrow" if narrow else "wide"
        assert all(ax.get_window_extent().height > 20 for ax in page.axes if ax.get_visible())
        plt.close(page)


def cases(figures):
    found = []
    for dataset in DATASETS:
        by = next(iter(dataset_entry(dataset).get("levels", {})), None)
        for name, kind in figures.items():
            grouped = by is not None and "by" in kind.__dataclass_fields__
            for options in [{}, {"by": by}] if grouped else [{}]:
                found.append(pytest.param(dataset, name, options, id=f"{dataset}-{name}" + "-by" * bool(options)))
    return found


@pytest.mark.covering
@pytest.mark.parametrize(("dataset", "name", "options"), cases(FIGURES))
def test_texts_of_a_fit(dataset, name, options):
    check(FIGURES[name], name, fitted(dataset), options)


@pytest.mark.covering
@pytest.mark.parametrize(("dataset", "name", "options"), cases(PANEL_FIGURES))
def test_texts_of_a_panel(dataset, name, options):
    check(PANEL_FIGURES[name], name, shipped(dataset)[0], options)


@pytest.mark.parametrize("dataset", ["orthodont", "bodyweight"])
def test_texts_of_a_ladder(dataset):
    panel, by = shipped(dataset)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.GrowthCurvesWarning)
        ladder = gc.ladder(fitted(dataset).model, panel, steps=[{"intercept": by}])
    for name, kind in LADDER_FIGURES.items():
        check(kind, name, ladder, {})


LONG = "total score of the inventory of depressive symptoms, second edition, rated by the person $x^2$"
GROUPS = ("treatment as usual in the outpatient clinic, monthly visits", "new", "waiting list")


@lru_cache
def long_names():
    frame = gc.load_dataset("sleepstudy").rename(columns={"reaction": LONG})
    frame["group"] = [GROUPS[subject % 3] for subject in frame["subject"]]
    frame["subject"] = [f"participant-of-the-first-cohort-{subject}" for subject in frame["subject"]]
    panel = gc.Panel(frame, "subject", "day", LONG, outcome_unit="points from 0 to 63")
    return gc.fit(gc.GrowthModel(outcome=LONG, time="day", id="subject", shape="quadratic"), panel)


@pytest.mark.parametrize("name", FIGURES)
def test_long_names_of_a_fit(name):
    options = {"by": "group"} if "by" in FIGURES[name].__dataclass_fields__ else {}
    check(FIGURES[name], name, long_names(), options)


@pytest.mark.parametrize("name", PANEL_FIGURES)
def test_long_names_of_a_panel(name):
    check(PANEL_FIGURES[name], name, long_names().panel, {"by": "group"})


@pytest.mark.parametrize("options", [{"color": "age"}, {"color": "severity", "lines": "eb"}, {"by": "arm"}])
def test_highlighted_and_coloured_persons(options):
    fit = fitted("trial")
    check(FIGURES["trajectories"], "trajectories", fit, options | {"highlight": fit.panel.persons.labels[:4]})


def test_the_check_sees_what_touches_and_what_leaves():
    page = plt.figure(figsize=(3, 2))
    page.text(0.5, 0.5, "one")
    page.text(0.52, 0.5, "other")
    page.text(0.95, 0.1, "a long text that leaves")
    assert faults(page) == ([("one", "other")], ["a long text that leaves"])
    plt.close(page)
