"""Tables with models as columns: the names of their rows for a reader, and their cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from growthcurves.report.format import count, decimals, fixed, number, p_value, share
from growthcurves.report.words import parameter_name, predictor_name, short_name, term_name_of

Cell = dict[str, str]
Row = dict[str, Any]
Record = Mapping[str, Any]
Name = Callable[[Record], str]
EMPTY: Cell = {"value": "", "error": ""}


def term_name(fit: Any, term: str) -> str:
    """A fixed effect in one line: "Rate of change ...", or "Rate of change: arm: drug against placebo"."""
    name = term_name_of(fit, term)
    if not name.parts:
        return parameter_name(fit, name.parameter)
    effect = predictor_name(fit, name)
    return f"{effect}, on the {short_name(fit, name.parameter)}" if name.parameter else effect


def component_name(fit: Any, term: str) -> str:
    """An SD, variance, correlation or covariance for a reader."""
    kind, names = term.split(":", 1)
    if names == "residual":
        return f"{COMPONENT[kind]} single measurements about a person's own line"
    both = " and ".join(short_name(fit, name) for name in names.split(","))
    return f"{COMPONENT[kind]} {both}" if "," in names else f"{COMPONENT[kind]} the {both}"


COMPONENT = {"sd": "SD of", "var": "Variance of", "cor": "Correlation of", "cov": "Covariance of"}
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
    title: str, rows: Any, models: list[str], name: Name, cell: Callable[[Record], Cell]
) -> dict[str, Any]:
    """Rows of one part by their names for a reader, with a cell for every model, empty where a model has none."""
    found: dict[str, dict[str, Cell]] = {}
    terms: dict[str, str] = {}
    for record in [] if rows is None else rows.to_dict("records"):
        called = name(record)
        if called:
            found.setdefault(called, {})[record["model"]] = cell(record)
            terms.setdefault(called, record["term"])
    lines = [
        {"name": called, "term": terms[called], "cells": [cells.get(model, EMPTY) for model in models]}
        for called, cells in found.items()
    ]
    return {"name": title, "rows": lines}


def estimate_cell(record: Record) -> Cell:
    """An estimate with its standard error and p-value."""
    places = decimals(record["std_error"])
    error = f"({fixed(record['std_error'], places)})" if record["std_error"] == record["std_error"] else ""
    return {"value": fixed(record["estimate"], places), "error": f"{error} {p_equals(record['p_value'])}".strip()}


def p_equals(p: float) -> str:
    """A p-value with its sign, which no line break parts: "p = .031"."""
    text = p_value(p)
    return f"p {text if text[0] in '<>' else f'= {text}'}".replace(" ", "\u00a0")


def plain_cell(record: Record) -> Cell:
    """A number alone."""
    return {"value": number(record["estimate"]), "error": ""}


def interval_cell(record: Record) -> Cell:
    """An estimate with its interval, in the same decimals."""

    def shown(value: float) -> str:
        if record["term"].startswith(("cor:", "share", "reliability")):
            return share(value)
        error = record["std_error"]
        return fixed(value, decimals(error)) if error == error else number(value)

    low, high = (record.get(name, float("nan")) for name in ("conf_low", "conf_high"))
    interval = f"{shown(low)} to {shown(high)}" if low == low else ""
    return {"value": shown(record["estimate"]), "error": interval}


def share_cell(record: Record) -> Cell:
    """A share or correlation."""
    return {"value": share(record["estimate"]), "error": ""}


def criterion_cell(record: Record) -> Cell:
    """A count in full, a criterion with two decimals."""
    whole = record["term"] in ("parameters", "rows", "persons")
    return {"value": count(record["estimate"]) if whole else fixed(record["estimate"], 2), "error": ""}
