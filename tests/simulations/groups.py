"""How many groups, persons and waves: `python tests/simulations/groups.py [--write]`.

The design of Maas and Hox (2005): 30, 50 or 100 groups of 5, 30 or 50, intraclass correlation .1, .2 or .3; a predictor
of either level and their product with coefficients .3, residual variance .5, variances of intercept and slope that
follow from the intraclass correlation, no covariance, all normal; REML with an unstructured covariance matrix. Then
growth: straight lines of persons seen in some waves; and 80 groups of 20 against 40 of 40. Outcomes are drawn as
cross-products and fitted side by side; `--write` puts the sections into docs/explanation/how-many-groups.md.
"""

from __future__ import annotations

import argparse
import os
import resource
import sys
import time
import warnings
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from itertools import product, repeat
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtri, stdtrit

import growthcurves as gc
from growthcurves.engine.batch.fits import Fits, fit_batch
from growthcurves.engine.batch.uncertain import uncertain
from growthcurves.engine.draws.replicates import ParametricSource, truth_from
from growthcurves.results.intervals.profile import Profile
from growthcurves.results.intervals.quantity import every_parameter

sys.path.append(str(Path(__file__).resolve().parents[1]))
from sections import put  # noqa: E402

PAGE = "explanation/how-many-groups.md"
GROUPS, SIZES, ICCS = (30, 50, 100), (5, 30, 50), (0.1, 0.2, 0.3)
PERSONS, WAVES, SLOPE_VARIANCE = (30, 50, 100, 200), (3, 5, 8), 0.1
GAMMA, RESIDUAL = np.array([1.0, 0.3, 0.3, 0.3]), 0.5
#: Predictors are drawn anew for every so many data sets.
OF_ONE_DESIGN = 50
Z95 = float(ndtri(0.975))


@dataclass(frozen=True)
class Two:
    """Groups, persons in each, and the variance of intercept and slope between groups."""

    groups: int
    size: int
    variance: float

    @property
    def G(self) -> np.ndarray:
        return self.variance * np.eye(2)

    def rows(self, rng: np.random.Generator) -> pd.DataFrame:
        """Predictors, and outcomes drawn from the model."""
        code = np.repeat(np.arange(self.groups), self.size)
        x, z = rng.standard_normal(len(code)), rng.standard_normal(self.groups)[code]
        u = np.sqrt(self.variance) * rng.standard_normal((self.groups, 2))[code]
        X = np.column_stack([np.ones(len(code)), z, x, x * z])
        y = X @ GAMMA + u[:, 0] + u[:, 1] * x + np.sqrt(RESIDUAL) * rng.standard_normal(len(code))
        return pd.DataFrame({"group": code, "x": x, "z": z, "y": y})

    def fit(self, rows: pd.DataFrame) -> gc.GrowthFit:
        return gc.fit("y ~ x * z + (x | group)", rows)


# ---------------------------------------------------------------- intervals of many data sets


