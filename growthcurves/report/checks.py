"""All that checks of the assumptions looked at, with their picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jinja2
import pandas as pd
from markupsafe import Markup

from growthcurves.checks import FitChecks
from growthcurves.checks.check import LEVELS
from growthcurves.output.words import capital
from growthcurves.report.assumptions import SIGNS, checks_of
from growthcurves.report.figures import of_checks
from growthcurves.report.format import with_minus
from growthcurves.report.section import Section, Subject


class Checks(Section):
    """The picture of the checks, and every finding."""

    name = "checks"
    title = "Checks of the assumptions"
    lacks = "checks of the assumptions, which look at single measurements"

    def context(self, subject: Subject) -> Mapping[str, Any]:
        found = subject.once(checks_of)
        if not isinstance(found, FitChecks):
            raise found
        made = shown(found)
        subject.moved()
        return made

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        found = subject.once(checks_of)
        return {} if not isinstance(found, FitChecks) else {"checks": found.table}


def shown(found: FitChecks) -> Mapping[str, Any]:
    """What the template is given."""
    levels = [(capital(level), _rows(found.table[found.table["level"] == level])) for level in LEVELS]
    return {
        "summary": found.summary,
        "panels": [(one, SIGNS.get(one.verdict)) for one in of_checks(found)],
        "levels": [(level, rows) for level, rows in levels if rows],
        "how": found.how,
        "skipped": sorted(set(found.skipped.values())),
    }


@dataclass(frozen=True)
class CheckSection:
    """The checks on a page that is about something else than fits.

    Attributes
    ----------
    name, title : str
    found : FitChecks
    """

    name: str
    title: str
    found: FitChecks

    def body(self, environment: jinja2.Environment) -> Markup:
        """Its HTML."""
        return Markup(environment.get_template("checks.html").render(shown(self.found)))


def _rows(table: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {"verdict": row.verdict, "well": SIGNS[row.verdict], "looked_at": capital(row.looked_at),
         "text": with_minus(f"{row.text} {row.meaning}".strip())}
        for row in table.itertuples()
    ]  # fmt: skip
