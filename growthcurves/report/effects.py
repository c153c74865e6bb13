"""Fixed effects, grouped by the growth parameter that they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from growthcurves.model.bind import TermName
from growthcurves.report.format import decimals, degrees, fixed, p_value
from growthcurves.report.section import Section, Subject
from growthcurves.report.words import baseline, parameter_name, predictor_name, term_name_of, unit_of


class Effects(Section):
    """Fixed effects, grouped by growth parameter."""

    name = "effects"
    title = "Average growth, and what predicts it"

    def context(self, subject: Subject) -> Mapping[str, Any]:
        fit = subject.fit
        table = subject.effects
        return {
            "groups": _groups(fit, table.to_dict("records")),
            "ddf": table.attrs.get("ddf", ""),
            "why_not": table.attrs.get("why_not", ""),
            "aliased": list(fit.aliased),
        }

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        return {"fixed_effects": subject.effects}


def _groups(fit: Any, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One block of rows per growth parameter, then the time-varying predictors."""
    blocks: dict[str, list[dict[str, str]]] = {name: [] for name in (*fit.model.parameters, "")}
    for record in records:
        name = term_name_of(fit, record["term"])
        blocks[name.parameter].append(effect_row(fit, name, record))
    return [
        {"name": _heading(fit, name), "unit": unit_of(fit, name), "rows": rows}
        for name, rows in blocks.items()
        if rows
    ]


def _heading(fit: Any, parameter: str) -> str:
    return parameter_name(fit, parameter) if parameter else "At each occasion"


def effect_row(fit: Any, name: TermName, record: Mapping[str, Any]) -> dict[str, str]:
    """One row of the table as texts."""
    places = decimals(record["std_error"])
    return {
        "name": predictor_name(fit, name) if name.parts else _mean_name(fit, name.parameter),
        "term": record["term"],
        "estimate": fixed(record["estimate"], places),
        "error": fixed(record["std_error"], places),
        "low": fixed(record["conf_low"], places),
        "high": fixed(record["conf_high"], places),
        "df": degrees(record["df"]),
        "statistic": fixed(record["statistic"], 2),
        "p": p_value(record["p_value"]),
    }


def _mean_name(fit: Any, parameter: str) -> str:
    whom = baseline(fit, parameter)
    return f"baseline ({whom})" if whom else "average"
