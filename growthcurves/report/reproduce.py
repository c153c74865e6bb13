"""How to get the same numbers again: versions, a fingerprint of the data, and the code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from growthcurves.machine import versions
from growthcurves.report.code import code
from growthcurves.report.section import Section, Subject


class Reproduce(Section):
    """Versions, a fingerprint of the data, and the code."""

    name = "reproduce"
    title = "How to reproduce this"

    def context(self, subject: Subject) -> Mapping[str, Any]:
        fit = subject.fit
        return {
            "codes": [code(item) for item in subject.fits],
            "versions": versions(),
            "columns": fit.data_columns,
            "rows": len(fit.panel),
            "hash": fit.data_hash,
        }


def computed_with() -> str:
    """The versions, in one sentence."""
    return f"Computed with {', '.join(f'{name} {text}' for name, text in versions())}."


def data_used(fit: Any) -> str:
    """The fingerprint of the data of a fit, in one sentence."""
    columns = ", ".join(map(str, fit.data_columns))
    return f"SHA-256 of the {len(fit.panel):,} rows used, columns {columns} in this order: {fit.data_hash}"
