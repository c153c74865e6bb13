"""Variance components: how much persons differ, and the scatter of single measurements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from growthcurves.contracts.finding import RESIDUAL, Finding, Kind
from growthcurves.contracts.note import NoteKind
from growthcurves.report.format import fixed, places_with, share
from growthcurves.report.section import Section, Subject
from growthcurves.report.side_by_side import component_name
from growthcurves.report.words import random_name, unit_of


class Variation(Section):
    """Variance components."""

    name = "variation"
    title = "How much persons differ"
    core = True

    def why_not(self, subject: Subject) -> str | None:
        fit = subject.fit
        if fit.identified or not fit.random_names:
            return None
        said = [note.text for note in fit.notes if note.kind is NoteKind.NOT_IDENTIFIED]
        return said[0] if said else "The design cannot tell these variances apart, so they are withheld."

    def context(self, subject: Subject) -> Mapping[str, Any]:
        fit, found = subject.fit, subject.components
        findings = [row.finding for row in found.rows]
        rows = [component_row(fit, finding) for finding in findings]
        return {
            "method": found.intervals.replace(" intervals", ""),
            "profile": found.intervals.startswith("profile"),
            "notes": [
                f"{row['name']}: {_note(fit, one, findings)}"
                for row, one in zip(rows, findings, strict=True)
                if one.note
            ],
            "rows": rows,
            "boundary": fit.certificate.singular,
            "direction": list(fit.certificate.direction),
        }

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        return {"variance_components": subject.components.table()}


def _note(fit: Any, finding: Finding, findings: list[Finding]) -> str:
    """What is special of an interval: of a correlation that may be anything, which of the two may not vary."""
    constant = [
        random_name(fit, name)
        for one in findings
        for name in one.of
        if one.kind is Kind.SD and one.conf_low == 0 and finding.kind is Kind.CORRELATION and name in finding.of
    ]
    if not constant or (finding.conf_low, finding.conf_high) != (-1.0, 1.0):
        return finding.note
    vary = "the interval of its SD begins" if len(constant) == 1 else "the intervals of their SDs begin"
    return f"the {' and the '.join(constant)} may not vary at all ({vary} at 0), so that any correlation is possible"


def component_row(fit: Any, finding: Finding) -> dict[str, str]:
    """One row of the table as texts."""
    numbers = (finding.value, finding.conf_low, finding.conf_high)
    if finding.kind is Kind.CORRELATION:
        both = " and ".join(random_name(fit, name) for name in finding.of)
        return _row(f"Correlation of {both}", [share(value) for value in numbers], "")
    places = places_with(finding.std_error, *numbers)
    values = [fixed(value, places) for value in numbers]
    if finding.kind is Kind.PARAMETER:
        return _row(component_name(fit, finding), values, "")
    if finding.unit == RESIDUAL:
        scatter = fit.vocabulary.said("SD of single measurements about a person's line")
        return _row(scatter, values, unit_of(fit, "intercept"))
    (name,) = finding.of
    return _row(f"SD of {random_name(fit, name)}", values, unit_of(fit, name))


def _row(name: str, values: list[str], unit: str) -> dict[str, str]:
    return {"name": name, "unit": unit} | dict(zip(("estimate", "low", "high"), values, strict=True))
