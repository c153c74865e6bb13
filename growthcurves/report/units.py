"""Units above persons: their own effects, growth of their average persons, and ranks with their uncertainty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.source import show_id
from growthcurves.data.unit_words import level_words
from growthcurves.output.words import capital, listed
from growthcurves.report.figures import drawn
from growthcurves.report.format import NOTHING, decimals, fixed
from growthcurves.report.section import Section, Subject
from growthcurves.report.words import parameter_heading, random_name

#: Units of a level that are listed.
MOST_UNITS = 60


class Units(Section):
    """One picture and one table for each level above persons, the highest first."""

    name = "units"
    title = "Units above persons"

    def belongs(self, subject: Subject) -> bool:
        return bool(subject.fit.model.above)

    def heading(self, subject: Subject) -> str:
        named = listed(level_words(unit).several for unit in reversed(subject.fit.model.above))
        return capital(named)

    def why_not(self, subject: Subject) -> str | None:
        if subject.fit.identified:
            return None
        return "Effects are withheld: they need variances that this design cannot tell apart."

    def context(self, subject: Subject) -> Mapping[str, Any]:
        return {"levels": [_level(subject, unit) for unit in reversed(subject.fit.model.above)]}

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        return {f"units_{unit}": subject.fit.units(unit).reset_index() for unit in subject.fit.model.above}


def _level(subject: Subject, unit: str) -> dict[str, Any]:
    """What the page shows of the units of a level."""
    fit = subject.fit
    table = fit.units(unit, subject.level)
    several = level_words(unit).several
    name = next((one for one in ("slope", "intercept") if f"effect_{one}" in table and f"eb_{one}" in table), "")
    table = table.sort_values(f"effect_{name}", ascending=False, kind="stable") if name else table
    return {
        "column": unit,
        "several": capital(several),
        "one": level_words(unit).one,
        "growth": parameter_heading(fit, name) if name else "",
        "ranked": random_name(fit, name) if name else "",
        "rows": _rows(table, name) if len(table) <= MOST_UNITS and name else [],
        "pictures": drawn(subject, ("units",), unit=unit),
    }


def _rows(table: pd.DataFrame, name: str) -> list[dict[str, str]]:
    """Units as texts, by their effect on a growth parameter."""
    places = decimals(float(np.nanmedian(table[f"eb_{name}_se"])))
    return [
        {
            "id": show_id(label),
            "persons": f"{int(row['persons']):,}",
            "effect": fixed(row[f"effect_{name}"], places),
            "estimate": fixed(row[f"eb_{name}"], places),
            "error": fixed(row[f"eb_{name}_se"], places),
            "rank": _rank(row, name),
        }
        for label, row in zip(table.index, table.to_dict("records"), strict=True)
    ]


def _rank(row: Mapping[Any, Any], name: str) -> str:
    if row[f"rank_{name}"] != row[f"rank_{name}"]:
        return NOTHING
    return f"{row[f'rank_{name}_low']:.0f} to {row[f'rank_{name}_high']:.0f}"
