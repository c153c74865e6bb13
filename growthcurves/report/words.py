"""Plain names for the parts of a model, in the names and units of the data."""

from __future__ import annotations

from typing import Any

from growthcurves.contracts.finding import FAMILY, RESIDUAL, Finding, Kind
from growthcurves.data.source import EMPTY
from growthcurves.data.unit_words import level_words
from growthcurves.errors import NotAvailableError, NotEstimableError
from growthcurves.model.shapes.words import ParameterWords
from growthcurves.output.words import listed
from growthcurves.report.format import count, polished
from growthcurves.report.section import Subject
from growthcurves.results.change.report import ChangeReport
from growthcurves.results.change.words import units_of
from growthcurves.results.tables.growth_words import random_words, shape_words
from growthcurves.results.tables.units import level_heading, unit_counts

MOST_IN_LEAD = 3
METHOD = {"reml": "restricted maximum likelihood (REML)", "ml": "full maximum likelihood (ML)"}
WEIGHTED = "weighted maximum likelihood (pseudo-likelihood)"


def default_title(fit: Any) -> str:
    """The outcome over the time, or by a predictor that is none."""
    model = fit.model
    along = "over" if fit.vocabulary.over_time else "by"
    return f"{model.outcome} {along} {fit.when.counted}" if model.time else str(model.outcome)


def about(fit: Any) -> str:
    """One line of counts under the title."""
    number, rows = fit.panel.persons.count, fit.nobs
    who = units_of(fit).one if number == 1 else units_of(fit).several
    family = "" if fit.outcome_family is None else f"{_family_words(fit)} · "
    who += "".join(f" · {count(one.units)} {one.words.one if one.units == 1 else one.words.several}"
                   for one in unit_counts(fit))  # fmt: skip
    return f"{count(number)} {who} · {count(rows)} observations · {family}{fitted_by(fit)}"


def fitted_by(fit: Any) -> str:
    """The method of estimation in words."""
    return METHOD[fit.method] if fit.weighing is None else WEIGHTED


def _family_words(fit: Any) -> str:
    """What kind of outcome, and its link: "yes or no, logit link"."""
    family = fit.outcome_family
    if family.name == "lognormal":
        return "amounts above zero (log-normal)"
    kinds = {"binomial": "yes or no", "ordinal": "ordered categories", "poisson": "counts (Poisson)",
             "negative-binomial": "counts (negative binomial)", "gamma": "amounts above zero (gamma)"}  # fmt: skip
    return f"{kinds.get(family.name, family.name)}, {getattr(family, 'link', 'log')} link"


def findings(subject: Subject) -> tuple[str, ...]:
    """The change report in sentences; none where it cannot be made."""
    answer = _change(subject)
    return () if answer is None else tuple(polished(text) for text in answer.sentences())


def lead(subject: Subject) -> str:
    """What stands at the head of the page: how fast on average, in each group where there are a few."""
    answer = _change(subject)
    averages = () if answer is None else answer.averages
    if subject.fit.outcome_family is not None:  # means of each group stand in the first table of the page
        compared = [text for text in averages if not text.startswith("In the ")]
        return " ".join(polished(text) for text in (compared or averages)[:MOST_IN_LEAD])
    lede = () if answer is None else answer.lede
    joint = [one for one in answer.findings if one.kind is Kind.RATES_ALIKE_P] if answer is not None else []
    if not joint and len(lede) > MOST_IN_LEAD:
        return ""
    return " ".join(polished(text) for text in lede)


def _change(subject: Subject) -> ChangeReport | None:
    """The change report; None where it cannot be made."""
    if not subject.fit.recipe.shape.changes:
        return None
    try:
        return subject.change
    except (NotAvailableError, NotEstimableError):
        return None


def parameter_name(fit: Any, parameter: str) -> str:
    """A growth parameter as a heading: "Start: reaction at day 0"."""
    return _parameter(fit, parameter).title


def parameter_heading(fit: Any, parameter: str) -> str:
    """The same with its unit: "Rate of change: reaction (ms per day)"."""
    return _parameter(fit, parameter).heading


def short_name(fit: Any, name: str) -> str:
    """A growth parameter or covariate inside a longer text."""
    return _parameter(fit, name).short


def random_name(fit: Any, name: str) -> str:
    """What varies between persons, inside a longer text."""
    return _parameter(fit, name, random=True).short


def between_whom(fit: Any, unit: str) -> str:
    """Behind what varies, whom it varies between, where there are several levels: " between pupils of one school"."""
    return f" {level_heading(fit, unit)}" if fit.model.above and unit not in (RESIDUAL, FAMILY) else ""


def everybody(fit: Any) -> str:
    """All who differ: "pupils", or "pupils, classes and schools"."""
    return listed([fit.vocabulary.who.several, *(level_words(unit).several for unit in fit.model.above)])


def whose_effect(fit: Any, one: Finding) -> tuple[str, ...]:
    """The random effects of a component by their names in the fit: "slope", "slope|school"."""
    mark = f"|{one.unit}" if one.unit in fit.model.above else ""
    return tuple(f"{name}{mark}" for name in one.of)


def plain_name(fit: Any, name: str) -> str:
    """The same without its place in time, which has been said before."""
    return _parameter(fit, name, random=True).plain or random_name(fit, name)


def _parameter(fit: Any, name: str, random: bool = False) -> ParameterWords:
    words = random_words(fit) if random else shape_words(fit)
    return words.parameters.get(name, ParameterWords(name, name, ""))


def unit_of(fit: Any, parameter: str) -> str:
    """Unit of a growth parameter: "ms", "ms per day"; empty where the outcome has none."""
    return _parameter(fit, parameter).unit


def predictor_name(fit: Any, predictor: str) -> str:
    """A predictor for a reader: "arm: drug against placebo", "for each unit of age"."""
    parts = {name.predictor: name.parts for name in fit.recipe.term_names}.get(predictor, ())
    if len(parts) != 1:
        return predictor
    (column, level), levels = parts[0], factor_levels(fit)
    if column in levels and level is not None:
        return f"{column}: {str(level) or EMPTY} against {str(levels[column][0]) or EMPTY}"
    return f"for each unit of {column}" if column in _columns_used(fit) - levels.keys() else predictor


def _columns_used(fit: Any) -> set[str]:
    """The columns of the table that predict anything."""
    return {name for columns in [*fit.recipe.predictors.values(), *fit.recipe.level_one] for name in columns.used}


def factor_levels(fit: Any) -> dict[str, list[Any]]:
    """Levels of the predictors that are categories, the reference first."""
    levels: dict[str, list[Any]] = {}
    for columns in [*fit.recipe.predictors.values(), *fit.recipe.level_one]:
        levels |= columns.levels
    return levels


def predictor_columns(fit: Any, parameter: str) -> tuple[str, ...]:
    """The columns that predict a growth parameter."""
    return tuple(fit.recipe.predictors[parameter].used)


def baseline(fit: Any, parameter: str) -> str:
    """Whom a growth parameter's own mean is about: "arm placebo, age 0"; empty without predictors."""
    levels = factor_levels(fit)
    columns = [*predictor_columns(fit, parameter), *fit.recipe.covariates.used]
    said = [
        f"{name} {(str(levels[name][0]) or EMPTY) if name in levels else 0}"
        for name in dict.fromkeys(columns)
        if name != fit.model.time
    ]
    return ", ".join(said)
