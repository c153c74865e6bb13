"""Persons: estimates of their own growth parameters; where there are many, those with the extreme rates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.source import show_id
from growthcurves.report.format import NOTHING, decimals, fixed, probability
from growthcurves.report.section import Subject
from growthcurves.report.words import unit_of

ALL_UP_TO = 24
EXTREMES = 10


class People:
    """Estimates of persons, with a small picture of each interval."""

    name = "people"
    title = "Persons"

    def why_not(self, subject: Subject) -> str | None:
        fit = subject.fit
        if not fit.random_names:
            return "All persons share one curve in this model, so there is nothing to list."
        if not fit.identified:
            return (
                "Persons' own estimates are withheld: they need variances that this design cannot tell apart."
            )
        return None

    def context(self, subject: Subject) -> Mapping[str, Any]:
        fit = subject.fit
        table = fit.people()
        sorted_by = "slope" if "slope" in fit.model.parameters else "intercept"
        table = table.sort_values(f"eb_{sorted_by}", kind="stable")
        shown, gap = extremes(table)
        return {
            "rows": person_rows(shown, sorted_by, gap),
            "total": len(table),
            "each": EXTREMES if gap else 0,
            "rates": sorted_by == "slope",
            "id": fit.model.id,
            "unit": unit_of(fit, sorted_by),
            "start_unit": unit_of(fit, "intercept"),
        }


def extremes(table: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The rows that are shown of a sorted table, and after which row the middle was left out (0: nowhere)."""
    if len(table) <= ALL_UP_TO:
        return table, 0
    return pd.concat([table.iloc[:EXTREMES], table.iloc[-EXTREMES:]]), EXTREMES


def person_rows(table: pd.DataFrame, parameter: str, gap: int) -> list[dict[str, Any]]:
    """Rows of the table as texts, each with its interval as percentages of a common axis."""
    estimate, error = table[f"eb_{parameter}"].to_numpy(float), table[f"eb_{parameter}_se"].to_numpy(float)
    low, high = estimate - 1.96 * np.nan_to_num(error), estimate + 1.96 * np.nan_to_num(error)
    start, end = min(low.min(), 0.0), max(high.max(), 0.0)
    if parameter == "intercept":
        start, end = low.min(), high.max()
    percent = 100 / (end - start) if end > start else 0.0
    rows = []
    for place, (person, record) in enumerate(zip(table.index, table.to_dict("records"), strict=True)):
        bar = {
            "low": (low[place] - start) * percent,
            "middle": (estimate[place] - start) * percent,
            "width": (high[place] - low[place]) * percent,
            "zero": (0.0 - start) * percent if parameter == "slope" else None,
        }
        rows.append(person_row(person, record, parameter) | {"bar": bar, "gap": bool(gap) and place == gap})
    return rows


def person_row(person: Any, record: Mapping[Any, Any], parameter: str) -> dict[str, str]:
    """One person as texts."""
    places = decimals(record[f"eb_{parameter}_se"])
    start_places = decimals(record["eb_intercept_se"]) if "eb_intercept" in record else 1
    return {
        "person": show_id(person),
        "n": str(int(record["n"])),
        "start": fixed(record.get("eb_intercept"), min(start_places, 2)),
        "estimate": fixed(record[f"eb_{parameter}"], places),
        "error": fixed(record[f"eb_{parameter}_se"], places),
        "own": fixed(record.get(f"ols_{parameter}"), places),
        "rising": probability(record["p_positive"]) if "p_positive" in record else NOTHING,
    }
