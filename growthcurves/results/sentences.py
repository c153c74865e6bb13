"""The change report in sentences that a reader without statistics can follow."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from growthcurves.fitted import FittedModel
from growthcurves.results.answer import number, p_text


def sentences(fit: FittedModel, table: pd.DataFrame, unit: str, threshold: float, level: float) -> Iterator[str]:
    """One sentence per finding, in the order in which a reader asks."""
    for group in dict.fromkeys(table.loc[table["quantity"] == "mean rate", "group"]):
        yield from _group_sentences(_Lookup(table, group), group, unit, threshold, level)
    common = _Lookup(table, "")
    if not fit.identified:
        yield (
            "How much persons differ is withheld: this design cannot tell differences between persons and "
            "residual variation apart."
        )
        return
    yield from _spread_sentences(common, unit, level)
    yield from _start_sentences(common, fit.model.time or "time")
    yield from _explained_sentences(common)


class _Lookup:
    """Rows of the report by quantity."""

    def __init__(self, table: pd.DataFrame, group: str) -> None:
        self.rows = {row["quantity"]: row for row in table[table["group"] == group].to_dict(orient="records")}

    def get(self, quantity: str) -> dict | None:
        return self.rows.get(quantity)

    def starting(self, text: str) -> list[dict]:
        return [row for name, row in self.rows.items() if name.startswith(text)]


def _interval(row: dict, level: float) -> str:
    if row["conf_low"] != row["conf_low"]:
        return ""
    return f" ({level:.0%} interval {number(row['conf_low'], 3)} to {number(row['conf_high'], 3)})"


def _group_sentences(rows: _Lookup, group: str, unit: str, threshold: float, level: float) -> Iterator[str]:
    who = f"In group {group}, the" if group else "The"
    mean = rows.get("mean rate")
    assert mean is not None
    verb = "rises" if mean["estimate"] > 0 else "falls"
    rate = number(abs(mean["estimate"]))
    interval = _interval(mean, level).replace("interval", "interval of the rate")
    yield f"{who} average person's outcome {verb} by {rate} {unit}{interval}."
    low, high = rows.get("middle 95 % of persons, low"), rows.get("middle 95 % of persons, high")
    if low and high and low["estimate"] == low["estimate"]:
        yield f"The middle 95 % of persons have rates from {number(low['estimate'])} to {number(high['estimate'])} {unit}."
    above = rows.get("share above threshold, model")
    if above and above["estimate"] == above["estimate"]:
        eb, own = rows.get("share above threshold, EB"), rows.get("share above threshold, OLS")
        extra = [f"{row['estimate']:.0%} by {name}" for row, name in ((eb, "shrunken estimates"), (own, "own lines")) if row]
        counted = f" (counted over persons: {', '.join(extra)})" if extra else ""
        yield f"An estimated {above['estimate']:.1%} of persons have a rate above {threshold:g}{counted}."


def _spread_sentences(rows: _Lookup, unit: str, level: float) -> Iterator[str]:
    sd = rows.get("SD of rates")
    if sd is None:
        yield "The model lets nobody differ in the rate of change: the slope is not among the random effects."
        return
    if sd["estimate"] == 0:
        yield "Persons do not differ in their rate of change beyond its predictors: the variance is estimated as zero."
    else:
        yield f"Persons differ: the SD of their rates is {number(sd['estimate'])} {unit}{_interval(sd, level)}."
    reliability = rows.get("reliability of the rate")
    if reliability:
        yield (
            f"The reliability of a person's own rate is {number(reliability['estimate'], 2)} "
            f"({reliability['note']})."
        )
    mixture, naive = rows.get("p-value of slope variance, mixture"), rows.get("p-value of slope variance, naive")
    if mixture and naive:
        yield (
            f"Test of whether rates vary at all: p {_equals(mixture['estimate'])} "
            f"(mixture; {p_text(naive['estimate'])} by the naive chi-square)."
        )


def _equals(p: float) -> str:
    text = p_text(p)
    return text if text.startswith("<") else f"= {text}"


def _start_sentences(rows: _Lookup, time: str) -> Iterator[str]:
    found = rows.starting("correlation of rate with status at ")
    if found:
        parts = [f"{number(row['estimate'], 2)} at {time} {row['quantity'].rsplit(' ', 1)[1]}" for row in found]
        yield f"The correlation of the rate with the status is {', '.join(parts)}."
    least = rows.get("time of least spread")
    if least:
        outside = f" (an {least['note'].split(':')[0]} beyond the data)" if least["note"] else ""
        yield f"Persons differ least at {time} {number(least['estimate'], 3)}{outside}."
    iccs = rows.starting("ICC at ")
    if iccs:
        shown = iccs if len(iccs) <= 3 else [iccs[0], iccs[len(iccs) // 2], iccs[-1]]
        parts = [f"{row['estimate']:.0%} at {time} {row['quantity'].rsplit(' ', 1)[1]}" for row in shown]
        yield f"Of the outcome's variance, the share that lies between persons is {', '.join(parts)}."


def _explained_sentences(rows: _Lookup) -> Iterator[str]:
    before = rows.get("SD of rates before predictors of the slope")
    if before:
        yield f"Without predictors of the slope the SD of rates is {number(before['estimate'])}."
    for row in rows.starting("slope variance explained by "):
        name = row["quantity"].removeprefix("slope variance explained by ").removesuffix(", put in last")
        direction = "raises" if row["estimate"] < 0 else "lowers"
        yield f"Put in last, {name} {direction} the variance of rates by {abs(row['estimate']):.1%}."
