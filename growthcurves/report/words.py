"""Plain names for the parts of a model, in the names and units of the data."""

from __future__ import annotations

import re
from typing import Any

from growthcurves.data.units import singular
from growthcurves.errors import NotAvailableError, NotEstimableError
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


def split_term(fit: Any, term: str) -> tuple[str, str]:
    """Growth parameter and predictor of a term; ("", term) for a time-varying predictor."""
    for name in fit.model.parameters:
        if term == name:
            return name, ""
        if term.startswith(f"{name}:"):
            return name, term[len(name) + 1 :]
    return "", term


def predictor_name(fit: Any, predictor: str) -> str:
    """A predictor for a reader: "arm: drug against placebo", "age, per unit"."""
    factor = re.fullmatch(r"(.+)\[(.*)\]", predictor)
    levels = factor_levels(fit)
    if factor and factor[1] in levels:
        return f"{factor[1]}: {factor[2]} against {levels[factor[1]][0]}"
    return f"{predictor}, per unit" if re.fullmatch(r"[\w ]+", predictor) else predictor


def factor_levels(fit: Any) -> dict[str, list[Any]]:
    """Levels of the predictors that are categories, the reference first."""
    levels: dict[str, list[Any]] = {}
    for columns in [*fit.bound.predictors.values(), fit.bound.covariates]:
        levels |= columns.levels
    return levels


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
