"""Means of a computed outcome carried back to the scale of its column."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from growthcurves.contracts.finding import Kind
from growthcurves.errors import NotAvailableError
from growthcurves.fitted import FittedModel
from growthcurves.model.formula.left import computed_side
from growthcurves.model.outcomes import likelihood_of, measured, undone
from growthcurves.results.tables.answer import TIDY
from growthcurves.results.tables.scales import carried, checked_scale

if TYPE_CHECKING:
    from growthcurves.results.effects.means import Marginal


def goes_back(fit: FittedModel, scale: str | None, differences: str | None) -> bool:
    """Whether means are to be carried back.

    Raises
    ------
    ModelError
        For an unknown scale.
    NotAvailableError
        For differences, and for an outcome of several columns, which have no one value on the other scale.
    """
    outcome = measured(fit.model)
    if fit.outcome_family is not None:
        checked_scale(scale)
        return False
    side = computed_side(outcome) if fit.model.computed else None
    if checked_scale(scale) != "response" or side is None or not side.computed:
        return False
    if differences is not None:
        raise NotAvailableError(
            f"Differences of {outcome} have no one value on the scale of {side.columns[0]}: ask for them without "
            f"scale='response'. (e to the power of a difference of logarithms is a ratio of medians.)"
        )
    if len(side.columns) > 1:
        raise NotAvailableError(
            f"The outcome {outcome!r} goes back to {side.columns[0]!r} only where {side.columns[1]!r} is known: use "
            f"predict(scale='response') with rows that hold it."
        )
    return True


def title_of_means(fit: FittedModel, back: bool, scale: str | None = None, people: str = "average") -> str:
    """What is shown: means of the outcome with its offset, medians of its column, or of a family on which scale."""
    if fit.outcome_family is not None:
        return f"Estimated {_scale(fit, people if scale == 'response' else None)} of {likelihood_of(fit.model)}"
    outcome = measured(fit.model)
    if back:
        return f"Estimated medians of {computed_side(outcome).columns[0]}, carried back from means of {outcome}"
    offset = f", the offset {fit.model.offset} included" if fit.model.offset else ""
    return f"Estimated means of {outcome}{offset}"


#: How a mean over persons is told where a variance is estimated as zero, or a correlation as one.
AT_ITS_END = "a variance at the end of its range is taken as it is estimated"


def title_of_category(fit: FittedModel, category: Any, people: str) -> str:
    """Of which category probabilities are shown, and whose."""
    return f"Estimated {_chance(category, people)} of {fit.model.outcome}"


def _chance(category: Any, people: str) -> str:
    return f"probability of {category!s} ({people})"


def title_of_rates(fit: FittedModel, people: str | None) -> str:
    """Rates of a family: of what they are, per unit of time."""
    return f"{fit.vocabulary.said('Estimated rates of change')} of {likelihood_of(fit.model)}, {rate_of(fit, people)}"


def rate_of(fit: FittedModel, people: str | None) -> str:
    """The unit of a family's rate: "log odds per week", "probability (average) per week"."""
    return f"{_scale(fit, people)} per {fit.when.per}"


def _scale(fit: FittedModel, people: str | None) -> str:
    """Of the linear predictor, or with `people` of the outcome: whose it is."""
    return fit.outcome_family.scale_words.link if people is None else f"{_response(fit, people)} ({people})"


def _response(fit: FittedModel, people: str) -> str:
    """The scale of the outcome; where logarithms are normal a typical person has a median there."""
    median = people == "typical" and fit.family is None
    return "median" if median else str(fit.outcome_family.scale_words.response)


def measure_of(fit: FittedModel, kind: Kind, people: str | None, category: Any = None) -> str | None:
    """What a row of means or rates of a family is, in words; None of normal outcomes."""
    if fit.outcome_family is None:
        return None
    scale = _scale(fit, people) if category is None or people is None else _chance(category, people)
    what = f"{scale} of {likelihood_of(fit.model)}"
    return what if kind is Kind.MEAN else f"{fit.vocabulary.said('rate of change')} of {what}"


def note_of_scale(fit: FittedModel, people: str | None, category: Any = None) -> str:
    """How the estimates of a family are to be read."""
    if fit.outcome_family is None:
        return ""
    words, who = fit.outcome_family.scale_words, fit.vocabulary.who
    if people == "average" and fit.family is None:
        return f"averaged over {who.several} and over residuals, on the scale of {likelihood_of(fit.model)}"
    response = words.response if category is None else "probability"
    parts = {
        None: f"on the scale of the {words.link}",
        "average": f"averaged over {who.several}, whose random effects differ, on the scale of the {response}",
        "typical": f"of the {who.one} whose random effects are zero, averaged as {words.link} and carried back",
    }
    exposure = [] if fit.model.exposure is None else [f"for an exposure ({fit.model.exposure}) of 1"]
    ended = [AT_ITS_END] if people == "average" and fit.certificate.singular else []
    return "; ".join([parts[people], *exposure, *ended])


def note_of_places(fit: FittedModel, people: str | None) -> str:
    """Linear predictors of ordered categories have no threshold in them: where zero lies is a matter of codings."""
    family = fit.outcome_family
    if people is not None or family is None or family.name != "ordinal":
        return ""
    return "no threshold is taken off, so that zero means nothing and only differences do"


def note_of_ratio(fit: FittedModel, people: str | None, category: Any = None) -> str:
    """What the column of ratios holds."""
    if people is None:
        return f"ratio: {fit.outcome_family.effect}, e to the power of the estimate"
    if category is not None:
        return "ratio: the probability of the first over that of the second"
    return f"ratio: the {_response(fit, people)} of the first over that of the second"


def on_column_scale(fit: FittedModel, found: Marginal) -> Marginal:
    """Means on the scale of the outcome's column; what is tested has no meaning there."""
    table = carried(found.table, lambda values: undone(measured(fit.model), values, None))
    table = table.assign(statistic=float("nan"), p_value=float("nan"))
    findings = tuple(
        replace(one, value=row["estimate"], **{name: row[name] for name in TIDY[2:]})
        for one, row in zip(found.findings, table.to_dict("records"), strict=True)
    )
    return replace(found, table=table, findings=findings, carried=True)
