"""How to get the same numbers again: versions, a fingerprint of the data, and the code."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from growthcurves.data.fingerprint import fingerprint
from growthcurves.machine import versions
from growthcurves.model.recipe import model_columns
from growthcurves.report.code import code
from growthcurves.report.section import Section, Subject


class Reproduce(Section):
    """Versions, a fingerprint of the data, and the code."""

    name = "reproduce"
    title = "How to reproduce this"

    def context(self, subject: Subject) -> Mapping[str, Any]:
        fit = subject.fit
        columns = used_columns(fit)
        return {
            "codes": [code(item) for item in subject.fits],
            "versions": versions(),
            "columns": columns,
            "rows": len(fit.panel),
            "hash": fingerprint(fit.panel.frame, columns),
        }


def used_columns(fit: Any) -> list[str]:
    """The columns that the fit used: roles first."""
    roles = [name for name in (fit.model.id, fit.model.time, fit.model.outcome) if name]
    return list(dict.fromkeys([*roles, *model_columns(fit.model)]))
