"""How often checks speak: `python tests/simulations/checks.py [--write] [--kept FILE]`.

Of right models, how often each finding is called a problem or to be looked at; of models with a planted fault, how
often the check that is meant for it finds it. `--kept` remembers every run in a file of one JSON line each, so that
what was broken off goes on. `--write` replaces this script's section of docs/simulations.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import warnings
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import growthcurves as gc
from growthcurves.checks import CHECKS, FACTS
from growthcurves.checks.dropping_out import DroppingOut
from growthcurves.checks.run import check
from growthcurves.errors import GrowthCurvesError

sys.path.append(str(Path(__file__).resolve().parents[1]))
import planted  # noqa: E402
from planted import RIGHT, Truth  # noqa: E402
from sections import put  # noqa: E402

HEADING = "## Checks of right and of wrong models"
#: Replicates of each fitted model that the checks are made with.
DRAWN = 199
TRUE = "y ~ t * arm + t * severity + stress + (t | id)"


@dataclass(frozen=True)
class Setting:
    """Data, the model that is fitted to them, and of a fault the check that is meant for it."""

    words: str
    runs: int
    formula: str = TRUE
    persons: int = 200
    plant: Callable[[Truth], None] | None = None
    meant: str = ""
    dropout: bool = False
    binary: bool = False
    options: dict[str, Any] = field(default_factory=dict)

    def panel(self, seed: int, run: int) -> pd.DataFrame:
        """The data of one run."""
        truth = Truth([seed, zlib.crc32(self.words.encode()), run], self.persons)
        if self.plant is not None:
            self.plant(truth)
        data = truth.table()
        if self.binary:
            chance = 1.0 / (1.0 + np.exp(-(truth.expected - 11.0 + truth.intercept[:, None])))
            data["y"] = (truth.rng.random(chance.shape) < chance).astype(int).ravel()
        return data[truth.seen().ravel()] if self.dropout else data

    def of_one(self, seed: int, run: int) -> dict[str, Any]:
        """The p-value and verdict of every finding; why there are none."""
        try:
            fit = gc.fit(self.formula, self.panel(seed, run), time="t", **self.options)
            found = check(fit, CHECKS, (DroppingOut(),), False, DRAWN, run)  # without facts, which are no findings
        except GrowthCurvesError as error:
            return {"refused": str(error)}
        rows = found.findings
        verdicts = dict(zip(rows["check"], rows["verdict"], strict=True))
        return {"verdicts": verdicts, "p": dict(zip(rows["check"], rows["p_value"], strict=True))}


def _levels(truth: Truth) -> None:
    truth.slope = truth.slope + 0.5 * planted.SD_SLOPE * truth.rng.standard_normal(planted.SITES)[truth.site]
    truth.intercept = truth.intercept + 0.5 * truth.rng.standard_normal(planted.SITES)[truth.site]


FEW, SOME = 1000, 200
NULL = (
    Setting("50 persons", 2000, persons=50),
    Setting("200 persons", 2000),
    Setting("500 persons", 2000, persons=500),
    Setting("50 persons, dropout", FEW, persons=50, dropout=True),
    Setting("200 persons, dropout", FEW, dropout=True),
    Setting("500 persons, dropout", FEW, persons=500, dropout=True),
    Setting("200 persons, times of their own", FEW, plant=Truth.irregular),
    Setting("200 persons, AR(1)", FEW, plant=planted.autocorrelated, options={"residual": "ar1"}),
    Setting("400 persons in 20 sites", FEW, TRUE.replace("| id", "| site/id"), 400, _levels),
    Setting("200 persons, yes or no", FEW, "y ~ t * arm + severity + stress + (1 | id)", binary=True,
            options={"family": "binomial"}),
)  # fmt: skip
FAULTS = (
    Setting("slopes of chi-square(2)", SOME, RIGHT, plant=planted.skewed, meant="normal_effects"),
    Setting("residual SD that doubles", SOME, RIGHT, plant=planted.doubling, meant="variance_over_time"),
    Setting("AR(1) residuals, .4", SOME, RIGHT, plant=planted.autocorrelated, meant="autocorrelation"),
    Setting("quadratic mean, half a residual SD", SOME, RIGHT, plant=planted.bent, meant="mean_shape"),
    Setting("last occasions of one person off by 8", SOME, RIGHT, plant=planted.run_off, meant="outliers"),
    Setting("quadratic effect of a predictor, .3 SD", SOME, RIGHT, plant=planted.bent_predictor, meant="linearity"),
    Setting("slope variance four times in one arm", SOME, RIGHT, plant=planted.one_arm, meant="equal_spread"),
    Setting("residuals of t(3)", SOME, RIGHT, plant=planted.heavy, meant="normal_residuals"),
    Setting("random slope left out", SOME, "y ~ t * arm + t * severity + (1 | id)", meant="omitted_slope"),
    Setting("a fifth of slope variance by site, 400 persons", SOME, RIGHT, 400, planted.sites, "omitted_level"),
    Setting("odds of dropping out that double by an SD", SOME, RIGHT, meant="dropping_out", dropout=True),
)


# ---------------------------------------------------- runs


def gathered(settings: tuple[Setting, ...], share: float, seed: int, kept: Path | None) -> dict[str, list[dict]]:
    """The runs of every setting; those that the file holds are not made again."""
    found: dict[str, dict[int, dict]] = {one.words: {} for one in settings}
    if kept is not None and kept.exists():
        for line in kept.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            if row["seed"] == seed and row["setting"] in found:
                found[row["setting"]][row["run"]] = row
    for one in settings:
        for run in range(round(share * one.runs)):
            if run in found[one.words]:
                continue
            row = {"setting": one.words, "seed": seed, "run": run} | one.of_one(seed, run)
            found[one.words][run] = row
            if kept is not None:
                with kept.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row) + "\n")
    return {words: list(rows.values()) for words, rows in found.items()}


def rates(rows: list[dict], facts: bool) -> tuple[pd.DataFrame, int]:
    """By check, in percent: how often it is called a problem, and at least to be looked at; and the number of runs."""
    verdicts = pd.DataFrame([row["verdicts"] for row in rows if "verdicts" in row])
    verdicts = verdicts if facts else verdicts.drop(columns=[one.name for one in FACTS], errors="ignore")
    problem, spoken = verdicts == "problem", verdicts.isin(["problem", "look"])
    table = pd.DataFrame({"problem": 100 * problem.mean(), "spoken": 100 * spoken.mean()})
    table.loc["any"] = 100 * problem.any(axis=1).mean(), 100 * spoken.any(axis=1).mean()
    table.attrs["findings"] = verdicts.notna().sum(axis=1).mean()
    return table, len(verdicts)


def error(percent: float, runs: int) -> float:
    """Monte Carlo standard error of a share in percent."""
    return float(np.sqrt(percent * (100 - percent) / runs))


# ---------------------------------------------------- the section


def right(found: dict[str, list[dict]]) -> str:
    """The tables of right models."""
    first = [
        "| right model | runs | findings | any problem | most often a problem | of at most | to be looked at, mean |",
        "|---|---:|---:|---:|---|---:|---:|",
    ]
    by = {}
    for words, rows in found.items():
        table, runs = rates(rows, facts=False)
        by[words] = table
        each, count = table.drop(index="any"), table.attrs["findings"]
        any_problem, most = table.loc["any", "problem"], each["problem"].idxmax()
        worst = each.loc[most, "problem"]
        first.append(
            f"| {words} | {runs:,} | {count:.3g} | {any_problem:.1f} ({error(any_problem, runs):.1f}) | "
            f"`{most}`: {worst:.2f} ({error(10 / count, runs):.2f}) | {10 / count:.2f} | {each['spoken'].mean():.1f} |"
        )
    names = list(dict.fromkeys(name for table in by.values() for name in table.index if name != "any"))
    second = [
        f"| check | {' | '.join(by)} |", f"|---|{'---:|' * len(by)}",
        *(f"| `{name}` | {' | '.join(_cell(table, name) for table in by.values())} |" for name in names),
    ]  # fmt: skip
    return "\n".join(first) + "\n\nProblem / problem or look:\n\n" + "\n".join(second)


def _cell(table: pd.DataFrame, name: str) -> str:
    if name not in table.index:
        return ""
    return f"{table.loc[name, 'problem']:.1f} / {table.loc[name, 'spoken']:.1f}"


def wrong(settings: tuple[Setting, ...], found: dict[str, list[dict]]) -> str:
    """The table of faults."""
    lines = [
        "| fault | runs | the check meant for it | found | called a problem | other problems in 10 % and more |",
        "|---|---:|---|---:|---:|---|",
    ]
    for one in settings:
        table, runs = rates(found[one.words], facts=True)
        problem, spoken = table.loc[one.meant]
        others = table.drop(index=["any", one.meant])["problem"].sort_values(ascending=False)
        told = ", ".join(f"`{name}` {share:.0f}" for name, share in others.items() if share >= 10)
        lines.append(
            f"| {one.words} | {runs:,} | `{one.meant}` | {spoken:.1f} ({error(spoken, runs):.1f}) | {problem:.1f} | "
            f"{told} |"
        )
    return "\n".join(lines)


def section(share: float, seed: int, kept: Path | None) -> str:
    """The section as text."""
    faults, null = gathered(FAULTS, share, seed, kept), gathered(NULL, share, seed, kept)
    text = (
        f"Six waves, straight lines, slope reliability .6, two arms, a predictor of growth, a covariate that varies "
        f"over time and 20 sites that are not in the model; `fit.check(n={DRAWN})`. In percent of the runs, Monte "
        f"Carlo standard errors in parentheses. Dropout is at random: the odds of leaving double with an SD of the "
        f"last outcome. A check is called a problem in at most .10 over the number of findings, by its p-value (with "
        f"{DRAWN} replicates, only where the data lie beyond all of them: .5 %), and to be looked at in at most 5 %."
    )
    refused = sum("refused" in row for rows in [*faults.values(), *null.values()] for row in rows)
    end = f"Fits that were refused: {refused}. Made by `python tests/simulations/checks.py --write` (seed {seed})."
    return f"{HEADING}\n\n{text} {end}\n\n{right(null)}\n\nPlanted faults, 200 persons:\n\n{wrong(FAULTS, faults)}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the section into docs/simulations.md")
    parser.add_argument("--share", type=float, default=1.0, help="of the runs of each setting")
    parser.add_argument("--seed", type=int, default=16)
    parser.add_argument("--kept", type=Path, help="a file that remembers runs")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    made = section(asked.share, asked.seed, asked.kept)
    print(made)
    if asked.write:
        put("simulations.md", HEADING, made)


if __name__ == "__main__":
    main()
