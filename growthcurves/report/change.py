"""The change report: sentences first, then its table."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from growthcurves.report.figures import drawn
from growthcurves.report.format import count, decimals, fixed, number, p_value, polished, share
from growthcurves.report.section import Section, Subject
from growthcurves.results.change.sentences import together
from growthcurves.results.questions.rates import whole_period

MOST_TIMES = 4
_LOW, _HIGH = "middle 95 % of persons, low", "middle 95 % of persons, high"


class Change(Section):
    """The change report."""

    name = "change"
    title = "How people change"

    def why_not(self, subject: Subject) -> str | None:
        if subject.fit.model.time is None:
            return "The model has no time, so there is no change to report."
        return None

    def context(self, subject: Subject) -> Mapping[str, Any]:
        answer = subject.change
        return {
            "sentences": [polished(str(text)) for text in answer.sentences()],
            "blocks": blocks(subject, shown(subject, answer.table).to_dict("records")),
            "unit": answer.unit,
            "pictures": drawn(subject, ("start_and_rate",)),
            "curved": subject.fit.bound.shape.curved,
        }

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        return {"change": subject.change.table}


@dataclass(frozen=True)
class Kind:
    """How a quantity of the change report is shown.

    Attributes
    ----------
    pattern : str
        The quantity's name; what its group catches goes into the title.
    block, title : str
        Heading under which it stands, and its name for a reader. An empty block is that of its group.
    shown : function of (value, std_error)
        The number as text.
    """

    pattern: str
    block: str
    title: str
    shown: Callable[[float, float], str]


def _rate(value: float, error: float) -> str:
    return fixed(value, decimals(error)) if error == error else number(value, 3)


def _share(value: float, error: float) -> str:
    return share(value)


def _percent(value: float, error: float) -> str:
    return f"{fixed(100 * value, 1)} %" if value == value else share(value)


def _p(value: float, error: float) -> str:
    return p_value(value)


_SPREAD, _START, _BETWEEN, _WHY = (
    "Differences between persons",
    "Where persons stand, and how fast they change",
    "Share of variance between persons (ICC)",
    "What explains differences in the rate",
)

KINDS = (
    Kind("persons", "", "Persons", lambda value, error: count(int(value))),
    Kind("persons without a group", "Further", "Persons without a group", lambda value, error: count(int(value))),
    Kind("mean rate", "", "Average rate of change{over}", _rate),
    Kind("mean rate at (.*)", "", "Rate of the mean curve at {time} {}", _rate),
    Kind("difference of mean rate from (.*)", "", "Difference from {}", _rate),
    Kind(_LOW, "", "Middle 95 % of persons' rates", _rate),
    Kind("share above threshold, model", "", "Share of persons with a rate above 0", _share),
    Kind("share above threshold, EB", "", "… counted by empirical Bayes estimates", _share),
    Kind("share above threshold, OLS", "", "… counted by own least-squares lines", _share),
    Kind("SD of rates", _SPREAD, "SD of rates{over}", _rate),
    Kind("SD of rates at (.*)", _SPREAD, "SD of rates at {time} {}", _rate),
    Kind("reliability of the rate", _SPREAD, "Reliability of a person's own rate", _share),
    Kind("likelihood ratio for slope variance", _SPREAD, "Do rates vary at all? Likelihood ratio", _rate),
    Kind("p-value of slope variance, (.*)", _SPREAD, "… p-value, {}", _p),
    Kind(
        "correlation of rate with status at (.*)",
        _START,
        "Correlation of the rate with {outcome} at {time} {}",
        _share,
    ),
    Kind("time of least spread", _START, "Time ({time}) at which persons differ least", _rate),
    Kind("ICC at (.*)", _BETWEEN, "at {time} {}", _share),
    Kind(
        "SD of rates before predictors of the slope",
        _WHY,
        "SD of rates without predictors of the rate",
        _rate,
    ),
    Kind(
        "slope variance explained by (.*), put in last",
        _WHY,
        "Drop in the variance of rates by {}, put in last",
        _percent,
    ),
)


def shown(subject: Subject, table: pd.DataFrame) -> pd.DataFrame:
    """The rows that are not withheld; the sentences say what is, and why."""
    return table if subject.fit.identified else table[table["estimate"].notna()]


def blocks(subject: Subject, records: list[dict[Any, Any]]) -> list[dict[str, Any]]:
    """The table in blocks of rows: one per group, then what all groups share."""
    lows = {record["group"]: record for record in records if record["quantity"] == _LOW}
    found: dict[str, list[dict[str, str]]] = {}
    for record in thinned(records):
        if record["quantity"] == _HIGH:
            low = lows[record["group"]]
            found[_heading(subject, record["group"])].append(_middle(low, record))
        elif record["quantity"] != _LOW:
            block, row = _row(subject, record)
            found.setdefault(block or _heading(subject, record["group"]), []).append(row)
    return [{"name": name, "rows": rows} for name, rows in found.items()]


def thinned(records: list[dict[Any, Any]]) -> list[dict[Any, Any]]:
    """The records with the ICC at a few of its times: the first, the last, and some between."""
    times = [place for place, record in enumerate(records) if record["quantity"].startswith("ICC at ")]
    if len(times) <= MOST_TIMES + 1:
        return records
    steps = [round(step * (len(times) - 1) / (MOST_TIMES - 1)) for step in range(MOST_TIMES)]
    kept = {times[step] for step in steps}
    return [record for place, record in enumerate(records) if place in kept or place not in times]


def _heading(subject: Subject, group: str) -> str:
    return f"{subject.by}: {group}" if group and subject.by else "On average"


def _middle(low: Mapping[str, Any], high: Mapping[str, Any]) -> dict[str, str]:
    both = " to ".join(polished(text) for text in together(low["estimate"], high["estimate"]))
    withheld = low["estimate"] != low["estimate"]
    return {
        "name": "Middle 95 % of persons' rates",
        "estimate": number(None) if withheld else both,
        "interval": "",
        "note": "",
    }


def _row(subject: Subject, record: Mapping[str, Any]) -> tuple[str, dict[str, str]]:
    kind, caught = _kind(record["quantity"])
    error = record["std_error"]
    interval = ""
    if record["conf_low"] == record["conf_low"]:
        interval = f"{kind.shown(record['conf_low'], error)} to {kind.shown(record['conf_high'], error)}"
    model = subject.fit.model
    name = kind.title.format(caught, time=model.time, outcome=model.outcome, over=period(subject.fit))
    row = {"name": name, "estimate": kind.shown(record["estimate"], error), "interval": interval}
    return kind.block, row | {"note": str(record["note"])}


def period(fit: Any) -> str:
    """The interval of the average rate of a curve: " from day 0 to day 9"; empty for a straight line."""
    if not fit.bound.shape.curved:
        return ""
    first, last = whole_period(fit)
    return f" from {fit.model.time} {number(first)} to {fit.model.time} {number(last)}"


def _kind(quantity: str) -> tuple[Kind, str]:
    for kind in KINDS:
        found = re.fullmatch(kind.pattern, quantity)
        if found:
            return kind, found.group(1) if found.groups() else ""
    return Kind(quantity, "Further", quantity.replace("{", "{{").replace("}", "}}"), _rate), ""
