"""The data: counts at each level, the schedule, and the rows that were left out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.source import source_of
from growthcurves.data.time_words import TimeWords, time_words
from growthcurves.data.units import unit_called
from growthcurves.data.vocabulary import Vocabulary
from growthcurves.errors import NotAvailableError
from growthcurves.model.outcome_family import family_outcome
from growthcurves.numerics.averages import weighted_sd
from growthcurves.numerics.times import time_texts
from growthcurves.output.words import capital
from growthcurves.plots.missing import why_no_waves
from growthcurves.report.format import count, number, polished
from growthcurves.report.section import Section, Subject
from growthcurves.results.summary import design_lines
from growthcurves.results.tables.outcome_words import outcome_words
from growthcurves.results.tables.units import unit_counts


class Data(Section):
    """Counts at each level, the schedule, and the rows that were left out."""

    name = "data"
    title = "Who was seen"
    core = True

    def context(self, subject: Subject) -> Mapping[str, Any]:
        panel = subject.fit.panel
        facts = _described(subject.fit).to_dict()
        words = subject.fit.vocabulary
        schedule = _schedule(facts, panel) if words.over_time else _range(facts)
        counts = [(words.said(name), value) for name, value in _level_one(facts)]
        who = [*_level_two(facts, words), *_above(subject.fit)]
        return {
            "rows": [*who, *counts, *schedule, *_outcome(facts, subject.fit), *design_lines(subject.fit)],
            "groups": _groups(subject),
            "dropped": [(str(row["reason"]), int(row["rows"])) for row in panel.dropped.to_dict("records")],
            "total": int(len(panel) + panel.rows_dropped),
            "each": _each_row(panel),
        }

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        return {"data": _described(subject.fit).table}


def _described(fit: Any) -> Any:
    """The panel in numbers, by the weights of the fit."""
    design = None if fit.weighing is None else fit.weighing.design
    return fit.panel.describe(design) if design is not None and design.weights is not None else fit.panel.describe()


def _each_row(panel: Any) -> str:
    """What a row is where the table was wide, whose rows are persons."""
    wide = panel.has_rows and "waves" in source_of(panel.data)
    return " (one for each person and wave of the wide table)" if wide else " in the table"


def _level_two(facts: Mapping[str, Any], words: Vocabulary) -> list[tuple[str, str]]:
    rows = [(f"{words.said('Persons')} ({facts['names']['id']})", count(facts["persons"]))]
    if facts["single_occasion"]:
        rows.append((words.said("Persons with one occasion"), count(facts["single_occasion"])))
    return rows


def _above(fit: Any) -> list[tuple[str, str]]:
    """The units above persons, and how many persons each holds."""
    rows, several = [], fit.vocabulary.who.several
    for one in unit_counts(fit):
        each = count(one.fewest) if one.fewest == one.most else f"{count(one.fewest)} to {count(one.most)}"
        name = capital(one.words.several)
        rows.append((f"{name} ({one.column})", f"{count(one.units)}, with {each} {several} each"))
    return rows


def _level_one(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    low, middle, high = (facts[f"occasions_{name}"] for name in ("min", "median", "max"))
    each = number(low) if low == high else f"{number(low)} to {number(high)}, median {number(middle)}"
    return [("Occasions (rows used)", count(facts["occasions"])), ("Occasions per person", each)]


def _range(facts: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Of a predictor that is no time."""
    if facts["time_min"] is None:
        return []
    values = " to ".join(map(polished, time_texts((facts["time_min"], facts["time_max"]))))
    return [(f"Predictor ({facts['names']['time']})", values)]


def _schedule(facts: Mapping[str, Any], panel: Any) -> list[tuple[str, str]]:
    if facts["time_min"] is None:
        return []
    when = time_words(panel)
    rows = [_span(facts, when)]
    if facts["spacing"] is not None:
        rows.append(("Median time between occasions", when.length(facts["spacing"])))
    rows += _sets_of_times(facts, panel)
    if facts["repeated"]:
        rows.append(("Rows that share person and time with another", count(facts["repeated"])))
    return rows


