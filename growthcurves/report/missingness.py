"""Who was seen when: patterns of missing waves, and who leaves the study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from growthcurves.data.missing import SEEN
from growthcurves.plots.missing import why_no_waves
from growthcurves.report.figures import drawn
from growthcurves.report.format import count
from growthcurves.report.section import Section, Subject
from growthcurves.report.words import and_list

MOST_PATTERNS = 6
#: What is said of the persons of each kind, of one and of several, and how a table calls them.
WORDS = {
    "complete": ("was seen at all {waves} waves", "were seen at all {waves} waves", "complete"),
    "monotone": ("dropped out before the last", "dropped out before the last", "dropout (monotone)"),
    "intermittent": (
        "missed one in between or came late",
        "missed some in between or came late",
        "with gaps (intermittent)",
    ),
    "never seen": ("was never seen", "were never seen", "never seen"),
}


class Missingness(Section):
    """Patterns of missing waves, and dropout."""

    name = "missing"
    title = "Who was seen when"

    def belongs(self, subject: Subject) -> bool:
        return subject.fit.recipe.shape.changes and subject.fit.vocabulary.over_time

    def why_not(self, subject: Subject) -> str | None:
        return why_no_waves(subject.fit.panel)

    def context(self, subject: Subject) -> Mapping[str, Any]:
        missed = subject.fit.panel.missing(by=subject.by)
        whole = bool((missed.persons["kind"] == "complete").all())
        rows, rest = ([], "") if whole else patterns(missed.table, subject.by is not None)
        return {
            "sentence": sentence(missed, subject.fit.vocabulary.who.several),
            "rows": rows,
            "rest": rest,
            "by": subject.by_text or None,
            "waves": [str(wave) for wave in missed.waves],
            "grid": missed.names["grid"],
            "pictures": [] if whole else drawn(subject, ("dropout",)),
        }

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        missed = subject.fit.panel.missing(by=subject.by)
        return {"missing_patterns": missed.table, "dropout": missed.dropout}


def sentence(missed: Any, who: str = "persons") -> str:
    """How many persons were seen at all waves, and how the others were missed."""
    kinds = missed.persons["kind"].value_counts()
    total, waves = len(missed.persons), len(missed.waves)
    if kinds.get("complete", 0) == total:
        return f"All {count(total)} {who} were seen at all {waves} waves."
    parts = [
        f"{count(kinds[kind])} {(one if kinds[kind] == 1 else several).format(waves=waves)}"
        for kind, (one, several, _) in WORDS.items()
        if kinds.get(kind, 0)
    ]
    start = "" if kinds.get("complete", 0) else f"No person was seen at all {waves} waves. "
    return f"{start}Of {count(total)} {who}, {and_list(parts)}."


def patterns(table: pd.DataFrame, grouped: bool) -> tuple[list[dict[str, Any]], str]:
    """The most frequent patterns (of each group) as texts, and how many persons have another."""
    first = table.groupby("group", sort=False).head(MOST_PATTERNS) if grouped else table.head(MOST_PATTERNS)
    rows = [
        {
            "group": record.get("group", ""),
            "tiles": [letter == SEEN for letter in str(record["pattern"])],
            "kind": WORDS[record["kind"]][-1],
            "persons": int(record["persons"]),
            "percent": float(record["percent"]),
        }
        for record in first.to_dict("records")
    ]
    others = table.drop(first.index)
    return rows, _rest(len(others), int(others["persons"].sum()))


def _rest(patterns: int, persons: int) -> str:
    if not patterns:
        return ""
    who = f"{count(persons)} person{'s' if persons != 1 else ''}"
    return f"{count(patterns)} further pattern{'s' if patterns > 1 else ''}, of {who}"
