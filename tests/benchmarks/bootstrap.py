"""Bootstrap against the peers: `python tests/benchmarks/bootstrap.py [--write]`.

Peers are measured when they can be imported (`pip install lme-python mixedlm polars`), lme4 when Rscript is there.
The fit is outside the clock; engines take turns in one run, the best time of each counts. `--write` puts the sections
into docs/benchmarks.md, in the place of those that are there.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
from page import publish
from simulate import growth_panel
from tables import Table, seconds_text

import growthcurves as gc

HERE = Path(__file__).resolve().parent
SLEEPSTUDY = HERE.parent / "reference" / "sleepstudy.csv"
FORMULA = "reaction ~ day + (day | subject)"
REPLICATES, PERSONS, CASES = 1000, 1000, 2000
#: Seconds after which an engine is not asked again.
SLOW = 5.0
PARAMETRIC = "Parametric bootstrap"
CASE = "Case bootstrap"


def ours() -> Callable[[], object]:
    fit = gc.fit(FORMULA, gc.load_dataset("sleepstudy"))
    return lambda: fit.bootstrap(n=REPLICATES, rng=1)


def lme_python() -> Callable[[], object]:
    import lme_python
    import polars as pl

    data = pl.read_csv(SLEEPSTUDY)
    fit = lme_python.lmer(FORMULA, data=data, reml=True)
    return lambda: lme_python.boot_lmer(FORMULA, data, fit, nsim=REPLICATES, method="parametric", reml=True, seed=1)


def mixedlm() -> Callable[[], object]:
    import mixedlm

    fit = mixedlm.lmer(FORMULA, pd.read_csv(SLEEPSTUDY))
    return lambda: mixedlm.bootMer(fit, nsim=REPLICATES, seed=1)


ENGINES = {"growthcurves": ours, "lme-python": lme_python, "mixedlm": mixedlm}
MODULES = {"growthcurves": "growthcurves", "lme-python": "lme_python", "mixedlm": "mixedlm"}


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def parametric(rounds: int) -> Table:
    """1,000 replicates of sleepstudy by every engine that is there, in turns."""
    there = {name: make() for name, make in ENGINES.items() if importlib.util.find_spec(MODULES[name])}
    best = {name: seconds(work) for name, work in there.items()}
    for _ in range(rounds - 1):
        for name, work in there.items():
            if best[name] < SLOW:
                best[name] = min(best[name], seconds(work))
    if shutil.which("Rscript"):
        command = ["Rscript", str(HERE / "bootstrap.R"), str(SLEEPSTUDY), str(REPLICATES)]
        best["lme4"] = float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    text = (
        f"Written by `python tests/benchmarks/bootstrap.py --write`. {REPLICATES:,} replicates of sleepstudy "
        f"(`{FORMULA}`, REML), drawn and fitted, engines in turns, best of {rounds}; engines that take longer than "
        f"{SLOW:.0f} s, and lme4, once."
    )
    mine = best["growthcurves"]
    rows = [[name, seconds_text(value), f"{value / mine:.1f}"] for name, value in best.items()]
    return Table(PARAMETRIC, text, ["engine", "best", "times growthcurves"], rows)


def case() -> Table:
    """2,000 resamples of 1,000 persons; no peer resamples persons and refits, so that nothing is compared."""
    formula = "y ~ time * group + age + (time | id)"
    panels = {
        "five waves": growth_panel(PERSONS, lost=0.0),
        "five waves, 10 % of the rows lost": growth_panel(PERSONS),
        "own times": growth_panel(PERSONS, own_times=True),
    }
    rows = []
    for name, panel in panels.items():
        fit = gc.fit(formula, panel)
        works = [
            lambda fit=fit: fit.bootstrap(n=CASES, kind="case", rng=1),
            lambda fit=fit: fit.bootstrap(n=CASES, kind="case", interval="bca", rng=1).conf_int(),
            lambda fit=fit: fit.bootstrap(n=CASES, rng=1),
        ]
        rows.append([name, *(seconds_text(seconds(work)) for work in works)])
    text = f"{CASES:,} resamples of {PERSONS:,} persons (`{formula}`, REML), drawn and fitted."
    return Table(CASE, text, ["panel", "persons drawn", "with BCa intervals of all parameters", "parametric"], rows)


def tables(rounds: int) -> Iterator[Table]:
    yield case()
    yield parametric(rounds)


if __name__ == "__main__":
    publish(__doc__, tables, rounds=5)