def _span(facts: Mapping[str, Any], when: TimeWords) -> tuple[str, str]:
    """Of what times, and from which to which."""
    ends = " to ".join(map(polished, time_texts((facts["time_min"], facts["time_max"]))))
    unit = when.unit or unit_called(when.name) or ""
    since = f"Time after {when.origin}" if when.origin else "Time"
    return f"{since} ({when.name})", f"{ends} {unit}".rstrip()


def _sets_of_times(facts: Mapping[str, Any], panel: Any) -> list[tuple[str, str]]:
    """At how many times all were to be seen, where that is so, and how many different sets of times were kept."""
    if panel.wave is not None or why_no_waves(panel) is not None:
        return [("Different sets of visit times", count(facts["schedules"]))]
    kept = "one, by everybody" if facts["schedules"] == 1 else count(facts["schedules"])
    return [("Waves (times common to all)", count(panel.grid().count)), ("Different sets of waves kept", kept)]


def _outcome(facts: Mapping[str, Any], fit: Any) -> list[tuple[str, str]]:
    if fit.family is not None:
        return _of_family(fit)
    unit = f" {facts['units']['outcome']}" if facts["units"]["outcome"] else ""
    values = f"{number(facts['outcome_mean'])} ({number(facts['outcome_sd'], 3)}){unit}"
    weighted = ", weighted" if facts["weights"] else ""
    return [(f"Mean (SD) of {facts['names']['outcome']}, all rows{weighted}", values)]


def _of_family(fit: Any) -> list[tuple[str, str]]:
    """What was observed, as a family counts it."""
    found, name = family_outcome(fit.model, fit.panel), str(fit.model.outcome)
    values, words = found.values, outcome_words(fit)
    if fit.weighing is not None and fit.family.name in ("binomial", "ordinal"):
        return _weighted_shares(fit, found)
    total = f"{count(round(values.sum()))}"
    if fit.family.name == "binomial":
        of = len(values) if found.trials is None else found.trials.sum()
        what = "outcomes" if found.trials is None else "trials"
        return [(f"{words.event}, all rows", f"{total} of {count(round(of))} {what} ({100 * values.sum() / of:.0f} %)")]
    if fit.family.name == "ordinal":
        rows = np.bincount(values.astype(int), minlength=len(fit.family.categories))
        pairs = zip(fit.family.categories, rows, strict=True)
        return [(f"{name}, all rows", ", ".join(f"{category} {count(n)}" for category, n in pairs))]
    if fit.model.exposure is not None and found.offset is not None and fit.model.offset is None:
        over = float(np.exp(found.offset).sum())
        rate = f"{total} over {number(over)} of {fit.model.exposure}: {number(values.sum() / over, 3)} each"
        return [(f"{name}, all rows", rate)]
    mean, weighted = np.average(values, weights=fit.row_weights), ", weighted" if fit.weighing is not None else ""
    sd = number(weighted_sd(values, fit.row_weights), 3)
    return [(f"Mean (SD) of {name}, all rows{weighted}", f"{number(float(mean))} ({sd})")]


def _weighted_shares(fit: Any, found: Any) -> list[tuple[str, str]]:
    """Shares of those whom the rows stand for."""
    w, values = fit.row_weights, found.values
    if fit.family.name == "binomial":
        share = float(w @ values / (w @ (np.ones(len(values)) if found.trials is None else found.trials)))
        return [(f"{outcome_words(fit).event}, all rows, weighted", f"{100 * share:.0f} %")]
    rows = np.bincount(values.astype(int), weights=w, minlength=len(fit.family.categories)) / w.sum()
    pairs = zip(fit.family.categories, rows, strict=True)
    told = ", ".join(f"{category} {100 * share:.0f} %" for category, share in pairs)
    return [(f"{fit.model.outcome}, all rows, weighted", told)]


def _groups(subject: Subject) -> list[tuple[str, int, int]]:
    """Persons and rows of each group."""
    if subject.by is None:
        return []
    try:
        found = subject.fit.panel.group_counts(subject.by)
    except NotAvailableError as error:
        subject.lack(subject.said("how many persons and rows each group has"), error)
        return []
    return [(f"{subject.by_text}: {label}", persons, rows) for label, persons, rows in found]
