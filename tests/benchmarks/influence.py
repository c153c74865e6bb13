"""Leaving out each person or site beside refits in R, in one run: `python tests/benchmarks/influence.py [--write]`.

R fits some of them again, from the estimates of all where its function takes a start; all are left out here. The fit is
outside the clock. `--write` replaces this script's section of docs/benchmarks.md.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
from page import publish
from tables import Table, seconds_text

import growthcurves as gc

HERE = Path(__file__).resolve().parent
TITLE, ROUNDS, REFITS = "Without each person", 3, 10
PLAIN, SITES = "y ~ t * arm + (t | id)", "y ~ t * arm + (t | site/id)"
#: Title, formula, options, persons, own times, what is left out, the task of influence.R and how many R leaves out.
TASKS = [
    ("200 persons, 6 waves", PLAIN, {}, 200, False, "id", "waves"),
    ("200 persons, 6 times of their own", PLAIN, {}, 200, True, "id", "own times"),
    ("10,000 persons, 6 waves", PLAIN, {}, 10_000, False, "id", ""),
    ("10,000 persons, 6 times of their own", PLAIN, {}, 10_000, True, "id", ""),
    ("200 persons in 20 sites", SITES, {}, 200, False, "id", "patients in sites"),
    ("20 sites of 10 persons", SITES, {}, 200, False, "site", "sites"),
    ("200 persons, AR(1) residuals", PLAIN, {"residual": "ar1"}, 200, False, "id", "ar1"),
    ("200 persons, yes or no", "yes ~ t * arm + (1 | id)", {"family": "binomial", "quadrature": 9}, 200, False, "id",
     "yes or no"),
]  # fmt: skip


def panel(persons: int, own: bool) -> pd.DataFrame:
    """Two arms in each of 20 sites, six waves at shared times or times of their own."""
    rng, waves = np.random.default_rng(1), 6
    frame = pd.DataFrame({"id": np.repeat(np.arange(persons), waves), "w": np.tile(np.arange(waves), persons)})
    site, at_time = np.arange(persons) % 20, rng.uniform(-0.4, 0.4, len(frame)) if own else 0.0
    frame = frame.assign(site=site[frame["id"]], arm=frame["id"] // 20 % 2, t=frame["w"] + at_time)
    u, v = rng.normal(size=(persons, 2)) * (1.0, 0.4), rng.normal(size=(20, 2)) * (0.7, 0.3)
    own_line = u[frame["id"]] + v[frame["site"]]
    y = 2 + frame["t"] * (1 + 0.3 * frame["arm"] + own_line[:, 1]) + own_line[:, 0] + rng.normal(size=len(frame))
    return frame.assign(y=y, yes=(y + rng.logistic(size=len(frame)) > 5).astype(int))


def seconds(fit: gc.GrowthFit, unit: str | None) -> float:
    begin = time.perf_counter()
    fit.influence(unit)
    return time.perf_counter() - begin


def of_r(data: pd.DataFrame, task: str, unit: str) -> float | None:
    """Seconds of one refit in R; None where it is not there or not asked."""
    if not task or not shutil.which("Rscript"):
        return None
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "panel.csv"
        data.to_csv(file, index=False)
        command = ["Rscript", str(HERE / "influence.R"), task, str(file), unit, str(REFITS)]
        return float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def row(title: str, formula: str, options: dict, persons: int, own: bool, unit: str, task: str) -> list[str]:
    data = panel(persons, own)
    fit = gc.fit(formula, data, time="t", **options)
    left = data[unit].nunique()
    best = min(seconds(fit, None if unit == "id" else unit) for _ in range(ROUNDS))
    theirs = of_r(data, task, unit)
    peer = ["", ""] if theirs is None else [seconds_text(theirs), f"{theirs * left / best:.0f}"]
    return [title, f"{left:,}", seconds_text(best), seconds_text(best / left), *peer]


def tables() -> list[Table]:
    text = (
        f"Written by `python tests/benchmarks/influence.py --write`. `fit.influence()`: `{PLAIN}` (REML) fitted again "
        f"without each, in sites `{SITES}`; best of {ROUNDS}. In R {REFITS} refits by lmer, lme (AR(1)) or glmer (9 "
        f"points) from the estimates of all, lme from its own start."
    )
    head = ["", "left out", "growthcurves, all", "each", "R, each", "times growthcurves"]
    return [Table(TITLE, text, head, [row(*task) for task in TASKS])]


if __name__ == "__main__":
    publish(__doc__, tables)