def misses(fits: Fits, batch, truth: np.ndarray, gamma: np.ndarray, information: str) -> pd.DataFrame:
    """One row for each data set: whether each method's interval misses, NaN where it gives none.

    `information` is that of the errors on the variance scale.
    """
    p = batch.problem.p
    rows = np.eye(p)[None]
    raw = uncertain(batch, fits, rows, information, on_face=False)
    observed = uncertain(batch, fits, rows)
    expected = uncertain(batch, fits, rows, "expected", adjusted=True)
    found: dict[str, np.ndarray] = {"singular": fits.singular.astype(float)}
    for name, j, true in (("intercept", 0, truth[0]), ("slope", 2, truth[1])):
        value, error = raw.variances[:, j], np.sqrt(raw.covariance[:, j, j])
        found[f"raw {name}"] = (np.abs(value - true) > Z95 * error).astype(float)
        found[f"estimate {name}"], found[f"error {name}"] = value, error
        sd, sd_error = np.sqrt(value), np.sqrt(observed.covariance[:, j, j]) / (2.0 * np.sqrt(value))
        given = ~fits.singular & (sd_error <= sd)
        missed = np.abs(np.log(sd) - 0.5 * np.log(true)) > Z95 * sd_error / sd
        found[f"log {name}"] = np.where(given, missed, np.nan)
    away, plain = np.abs(fits.beta - gamma), np.sqrt(np.einsum("zii->zi", fits.spread))
    adjusted = np.sqrt(np.einsum("zii->zi", expected.spread))
    for j in range(p):
        found[f"z {j}"] = (away[:, j] > Z95 * plain[:, j]).astype(float)
        found[f"satterthwaite {j}"] = (away[:, j] > _t(observed.df[:, j]) * plain[:, j]).astype(float)
        found[f"kr {j}"] = (away[:, j] > _t(expected.df[:, j]) * adjusted[:, j]).astype(float)
        found[f"plain {j}"], found[f"beta {j}"] = plain[:, j], fits.beta[:, j]
        found[f"found {j}"] = (np.abs(fits.beta[:, j]) > _t(expected.df[:, j]) * adjusted[:, j]).astype(float)
    return pd.DataFrame(found)[fits.converged]


def _t(df: np.ndarray) -> np.ndarray:
    return stdtrit(np.where(np.isfinite(df), np.maximum(df, 1.0), 1e9), 0.975)


def drawn(
    fit: gc.GrowthFit, G: np.ndarray, residual: float, gamma: np.ndarray, count: int, seed: int, information: str
) -> pd.DataFrame:
    """Data sets with the design of a fit."""
    problem = fit.estimates.frame
    source = ParametricSource(problem, truth_from(problem, gamma, G, residual), np.random.SeedSequence(seed))
    batch = source.next(count)
    return misses(fit_batch(batch), batch, np.diag(G), gamma, information)


