"""What explains differences in the rate of change, and whether there are any: refits from the moments alone."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from growthcurves.engine.problem import coordinates
from growthcurves.engine.solution import Solution, solve
from growthcurves.fitted import FittedModel
from growthcurves.results.distributions import chi_square_tail


class Row(NamedTuple):
    """A line of the change report without interval."""

    quantity: str
    value: float
    note: str


def explained_table(fit: FittedModel) -> list[Row]:
    """SD of rates before all predictors of the slope, and the drop in its variance for each put in last."""
    terms = [name.removeprefix("slope:") for name in fit.terms if name.startswith("slope:")]
    if not terms or not fit.identified:
        return []
    without_all = slope_variance(fit, reduced(fit, [f"slope:{term}" for term in terms]))
    rows = [Row("SD of rates before predictors of the slope", float(np.sqrt(without_all)), "")]
    after = slope_variance(fit, fit.solution)
    for name, columns in _predictors(fit, terms).items():
        before = slope_variance(fit, reduced(fit, [f"slope:{column}" for column in columns]))
        drop = (before - after) / before if before > 0 else float("nan")
        note = "negative: the variance rises, as it can" if drop < 0 else ""
        rows.append(Row(f"slope variance explained by {name}, put in last", drop, note))
    return rows


def _predictors(fit: FittedModel, terms: list[str]) -> dict[str, list[str]]:
    """Columns of the slope that go with each term of its formula: its own and those of its interactions."""
    columns = fit.bound.predictors["slope"]
    if columns.spec is None:
        return {}
    parts = {}
    for structure in columns.spec.structure:
        names = [str(name).replace("[T.", "[") for name in structure.columns]
        factors = frozenset(str(factor) for factor in structure.term.factors)
        parts[str(structure.term)] = (factors, [name for name in names if name in terms])
    return {
        term: [name for others, names in parts.values() if factors <= others for name in names]
        for term, (factors, own) in parts.items()
        if own
    }


def reduced(fit: FittedModel, without: list[str], random: tuple[str, ...] | None = None) -> Solution:
    """The same data without some fixed effects, or with only some random effects.

    Where predictors of the slope are left out, its mean stays, whatever their coding.
    """
    keep_x = [j for j, name in enumerate(fit.bound.terms) if name not in without and name not in fit.aliased]
    names = fit.random_names if random is None else random
    terms = fit.moments.terms.select(tuple(keep_x), tuple(fit.random_names.index(name) for name in names))
    mean = (fit.model.parameters.index("slope"), 0)
    if without and mean not in terms.x:
        terms = replace(terms, x=(*terms.x, mean))
    moments = fit.moments.restricted(terms)
    return solve(moments, coordinates(moments), fit.method == "reml")


def slope_variance(fit: FittedModel, solution: Solution) -> float:
    """Variance of the slope in a refit with the same random effects."""
    a = fit.random_names.index("slope")
    return float(solution.G[a, a])


def slope_variance_test(fit: FittedModel) -> list[Row]:
    """Likelihood ratio against no slope variance: mixture p-value (Stram and Lee 1994) and the naive one."""
    rest = tuple(name for name in fit.random_names if name != "slope")
    small = reduced(fit, [], rest)
    ratio = max(small.deviance - fit.solution.deviance, 0.0)
    block = next(block for block in fit.model.random.blocks if "slope" in block)
    covariances = len(block) - 1
    naive = chi_square_tail(ratio, covariances + 1)
    lower = chi_square_tail(ratio, covariances)
    rows = [
        Row("likelihood ratio for slope variance", ratio, f"{covariances + 1} parameters"),
        Row("p-value of slope variance, naive", naive, "chi-square, conservative at the boundary"),
    ]
    if not small.verdict.singular and small.verdict.identified:
        mixed = 0.5 * (naive + lower)
        note = f"half chi-square {covariances}, half chi-square {covariances + 1}"
        rows.insert(1, Row("p-value of slope variance, mixture", mixed, note))
    return rows
