"""Several fits side by side, and tested where one holds the other."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.errors import ModelError, NotAvailableError, NotEstimableError
from growthcurves.report.section import Section, Subject
from growthcurves.report.side_by_side import (
    CRITERION,
    EMPTY,
    Cell,
    Record,
    Row,
    block,
    component_name,
    criterion_cell,
    estimate_cell,
    interval_cell,
    p_equals,
    share_cell,
    term_name,
)
from growthcurves.report.words import METHOD
from growthcurves.results.compare.table import Comparison, compare
from growthcurves.results.ladder.numbers import FIXED, VARIANCES

CHANGE = "change"
QUANTITIES = {
    "mean rate": "Average rate of change",
    "SD of rates": "SD of rates between persons",
    "share above threshold, model": "Share of persons with a rate above 0",
    "reliability of the rate": "Reliability of a person's own rate",
}


class Compared(Section):
    """Several fits side by side, and tested where one holds the other."""

    name = "compared"
    title = "Fits compared"

    def belongs(self, subject: Subject) -> bool:
        return len(subject.fits) > 1

    def context(self, subject: Subject) -> Mapping[str, Any]:
        answer, reason = subject.once(comparison)
        return {
            "titles": {name: about_model(fit) for name, fit in named(subject.fits).items()},
            "blocks": compared_blocks(subject.fits, answer),
            "notes": list(answer.notes) if answer is not None else [],
            "reason": reason,
        }

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        answer, _ = subject.once(comparison)
        tests = {} if answer is None else {"comparison": answer.table}
        return {"compared_estimates": compared(subject.fits)} | tests


def named(fits: tuple[Any, ...]) -> dict[str, Any]:
    """The fits by their number, from 1."""
    return {str(place): fit for place, fit in enumerate(fits, start=1)}


def comparison(subject: Subject) -> tuple[Comparison | None, str]:
    """The comparison of the fits, or why they do not compare."""
    try:
        return compare(*subject.fits, rng=1), ""
    except (ModelError, NotAvailableError, NotEstimableError) as error:
        return None, str(error)


def compared(fits: tuple[Any, ...]) -> pd.DataFrame:
    """Fixed effects, SDs and correlations, and the change of every fit: tidy, with further columns model and part."""
    tables = []
    for name, fit in named(fits).items():
        parts = {FIXED: fit.fixed_effects(), CHANGE: _change(fit), VARIANCES: fit.variance_components()}
        tables += [table.assign(model=name, part=part) for part, table in parts.items()]
    return pd.concat([table.dropna(axis=1, how="all") for table in tables if len(table)], ignore_index=True)


def _change(fit: Any) -> pd.DataFrame:
    """What the change report says first; nothing where it cannot be made."""
    try:
        table = fit.change().table.rename(columns={"quantity": "term"})
    except (NotAvailableError, NotEstimableError):
        return pd.DataFrame()
    return table[table["term"].isin(QUANTITIES) & table["estimate"].notna()].drop(columns=["group", "note"])


def compared_blocks(fits: tuple[Any, ...], answer: Comparison | None) -> list[dict[str, Any]]:
    """The numbers of the fits in blocks of rows with one cell for each fit."""
    by_name = named(fits)
    models = list(by_name)
    parts = dict(list(compared(fits).groupby("part", sort=False)))

    def term(row: Record) -> str:
        return term_name(by_name[row["model"]], row["term"])

    def component(row: Record) -> str:
        return component_name(by_name[row["model"]], row["term"])

    def quantity(row: Record) -> str:
        return QUANTITIES[row["term"]]

    return [
        block("How people change (95 % interval)", parts.get(CHANGE), models, quantity, interval_cell),
        block("Average growth (standard error)", parts.get(FIXED), models, term, estimate_cell),
        block("SDs and correlations (95 % interval)", parts.get(VARIANCES), models, component, interval_cell),
        {"name": "Fit", "rows": [] if answer is None else _fit_rows(models, answer)},
    ]


def _fit_rows(models: list[str], answer: Comparison) -> list[Row]:
    """Criteria of each fit, and its test against the largest fit that it holds."""
    records = {row["fit"]: row for row in answer.table.to_dict("records")}
    rows = []
    for term, name in CRITERION.items():
        if term in answer.table.columns:
            cells = [criterion_cell({"term": term, "estimate": records[model][term]}) for model in models]
            rows.append({"name": name, "term": term, "cells": cells})
    weights = [share_cell({"estimate": records[model]["weight"]}) for model in models]
    rows.append({"name": "Akaike weight", "term": "weight", "cells": weights})
    return [*rows, {"name": "Likelihood ratio test", "term": "p_value", "cells": [_tested(records[m]) for m in models]}]


def _tested(record: Record) -> Cell:
    if np.isnan(record["p_value"]):
        return EMPTY
    against = f"against {record['against']}: {record['distribution']}"
    return {"value": p_equals(record["p_value"]), "error": against}


def about_model(fit: Any) -> str:
    """Shape, predictors and random effects of a fit in a line."""
    model = fit.model
    shape = fit.model.shape.name if model.time is not None else "no time"
    told = {name: model.formula_for(name) for name in model.parameters}
    said = [f"{name} ~ {text}" for name, text in told.items() if text not in ("1", "")]
    said += [f"covariates {model.covariates}"] if model.covariates else []
    random = ", ".join(fit.random_names) or "none"
    return "; ".join([shape, *said, f"random: {random}", METHOD[fit.method]])
