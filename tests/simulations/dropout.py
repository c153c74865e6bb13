"""Multiple imputation with a delta after dropout: `python tests/simulations/dropout.py [--write]`.

Each imputation draws parameters (by a parametric bootstrap of the fit), then the unseen outcomes of every person given
what was seen, adds delta * (t - last visit), and fits the completed table; Rubin's rules pool the slopes and their
difference. The same draws serve every delta. `--write` puts this script's section into docs/simulations.md, and the
numbers into dropout.json beside it, which tests/results/effects/test_dropout_sensitivity.py reads.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import growthcurves as gc

HERE = Path(__file__).resolve().parent
sys.path.append(str(HERE.parent))
from sections import simulated  # noqa: E402

HEADING = "## Dropout: delta beside multiple imputation"
WAVES, PERSONS, DELTAS = 5, 120, (-1.0, 0.0, 2.0)
MODEL = "y ~ t * arm + (t | who)"


def panel() -> pd.DataFrame:
    """Two arms, five waves, dropout by the last outcome."""
    rng = np.random.default_rng(1)
    t, rows = np.arange(WAVES), []
    for who in range(PERSONS):
        arm = who % 2
        u = rng.multivariate_normal([0, 0], [[9.0, 1.0], [1.0, 1.0]])
        y = 20 + u[0] + (-1 - 0.6 * arm + u[1]) * t + rng.normal(0, 2, WAVES)
        chance = 1 / (1 + np.exp(2.2 - (y[:-1] - 17) / 5))
        gone = np.flatnonzero(rng.random(WAVES - 1) < chance)
        out = gone[0] + 1 if len(gone) else WAVES
        rows += [(who, "ab"[arm], k, round(y[k], 3) if k < out else np.nan) for k in range(WAVES)]
    return pd.DataFrame(rows, columns=["who", "arm", "t", "y"])


def slopes(data: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The slope of the first arm and the difference, and their squared standard errors."""
    fit = gc.fit(MODEL, data)
    return fit.estimates.beta[2:], np.diag(fit.estimates.cov_beta)[2:]


def imputed(data: pd.DataFrame, count: int, seed: int) -> Iterator[np.ndarray]:
    """Outcomes (persons, waves) with those that were not seen drawn anew."""
    rng = np.random.default_rng(seed)
    y = data["y"].to_numpy().reshape(PERSONS, WAVES)
    gone, t = np.isnan(y), np.arange(WAVES)
    arm = (data["arm"] == "b").to_numpy(float).reshape(PERSONS, WAVES)
    X = np.stack([np.ones_like(arm), arm, np.broadcast_to(t, arm.shape), arm * t], axis=2)
    Z = np.column_stack([np.ones(WAVES), t])
    fit = gc.fit(MODEL, data.dropna())
    for _ in range(count):
        u = rng.multivariate_normal(np.zeros(2), fit.G, PERSONS)
        drawn = X @ fit.estimates.beta + u @ Z.T + rng.normal(0, np.sqrt(fit.residual_variance), y.shape)
        again = gc.fit(MODEL, data.assign(y=np.where(gone, np.nan, drawn).ravel()).dropna())
        V = Z @ again.G @ Z.T + again.residual_variance * np.eye(WAVES)
        whole = y.copy()
        for who in np.flatnonzero(gone.any(axis=1)):
            out, mean = gone[who], X[who] @ again.estimates.beta
            K = V[np.ix_(out, ~out)] @ np.linalg.inv(V[np.ix_(~out, ~out)])
            spread = V[np.ix_(out, out)] - K @ V[np.ix_(~out, out)]
            whole[who, out] = mean[out] + K @ (y[who, ~out] - mean[~out])
            whole[who, out] += rng.multivariate_normal(np.zeros(out.sum()), spread)
        yield whole


def pooled(data: pd.DataFrame, count: int, seed: int) -> list[dict[str, Any]]:
    """Rubin's rules at every delta."""
    gone = data["y"].isna().to_numpy().reshape(PERSONS, WAVES)
    ramp = np.where(gone, np.arange(WAVES) - ((~gone).sum(axis=1) - 1)[:, None], 0.0)
    found: dict[float, list[tuple[np.ndarray, np.ndarray]]] = {delta: [] for delta in DELTAS}
    for whole in imputed(data, count, seed):
        for delta, one in found.items():
            one.append(slopes(data.assign(y=(whole + delta * ramp).ravel())))
    cases = []
    for delta, one in found.items():
        estimates, variances = (np.array(part) for part in zip(*one, strict=True))
        between = np.var(estimates, axis=0, ddof=1)
        rubin = np.sqrt(variances.mean(axis=0) + (1 + 1 / count) * between)
        numbers = {"estimate": estimates.mean(axis=0), "rubin": rubin, "monte_carlo": np.sqrt(between / count)}
        cases.append({"delta": delta} | {name: value.tolist() for name, value in numbers.items()})
    return cases


def section(replicates: int, seed: int) -> str:
    """The section of docs/simulations.md."""
    data = panel()
    cases = pooled(data, replicates, seed)
    if "--write" in sys.argv:
        text = json.dumps({"data": data.to_dict("list"), "imputations": replicates, "cases": cases})
        (HERE / "dropout.json").write_text(text.replace("NaN", "null"), encoding="utf-8")
    ours = gc.fit(MODEL, gc.Panel(data, id="who", time="t", outcome="y")).dropout_sensitivity(by="arm", deltas=DELTAS)
    lines = [
        f"| {case['delta']:g} | {case['estimate'][1]:.4f} ({case['monte_carlo'][1]:.4f}) | {row.estimate:.4f} "
        f"| {case['rubin'][1]:.4f} | {row.std_error:.4f} |"
        for case, row in zip(cases, ours.table.itertuples(), strict=True)
    ]
    return "\n".join([
        HEADING,
        "",
        f"{PERSONS} persons in two arms, {WAVES} waves, {100 * data['y'].isna().mean():.0f} % of outcomes lost to "
        f"dropout that depends on the last one; the difference of slopes by {replicates:,} imputations pooled by "
        f"Rubin's rules (with its Monte Carlo standard error), and by `fit.dropout_sensitivity`. Made by "
        f"`python tests/simulations/dropout.py --write` (seed {seed}).",
        "",
        "| delta | imputed | closed form | Rubin's standard error | that of the closed form |",
        "|---:|---:|---:|---:|---:|",
        *lines,
    ])  # fmt: skip


if __name__ == "__main__":
    simulated(__doc__ or "", section, HEADING, replicates=1000, seed=3)
