"""Differences between groups: rates of change and expected outcomes, adjusted for the other predictors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from growthcurves.data.source import show_id
from growthcurves.report.change import period
from growthcurves.report.format import decimals, degrees, fixed, number, p_value
from growthcurves.report.section import Section, Subject
from growthcurves.results.questions.rates import chosen_times, whole_period


class Groups(Section):
    """Estimated rates and outcomes of groups, and their differences from the reference."""

    name = "groups"
    title = "Differences between groups"

    def belongs(self, subject: Subject) -> bool:
        return subject.by is not None and subject.fit.model.time is not None

    def why_not(self, subject: Subject) -> str | None:
        fit, by = subject.fit, str(subject.by)
        if any(by in columns.used for columns in fit.bound.predictors.values()):
            return None
        return f"{by} predicts nothing in this model, so the model says nothing of differences between its groups."

    def context(self, subject: Subject) -> Mapping[str, Any]:
        rates, means = subject.once(_answers)
        return {
            "blocks": [*_blocks(subject, rates, "Rate of change" + period(subject.fit)), *_mean_blocks(subject, means)],
            "ddf": rates.ddf,
            "notes": list(dict.fromkeys(answer.note for answer in (rates, means) if answer.note)),
            "adjustment": rates.adjustment if len(rates.differences) > 1 else "",
        }

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        rates, means = subject.once(_answers)
        return {"group_rates": rates.table, "group_means": means.table}


def _answers(subject: Subject) -> tuple[Any, Any]:
    """Slopes over the whole period, and means at the first and the last time, by group."""
    fit, by = subject.fit, subject.by
    levels = fit.panel.frame[by].nunique()
    differences = "reference" if levels > 1 else None
    rates = fit.slopes(by=by, differences=differences)
    first, last = whole_period(fit)
    at = [first, last] if fit.bound.shape.smooth else [chosen_times(fit, None)[0], chosen_times(fit, None)[-1]]
    return rates, fit.means(at=at, by=by, differences=differences)


def _blocks(subject: Subject, answer: Any, title: str) -> list[dict[str, Any]]:
    return [{"name": title, "rows": _rows(subject, answer, answer.table)}]


def _mean_blocks(subject: Subject, answer: Any) -> list[dict[str, Any]]:
    """One block for each time."""
    time = str(subject.fit.model.time)
    return [
        {
            "name": f"Expected {subject.fit.model.outcome} at {time} {number(float(at))}",
            "rows": _rows(subject, answer, rows),
        }
        for at, rows in answer.table.groupby(time, sort=False)
    ]


def _rows(subject: Subject, answer: Any, rows: pd.DataFrame) -> list[dict[str, str]]:
    """Rows of the answer's table; the differences stand last in it, in the order of their pairs."""
    first = len(answer.table) - len(answer.pairs)
    named = zip(rows.index, rows.to_dict("records"), strict=True)
    return [_row(subject, record, answer.pairs[i - first] if i >= first else None) for i, record in named]


def _row(subject: Subject, record: Mapping[str, Any], pair: Any) -> dict[str, str]:
    """An estimate of one group, or a difference between two, as texts."""
    places = decimals(record["std_error"])
    low, high = (fixed(record[name], places) for name in ("conf_low", "conf_high"))
    adjusted = record.get("p_adjusted", float("nan"))
    return {
        "name": _name(str(subject.by), record, pair),
        "difference": "difference" if pair else "",
        "estimate": fixed(record["estimate"], places),
        "interval": f"{low} to {high}" if record["conf_low"] == record["conf_low"] else "not estimable",
        "df": degrees(record["df"]),
        "p": p_value(adjusted if adjusted == adjusted else record["p_value"]) if pair else "",
    }


def _name(by: str, record: Mapping[str, Any], pair: Any) -> str:
    """A group for a reader, or a difference: "drug less placebo"."""
    if pair is None:
        return f"{by} {record[by]}"
    later, earlier = (group[by] for group in pair)
    return f"{_level(later)} less {_level(earlier)}"


def _level(value: Any) -> str:
    return number(value) if isinstance(value, float) else show_id(value)
