"""Benchmarks of inference against the peers, in one run: `python tests/benchmarks/inference.py [--write]`.

Every engine does a task in a process of its own, engines take turns for several rounds, and the best time counts;
peers are measured where they are installed (`pip install mixedlm lme-python polars`, Rscript with lme4). `--write` puts
the sections into docs/benchmarks.md, in the place of those that are there.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

import pandas as pd
from engines import SLEEPSTUDY as MODEL
from run import HERE, OURS, REPOSITORY, SLEEPSTUDY, is_there, listed
from tables import Table, seconds_text, with_section

#: What a task asks of each engine: from the fitted object, outside the clock, to what the clock measures.
Run = Callable[[pd.DataFrame], Callable[[], Any]]


def ours_profile(frame: pd.DataFrame) -> Callable[[], Any]:
    """Both ends of the six intervals of an ML fit, as a table."""
    import growthcurves as gc

    fit = gc.fit(MODEL.lme4, frame, method="ml")
    return lambda: fit.conf_int(method="profile")


def mixedlm_profile(frame: pd.DataFrame) -> Callable[[], Any]:
    """mixedlm's profile intervals, which are those of the two fixed effects only."""
    import mixedlm

    fit = mixedlm.lmer(MODEL.lme4, frame, REML=False)
    return lambda: fit.confint(method="profile")


def lme_python_profile(frame: pd.DataFrame) -> Callable[[], Any]:
    """lme-python's profile intervals, which are those of the two fixed effects only."""
    import lme_python
    import polars as pl

    data = pl.from_pandas(frame)
    fit = lme_python.lmer(MODEL.lme4, data=data, reml=False)
    return lambda: fit.confint(method="profile", data=data)


LME4 = """
suppressPackageStartupMessages(library(lme4))
data <- read.csv("{data}")
fit <- lmer({formula}, data, REML = FALSE)
times <- replicate({repeats}, system.time({call})[["elapsed"]])
cat(min(times))
"""

TASKS: dict[str, tuple[str, str, dict[str, Run | str]]] = {
    "profile": (
        "Profile likelihood intervals of sleepstudy",
        "Both ends of all six 95 % intervals (two SDs, correlation, residual SD, two fixed effects; ML), from a fitted "
        "object. lme4 is `confint(method = \"profile\")`, which makes whole profiles. mixedlm and lme-python profile "
        "the two fixed effects only.",
        {
            OURS: ours_profile,
            "mixedlm": mixedlm_profile,
            "lme-python": lme_python_profile,
            "lme4": 'confint(fit, method = "profile", quiet = TRUE)',
        },
    ),
}


def best_of(work: Callable[[], Any], seconds: float) -> float:
    """The best time of repeats for some seconds, after one that does not count."""
    work()
    times: list[float] = []
    while not times or sum(times) < seconds:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return min(times)


def command(engine: str, task: str, seconds: float) -> list[str]:
    run = TASKS[task][2][engine]
    if isinstance(run, str):
        script = LME4.format(data=SLEEPSTUDY, formula=MODEL.lme4, repeats=3, call=run)
        return ["Rscript", "-e", script]
    return [sys.executable, str(HERE / "inference.py"), "--one", engine, task, "--seconds", str(seconds)]


def measured(engine: str, task: str, rounds: int, seconds: float) -> list[float]:
    found = []
    for _ in range(rounds):
        done = subprocess.run(command(engine, task, seconds), capture_output=True, text=True)
        if done.returncode == 0:
            found.append(float(done.stdout.strip().splitlines()[-1]))
        else:
            print(engine, done.stderr.strip().splitlines()[-1:], file=sys.stderr)
    return found


def table(task: str, rounds: int, seconds: float) -> Table:
    title, text, engines = TASKS[task]
    best = {}
    for engine in engines:
        times = measured(engine, task, rounds, seconds) if is_there(engine) else []
        if times:
            best[engine] = min(times)
    text = f"Written by `python tests/benchmarks/inference.py --write` ({listed(list(best))}). {text}"
    rows = [[engine, seconds_text(taken), f"{taken / best[OURS]:.1f}"] for engine, taken in best.items()]
    return Table(title, text, ["engine", "best", f"times {OURS}"], rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the results into docs/benchmarks.md")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--one", nargs=2, metavar=("ENGINE", "TASK"), help="one engine at one task, in this process")
    chosen = parser.parse_args()
    if chosen.one:
        warnings.simplefilter("ignore")
        engine, task = chosen.one
        run = TASKS[task][2][engine]
        assert not isinstance(run, str)
        print(best_of(run(pd.read_csv(SLEEPSTUDY)), chosen.seconds))
        return
    page = REPOSITORY / "docs" / "benchmarks.md"
    for task in TASKS:
        found = table(task, chosen.rounds, chosen.seconds)
        print(found.markdown())
        if chosen.write:
            page.write_text(with_section(page.read_text(encoding="utf-8"), found), encoding="utf-8")


if __name__ == "__main__":
    main()
