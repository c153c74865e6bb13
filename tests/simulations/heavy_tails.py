"""What heavy tails protect against, and their test: `python tests/simulations/heavy_tails.py [--write]`.

`--write` replaces this script's section of docs/simulations.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import norm

import growthcurves as gc

sys.path.append(str(Path(__file__).resolve().parents[1]))
from sections import simulated  # noqa: E402

HEADING = "## Heavy tails"
WAVES, SLOPE = 5, 0.4
PERSONS = (20, 50, 200)
KINDS = {
    "normal": "normal",
    "t": "multivariate t, 4 df",
    "persons": "5 % of persons with SDs 5 times as large",
    "occasions": "2 % of occasions with a residual SD 8 times as large",
}


def panels(kind: str, persons: int, replicates: int, seed: int) -> Iterator[pd.DataFrame]:
    """Straight lines, intercepts and slopes of SD 1 and .3, residuals of SD 1, but for what the kind says."""
    rng = np.random.default_rng([seed, persons, list(KINDS).index(kind)])
    codes, wave = np.repeat(np.arange(persons), WAVES), np.tile(np.arange(WAVES), persons)
    for _ in range(replicates):
        own, single = np.ones(persons), np.ones(len(codes))
        if kind == "t":
            own = np.sqrt(4.0 / rng.chisquare(4.0, persons))
        elif kind == "persons":
            own = np.where(rng.random(persons) < 0.05, 5.0, 1.0)
        elif kind == "occasions":
            single = np.where(rng.random(len(codes)) < 0.02, 8.0, 1.0)
        effects = rng.normal(size=(persons, 2)) * [1.0, 0.3]
        errors = effects[codes, 0] + effects[codes, 1] * wave + single * rng.normal(size=len(codes))
        yield pd.DataFrame({"id": codes, "wave": wave, "y": 10.0 + SLOPE * wave + own[codes] * errors})


def line_of(kind: str, persons: int, replicates: int, seed: int) -> str:
    """Rejections of normal tails, spread of the slope, and coverage of its interval, with both tails."""
    slopes, errors, p = [], [], []
    for frame in panels(kind, persons, replicates, seed):
        found = gc.fit("y ~ wave + (wave | id)", frame).heavy_tailed()
        row = found.table.set_index("term").loc["slope"]
        slopes.append([row["estimate"], row["normal"]])
        errors.append([row["std_error"], row["normal_std_error"]])
        p.append(found.p_value)
    away = np.array(slopes) - SLOPE
    held = (np.abs(away) <= norm.ppf(0.975) * np.array(errors)).mean(axis=0)
    spread = (away**2).mean(axis=0)
    cells = [KINDS[kind], str(persons), f"{100 * np.mean(np.array(p) < 0.05):.1f}", f"{spread[1] / spread[0]:.2f}"]
    return f"| {' | '.join([*cells, *(f'{100 * share:.1f}' for share in held)])} |"


def section(replicates: int, seed: int) -> str:
    """The section as text."""
    lines = [line_of(kind, persons, replicates, seed) for kind, persons in product(KINDS, PERSONS)]
    columns = (
        "outcomes", "persons", "normal tails rejected", "mean squared error, normal / heavy", "coverage, heavy",
        "normal",
    )  # fmt: skip
    head = f"| {' | '.join(columns)} |\n|---|{'---:|' * (len(columns) - 1)}"
    error = 100 * np.sqrt(0.05 * 0.95 / replicates)
    return (
        f"{HEADING}\n\nStraight lines, {WAVES} waves, SDs 1 and .3, residual SD 1; `fit.heavy_tailed()`, df estimated, "
        f"{replicates:,} panels a line. How often the likelihood ratio rejects normal tails at 5 %, in percent (Monte "
        f"Carlo standard error {error:.1f} at 5); by how much the mean squared error of the slope is larger with "
        "normal tails; and the share of 95 % intervals of the slope (z, ML) that hold the truth. Made by "
        f"`python tests/simulations/heavy_tails.py --write` (seed {seed}).\n\n{head}\n" + "\n".join(lines) + "\n"
    )


if __name__ == "__main__":
    simulated(__doc__, section, HEADING, replicates=400, seed=16)
