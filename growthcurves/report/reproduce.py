"""How to get the same numbers again: versions, a fingerprint of the data, and the code."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from growthcurves.data.grid import grid_of
from growthcurves.errors import NotAvailableError, NotEstimableError
from growthcurves.machine import versions
from growthcurves.report.code import code
from growthcurves.report.section import Section, Subject
from growthcurves.results.questions.zeros import centring_offer


class Reproduce(Section):
    """Versions, a fingerprint of the data, and the code."""

    name = "reproduce"
    title = "How to reproduce this"

    def context(self, subject: Subject) -> Mapping[str, Any]:
        fit = subject.fit
        return {
            "codes": [code(item) for item in subject.fits],
            "more": further(subject),
            "versions": versions(),
            "columns": fit.data_columns,
            "rows": len(fit.panel),
            "hash": fit.data_hash,
        }


def further(subject: Subject) -> list[str]:
    """What to write for what the page has not: intervals by another method, an intercept at a mean, planned waves."""
    fit = subject.fit
    found = [centring_offer(fit)]
    if fit.recipe.shape.changes:
        with suppress(NotAvailableError, NotEstimableError):
            found.append(subject.change.advice)
        found.append(_of_waves(fit.panel))
    return [text for text in found if text]


def _of_waves(panel: Any) -> str:
    """What to give where there are no waves that somebody could miss."""
    try:
        grid_of(panel)
    except NotEstimableError as error:
        return f"For who was seen when, {error.advice}" if error.advice else ""
    return ""


def computed_with() -> str:
    """The versions, in one sentence."""
    return f"Computed with {', '.join(f'{name} {text}' for name, text in versions())}."


def data_used(fit: Any) -> str:
    """The fingerprint of the data of a fit, in one sentence."""
    columns = ", ".join(map(str, fit.data_columns))
    return f"SHA-256 of the {len(fit.panel):,} rows used, columns {columns} in this order: {fit.data_hash}"
