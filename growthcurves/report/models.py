"""Models side by side: the ladder to the model of the page, and several fits of one report."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.errors import GrowthCurvesWarning
from growthcurves.report.figures import of_ladder
from growthcurves.report.format import count, decimals, fixed, number, p_value, share
from growthcurves.report.section import Section, Subject
from growthcurves.report.words import (
    METHOD,
    parameter_name,
    predictor_name,
    short_name,
    split_term,
)
from growthcurves.results.criteria import criteria
from growthcurves.results.ladder.numbers import CRITERIA, FIXED, SHARES, VARIANCES
from growthcurves.results.ladder.report import Ladder as LadderAnswer
from growthcurves.results.ladder.report import ladder

Cell = dict[str, str]
Row = dict[str, Any]
EMPTY: Cell = {"value": "", "error": ""}


class Ladder(Section):
    """Unconditional means, unconditional growth, and the model of the page, on the same rows."""

    name = "ladder"
    title = "The steps to this model"

    def belongs(self, subject: Subject) -> bool:
        return subject.fit.model.time is not None

    def context(self, subject: Subject) -> Mapping[str, Any]:
        answer = made_ladder(subject.fit)
        return {
            "answer": answer,
            "titles": answer.titles,
            "blocks": ladder_blocks(subject.fit, answer),
            "pictures": of_ladder(answer),
            "method": METHOD[next(iter(answer.fits.values())).method],
        }

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        return {"ladder": made_ladder(subject.fit).table}


class Compared(Section):
    """Several fits side by side."""

    name = "compared"
    title = "Fits compared"

    def belongs(self, subject: Subject) -> bool:
        return len(subject.fits) > 1

    def context(self, subject: Subject) -> Mapping[str, Any]:
        table = compared(subject.fits)
        return {
            "titles": {str(place): about_model(fit) for place, fit in enumerate(subject.fits, start=1)},
            "blocks": compared_blocks(subject.fits, table),
            "notes": list(not_comparable(subject.fits)),
        }

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        return {"compared": compared(subject.fits)}


def made_ladder(fit: Any) -> LadderAnswer:
    """The ladder of the fit's model on its rows; what it warns of is said elsewhere on the page."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GrowthCurvesWarning)
        return ladder(fit.model, fit.panel, "ml", (), "satterthwaite", type(fit))


def ladder_blocks(fit: Any, answer: LadderAnswer) -> list[dict[str, Any]]:
    """The ladder's numbers in blocks of rows with one cell for each model."""
    models = list(answer.fits)
    parts = dict(list(answer.table.groupby("part", sort=False)))
    second = models[1]
    shares = {
        "R2:outcome": "of the outcome (squared correlation with its expected value)",
        "R2:residual": f"of the scatter within persons, against {models[0]}",
    }
    return [
        _block("Average growth (standard error)", parts.get(FIXED), models, partial(term_name, fit), _estimate),
        _block(
            "Variances within and between persons", parts.get(VARIANCES), models, partial(variance_name, fit), _plain
        ),
        _block(
            "Explained variance (pseudo-R²)", parts.get(SHARES), models,
            lambda term: shares.get(term, f"of the variance in the {short_name(fit, term[3:])}, against {second}"),
            _share,
        ),
        _block("Fit", parts.get(CRITERIA), models, lambda term: CRITERION.get(term, ""), _criterion),
    ]  # fmt: skip


def compared(fits: tuple[Any, ...]) -> pd.DataFrame:
    """Fixed effects, SDs and correlations, and criteria of every fit: tidy, with further columns fit and part."""
    tables = []
    for place, fit in enumerate(fits, start=1):
        values = criteria(fit)._asdict()
        told = pd.DataFrame({"term": list(values), "estimate": [float(value) for value in values.values()]})
        for part, table in ((FIXED, fit.fixed_effects()), (VARIANCES, fit.variance_components()), (CRITERIA, told)):
            tables.append(table.assign(model=str(place), part=part))
    return pd.concat([table.dropna(axis=1, how="all") for table in tables], ignore_index=True)


