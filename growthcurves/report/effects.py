"""Fixed effects, grouped by the growth parameter that they belong to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from growthcurves.contracts.finding import Finding
from growthcurves.report.format import decimals, degrees, fixed, p_value
from growthcurves.report.groups import Groups
from growthcurves.report.section import Section, Subject
from growthcurves.report.words import baseline, parameter_name, predictor_name, unit_of
from growthcurves.results.ddf import ddf_of
from growthcurves.results.effects.coefficients import effect_findings
from growthcurves.results.questions.references import reference_words
from growthcurves.results.questions.zeros import centring_offer
from growthcurves.results.tables.names import finding_text


class Effects(Section):
    """Fixed effects, grouped by growth parameter."""

    name = "effects"
    title = "Average growth, and what predicts it"
    core = True

    def leads(self, subject: Subject) -> bool:
        """Where groups are compared their table has the same differences, which then stand on the first pages once."""
        groups = Groups()
        return not groups.belongs(subject) or groups.why_not(subject) is not None

    def context(self, subject: Subject) -> Mapping[str, Any]:
        fit, method = subject.fit, ddf_of(subject.ddf, subject.fit)
        return {
            "groups": _groups(fit, effect_findings(fit, subject.effects)),
            "ddf": method.label,
            "why_not": method.why_not(fit) or "",
            "aliased": list(fit.aliased),
            "references": reference_words(fit),
            "centring": centring_offer(fit),
        }

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        return {"fixed_effects": subject.effects}


def _groups(fit: Any, findings: list[Finding]) -> list[dict[str, Any]]:
    """One block of rows per growth parameter, then the time-varying predictors."""
    blocks: dict[str, list[dict[str, str]]] = {name: [] for name in (*fit.model.parameters, "")}
    for finding in findings:
        blocks[finding.of[0]].append(effect_row(fit, finding))
    return [
        {"name": _heading(fit, name), "unit": unit_of(fit, name), "rows": rows}
        for name, rows in blocks.items()
        if rows
    ]


def _heading(fit: Any, parameter: str) -> str:
    return parameter_name(fit, parameter) if parameter else fit.vocabulary.said("At each occasion")


def effect_row(fit: Any, finding: Finding) -> dict[str, str]:
    """One row of the table as texts."""
    places = decimals(finding.std_error)
    parameter, predictor = finding.of
    return {
        "name": predictor_name(fit, predictor) if predictor else _mean_name(fit, parameter),
        "term": finding_text(finding),
        "estimate": fixed(finding.value, places),
        "error": fixed(finding.std_error, places),
        "low": fixed(finding.conf_low, places),
        "high": fixed(finding.conf_high, places),
        "df": degrees(finding.df),
        "statistic": fixed(finding.statistic, 2),
        "p": p_value(finding.p_value),
    }


def _mean_name(fit: Any, parameter: str) -> str:
    whom = baseline(fit, parameter)
    return f"reference ({whom})" if whom else "average"
