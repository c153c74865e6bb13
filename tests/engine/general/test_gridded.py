"""Over common occasions the likelihood is the same by patterns (7.2 of docs/engine.md) as by schedules (7.1).

Two routes to the same sums: criteria to 1e-10, derivatives and what information needs to 1e-8 of their size.
"""

from __future__ import annotations

import copy

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.model.covariance import RESIDUALS
from growthcurves.model.covariance.structure import Structure

VISITS = [name for name, one in RESIDUALS.items() if isinstance(one, Structure) and name != "power-variance"]
CASES = {name: {"residual": name, "random": ()} for name in VISITS} | {
    "slopes and AR(1)": {"residual": "ar1", "random": ("intercept", "slope")},
    "slopes by group": {"residual": "het", "random": gc.ByGroup("arm", "intercept", "slope")},
    "intercept and CAR(1) with nugget by arm": {"residual": gc.CAR1(nugget=True, by="arm"), "random": ("intercept",)},
    "a covariate of the rows": {"residual": "ar1", "random": ("intercept",), "time_varying": "late"},
    "unstructured by arm": {"residual": gc.Unstructured(by="arm"), "random": ()},
}


def some():
    data = gc.load_dataset("trial")
    data = data[data.patient.isin(data.patient.unique()[:60]) & data.week.isin([0, 4, 8, 16])].reset_index(drop=True)
    late = np.where(np.arange(len(data)) % 5 == 0, 1.0, 0.0)
    return data.assign(late=late)[np.arange(len(data)) % 9 != 4]


def both(options):
    """A fit's likelihood, and the same without patterns."""
    model = gc.GrowthModel("depression", "week", "patient", wave="week", predictors="arm + age", **options)
    estimates = gc.fit(model, some()).estimates
    found, other = estimates.likelihood, copy.copy(estimates.likelihood)
    other.__dict__["_gridded"] = None
    return estimates, found, other


def close(one, other, rtol=1e-8):
    np.testing.assert_allclose(one, other, rtol=rtol, atol=rtol * np.abs(other).max(initial=0.0))


@pytest.mark.parametrize("name", CASES)
@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
def test_patterns_and_schedules_give_the_same(name):
    estimates, patterns, schedules = both(CASES[name])
    assert (patterns._gridded is None) == (name == "slopes by group")  # its columns are of persons
    local = estimates.local
    step = 0.05 * np.cos(np.arange(local.size))
    for point in (local, local.moved(step).recharted(patterns.frame.partition)):
        one, other = patterns.at(point, True), schedules.at(point, True)
        assert one.deviance == pytest.approx(other.deviance, rel=1e-10)
        assert patterns.valued(point, True).deviance == pytest.approx(one.deviance, rel=1e-12)
        np.testing.assert_allclose(one.gradient, other.gradient, rtol=1e-8, atol=1e-9)  # nothing at the optimum
        close(one.hessian, other.hessian)
        here, there = patterns.slopes(point), schedules.slopes(point)
        m, p = len(here.gram), patterns.frame.p
        Phi, cov = np.cov(np.random.default_rng(0).normal(size=(p, 3 * p))), np.eye(m) + 0.1
        for answer in ("gram", "inner"):
            close(getattr(here, answer), getattr(there, answer))
        close(here.explained(Phi), there.explained(Phi))
        close(here.between(cov), there.between(cov))
        assert patterns.apart(point).rank == schedules.apart(point).rank
