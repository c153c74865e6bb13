"""The ladder: the models on the way to the model of the page, on the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from growthcurves.errors import GrowthCurvesWarning, filtered
from growthcurves.report.figures import of_ladder
from growthcurves.report.section import Section, Subject
from growthcurves.report.side_by_side import (
    CRITERION,
    Record,
    block,
    component_name,
    criterion_cell,
    estimate_cell,
    plain_cell,
    share_cell,
    term_name,
)
from growthcurves.report.words import METHOD, short_name, split_term
from growthcurves.results.ladder.numbers import CRITERIA, FIXED, SHARES, VARIANCES
from growthcurves.results.ladder.report import Ladder as LadderAnswer
from growthcurves.results.ladder.report import ladder


class Ladder(Section):
    """Unconditional means, unconditional growth, and the model of the page, on the same rows."""

    name = "ladder"
    title = "The steps to this model"

    def belongs(self, subject: Subject) -> bool:
        return subject.fit.model.time is not None

    def context(self, subject: Subject) -> Mapping[str, Any]:
        answer = subject.once(made_ladder)
        return {
            "answer": answer,
            "titles": answer.titles,
            "blocks": ladder_blocks(subject.fit, answer),
            "pictures": of_ladder(answer),
            "method": METHOD[next(iter(answer.fits.values())).method],
        }

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        return {"ladder": subject.once(made_ladder).table}


def made_ladder(subject: Subject) -> LadderAnswer:
    """The ladder of the fit's model on its rows; what it warns of is said elsewhere on the page."""
    fit = subject.fit
    with filtered("ignore", GrowthCurvesWarning):
        return ladder(fit.model, fit.panel, "ml", (), "satterthwaite", type(fit))


def ladder_blocks(fit: Any, answer: LadderAnswer) -> list[dict[str, Any]]:
    """The ladder's numbers in blocks of rows with one cell for each model."""
    models = list(answer.fits)
    parts = dict(list(answer.table.groupby("part", sort=False)))

    def term(row: Record) -> str:
        owned = split_term(fit, row["term"])[0]  # else it is a term of a smaller model only
        return term_name(fit if owned else answer.fits[row["model"]], row["term"])

    def variance(row: Record) -> str:
        return component_name(fit, row["term"])

    def explained(row: Record) -> str:
        known = {
            "R2:outcome": "of the outcome (squared correlation with its expected value)",
            "R2:residual": f"of the scatter within persons, against {models[0]}",
        }
        name = row["term"].removeprefix("R2:")
        return known.get(row["term"], f"of the variance in the {short_name(fit, name)}, against {models[1]}")

    def criterion(row: Record) -> str:
        return CRITERION.get(row["term"], "")

    return [
        block("Average growth (standard error)", parts.get(FIXED), models, term, estimate_cell),
        block("Variances within and between persons", parts.get(VARIANCES), models, variance, plain_cell),
        block("Explained variance (pseudo-R²)", parts.get(SHARES), models, explained, share_cell),
        block("Fit", parts.get(CRITERIA), models, criterion, criterion_cell),
    ]
