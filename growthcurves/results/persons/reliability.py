"""Reliability of the own growth parameters of persons and of the units above them, as HLM prints it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import PERSON
from growthcurves.fitted import FittedModel
from growthcurves.results.questions.levels import is_crossed, units_above
from growthcurves.results.tables.growth_words import random_words
from growthcurves.results.tables.units import level_heading, unit_shares, unit_sizes


def reliabilities(fit: FittedModel) -> pd.DataFrame:
    """How reliably each random effect tells persons and units apart, as HLM prints it; see `GrowthFit.reliability`."""
    above = units_above(fit)
    last = ["unit", "units", "label"] if above else ["label"]
    if not fit.random_names:
        return pd.DataFrame(columns=["effect", "reliability", "persons", *last])
    rows = [row for level, unit in enumerate((PERSON, *above)) for row in _of_level(fit, level, unit)]
    table = pd.DataFrame(rows, columns=["effect", "reliability", "persons", "unit", "units", "label"])
    return table[["effect", "reliability", "persons", *last]]


def _of_level(fit: FittedModel, level: int, unit: str) -> list[list]:
    """Of each random effect of a level: its name, the mean over units, how many persons and units, unit and label."""
    columns = [fit.recipe.z[place] for place in _places(fit, unit)]
    designs = None if level or fit.weighing is not None else fit.sums.designs(columns)
    if designs is not None:
        units = designs[1].astype(int)
        sizes, counts = units, designs[1]
    else:
        sizes = unit_sizes(fit)[level - 1] if level else np.ones(fit.sums.persons, dtype=int)
        units, counts = np.ones(len(sizes), dtype=int), unit_shares(fit, level)
    variances = np.diag(fit.G)[fit.sums.terms.places[unit]][:, None]
    sampling = np.full((len(variances), len(sizes)), np.nan)
    if fit.independent and not is_crossed(fit):  # rows of a person in several units have no one line
        inverse = _sampling(fit, level, unit) if designs is None else fit.residual_variance * designs[0]
        sampling = np.einsum("aan->an", inverse)
    each = variances / (variances + sampling)
    names = [name for name, whose in fit.recipe.random.unit_of.items() if whose == unit]
    rows = []
    for name, row in zip(names, each, strict=True):
        there = ~np.isnan(row)
        mean = float(np.average(row[there], weights=counts[there])) if there.any() else float("nan")
        rows.append([name, mean, int(sizes[there].sum()), unit, int(units[there].sum()), _label(fit, name, unit)])
    return rows


def _places(fit: FittedModel, unit: str) -> range:
    """The places of a unit's random effects among all."""
    here: slice = fit.sums.terms.places[unit]
    return range(len(fit.recipe.z))[here]


def _sampling(fit: FittedModel, level: int, unit: str) -> np.ndarray:
    """Sampling covariance of the own estimates of each unit, by least squares that know the levels below it."""
    if level:
        return fit.estimates.own_errors(level)
    return fit.residual_variance * fit.sums.own_growth(fit.recipe.z[fit.sums.terms.places[unit]]).inverse


def _label(fit: FittedModel, name: str, unit: str) -> str:
    words, own = random_words(fit).parameters, fit.recipe.random.own_names[name]
    between = f" {level_heading(fit, unit)}" if units_above(fit) else ""
    return f"reliability of the {words[own].short if own in words else own}{between}"
