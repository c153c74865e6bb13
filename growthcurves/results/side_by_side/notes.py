"""What stands below models side by side: what the columns are, and what of them does not compare."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from growthcurves.errors import GrowthCurvesError, ModelError, NotAvailableError
from growthcurves.fitted import FittedModel
from growthcurves.model.outcomes import measured
from growthcurves.results.compare.alignment import require_same_rows
from growthcurves.results.compare.nesting import same_fixed_effects
from growthcurves.results.intervals.measure import about_all
from growthcurves.results.side_by_side.lines import Models
from growthcurves.results.side_by_side.numbers import FIXED, VARIANCES
from growthcurves.results.tables.names import finding_text

Fits = dict[str, FittedModel]
SAME, APART, UNKNOWN, OTHER_OUTCOME = "same", "apart", "unknown", "other outcome"
_METHODS = {"reml": "REML", "ml": "ML"}


def notes_of(fits: Fits, models: Models, methods: dict[str, Any], intervals: dict[str, Any]) -> tuple[str, ...]:
    """The notes, in the order in which a reader needs them."""
    return (
        *_by(fits, methods, intervals),
        *_other_outcomes(fits),
        *_other_rows(fits),
        *_other_likelihoods(fits),
        *_other_meanings(models),
        *_unsure(fits, models),
    )


def _by(fits: Fits, methods: dict[str, Any], intervals: dict[str, Any]) -> Iterable[str]:
    by = _each({name: _method(fit) for name, fit in fits.items()})
    of_components = _each({name: about_all(fit, intervals[name]) for name, fit in fits.items()})
    df = _each({name: method.label for name, method in methods.items()})
    yield f"Fitted by {by}. Degrees of freedom: {df}. Intervals of SDs and correlations: {of_components}."


def _method(fit: FittedModel) -> str:
    return _METHODS[fit.method] if fit.weighing is None else "weighted ML (pseudo-likelihood)"


def _each(texts: dict[str, str]) -> str:
    """What each model has, those that have the same together; the text alone where all have it."""
    having: dict[str, list[str]] = {}
    for name, text in texts.items():
        having.setdefault(text, []).append(name)
    if len(having) == 1:
        return next(iter(having))
    return "; ".join(f"{', '.join(names)}: {text}" for text, names in having.items())


def _other_outcomes(fits: Fits) -> Iterable[str]:
    outcomes = {name: measured(fit.model) for name, fit in fits.items()}
    if len(set(outcomes.values())) > 1:
        yield (
            f"Outcomes differ ({_each(outcomes)}): estimates are in the units of each, and -2 log likelihood, AIC and "
            f"BIC do not compare."
        )


def _other_rows(fits: Fits) -> Iterable[str]:
    first, *others = fits
    found = {name: _rows(fits[first], fits[name]) for name in others}
    for kind, told in (
        (APART, f"other rows than {first}; -2 log likelihood, AIC and BIC do not compare"),
        (UNKNOWN, f"whether the rows are those of {first} is not known"),
    ):
        names = [name for name, one in found.items() if one == kind]
        if names:
            yield f"{', '.join(names)}: {told}."


def _rows(one: FittedModel, other: FittedModel) -> str:
    """Whether fits of an outcome are of the same rows."""
    if measured(one.model) != measured(other.model):
        return OTHER_OUTCOME
    try:
        require_same_rows(one, other)
    except ModelError:
        return APART
    except GrowthCurvesError:
        return UNKNOWN
    return SAME


def _other_likelihoods(fits: Fits) -> Iterable[str]:
    if any(fit.weighing is not None for fit in fits.values()):
        yield "A fit with a sampling design has no -2 log likelihood, AIC or BIC: it maximises a pseudo-likelihood."
    by_likelihood = [fit for fit in fits.values() if fit.weighing is None]
    if not by_likelihood:
        return
    first, *others = by_likelihood
    same = [first, *(fit for fit in others if _rows(first, fit) == SAME)]
    if len({fit.method for fit in same}) > 1:
        yield "-2 log likelihood, AIC and BIC by REML do not compare with those by ML."
    by_reml = [fit for fit in same if fit.method == "reml"]
    if any(not _same_means(by_reml[0], fit) for fit in by_reml[1:]):
        yield "By REML, -2 log likelihood, AIC and BIC compare only models with the same fixed effects."


def _same_means(one: FittedModel, other: FittedModel) -> bool:
    """Whether fits of the same rows have the same fixed effects; by their names where nothing else is known."""
    try:
        return same_fixed_effects(one, other)
    except NotAvailableError:
        return one.terms == other.terms


def _other_meanings(models: Models) -> Iterable[str]:
    """Rows that are called by their key, as they are something else in another model."""
    for what in [*models.different(FIXED), *models.different(VARIANCES)]:
        labels = {number.model: number.label for number in models.same(what)}
        if len(set(labels.values())) > 1:
            yield f"{finding_text(what)}, {_each(labels)}."


def _unsure(fits: Fits, models: Models) -> Iterable[str]:
    """What is special of intervals, fits that did not converge, terms that were left out."""
    for what in models.different(VARIANCES):
        noted = {number.model: number for number in models.same(what) if number.finding.note}
        for note in dict.fromkeys(number.finding.note for number in noted.values()):
            whose = [name for name, number in noted.items() if number.finding.note == note]
            yield f"{', '.join(whose)}, {noted[whose[0]].label}: {note}."
    for name, fit in fits.items():
        if not fit.identified:
            yield f"{name}: the design cannot tell these variances apart."
        if not fit.certificate.converged:
            yield f"{name}: {fit.certificate}"
        if fit.aliased:
            yield f"{name}: left out as combinations of other terms: {', '.join(fit.aliased)}."
