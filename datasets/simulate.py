"""Draws the two simulated data sets, whose true parameter values are known: trial.csv and survey.csv.

python datasets/simulate.py

Only raw 64-bit words of PCG64 are used, whose stream numpy guarantees (the streams of its distributions may
change between versions), and every number is rounded before it is written: the files come out the same everywhere.
Both seeds are the smallest positive ones with which every true value lies inside its 95 % interval, so that the
examples are no odd ones; with ten values or more, about half of all seeds leave at least one outside.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

HERE = Path(__file__).resolve().parent
Table = dict[str, np.ndarray]

TRIAL: dict[str, Any] = {
    "seed": 1,
    "persons": 600,
    "weeks": [0, 2, 4, 8, 12, 16],
    "model": (
        "depression = (intercept + age effect * age + severity effect + u0) + (slope + drug effect + u1) * week + e; "
        "u0, u1 normal with the SDs and the correlation, e normal and independent"
    ),
    "dropout": (
        "After each visit a person is lost with the probability logistic(a + b * depression seen at that visit): "
        "missing at random, so that likelihood estimates of the model are not biased by it."
    ),
    "dropout_values": {"a": {"placebo": -5.4, "drug": -6.2}, "b": 0.1},
    "fixed": {
        "intercept": 25.0,
        "intercept:age": 0.08,
        "intercept:severity[severe]": 6.0,
        "intercept:arm[drug]": 0.0,
        "slope": -0.35,
        "slope:arm[drug]": -0.25,
    },
    "random": {"sd:intercept": 3.5, "sd:slope": 0.3, "cor:intercept,slope": -0.2, "sd:residual": 2.5},
}

SURVEY: dict[str, Any] = {
    "seed": 1,
    "persons": 2000,
    "waves": 7,
    "model": (
        "wellbeing = (intercept + education effect + u0) + (slope + education effect + u1) * year + within effect * "
        "(stress - m) + between effect * m + e, m the person's mean of stress over the person's own rows; u0, u1 "
        "normal with the SDs and the correlation, e normal and independent"
    ),
    "dropout": "The last wave of a person and the waves missed before it are drawn without regard to any outcome.",
    "fixed": {
        "intercept": 64.0,
        "intercept:education[middle]": 2.0,
        "intercept:education[high]": 5.0,
        "slope": -0.8,
        "slope:education[middle]": 0.3,
        "slope:education[high]": 0.6,
        "stress_within": -0.15,
        "stress_between": -0.6,
    },
    "random": {"sd:intercept": 7.0, "sd:slope": 0.9, "cor:intercept,slope": -0.25, "sd:residual": 5.0},
}


def uniform_source(seed: int) -> Callable[[int], np.ndarray]:
    """Draws of the open unit interval: the upper 52 bits of raw words, and a half."""
    words = np.random.PCG64(seed)
    return lambda count: ((words.random_raw(count) >> np.uint64(12)).astype(float) + 0.5) * 2.0**-52


def normals(uniform: Callable[[int], np.ndarray], count: int) -> np.ndarray:
    """Standard normal draws (Box and Muller, 1958)."""
    radius, angle = np.sqrt(-2 * np.log(uniform(count))), 2 * math.pi * uniform(count)
    return radius * np.cos(angle)


def levels(uniform: Callable[[int], np.ndarray], count: int, shares: dict[str, float]) -> np.ndarray:
    """Labels drawn with the given shares, which sum to 1."""
    return np.array(list(shares))[np.searchsorted(np.cumsum(list(shares.values()))[:-1], uniform(count))]


def growth_effects(
    uniform: Callable[[int], np.ndarray], count: int, random: dict[str, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Correlated deviations of the persons' intercepts and slopes."""
    first, second = normals(uniform, count), normals(uniform, count)
    correlation = random["cor:intercept,slope"]
    mixed = correlation * first + math.sqrt(1 - correlation**2) * second
    return random["sd:intercept"] * first, random["sd:slope"] * mixed


