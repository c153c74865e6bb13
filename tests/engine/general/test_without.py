"""Searches that begin near an optimum: gradients alone, steps by a Hessian that is known, and a last step.

The gradient is held against that beside the Hessian (which test_structured.py holds against differences), and the
search against the one from the model's own starts.
"""

from __future__ import annotations

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.engine.general.search import NEARLY, closer, descended, finished

pytestmark = pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
MODELS = {
    "grid": ("depression ~ week * arm + (1 | patient)", {"residual": "ar1"}),
    "schedules": ("depression ~ day + (1 | patient)", {"residual": "car1"}),
    "units": ("depression ~ week + (1 | site/patient)", {"residual": "ar1"}),
    "ml": ("depression ~ week + (week | patient)", {"residual": "het", "method": "ml"}),
    "family": ("well ~ week + (1 | patient)", {"family": "binomial"}),
}


def fitted(name):
    data = gc.load_dataset("trial")
    data = data[data["patient"].isin(data["patient"].unique()[:40])].reset_index(drop=True)
    shift = np.random.default_rng(1).uniform(-1.0, 1.0, len(data))
    data = data.assign(site=data["patient"].str[1:].astype(int) % 5, well=data["depression"] < 25)
    data["day"] = data["week"] + shift
    formula, options = MODELS[name]
    return gc.fit(formula, data, time="day" if "day" in formula else "week", **options)


@pytest.mark.parametrize("name", MODELS)
def test_the_gradient_alone_is_that_beside_the_hessian(name):
    estimates = fitted(name).estimates
    local = estimates.active
    away = local.moved(0.1 * np.random.default_rng(2).normal(size=local.size))
    alone, whole = estimates.likelihood.sloped(away), estimates.likelihood.at(away, False)
    assert alone.deviance == pytest.approx(whole.deviance, rel=1e-13)
    np.testing.assert_allclose(alone.gradient, whole.gradient, rtol=1e-9, atol=1e-9 * np.abs(whole.gradient).max())


@pytest.mark.parametrize("name", MODELS)
def test_a_known_hessian_leads_to_the_optimum(name):
    estimates = fitted(name).estimates
    likelihood, size = estimates.likelihood, estimates.active.size
    unit = 1.0 / np.sqrt(np.diag(estimates._hessian))
    start = estimates.active.moved(0.3 * unit * np.random.default_rng(3).normal(size=size) / np.sqrt(size))
    near = closer(likelihood, start, estimates._hessian, NEARLY)
    before, after = (likelihood.sloped(point).deviance - estimates.lowest for point in (start, near))
    assert after < 0.01 * before
    end = finished(likelihood, near)
    if end is None:
        end = descended(likelihood, [near])
    assert end.curved and end.at.deviance == pytest.approx(estimates.lowest, rel=1e-11)
    np.testing.assert_allclose(end.local.D, estimates.local.D, rtol=1e-6, atol=1e-8)


def test_what_is_further_off_is_left_to_the_search():
    estimates = fitted("grid").estimates
    far = estimates.active.moved(np.full(estimates.active.size, 0.2))
    assert finished(estimates.likelihood, far) is None
    assert closer(estimates.likelihood, far, -np.eye(far.size), NEARLY) is far
