"""Ids that stand for several persons are told, at different times and without another column that says so."""

import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.data.reused_ids import reused_ids_note


def used_again(seed, persons=40, arms=("drug", "placebo"), apart=1.0):
    """Persons numbered anew in every arm; `apart` is how much later the arms are measured than the one before."""
    rng = np.random.default_rng(seed)
    rows = []
    for place, arm in enumerate(arms):
        for who in range(persons - 5 * place):
            level, rate, age = rng.normal(0.0, 1.0), rng.normal(0.2, 0.3), int(rng.integers(20, 60))
            for visit in range(4):
                week = 2 * visit + apart * place
                rows.append((who, arm, age, week, level + rate * week / 2 + rng.normal(0.0, 0.7)))
    return pd.DataFrame(rows, columns=["who", "arm", "age", "week", "y"])


def one_person_each(seed, kind, persons=30, response=0.0):
    """Persons whom a factor varies within: at random, once, or once in an order of their own."""
    rng = np.random.default_rng(seed)
    rows = []
    for who in range(persons):
        level, rate, own, turn = rng.normal(), rng.normal(0.2, 0.5), rng.normal(0.5, response), rng.integers(2)
        for week in range(8):
            on = {"random": rng.integers(2), "phase": week >= 4, "crossover": (week >= 4) ^ turn}[kind]
            arm = "drug" if on else "placebo"
            rows.append((who, arm, week, level + rate * (week - 3.5) / 2 + own * int(on) + rng.normal(0.0, 0.7)))
    return pd.DataFrame(rows, columns=["who", "arm", "week", "y"])


def note(frame, column="arm"):
    return reused_ids_note(gc.Panel(frame, id="who", time="week", outcome="y"), column)


def share(made):
    return np.mean([note(frame.drop(columns="age", errors="ignore")) is not None for frame in made])


@pytest.mark.parametrize("arms", [("drug", "placebo"), (0, 1), (1, 2, 3)])
def test_ids_used_again_at_other_times_are_found(arms):
    assert share(used_again(seed, arms=arms) for seed in range(40)) > 0.85


@pytest.mark.parametrize("kind", ["random", "phase", "crossover"])
@pytest.mark.parametrize("response", [0.0, 0.5])
def test_factors_that_vary_within_persons_are_not_taken_for_persons(kind, response):
    assert share(one_person_each(seed, kind, response=response) for seed in range(40)) <= 0.05


def test_the_formula_door_names_a_person_and_what_to_do():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        gc.fit("y ~ week * arm + (week | who)", used_again(1).drop(columns="age"))
        gc.fit("y ~ week + age + (week | who)", used_again(1))
    texts = [str(warning.message) for warning in caught if "several persons" in str(warning.message)]
    assert len(texts) == 2 and all("of 40 ids, such as 0" in text and len(text) < 300 for text in texts)
    assert all("give id=['arm', 'who']" in text for text in texts)


def test_ids_of_several_columns_are_advised_as_such():
    frame = used_again(1).drop(columns="age").assign(country="x")
    with pytest.warns(gc.errors.DataWarning, match=r"give id=\['arm', 'country', 'who'\]"):
        gc.fit("y ~ week * arm + (week | country:who)", frame)


def test_columns_with_a_value_in_every_row_are_not_looked_at():
    frame = used_again(1)
    assert note(frame.assign(stress=np.random.default_rng(3).normal(size=len(frame))), "stress") is None
