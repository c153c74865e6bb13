"""Designs on which drawing and fitting replicates are tested, with their rows: hard ones among them."""

from __future__ import annotations

import numpy as np
import pandas as pd

import growthcurves as gc
from growthcurves.results.questions.design_rows import own_rows


def schedules(own_times: bool = False) -> pd.DataFrame:
    """Persons of four schedules, one of them a single occasion and one of a single person; x varies over time."""
    rng = np.random.default_rng(5)
    times = [(0, 1, 2, 3)] * 12 + [(0, 1)] * 6 + [(2,)] * 7 + [(0, 1, 3, 4, 5)]
    rows = []
    for person, visits in enumerate(times):
        level, rate = rng.normal(0, (1.5, 0.6))
        for visit in visits:
            time = visit + (rng.uniform(0, 0.4) if own_times else 0.0)
            x = rng.normal()
            rows.append((person, time, x, person % 2, 3 + level + (1 + rate) * time + 0.5 * x + rng.normal()))
    return pd.DataFrame(rows, columns=["id", "time", "x", "arm", "y"])


DESIGNS = {
    "balanced": ("reaction ~ day + (day | subject)", lambda: gc.load_dataset("sleepstudy")),
    "diagonal": ("reaction ~ day + (day || subject)", lambda: gc.load_dataset("sleepstudy")),
    "schedules": ("y ~ time * arm + x + (time | id)", schedules),
    "own times": ("y ~ time * arm + (time | id)", lambda: schedules(own_times=True)),
    "intercepts": ("y ~ time + x + (1 | id)", schedules),
}


def fitted(name: str, method: str = "reml") -> gc.GrowthFit:
    formula, data = DESIGNS[name]
    return gc.fit(formula, data(), method=method, time="time" if formula[0] == "y" else "day")


def standard_rows(fit: gc.GrowthFit) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """X and Z of the rows in the problem's standard coordinates, and whose row each is."""
    rows, problem = own_rows(fit), fit.estimates.solution.problem
    X = np.linalg.solve(problem.back_x.T, rows.X.T).T
    return X, fit.standard_rows(rows.Z), fit.panel.persons.codes
