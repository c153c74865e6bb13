"""Every public answer and figure, of models of every kind, on all shipped data: each ends well.

A question ends well in numbers (finite, or said to be missing) or in one sentence of the package's own. New answers,
options, figures and data sets join by themselves. Every question is asked of some models; `-m slow` asks all of all
(some two hours; what it found last is in docs/simulations.md).
"""

from __future__ import annotations

import itertools
import warnings
from functools import cache

import matplotlib.pyplot as plt
import pytest
from questions import calls_of, questions_of, values_of
from subjects import MODELS, NAMES, panel_and_model, table
from verdict import ending_of

import growthcurves as gc
from growthcurves.errors import GrowthCurvesError, GrowthCurvesWarning
from growthcurves.plots import FIGURES, PANEL_FIGURES

pytestmark = pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")

#: Each question is put to one in so many models.
SHARE = 36
#: And each question of a panel to one data set in so many.
PANEL_SHARE = 3
#: What the data cannot answer is refused before there is a fit.
REFUSED = {("spline", "orthodont"), ("occasions", "survey"), ("occasions", "oxboys")}


@cache
def fitted(model: str, data: str) -> gc.GrowthFit:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GrowthCurvesWarning)
        wanted, panel = panel_and_model(model, table(data))
        return gc.fit(wanted, panel)


def asked_of_fit(fit, data):
    values = values_of(table(data).times, list(fit.params.index), fit.panel.data)
    figures = [calls_of(name, getattr(fit.plot, name), values) for name in FIGURES]
    return [*questions_of(fit, values), *(one for figure in figures for one in figure)]


def faults(asked, whose):
    found = []
    for text, ask in asked:
        found += [f"{whose}: {text}: {wrong}" for wrong in ending_of(ask)]
        plt.close("all")
    return found


@pytest.mark.parametrize("turn, model", list(enumerate(MODELS)), ids=lambda part: str(part).replace(" ", "-"))
def test_answers_of_a_fit_end_well(turn, model):
    data = NAMES[turn % len(NAMES)]
    if (model, data) in REFUSED:
        data = "sleepstudy"
    asked = asked_of_fit(fitted(model, data), data)
    found = faults(itertools.islice(asked, turn % SHARE, None, SHARE), f"{model} of {data}")
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("data", NAMES)
@pytest.mark.parametrize("model", MODELS, ids=lambda name: name.replace(" ", "-"))
def test_all_answers_of_all_fits_end_well(model, data):
    if (model, data) in REFUSED:
        with pytest.raises(GrowthCurvesError):
            fitted(model, data)
        return
    fit = fitted(model, data)
    more = [("report", fit.report), ("ladder", lambda: gc.ladder(*panel_and_model(model, table(data))))]
    found = faults([*asked_of_fit(fit, data), *more], f"{model} of {data}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize("turn, data", list(enumerate(NAMES)), ids=str)
def test_answers_of_a_panel_end_well(turn, data):
    panel = panel_and_model("line", table(data))[1]
    values = values_of(table(data).times, [], panel.data)
    figures = [(name, lambda name=name: panel.plot(name)) for name in PANEL_FIGURES]
    grouped = [(name, lambda name=name: panel.plot(name, by="g")) for name in PANEL_FIGURES]
    asked = [*questions_of(panel, values), *figures, *grouped]
    found = faults(itertools.islice(asked, turn % PANEL_SHARE, None, PANEL_SHARE), data)
    assert not found, "\n".join(found)


@pytest.mark.slow
@pytest.mark.parametrize("data", NAMES)
def test_all_answers_of_a_panel_end_well(data):
    panel = panel_and_model("line", table(data))[1]
    values = values_of(table(data).times, [], panel.data)
    figures = [(f"{name} by {by}", lambda name=name, by=by: panel.plot(name, by=by))
               for name in PANEL_FIGURES for by in (None, "g")]  # fmt: skip
    found = faults([*questions_of(panel, values), *figures], data)
    assert not found, "\n".join(found)


@pytest.mark.parametrize("model", ["line by group", "times as levels", "quadratic"])
def test_ladder_and_compare_end_well(model):
    def asked():
        wanted, panel = panel_and_model(model, table("sleepstudy"))
        pair = (model, "no time")
        yield "ladder", lambda: gc.ladder(wanted, panel)
        yield "ladder's picture", lambda: gc.ladder(wanted, panel).plot()
        yield "compare", lambda: gc.compare(fitted(model, "sleepstudy"), fitted("own means", "sleepstudy"))
        yield (
            "compare by ML",
            lambda: gc.compare(*(fitted(one, "sleepstudy").refit("ml") for one in pair)),
        )

    found = faults(asked(), model)
    assert not found, "\n".join(found)
