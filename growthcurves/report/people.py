"""Persons: estimates of their own growth; where there are many, the extremes at once and all of them on demand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.source import show_id
from growthcurves.numerics.distributions import normal_quantile
from growthcurves.plots.people import groups_of
from growthcurves.report.change import period
from growthcurves.report.figures import drawn
from growthcurves.report.format import NOTHING, decimals, fixed, probability
from growthcurves.report.section import Section, Subject
from growthcurves.report.words import parameter_name, plain_name, unit_of
from growthcurves.results.questions.rates import average_rate
from growthcurves.results.variation.settled import settled

ALL_UP_TO = 24
EXTREMES = 10
MOST_LISTED = 5000


class People(Section):
    """Estimates of persons, with a small picture of each interval."""

    name = "people"
    title = "Persons"
    lacks = "persons: their own estimates"

    def why_not(self, subject: Subject) -> str | None:
        fit = subject.fit
        if not fit.random_names:
            return subject.said("All persons share one curve in this model, so there is nothing to list.")
        if not fit.identified:
            return subject.said(
                "Persons' own estimates are withheld: they need variances that this design cannot tell apart."
            )
        return None

    def context(self, subject: Subject) -> Mapping[str, Any]:
        fit, table = subject.fit, subject.people
        shown = with_places(what_is_shown(fit, table), table)
        table = _with_groups(subject, table).sort_values(f"eb_{shown.column}", kind="stable")
        few, gap = extremes(table)
        return {
            "rows": person_rows(few, shown, gap, subject.level),
            "all": [person_row(*item, shown) for item in _items(table)] if gap and len(table) <= MOST_LISTED else [],
            "total": len(table),
            "each": EXTREMES if gap else 0,
            "shown": shown,
            "own": fit.family is None,
            "link": "" if fit.family is None else fit.family.scale_words.link,
            "id": fit.model.id,
            "by": subject.by_text or None,
            "pictures": drawn(subject, ("shrinkage",)),
        }

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        return {"people": _with_groups(subject, subject.people).reset_index()}


@dataclass(frozen=True)
class Shown:
    """Which estimate of a person the table shows.

    Attributes
    ----------
    column : str
        What follows "eb_" in the name of its column.
    start : str
        The same of the column of the start; empty where there is none, or where it is what is shown.
    head, about, unit : str
        The column's heading, what it is in a sentence, and its unit.
    rate : bool
        Whether it is a rate, of which a sign is worth asking.
    rising : bool
        Whether the probability of a positive one is stated: the SD of rates is known well enough.
    start_words : str
        The heading of the column of the start.
    places, start_places : int
        Decimals of the estimates of all persons, and of their starts: those that half of the standard errors bear.
    """

    column: str
    start: str
    head: str
    about: str
    unit: str
    rate: bool
    rising: bool = False
    start_words: str = ""
    places: int = 2
    start_places: int = 2


def what_is_shown(fit: Any, table: pd.DataFrame) -> Shown:
    """The rate of change where persons differ in it, else their level."""
    first, said, own = fit.model.parameters[0], fit.vocabulary.said, fit.panel.outcome_unit
    rate = average_rate(fit)
    if not rate.varies:
        return Shown(first, "", "level", parameter_name(fit, first), unit_of(fit, first), False)
    known = settled(rate).enough
    start = first if fit.recipe.shape.effects("intercept").any() else ""
    called = plain_name(fit, first)
    if "eb_rate" in table.columns:
        unit = unit_of(fit, "slope") if own else f"{fit.model.outcome} per {fit.when.per}"
        about = f"{said('Average rate of change')}{period(fit)}"
        return Shown("rate", start, said("average rate"), about, unit, True, known, called)
    head = "change" if fit.recipe.shape.curved else said("rate")
    unit = unit_of(fit, "slope") if own else ""
    return Shown("slope", start, head, parameter_name(fit, "slope"), unit, True, known, called)


def with_places(shown: Shown, table: pd.DataFrame) -> Shown:
    """What is shown with its decimals: one number of them in a column."""
    errors = {name: np.nanmedian(table[f"eb_{name}_se"]) for name in (shown.column, shown.start) if name}
    start = min(decimals(errors[shown.start]), 2) if shown.start else 0
    return replace(shown, places=decimals(errors[shown.column]), start_places=start)


def extremes(table: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The rows that are shown of a sorted table, and after which row the middle was left out (0: nowhere)."""
    if len(table) <= ALL_UP_TO:
        return table, 0
    return pd.concat([table.iloc[:EXTREMES], table.iloc[-EXTREMES:]]), EXTREMES


def person_rows(table: pd.DataFrame, shown: Shown, gap: int, level: float) -> list[dict[str, Any]]:
    """Rows of the table as texts, each with its interval as percentages of a common axis."""
    estimate, error = (table[f"eb_{shown.column}{end}"].to_numpy(float) for end in ("", "_se"))
    half = normal_quantile((1.0 + level) / 2.0) * np.nan_to_num(error)
    low, high = estimate - half, estimate + half
    start, end = (min(low.min(), 0.0), max(high.max(), 0.0)) if shown.rate else (low.min(), high.max())
    percent = 100 / (end - start) if end > start else 0.0
    rows = []
    for place, item in enumerate(_items(table)):
        bar = {
            "low": (low[place] - start) * percent,
            "middle": (estimate[place] - start) * percent,
            "width": (high[place] - low[place]) * percent,
            "zero": (0.0 - start) * percent if shown.rate else None,
        }
        rows.append(person_row(*item, shown) | {"bar": bar, "gap": bool(gap) and place == gap})
    return rows


def person_row(person: Any, record: Mapping[Any, Any], shown: Shown) -> dict[str, Any]:
    """One person as texts."""
    name = shown.column
    places, start_places = shown.places, shown.start_places
    return {
        "person": show_id(person),
        "group": record.get("group"),
        "n": str(int(record["n"])),
        "start": fixed(record[f"eb_{shown.start}"], start_places) if shown.start else NOTHING,
        "estimate": fixed(record[f"eb_{name}"], places),
        "error": fixed(record[f"eb_{name}_se"], places),
        "own": fixed(record.get(f"ols_{name}"), places),
        "rising": probability(record["p_positive"]) if shown.rising else NOTHING,
    }


def _items(table: pd.DataFrame) -> list[tuple[Any, dict[Any, Any]]]:
    return list(zip(table.index, table.to_dict("records"), strict=True))


def _with_groups(subject: Subject, table: pd.DataFrame) -> pd.DataFrame:
    """The table with each person's group, where groups were asked for."""
    if subject.by is None:
        return table
    panel = subject.fit.panel
    groups = groups_of(panel, subject.by)
    labels = np.array([*groups.labels, NOTHING], dtype=object)[groups.codes]
    column = pd.Series(labels, index=pd.Index(panel.persons.labels)).reindex(table.index).to_numpy()
    return table.assign(group=column)[["group", *table.columns]]
