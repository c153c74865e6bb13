"""Residual structures beside glmmTMB and nlme, in one run: `python tests/benchmarks/residuals.py [--write]`.

From a data frame to a certified fit, the best of some rounds; R once, as it takes long, where Rscript with glmmTMB and
nlme is there. `--write` replaces this script's section of docs/benchmarks.md.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from peers import ROUNDS, of_r, run, seconds

import growthcurves as gc
from growthcurves.numerics.threads import thread_count

HEADING = "## Residual structures"


def panel(persons: int, visits: int, missing: float, slopes: bool = False, own_times: bool = False) -> pd.DataFrame:
    """Two arms; correlations that decay and SDs that grow over the visits; rows missing at random."""
    rng = np.random.default_rng(1)
    times = np.arange(float(visits))
    sds = 1.0 + 0.1 * times
    root = np.linalg.cholesky(0.6 ** np.abs(np.subtract.outer(times, times)) * np.outer(sds, sds))
    y = 10.0 + 0.5 * times + rng.normal(size=(persons, visits)) @ root.T
    if slopes:
        y += rng.normal(size=(persons, 1)) + 0.5 * rng.normal(size=(persons, 1)) * times
    frame = pd.DataFrame({"id": np.repeat(np.arange(persons), visits), "visit": np.tile(np.arange(visits), persons)})
    frame["t"] = frame["visit"] + (rng.uniform(-0.3, 0.3, len(frame)) if own_times else 0.0)
    frame = frame.assign(arm=np.where(frame["id"] % 2, "b", "a"), y=y.ravel())
    return frame[rng.random(len(frame)) > missing].reset_index(drop=True)


def unstructured(data: pd.DataFrame) -> gc.GrowthFit:
    return gc.fit("y ~ factor(visit) * arm + us(visit | id)", data)


def growth(data: pd.DataFrame) -> gc.GrowthFit:
    return gc.fit(gc.GrowthModel("y", "t", "id", predictors="arm", residual="ar1", wave="visit"), data)


def decay(data: pd.DataFrame) -> gc.GrowthFit:
    model = gc.GrowthModel("y", "t", "id", predictors="arm", random=("intercept",), residual="car1")
    return gc.fit(model, data)


def measured() -> list[tuple[str, str, str, str]]:
    """Rows of the table: task, ours, the peer's, ratio."""
    rows = []
    for title, data, fitted, task, peer in (
        ("unstructured, 1,000 persons, 10 visits, 14 % missing", panel(1_000, 10, 0.14), unstructured, "un",
         "glmmTMB"),
        ("growth with AR(1), 5,000 persons, 5 waves", panel(5_000, 5, 0.1, slopes=True), growth, "ar1", "nlme"),
    ):  # fmt: skip
        ours, theirs = seconds(lambda data=data, fitted=fitted: fitted(data)), of_r("residuals.R", task, data)
        if theirs is None:
            rows.append((title, f"{1e3 * ours:.0f} ms", "", ""))
            continue
        close = fitted(data).deviance - theirs[1]
        told = f"{peer} {theirs[0]:.1f} s (-2 log likelihood {close:+.1e} from it)"
        rows.append((title, f"{1e3 * ours:.0f} ms", told, f"{theirs[0] / ours:,.0f}"))
    large = panel(100_000, 10, 0.14)
    fit = unstructured(large)
    for title, made_here in (
        ("unstructured, 100,000 persons, 10 visits, 14 % missing", lambda: unstructured(large)),
        ("its Kenward-Roger table of fixed effects", lambda: gc.KenwardRoger().covariance(fit)),
    ):
        rows.append((title, f"{1e3 * seconds(made_here):,.0f} ms", "", ""))
    waves, own = panel(100_000, 5, 0.1, slopes=True), panel(10_000, 5, 0.1, own_times=True)
    for title, made_here in (
        ("growth with AR(1), 100,000 persons, 5 waves", lambda: growth(waves)),
        ("CAR(1), times of their own, 10,000 persons", lambda: decay(own)),
    ):
        rows.append((title, f"{1e3 * seconds(made_here):,.0f} ms", "", ""))
    return rows


def markdown(rows: list[tuple[str, str, str, str]]) -> str:
    lines = ["| task | growthcurves | peer | times as fast |", "|---|---:|---|---:|"]
    lines += [f"| {' | '.join(row)} |" for row in rows]
    return (
        f"{HEADING}\n\nFrom a data frame to a certified fit by REML, the best of {ROUNDS} rounds with "
        f"{thread_count()} threads; peers once. Made by `tests/benchmarks/residuals.py`.\n\n" + "\n".join(lines) + "\n"
    )


if __name__ == "__main__":
    run(__doc__, HEADING, lambda: markdown(measured()))
