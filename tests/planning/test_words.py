"""What plans say: what is tested and when, what is assumed and of which time, and what is not said is asked for."""

from __future__ import annotations

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import GrowthCurvesError

TIMES = [0, 1, 2, 3, 4, 5, 6]
SDS = {"sd_intercept": 2, "sd_slope": 1, "correlation": 0.2, "sd_residual": 1.5}
STUDY = gc.Study(persons=120, times=TIMES)
THREE = STUDY.replace(arms=["placebo", "low", "high"])
PIECES = gc.Piecewise(knots=[3])
RATES = {"sd:slope1": 0.7, "sd:slope2": 0.5, "cor:intercept,slope1": -0.3, "cor:slope1,slope2": 0.4}
VISITS = {"shape": "visits", "sd": 5, "correlation": 0.6, "at": 6}


def by_arm(control, treated):
    return {"control": control, "treated": treated}


@pytest.mark.parametrize(
    "study, options, said",
    [
        (THREE, {"effect": {"low": 0.2, "high": 0.5}}, "0.2 per unit of time (low) and 0.5 per unit of time (high) in "
         "the rate of change, each against placebo, by an F test"),
        (THREE, {"effect": {"low": 1, "high": 2}, "at": 4}, "1 (low) and 2 (high) in the difference between arms at 4"),
        (STUDY, {"effect": 0.5, "shape": "quadratic"}, "in the rate of change at time 0, treated against control"),
        (STUDY, {"effect": 0.5, "shape": "log"}, "0.5 per unit of log time in the change with log time"),
        (STUDY, {"effect": 3, "at": 10}, "at 10 (by the curve, beyond the visits from 0 to 6)"),
        (STUDY, {"effect": 3, "at": 9, "since": 0}, "from 0 to 9 (by the curve, beyond the visits from 0 to 6)"),
        (STUDY.replace(times=[3, 4, 5]), {"effect": 0.5}, "SD between persons of intercept 2.00 (at 3) and slope 1.00"),
        (STUDY.replace(times=[3, 4, 5], time_unit="years"), {"effect": 0.5}, "intercept 2.00 (at 3 years) and"),
        (STUDY, {"effect": 0.5}, "SD between persons of intercept 2.00 and slope 1.00"),
        (STUDY, {"slowing": -0.3, "slope": 0.5}, "(30 % faster than the mean rate)"),
        (STUDY, {"effect": 0.5, "residual": "ar1", "values": {"ar1": 0.4}},
         "first-order autoregressive residuals: SD 1.50 and ar1 0.400"),
        (STUDY, {"effect": 0.5, "sd_intercept": by_arm(5, 6), "sd_residual": by_arm(2, 3)},
         "intercept in control 5.00, slope in control 1.00, intercept in treated 6.00 and slope in treated 1.00"),
        (STUDY, {"effect": 0.5, "sd_residual": by_arm(2, 3)}, "SD of residuals in control 2.00 and in treated 3.00"),
        (STUDY.replace(levels={"ward": 12}, randomised="ward"), {"effect": 0.5, "levels": {"ward": {"slope": 0.3}}},
         "SD between wards of slope 0.300"),
    ],
)  # fmt: skip
def test_sentences(study, options, said):
    plan = gc.power(study, **(SDS | options))
    assert said in plan.sentence() and said.split(", by")[0] in " ".join(str(plan).split())


def test_visits_say_how_they_are_analysed():
    assert "(analysed with an unstructured covariance)" in gc.power(STUDY, 3, **VISITS).sentence()
    assert "(analysed with a compound symmetric covariance)" in gc.power(STUDY, 3, residual="cs", **VISITS).sentence()


def test_pieces_vary_as_in_a_fit():
    """The planned analysis is the model that gc.fit has by default: a fit of such a study has the same random part."""
    plan = gc.power(STUDY, 0.5, shape=PIECES, sd_intercept=2, sd_residual=1.5, values=RATES)
    fit = gc.fit(gc.GrowthModel("outcome", "time", "person", shape=PIECES, predictors="arm"), gc.simulate_study(
        STUDY, 0.5, shape=PIECES, sd_intercept=2, sd_residual=1.5, values=RATES, rng=1))  # fmt: skip
    assert plan.design.recipe.random.names == fit.recipe.random.names == ("intercept", "slope1", "slope2")
    Z = np.column_stack([np.ones(7), np.minimum(TIMES, 3), np.maximum(np.array(TIMES) - 3, 0)])
    R, sds = np.array([[1, -0.3, 0], [-0.3, 1, 0.4], [0, 0.4, 1]]), np.diag([2, 0.7, 0.5])
    V = Z @ sds @ R @ sds @ Z.T + 1.5**2 * np.eye(7)
    assert plan.std_error == pytest.approx(
        (np.linalg.inv(Z.T @ np.linalg.solve(V, Z))[1, 1] * 4 / 120) ** 0.5, rel=1e-8
    )
    text = plan.sentence()
    assert "rate of change up to time 3, treated against control (slope1:arm[treated])" in text
    assert "a piecewise growth model (knots 3) with random intercepts, slope1 and slope2" in text
    assert "SD of slope1 20 % larger" in plan.what_if()["label"].tolist()
    alike = gc.power(STUDY, 0.5, shape=PIECES, sd_intercept=2, sd_slope=0, sd_residual=1.5)
    assert alike.design.recipe.random.names == ("intercept",)