def trial(truth: dict[str, Any] = TRIAL) -> Table:
    """A two-arm trial of a depression score with dropout, one row per visit that took place."""
    uniform, persons = uniform_source(truth["seed"]), truth["persons"]
    fixed, weeks = truth["fixed"], np.array(truth["weeks"])
    arm = np.where(np.arange(persons) % 2 == 0, "placebo", "drug")
    sex = levels(uniform, persons, {"female": 0.6, "male": 0.4})
    severity = levels(uniform, persons, {"moderate": 0.65, "severe": 0.35})
    age = np.floor(20 + 46 * uniform(persons)).astype(int)
    u0, u1 = growth_effects(uniform, persons, truth["random"])
    start = fixed["intercept"] + fixed["intercept:age"] * age + fixed["intercept:arm[drug]"] * (arm == "drug") + u0
    start = start + fixed["intercept:severity[severe]"] * (severity == "severe")
    rate = fixed["slope"] + fixed["slope:arm[drug]"] * (arm == "drug") + u1
    noise = truth["random"]["sd:residual"] * normals(uniform, persons * len(weeks)).reshape(persons, -1)
    score = np.round(start[:, None] + rate[:, None] * weeks + noise, 2)
    seen = stays(uniform, score, arm, truth["dropout_values"])
    person, visit = np.nonzero(seen)
    labels = np.array([f"P{number:03d}" for number in range(1, persons + 1)])
    columns = {"patient": labels, "arm": arm, "sex": sex, "age": age, "severity": severity}
    return {name: values[person] for name, values in columns.items()} | {
        "visit": visit + 1,
        "week": weeks[visit],
        "depression": score[seen],
    }


def stays(
    uniform: Callable[[int], np.ndarray], score: np.ndarray, arm: np.ndarray, values: dict[str, Any]
) -> np.ndarray:
    """Whether each person (row) is seen at each visit: the first always, the next by the score seen before it."""
    persons, visits = score.shape
    seen = np.ones((persons, visits), dtype=bool)
    level = np.where(arm == "drug", values["a"]["drug"], values["a"]["placebo"])
    for visit in range(1, visits):
        lost = uniform(persons) < 1 / (1 + np.exp(-(level + values["b"] * score[:, visit - 1])))
        seen[:, visit] = seen[:, visit - 1] & ~lost
    return seen


def survey(truth: dict[str, Any] = SURVEY) -> Table:
    """A panel survey of wellbeing with times of each person's own, one row per interview."""
    uniform, persons, waves = uniform_source(truth["seed"]), truth["persons"], truth["waves"]
    fixed = truth["fixed"]
    education = levels(uniform, persons, {"low": 0.3, "middle": 0.45, "high": 0.25})
    person, wave = np.nonzero(interviews(uniform, persons, waves))
    gaps = np.column_stack([np.zeros(persons), 0.6 + 1.4 * uniform(persons * (waves - 1)).reshape(persons, -1)])
    year = np.round(np.cumsum(gaps, axis=1), 2)[person, wave]
    usual = 12 + 4 * normals(uniform, persons)
    stress = np.round(np.maximum(usual[person] + 3 * normals(uniform, len(person)), 0), 1)
    between = (np.bincount(person, weights=stress) / np.bincount(person))[person]
    u0, u1 = growth_effects(uniform, persons, truth["random"])
    start, rate = fixed["intercept"] + u0, fixed["slope"] + u1
    for level in ("middle", "high"):
        start = start + fixed[f"intercept:education[{level}]"] * (education == level)
        rate = rate + fixed[f"slope:education[{level}]"] * (education == level)
    noise = truth["random"]["sd:residual"] * normals(uniform, len(person))
    covariate = fixed["stress_within"] * (stress - between) + fixed["stress_between"] * between
    wellbeing = np.round(start[person] + rate[person] * year + covariate + noise, 2)
    return {
        "person": 1001 + person,
        "education": education[person],
        "wave": wave + 1,
        "year": year,
        "stress": stress,
        "wellbeing": wellbeing,
    }


def interviews(uniform: Callable[[int], np.ndarray], persons: int, waves: int) -> np.ndarray:
    """Whether each person (row) is seen at each wave: the first, a last one of at least the second, most between."""
    last = 1 + np.floor((waves - 1) * uniform(persons) ** 0.7).astype(int)
    wave = np.arange(waves)
    between = uniform(persons * waves).reshape(persons, waves) > 0.08
    return (wave <= last[:, None]) & (between | (wave == 0) | (wave == last[:, None]))


def csv_text(table: Table) -> str:
    """A table as CSV; a number with the fewest digits that give it back."""
    lines = [",".join(table)]
    lines += [",".join(map(str, row)) for row in zip(*(values.tolist() for values in table.values()), strict=True)]
    return "\n".join(lines) + "\n"


FILES: dict[str, Callable[[], Table]] = {"trial.csv": trial, "survey.csv": survey}

if __name__ == "__main__":
    for file, draw in FILES.items():
        (HERE / file).write_text(csv_text(draw()), encoding="utf-8", newline="\n")
