"""Tables with models as columns: the names of their rows for a reader, and their cells."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from growthcurves.report.format import count, decimals, fixed, number, p_value, share
from growthcurves.report.words import parameter_name, predictor_name, short_name, split_term

Cell = dict[str, str]
Row = dict[str, Any]
Record = Mapping[str, Any]
Name = Callable[[Record], str]
EMPTY: Cell = {"value": "", "error": ""}


def term_name(fit: Any, term: str) -> str:
    """A fixed effect in one line: "Rate of change ...", or "Rate of change: arm: drug against placebo"."""
    parameter, predictor = split_term(fit, term)
    if not predictor:
        return parameter_name(fit, parameter)
    effect = predictor_name(fit, predictor)
    return f"{effect}, on the {short_name(fit, parameter)}" if parameter else effect


def variance_name(fit: Any, term: str) -> str:
    """A variance or covariance of the ladder for a reader."""
    kind, names = term.split(":", 1)
    if names == "residual":
        return "Variance of single measurements about a person's own line"
    both = " and ".join(short_name(fit, name) for name in names.split(","))
    return f"Variance of the {both}" if kind == "var" else f"Covariance of {both}"


def component_name(fit: Any, term: str) -> str:
    """An SD or correlation for a reader."""
    kind, names = term.split(":", 1)
    if names == "residual":
        return "SD of single measurements about a person's own line"
    both = " and ".join(short_name(fit, name) for name in names.split(","))
    return f"SD of the {both}" if kind == "sd" else f"Correlation of {both}"


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
    places = decimals(record["std_error"])
    error = f"({fixed(record['std_error'], places)})" if record["std_error"] == record["std_error"] else ""
    return {"value": fixed(record["estimate"], places), "error": f"{error} p {equals(record['p_value'])}".strip()}


def equals(p: float) -> str:
    text = p_value(p)
    return text if text[0] in "<>" else f"= {text}"


def plain_cell(record: Record) -> Cell:
    return {"value": number(record["estimate"]), "error": ""}


def interval_cell(record: Record) -> Cell:
    text = share if record["term"].startswith(("cor:", "share", "reliability")) else number
    ends = [record.get(name, float("nan")) for name in ("conf_low", "conf_high")]
    interval = f"{text(ends[0])} to {text(ends[1])}" if ends[0] == ends[0] else ""
    return {"value": text(record["estimate"]), "error": interval}


def share_cell(record: Record) -> Cell:
    return {"value": share(record["estimate"]), "error": ""}


def criterion_cell(record: Record) -> Cell:
    whole = record["term"] in ("parameters", "rows", "persons")
    return {"value": count(record["estimate"]) if whole else fixed(record["estimate"], 2), "error": ""}
