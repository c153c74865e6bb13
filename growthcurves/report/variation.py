"""Variance components: how much persons differ, and the scatter of single measurements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from growthcurves.contracts.note import NoteKind
from growthcurves.report.figures import drawn
from growthcurves.report.format import decimals, fixed, share
from growthcurves.report.section import Section, Subject
from growthcurves.report.words import short_name, unit_of


class Variation(Section):
    """Variance components."""

    name = "variation"
    title = "How much persons differ"

    def why_not(self, subject: Subject) -> str | None:
        fit = subject.fit
        if fit.identified or not fit.random_names:
            return None
        said = [note.text for note in fit.notes if note.kind is NoteKind.NOT_IDENTIFIED]
        return said[0] if said else "The design cannot tell these variances apart, so they are withheld."

    def context(self, subject: Subject) -> Mapping[str, Any]:
        fit = subject.fit
        table = subject.components
        records = table.to_dict("records")
        return {
            "method": table.attrs["intervals"].replace(" intervals", ""),
            "notes": notes_of(fit, records, table.attrs["notes"]),
            "rows": [component_row(fit, record) for record in records],
            "boundary": fit.certificate.singular,
            "direction": list(fit.certificate.direction),
            "pictures": drawn(subject, ("variance_over_time",)),
        }

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        return {"variance_components": subject.components}


def notes_of(fit: Any, records: list[dict], notes: Mapping[str, str]) -> list[str]:
    """What is special of some intervals, with the names that the table shows."""
    return [f"{component_row(fit, row)['name']}: {notes[row['term']]}" for row in records if row["term"] in notes]


def component_row(fit: Any, record: Mapping[str, Any]) -> dict[str, str]:
    """One row of the table as texts."""
    kind, _, names = record["term"].partition(":")
    if kind == "cor":
        values = [share(record[name]) for name in ("estimate", "conf_low", "conf_high")]
        both = " and ".join(short_name(fit, name) for name in names.split(","))
        return _row(f"Correlation of {both}", values, "")
    places = max(decimals(record["std_error"]), 1) if record["std_error"] == record["std_error"] else 3
    values = [fixed(record[name], places) for name in ("estimate", "conf_low", "conf_high")]
    if names == "residual":
        return _row("SD of single measurements about a person's line", values, unit_of(fit, "intercept"))
    return _row(f"SD of {short_name(fit, names)}", values, unit_of(fit, names))


def _row(name: str, values: list[str], unit: str) -> dict[str, str]:
    return {"name": name, "unit": unit} | dict(zip(("estimate", "low", "high"), values, strict=True))
