"""Formula and simulation of planned power over a grid of designs: `python tests/simulations/planning.py [--write]`.

Every design is planned by the formula and simulated; `--write` replaces this script's section of docs/simulations.md.
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np

import growthcurves as gc

sys.path.append(str(Path(__file__).resolve().parents[1]))
from sections import simulated  # noqa: E402

HEADING = "## Planned power: formula and simulation"
SDS = {"sd_intercept": 2.0, "sd_slope": 1.0, "correlation": 0.2, "sd_residual": 1.5}
BY_ARM = SDS | {"sd_slope": {"control": 0.5, "treated": 1.5}, "sd_intercept": {"control": 2.0, "treated": 2.0}}
WAVES = [0, 1, 2, 3, 4]
#: Those that are fitted one by one have fewer studies by this factor.
SLOWER = 10


def designs() -> dict[str, tuple[gc.Study, dict]]:
    """Designs by name."""
    study = gc.Study(persons=100, times=WAVES)
    sites = {"levels": {"site": {"intercept": 1.0, "slope": 0.3}}}
    return {
        "random slopes": (study, {"effect": 0.6}),
        "the same, 20 persons": (study.replace(persons=20), {"effect": 1.4}),
        "20 persons, Kenward-Roger": (study.replace(persons=20), {"effect": 1.4, "ddf": "kenward-roger"}),
        "20 persons, half lost": (study.replace(persons=20, dropout=0.5), {"effect": 1.6}),
        "the same, Kenward-Roger": (
            study.replace(persons=20, dropout=0.5), {"effect": 1.6, "ddf": "kenward-roger"}
        ),
        "dropout 30 %": (study.replace(dropout=0.3), {"effect": 0.7}),
        "dropout by arm, late": (
            study.replace(dropout={"control": 0.1, "treated": gc.Dropout(0.5, 3)}), {"effect": 0.7}
        ),
        "one to three": (study.replace(arms={"control": 0.25, "treated": 0.75}, dropout=0.2), {"effect": 0.7}),
        "SDs by arm": (study.replace(dropout=0.2), {"effect": 0.7} | BY_ARM),
        "three arms": (study.replace(arms=["a", "b", "c"]), {"effect": {"b": 0.3, "c": 0.8}}),
        "weak rates (singular fits)": (study.replace(persons=40), {"effect": 0.5, "sd_slope": 0.2}),
        "last visit": (study.replace(dropout=0.2), {"effect": 2.0, "at": 4, "baseline": "common"}),
        "two schedules": (study.replace(times=[[0, 1, 2], [0, 2, 4]]), {"effect": 0.6}),
        "quadratic": (study, {"effect": 0.9, "shape": "quadratic", "test": "slope:arm"}),
        "visits, unstructured": (
            study.replace(times=[0, 1, 2], dropout=0.2),
            {"effect": 6, "at": 2, "shape": "visits", "sd": 10, "correlation": 0.5},
        ),
        "AR(1) residuals": (study, {"effect": 0.6, "residual": "ar1", "values": {"ar1": 0.4}}),
        "sites, persons randomised": (study.replace(levels={"site": 10}), {"effect": 0.6} | sites),
        "sites randomised": (
            study.replace(persons=200, levels={"site": 10}, randomised="site"), {"effect": 0.7} | sites
        ),
    }  # fmt: skip


def of_design(name: str, study: gc.Study, options: dict, replicates: int, seed: int) -> str:
    """A line of the table."""
    slow = bool(study.levels) or "residual" in options or options.get("shape") == "visits"
    n = replicates // SLOWER if slow else replicates
    given = options if options.get("shape") == "visits" else SDS | options
    plan = gc.power(study, method="simulation", n=n, rng=seed, **given)
    error = np.sqrt(plan.closed * (1.0 - plan.closed) / n)
    fixed = plan.parameters.iloc[: len(plan.design.terms)]
    cells = [name, f"{n:,}", f"{plan.closed:.3f}", f"{plan.power:.3f}", f"{(plan.power - plan.closed) / error:+.1f}"]
    cells += [f"{100 * plan.type_one.share:.1f}", f"{100 * fixed['coverage'].min():.1f}"]
    return "| " + " | ".join([*cells, f"{100 * plan.singular.share:.1f}"]) + " |"


def section(replicates: int, seed: int) -> str:
    """All designs."""
    lines = [of_design(name, *design, replicates, seed) for name, design in designs().items()]
    return (
        f"{HEADING}\n\nWritten by `python tests/simulations/planning.py --write` (seed {seed}). 100 persons in two "
        "arms, 5 waves, SDs 2 and 1, correlation .2, residual SD 1.5, tests at 5 % by Satterthwaite, unless said "
        "otherwise. z: the difference in Monte Carlo errors; type I: percent of studies without the effect that find "
        "one; coverage: the lowest of the 95 % intervals of fixed effects, percent.\n\n"
        "| design | studies | formula | simulated | z | type I | coverage | singular |\n"
        "|---|---:|---:|---:|---:|---:|---:|---:|\n" + "\n".join(lines) + "\n"
    )


if __name__ == "__main__":
    simulated(__doc__, section, HEADING, 10_000, 12)
