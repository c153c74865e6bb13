"""Yes-or-no outcomes beside glmer, glmmTMB and glmm, in one run: `python tests/benchmarks/families.py [--write]`.

From a data frame to a certified fit with its standard errors, the best of some rounds; R once, as it takes long, where
Rscript with lme4 and glmmTMB is there, and the package glmm of the Python index where it is installed. `--write`
replaces this script's section of docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
from peers import ROUNDS, of_r, seconds
from scipy.special import expit

import growthcurves as gc
from growthcurves.numerics.threads import thread_count

sys.path.append(str(Path(__file__).resolve().parents[1]))
from sections import put  # noqa: E402

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


def ours(formula: str, data: pd.DataFrame, quadrature: object) -> gc.GrowthFit:
    fit = gc.fit(formula, data, family="binomial", quadrature=quadrature, time="t")
    fit.fixed_effects()
    return fit


def of_glmm(formula: str, data: pd.DataFrame, points: int) -> tuple[float, float] | None:
    """Seconds and -2 log likelihood of the package glmm; None where it is not installed."""
    try:
        import glmm
    except ImportError:
        return None
    data = data.assign(id=data["id"].astype(str))
    fits: list = []
    best = seconds(lambda: fits.append(glmm.fit(data, formula, family="binomial", nagq=points)))
    return best, -2.0 * float(fits[-1].loglik)


def shown(value: float) -> str:
    return f"{1e3 * value:,.0f} ms" if value < 1.0 else f"{value:,.1f} s"


def measured() -> list[tuple[str, ...]]:
    """Rows of the table: task, ours, the peer's, ratio."""
    clinic, middle, many = panel(294, 7, (4.0, 0.0)), panel(10_000, 6, (1.2, 0.0)), panel(100_000, 6)
    trial = panel(500, 5)
    tasks = (
        ("294 persons, 7 visits, random intercept of SD 4, 25 points", ARMS, clinic, 25,
         (("glmer", lambda: of_r("families.R", "glmer 25", clinic)), ("glmm", lambda: of_glmm(ARMS, clinic, 25)))),
        ("500 persons, 5 waves, random slope, points until the answer stands", SLOPES, trial, "auto",
         (("glmer, Laplace", lambda: of_r("families.R", "glmer Laplace", trial)),
          ("glmmTMB, Laplace", lambda: of_r("families.R", "glmmTMB Laplace", trial)))),
        ("500 persons, 5 waves, random slope, Laplace", SLOPES, trial, "laplace",
         (("glmmTMB, Laplace", lambda: of_r("families.R", "glmmTMB Laplace", trial)),)),
        ("10,000 persons, 6 waves, a continuous covariate, 11 points", WITH_X, middle, 11,
         (("glmer", lambda: of_r("families.R", "glmer 11 x", middle)), ("glmm", lambda: of_glmm(WITH_X, middle, 11)))),
        ("100,000 persons, 6 waves, random intercept, Laplace", ARMS, many, "laplace", ()),
        ("100,000 persons, 6 waves, random intercept, 11 points", ARMS, many, 11,
         (("glmm", lambda: of_glmm(ARMS, many, 11)),)),
        ("100,000 persons, 6 waves, random slope, 9 by 9 points", SLOPES, many, 9, ()),
    )  # fmt: skip
    rows: list[tuple[str, ...]] = []
    for title, formula, data, quadrature, peers in tasks:
        mine = seconds(lambda formula=formula, data=data, asked=quadrature: ours(formula, data, asked))
        deviance = ours(formula, data, quadrature).deviance
        found = [(name, made()) for name, made in peers]
        told = [f"{name} {shown(one[0])} ({one[1] - deviance:+.1e})" for name, one in found if one is not None]
        ratios = [f"{one[0] / mine:,.1f}" for _, one in found if one is not None]
        rows.append((title, shown(mine), "; ".join(told), "; ".join(ratios)))
    return rows


def section() -> str:
    lines = ["| task | growthcurves | peers | times as fast |", "|---|---:|---|---:|"]
    lines += [f"| {' | '.join(row)} |" for row in measured()]
    return (
        f"{HEADING}\n\nFrom a data frame to a certified fit with standard errors, the best of {ROUNDS} rounds with "
        f"{thread_count()} threads; peers in R once. In brackets how far a peer's -2 log likelihood lies above ours: "
        "Laplace's is another approximation than quadrature. Made by `tests/benchmarks/families.py`.\n\n"
        + "\n".join(lines)
        + "\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the section into docs/benchmarks.md")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    made = section()
    print(made)
    if asked.write:
        put("benchmarks.md", HEADING, made)


if __name__ == "__main__":
    main()
