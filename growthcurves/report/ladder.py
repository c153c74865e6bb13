"""The ladder: the models on the way to the model of the page, on the same rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pandas as pd

from growthcurves.contracts.finding import RESIDUAL, Finding, Kind
from growthcurves.errors import GrowthCurvesError, GrowthCurvesWarning, filtered
from growthcurves.report.figures import of_ladder
from growthcurves.report.section import Section, Subject
from growthcurves.report.side_by_side import (
    CRITERION,
    Entry,
    block,
    component_name,
    criterion_cell,
    estimate_cell,
    plain_cell,
    share_cell,
    term_name,
)
from growthcurves.report.words import between_whom, everybody, fitted_by, random_name, whose_effect
from growthcurves.results.ladder.numbers import Known
from growthcurves.results.ladder.report import Ladder as LadderAnswer
from growthcurves.results.ladder.report import ladder_to
from growthcurves.results.side_by_side.numbers import CRITERIA, FIXED, SHARES, VARIANCES, numbers_table
from growthcurves.results.variation.settled import settled_sd_of


class Ladder(Section):
    """Unconditional means, unconditional growth, and the model of the page, on the same rows."""

    name = "ladder"
    title = "The steps to this model"
    lacks = "the steps to this model: smaller models of the same rows"

    def belongs(self, subject: Subject) -> bool:
        return subject.fit.recipe.shape.changes

    def context(self, subject: Subject) -> Mapping[str, Any]:
        answer = subject.once(made_ladder)
        return {
            "answer": answer,
            "titles": answer.titles,
            "blocks": ladder_blocks(subject.fit, answer),
            "pictures": of_ladder(answer),
            "method": fitted_by(subject.fit),
            "restricted": subject.fit.method == "reml",
        }

    def tables(self, subject: Subject) -> Mapping[str, pd.DataFrame]:
        return {"ladder": subject.once(made_ladder).table}


def made_ladder(subject: Subject) -> LadderAnswer:
    """The ladder of the fit's model on its rows; what it warns of is said elsewhere on the page.

    Its numbers are those of the page, each once: what predictors explain of the variance of rates stands in the change
    report, and not at all where the SD is not known well enough.
    """
    with filtered("ignore", GrowthCurvesWarning):
        answer = _climbed(subject)
    numbers = tuple(one for one in answer.numbers if not _stands_elsewhere(subject, one.finding))
    return replace(answer, numbers=numbers, table=numbers_table(numbers))


def _climbed(subject: Subject) -> LadderAnswer:
    """With the degrees of freedom of the page, or the usual where one of the smaller models has none of these."""
    known = Known(subject.fit, subject.effects, subject.components)
    try:
        return ladder_to(known, subject.ddf)
    except GrowthCurvesError:
        return ladder_to(known, None)


def _stands_elsewhere(subject: Subject, one: Finding) -> bool:
    """Whether a share of the variance between persons is told in the change report, or is of an SD hardly known."""
    fit = subject.fit
    if one.kind is not Kind.VARIANCE_DROP or one.unit == RESIDUAL or not fit.identified:
        return False
    (name,) = whose_effect(fit, one)
    told = one.of != ("intercept",) and not fit.model.above
    return told or name not in fit.random_names or not settled_sd_of(fit, name).enough


def ladder_blocks(fit: Any, answer: LadderAnswer) -> list[dict[str, Any]]:
    """The ladder's numbers in blocks of rows with one cell for each model."""
    models, said = list(answer.fits), fit.vocabulary.said

    def effect(model: str, finding: Finding) -> str:
        if not answer.fits[model].recipe.shape.changes:
            if fit.family is not None:
                return f"Overall {fit.family.scale_words.link} of {fit.model.outcome}"
            return f"Overall mean of {fit.model.outcome}"
        owned = finding.of[0] in fit.model.parameters  # else it is a term of a smaller model only
        return term_name(fit if owned else answer.fits[model], *finding.of)

    def variance(model: str, finding: Finding) -> str:
        own = finding.kind is Kind.PARAMETER  # of a family
        if finding.unit != RESIDUAL and not own and not answer.fits[model].recipe.shape.changes:
            return said("Variance of persons' means") + between_whom(fit, finding.unit)
        return component_name(fit, finding)

    def explained(model: str, finding: Finding) -> str:
        if finding.kind is Kind.SQUARED_CORRELATION:
            return "of the outcome (squared correlation with its expected value)"
        if finding.unit == RESIDUAL:
            return said(f"of the scatter within persons, against {models[0]}")
        whom = between_whom(fit, finding.unit)
        return f"of the variance in the {random_name(fit, finding.of[0])}{whom}, against {models[1]}"

    def criterion(model: str, finding: Finding) -> str:
        return said(CRITERION.get(finding.of, ""))

    def entries(part: str) -> list[Entry]:
        return [(number.model, number.finding) for number in answer.numbers if number.part == part]

    variances = f"Variances within {fit.vocabulary.who.several} and between {everybody(fit)}"
    by = next(iter(answer.fits.values())).method.upper()
    return [
        block(said("Average growth (standard error)"), entries(FIXED), models, effect, estimate_cell),
        block(variances, entries(VARIANCES), models, variance, plain_cell),
        block(f"Explained variance (pseudo-R², by {by})", entries(SHARES), models, explained, share_cell),
        block("Fit" if by == "ML" else "Fit (by ML)", entries(CRITERIA), models, criterion, criterion_cell),
    ]
