"""Design effects: how much units above persons cost in precision, and what a model without them would have said."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import PERSON
from growthcurves.data.markup import Block, TextTable
from growthcurves.errors import NotEstimableError, recorded
from growthcurves.estimate import estimate
from growthcurves.fitted import FittedModel
from growthcurves.numerics.times import time_texts
from growthcurves.results.questions.levels import is_crossed, units_above
from growthcurves.results.questions.times import default_times
from growthcurves.results.tables.about import above_words
from growthcurves.results.tables.answer import Answer, text_table
from growthcurves.results.tables.labels import term_labels
from growthcurves.results.tables.printing import number, rows_text
from growthcurves.results.tables.units import unit_called, unit_sizes
from growthcurves.results.variation.icc import icc_at

TITLE = "Design effects"


@dataclass(frozen=True, eq=False, repr=False)
class DesignEffects(Answer):
    """Design effects of the units of a model.

    Attributes
    ----------
    table : DataFrame
        Columns unit, units, size (persons per unit, the mean), icc, design_effect, label.
    errors : DataFrame
        Columns unit, term, std_error, without (in the model without that level), ratio, label.
    time : str
        The time of the ICC, in words; empty where there is none.
    of : str
        What sizes count: "pupils".
    names : dict of str to str
        What units are called.
    """

    errors: pd.DataFrame
    time: str
    of: str
    names: dict[str, str]

    def __str__(self) -> str:
        parts = [self._title, rows_text(self._shown, one_unit=False)]
        for unit, rows in self._by_unit():
            parts += ["", self._heading(unit), rows_text(_errors_shown(rows), one_unit=False)]
        return "\n".join(parts)

    @property
    def _title(self) -> str:
        return f"{TITLE}{self.time and f' ({self.time}, the mean time)'}"

    @property
    def _shown(self) -> pd.DataFrame:
        sizes = [number(size, 3) for size in self.table["size"]]
        shown = self.table.drop(columns=["label", "size"]).assign(unit=self.table["unit"].map(self.names))
        shown.insert(2, f"{self.of} per unit", sizes)
        return shown.rename(columns={"design_effect": "design effect"})

    def _by_unit(self) -> Any:
        return self.errors.groupby("unit", sort=False)

    def _heading(self, unit: str) -> str:
        return f"Standard errors, and those of the model without {self.names[unit]}"

    def _blocks(self) -> tuple[Block, ...]:
        blocks: list[str | TextTable] = [self._title, text_table(self._shown)]
        for unit, rows in self._by_unit():
            blocks += [self._heading(unit), text_table(_errors_shown(rows))]
        return tuple(blocks)

    def _parts(self) -> list[tuple[str, pd.DataFrame]]:
        return [("", self.table.drop(columns="label")), ("standard errors", self.errors.drop(columns="label"))]

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "errors": self.errors.to_dict(orient="records"), "time": self.time}


def _errors_shown(rows: pd.DataFrame) -> pd.DataFrame:
    return rows[["term", "std_error", "without", "ratio"]].rename(columns={"std_error": "SE"})


def design_effects(fit: FittedModel) -> DesignEffects:
    """1 + (n - 1) ICC of the units of every level, and standard errors without it; see `GrowthFit.design_effect`."""
    above = units_above(fit)
    if not above:
        columns = above_words(fit).split(":")[0]
        besides = f": of the columns {columns} could be given as levels=" if columns else ""
        raise NotEstimableError(f"Design effects are of units above persons, and the model has none{besides}.")
    time = float(fit.times.mean()) if fit.recipe.shape.changes else float(default_times(fit)[0])
    longitudinal = fit.vocabulary.over_time
    units = above if longitudinal else (PERSON, *above)
    rows = []
    for unit, sizes in zip(units, _sizes(fit, longitudinal), strict=True):
        alike = icc_at(fit, time, 0.95, unit=unit).estimate
        size, called = float(sizes.mean()), unit_called(fit, unit).several
        effect = float("nan") if is_crossed(fit) else 1.0 + (size - 1.0) * alike
        rows.append([unit, len(sizes), size, alike, effect, f"design effect of {called}"])
    table = pd.DataFrame(rows, columns=["unit", "units", "size", "icc", "design_effect", "label"])
    told = fit.when.at(time, time_texts([time])[0]) if fit.recipe.shape.changes else ""
    of = fit.vocabulary.who.several if longitudinal else fit.vocabulary.said("occasions")
    errors = pd.concat([_errors(fit, unit) for unit in above], ignore_index=True)
    return DesignEffects(table, errors, told, of, {unit: unit_called(fit, unit).several for unit in units})


def _sizes(fit: FittedModel, longitudinal: bool) -> list[np.ndarray]:
    """How many persons each unit has, by level; where no time tells the rows of a person apart how many rows."""
    if longitudinal:
        return list(unit_sizes(fit))
    own = fit.panel.persons.sizes
    if fit.bound.crossed:
        return [own, *(np.bincount(codes) for codes, _ in fit.bound.crossed)]
    return [own, *(np.bincount(codes, weights=own) for codes in fit.sums.people.nesting.units)]


def _errors(fit: FittedModel, unit: str) -> pd.DataFrame:
    """Standard errors of the fixed effects, beside those of the model without one level."""
    levels = {name: part for name, part in fit.model.above.items() if name != unit}
    with recorded():
        other = estimate(fit.model.replace(levels=levels), fit.panel, fit.method, FittedModel)
    found = [np.sqrt(np.diag(one.estimates.cov_beta)) for one in (fit, other)]
    columns = {"unit": unit, "term": list(fit.terms), "std_error": found[0], "without": found[1]}
    return pd.DataFrame(columns).assign(ratio=found[0] / found[1], label=term_labels(fit))
