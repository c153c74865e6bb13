"""What was asked: the model in words and as level equations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from growthcurves.report.section import Subject
from growthcurves.report.words import METHOD, and_list, at_origin, predictor_columns, time_unit


class Question:
    """The model in words and as level equations."""

    name = "question"
    title = "What was asked"

    def why_not(self, subject: Subject) -> str | None:
        return None

    def context(self, subject: Subject) -> Mapping[str, Any]:
        fit = subject.fit
        return {"sentences": sentences(fit), "equations": equation_lines(fit)}


def sentences(fit: Any) -> list[str]:
    """The model in words."""
    said = [_growth(fit), *_predictors(fit)]
    if fit.model.covariates:
        columns = [name for name in fit.bound.covariates.used if name != fit.model.time]
        said.append(f"At each occasion, {and_list(columns)} may shift {fit.model.outcome} as well.")
    return [*said, _random(fit), f"The model was fitted by {METHOD[fit.method]}."]


def equation_lines(fit: Any) -> list[tuple[str, Markup]]:
    """The level equations as pairs of label and typeset equation."""
    lines = []
    for line in str(fit.equations()).splitlines():
        label = re.match(r"Level \d+", line)
        rest = line[label.end() :] if label else line
        lines.append((label.group() if label else "", typeset(rest.strip(), fit)))
    return lines


def typeset(equation: str, fit: Any) -> Markup:
    """Subscripts, Greek letters and multiplication signs in the place of their ASCII."""
    text = str(escape(equation))
    names = "|".join(re.escape(str(escape(name))) for name in (*fit.model.parameters, *fit.random_names))
    text = re.sub(rf"\b({names})_i\b", r"<i>\1</i><sub>i</sub>", text)
    text = re.sub(rf"\bu_({names})", r"<i>u</i><sub>\1</sub>", text)
    text = text.replace("sigma^2", "<i>σ</i>²").replace(" * ", " · ").replace(" - ", " − ")
    return Markup(text)


def _growth(fit: Any) -> str:
    model = fit.model
    if model.time is None:
        return f"How much does {model.outcome} differ from person to person?"
    return (
        f"How does {model.outcome} change with {model.time}, and how differently from person to person? "
        f"Each person is described by a straight line: a start ({model.outcome}{at_origin(fit)}) "
        f"and a rate of change per {time_unit(fit)}."
    )


def _predictors(fit: Any) -> list[str]:
    columns = {name: list(predictor_columns(fit, name)) for name in fit.model.parameters}
    said = {name: found for name, found in columns.items() if found}
    if len(said) > 1 and len({tuple(found) for found in said.values()}) == 1:
        return [f"Both may depend on {and_list(next(iter(said.values())))}."]
    word = {"intercept": "start" if fit.model.time else "level", "slope": "rate of change"}
    return [f"The {word.get(name, name)} may depend on {and_list(found)}." for name, found in said.items()]


def _plain_name(name: str, with_time: bool) -> str:
    """A growth parameter or covariate without its place in time."""
    words = {"intercept": "start" if with_time else "level", "slope": "rate of change"}
    return f"their {words[name]}" if name in words else f"their response to {name}"


def _random(fit: Any) -> str:
    names = [_plain_name(name, bool(fit.model.time)) for name in fit.random_names]
    if not names:
        return "Beyond that all persons are held to follow one curve: no random effects were asked for."
    beyond = "Beyond that, " if any(predictor_columns(fit, name) for name in fit.model.parameters) else ""
    text = f"{beyond}persons differ in {and_list(names)}"
    if len(names) > 1:
        joined = len(fit.model.random.blocks) < len(names)
        text += ", and these differences may be correlated" if joined else ", without correlation"
    return f"{text[0].upper()}{text[1:]}; single measurements scatter about each person's line."
