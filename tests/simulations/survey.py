"""Coverage with an informative sampling of schools, weighted and not: `python tests/simulations/survey.py [--write]`.

Schools whose pupils rise fast are sampled more often. `--write` replaces this script's section of docs/simulations.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

import growthcurves as gc

sys.path.append(str(Path(__file__).resolve().parents[1]))
from sections import simulated  # noqa: E402

HEADING = "## Informative sampling of schools"
SCHOOLS, PUPILS, WAVES, SAMPLED = 800, 8, 4, 100
TRUTH = {"intercept": 10.0, "slope": 1.0, "sd:intercept": 1.5, "sd:slope": 0.4, "sd:intercept|school": 1.0,
         "sd:slope|school": 0.5, "sd:residual": 1.0}  # fmt: skip
FORMULA = "y ~ t + (t | school/pupil)"
METHODS = ("weights of schools", "no weights, model's errors", "no weights, errors by school")


def samples(replicates: int, seed: int) -> Iterator[pd.DataFrame]:
    """A population of schools, of which those with a steeper mean slope are sampled more often; w is one over that."""
    rng = np.random.default_rng(seed)
    for _ in range(replicates):
        v = rng.normal(size=(SCHOOLS, 2)) * [1.0, 0.5]
        chance = np.exp(0.8 * v[:, 1] / 0.5)
        chance = np.minimum(SAMPLED * chance / chance.sum(), 1.0)
        drawn = np.flatnonzero(rng.random(SCHOOLS) < chance)
        school = np.repeat(drawn, PUPILS * WAVES)
        pupil = np.repeat(np.arange(len(drawn) * PUPILS), WAVES)
        t = np.tile(np.arange(float(WAVES)), len(drawn) * PUPILS)
        u = rng.normal(size=(len(drawn) * PUPILS, 2)) * [1.5, 0.4]
        y = 10 + v[school, 0] + u[pupil, 0] + (1 + v[school, 1] + u[pupil, 1]) * t + rng.normal(size=len(t))
        yield pd.DataFrame({"school": school, "pupil": pupil, "t": t, "y": y, "w": 1 / chance[school]})


def fits_of(frame: pd.DataFrame) -> list[gc.GrowthFit]:
    """By each of the methods."""
    weighted = gc.fit(FORMULA, frame, design=gc.SurveyDesign({"school": "w"}))
    return [weighted, gc.fit(FORMULA, frame), gc.fit(FORMULA, frame, design=gc.SurveyDesign(psu="school"))]


def found_of(fit: gc.GrowthFit) -> tuple[list[float], list[bool]]:
    """Estimates, and whether their 95 % intervals hold the truth."""
    fixed = fit.fixed_effects().set_index("term")
    random = fit.variance_components(method="wald").set_index("term")
    rows = pd.concat([fixed, random])[["estimate", "conf_low", "conf_high"]].loc[list(TRUTH)]
    truth = np.array([*TRUTH.values()])
    return rows["estimate"].tolist(), ((rows["conf_low"] <= truth) & (truth <= rows["conf_high"])).tolist()


def section(replicates: int, seed: int) -> str:
    """The section of the page."""
    found: list[list[tuple[list[float], list[bool]]]] = [[] for _ in METHODS]
    for frame in samples(replicates, seed):
        for into, fit in zip(found, fits_of(frame), strict=True):
            into.append(found_of(fit))
    lines = []
    for method, runs in zip(METHODS, found, strict=True):
        estimates, held = (np.array(part, dtype=float) for part in zip(*runs, strict=True))
        for k, (name, truth) in enumerate(TRUTH.items()):
            mean, spread = estimates[:, k].mean(), estimates[:, k].std(ddof=1)
            cells = [method, name.replace("|", "\\|"), f"{truth:g}", f"{mean:.3f}", f"{spread:.3f}"]
            lines.append(f"| {' | '.join([*cells, f'{100 * held[:, k].mean():.1f}'])} |")
    error = 100 * np.sqrt(0.95 * 0.05 / replicates)
    return "\n".join(
        [
            HEADING,
            "",
            f"{SCHOOLS} schools with {PUPILS} pupils at {WAVES} waves, of which about {SAMPLED} are sampled, those "
            f"whose pupils rise faster more often (e^0.8 times for a standard deviation of the schools' slopes); "
            f"{replicates:,} samples. The mean of the estimates, their standard deviation, and the share of 95 % "
            f"intervals that hold the truth, in percent (Monte Carlo standard error {error:.1f} at 95). Intervals of "
            f"SDs are Wald's. Made by `python tests/simulations/survey.py --write` (seed {seed}).",
            "",
            "| method | parameter | truth | mean | SD | coverage |",
            "|---|---|---|---|---|---|",
            *lines,
        ]
    )


if __name__ == "__main__":
    simulated(__doc__, section, HEADING, replicates=400, seed=18)
