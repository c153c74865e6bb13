"""The best visit times against closed forms, and against all schedules of a grid."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import GrowthCurvesError

SDS = {"sd_intercept": 2.0, "sd_slope": 0.5, "correlation": 0.2, "sd_residual": 2.0}
STUDY = gc.Study(persons=200, times=[0, 1, 2, 3, 4])


def test_rates_of_complete_data_want_visits_far_from_their_mean():
    """The variance of a difference in rates is 4 / N (g + s^2 / sum (t - mean)^2)."""
    found = gc.optimal_times(STUDY, effect=0.4, grid=0.25, **SDS)
    grid = np.arange(1, 16) * 0.25
    schedules = [np.array([0, *inner, 4]) for inner in combinations(grid, 3)]
    most = max(float(((t - t.mean()) ** 2).sum()) for t in schedules)
    assert found.table["std_error"].iloc[1] == pytest.approx((4 / 200 * (0.25 + 4 / most)) ** 0.5, rel=1e-8)
    assert found.efficiency == pytest.approx((0.25 + 4 / 10) / (0.25 + 4 / most), rel=1e-8)
    assert found.plan.power == pytest.approx(gc.power(STUDY.replace(times=found.times), effect=0.4, **SDS).power)
    assert "more persons" in str(found).replace("\n", " ") and found.to_dict()["times"] == list(found.times)


@pytest.mark.parametrize(
    "options",
    [
        {"dropout": gc.Dropout(0.5, 0.5)},
        {"residual": "car1", "values": {"car1": 0.3}, "sd_slope": 0.0, "correlation": None},
        {"shape": "quadratic", "at": 2},
    ],
)
def test_no_other_schedule_of_a_grid_is_better(options):
    study = STUDY.replace(times=[0, 1, 2, 4], dropout=options.pop("dropout", 0))
    options = SDS | options
    found = gc.optimal_times(study, grid=0.5, **options)
    errors = [
        gc.power(study.replace(times=[0, *inner, 4]), effect=1, method="normal", **options).std_error
        for inner in combinations(np.arange(1, 8) * 0.5, 2)
    ]
    assert found.table["std_error"].iloc[1] == pytest.approx(min(errors), rel=1e-8) and found.plan is None
    moved = gc.optimal_times(study, apart=0.5, **options)  # anywhere: at least as good
    assert moved.table["std_error"].iloc[1] <= min(errors) * (1 + 1e-6)
    assert np.diff(moved.times).min() >= 0.5 * (1 - 1e-9)


@pytest.mark.parametrize("share, sd, error, inner", [(0.4, 1.0, 3.0, 3), (0.5, 0.5, 2.0, 4)])
def test_moving_visits_finds_the_best_of_all_schedules_of_a_fine_grid(share, sd, error, inner):
    """455 and 1,365 schedules, with the information of one person by the formula of Ard and Edland (2011)."""
    G = np.array([[4, 0.4 * sd], [0.4 * sd, sd**2]])

    def variance(times):
        seen, information = np.diff(np.append(1 - (1 - share) ** (times / 4), 1)), np.zeros((2, 2))
        for k, part in enumerate(seen, start=1):
            X = np.column_stack([np.ones(k), times[:k]])
            information += part * X.T @ np.linalg.solve(X @ G @ X.T + error**2 * np.eye(k), X)
        return np.linalg.inv(information)[1, 1]

    schedules = [np.array([0, *some, 4]) for some in combinations(np.arange(1, 16) * 0.25, inner)]
    best = min(schedules, key=variance)
    study = gc.Study(persons=200, waves=inner + 2, duration=4, dropout=share)
    found = gc.optimal_times(study, grid=0.25, **(SDS | {"sd_slope": sd, "sd_residual": error}))
    assert found.times == tuple(best)
    assert found.table["std_error"].iloc[1] == pytest.approx((4 * variance(best) / 200) ** 0.5, rel=1e-8)


def test_prices_choose_how_many_visits():
    cost = {"person": {"control": 10000, "treated": 20000}, "visit": 100}
    study = gc.Study(waves=5, duration=4, dropout=0.2)
    found = gc.optimal_times(study, effect=0.4, waves=[3, 5], grid=1, cost=cost, **SDS)
    table = found.table.set_index(["visits", "schedule"])
    seen = sum(0.8 ** (time / 4) for time in range(5))
    assert table.loc[(5, "given"), "cost"] == pytest.approx(15000 + 100 * seen)
    value = table["std_error"] ** 2 * table["cost"]
    np.testing.assert_allclose(table["efficiency"], value.iloc[0] / value, rtol=1e-10)
    assert len(found.times) == 5 and found.plan.power == pytest.approx(0.8, abs=1e-9)
    dear = gc.optimal_times(study, waves=[3, 5], grid=1, cost={"person": 0, "visit": 100}, **SDS)
    assert len(dear.times) == 3 and "more money" in str(found)


@pytest.mark.parametrize(
    "study, options, said",
    [
        (gc.Study(persons=9, waves=3), {}, "give a study with times="),
        (gc.Study(persons=9, times=[0, 1]), {}, "leave none to be moved"),
        (gc.Study(persons=9, times=[[0, 1, 2], [0, 2, 4]]), {}, "one schedule"),
        (STUDY, {"waves": [4, 5]}, "give the price of one"),
        (STUDY, {"waves": 2}, "a whole number above 2"),
        (STUDY, {"grid": 2}, "3 places for 5 visits"),
        (STUDY, {"grid": -1}, "a step above 0"),
        (STUDY, {"apart": 2}, "leaves room for 5 visits, up to 1"),
        (STUDY, {"cost": {"site": 3}}, "no thing with a price"),
        (STUDY, {"cost": {"person": {"drug": 3}}}, "Known: control, treated"),
        (STUDY, {"shape": "visits", "sd": [1, 2, 3, 4, 5], "correlation": 0.5, "at": 4}, "give one number"),
        (STUDY, {"sdslope": 1}, "Did you mean 'sd_slope'"),
    ],
)
def test_what_has_no_best_times(study, options, said):
    with pytest.raises(GrowthCurvesError, match=said):
        gc.optimal_times(study, **(({} if "shape" in options else SDS) | options))


def test_what_is_of_the_given_schedule_is_refused():
    """Reliability says how much slopes vary by the schedule; with the best times these would be other persons."""
    with pytest.raises(GrowthCurvesError, match="here times vary.*Give sd_slope="):
        gc.optimal_times(STUDY, 0.4, sd_intercept=2, sd_residual=2, reliability=0.5)
