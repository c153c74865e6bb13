"""The growth shape of a fit in words that are true beside what else its formulas make of time."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from growthcurves.fitted import FittedModel
from growthcurves.model.columns import Columns
from growthcurves.model.formula.tree import Call, Column, Expression, Factor, Term
from growthcurves.model.shapes.words import Names, ParameterWords, ShapeWords


def shape_words(fit: FittedModel) -> ShapeWords:
    """The growth shape of a fit in words: what it says of itself, or what is true beside other terms in time.

    Beside I(day - 2) or poly(day, 2) the intercept is not the status at the shape's origin, nor the slope the rate.
    """
    return _words(fit, {parameter for parameter, _ in fit.term_parts}, time_factors(fit))


def status(fit: FittedModel) -> str:
    """What the intercept is: the status at a time, or the expected outcome at a value of a predictor that is none."""
    return "status" if fit.vocabulary.over_time else f"expected {fit.model.outcome}"


def random_words(fit: FittedModel) -> ShapeWords:
    """The same of how persons differ, beside the terms in time that vary between them."""
    names = set(fit.recipe.random.own_names.values())
    varying = [
        term
        for columns in fit.recipe.level_one
        for name, term in zip(columns.names, columns.terms, strict=True)
        if name in names
    ]
    return _words(fit, names, _of_time(fit, varying))


def time_factors(fit: FittedModel) -> list[Factor]:
    """The factors of fixed effects that are made of time, as I(day - 2) is, or that are time beside its own shape."""
    return _of_time(fit, fit.recipe.covariates.terms)


def levels_by_factor(read: Iterable[Columns]) -> dict[str, list[Any]]:
    """Levels of the factors of formulas by their labels, the reference first: columns, and what C() makes."""
    found: dict[str, list[Any]] = {}
    for columns in read:
        found |= columns.levels
        for factor in columns.categorical:
            node = factor.node if isinstance(factor, Expression) else None
            state = columns.states.get(factor, {})
            if isinstance(node, Call) and "levels" in state.get(node.position, {}):
                found[factor.label] = list(state[node.position]["levels"])
    return found


def _of_time(fit: FittedModel, terms: Iterable[Term]) -> list[Factor]:
    found = [(term, factor) for term in terms for factor in term.factors if fit.model.time in factor.columns]
    return list(dict.fromkeys(one for term, one in found if not isinstance(one, Column) or len(term.factors) == 1))


def _first(fit: FittedModel) -> float:
    """The first time at which anybody was seen; infinite of a model without time."""
    facts = fit.time_facts
    return math.inf if facts is None else facts.first


def _words(fit: FittedModel, parameters: set[str], beside: list[Factor]) -> ShapeWords:
    shape, outcome, unit = fit.recipe.shape, str(fit.model.outcome), fit.panel.outcome_unit or ""
    own = shape.words(Names(outcome, unit, fit.when, shape.origin, fit.vocabulary.said, _first(fit)))
    if not beside:
        return own
    basis = dict(zip(shape.parameters, shape.level_one(fit.when.name), strict=True))
    moving = [text for name, text in basis.items() if name in parameters and text]
    levels = levels_by_factor(fit.recipe.level_one)
    where = [f"{text} is 0" for text in moving]
    where += [f"{one.label} is {levels.get(one.label, [0])[0]}" for one in beside]
    start = f"{outcome} where {' and '.join(where)}"
    made = {name: _coefficient(words, basis.get(name, name)) for name, words in own.parameters.items()}
    if "intercept" in made:
        made["intercept"] = ParameterWords(f"Intercept: {start}", f"intercept ({start})", unit, "intercept")
    return ShapeWords(f"an intercept and {' and '.join([*moving, *(one.label for one in beside)])}", made)


def _coefficient(words: ParameterWords, basis: str) -> ParameterWords:
    """A growth parameter that is no rate, as other terms in time stand beside it."""
    return replace(words, title=f"Coefficient of {basis}", short=f"coefficient of {basis}", plain="")
