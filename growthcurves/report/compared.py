"""Several fits side by side, and tested where one holds the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import Finding, Kind
from growthcurves.errors import ModelError, NotAvailableError, NotEstimableError
from growthcurves.report.format import share
from growthcurves.report.section import Section, Subject
from growthcurves.report.side_by_side import (
    CRITERION,
    EMPTY,
    Cell,
    Entry,
    Row,
    block,
    component_name,
    criterion_cell,
    estimate_cell,
    interval_cell,
    term_name,
    unbroken_p,
)
from growthcurves.report.words import fitted_by
from growthcurves.results.change.view import quantity_text, report_table
from growthcurves.results.compare.table import Comparison, compare
from growthcurves.results.effects.coefficients import effect_findings
from growthcurves.results.side_by_side.numbers import FIXED, VARIANCES
from growthcurves.results.variation.variances import Components

CHANGE = "change"
QUANTITIES = {
    Kind.MEAN_RATE: "Average rate of change",
    Kind.SD_OF_RATES: "SD of rates between persons",
    Kind.SHARE_ABOVE: "Share of persons with a rate above 0",
    Kind.RELIABILITY: "Reliability of a person's own rate",
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
            "blocks": compared_blocks(subject.once(_answers), answer, subject.interval),
            "notes": list(answer.notes) if answer is not None else [],
            "reason": reason,
        }

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        answer, _ = subject.once(comparison)
        tests = {} if answer is None else {"comparison": answer.table}
        return {"compared_estimates": compared(subject.once(_answers))} | tests


def named(fits: tuple[Any, ...]) -> dict[str, Any]:
    """The fits by their number, from 1."""
    return {str(place): fit for place, fit in enumerate(fits, start=1)}


def comparison(subject: Subject) -> tuple[Comparison | None, str]:
    """The comparison of the fits, or why they do not compare."""
    try:
        return compare(*subject.fits, rng=1), ""
    except (ModelError, NotAvailableError, NotEstimableError) as error:
        return None, str(error)


class Answers(NamedTuple):
    """What is shown of one of the fits."""

    fit: Any
    change: list[Finding]
    effects: pd.DataFrame
    components: Components


def _answers(subject: Subject) -> dict[str, Answers]:
    """The answers of each fit, by its number."""
    return {
        name: Answers(
            fit, _change(subject, fit), fit.fixed_effects(subject.ddf, subject.level), subject.components_of(fit)
        )
        for name, fit in named(subject.fits).items()
    }


def compared(answers: Mapping[str, Answers]) -> pd.DataFrame:
    """Fixed effects, SDs and correlations, and the change of every fit: tidy, with further columns model and part."""
    tables = []
    for name, found in answers.items():
        change = report_table(found.change, found.fit.vocabulary).rename(columns={"quantity": "term"})
        change = change.drop(columns=["group", "note"])
        parts = {FIXED: found.effects, CHANGE: change, VARIANCES: found.components.table()}
        tables += [table.assign(model=name, part=part) for part, table in parts.items()]
    return pd.concat([table.dropna(axis=1, how="all") for table in tables if len(table)], ignore_index=True)


def _change(subject: Subject, fit: Any) -> list[Finding]:
    """What the change report says first; nothing where it cannot be made."""
    try:
        findings = subject.change_of(fit).findings
    except (NotAvailableError, NotEstimableError):
        return []
    return [one for one in findings if one.kind in QUANTITIES and one.at is None and one.known]


def compared_blocks(answers: Mapping[str, Answers], answer: Comparison | None, interval: str) -> list[dict[str, Any]]:
    """The numbers of the fits in blocks of rows with one cell for each fit."""
    models = list(answers)

    def entries(findings: Callable[[Answers], Iterable[Finding]]) -> list[Entry]:
        return [(name, finding) for name, found in answers.items() for finding in findings(found)]

    def quantity(model: str, finding: Finding) -> str:
        return QUANTITIES[finding.kind]

    def effect(model: str, finding: Finding) -> str:
        return term_name(answers[model].fit, *finding.of)

    def component(model: str, finding: Finding) -> str:
        return component_name(answers[model].fit, finding)

    change = entries(lambda found: found.change)
    fixed = entries(lambda found: effect_findings(found.fit, found.effects))
    random = entries(lambda found: [row.finding for row in found.components.rows])
    return [
        block(f"How persons change ({interval})", change, models, quantity, interval_cell, quantity_text),
        block("Average growth (standard error)", fixed, models, effect, estimate_cell),
        block(f"SDs and correlations ({interval})", random, models, component, interval_cell),
        {"name": "Fit", "rows": [] if answer is None else _fit_rows(models, answer)},
    ]


def _fit_rows(models: list[str], answer: Comparison) -> list[Row]:
    """Criteria of each fit, and its test against the largest fit that it holds."""
    records = {row["fit"]: row for row in answer.table.to_dict("records")}
    rows = []
    for term, name in CRITERION.items():
        if term in answer.table.columns:
            found = [Finding(Kind.CRITERION, records[model][term], of=term) for model in models]
            cells = [criterion_cell(one) for one in found]
            rows.append({"name": name, "term": term, "cells": cells})
    weights = [{"value": share(records[model]["weight"]), "error": ""} for model in models]
    rows.append({"name": "Akaike weight", "term": "weight", "cells": weights})
    return [*rows, {"name": "Likelihood ratio test", "term": "p_value", "cells": [_tested(records[m]) for m in models]}]


def _tested(record: Mapping[Any, Any]) -> Cell:
    if np.isnan(record["p_value"]):
        return EMPTY
    against = f"against {record['against']}: {record['distribution']}"
    return {"value": unbroken_p(record["p_value"]), "error": against}


def about_model(fit: Any) -> str:
    """Shape, predictors and random effects of a fit in a line."""
    model = fit.model
    told = {name: model.formula_for(name) for name in model.parameters}
    said = [f"{name} ~ {text}" for name, text in told.items() if text not in ("1", "")]
    said += [f"time-varying {model.time_varying}"] if model.time_varying else []
    random = ", ".join(fit.random_names) or "none"
    return "; ".join([model.growth_shape.name, *said, f"random: {random}", fitted_by(fit)])
