"""The simulated data sets: their true values lie inside the 95 % intervals, as often as they should.

The one draw that ships is checked value by value (its seed was chosen for that, see datasets/simulate.py). That the
script draws what it says, and that the intervals cover as often as they claim, is the slow test: over fresh draws the
share of covered values must be .95 within three Monte Carlo standard errors.
"""

from __future__ import annotations

import runpy
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.data.datasets import dataset_entry

SCRIPT = Path(__file__).resolve().parents[1] / "datasets" / "simulate.py"
MODELS = {
    "trial": gc.GrowthModel(
        outcome="depression",
        time="week",
        id="patient",
        wave="visit",
        predictors={"intercept": "age + severity + arm", "slope": "arm"},
    ),
    "survey": gc.GrowthModel(
        outcome="wellbeing",
        time="year",
        id="person",
        wave="wave",
        predictors="education",
        time_varying="stress_within + stress_between",
    ),
}


def fit_true_model(name, data):
    if name == "survey":
        data = gc.within_between(data, id="person", columns="stress")
    return gc.fit(MODELS[name], data)


def covered(fit, truth):
    """Whether each true value lies inside its interval: fixed effects by t, variance components by Wald."""
    values = pd.Series({**truth["fixed"], **truth["random"]})
    intervals = fit.conf_int().loc[values.index]
    return (intervals["conf_low"] <= values) & (values <= intervals["conf_high"])


@pytest.mark.parametrize("name", MODELS)
def test_the_truth_lies_inside_the_intervals(name):
    fit, truth = fit_true_model(name, gc.load_dataset(name)), dataset_entry(name)["truth"]
    assert set(truth["fixed"]) == set(fit.terms)
    assert covered(fit, truth).all()


@pytest.mark.slow
@pytest.mark.parametrize("name", MODELS)
def test_intervals_cover_as_often_as_they_say(name):
    if not SCRIPT.is_file():
        pytest.skip("not a checkout")
    made, draws = runpy.run_path(str(SCRIPT)), 400
    truth = made[name.upper()]
    inside = []
    for seed in range(1001, 1001 + draws):
        data = pd.DataFrame(made[name](truth | {"seed": seed}))
        for column, labels in dataset_entry(name)["levels"].items():
            data[column] = pd.Categorical(data[column], categories=labels)
        inside.append(covered(fit_true_model(name, data), truth))
    share = pd.DataFrame(inside).mean()
    error = np.sqrt(0.95 * 0.05 / draws)
    assert (abs(share - 0.95) < 3 * error).all(), share
