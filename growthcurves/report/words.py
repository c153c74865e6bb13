"""Plain names for the parts of a model, in the names and units of the data."""

from __future__ import annotations

from typing import Any

from growthcurves.data.units import singular
from growthcurves.errors import NotAvailableError, NotEstimableError
from growthcurves.model.bind import TermName
from growthcurves.model.columns import Columns
from growthcurves.report.format import count, polished
from growthcurves.report.section import Subject
from growthcurves.report.shapes import Parameter, shape_words

MOST_IN_LEAD = 3
METHOD = {"reml": "restricted maximum likelihood (REML)", "ml": "full maximum likelihood (ML)"}


def default_title(fit: Any) -> str:
    """The outcome over the time."""
    model = fit.model
    return f"{model.outcome} over {model.time}" if model.time else str(model.outcome)


def about(fit: Any) -> str:
    """One line of counts under the title."""
    persons, rows = fit.panel.persons.count, fit.nobs
    return f"{count(persons)} persons · {count(rows)} observations · {METHOD[fit.method]}"


def findings(subject: Subject) -> tuple[str, ...]:
    """The change report in sentences; none where it cannot be made."""
    if subject.fit.model.time is None:
        return ()
    try:
        return tuple(polished(str(text)) for text in subject.change.sentences())
    except (NotAvailableError, NotEstimableError):
        return ()


def lead(subject: Subject, told: tuple[str, ...]) -> str:
    """What stands at the head of the page: how fast on average, in each group where there are a few."""
    if subject.by is None:
        return told[0] if told else ""
    averages = [text for text in told if text.startswith("In group ") and "average" in text]
    return " ".join(averages) if len(averages) <= MOST_IN_LEAD else ""


def parameter_name(fit: Any, parameter: str) -> str:
    """A growth parameter as a heading: "Start: reaction at day 0"."""
    return _parameter(fit, parameter).title


def short_name(fit: Any, name: str) -> str:
    """A growth parameter or covariate inside a longer text."""
    return _parameter(fit, name).short


def _parameter(fit: Any, name: str) -> Parameter:
    return shape_words(fit).parameters.get(name, Parameter(name, name, ""))


def time_unit(fit: Any) -> str:
    """One unit of time: "day"."""
    return singular(fit.panel.time_unit or str(fit.model.time))


def unit_of(fit: Any, parameter: str) -> str:
    """Unit of a growth parameter: "ms", "ms per day"; empty where the outcome has none."""
    return _parameter(fit, parameter).unit


def term_name_of(fit: Any, term: str) -> TermName:
    """What a fixed effect of the fit is about; one of another fit is a predictor of its own name."""
    known = dict(zip(fit.bound.terms, fit.bound.term_names, strict=True))
    return known.get(term, TermName("", ((term, None),), term))


def predictor_name(fit: Any, name: TermName) -> str:
    """A predictor for a reader: "arm: drug against placebo", "age, per unit"."""
    if len(name.parts) != 1:
        return name.predictor
    column, level = name.parts[0]
    levels = factor_levels(fit)
    if column in levels and level is not None:
        return f"{column}: {level} against {levels[column][0]}"
    numbers = {used for columns in _formulas(fit) for used in columns.used} - levels.keys()
    return f"{column}, per unit" if column in numbers else name.predictor


def factor_levels(fit: Any) -> dict[str, list[Any]]:
    """Levels of the predictors that are categories, the reference first."""
    levels: dict[str, list[Any]] = {}
    for columns in _formulas(fit):
        levels |= columns.levels
    return levels


def _formulas(fit: Any) -> list[Columns]:
    return [*fit.bound.predictors.values(), fit.bound.covariates]


def predictor_columns(fit: Any, parameter: str) -> tuple[str, ...]:
    """The columns that predict a growth parameter."""
    return tuple(fit.bound.predictors[parameter].used)


def baseline(fit: Any, parameter: str) -> str:
    """Whom a growth parameter's own mean is about: "arm placebo, age 0"; empty without predictors."""
    levels = factor_levels(fit)
    columns = [*predictor_columns(fit, parameter), *fit.bound.covariates.used]
    said = [
        f"{name} {levels[name][0] if name in levels else 0}"
        for name in dict.fromkeys(columns)
        if name != fit.model.time
    ]
    return ", ".join(said)


def and_list(words: list[str]) -> str:
    """Words in a sentence: "a, b and c"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
