"""What was asked: the model in words and as level equations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup, escape

from growthcurves.output.words import capital, listed
from growthcurves.report.section import Section, Subject
from growthcurves.report.words import fitted_by, plain_name, predictor_columns, short_name
from growthcurves.results.tables.growth_words import shape_words
from growthcurves.results.tables.units import level_heading


class Question(Section):
    """The model in words and as level equations."""

    name = "question"
    title = "What was asked"

    def context(self, subject: Subject) -> Mapping[str, Any]:
        fit = subject.fit
        return {"sentences": sentences(fit), "equations": equation_lines(fit)}


def sentences(fit: Any) -> list[str]:
    """The model in words."""
    said = [_growth(fit), *_predictors(fit)]
    if fit.model.time_varying:
        columns = [name for name in fit.recipe.covariates.used if name != fit.model.time]
        said.append(f"At each occasion, {listed(columns)} may shift {fit.model.outcome} as well.")
    how = "" if fit.family is None else f", its integral over random effects by {_integral(fit)}"
    return [*said, _random(fit), f"The model was fitted by {fitted_by(fit)}{how * bool(fit.random_names)}."]


def _integral(fit: Any) -> str:
    found = fit.certificate.quadrature
    laplace = found is not None and found.points == 1
    return "Laplace's approximation" if laplace else "adaptive Gauss-Hermite quadrature"


def equation_lines(fit: Any) -> list[tuple[str, Markup]]:
    """The level equations as pairs of label and typeset equation."""
    lines = []
    for line in str(fit.equations()).splitlines():
        label = re.match(r"Level \d+(?:, .*?(?=   ))?", line)
        rest = line[label.end() :] if label else line
        lines.append((label.group() if label else "", typeset(rest.strip(), fit)))
    return lines


def typeset(equation: str, fit: Any) -> Markup:
    """Subscripts, Greek letters and multiplication signs in the place of their ASCII."""
    text = str(escape(equation))
    known = sorted({*fit.model.parameters, *fit.random_names}, key=len, reverse=True)
    names = "|".join(re.escape(str(escape(name))) for name in known)
    text = re.sub(rf"(?<!\w)({names})_i\b", r"<i>\1</i><sub>i</sub>", text)
    for unit in (re.escape(str(escape(unit))) for unit in fit.model.above):
        text = re.sub(rf"(?<![\w|])({names})_{unit}(?!\w)", rf"<i>\1</i><sub>{unit}</sub>", text)
        text = re.sub(rf"\bG\|{unit}(?!\w)", rf"<i>G</i><sub>{unit}</sub>", text)
    text = re.sub(rf"\bu_({names})", lambda found: f"<i>u</i><sub>{found[1].replace('|', ', ')}</sub>", text)
    text = re.sub(rf"\bG_({names})", lambda found: f"<i>G</i><sub>{found[1].replace('|', ', ')}</sub>", text)
    text = re.sub(r"\^(\d+)", r"<sup>\1</sup>", text)
    text = text.replace("sigma<sup>2</sup>", "<i>σ</i>²").replace(" * ", " · ").replace(" - ", " − ")
    return Markup(text)


def _growth(fit: Any) -> str:
    model, said = fit.model, fit.vocabulary.said
    if not fit.recipe.shape.changes:
        return f"How much does {model.outcome} differ {said('from person to person')}?"
    verb = "change with" if fit.vocabulary.over_time else "depend on"
    return (
        f"How does {model.outcome} {verb} {fit.when.counted}, and how differently {said('from person to person')}? "
        f"{said('Each person')} is described by {shape_words(fit).described_by}{_scale(fit)}."
    )


def _scale(fit: Any) -> str:
    """On which scale lines are straight."""
    return "" if fit.family is None else f", all on the scale of the {fit.family.scale_words.link}"


def _predictors(fit: Any) -> list[str]:
    columns = {name: list(predictor_columns(fit, name)) for name in fit.model.parameters}
    said = {name: found for name, found in columns.items() if found}
    if len(said) > 1 and len(said) == len(columns) and len({tuple(found) for found in said.values()}) == 1:
        whole = "Both" if len(said) == 2 else "All of these"
        return [f"{whole} may depend on {listed(next(iter(said.values())))}."]
    return [f"The {short_name(fit, name)} may depend on {listed(found)}." for name, found in said.items()]


def _random(fit: Any) -> str:
    said = fit.vocabulary.said
    if not fit.random_names:
        return said("Beyond that all persons are held to follow one curve: no random effects were asked for.")
    beyond = "Beyond that, " if any(predictor_columns(fit, name) for name in fit.model.parameters) else ""
    text = beyond + "; ".join(_differing(fit, unit) for unit in dict.fromkeys(fit.recipe.random.unit_of.values()))
    scatter = f"{said('single measurements')} scatter about {said('each person')}'s {_line(fit)}"
    if fit.family is not None:
        kind = fit.family.name.replace("-", " ").replace("poisson", "Poisson").replace("ordinal", "cumulative")
        scatter = f"given its {_line(fit)}, each outcome is a draw of the {kind} distribution"
    return f"{capital(text)}; {scatter}."


def _differing(fit: Any, unit: str) -> str:
    """In what persons differ, or the units of a level above them."""
    part, others = fit.recipe.random, fit.recipe.effects_of_rows
    named = {name: own for name, own in part.own_names.items() if part.unit_of[name] == unit}
    names = [
        f"their response to {own}" if name in others else f"their {plain_name(fit, own)}"
        for name, own in named.items()
    ]
    text = f"{level_heading(fit, unit).removeprefix('between ')} differ in {listed(names)}"
    if len(names) > 1:
        joined = any(len(block) > 1 and block[0] in named for block in part.blocks)
        text += ", and these differences may be correlated" if joined else ", without correlation"
    return text


def _line(fit: Any) -> str:
    return "own curve" if fit.recipe.shape.curved else "own line"