def compared_blocks(fits: tuple[Any, ...], table: pd.DataFrame) -> list[dict[str, Any]]:
    """The same in blocks of rows with one cell for each fit."""
    models = [str(place) for place in range(1, len(fits) + 1)]
    parts = dict(list(table.groupby("part", sort=False)))
    owner = {term: fit for fit in reversed(fits) for term in fit.terms}
    components = {name: fit for fit in reversed(fits) for name in fit.random_names}

    def component(term: str) -> str:
        names = term.split(":", 1)[1].split(",")
        return component_name(components.get(names[0], fits[0]), term)

    return [
        _block(
            "Average growth (standard error)", parts[FIXED], models,
            lambda term: term_name(owner.get(term, fits[0]), term), _estimate,
        ),
        _block("How persons differ (SD, correlation)", parts[VARIANCES], models, component, _component),
        _block("Fit", parts[CRITERIA], models, lambda term: CRITERION.get(term, ""), _criterion),
    ]  # fmt: skip


def not_comparable(fits: tuple[Any, ...]) -> Iterable[str]:
    """Why deviance, AIC and BIC of these fits do not compare."""
    first = fits[0]
    if any(fit.model.outcome != first.model.outcome for fit in fits):
        yield "The fits are of different outcomes: deviance, AIC and BIC do not compare them."
    elif not all(_same_rows(first.panel, fit.panel) for fit in fits):
        yield "The fits are of different rows: deviance, AIC and BIC do not compare them."
    if len({fit.method for fit in fits}) > 1:
        yield "Some are fitted by REML and some by ML: their deviance, AIC and BIC do not compare."
    elif first.method == "reml" and any(fit.terms != first.terms for fit in fits):
        yield (
            "By REML, deviance, AIC and BIC compare only fits with the same fixed effects: fit by full maximum "
            "likelihood (method=\"ml\") to compare these."
        )


def _same_rows(one: Any, two: Any) -> bool:
    """Whether two panels hold the same outcomes of as many persons, in any order."""
    same = one.persons.count == two.persons.count and len(one) == len(two)
    return same and (one is two or np.array_equal(np.sort(one.values), np.sort(two.values)))


def about_model(fit: Any) -> str:
    """Shape, predictors and random effects of a fit in a line."""
    model = fit.model
    shape = fit.model.shape.name if model.time is not None else "no time"
    told = {name: model.formula_for(name) for name in model.parameters}
    said = [f"{name} ~ {text}" for name, text in told.items() if text not in ("1", "")]
    said += [f"covariates {model.covariates}"] if model.covariates else []
    random = ", ".join(fit.random_names) or "none"
    return "; ".join([shape, *said, f"random: {random}", METHOD[fit.method]])


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


def _block(
    title: str, rows: Any, models: list[str], name: Callable[[str], str], cell: Callable[[Mapping[str, Any]], Cell]
) -> dict[str, Any]:
    """Rows of one part: a term in every row, a cell for every model, empty where a model has none."""
    found: dict[str, dict[str, Cell]] = {}
    for record in [] if rows is None else rows.to_dict("records"):
        found.setdefault(record["term"], {})[record["model"]] = cell(record)
    lines = [
        {"name": name(term), "term": term, "cells": [cells.get(model, EMPTY) for model in models]}
        for term, cells in found.items()
        if name(term)
    ]
    return {"name": title, "rows": lines}


def _estimate(record: Mapping[str, Any]) -> Cell:
    places = decimals(record["std_error"])
    error = f"({fixed(record['std_error'], places)})" if record["std_error"] == record["std_error"] else ""
    return {"value": fixed(record["estimate"], places), "error": f"{error} p {_equals(record['p_value'])}".strip()}


def _equals(p: float) -> str:
    text = p_value(p)
    return text if text[0] in "<>" else f"= {text}"


def _plain(record: Mapping[str, Any]) -> Cell:
    return {"value": number(record["estimate"]), "error": ""}


def _component(record: Mapping[str, Any]) -> Cell:
    text = share if record["term"].startswith("cor:") else number
    ends = [record.get(name, float("nan")) for name in ("conf_low", "conf_high")]
    interval = f"{text(ends[0])} to {text(ends[1])}" if ends[0] == ends[0] else ""
    return {"value": text(record["estimate"]), "error": interval}


def _share(record: Mapping[str, Any]) -> Cell:
    return {"value": share(record["estimate"]), "error": ""}


def _criterion(record: Mapping[str, Any]) -> Cell:
    whole = record["term"] in ("parameters", "rows", "persons")
    return {"value": count(record["estimate"]) if whole else fixed(record["estimate"], 2), "error": ""}
