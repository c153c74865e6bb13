"""Weighted fits beside fits without weights, and replicate weights: `python tests/benchmarks/survey.py [--write]`.

`--write` replaces this script's section of docs/benchmarks.md.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
from page import publish
from tables import Table, seconds_text

import growthcurves as gc

TITLE, ROUNDS = "Sampling designs", 5
PLAIN, SCHOOLS = "y ~ t * arm + (t | id)", "y ~ t * arm + (t | school/id)"


def panel(persons: int, own: bool = False, replicates: int = 0) -> pd.DataFrame:
    """Two arms, five waves (or times of their own), 500 schools in 50 strata, weights of persons and schools."""
    rng, waves = np.random.default_rng(1), 5
    frame = pd.DataFrame({"id": np.repeat(np.arange(persons), waves), "t": np.tile(np.arange(5.0), persons)})
    who, school = frame["id"].to_numpy(), np.arange(persons) % 500
    frame["t"] += rng.uniform(-0.4, 0.4, len(frame)) if own else 0.0
    u, v = rng.normal(size=(persons, 2)) * (1.0, 0.4), rng.normal(size=(500, 2)) * (0.7, 0.3)
    arm = who // 500 % 2
    slopes = 1.0 + 0.3 * arm + u[who, 1] + v[school[who], 1]
    y = 2 + frame["t"] * slopes + u[who, 0] + v[school[who], 0] + rng.normal(size=len(frame))
    weights, of_schools = rng.uniform(0.5, 4, persons), rng.uniform(0.5, 4, 500)
    columns = {"w": weights[who], "w_school": of_schools[school[who]]}
    for k in range(replicates):
        columns[f"rep_{k}"] = (weights * rng.choice([0.5, 1.5], persons))[who]
        columns[f"half_{k}"] = (of_schools * rng.choice([0.5, 1.5], 500))[school[who]]
    more = pd.DataFrame(columns)
    return pd.concat([frame.assign(arm=arm, school=school[who], stratum=school[who] % 50, y=y), more], axis=1)


def best(what: Callable[[], Any], rounds: int = ROUNDS) -> float:
    times = []
    for _ in range(rounds):
        begin = time.perf_counter()
        what()
        times.append(time.perf_counter() - begin)
    return min(times)


def with_errors(formula: str, data: pd.DataFrame, design: gc.SurveyDesign | None) -> Any:
    """A fit by maximum likelihood with its standard errors."""
    return gc.fit(formula, data, time="t", method="ml", design=design).bse


def beside(title: str, formula: str, data: pd.DataFrame, design: gc.SurveyDesign) -> list[str]:
    """A weighted fit and that without weights, in turn."""
    ours, plain = [], []
    for _ in range(ROUNDS):
        plain.append(best(lambda: with_errors(formula, data, None), 1))
        ours.append(best(lambda: with_errors(formula, data, design), 1))
    ratio = min(ours) / min(plain)
    return [title, f"{data['id'].nunique():,}", seconds_text(min(plain)), seconds_text(min(ours)), f"{ratio:.2f}"]


def replicated(title: str, formula: str, data: pd.DataFrame, design: gc.SurveyDesign) -> list[str]:
    """The errors of a fit by replicate weights, the fit outside the clock."""
    fits = [gc.fit(formula, data, time="t", design=design) for _ in range(2)]
    seconds = min(best(lambda fit=fit: fit.bse, 1) for fit in fits)
    return [title, f"{data['id'].nunique():,}", "", seconds_text(seconds), ""]


def rows() -> list[list[str]]:
    large, small = panel(100_000), panel(10_000, replicates=80)
    own = pd.concat([panel(10_000, own=True), small.filter(like="rep_")], axis=1)
    persons = gc.SurveyDesign("w", strata="stratum", psu="school")
    both = gc.SurveyDesign({"id": "w", "school": "w_school"}, strata="stratum")
    of_persons = gc.SurveyDesign("w", replicates=gc.ReplicateWeights("rep_{k}", kind="fay"))
    of_schools = gc.SurveyDesign(
        {"id": "w", "school": "w_school"}, replicates=gc.ReplicateWeights("half_{k}", kind="fay", of="school")
    )
    return [
        beside("weights of persons, five waves", PLAIN, large, persons),
        beside("the same, times of their own", PLAIN, panel(100_000, own=True), persons),
        beside("weights of persons and schools", SCHOOLS, large, both),
        replicated("80 replicates of persons' weights, five waves", PLAIN, small, of_persons),
        replicated("the same, times of their own", PLAIN, own, of_persons),
        replicated("80 replicates of schools' weights", SCHOOLS, small, of_schools),
    ]


def tables() -> list[Table]:
    text = (
        f"Written by `python tests/benchmarks/survey.py --write`. `{PLAIN}` by ML with standard errors, without and "
        f"with weights, strata and sampling units, in turn, in schools `{SCHOOLS}`; best of {ROUNDS}. Of replicate "
        f"weights the errors alone, best of 2: 80 fits of the model."
    )
    warnings.simplefilter("ignore")
    head = ["", "persons", "without weights", "weighted", "times without"]
    return [Table(TITLE, text, head, rows())]


if __name__ == "__main__":
    publish(__doc__, tables)