@pytest.mark.parametrize(
    "options, said",
    [
        ({"shape": PIECES}, "varies in slope1 and slope2: give values=.'sd:slope1': ..., 'sd:slope2': ..."),
        ({"shape": PIECES, "sd_slope": None, "correlation": None}, "how much persons vary in slope1 and slope2"),
        ({"shape": PIECES, "sd_slope": None, "correlation": None, "values": {"sd:slope1": 1}}, "vary in slope2, as"),
        ({"shape": "spline"}, "A curve of this shape has no one rate of change"),
        ({"sd_slope": 0}, "these do not both vary: leave correlation= out"),
        ({"random": ("intercept",), "correlation": None}, "slopes do not vary between persons in the planned analysis"),
        ({"test": "sd:slope"}, "has no formula: take method='simulation'"),
        ({"test": "slope:arms"}, "Did you mean 'slope:arm'"),
        ({"effect": None, "slowing": 30, "slope": 1}, "30 % slower, -0.3 30 % faster., not 30"),
        ({"at": 2, "since": 2}, "since= .2. is a time before at= .2."),
        ({"sd_intercept": None, "icc": 0.5, "sd": 2}, "leave sd= or sd_residual= out"),
        ({"study": {"control": 40, "treated": 60}}, "not a dict .'control': 40, 'treated': 60"),
    ],
)
def test_what_is_not_said_or_said_for_nothing(options, said):
    options = {"study": STUDY, "effect": 0.5} | SDS | options
    with pytest.raises(GrowthCurvesError, match=said):
        gc.power(**options)


SCHEDULES = gc.Study(persons=100, duration=4)
BY_RELIABILITY = {"sd_intercept": 2, "sd_residual": 1.5, "reliability": 0.5}
BY_VISIT = SDS | {"residual": "ar1", "values": {"ar1": 0.4}}


@pytest.mark.parametrize(
    "call, said",
    [
        (
            lambda: gc.power_curve(SCHEDULES, 0.3, over={"waves": [3, 5]}, **BY_RELIABILITY),
            "here waves vary.*sd_slope=",
        ),
        (lambda: gc.sample_size(SCHEDULES, 0.45, **BY_RELIABILITY), "here waves vary"),
        (lambda: gc.sample_size(gc.Study(persons=100, waves=5), 0.45, **BY_RELIABILITY), "here duration varies"),
        (lambda: gc.power(gc.Study(persons=90, times=[[0, 1, 2], [0, 2, 4]]), 0.3, **BY_RELIABILITY), "several: give"),
        (lambda: gc.power_curve(SCHEDULES, 0.3, over={"waves": [3, 5]}, **BY_VISIT), "take residual='car1'"),
        (lambda: gc.power_curve(STUDY, 0.3, over={"times": [[0, 1, 2], [3, 4, 5]]}, **SDS), "different times .0 and 3"),
        (lambda: gc.power_curve(STUDY, 0.3, over={"sd_slope": [1, 2]}, **SDS), "and sd_slope= says one"),
        (lambda: gc.power_curve(STUDY, 0.3, over={"effect": [1, 2]}, **SDS), "and effect= says one"),
    ],
)
def test_assumptions_of_one_schedule_do_not_move_with_it(call, said):
    with pytest.raises(GrowthCurvesError, match=said):
        call()


def test_what_does_not_depend_on_the_schedule_varies_with_it():
    one = gc.power_curve(SCHEDULES, 0.3, over={"waves": [5]}, **BY_RELIABILITY)
    assert one.table["power"].iloc[0] == gc.power(SCHEDULES.replace(waves=5), 0.3, **BY_RELIABILITY).power
    spaced = gc.power_curve(gc.Study(persons=100, spacing=1), 0.3, over={"waves": [3, 5]}, **BY_VISIT)
    assert spaced.table["power"].is_monotonic_increasing
    alike = SDS | {"sd_slope": 0, "correlation": None}
    moved = gc.power_curve(STUDY, 0.3, over={"times": [[0, 1, 2], [3, 4, 5]]}, **alike)
    assert moved.table["power"].iloc[0] == pytest.approx(moved.table["power"].iloc[1], rel=1e-12)


@pytest.mark.parametrize("dropout", [{"control": 0.1, "treated": gc.Dropout(0.3, 2)}, [0] + [0.05] * 5 + [0.2]])
def test_what_if_more_are_lost(dropout):
    plan = gc.power(STUDY.replace(dropout=dropout), 0.5, **SDS)
    more = {"control": 0.2, "treated": gc.Dropout(0.4, 2)}
    more = more if isinstance(dropout, dict) else [0] + [0.075] * 5 + [0.3]
    found = plan.what_if().set_index("label").loc["10 % more of the persons are lost", "power"]
    assert found == pytest.approx(gc.power(STUDY.replace(dropout=more), 0.5, **SDS).power, rel=1e-10)
