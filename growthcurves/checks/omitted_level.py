"""Whether persons of one school, site or region are alike, where the model leaves these out."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from growthcurves.checks import calls
from growthcurves.checks.check import LEVEL_2, Check, Measure, Measured, Said
from growthcurves.checks.look import Look, Sample
from growthcurves.checks.words import shown
from growthcurves.data.backticks import quoted
from growthcurves.data.constant import first_difference
from growthcurves.data.frame import raw_array
from growthcurves.data.levels import told_apart
from growthcurves.data.units_above import units_above
from growthcurves.numerics.arrays import Array
from growthcurves.results.questions import levels
from growthcurves.results.tables.printing import number

#: Groups of a column that are looked at: at least so many, and so many persons to each on average.
FEWEST, EACH = 5, 2.0


class _Candidate(NamedTuple):
    column: str
    codes: np.ndarray


class OmittedLevel(Check):
    """Scores of a variance between the groups that a column of persons makes, of each random effect."""

    name, level, of_families = "omitted_level", LEVEL_2, True

    def why_not(self, look: Look) -> str | None:
        if self._candidates(look):
            return None
        return "No further column of the table puts persons into five groups and more."

    def _candidates(self, look: Look) -> list[_Candidate]:
        """Columns of words, or with the name of a unit, that put persons into groups and are not in the model."""
        fit, panel = look.fit, look.fit.panel
        used: set[Any] = {panel.id, panel.time, panel.outcome, panel.wave, *fit.data_columns, *levels.units_above(fit)}
        named = {one.column for one in units_above(panel, used)}
        found = []
        for column in map(str, panel.frame.columns):
            if column in used or (pd.api.types.is_numeric_dtype(panel.frame[column]) and column not in named):
                continue
            raw, persons = raw_array(panel.frame, column), panel.persons
            if first_difference(raw, persons.codes, persons.first_rows) is not None:
                continue
            codes, labels = told_apart(raw[look.order][look.starts])
            if FEWEST <= len(labels) <= look.persons / EACH:
                found.append(_Candidate(column, codes))
        return found

    def measure(self, look: Look) -> Measure:
        candidates = self._candidates(look)
        names = look.effect_names or ("intercept",)
        labels = [(one.column, name) for one in candidates for name in names]

        def of(sample: Sample) -> Array:
            pulls = look.pulls(sample) if look.effect_names else look.sums(sample.pulled)[:, None]
            found = []
            for one in candidates:
                there = one.codes >= 0
                groups = np.zeros((one.codes.max() + 1, *pulls.shape[1:]))
                np.add.at(groups, one.codes[there], pulls[there])
                found.append((groups**2).sum(axis=0) - (pulls[there] ** 2).sum(axis=0))  # of two persons each
            return np.concatenate(found)

        return Measure(labels, of, two_sided=False, score=True, shown=lambda values: np.sqrt(np.maximum(values, 0.0)))

    def said(self, look: Look, found: Measured) -> Said:
        column, name = found.label
        fit, who = look.fit, look.fit.vocabulary.who.several
        if look.normal:
            grouped = name.removesuffix(f":{quoted(fit.model.random.by)}") if fit.model.random.by else name
            changes = {"levels": calls.varying_above(look, column, grouped)}
        else:
            changes = {"predictors": calls.predictors(look, {name: [quoted(column)]})}
        return Said(
            f"what {who} of one group have in common",
            f"{who.capitalize()} of one {column} are alike in {name}: it differs between them by an SD of about "
            f"{shown(found)}.",
            f"Standard errors are too small for all that differs between units of {column}, above all for predictors "
            f"that are the same within one.",
            (calls.compared(look, **changes),),
            found.value, *found.expected, False,
            f"Between units of {column} the SD of {name} is {number(found.value, 3)}.",
        )  # fmt: skip
