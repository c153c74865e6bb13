"""Yes-or-no outcomes beside glmer, glmmTMB and glmm, in one run: `python tests/benchmarks/families.py [--write]`.

From a data frame to a certified fit with its standard errors, the best of some rounds; R once, as it takes long, where
Rscript with lme4 and glmmTMB is there, and the package glmm of the Python index where it is installed. `--write`
replaces this script's section of docs/benchmarks.md.
"""

from __future__ import annotations

import os

import numpy as np
import pandas as pd
from peers import ROUNDS, in_turns, of_r, run, seconds
from scipy.special import expit

import growthcurves as gc
from growthcurves.numerics.threads import thread_count

HEADING = "## Yes-or-no outcomes"
ARMS, WITH_X = "y ~ t * arm + (1 | id)", "y ~ t * arm + x + (1 | id)"
SLOPES = "y ~ t * arm + (t | id)"


def panel(persons: int, waves: int, sds: tuple[float, float] = (1.2, 0.4)) -> pd.DataFrame:
    """Two arms at shared waves, and a continuous covariate of the person."""
    rng = np.random.default_rng(1)
    frame = pd.DataFrame({"id": np.repeat(np.arange(persons), waves), "t": np.tile(np.arange(1.0 * waves), persons)})
    frame = frame.assign(arm=frame["id"] % 2, x=rng.normal(size=persons)[frame["id"]])
    u = rng.normal(size=(persons, 2)) * sds
    eta = -0.5 + 0.2 * frame["t"] + 0.3 * frame["arm"] + 0.4 * frame["x"] + u[frame["id"], 0]
    chance = expit(eta + u[frame["id"], 1] * frame["t"])
    return frame.assign(y=(rng.random(len(frame)) < chance).astype(int))


def at_times_of_their_own(data: pd.DataFrame) -> pd.DataFrame:
    """The same with visits early or late, and one in seven missed, so that persons have one to all of them."""
    rng = np.random.default_rng(2)
    moved = data.assign(t=(data["t"] + rng.normal(0.0, 0.1, len(data))).round(3))
    return moved[rng.random(len(data)) > 1.0 / 7.0]


def ours(formula: str, data: pd.DataFrame, quadrature: object) -> gc.GrowthFit:
    fit = gc.fit(formula, data, family="binomial", quadrature=quadrature, time="t")
    fit.fixed_effects()
    return fit


def of_glmm(formula: str, data: pd.DataFrame, points: int) -> float | None:
    """-2 log likelihood of the package glmm; None where it is not installed."""
    try:
        import glmm
    except ImportError:
        return None
    return -2.0 * float(glmm.fit(data, formula, family="binomial", nagq=points).loglik)


def beside_glmm(formula: str, data: pd.DataFrame, points: int) -> tuple[float, tuple[float, float] | None]:
    """Our seconds, and those of the package glmm with its -2 log likelihood, by turns."""
    named = data.assign(id=data["id"].astype(str))
    deviance = of_glmm(formula, named, points)
    mine = lambda: ours(formula, data, points)  # noqa: E731
    if deviance is None:
        return in_turns(mine)[0], None
    best = in_turns(mine, lambda: of_glmm(formula, named, points))
    return best[0], (best[1], deviance)


def shown(value: float) -> str:
    return f"{1e3 * value:,.0f} ms" if value < 1.0 else f"{value:,.1f} s"


def measured() -> list[tuple[str, ...]]:
    """Rows of the table: task, ours, the peer's, ratio."""
    clinic, middle, many = panel(294, 7, (4.0, 0.0)), panel(10_000, 6, (1.2, 0.0)), panel(100_000, 6)
    trial, own = panel(500, 5), at_times_of_their_own(clinic)
    tasks = (
        ("294 persons, 7 visits, random intercept of SD 4, 25 points", ARMS, clinic, 25, ("glmer 25", "glmm")),
        ("the same at times of their own, one visit in 7 missed", ARMS, own, 25, ("glmer 25", "glmm")),
        ("500 persons, 5 waves, random slope, points until the answer stands", SLOPES, trial, "auto",
         ("glmer Laplace", "glmmTMB Laplace")),
        ("500 persons, 5 waves, random slope, Laplace", SLOPES, trial, "laplace", ("glmmTMB Laplace",)),
        ("10,000 persons, 6 waves, a continuous covariate, 11 points", WITH_X, middle, 11, ("glmer 11 x", "glmm")),
        ("100,000 persons, 6 waves, random intercept, Laplace", ARMS, many, "laplace", ()),
        ("100,000 persons, 6 waves, random intercept, 11 points", ARMS, many, 11, ("glmm",)),
        ("100,000 persons, 6 waves, random slope, 9 by 9 points", SLOPES, many, 9, ()),
    )  # fmt: skip
    return [row(*task) for task in tasks]


def row(title: str, formula: str, data: pd.DataFrame, quadrature: object, peers: tuple[str, ...]) -> tuple[str, ...]:
    """A line of the table; peers in R are named by their task in families.R."""
    found: list[tuple[str, tuple[float, float] | None]] = []
    if "glmm" in peers:
        mine, theirs = beside_glmm(formula, data, int(str(quadrature)))
        found.append(("glmm", theirs))
    else:
        mine = seconds(lambda: ours(formula, data, quadrature))
    of_others = [(task.removesuffix(" 25").removesuffix(" 11 x"), of_r("families.R", task, data))
                 for task in peers if task != "glmm"]  # fmt: skip
    there = [(name, one) for name, one in of_others + found if one is not None]
    deviance = ours(formula, data, quadrature).deviance
    told = [f"{name} {shown(one[0])} ({one[1] - deviance:+.1e})" for name, one in there]
    return title, shown(mine), "; ".join(told), "; ".join(f"{one[0] / mine:,.1f}" for _, one in there)


def section() -> str:
    busy = os.getloadavg()[0] > thread_count()
    others = " Other programs ran at the same time: only ratios tell something." if busy else ""
    lines = ["| task | growthcurves | peers | times as fast |", "|---|---:|---|---:|"]
    lines += [f"| {' | '.join(row)} |" for row in measured()]
    return (
        f"{HEADING}\n\nFrom a data frame to a certified fit with standard errors, the best of {ROUNDS} rounds with "
        f"{thread_count()} threads; peers in Python by turns with it, "
        "those in R once. In brackets how far a peer's -2 log likelihood lies above ours: "
        f"Laplace's is another approximation than quadrature.{others} Made by `tests/benchmarks/families.py`.\n\n"
        + "\n".join(lines)
        + "\n"
    )


if __name__ == "__main__":
    run(__doc__, HEADING, section)
