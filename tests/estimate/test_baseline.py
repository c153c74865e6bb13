"""The baseline as outcome and predictor is told whatever scale the predictor is on, and nothing else is."""

import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc

#: Strictly monotone functions of a score from 20 to 80, ascending and descending, as a column of the table.
MONOTONE = {
    "itself": lambda y: y,
    "centred": lambda y: y - y.mean(),
    "shifted": lambda y: y - 50.0,
    "standardised": lambda y: (y - y.mean()) / y.std(),
    "turned": lambda y: 100.0 - y,
    "logarithm": np.log,
    "square": lambda y: y**2,
    "root": np.sqrt,
    "inverse": lambda y: 1.0 / y,
    "ranks": lambda y: y.rank(),
    "rounded": lambda y: (y / 3.0).round(3),
}
FORMULAS = ["base", "center(base)", "I(base - 50)", "scale(base)", "log(base)", "ns(base, df=3)", "C(base > 50)"]


def seen(seed, persons=40, times=4):
    """Persons with a level and a rate of their own, their first score, and a screening score that is like it."""
    rng = np.random.default_rng(seed)
    level, rate = rng.normal(50.0, 8.0, (persons, 1)), rng.normal(0.0, 1.0, (persons, 1))
    y = np.clip(level + rate * np.arange(times) + rng.normal(0.0, 3.0, (persons, times)), 5.0, 120.0)
    frame = pd.DataFrame({"who": np.repeat(np.arange(persons), times), "week": np.tile(np.arange(times), persons)})
    frame["y"], frame["base"] = y.ravel(), np.repeat(y[:, 0], times)
    return frame.assign(screen=np.repeat(y[:, 0] + rng.normal(0.0, 4.0, persons), times))


def told(model, frame):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = gc.fit(model, frame)
    return [text for text in fit.warnings if "baseline is both" in text]


def doors(term):
    yield gc.GrowthModel("y", "week", "who", predictors=term)
    yield gc.GrowthModel("y", "week", "who", predictors={"slope": term})
    yield gc.GrowthModel("y", "week", "who", time_varying=term)
    yield f"y ~ week * {term} + (week | who)"


@pytest.mark.parametrize("name", MONOTONE)
def test_columns_that_are_the_baseline_on_another_scale(name):
    frame = seen(1)
    frame["x"] = MONOTONE[name](frame["base"])
    for model in doors("x"):
        assert len(told(model, frame)) == 1 and "'x'" in told(model, frame)[0]


@pytest.mark.parametrize("formula", FORMULAS)
def test_formulas_of_the_baseline(formula):
    for model in doors(formula):
        assert told(model, seen(2))


@pytest.mark.parametrize("persons", [4, 8, 12, 300])
def test_few_and_many_persons_and_some_whose_first_visit_was_missed(persons):
    frame = seen(3, persons)
    frame["x"] = frame["base"] - frame["base"].mean()
    assert told("y ~ week + x + (1 | who)", frame)
    missed = (frame["who"] < persons // 12) & (frame["week"] == 0)
    assert told("y ~ week + x + (1 | who)", frame[~missed])
    assert not told("y ~ week + x + (1 | who)", frame[frame["week"] > 0])


def test_nothing_else_is_taken_for_the_baseline():
    """A screening score that correlates .9 with the baseline, by the seeds 0 to 59, for 4 to 33 persons."""
    wrong = [seed for seed in range(60) if told("y ~ week + screen + (1 | who)", seen(seed, 4 + seed % 30))]
    assert not wrong
