"""The scale of an outcome is said once, of the panel: figures, predictions and the report keep to it."""

from __future__ import annotations

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import ModelError


@pytest.fixture(scope="module")
def panel():
    data = gc.load_dataset("trial")
    roles = {"id": "patient", "time": "week", "outcome": "depression"}
    return gc.Panel(data, **roles, outcome_unit="points", limits=(0, 48))


@pytest.fixture(scope="module")
def fit(panel):
    return gc.fit(gc.GrowthModel("depression", "week", "patient", predictors="arm"), panel)


def test_figures_take_the_scale_from_the_panel():
    data, roles = gc.load_dataset("sleepstudy"), {"id": "subject", "time": "day", "outcome": "reaction"}
    model = gc.GrowthModel("reaction", "day", "subject")
    low, high = gc.fit(model, gc.Panel(data, **roles, limits=(194, 467))).plot.trajectories().get_ylim()
    free = gc.fit(model, gc.Panel(data, **roles)).plot.trajectories().get_ylim()
    assert (low, high) == (max(194, free[0]), min(467, free[1])) != tuple(free)


def test_intervals_of_predictions_end_where_the_scale_does(panel, fit):
    """Inside the scale they are those of the same fit without it; beyond it they are its ends."""
    free = gc.fit(fit.model, panel.data)
    late = panel.data.iloc[:40].assign(week=np.linspace(0, 90, 40))
    asked = {"people": "average", "interval": "prediction"}
    kept, whole = fit.predict(late, **asked), free.predict(late, **asked)
    assert whole["conf_low"].min() < 0
    for end in ("conf_low", "conf_high"):
        np.testing.assert_allclose(kept[end], np.clip(whole[end], 0, 48), rtol=1e-12)
    np.testing.assert_allclose(kept["estimate"], whole["estimate"], rtol=1e-12)


@pytest.mark.parametrize("rows", [False, True])
def test_it_is_saved_with_a_fit(fit, tmp_path, rows):
    again = gc.load(fit.save(tmp_path / "fit.json", rows=rows))
    assert again.panel.limits == (0.0, 48.0)


def test_an_open_side(panel, tmp_path):
    half = gc.Panel(panel.data, "patient", "week", "depression", limits=(0, None))
    assert half.limits == (0.0, None) and half.drop_missing(["age"]).limits == (0.0, None)
    saved = gc.fit(gc.GrowthModel("depression", "week", "patient"), half).save(tmp_path / "fit.json")
    assert gc.load(saved).panel.limits == (0.0, None)


def test_a_scale_that_observed_values_leave(panel):
    with pytest.raises(ModelError, match="limits=.*observed value"):
        gc.Panel(panel.data, "patient", "week", "depression", limits=(0, 20))


def test_a_trial_keeps_unit_and_scale_of_its_panel(panel):
    asked = {"outcome": "depression", "visit": "week", "id": "patient", "arm": "arm", "reference": "placebo"}
    trial = gc.mmrm(panel, **asked, baseline=0, residual="cs")
    assert trial.fit.panel.outcome_unit == "points" and trial.fit.panel.limits == (0.0, 48.0)
    changes = gc.mmrm(panel, **asked, baseline=0, residual="cs", response="change")
    assert changes.fit.panel.outcome_unit == "points" and changes.fit.panel.limits is None