def cell(design: Two, replicates: int, seed: int, information: str) -> pd.DataFrame:
    """Data sets of one design, its predictors drawn anew for every fifty of them."""
    parts = []
    for part in range(max(replicates // OF_ONE_DESIGN, 1)):
        rng = np.random.default_rng([seed, design.groups, design.size, int(1e6 * design.variance), part])
        fit = design.fit(design.rows(rng))
        gamma = GAMMA[[("intercept", "intercept:z", "slope", "slope:z").index(term) for term in fit.terms]]
        count = min(OF_ONE_DESIGN, replicates)
        parts.append(drawn(fit, design.G, RESIDUAL, gamma, count, int(rng.integers(1 << 31)), information))
    return pd.concat(parts, ignore_index=True)


def slow_cell(design: Two, replicates: int, seed: int) -> pd.DataFrame:
    """Profile and bootstrap intervals of data sets that are fitted one by one."""
    rows = []
    for part in range(replicates):
        rng = np.random.default_rng([seed + 1, design.groups, design.size, int(1e6 * design.variance), part])
        fit = design.fit(design.rows(rng))
        asked = [one.quantity for one in every_parameter(fit)][:2]
        made = {
            "profile": Profile().intervals(fit, asked, 0.95),
            "bootstrap": fit.bootstrap(n=199, rng=part).intervals(fit, asked, 0.95),
        }
        sd = np.sqrt(design.variance)
        rows.append({
            f"{method} {name}": float(not one.low <= sd <= one.high)
            for method, found in made.items() for name, one in zip(("intercept", "slope"), found, strict=True)
        })  # fmt: skip
    return pd.DataFrame(rows)


# ---------------------------------------------------------------- the sections


def percent(values: pd.Series, digits: int = 1) -> str:
    """A share of those that are given, and how often there is none."""
    given = values.dropna()
    none = 1.0 - len(given) / len(values)
    return f"{100 * given.mean():.{digits}f}" + (f" ({100 * none:.0f})" if none > 0.005 else "")


def error(values: pd.Series) -> float:
    share = values.dropna().mean()
    return 100 * float(np.sqrt(share * (1 - share) / max(len(values.dropna()), 1)))


def designs(groups: int) -> list[Two]:
    return [Two(groups, size, RESIDUAL * icc / (1 - icc)) for size, icc in product(SIZES, ICCS)]


def maas_and_hox(pool: Executor, replicates: int, slow: int, seed: int) -> tuple[str, str]:
    """Intervals of variances and of fixed effects, by number of groups."""
    variances, fixed, by_cell, errors = [], [], [], []
    every = [design for groups in GROUPS for design in designs(groups)]
    slow_cells = dict(zip(every, pool.map(slow_cell, every, repeat(slow), repeat(seed)), strict=True))
    fast_cells = dict(zip(every, pool.map(cell, every, repeat(replicates), repeat(seed), repeat("igls")), strict=True))
    for groups in GROUPS:
        cells = {design: fast_cells[design] for design in designs(groups)}
        slowly = pd.concat([slow_cells[design] for design in cells])
        whole = pd.concat(cells.values())
        for name, published in (("intercept", _PUBLISHED[groups][0]), ("slope", _PUBLISHED[groups][1])):
            one = whole[f"raw {name}"]
            short = 100 * (whole[f"error {name}"].mean() / _spread(cells, f"estimate {name}") - 1.0)
            others = whole[f"log {name}"], slowly[f"profile {name}"], slowly[f"bootstrap {name}"]
            shown = " | ".join(percent(values) for values in (one, *others))
            variances.append(f"| {groups} | {name} | {published} | {short:+.0f} % | {shown} |")
        for name, j in (("of a predictor of groups", 1), ("of a predictor of persons", 2), ("of their product", 3)):
            shown = " | ".join(percent(whole[f"{how} {j}"]) for how in ("z", "satterthwaite", "kr"))
            fixed.append(f"| {groups} | {name} | {shown} |")
        by_cell += _by_cell(cells)
        errors.append((error(whole["raw slope"]), error(slowly["bootstrap slope"])))
    return _variance_section(variances, by_cell, replicates, slow, seed, errors[0]), _fixed_section(fixed, replicates)


#: Non-coverage of the variances of intercept and slope in the published simulation, percent.
_PUBLISHED = {30: ("8.9", "8.8"), 50: ("7.4", "7.2"), 100: ("6.0", "5.7")}


def _spread(cells: dict[Two, pd.DataFrame], column: str) -> float:
    """SD of estimates within cells."""
    return float(np.mean([found[column].std() for found in cells.values()]))


def _by_cell(cells: dict[Two, pd.DataFrame]) -> list[str]:
    lines = []
    for size in SIZES:
        own = {design.variance: found for design, found in cells.items() if design.size == size}
        groups = next(iter(cells)).groups
        shown = " | ".join(
            f"{100 * found['singular'].mean():.0f} | {percent(found['raw slope'])} | {percent(found['log slope'])}"
            for found in own.values()
        )
        lines.append(f"| {groups} | {size} | {shown} |")
    return lines


VARIANCES = "## Variances between groups: the design of Maas and Hox"
FIXED = "## Fixed effects in the same design"
GROWTH = "## Growth: persons and waves"
AGAINST = "## Eighty groups of 20, or forty of 40"
#: Where the time that all took is put, when it is known.
TOOK = "<took>"
#: What lies behind Wald intervals outside the design of Maas and Hox.
EXPECTED = "the standard errors are those of the expected information of restricted maximum likelihood"


def _variance_section(
    lines: list[str], by_cell: list[str], replicates: int, slow: int, seed: int, errors: tuple[float, float]
) -> str:
    head = (
        "| groups | variance of | published | SE against spread | Wald, variance scale | Wald, log scale | "
        "profile | bootstrap |\n|---:|---|---:|---:|---:|---:|---:|---:|"
    )
    parts = " | ".join(f"singular, ICC {icc} | Wald | log" for icc in ICCS)
    inner = f"| groups | size | {parts} |\n" + "|---:" * (2 + 3 * len(ICCS)) + "|"
    return (
        f"{VARIANCES}\n\nShare of 95 % intervals that miss, percent; 5 is right. Nine cells (groups of 5, 30, 50; "
        f"intraclass correlation .1, .2, .3) of {replicates:,} data sets for each line (Monte Carlo error "
        f"{errors[0]:.1f} with 30 groups); profile and bootstrap (percentile, 199 replicates) of {slow} data sets of "
        f"each cell (error {errors[1]:.1f}). In brackets: percent of data sets in which there is no interval, as the "
        "variance is estimated on its boundary or next to it. On the variance scale the standard errors are those of "
        "restricted iterative generalised least squares (MLwiN), on the log scale of observed information; SE against "
        "spread: their mean beside the SD of the estimates. "
        "Published: Maas and Hox (2005), Wald on the variance scale. All tables of this page are made by "
        f"`tests/simulations/groups.py` (seed {seed}){TOOK}.\n\n{head}\n" + "\n".join(lines) + "\n\n"
        "The slope's variance by size of groups and intraclass correlation: percent of singular fits, and of "
        f"intervals that miss by Wald on the variance scale and on the log scale.\n\n{inner}\n"
        + "\n".join(by_cell) + "\n"
    )


def _fixed_section(lines: list[str], replicates: int) -> str:
    return (
        f"{FIXED}\n\nShare of 95 % intervals that miss, percent ({9 * replicates:,} data sets a line).\n\n"
        "| groups | coefficient | z | Satterthwaite | Kenward-Roger |\n|---:|---|---:|---:|---:|\n"
        + "\n".join(lines)
        + "\n"
    )


def growth_line(waves: int, persons: int, replicates: int, slow: int, seed: int) -> str:
    """Straight lines of so many persons and waves."""
    t = np.arange(waves) - (waves - 1) / 2.0
    reliability = SLOPE_VARIANCE / (SLOPE_VARIANCE + 1.0 / float(t @ t))
    G = np.diag([1.0, SLOPE_VARIANCE])
    rng = np.random.default_rng([seed, waves, persons])
    fit = gc.fit("y ~ time + (time | person)", _panel(persons, waves, G, rng))
    found = drawn(fit, G, 1.0, np.array([0.0, 0.0]), replicates, int(rng.integers(1 << 31)), "expected")
    profile = pd.Series([_profile_misses(persons, waves, G, [seed, waves, persons, part]) for part in range(slow)])
    shown = (found["raw slope"], found["log slope"], profile, found["z 1"], found["kr 1"])
    return (
        f"| {waves} | {reliability:.2f} | {persons} | {100 * found['singular'].mean():.1f} | "
        + " | ".join(percent(values) for values in shown) + " |"
    )  # fmt: skip


def growth(pool: Executor, replicates: int, slow: int, seed: int) -> str:
    """Straight lines: how often fits are singular, and what intervals of the slope's variance hold."""
    waves, persons = zip(*product(WAVES, PERSONS), strict=True)
    lines = pool.map(growth_line, waves, persons, repeat(replicates), repeat(slow), repeat(seed))
    return (
        f"{GROWTH}\n\nStraight lines over waves 0, 1, ...; variances 1 (at time 0), {SLOPE_VARIANCE} (rates) and 1 "
        f"(residual), no covariance; {replicates:,} data sets a line (Monte Carlo error "
        f"{100 * np.sqrt(0.0475 / replicates):.1f} at 5), profile {slow} ({100 * np.sqrt(0.0475 / slow):.1f}). Percent "
        "of singular fits, and of 95 % intervals of the variance of rates and of the mean rate that miss. Reliability "
        "is that of a person's own rate, var(rate) / (var(rate) + sampling variance) (Willett 1989). On the variance "
        f"scale {EXPECTED}, on the log scale those of the observed information.\n\n"
        "| waves | reliability | persons | singular | Wald, variance scale | Wald, log scale | profile | mean rate, z "
        "| Kenward-Roger |\n|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n" + "\n".join(lines) + "\n"
    )


def _profile_misses(persons: int, waves: int, G: np.ndarray, seed: list[int]) -> float:
    """Whether the profile interval of the SD of rates misses it."""
    fit = gc.fit("y ~ time + (time | person)", _panel(persons, waves, G, np.random.default_rng(seed)))
    low, high = Profile().intervals(fit, [every_parameter(fit)[1].quantity], 0.95)[0][:2]
    return float(not low <= SLOPE_VARIANCE**0.5 <= high)


def _panel(persons: int, waves: int, G: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    u = rng.standard_normal((persons, 2)) * np.sqrt(np.diag(G))
    t, person = np.arange(float(waves)), np.repeat(np.arange(persons), waves)
    y = u[:, :1] + u[:, 1:] * t + rng.standard_normal((persons, waves))
    return pd.DataFrame({"person": person, "time": np.tile(t, persons), "y": y.ravel()})


def against(pool: Executor, replicates: int, seed: int) -> str:
    """The same 1,600 persons in more or larger groups."""
    lines, asked = [], list(product(ICCS, ((80, 20), (40, 40))))
    every = [Two(groups, size, RESIDUAL * icc / (1 - icc)) for icc, (groups, size) in asked]
    made = pool.map(cell, every, repeat(replicates), repeat(seed), repeat("expected"))
    for (icc, (groups, size)), design, found in zip(asked, every, made, strict=True):
        names = ("intercept", "slope")
        errors = [f"{found[f'beta {j}'].std():.3f}" for j in (1, 2, 3)]
        spreads = [f"{100 * found[f'estimate {name}'].std() / design.variance:.0f}" for name in names]
        missed = [percent(found[f"raw {name}"]) for name in names]
        cells = [icc, f"{groups} of {size}", *errors, *spreads, *missed, f"{100 * found['singular'].mean():.1f}"]
        lines.append("| " + " | ".join(str(one) for one in cells) + " |")
    return (
        f"{AGAINST}\n\n1,600 persons either way; {replicates:,} data sets a line. Errors are SDs of estimates over "
        "data sets; those of variances are in percent of the variance. On the variance scale "
        f"{EXPECTED}.\n\n"
        "| ICC | groups | error, predictor of groups | of persons | product | error, intercept variance "
        "| slope variance | missed by Wald (variance scale), intercept | slope | singular |\n"
        "|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|\n" + "\n".join(lines) + "\n"
    )


def _minutes() -> float:
    """Of the processor, that this run took with those that worked for it."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(one.ru_utime + one.ru_stime for one in used) / 60.0


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help=f"put the sections into docs/{PAGE}")
    parser.add_argument("--replicates", type=int, default=1000)
    parser.add_argument("--slow", type=int, default=20, help="data sets of a cell for profile and bootstrap")
    parser.add_argument("--seed", type=int, default=2005)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    chosen = parser.parse_args()
    begin, given = time.perf_counter(), (chosen.replicates, chosen.slow, chosen.seed)
    with ProcessPoolExecutor(chosen.workers, initializer=warnings.simplefilter, initargs=("ignore",)) as pool:
        made = dict(zip((VARIANCES, FIXED), maas_and_hox(pool, *given), strict=True))
        made[GROWTH] = growth(pool, chosen.replicates, 5 * chosen.slow, chosen.seed)
        made[AGAINST] = against(pool, chosen.replicates, chosen.seed)
    made[VARIANCES] = made[VARIANCES].replace(TOOK, f", in {_minutes():.0f} minutes of the processor")
    print("\n".join(made.values()))
    print(f"{time.perf_counter() - begin:.0f} s", file=sys.stderr)
    if chosen.write:
        for heading, section in made.items():
            put(PAGE, heading, section)


if __name__ == "__main__":
    main()
