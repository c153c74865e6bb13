"""Coverage of robust errors of families with few persons: `python tests/simulations/robust.py [--write]`.

Panels are drawn from the model itself; `--write` replaces this script's section of docs/simulations.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import expit

import growthcurves as gc

sys.path.append(str(Path(__file__).resolve().parents[1]))
from sections import simulated  # noqa: E402

HEADING = "## Robust errors of families with few persons"
PERSONS, FAMILIES, WAVES = (16, 24), ("binomial", "poisson"), 5
TRUTH = {"intercept": -0.3, "intercept:arm": 0.4, "slope": 0.2, "slope:arm": 0.1}
METHODS = {"model, z": None, "CR0, z": "CR0", "CR1, z": "CR1", "CR2, its df": "CR2"}


def panels(family: str, persons: int, replicates: int, seed: int) -> Iterator[pd.DataFrame]:
    """Two arms, centred waves, a random intercept with SD 1."""
    rng = np.random.default_rng([seed, persons, FAMILIES.index(family)])
    frame = pd.DataFrame({"id": np.repeat(np.arange(persons), WAVES)})
    frame["t"], frame["arm"] = np.tile(np.arange(WAVES) - WAVES // 2, persons), 1.0 * (frame["id"] % 2)
    a, b, c, d = TRUTH.values()
    for _ in range(replicates):
        eta = a + b * frame["arm"] + (c + d * frame["arm"]) * frame["t"] + rng.normal(size=persons)[frame["id"]]
        yes = family == "binomial"
        yield frame.assign(y=(rng.random(len(frame)) < expit(eta)).astype(int) if yes else rng.poisson(np.exp(eta)))


def held_of(fit: gc.GrowthFit, kind: str | None) -> list[bool]:
    """Which fixed effects' 95 % intervals hold the truth."""
    table = (fit.fixed_effects() if kind is None else fit.robust(kind).table).set_index("term").loc[list(TRUTH)]
    away = (table["estimate"] - np.array([*TRUTH.values()])).abs()
    return (away <= stats.t.ppf(0.975, table["df"]) * table["std_error"]).tolist()


def lines_of(family: str, persons: int, replicates: int, seed: int) -> list[str]:
    """One line of the table for each method."""
    fits = []
    for frame in panels(family, persons, replicates, seed):
        try:
            fits.append(gc.fit("y ~ t * arm + (1 | id)", frame, family=family, time="t"))
        except gc.errors.GrowthCurvesError:
            continue
    lines = []
    for words, kind in METHODS.items():
        shares = np.mean([held_of(fit, kind) for fit in fits], axis=0)
        cells = [family, str(persons), words, *(f"{100 * share:.1f}" for share in shares), str(len(fits))]
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def section(replicates: int, seed: int) -> str:
    """The section as text."""
    error = 100 * np.sqrt(0.95 * 0.05 / replicates)
    lines = [line for family, n in product(FAMILIES, PERSONS) for line in lines_of(family, n, replicates, seed)]
    head = f"| family | persons | by | {' | '.join(TRUTH)} | fitted |\n|---|---:|---|{'---:|' * 5}"
    truth = ", ".join(f"{term} {value:g}" for term, value in TRUTH.items())
    return (
        f"{HEADING}\n\nTwo arms, {WAVES} waves, random intercepts with SD 1; truth: {truth}; {replicates:,} panels a "
        "line, drawn from the model that is fitted. The share of 95 % intervals that hold the truth, in percent (Monte "
        f"Carlo standard error {error:.1f} at 95). Made by `python tests/simulations/robust.py --write` (seed "
        f"{seed}).\n\n"
        f"{head}\n" + "\n".join(lines) + "\n"
    )


if __name__ == "__main__":
    simulated(__doc__, section, HEADING, replicates=1000, seed=15)
