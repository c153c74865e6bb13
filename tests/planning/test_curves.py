"""Curves, maps and the cheapest design are the answers of `power` and `sample_size`, side by side."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from pictures import faults

import growthcurves as gc
from growthcurves.errors import GrowthCurvesError
from growthcurves.plots import PLAN_FIGURES
from growthcurves.plots.style import new_axes, styled

SDS = {"sd_intercept": 2.0, "sd_slope": 1.0, "correlation": 0.2, "sd_residual": 3.0}
OPEN = gc.Study(duration=4, dropout=0.2)


@pytest.fixture(scope="module")
def grid():
    over = {"persons": [60, 120, 240], "waves": [3, 5, 9]}
    return gc.power_curve(OPEN, effect=0.6, over=over, **SDS)


def test_every_point_is_a_power(grid):
    for row in grid.table.to_dict("records"):
        study = gc.Study(persons=row["persons"], duration=4, waves=row["waves"], dropout=0.2)
        plan = gc.power(study, effect=0.6, **SDS)
        assert (row["power"], row["reliability"]) == pytest.approx((plan.power, plan.reliability), rel=1e-12)
    needed = gc.sample_size(gc.Study(duration=4, waves=5, dropout=0.2), effect=0.6, power=0.8, **SDS)
    assert grid.needed[5] == pytest.approx(needed.persons)
    assert "with 5 waves" in str(grid) and grid.over == ("persons", "waves")
    assert grid.to_dict()["needed"][1] == {"value": 5, "persons": grid.needed[5]}


def test_persons_that_are_open_are_the_axis():
    curve = gc.power_curve(gc.Study(times=[0, 1, 2]), effect=0.6, power=0.9, **SDS)
    assert curve.over == ("persons",) and curve.table["power"].between(0.15, 0.98).all()
    assert curve.table["power"].is_monotonic_increasing
    assert curve.needed[None] == pytest.approx(gc.sample_size(gc.Study(times=[0, 1, 2]), 0.6, power=0.9, **SDS).persons)


def test_assumptions_effects_and_schedules_vary():
    study = gc.Study(persons=200, times=[0, 1, 2, 3, 4])
    others = {name: sd for name, sd in SDS.items() if name != "sd_slope"}
    curve = gc.power_curve(study, over={"effect": [0.2, 0.4], "sd_slope": [0.5, 1.5]}, **others)
    last = curve.table.iloc[-1]
    assert last["power"] == pytest.approx(gc.power(study, 0.4, **(SDS | {"sd_slope": 1.5})).power)
    spaced = gc.power_curve(study, 0.4, over={"times": [[0, 1, 2, 3, 4], [0, 0.1, 3.9, 4]]}, **SDS)
    assert spaced.table["times"].tolist() == ["0, 1, 2, 3, 4", "0, 0.1, 3.9, 4"]
    assert spaced.table["power"].iloc[1] > spaced.table["power"].iloc[0]  # visits at the ends tell more of a line
    waves = gc.power_curve(gc.Study(persons=80, times=[0, 2, 4]), 0.4, over={"waves": [3, 5]}, **SDS)
    assert waves.table["duration"].tolist() == [4, 4]


def test_the_cheapest_design_has_the_lowest_cost_of_those_with_the_power():
    cost = {"person": {"control": 300, "treated": 900}, "visit": 100}
    over = {"waves": [2, 5], "arms": [{"control": 0.5, "treated": 0.5}, {"control": 0.6, "treated": 0.4}]}
    found = gc.cheapest_design(OPEN, effect=0.6, cost=cost, over=over, **SDS)
    assert (found.table["power"] >= 0.8).all() and found.cost == found.table["cost"].min()
    row = found.table.iloc[0]
    plan = gc.sample_size(gc.Study(duration=4, waves=2, dropout=0.2), effect=0.6, **SDS)
    visits = plan.total * 1.8
    assert row["persons"] == plan.total and row["visits"] == pytest.approx(visits)
    assert row["cost"] == pytest.approx(plan.total * 600 + visits * 100)
    assert found.best.study.arms == {"control": 0.6, "treated": 0.4} and "Cheapest" in str(found)
    assert found.to_dict()["best"]["total"] == found.best.total


@pytest.mark.parametrize(
    "call, said",
    [
        (lambda: gc.power_curve(OPEN, 0.6, over={"wave": [3]}, **SDS), "Did you mean 'waves'"),
        (lambda: gc.power_curve(OPEN, 0.6, over={"waves": []}, **SDS), "over no values"),
        (lambda: gc.power_curve(OPEN, 0.6, over={"waves": [3], "alpha": [0.05], "sd_slope": [1]}, **SDS), "one or two"),
        (lambda: gc.power_curve(gc.Study(persons=9, times=[0, 1]), 0.6, **SDS), "one or two things that vary"),
        (lambda: gc.cheapest_design(OPEN, 0.6, cost={"persons": 3}, over={"waves": [3]}, **SDS), "mean 'person'"),
        (lambda: gc.cheapest_design(OPEN, 0.6, cost={"visit": -3}, over={"waves": [3]}, **SDS), "0 or more, not -3"),
        (lambda: gc.power_curve(OPEN, 0.6, over={"waves": [3]}, **SDS).plot("maps"), "Did you mean 'map'"),
        (lambda: gc.power_curve(gc.Study(times=[0, 1]), 0.6, **SDS).plot("map"), "name two in over="),
        (lambda: gc.power_curve(OPEN, 0.6, over={"waves": [3]}, **SDS).plot("reliability"), "name waves first"),
    ],
)
def test_what_cannot_vary(call, said):
    with pytest.raises(GrowthCurvesError, match=said):
        call()


def curves():
    others = {name: sd for name, sd in SDS.items() if name != "sd_slope"}
    long = {"waves": list(range(2, 14)), "sd_slope": [0.3, 0.6, 1.2]}
    yield gc.power_curve(OPEN, 0.6, over={"waves": [3, 5, 9]}, **SDS)
    yield gc.power_curve(gc.Study(times=[0, 1, 2, 3, 4]), 0.6, **SDS)
    yield gc.power_curve(OPEN.replace(persons=100, waves=3), 0.6, over=long, **others)
    yield gc.power_curve(OPEN, 0.6, over={"persons": [50, 100, 200, 400], "waves": [2, 3, 5, 9]}, **SDS)


@pytest.mark.parametrize("curve", list(curves()), ids=["lines", "alone", "assumptions", "grid"])
@pytest.mark.parametrize("name", PLAN_FIGURES)
def test_figures(name, curve):
    figure = PLAN_FIGURES[name]()
    if figure.why_not(curve) is not None:
        pytest.skip("this figure does not apply")
    scene = figure.scene(curve)
    for inches in ((3.3, 2.8), (6.0, 3.9)):
        with styled():
            page = figure.draw(scene, new_axes(inches)).figure
        assert faults(page) == ([], [])
        plt.close(page)


def test_numbers_of_figures(grid):
    frame = PLAN_FIGURES["power"]().data(grid)
    dots = frame[frame["part"] == "needed"]
    assert dots["time"].tolist() == [value for value in grid.needed.values() if 60 <= value <= 240]
    assert np.allclose(np.sort(frame[frame["part"] == "line"]["value"]), np.sort(grid.table["power"]))
