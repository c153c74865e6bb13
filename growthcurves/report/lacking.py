"""What the page cannot show, and why: said once, for fits that keep no rows, or nothing of single persons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from growthcurves.output.words import capital
from growthcurves.report.section import Section, Subject


class Lacking(Section):
    """A list for each reason, with what to do."""

    name = "lacking"
    title = "What this page cannot show"
    core = True
    last = True

    def belongs(self, subject: Subject) -> bool:
        return bool(subject.lacking)

    def context(self, subject: Subject) -> Mapping[str, Any]:
        groups = [
            {"why": f"{why.rstrip('.')}.", "advice": _to_do(advice), "lacks": [capital(item) for item in items]}
            for why, advice, items in subject.lacking
        ]
        return {"groups": groups}


def _to_do(advice: str) -> str:
    return f"To have them: {advice.rstrip('.')}." if advice else ""
