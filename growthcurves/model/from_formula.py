"""A formula as a growth model: which column is time, and which terms are growth, predictors and covariates."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

import pandas as pd

from growthcurves.data.checks import holds_numbers
from growthcurves.data.elapsed import holds_dates
from growthcurves.data.frame import raw_array
from growthcurves.errors import FormulaError
from growthcurves.model.curves import MIXED, Curve, growth_names, shape_and_origin
from growthcurves.model.formula.left import before_offset, computed_side
from growthcurves.model.formula.lme4 import ParsedFormula
from growthcurves.model.formula.tree import Formula, Term
from growthcurves.model.growth import GrowthModel
from growthcurves.model.random import RandomPart
from growthcurves.model.shapes import Shape


def with_time(parsed: ParsedFormula, given: str | None, panel_time: str | None, frame: pd.DataFrame) -> ParsedFormula:
    """The formula with its time: what was said, else the panel's where the formula uses it, else the random part's.

    Parameters
    ----------
    parsed : ParsedFormula
    given : str or None
        What was said with time=.
    panel_time : str or None
        The time of the panel, where the data are one.
    frame : DataFrame
        The table: a column of the random part that holds neither numbers nor dates is no time.

    Raises
    ------
    FormulaError
        When the random part names several columns that may be the time.
    """
    if given is not None:
        return parsed
    if panel_time is not None:
        return replace(parsed, time=panel_time if panel_time in parsed.columns else None)
    left = [column for column in parsed.candidates if _may_be_time(frame, column)]
    if len(left) > 1:
        raise FormulaError(
            f"The random part names several columns ({', '.join(sorted(left))}): say which is time with time=."
        )
    return replace(parsed, time=left[0] if left else None)


def _may_be_time(frame: pd.DataFrame, column: str) -> bool:
    return holds_numbers(raw_array(frame, column)) or holds_dates(frame[column])


def growth_model(parsed: ParsedFormula, varies: Callable[[str], bool], **options: Any) -> GrowthModel:
    """The growth model that a formula says, given which columns vary within persons.

    Terms with a column that varies within persons, and curves in time that no shape has, are time-varying
    covariates; the others predict the intercept, or the growth parameters of the curve in time that they hold.
    """
    varying = frozenset(name for name in parsed.fixed.columns if name != parsed.time and varies(name))
    if parsed.residual is not None:
        options = parsed.residual.options(parsed.time, options)
    return _model(parsed, varying, **options) if options else _plain_model(parsed, varying)


@lru_cache(maxsize=256)
def _plain_model(parsed: ParsedFormula, varying: frozenset[str]) -> GrowthModel:
    """The model without options, made once."""
    return _model(parsed, varying)


def _model(parsed: ParsedFormula, varying: frozenset[str], **options: Any) -> GrowthModel:
    curves = _curves(parsed)
    shape, origin = shape_and_origin(curves)
    formulas, covariates = _fixed_part(parsed, varying, shape)
    outcome, computed = _outcome(parsed, options.get("family"))
    return GrowthModel(
        outcome=outcome,
        computed=computed,
        offset=parsed.left.offset,
        time=parsed.time,
        id=parsed.id,
        shape=shape,
        origin=origin if parsed.time is not None else None,
        predictors={name: str(formula) for name, formula in formulas.items()},
        time_varying=" + ".join(map(str, covariates)) or None,
        random=_random_part(parsed, parsed.group, shape, curves),
        levels={", ".join(group): _above(parsed, group, shape, curves) for group in parsed.groups[1:]},
        evaluated_over="rows",
        **options,
    )


def _fixed_part(
    parsed: ParsedFormula, varying: frozenset[str], shape: Shape
) -> tuple[dict[str, Formula], list[Term]]:
    """The formula of each growth parameter, and the time-varying covariates."""
    covariates: list[Term] = []
    predictors: dict[str, list[Term]] = {name: [] for name in shape.parameters}
    for term in parsed.fixed.terms:
        curve = parsed.curve(term)
        if not varying.isdisjoint(term.columns) or (curve is None and parsed.time in term.columns):
            covariates.append(term)
        elif curve is None:
            predictors["intercept"].append(term)
        else:
            for name in growth_names(curve, shape):
                if name not in predictors:  # a straight line beside the spline that holds it
                    raise FormulaError(MIXED)
                predictors[name].append(parsed.without_time(term))
    means = {name for name, terms in predictors.items() if any(not term.factors for term in terms)}
    means |= {"intercept"} if parsed.fixed.intercept else set()
    formulas = {
        name: Formula(tuple(dict.fromkeys(term for term in terms if term.factors)), name in means)
        for name, terms in predictors.items()
    }
    return formulas if parsed.time is not None else {"intercept": formulas["intercept"]}, covariates


def _outcome(parsed: ParsedFormula, family: Any) -> tuple[str, bool]:
    """The outcome as it is called, and whether it is computed from columns."""
    outcome, computed = parsed.outcome, parsed.left.computed
    if computed and getattr(family, "of_logarithm", False) and parsed.left.offset is None:
        raise FormulaError(
            f"family='lognormal' takes the logarithm itself: write the column of amounts as outcome, not {outcome!r}."
        )
    if parsed.left.offset is not None and family is not None:  # which is added to the linear predictor
        outcome = before_offset(outcome)
        computed = computed_side(outcome).computed
    return outcome, computed


def _curves(parsed: ParsedFormula) -> set[Curve]:
    """The curves in time that make the shape: those of the whole formula, or of its fixed part where no shape has all.

    What is left of the random part then varies as a column of its own.
    """
    fixed = _curves_of(parsed, parsed.fixed.terms)
    both = fixed | _curves_of(parsed, (term for part in parsed.random for term in part.varying.terms))
    try:
        shape_and_origin(both)
    except FormulaError:
        return fixed
    return both


def _curves_of(parsed: ParsedFormula, terms: Iterable[Term]) -> set[Curve]:
    return {curve for curve in map(parsed.curve, terms) if curve is not None}


def _above(parsed: ParsedFormula, group: tuple[str, ...], shape: Shape, curves: set[Curve]) -> RandomPart:
    return replace(_random_part(parsed, group, shape, curves), crossed=parsed.crossed)


def _random_part(parsed: ParsedFormula, group: tuple[str, ...], shape: Shape, curves: set[Curve]) -> RandomPart:
    """What varies between the units of a grouping."""
    blocks: list[tuple[str, ...]] = []
    for part in (part for part in parsed.random if part.group == group):
        terms: list[list[str]] = [["intercept"]] if part.varying.intercept else []
        terms += [_random_names(parsed, term, shape, curves) for term in part.varying.terms]
        names = [name for made in terms for name in made]
        blocks += [tuple(names)] if part.correlated else [(name,) for name in names]
    names = [name for block in blocks for name in block]
    twice = {name for name in names if names.count(name) > 1}
    if twice:
        raise FormulaError(
            f"The random {sorted(twice)[0]} stands in two terms; write (0 + x | id) to leave the intercept out of one."
        )
    return RandomPart(tuple(block for block in blocks if block))


def _random_names(parsed: ParsedFormula, term: Term, shape: Shape, curves: set[Curve]) -> list[str]:
    """The random effects of a term: growth parameters where it is a curve of the shape, else itself."""
    curve = parsed.curve(term) if len(term.factors) == 1 else None
    if curve is None or curve not in curves:
        return [str(term)]
    return list(growth_names(curve, shape))
