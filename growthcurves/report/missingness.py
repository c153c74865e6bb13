"""Who was seen when: patterns of missing waves, and who leaves the study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from growthcurves.data.missing import DROPPED_OUT, MISSED_BEFORE, NEVER_DUE
from growthcurves.data.reasons import DIED
from growthcurves.errors import NotAvailableError, NotEstimableError
from growthcurves.output.words import listed
from growthcurves.plots.missing import MOST_GROUPS, why_no_waves
from growthcurves.report.figures import drawn
from growthcurves.report.format import count
from growthcurves.report.missed import missed_of
from growthcurves.report.section import Section, Subject

#: What is said of the persons of each way, of one and of several.
WORDS = {
    "complete": ("was seen at all {waves}", "were seen at all {waves}"),
    DROPPED_OUT: ("dropped out (last seen before the last wave{due}{before})",) * 2,
    DIED: ("died (after being seen at the last wave that was due)",) * 2,
    "missed between": tuple(f"missed some in between and {verb} seen at the last" for verb in ("was", "were")),
    "came late": ("came late and missed none after", "came late and missed none after"),
    "never seen": ("was never seen", "were never seen"),
    NEVER_DUE: ("was never due to be seen", "were never due to be seen"),
}


class Missingness(Section):
    """Patterns of missing waves, and dropout."""

    name = "missing"
    title = "Who was seen when"

    def belongs(self, subject: Subject) -> bool:
        return subject.fit.recipe.shape.changes and subject.fit.vocabulary.over_time

    def why_not(self, subject: Subject) -> str | None:
        return why_no_waves(subject.fit.panel, advise=False)

    def context(self, subject: Subject) -> Mapping[str, Any]:
        missed = subject.once(missed_of)
        pictures = [] if missed.complete else _pictures(subject, missed)
        return {
            "sentence": sentence(missed, subject.fit.vocabulary.who.several) + _beside(subject.fit.panel, missed),
            "leaving": leaving(subject),
            "pictures": pictures,
        }

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        missed = subject.once(missed_of)
        reasons = {"missing_reasons": missed.reasons} if missed.explained else {}
        return {"missing_patterns": missed.table, "dropout": missed.dropout} | reasons


def sentence(missed: Any, who: str = "persons") -> str:
    """How many persons were seen at all waves, and how the others were missed."""
    ways, total = missed.ways, missed.count
    waves, due = seen_at(missed), " that was due" if missed.explained else ""
    if ways["complete"] == total:
        return f"All {count(total)} {who} were seen at all {waves}."
    before = f"; {count(ways[MISSED_BEFORE])} of them missed some before" if ways[MISSED_BEFORE] else ""
    parts = [
        f"{count(ways[way])} {(one if ways[way] == 1 else several).format(waves=waves, before=before, due=due)}"
        for way, (one, several) in WORDS.items()
        if ways[way]
    ]
    start = "" if ways["complete"] else f"None of the {who} was seen at all {waves}. "
    return f"{start}Of {count(total)} {who}, {listed(parts)}.{_entered(missed)}"


def seen_at(missed: Any) -> str:
    """The waves of somebody who missed none: "6 waves", or those that were due."""
    return "waves that were due" if missed.explained else f"{len(missed.waves)} waves"


def _entered(missed: Any) -> str:
    """How many came into the study after its first wave; "" where nobody did."""
    late = int(missed.reasons.groupby("wave", sort=False)["not_sampled"].sum().iloc[0]) if missed.explained else 0
    return f" {count(late)} entered after the first wave, and waves before are not missed." if late else ""


def leaving(subject: Subject) -> str:
    """Whether those who do badly (or well) are lost, by the odds of the next visit; "" where nobody is."""
    try:
        found = subject.fit.panel.dropout(by=subject.by)
    except NotEstimableError:
        return ""
    except NotAvailableError as error:
        subject.lack(subject.said("whether those who do worse or better leave: the odds of the next visit"), error)
        return ""
    return found.of_the_next_visit


def _beside(panel: Any, missed: Any) -> str:
    """Who of them is not in the fit, and why; "" where all are."""
    more, used = missed.count - panel.persons.count, panel.persons.count
    if more <= 0:
        return ""
    reasons = ", ".join(str(reason) for reason in panel.dropped["reason"])
    return f" {count(more)} of them {'is' if more == 1 else 'are'} not among the {count(used)} of the fit ({reasons})."


def _pictures(subject: Subject, missed: Any) -> list[Any]:
    """The patterns, with groups side by side where they are few, and the dropout; by group where that is known."""
    by = subject.by if missed.names["by"] is not None else None
    few = by is not None and missed.dropout["group"].nunique() <= MOST_GROUPS
    return [*drawn(subject, ("missing",), by=by if few else None), *drawn(subject, ("dropout",), by=by)]
