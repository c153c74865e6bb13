"""Units above persons beside lme4, mixedlm and glmm, in one run: `python tests/benchmarks/levels.py [--write]`.

From a data frame to a certified fit with its standard errors, the best of some rounds; peers once, as they take long,
where they are installed. egsingle and InstEval need GROWTHCURVES_PUBLISHED_DATA (make_published_levels.R).
`--write` replaces this script's section of docs/benchmarks.md.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from peers import ROUNDS, of_r, run, seconds

import growthcurves as gc
from growthcurves.engine.build import Sums, standard_of
from growthcurves.engine.likelihood.problem import with_persons
from growthcurves.engine.solution import solve_problem
from growthcurves.numerics.threads import thread_count

HEADING = "## Units above persons"
SLOPES, PLAIN = "y ~ t * arm + (t | site) + (t | id)", "y ~ t * arm + (t | id)"
EGSINGLE = "math ~ year + (year | schoolid) + (year | childid)"
INSTEVAL = "y ~ service + (1 | s) + (1 | d) + (1 | dept:service)"

Peer = tuple[str, Callable[[], float]]


def panel(persons: int, sites: int, own: bool = False) -> pd.DataFrame:
    """Two arms in every site, six waves at shared times or at times of their own, slopes of persons and of sites."""
    rng, waves = np.random.default_rng(1), 6
    frame = pd.DataFrame({"id": np.repeat(np.arange(persons), waves), "t": np.tile(np.arange(1.0 * waves), persons)})
    site = np.arange(persons) % sites
    frame = frame.assign(site=site[frame["id"]], arm=frame["id"] // sites % 2)
    if own:
        frame["t"] += rng.uniform(-0.4, 0.4, len(frame))
    u, v = rng.normal(size=(persons, 2)) * (1.0, 0.4), rng.normal(size=(sites, 2)) * (0.7, 0.3)
    at = u[frame["id"]] + v[frame["site"]]
    return frame.assign(y=2 + frame["t"] * (1 + 0.3 * frame["arm"] + at[:, 1]) + at[:, 0] + rng.normal(size=len(frame)))


def published(name: str) -> pd.DataFrame | None:
    file = Path(os.environ.get("GROWTHCURVES_PUBLISHED_DATA", "")) / f"{name}.csv"
    return pd.read_csv(file) if file.is_file() else None


def ours(formula: str, data: pd.DataFrame, method: str = "reml") -> gc.GrowthFit:
    fit = gc.fit(formula, data, method)
    fit.fixed_effects()
    return fit


def once(made: Callable[[], float]) -> tuple[float, float] | None:
    """Seconds and -2 log likelihood of a peer; None where it is not installed."""
    begin = time.perf_counter()
    try:
        deviance = made()
    except ImportError:
        return None
    return time.perf_counter() - begin, deviance


def of_mixedlm(formula: str, data: pd.DataFrame, reml: bool) -> float:
    import mixedlm

    return -2.0 * float(mixedlm.lmer(formula, data, REML=reml).logLik().value)


def of_glmm(formula: str, data: pd.DataFrame, reml: bool) -> float:
    import glmm

    return -2.0 * float(glmm.fit(data, formula, reml=reml).loglik)


def row(title: str, formula: str, data: pd.DataFrame, task: str, reml: bool = True) -> tuple[str, ...]:
    method = "reml" if reml else "ml"
    mine, deviance = seconds(lambda: ours(formula, data, method)), ours(formula, data, method).deviance
    named = data.assign(**{name: data[name].astype(str) for name in data.columns if name in
                           ("id", "site", "s", "d", "dept", "service", "schoolid", "childid")})  # fmt: skip
    found = [("lme4", of_r("levels.R", task, data)), ("mixedlm", once(lambda: of_mixedlm(formula, named, reml))),
             ("glmm", once(lambda: of_glmm(formula, named, reml)))]  # fmt: skip
    there = [(name, one) for name, one in found if one is not None]
    told = "; ".join(f"{name} {one[0]:,.2f} s ({one[1] - deviance:+.1e})" for name, one in there)
    return title, shown(mine), told, "; ".join(f"{one[0] / mine:,.1f}" for _, one in there)


def shown(value: float) -> str:
    return f"{1e3 * value:,.0f} ms" if value < 1.0 else f"{value:,.2f} s"


def after_the_pass(data: pd.DataFrame) -> float:
    """Seconds from sums to a certified optimum."""
    sums: Sums = gc.fit(SLOPES, data).sums
    moments = sums.moments
    return seconds(lambda: solve_problem(with_persons(standard_of(sums, True), moments), moments))


def measured() -> list[tuple[str, ...]]:
    """Rows of the table: task, ours, the peers', ratios."""
    some, own, many = panel(10_000, 200), panel(10_000, 200, own=True), panel(1_000_000, 500)
    rows = [row("10,000 persons in 200 sites, 6 waves, slopes at both levels", SLOPES, some, "two levels of slopes"),
            row("the same at times of their own", SLOPES, own, "two levels of slopes")]  # fmt: skip
    large, plain = seconds(lambda: ours(SLOPES, many)), seconds(lambda: ours(PLAIN, many))
    rows.append(("1,000,000 persons in 500 sites, 6 waves, slopes at both levels", shown(large),
                 f"the same without sites {shown(plain)}", f"{plain / large:,.2f}"))  # fmt: skip
    short, long = after_the_pass(panel(10_000, 500)), after_the_pass(many)
    rows.append(("after the pass over the rows: 1,000,000 persons in 500 sites", shown(long),
                 f"10,000 persons in 500 sites {shown(short)}", f"{short / long:,.2f}"))  # fmt: skip
    for name, formula, title, reml in (
        ("egsingle", EGSINGLE, "egsingle: 1,721 children in 60 schools, slopes at both levels", True),
        ("InstEval", INSTEVAL, "InstEval: 2,972 students by 1,128 lecturers and 28 departments by service, ML", False),
    ):
        data = published(name)
        if data is not None:
            data = data.astype({"service": str, "dept": str}) if name == "InstEval" else data
            rows.append(row(title, formula, data, name, reml))
    return rows


def section() -> str:
    busy = os.getloadavg()[0] > thread_count()
    others = " Other programs ran at the same time: only ratios tell something." if busy else ""
    lines = ["| task | growthcurves | beside it | times as fast |", "|---|---:|---|---:|"]
    lines += [f"| {' | '.join(one)} |" for one in measured()]
    return (
        f"{HEADING}\n\nFrom a data frame to a certified fit with standard errors, the best of {ROUNDS} rounds with "
        f"{thread_count()} threads; peers once. In brackets how far a peer's -2 log likelihood lies above ours."
        f"{others} Made by `tests/benchmarks/levels.py`.\n\n" + "\n".join(lines) + "\n"
    )


if __name__ == "__main__":
    run(__doc__, HEADING, section)
