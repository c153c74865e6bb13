"""Reporting checklists: which items this page fills, and what the author must add."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from growthcurves.report.certainty import Certainty
from growthcurves.report.change import Change
from growthcurves.report.checklist_items import CHECKLISTS, Checklist, Filled, Item
from growthcurves.report.compared import Compared
from growthcurves.report.data import Data
from growthcurves.report.effects import Effects
from growthcurves.report.lacking import Lacking
from growthcurves.report.ladder import Ladder
from growthcurves.report.missingness import Missingness
from growthcurves.report.question import Question
from growthcurves.report.reproduce import Reproduce
from growthcurves.report.section import Section, Subject
from growthcurves.report.trajectories import Pictures
from growthcurves.report.variation import Variation

#: The sections that items point to, in the words of the page.
SECTION_TITLES = {
    part.name: part.title
    for part in (
        Question, Data, Missingness, Pictures, Change, Compared, Ladder, Effects, Variation, Certainty, Reproduce,
        Lacking,
    )
}  # fmt: skip
STATES = {"here": "on this page", "part": "partly on this page", "author": "for the author", "none": "does not apply"}


class Checklists(Section):
    """The items of LEVEL and GRoLTS."""

    name = "checklists"
    title = "Reporting checklists"
    last = True

    def context(self, subject: Subject) -> Mapping[str, Any]:
        lists = [
            {
                "name": checklist.name,
                "about": checklist.about,
                "source": checklist.source,
                "rows": [_row(subject, item) for item in checklist.items],
            }
            for checklist in _that_apply(subject)
        ]
        return {"lists": lists}

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        rows = [
            [checklist.name, item.number, subject.said(item.text), STATES[filled.state], filled.text]
            for checklist in _that_apply(subject)
            for item in checklist.items
            for filled in [_filled(subject, item)]
        ]
        return {"checklists": pd.DataFrame(rows, columns=["checklist", "item", "asked", "state", "where"])}


def _that_apply(subject: Subject) -> list[Checklist]:
    """The checklists of these data: one of change over time only where there is time."""
    return [one for one in CHECKLISTS if subject.fit.vocabulary.over_time or not one.of_change]


def _filled(subject: Subject, item: Item) -> Filled:
    """What the page does for an item: nothing where its section has nothing to show."""
    filled = item.filled(subject)
    if filled.where not in subject.refused:
        return filled
    return Filled("author", f"Not on this page: {filled.text[:1].lower()}{filled.text[1:]}", "lacking")


def _row(subject: Subject, item: Item) -> dict[str, str]:
    filled = _filled(subject, item)
    sign = {"here": "✓", "part": "◐", "author": "✎", "none": "–"}[filled.state]
    return {
        "number": item.number, "text": subject.said(item.text), "state": filled.state, "sign": sign,
        "word": STATES[filled.state], "where": filled.where, "said": filled.text,
        "title": subject.said(SECTION_TITLES.get(filled.where, "")),
    }  # fmt: skip
