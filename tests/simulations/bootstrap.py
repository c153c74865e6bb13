"""Coverage of bootstrap intervals: `python tests/simulations/bootstrap.py [--write]`.

Panels are drawn from the model itself (normal effects, shared waves 0, 1, ..., no missing outcomes) and fitted by REML;
`--write` replaces this script's section of docs/simulations.md.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

import growthcurves as gc

sys.path.append(str(Path(__file__).resolve().parents[1]))
from sections import put  # noqa: E402

HEADING = "## Bootstrap intervals"
TRUTH = {"slope": 0.5, "sd:intercept": 1.0, "sd:slope": 0.3, "cor:intercept,slope": -0.2, "sd:residual": 1.0}
DESIGNS = [(30, 5), (100, 5)]
METHODS = {"parametric": ("percentile", "basic"), "case": ("percentile", "bca")}
LEVEL = 0.95


def panel(persons: int, waves: int, rng: np.random.Generator) -> pd.DataFrame:
    """Straight lines with correlated intercepts and slopes."""
    sd = np.array([TRUTH["sd:intercept"], TRUTH["sd:slope"]])
    covariance = np.outer(sd, sd) * np.array([[1.0, TRUTH["cor:intercept,slope"]], [TRUTH["cor:intercept,slope"], 1.0]])
    effects = rng.multivariate_normal([10.0, TRUTH["slope"]], covariance, persons)
    time = np.tile(np.arange(float(waves)), persons)
    person = np.repeat(np.arange(persons), waves)
    y = effects[person, 0] + effects[person, 1] * time + rng.normal(0.0, TRUTH["sd:residual"], len(time))
    return pd.DataFrame({"id": person, "time": time, "y": y})


def of_one(frame: pd.DataFrame, n: int, seed: int) -> list[dict]:
    """Whether each interval holds the truth; an interval that is withheld does not."""
    fit = gc.fit("y ~ time + (time | id)", frame)
    rows = []
    for kind, intervals in METHODS.items():
        drawn = fit.bootstrap(n=n, kind=kind, rng=seed)
        for interval in intervals:
            found = replace(drawn, interval_kind=interval).conf_int(LEVEL).set_index("term")
            for term, truth in TRUTH.items():
                low, high = found.loc[term, ["conf_low", "conf_high"]]
                rows.append({"method": f"{kind}, {interval}", "term": term, "held": low <= truth <= high})
    return rows


def cell(persons: int, waves: int, panels: int, n: int) -> list[str]:
    """One line of the table for each method: coverage in percent."""
    rng = np.random.default_rng([7, persons, waves])
    rows = [row for seed in range(panels) for row in of_one(panel(persons, waves, rng), n, seed)]
    share = pd.DataFrame(rows).pivot_table(index="method", columns="term", values="held", sort=False)
    shares = {method: [f"{100 * share.loc[method, term]:.1f}" for term in TRUTH] for method in share.index}
    cells = [[str(persons), str(waves), method, *values] for method, values in shares.items()]
    return ["| " + " | ".join(one) + " |" for one in cells]


def section(panels: int, n: int) -> str:
    error = 100 * np.sqrt(LEVEL * (1 - LEVEL) / panels)
    lines = [
        HEADING,
        "",
        "Written by `python tests/simulations/bootstrap.py --write`. Share of 95 % intervals that hold the truth, in "
        f"percent; {panels:,} panels for each line, {n:,} replicates for each panel, Monte Carlo standard error "
        f"{error:.1f} at 95. Straight lines, normal effects and residuals, REML; SDs 1, 0.3, correlation -0.2, "
        "residual SD 1. A withheld interval does not hold the truth.",
        "",
        "| persons | waves | bootstrap | " + " | ".join(TRUTH) + " |",
        "|---:|---:|---|" + "---:|" * len(TRUTH),
    ]
    for persons, waves in DESIGNS:
        lines += cell(persons, waves, panels, n)
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the section of docs/simulations.md")
    parser.add_argument("--panels", type=int, default=200)
    parser.add_argument("--replicates", type=int, default=499)
    chosen = parser.parse_args()
    text = section(chosen.panels, chosen.replicates)
    print(text)
    if chosen.write:
        put("simulations.md", HEADING, text)


if __name__ == "__main__":
    main()
