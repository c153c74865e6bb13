"""Differences between groups: rates of change and expected outcomes, adjusted for the other predictors."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pandas as pd

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
    table = answer.table
    return [{"name": title, "rows": [_row(subject, record) for record in table.to_dict("records")]}]


def _mean_blocks(subject: Subject, answer: Any) -> list[dict[str, Any]]:
    """One block for each time."""
    time = str(subject.fit.model.time)
    return [
        {
            "name": f"Expected {subject.fit.model.outcome} at {time} {number(float(at))}",
            "rows": [_row(subject, record) for record in rows.to_dict("records")],
        }
        for at, rows in answer.table.groupby(time, sort=False)
    ]


def _row(subject: Subject, record: Mapping[str, Any]) -> dict[str, str]:
    """An estimate of one group, or a difference, as texts."""
    places = decimals(record["std_error"])
    difference = record["kind"] == "difference"
    low, high = (fixed(record[name], places) for name in ("conf_low", "conf_high"))
    adjusted = record.get("p_adjusted", float("nan"))
    return {
        "name": _less(str(subject.by), record["term"]) if difference else f"{subject.by} {record[str(subject.by)]}",
        "difference": "difference" if difference else "",
        "estimate": fixed(record["estimate"], places),
        "interval": f"{low} to {high}" if record["conf_low"] == record["conf_low"] else "not estimable",
        "df": degrees(record["df"]),
        "p": p_value(adjusted if adjusted == adjusted else record["p_value"]) if difference else "",
    }


def _less(by: str, term: str) -> str:
    """A difference for a reader: "drug less placebo"."""
    levels = re.match(rf"{re.escape(by)}\[(.*)\] - {re.escape(by)}\[(.*?)\](?:, |$)", term)
    return f"{levels[1]} less {levels[2]}" if levels else term
