"""Bias and coverage of yes-or-no growth by quadrature and by Laplace: `python tests/simulations/families.py [--write]`.

Panels are drawn from the model itself (normal effects, shared waves 0, 1, ..., no missing outcomes), and each is fitted
twice; `--write` replaces this script's section of docs/simulations.md.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit

import growthcurves as gc
from growthcurves.errors import GrowthCurvesError

sys.path.append(str(Path(__file__).resolve().parents[1]))
from sections import simulated  # noqa: E402

HEADING = "## Yes-or-no outcomes: quadrature and Laplace"
PERSONS, WAVES = (100, 500), (4, 5, 6)
TRUTH = {"intercept": -0.5, "slope": 0.25, "sd:intercept": 1.2, "sd:slope": 0.4}
METHODS = {"auto": "quadrature", "laplace": "Laplace"}


def panels(persons: int, waves: int, replicates: int, seed: int) -> Iterator[pd.DataFrame]:
    """Panels drawn from the model; effects are uncorrelated."""
    rng = np.random.default_rng([seed, persons, waves])
    frame = pd.DataFrame({"id": np.repeat(np.arange(persons), waves), "t": np.tile(np.arange(1.0 * waves), persons)})
    means, sds = np.array([*TRUTH.values()]).reshape(2, 2)
    for _ in range(replicates):
        effects = means + sds * rng.normal(size=(persons, 2))
        eta = effects[frame["id"], 0] + effects[frame["id"], 1] * frame["t"]
        yield frame.assign(y=(rng.random(len(frame)) < expit(eta)).astype(int))


def of_one(frame: pd.DataFrame) -> list[dict]:
    """Estimates and whether their intervals hold the truth: Wald for fixed effects, profile likelihood for SDs."""
    rows = []
    for quadrature, words in METHODS.items():
        try:
            fit = gc.fit("y ~ t + (t | id)", frame, family="binomial", quadrature=quadrature)
            intervals = fit.conf_int(method="profile")
        except GrowthCurvesError:
            continue
        sds = np.sqrt(np.diag(fit.cov_re))
        for (term, truth), estimate in zip(TRUTH.items(), [*fit.params, *sds], strict=True):
            low, high = intervals.loc[term]
            held = low <= truth <= high if low == low and high == high else None
            rows.append({"method": words, "term": term, "estimate": estimate, "held": held})
    return rows


def lines_of(persons: int, waves: int, replicates: int, seed: int) -> list[str]:
    """One line of the table for each method."""
    table = pd.DataFrame([row for frame in panels(persons, waves, replicates, seed) for row in of_one(frame)])
    lines = []
    for method, rows in table.groupby("method", sort=False):
        by = rows.groupby("term", sort=False)
        cells = [str(persons), str(waves), str(method)]
        for term in TRUTH:
            one = by.get_group(term)
            spread = one["estimate"].std() / np.sqrt(len(one))
            cells += [f"{one['estimate'].median():.3f}", f"{one['estimate'].mean():.3f} ({spread:.3f})"]
            given, missing = one["held"].dropna().astype(float), one["held"].isna().mean()
            cells.append(f"{100 * given.mean():.1f}" + (f" ({100 * missing:.1f} none)" if missing else ""))
        lines.append("| " + " | ".join([*cells, str(by.size().min())]) + " |")
    return lines


def section(replicates: int, seed: int) -> str:
    """The section as text."""
    error = 100 * np.sqrt(0.95 * 0.05 / replicates)
    head = ["persons", "waves", "by", *(f"{term} {what}" for term in TRUTH for what in ("median", "mean", "held"))]
    lines = [line for persons, waves in product(PERSONS, WAVES) for line in lines_of(persons, waves, replicates, seed)]
    table = ["| " + " | ".join([*head, "fitted"]) + " |", "|---:|---:|---|" + "---:|" * (len(head) - 2), *lines]
    truth = ", ".join(f"{term} {value:g}" for term, value in TRUTH.items())
    return (
        f"{HEADING}\n\nLogit growth, truth: {truth}, effects uncorrelated, waves 0, 1, ...; {replicates:,} panels a "
        "line, the same for both. Median and mean of the estimates (Monte Carlo standard error of the mean) and the "
        f"share of 95 % profile likelihood intervals that hold the truth, in percent (Monte Carlo standard error "
        f"{error:.1f} at 95; \"none\" is the share without one, over the others). "
        "The last column counts the panels that were fitted; an estimate that grows without end "
        f"is refused. Made by `python tests/simulations/families.py --write` (seed {seed}).\n\n"
        + "\n".join(table)
        + "\n"
    )


if __name__ == "__main__":
    simulated(__doc__, section, HEADING, replicates=200, seed=14)
