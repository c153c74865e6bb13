"""What the numbers of models are, in words."""

from __future__ import annotations

from growthcurves.contracts.finding import RESIDUAL, Finding, Kind
from growthcurves.fitted import FittedModel
from growthcurves.results.tables.growth_words import random_words
from growthcurves.results.tables.labels import component_label, term_labels

#: Criteria in the order in which they are printed; those of BIC say what n is.
CRITERION = {
    "deviance": "-2 log likelihood",
    "aic": "AIC",
    "bic": "BIC (n: rows)",
    "bic_persons": "BIC (n: persons)",
    "parameters": "Parameters",
    "persons": "Persons",
    "rows": "Rows",
}


def number_label(fit: FittedModel, found: Finding) -> str:
    """A number of a model in words."""
    if found.kind is Kind.FIXED_EFFECT:
        return dict(zip(fit.term_parts, term_labels(fit), strict=True))[found.of]
    if found.kind is Kind.CRITERION:
        return fit.vocabulary.said(CRITERION[found.of])
    if found.kind is Kind.SQUARED_CORRELATION:
        return "squared correlation of the outcome with its expected value"
    if found.kind is Kind.VARIANCE_DROP:
        return f"share of the variance of {_whose(fit, found)} that is gone"
    return component_label(fit, found)


def _whose(fit: FittedModel, found: Finding) -> str:
    if found.unit == RESIDUAL:
        return "residuals"
    words = random_words(fit).parameters.get(found.of[0])
    return str(found.of[0]) if words is None else words.short
