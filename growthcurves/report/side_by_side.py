"""Tables with models as columns: the names of their rows for a reader, and their cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from growthcurves.contracts.finding import RESIDUAL, Caveat, Finding, Kind
from growthcurves.output.styles import p_equals
from growthcurves.report.format import count, decimals, fixed, number, p_value, share
from growthcurves.report.words import between_whom, parameter_name, predictor_name, random_name, short_name
from growthcurves.results.tables.labels import component_label
from growthcurves.results.tables.names import finding_text

Cell = dict[str, str]
Row = dict[str, Any]
#: A number and the model that it is of.
Entry = tuple[str, Finding]
Name = Callable[[str, Finding], str]
EMPTY: Cell = {"value": "", "error": ""}


def term_name(fit: Any, parameter: str, predictor: str) -> str:
    """A fixed effect in one line: "Rate of change ...", or "Rate of change: arm: drug against placebo"."""
    if not predictor:
        return parameter_name(fit, parameter)
    effect = predictor_name(fit, predictor)
    return f"{effect}, on the {short_name(fit, parameter)}" if parameter else effect


def component_name(fit: Any, finding: Finding) -> str:
    """An SD, variance, correlation or covariance for a reader."""
    if finding.kind is Kind.PARAMETER:
        return f"Residuals: {finding.of}" if finding.unit == RESIDUAL else component_label(fit, finding).capitalize()
    kind = COMPONENT[finding.kind]
    if finding.unit == RESIDUAL:
        return fit.vocabulary.said(f"{kind} single measurements about a person's own line")
    both = " and ".join(random_name(fit, name) for name in finding.of)
    whom = between_whom(fit, finding.unit)
    return f"{kind} {both}{whom}" if len(finding.of) > 1 else f"{kind} the {both}{whom}"


COMPONENT = {
    Kind.SD: "SD of",
    Kind.VARIANCE: "Variance of",
    Kind.CORRELATION: "Correlation of",
    Kind.COVARIANCE: "Covariance of",
}
CRITERION = {
    "deviance": "Deviance (−2 log likelihood)",
    "aic": "AIC",
    "aicc": "AICc (n = rows)",
    "bic": "BIC (n = rows)",
    "bic_persons": "BIC (n = persons)",
    "parameters": "Parameters",
    "rows": "Rows",
    "persons": "Persons",
}


def block(
    title: str,
    entries: Iterable[Entry],
    models: list[str],
    name: Name,
    cell: Callable[[Finding], Cell],
    term: Callable[[Finding], str] = finding_text,
) -> dict[str, Any]:
    """Rows of one part by their names for a reader, with a cell for every model, empty where a model has none.

    Numbers of two models share a row where they are the same number, and mean the same to a reader.
    """
    found: dict[Any, dict[str, Cell]] = {}
    heads: dict[Any, tuple[str, str]] = {}
    for model, finding in entries:
        called = name(model, finding)
        if called:
            key = (called, finding.identity)
            found.setdefault(key, {})[model] = cell(finding)
            heads.setdefault(key, (called, term(finding)))
    lines = [
        {"name": heads[key][0], "term": heads[key][1], "cells": [cells.get(model, EMPTY) for model in models]}
        for key, cells in found.items()
    ]
    return {"name": title, "rows": lines}


def estimate_cell(found: Finding) -> Cell:
    """An estimate with its standard error and p-value."""
    places = decimals(found.std_error)
    error = f"({fixed(found.std_error, places)})" if found.std_error == found.std_error else ""
    return {"value": fixed(found.value, places), "error": f"{error} {unbroken_p(found.p_value)}".strip()}


def unbroken_p(p: float) -> str:
    """A p-value with its sign, which no line break parts: "p = .031"."""
    return p_equals(p_value(p)).replace(" ", "\u00a0")


def plain_cell(found: Finding) -> Cell:
    """A number alone."""
    return {"value": number(found.value, zeros=True), "error": ""}


#: What lies between 0 and 1, or between -1 and 1.
SHARES = {Kind.CORRELATION, Kind.SHARE_ABOVE, Kind.RELIABILITY}


def interval_cell(found: Finding) -> Cell:
    """An estimate with its interval, in the same decimals."""

    def shown(value: float) -> str:
        if found.kind in SHARES:
            return share(value)
        return fixed(value, decimals(found.std_error)) if found.std_error == found.std_error else number(value)

    if found.caveat is Caveat.UNSETTLED and found.kind is Kind.SHARE_ABOVE:
        return {"value": "not stated", "error": "too little is known of the SD of rates"}
    known = found.conf_low == found.conf_low
    interval = f"{shown(found.conf_low)} to {shown(found.conf_high)}" if known else ""
    return {"value": shown(found.value), "error": interval}


def share_cell(found: Finding) -> Cell:
    """A share or correlation."""
    return {"value": share(found.value), "error": ""}


def criterion_cell(found: Finding) -> Cell:
    """A count in full, a criterion with two decimals, or one where it is so large that it has six digits anyway."""
    whole = found.of in ("parameters", "rows", "persons")
    places = 2 if abs(found.value) < 10_000 else 1
    return {"value": count(int(found.value)) if whole else fixed(found.value, places), "error": ""}
