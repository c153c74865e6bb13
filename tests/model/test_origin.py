"""Where the intercept is read when nobody says: 0, the first time, or the rounded median of the times."""

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc


def cohort(seed, persons=60, first=(20.0, 80.0), step=1.0):
    """Persons who begin at different ages; level and rate are independent at the age of 50."""
    rng = np.random.default_rng(seed)
    start = rng.uniform(*first, (persons, 1)) if first[1] > first[0] else np.full((persons, 1), first[0])
    age = start + step * np.arange(5.0)
    y = 3.0 + rng.normal(0, 1, (persons, 1)) + (0.1 + rng.normal(0, 0.2, (persons, 1))) * (age - np.median(age))
    y += rng.normal(0.0, 0.3, age.shape)
    return pd.DataFrame({"who": np.repeat(np.arange(persons), 5), "age": age.ravel(), "y": y.ravel()})


def origin_of(frame, **options):
    return gc.fit(gc.GrowthModel("y", "age", "who", random=("intercept",), **options), frame).recipe.shape.origin


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
@pytest.mark.parametrize("first, step", [((20, 80), 1.0), ((6, 9), 2.0), ((0.61, 0.66), 0.01), ((2000, 2010), 0.5)])
def test_the_rounded_median_where_first_times_differ(first, step):
    for seed in range(10):
        frame = cohort(seed, first=first, step=step)
        origin, times = origin_of(frame), frame["age"]
        assert times.min() <= origin <= times.max()
        places = next(k for k in range(16) if times.min() <= round(times.median(), k) <= times.max())
        assert origin == round(times.median(), places)


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
def test_zero_the_first_time_and_what_is_said_go_before():
    frame = cohort(1)
    assert origin_of(frame.assign(age=frame["age"] - 50.0)) == 0.0
    together = cohort(1, first=(8.0, 8.0))
    assert origin_of(together) == 8.0
    assert origin_of(frame, origin="first") == frame["age"].min()
    assert origin_of(frame, origin=30) == 30.0
    assert origin_of(frame, shape="log") == frame["age"].min()
    assert gc.fit("y ~ age + (1 | who)", frame).recipe.shape.origin == 0.0


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
def test_start_and_rate_do_not_look_correlated_where_they_are_not():
    """Level and rate are independent at the median, by construction; at the youngest age they are not."""
    frame = cohort(5, persons=200)
    fit = gc.fit(gc.GrowthModel("y", "age", "who"), frame)
    correlation = fit.variance_components().set_index("term").loc["cor:intercept,slope", "estimate"]
    assert abs(correlation) < 0.25
    youngest = fit.recentre(frame["age"].min()).variance_components().set_index("term")
    assert youngest.loc["cor:intercept,slope", "estimate"] < -0.8
    said = f"the intercept is the status at age {fit.recipe.shape.origin:g}"
    assert said in str(fit.summary())
    assert f"The intercept is the status at age {fit.recipe.shape.origin:g}" in str(gc.ladder(fit.model, frame))
