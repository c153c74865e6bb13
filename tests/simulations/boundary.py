"""Size of the tests of a variance at its boundary: `python tests/simulations/boundary.py [--write]`.

Outcomes are drawn under the null hypothesis (shared waves 0, 1, ..., normal effects and residuals, none missing),
as cross-products, and fitted with and without the variances in question; `--write` replaces this script's section of
docs/simulations.md.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np
import pandas as pd

import growthcurves as gc
from growthcurves.engine.batch.fits import fit_batch
from growthcurves.engine.draws.replicates import ParametricSource, truth_from
from growthcurves.engine.submodels.boundary import boundary, squared_shares
from growthcurves.engine.submodels.pair import Pair
from growthcurves.engine.submodels.spectral import simulated_ratios, spectrum
from growthcurves.results.compare.ratio import chi_square_tails
from growthcurves.results.compare.variance import without_random

sys.path.append(str(Path(__file__).resolve().parents[1]))
from sections import put  # noqa: E402

HEADING = "## Size of the tests of a variance"
LEVEL, WAVES, PERSONS = 0.05, 5, (18, 50, 200, 1000)
#: What is tested: the larger model, the variances that are zero, and those of the truth.
TESTS = {
    "intercept": ("y ~ time + (1 | id)", ("intercept",), []),
    "slope beside an intercept, unstructured": ("y ~ time + (time | id)", ("slope",), [1.0]),
    "slope beside an intercept, uncorrelated": ("y ~ time + (time || id)", ("slope",), [1.0]),
    "intercept and slope, unstructured": ("y ~ time + (time | id)", ("intercept", "slope"), []),
    "intercept and slope, uncorrelated": ("y ~ time + (time || id)", ("intercept", "slope"), []),
}


def pair_of(formula: str, tested: tuple[str, ...], method: str, persons: int) -> Pair:
    """The two models on any outcomes of the design."""
    table = pd.DataFrame({"id": np.repeat(np.arange(persons), WAVES), "time": np.tile(np.arange(1.0 * WAVES), persons)})
    rng = np.random.default_rng(1)
    table["y"] = rng.normal(size=len(table)) + rng.normal(size=persons)[table["id"]]
    return without_random(gc.fit(formula, table, method=method, time="time"), tested)


def ratios_of(pair: Pair, variances: list[float], n: int, seed: int) -> np.ndarray:
    """Likelihood ratios of n panels drawn with these variances (of the intercept) and a residual variance of 1."""
    problem = pair.large.frame
    G = np.zeros((problem.q, problem.q))
    G[range(len(variances)), range(len(variances))] = variances
    source = ParametricSource(problem, truth_from(problem, np.zeros(problem.p), G, 1.0), np.random.SeedSequence(seed))
    shift = (pair.small.comparable - pair.small.deviance) - (pair.large.comparable - pair.large.deviance)
    out = []
    for _ in range(0, n, 2000):
        batch = source.next(2000)
        large, small = fit_batch(batch), fit_batch(pair.sampled.part.of(batch))
        good = large.converged & small.converged
        out.append(np.maximum(small.deviance - large.deviance + shift, 0.0)[good])
    return np.concatenate(out)


def sizes(pair: Pair, ratios: np.ndarray, seed: int) -> tuple[float, float, float]:
    """Share of p-values below LEVEL: by the mixture, naively, by the exact distribution (NaN where there is none)."""
    naive = chi_square_tails(ratios, pair.free)
    rng = np.random.default_rng(seed)
    if pair.boundaries == 1:
        less = chi_square_tails(ratios, pair.free - 1) if pair.free > 1 else np.where(ratios > 0, 0.0, 1.0)
        mixed = (naive + less) / 2.0
    else:
        at = boundary(pair.large.frame, pair.sampled.part, pair.small.solution.optimum.at.D)
        shares = np.sort(squared_shares(at, 10_000, rng))
        grid = np.linspace(0.0, max(ratios.max(), 1.0), 400)
        with np.errstate(divide="ignore", invalid="ignore"):
            tails = [np.mean(chi_square_tails(np.where(shares > 0, x / shares, np.inf), pair.free)) for x in grid]
        mixed = np.interp(ratios, grid, tails)
    exact = float("nan")
    if pair.random == 1 and not pair.small.frame.q:
        problem = pair.large.frame
        drawn = np.sort(simulated_ratios(problem, spectrum(problem, 0), 100_000, rng))
        exact = np.mean(1.0 - np.searchsorted(drawn, ratios - 1e-7) / len(drawn) <= LEVEL)
    return np.mean(mixed <= LEVEL), np.mean(naive <= LEVEL), exact


def section(n: int) -> str:
    """The section as text."""
    error = 100 * np.sqrt(LEVEL * (1 - LEVEL) / n)
    lines = [
        HEADING,
        "",
        "Written by `python tests/simulations/boundary.py --write`. Rejections in percent at 5 % under the null "
        f"hypothesis; {n:,} panels a line, {WAVES} waves, Monte Carlo standard error {error:.2f} at 5. Mixture: what "
        f"`compare` and `test_variance` use; naive: a chi-square with all parameters; exact: `method=\"exact\"`.",
        "",
        "| tested variance | persons | criterion | mixture | naive | exact |",
        "|---|---|---|---|---|---|",
    ]
    for words, (formula, tested, variances) in TESTS.items():
        for persons in PERSONS:
            for method in ("reml", "ml"):
                pair = pair_of(formula, tested, method, persons)
                found = sizes(pair, ratios_of(pair, variances, n, persons), persons)
                shown = " | ".join("" if np.isnan(value) else f"{100 * value:.2f}" for value in found)
                lines.append(f"| {words} | {persons} | {method.upper()} | {shown} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write the section into docs/simulations.md")
    parser.add_argument("--panels", type=int, default=20_000)
    asked = parser.parse_args()
    made = section(asked.panels)
    print(made)
    if asked.write:
        put("simulations.md", HEADING, made)
