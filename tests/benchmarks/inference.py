"""Benchmarks of inference against the peers, in one run: `python tests/benchmarks/inference.py [--write]`.

Every engine does a task in a process of its own, engines take turns for several rounds, and the best time counts;
peers are measured where they are installed (`pip install mixedlm lme-python polars`, Rscript with lme4). `--write` puts
the sections into docs/benchmarks.md, in the place of those that are there.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from engines import SLEEPSTUDY as MODEL
from run import HERE, OURS, REPOSITORY, SLEEPSTUDY, is_there, listed
from tables import Table, seconds_text, with_section

#: What a task asks of each engine: from the fitted object, outside the clock, to what the clock measures.
Run = Callable[[pd.DataFrame], Callable[[], Any]]


def visits(persons: int = 888) -> pd.DataFrame:
    """Persons with one to thirteen visits at times of their own, and two covariates that vary in time."""
    rng = np.random.default_rng(1)
    sizes = rng.integers(1, 14, persons)
    who = np.repeat(np.arange(persons), sizes)
    time = rng.uniform(0, 13, who.size)
    hours, load = rng.normal(7, 2, who.size) + rng.normal(0, 1, persons)[who], rng.normal(size=who.size)
    arm = rng.integers(0, 2, persons)[who]
    effects = rng.normal(size=(4, persons))[:, who] * np.array([[0.23], [0.05], [0.02], [0.05]])
    slopes = 0.04 + 0.01 * arm + effects[1], -0.012 + effects[2], 0.1 + effects[3]
    y = 2.0 + effects[0] + slopes[0] * time + slopes[1] * hours + slopes[2] * load + rng.normal(0, 0.3, who.size)
    return pd.DataFrame({"id": who, "time": time, "hours": hours, "load": load, "arm": arm, "y": y})


#: Random intercept and rate, and random slopes of both covariates besides: four and eleven variance parameters.
VISITS = "y ~ time * arm + hours + load + (time | id)"
VISITS_RANDOM = "y ~ time * arm + hours + load + (time + hours + load | id)"


def ours_profile(frame: pd.DataFrame) -> Callable[[], Any]:
    """Both ends of all intervals of an ML fit, as a table."""
    return _ours(frame, MODEL.lme4, lambda fit: fit.conf_int(method="profile"))


def _ours(
    frame: pd.DataFrame, formula: str, answer: Callable[[Any], Any], time: str | None = None
) -> Callable[[], Any]:
    """An answer of a fit that remembers nothing of the answers before."""
    import growthcurves as gc

    fit = gc.fit(formula, frame, method="ml", time=time)
    return lambda: answer(replace(fit))


def ours_visits(formula: str, answer: Callable[[Any], Any]) -> Run:
    return lambda frame: _ours(frame, formula, answer, "time")


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
LME4_PROFILE = 'confint(fit, method = "profile", quiet = TRUE)'


@dataclass(frozen=True)
class Task:
    """What is asked of the engines: a heading, words, the data, the model for lme4, and what each engine does."""

    title: str
    text: str
    frame: Callable[[], pd.DataFrame]
    formula: str
    engines: dict[str, Run | str]


def sleepstudy() -> pd.DataFrame:
    return pd.read_csv(SLEEPSTUDY)


TASKS = {
    "profile": Task(
        "Profile likelihood intervals of sleepstudy",
        "Both ends of all six 95 % intervals (two SDs, correlation, residual SD, two fixed effects; ML), from a fitted "
        "object. lme4 is `confint(method = 'profile')`, which makes whole profiles. mixedlm and lme-python profile "
        "the two fixed effects only.",
        sleepstudy,
        MODEL.lme4,
        {
            OURS: ours_profile,
            "mixedlm": mixedlm_profile,
            "lme-python": lme_python_profile,
            "lme4": LME4_PROFILE,
        },
    ),
    "visits": Task(
        "Profile likelihood intervals with times of their own",
        f"888 persons with 1 to 13 visits at times of their own and two time-varying covariates, `{VISITS}`: both ends "
        "of all ten 95 % intervals (ML), from a fitted object.",
        visits,
        VISITS,
        {OURS: ours_visits(VISITS, lambda fit: fit.conf_int(method="profile")), "lme4": LME4_PROFILE},
    ),
    "visits_random": Task(
        "Profile likelihood intervals with random slopes of covariates",
        f"The same persons, `{VISITS_RANDOM}`: both ends of all seventeen 95 % intervals (ML), from a fitted object.",
        visits,
        VISITS_RANDOM,
        {OURS: ours_visits(VISITS_RANDOM, lambda fit: fit.conf_int(method="profile"))},
    ),
    "visits_printed": Task(
        "A printed fit with random slopes of covariates",
        "The same fit printed: eleven profile intervals, fixed effects with Satterthwaite's degrees of freedom.",
        visits,
        VISITS_RANDOM,
        {OURS: ours_visits(VISITS_RANDOM, str)},
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
    asked = TASKS[task]
    run = asked.engines[engine]
    if isinstance(run, str):
        data = Path(tempfile.mkdtemp(), "data.csv")
        asked.frame().to_csv(data, index=False)
        return ["Rscript", "-e", LME4.format(data=data, formula=asked.formula, repeats=3, call=run)]
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
    asked = TASKS[task]
    best = {}
    for engine in asked.engines:
        times = measured(engine, task, rounds, seconds) if is_there(engine) else []
        if times:
            best[engine] = min(times)
    text = f"Written by `python tests/benchmarks/inference.py --write` ({listed(list(best))}). {asked.text}"
    rows = [[engine, seconds_text(taken), f"{taken / best[OURS]:.1f}"] for engine, taken in best.items()]
    return Table(asked.title, text, ["engine", "best", f"times {OURS}"], rows)


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
        run = TASKS[task].engines[engine]
        assert not isinstance(run, str)
        print(best_of(run(TASKS[task].frame()), chosen.seconds))
        return
    page = REPOSITORY / "docs" / "benchmarks.md"
    for task in TASKS:
        found = table(task, chosen.rounds, chosen.seconds)
        print(found.markdown())
        if chosen.write:
            page.write_text(with_section(page.read_text(encoding="utf-8"), found), encoding="utf-8")


if __name__ == "__main__":
    main()
