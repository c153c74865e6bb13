"""Both doors, growth models and trials, read the order of visits out of their names by one rule."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.data.visit_order import numbers, places


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["week 10", "Week 2", "baseline"], [10.0, 2.0, 0.0]),
        (["Day 3", "Week 1", "Month 1"], [3.0, 7.0, 30.4375]),
        (["V10", "V2", "V-3"], [10.0, 2.0, 3.0]),
        (["Week \N{MINUS SIGN}2", "Week 4"], [-2.0, 4.0]),
        (["pre", "week 4"], [np.nan, 4.0]),
        (["week 0", "baseline"], [np.nan, np.nan]),
    ],
)
def test_names_tell_their_place(names, told):
    np.testing.assert_array_equal([*places(names).values()], told)


def test_numbers_are_of_names_of_one_pattern():
    assert numbers(["week 8", "Baseline"]) == [8.0, 0.0]
    assert numbers(["week 8", "screening"]) is None and numbers(["week 8", "day 2"]) is None


def test_a_growth_model_and_a_trial_order_visits_alike():
    """Rows stand in the order of the alphabet, which is not that of time; AR(1) depends on it."""
    rng = np.random.default_rng(5)
    visits = ["Baseline", "Day 3", "Week 1", "Week 2"]
    rows = pd.DataFrame([(person, visit) for person in range(60) for visit in sorted(visits)], columns=["id", "visit"])
    effect = np.repeat(rng.normal(size=60), 4)
    rows["y"] = effect + rng.normal(size=240) + rows["visit"].map(visits.index)
    named = gc.fit("y ~ C(visit) + ar1(visit | id)", rows)
    numbered = gc.fit("y ~ C(visit) + ar1(place | id)", rows.assign(place=rows["visit"].map(visits.index)))
    assert named.deviance == pytest.approx(numbered.deviance, abs=1e-8)
