"""Terms in words, in the names and units of the data: "rate of change: arm drug against placebo"."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from growthcurves.contracts.finding import RESIDUAL, Finding, Group, Kind
from growthcurves.data.source import EMPTY, show_level
from growthcurves.fitted import FittedModel
from growthcurves.model.shapes.words import ShapeWords
from growthcurves.model.terms import TermName
from growthcurves.remembered import remembered
from growthcurves.results.tables.growth_words import levels_by_factor, random_words, shape_words
from growthcurves.results.tables.names import term_text
from growthcurves.results.tables.units import level_heading

_MOMENTS = {Kind.SD: "SD", Kind.VARIANCE: "variance", Kind.CORRELATION: "correlation", Kind.COVARIANCE: "covariance"}


@remembered
def term_labels(fit: FittedModel) -> list[str]:
    """The fixed effects that are estimated in words.

    Examples
    --------
    >>> import growthcurves as gc
    >>> data = gc.load_dataset("orthodont")
    >>> fit = gc.fit("distance ~ age * sex + (age | subject)", data, reference={"sex": "Female"})
    >>> term_labels(fit)[2:]
    ['rate of change', 'rate of change: sex Male against Female']
    """
    words, levels = shape_words(fit), levels_by_factor([*fit.recipe.predictors.values(), *fit.recipe.level_one])
    return [_term(fit.recipe.term_names[j], words, levels) for j in fit.sums.kept]


def labels_of(fit: FittedModel, L: np.ndarray, names: Sequence[str]) -> list[str]:
    """What rows (k, p) over the fixed effects are in words: one effect alone by its label, others by their names."""
    alone = (L != 0).sum(axis=1) == 1
    if not alone.any():
        return list(names)
    place, labels = np.abs(L).argmax(axis=1), term_labels(fit)
    one = alone & (L[np.arange(len(L)), place] == 1)
    return [labels[j] if single else name for single, j, name in zip(one, place, names, strict=True)]


def component_label(fit: FittedModel, finding: Finding) -> str:
    """A component of the variance in words."""
    if finding.kind not in _MOMENTS:
        return f"{finding.of} of residuals" if finding.unit == RESIDUAL else _of_family(fit, finding.of)
    if finding.unit == RESIDUAL:
        return f"{_MOMENTS[finding.kind]} of residuals"
    words = random_words(fit)
    between = f" {level_heading(fit, finding.unit)}" if fit.model.above else ""
    return f"{_MOMENTS[finding.kind]} of {' and '.join(_effect(fit, words, name) for name in finding.of)}{between}"


def _of_family(fit: FittedModel, name: str) -> str:
    """A parameter of the family: "dispersion", "threshold between mild and severe"."""
    names = [parameter.name for parameter in fit.family.parameters()]
    kind, known = fit.family.parameters()[names.index(name)].kind, getattr(fit.family, "categories", ())
    if kind != "threshold":
        return name
    low, high = known[names.index(name) : names.index(name) + 2]
    return f"threshold between {show_level(low)} and {show_level(high)}"


def _effect(fit: FittedModel, words: ShapeWords, name: str) -> str:
    """A random effect: a growth parameter, or that of persons with a level, "rate of change (arm drug)"."""
    if name not in fit.recipe.weighted:
        return _parameter(words, name)
    records = fit.recipe.varying
    parts = {one: of for record in records for one, of in zip(record.names, record.parts, strict=True)}[name]
    curves = {str(fit.model.time): "slope"} | {curve: curve for curve in fit.recipe.curves}
    curve = next((curves[column] for column, _ in parts if column in curves), "intercept")
    others = [(column, level) for column, level in parts if column not in curves]
    told = [column if level is None else f"{column} {str(level) or EMPTY}" for column, level in others]
    return f"{_parameter(words, curve)} ({', '.join(told)})"


def finding_label(fit: FittedModel, found: Finding, measure: str | None = None) -> str:
    """An estimated mean, a rate, or a difference of them (`measure` by default) in words: of whom and when."""
    rate = fit.vocabulary.said("rate of change")
    what = measure or (f"mean {fit.model.outcome}" if found.kind in (Kind.MEAN, Kind.MEAN_DIFFERENCE) else rate)
    whose, when = _group(found.group), _when(fit, found.at)
    if found.kind in (Kind.MEAN_DIFFERENCE, Kind.SLOPE_DIFFERENCE):
        what = f"difference in {what}"
        if whose:
            whose = f"{whose} against {_group(found.of)}"
        else:
            when = f"{when} against {_when(fit, found.of).removeprefix('at ')}"
    return f"{what}: {', '.join(filter(None, [whose, when]))}" if whose else f"{what} {when}".rstrip()


def _group(group: Group | None) -> str:
    return ", ".join(f"{column} {show_level(value)}" for column, value in group or ())


def _when(fit: FittedModel, at: Any) -> str:
    if at is None or fit.model.time is None:
        return ""
    return fit.when.between(*at) if isinstance(at, tuple) else fit.when.at(at)


def effect_label(fit: FittedModel, name: str) -> str:
    """A term of the model that is tested as a whole, in words: "rate of change: arm"."""
    words = shape_words(fit)
    for term in fit.recipe.term_names:
        columns = [column for column, _ in term.parts]
        if name == term_text(term.parameter, ":".join(columns)):
            whose = _parameter(words, term.parameter) if term.parameter else ""
            return ": ".join(filter(None, [whose, " × ".join(columns)]))
    return name.replace(":", " × ")


def _term(name: TermName, words: ShapeWords, levels: dict[str, list[Any]]) -> str:
    if not name.predictor:
        return _parameter(words, name.parameter)
    predictor = " × ".join(_factor(column, level, levels) for column, level in name.parts) or name.predictor
    return f"{_parameter(words, name.parameter)}: {predictor}" if name.parameter else predictor


def _factor(column: str, level: Any, levels: dict[str, list[Any]]) -> str:
    if level is None:
        return column
    against = levels.get(column, [])
    told = f"{column} {str(level) or EMPTY}"
    return f"{told} against {str(against[0]) or EMPTY}" if len(against) and level != against[0] else told


def _parameter(words: ShapeWords, name: str) -> str:
    found = words.parameters.get(name)
    return name if found is None else found.short
