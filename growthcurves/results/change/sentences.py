"""The change report in sentences that a reader without statistics can follow."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pandas as pd

from growthcurves.fitted import FittedModel
from growthcurves.results.questions.rates import is_curved, whole_period
from growthcurves.results.tables.printing import number, p_text, time_text


def sentences(
    fit: FittedModel,
    table: pd.DataFrame,
    unit: str,
    threshold: float,
    level: float,
    between: tuple[float, float] | None = None,
) -> Iterator[str]:
    """One sentence per finding, in the order in which a reader asks."""
    spread = table.loc[table["quantity"] == "SD of rates", "estimate"]
    varies = bool((spread > 0).any())
    time = fit.model.time or "time"
    over = ""
    if is_curved(fit):
        first, last = whole_period(fit) if between is None else between
        over = f" on average from {time} {time_text(first)} to {time} {time_text(last)}"
    told = _Words(fit.model.outcome, time, unit, threshold, level, varies, over)
    for group in dict.fromkeys(table.loc[table["quantity"] == "mean rate", "group"]):
        yield from _group_sentences(_Lookup(table, group), group, told)
        yield from _difference_sentences(_Lookup(table, group), group, told)
    common = _Lookup(table, "")
    if "persons without a group" in common:
        left = common["persons without a group"]
        yield f"{left['estimate']:.0f} persons are in no group: {left['note']}."
    if not fit.identified:
        yield (
            "How much persons differ is withheld: this design cannot tell differences between persons and "
            "residual variation apart."
        )
        return
    yield from _spread_sentences(common, told)
    yield from _start_sentences(common, told)
    yield from _explained_sentences(common, told)


@dataclass(frozen=True)
class _Words:
    """The names and numbers that sentences share."""

    outcome: str
    time: str
    unit: str
    threshold: float
    level: float
    varies: bool
    over: str


class _Lookup:
    """Rows of the report by quantity."""

    def __init__(self, table: pd.DataFrame, group: str) -> None:
        self.rows = {row["quantity"]: row for row in table[table["group"] == group].to_dict(orient="records")}

    def __getitem__(self, quantity: str) -> dict:
        return self.rows[quantity]

    def __contains__(self, quantity: str) -> bool:
        return quantity in self.rows

    def starting(self, text: str) -> list[dict]:
        return [row for name, row in self.rows.items() if name.startswith(text)]


def _interval(row: dict, told: _Words, of: str = "") -> str:
    """The interval of a quantity in parentheses, with as many decimals as its estimate."""
    if row["conf_low"] != row["conf_low"] or row["conf_high"] != row["conf_high"]:
        return ""
    _, low, high = together(row["estimate"], row["conf_low"], row["conf_high"], error=row["std_error"])
    return f" ({told.level * 100:g} % interval{of} {low} to {high})"


def _value(row: dict, sign: bool = True) -> str:
    return together(row["estimate"] if sign else abs(row["estimate"]), error=row["std_error"])[0]


def together(*values: float, error: float = float("nan")) -> list[str]:
    """Numbers with the same decimals: two digits of their standard error, three where it begins with 1; without a
    standard error three significant digits of the largest."""
    known = error == error and error > 0
    size = error if known else max(abs(value) for value in values)
    if not 1e-4 <= size < 1e6:
        return [number(value, 3) for value in values]
    digits, power = f"{size:.2e}".split("e")
    places = max((1 if known and digits >= "2" else 2) - int(power), 0)
    return [f"{value:,.{places}f}" for value in values]


def _group_sentences(rows: _Lookup, group: str, told: _Words) -> Iterator[str]:
    where = f"In group {group}, the" if group else "The"
    mean = rows["mean rate"]
    yield _mean_sentence(mean, where, told)
    yield from _rates_sentence(rows, where, told)
    if told.varies:
        yield from _middle_sentence(rows, where, told)
        yield from _share_sentence(rows, group, told)


def _mean_sentence(mean: dict, where: str, told: _Words) -> str:
    if mean["estimate"] != mean["estimate"]:
        return f"{where} average rate of change{told.over} is {mean['note']} (terms were left out of the model)."
    verb = "rises" if mean["estimate"] > 0 else "falls"
    interval = _interval(mean, told, " of the rate")
    size = _value(mean, sign=False)
    return f"{where} average person's {told.outcome} {verb} by {size} {told.unit}{told.over}{interval}."


def _rates_sentence(rows: _Lookup, where: str, told: _Words) -> Iterator[str]:
    """The rates of a curved mean at single times."""
    at = f"at {told.time} "
    every = rows.starting("mean rate at ")
    found = [row for row in every if row["estimate"] == row["estimate"]]
    if len(found) < len(every):
        lost = [at + row["quantity"].rsplit(" ", 1)[1] for row in every if row not in found]
        yield f"{where} rate {', '.join(lost)} is withheld: the data do not determine it (terms were left out)."
    if found:
        parts = [f"{_value(row)} {at}{row['quantity'].rsplit(' ', 1)[1]}{_interval(row, told)}" for row in found]
        yield f"{where} rate of that mean curve, in {told.unit}, is {', '.join(parts)}."


def _middle_sentence(rows: _Lookup, where: str, told: _Words) -> Iterator[str]:
    if "middle 95 % of persons, low" not in rows:
        return
    low, high = (rows[f"middle 95 % of persons, {end}"]["estimate"] for end in ("low", "high"))
    if low == low:
        first, last = together(low, high)
        rates = "average rates" if told.over else "rates"
        yield f"{where} middle 95 % of persons have {rates} from {first} to {last} {told.unit}."


def _share_sentence(rows: _Lookup, group: str, told: _Words) -> Iterator[str]:
    if "share above threshold, model" not in rows:
        return
    share = rows["share above threshold, model"]
    if share["estimate"] != share["estimate"]:
        return
    kinds = {"share above threshold, EB": "shrunken estimates", "share above threshold, OLS": "own lines"}
    counted = [f"{rows[name]['estimate'] * 100:.0f} % by {kind}" for name, kind in kinds.items() if name in rows]
    extra = [f"counted over persons: {', '.join(counted)}"] if counted else []
    if share["conf_low"] == share["conf_low"] and share["conf_high"] == share["conf_high"]:
        low, high = share["conf_low"] * 100, share["conf_high"] * 100
        extra.insert(0, f"{told.level * 100:g} % interval {low:.1f} to {high:.1f} %")
    who = f"persons in group {group}" if group else "persons"
    aside = f" ({'; '.join(extra)})" if extra else ""
    above = f"have {'an average' if told.over else 'a'} rate above {told.threshold:g} {told.unit}"
    yield f"An estimated {share['estimate'] * 100:.1f} % of {who} {above}{aside}."


def _difference_sentences(rows: _Lookup, group: str, told: _Words) -> Iterator[str]:
    for row in rows.starting("difference of mean rate from "):
        if row["estimate"] != row["estimate"]:
            continue
        first = row["quantity"].removeprefix("difference of mean rate from ")
        rate = "mean average rate" if told.over else "mean rate"
        aside = ", not adjusted for other predictors of the rate" if row["note"] else ""
        text = f"The {rate} of group {group} less that of group {first} is {_value(row)} {told.unit}"
        yield f"{text}{_interval(row, told)}{aside}."


def _spread_sentences(rows: _Lookup, told: _Words) -> Iterator[str]:
    if "SD of rates" not in rows:
        yield "The model lets nobody differ in the rate of change: the slope is not among the random effects."
        return
    sd = rows["SD of rates"]
    if sd["estimate"] == 0:
        yield "Persons do not differ in their rate of change beyond its predictors: the variance is estimated as zero."
    else:
        size = _value(sd)
        rates = "average rates" if told.over else "rates"
        yield f"Persons differ: the standard deviation of their {rates} is {size} {told.unit}{_interval(sd, told)}."
    if "reliability of the rate" in rows:
        row = rows["reliability of the rate"]
        yield (
            f"The reliability of a person's own rate is {row['estimate']:.2f} (0: all chance, 1: exact), "
            f"over {row['note']}."
        )
    if "p-value of slope variance, mixture" in rows:
        mixture, naive = (rows[f"p-value of slope variance, {kind}"]["estimate"] for kind in ("mixture", "naive"))
        yield (
            f"A test of whether persons differ in their rate of change at all gives p {_equals(mixture)} "
            f"(mixture; naive chi-square {_equals(naive)})."
        )


def _equals(p: float) -> str:
    text = p_text(p)
    return text.replace("<", "< ") if text.startswith("<") else f"= {text}"


def _start_sentences(rows: _Lookup, told: _Words) -> Iterator[str]:
    found = rows.starting("correlation of rate with status at ")
    if found:
        parts = [f"{row['estimate']:.2f} at {told.time} {row['quantity'].rsplit(' ', 1)[1]}" for row in found]
        yield f"The correlation of the rate of change with where persons stand is {', '.join(parts)}."
    if "time of least spread" in rows and not rows["time of least spread"]["note"].startswith("by assumption"):
        least = rows["time of least spread"]
        outside = ", an extrapolation beyond the data" if least["note"] else ""
        yield f"Persons lie closest together at {told.time} {_value(least)}{outside}."
    iccs = rows.starting("ICC at ")
    if iccs:
        shown = iccs if len(iccs) <= 3 else [iccs[0], iccs[len(iccs) // 2], iccs[-1]]
        parts = [f"{row['estimate'] * 100:.0f} % at {told.time} {row['quantity'].rsplit(' ', 1)[1]}" for row in shown]
        yield (
            f"Of the variance of {told.outcome}, the share that lies between persons is {', '.join(parts)}; "
            f"the rest is scatter within persons."
        )


def _explained_sentences(rows: _Lookup, told: _Words) -> Iterator[str]:
    if "SD of rates before predictors of the slope" in rows:
        before = together(rows["SD of rates before predictors of the slope"]["estimate"])[0]
        yield f"Without predictors of the slope the SD of rates is {before} {told.unit}."
    for row in rows.starting("slope variance explained by "):
        name = row["quantity"].removeprefix("slope variance explained by ").removesuffix(", put in last")
        if abs(row["estimate"]) < 5e-4:
            yield f"Put in last, {name} leaves the variance of rates as it is."
        else:
            direction = "raises" if row["estimate"] < 0 else "lowers"
            yield f"Put in last, {name} {direction} the variance of rates by {abs(row['estimate']) * 100:.1f} %."
