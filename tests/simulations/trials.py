"""Size of tests in small trials, unstructured covariance: `python tests/simulations/trials.py [--write]`.

Two arms that do not differ, four visits, outcomes with unequal variances and correlations that decline; complete, or
with dropout that depends on the last value seen. `--write` replaces this script's section of docs/simulations.md.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

import growthcurves as gc
from growthcurves.errors import GrowthCurvesError

sys.path.append(str(Path(__file__).resolve().parents[1]))
from sections import put  # noqa: E402

HEADING = "## Tests in small trials"
PERSONS, DROPOUT = (10, 15, 20), (False, True)
VISITS = 4
SD = np.array([1.0, 1.2, 1.5, 1.8])
CORRELATION = 0.75 ** np.abs(np.subtract.outer(range(VISITS), range(VISITS)))
METHODS = {
    "Kenward-Roger": gc.KenwardRoger(information="observed"),
    "Satterthwaite": "satterthwaite",
    "normal": "normal",
}
MODEL = gc.GrowthModel("y", "visit", "id", shape="visits", random=(), residual="un", predictors="arm")
HYPOTHESES = {
    "last visit": ["visit[4]:arm[b] = 0"],
    "arm": [" + ".join(f"visit[{k}]:arm[b]" for k in range(1, VISITS + 1)) + " = 0"],
    "arm by visit": [f"visit[{k}]:arm[b] - visit[1]:arm[b] = 0" for k in range(2, VISITS + 1)],
}


def panel(persons: int, dropout: bool, rng: np.random.Generator) -> pd.DataFrame:
    """A trial drawn under the hypothesis; a person leaves after a visit with odds that rise with the value there."""
    y = rng.normal(size=(2 * persons, VISITS)) @ np.linalg.cholesky(CORRELATION * np.outer(SD, SD)).T
    leaves = rng.random((2 * persons, VISITS - 1)) < 1.0 / (1.0 + np.exp(2.6 - y[:, :-1] / SD[:-1]))
    there = np.column_stack([np.ones(2 * persons, bool), ~np.logical_or.accumulate(leaves, axis=1)])
    frame = pd.DataFrame({
        "id": np.repeat(np.arange(2 * persons), VISITS),
        "visit": np.tile(np.arange(1, VISITS + 1), 2 * persons),
        "arm": np.repeat(["a", "b"], persons * VISITS),
        "y": y.ravel(),
    })  # fmt: skip
    return frame[there.ravel()] if dropout else frame


def of_one(frame: pd.DataFrame) -> dict[tuple[str, str], float] | None:
    """p of every test; None where the fit does not hold."""
    try:
        fit = gc.fit(MODEL, frame)
    except GrowthCurvesError:
        return None
    if not fit.certificate.converged or fit.estimates.uncertainty("observed") is None:
        return None
    return {(test, name): fit.test(rows, ddf=ddf).p_value
            for test, rows in HYPOTHESES.items() for name, ddf in METHODS.items()}  # fmt: skip


def cell(persons: int, dropout: bool, replicates: int, seed: int) -> dict:
    rng = np.random.default_rng([seed, persons, dropout])
    found = [of_one(panel(persons, dropout, rng)) for _ in range(replicates)]
    p = pd.DataFrame([one for one in found if one is not None])
    return {"persons": persons, "dropout": dropout, "held": len(p)} | (p < 0.05).mean().to_dict()


def markdown(rows: list[dict], replicates: int, seed: int) -> str:
    tests = list(product(HYPOTHESES, METHODS))
    head = ["persons an arm", "dropout", "fits that hold", *(f"{test}, {name}" for test, name in tests)]
    lines = ["| " + " | ".join(head) + " |", "|---:|---|---:|" + "---:|" * len(tests)]
    for row in rows:
        shares = [f"{100 * row[test]:.1f}" for test in tests]
        first = [str(row["persons"]), "yes" if row["dropout"] else "none", f"{row['held']:,}"]
        lines.append("| " + " | ".join([*first, *shares]) + " |")
    error = 100 * np.sqrt(0.05 * 0.95 / replicates)
    text = (
        f"Rejections in per cent at 5 % under the null hypothesis; {replicates:,} trials per row, Monte Carlo standard "
        f"error {error:.1f} at 5. Two arms, {VISITS} visits, unstructured covariance, REML; SDs 1 to 1.8, correlation "
        f".75 of neighbours. Dropout depends on the last value seen (missing at random) and leaves three quarters at "
        f"the last visit. Observed information. Fits that have not converged, or whose information is not positive "
        f"definite, are left out: `gc.mmrm` takes another structure there."
    )
    return f"{HEADING}\n\n{text}\n\nMade by `tests/simulations/trials.py` (seed {seed}).\n\n" + "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--replicates", type=int, default=600)
    parser.add_argument("--seed", type=int, default=31)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        rows = [cell(persons, dropout, asked.replicates, asked.seed) for persons, dropout in product(PERSONS, DROPOUT)]
    section = markdown(rows, asked.replicates, asked.seed)
    print(section)
    if asked.write:
        put("simulations.md", HEADING, section)


if __name__ == "__main__":
    main()
