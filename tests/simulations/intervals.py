"""Coverage of Wald and profile likelihood intervals: `python tests/simulations/intervals.py [--write]`.

Panels are drawn from the model itself (normal effects, shared waves 0, 1, ..., no missing outcomes) and fitted by
REML; `--write` replaces this script's section of docs/simulations.md.
"""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd

import growthcurves as gc

sys.path.append(str(Path(__file__).resolve().parents[1]))
from sections import put  # noqa: E402

HEADING = "## Wald and profile likelihood intervals"
PERSONS, WAVES = (30, 50, 100), (3, 5, 8)
SD, CORRELATION, RESIDUAL, MEAN = np.array([1.0, 0.3]), -0.2, 1.0, np.array([10.0, 0.5])
TRUTH = {
    "sd:intercept": SD[0],
    "sd:slope": SD[1],
    "cor:intercept,slope": CORRELATION,
    "sd:residual": RESIDUAL,
    "slope": MEAN[1],
}
METHODS = ("wald", "profile")


def panels(persons: int, waves: int, replicates: int, seed: int) -> Iterator[pd.DataFrame]:
    """Panels drawn from the model."""
    rng = np.random.default_rng([seed, persons, waves])
    R = np.array([[1.0, CORRELATION], [CORRELATION, 1.0]])
    root = np.linalg.cholesky(R * np.outer(SD, SD))
    Z = np.column_stack([np.ones(waves), np.arange(waves)])
    frame = pd.DataFrame({"id": np.repeat(np.arange(persons), waves), "time": np.tile(Z[:, 1], persons)})
    for _ in range(replicates):
        effects = MEAN + rng.normal(size=(persons, 2)) @ root.T
        yield frame.assign(y=(effects @ Z.T + RESIDUAL * rng.normal(size=(persons, waves))).ravel())


def of_one(frame: pd.DataFrame) -> list[dict]:
    """Whether each interval holds the truth, lies above or below it, or is missing."""
    fit = gc.fit("y ~ time + (time | id)", frame)
    rows = []
    for method in METHODS:
        found = fit.conf_int(method=method)
        for term, truth in TRUTH.items():
            low, high = found.loc[term]
            given = low == low and high == high
            rows.append({"method": method, "term": term, "given": given, "above": low > truth, "below": high < truth})
    return rows


def cell(persons: int, waves: int, replicates: int, seed: int) -> pd.DataFrame:
    rows = [row for frame in panels(persons, waves, replicates, seed) for row in of_one(frame)]
    table = pd.DataFrame(rows).groupby(["term", "method"], sort=False).mean()
    return table.assign(persons=persons, waves=waves).reset_index()


def percent(row: pd.Series) -> str:
    """Coverage of the intervals that were given, with the share of those that were not."""
    covered = (row["given"] - row["above"] - row["below"]) / row["given"]
    missing = 1.0 - row["given"]
    return f"{100 * covered:.1f}" + (f" ({100 * missing:.1f} none)" if missing > 0.0005 else "")


def markdown(table: pd.DataFrame, replicates: int, seed: int) -> str:
    error = 100 * np.sqrt(0.95 * 0.05 / replicates)
    head = ["persons", "waves", *(f"{term} {method}" for term in TRUTH for method in METHODS)]
    lines = ["| " + " | ".join(head) + " |", "|" + "---:|" * len(head)]
    for (persons, waves), rows in table.groupby(["persons", "waves"], sort=False):
        by = rows.set_index(["term", "method"])
        cells = [percent(by.loc[(term, method)]) for term in TRUTH for method in METHODS]
        lines.append(f"| {persons} | {waves} | " + " | ".join(cells) + " |")
    return (
        f"{HEADING}\n\nCoverage in per cent of 95 % intervals over {replicates:,} panels per row; Monte Carlo "
        f"standard error {error:.1f} at 95 %. SDs {SD[0]:g} and {SD[1]:g}, correlation {CORRELATION:g}, residual SD "
        f"{RESIDUAL:g}, waves 0, 1, ...; fitted by REML. Fixed effects: Wald is Student's t with Satterthwaite's "
        f"degrees of freedom, the profile is that of ML. \"None\" is the share of panels in which the method gives no "
        f"interval (Wald: on the boundary); coverage is over the others.\n\nMade by `tests/simulations/intervals.py` "
        f"(seed {seed}).\n\n" + "\n".join(lines) + "\n"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the section into docs/simulations.md")
    parser.add_argument("--replicates", type=int, default=600)
    parser.add_argument("--seed", type=int, default=20)
    chosen = parser.parse_args()
    warnings.simplefilter("ignore")
    cells = [cell(persons, waves, chosen.replicates, chosen.seed) for persons, waves in product(PERSONS, WAVES)]
    section = markdown(pd.concat(cells), chosen.replicates, chosen.seed)
    print(section)
    if chosen.write:
        put("simulations.md", HEADING, section)


if __name__ == "__main__":
    main()
