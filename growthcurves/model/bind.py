"""A growth model meets a panel: formulas become columns, names become positions.

The result says everything in arrays and positions (for the engine) and in names (for the answers), and keeps
the formulas' own record of levels and centring, so that new data are read the same way.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from numbers import Real
from typing import Any

import numpy as np

from growthcurves.data.clock import Clock
from growthcurves.data.frame import raw_array
from growthcurves.data.panel import Panel
from growthcurves.errors import ModelError, brief, unknown
from growthcurves.model.columns import Columns, Values
from growthcurves.model.growth import GrowthModel
from growthcurves.model.nested import held_by, refuse_same, units_of_persons, units_of_rows
from growthcurves.model.occasions import learned_residual
from growthcurves.model.person_level import PersonLevel
from growthcurves.model.recipe import (
    BoundRows,
    Combination,
    Recipe,
    growth_of,
    model_columns,
    random_weights,
    row_times,
    shape_columns,
    shape_values,
    unit_of,
)
from growthcurves.model.shapes import Seen
from growthcurves.model.shapes.base import EngineColumns
from growthcurves.model.sheets import Sheets, level_one, level_two
from growthcurves.model.terms import term_names, term_texts
from growthcurves.model.varying import varying
from growthcurves.numerics.chunks import chunks
from growthcurves.numerics.points import beside


@dataclass(frozen=True)
class ObservedTimes:
    """What an origin is chosen by.

    Attributes
    ----------
    first, last : float
    median : callable
        Gives the median of the times of all rows.
    begin_together : callable
        Says whether the first time of every person is the first of all.
    """

    first: float
    last: float
    median: Callable[[], float]
    begin_together: Callable[[], bool]


def learned(model: GrowthModel, panel: Panel) -> GrowthModel:
    """The model with what its shape takes from the data, and its origin, as part of its value."""
    residual = learned_residual(model, panel)
    if residual is not model.residual:
        model = _same_shape(model, residual=residual)
    if model.time is None:
        return model
    waves = raw_array(panel.frame, model.wave) if model.wave is not None else None
    first, last = panel.time_range
    times = ObservedTimes(
        first, last, lambda: float(np.median(panel.times)), lambda: _begin_together(panel, first)
    )
    return learned_from(model, Seen(panel.times, model.time, waves, model.wave), times)


def learned_from(model: GrowthModel, seen: Seen, times: ObservedTimes) -> GrowthModel:
    """The model with its shape's knots and waves, and its origin, from the times that were seen."""
    _refuse_other_line(model, times.first)
    shape = model.growth_shape.learned(seen)
    origin = _origin(model, times)
    if shape == model.shape and origin == model.origin:
        return model
    predictors = model.follows_shape.get("predictors", model.predictors)
    return _same_shape(model, shape=shape, origin=origin, predictors=predictors)


def _same_shape(model: GrowthModel, **changes: Any) -> GrowthModel:
    """The model with changes; what follows the shape follows it still."""
    found = replace(model, **changes)
    object.__setattr__(found, "follows_shape", model.follows_shape)
    return found


def bind(model: GrowthModel, panel: Panel, people: PersonLevel | None = None) -> BoundRows:
    """Evaluate the model's formulas on the panel: its recipe, and the rows of this panel.

    Raises
    ------
    ModelError, FormulaError
        When a level-2 predictor varies within a person (named), a random effect is unknown, a reference level
        does not occur, or a formula cannot be evaluated.
    """
    people = people or PersonLevel(panel)
    model = learned(model, panel)
    _refuse_columns(model)
    for name in model.reference or {}:
        if not model_columns(model):
            raise ModelError(f"The model has no predictors, and so no level of {brief(name)}: leave out reference=.")
        if name not in model_columns(model):
            raise ModelError(unknown("predictor (for reference=)", name, model_columns(model)))
    shape = model.growth_shape.bind(float(model.origin) if isinstance(model.origin, Real) else 0.0)
    values = shape_values(shape, people)
    middle = observed_middle(row_times(panel))
    basis = shape_columns(model, shape, panel, values, middle)
    sheets = Sheets(model, people, growth_of(model, shape, panel, values))
    level2 = {name: level_two(model.tree(name), sheets) for name in model.parameters}
    covariates, found = level_one(model, sheets)
    predictors = {name: columns for name, (columns, _) in level2.items()}
    weights, place = _distinct_weights(level2)
    known = (*shape.random_names, *covariates.names)
    differ = varying(model, known, sheets)
    made, rows = row_columns(basis, len(covariates.names) + len(differ.names))
    growth_rows = rows[: len(model.parameters)]
    x, growth_terms = _fixed_columns(predictors, growth_rows, place)
    first = len(made) - len(covariates.names) - len(differ.names)
    x += [(first + j, 0) for j in range(len(covariates.names))]
    names = term_names(model, predictors, covariates)
    named = dict(zip((*known, *differ.names), (*rows, *range(first, len(made))), strict=True))
    own = differ.part.own_names
    z = tuple(named[own[name]] for name in differ.part.names)
    filled = tuple(np.ones(len(panel)) if one is None else one for one in found)
    means = tuple(float(np.mean(one)) for one in filled)
    stored = beside(basis.stored, [*filled, *differ.values])
    clock = partial(_clock, panel, model.time)
    units = tuple(units_of_persons(model, people))
    refuse_same(model, units)
    recipe = Recipe(
        model, shape, middle, clock, predictors, covariates, means, differ.part, differ.columns, differ.moved,
        tuple(made), tuple(map(unit_of, stored)), tuple(growth_rows), tuple(x), z, term_texts(names), names,
        growth_terms, held_by(weights, units),
    )  # fmt: skip
    spread, crossed = random_weights(recipe, people), tuple(units_of_rows(model, people))
    return BoundRows(recipe, panel, values, stored, tuple(weights), spread, units, crossed)


def observed_middle(times: np.ndarray) -> float:
    """The observed time nearest the middle of the range: differences from it are exact for whole numbers."""
    if not times.size:
        return 0.0
    middle = (float(times.min()) + float(times.max())) / 2.0
    parts = (times[part] for part in chunks(times.size))
    return float(min((part[np.abs(part - middle).argmin()] for part in parts), key=lambda time: abs(time - middle)))


def _clock(panel: Panel, time: str | None) -> Clock | None:
    return None if time is None else panel.clock


def _refuse_columns(model: GrowthModel) -> None:
    for name in model_columns(model):
        if name == model.outcome:
            raise ModelError(f"{name!r} is the outcome and cannot predict itself.")
        if name in (*model.parameters, "1", "Intercept"):
            raise ModelError(f"Column {name!r} is called like a growth parameter: rename the column.")


def _refuse_other_line(model: GrowthModel, first: float) -> None:
    """A formula's (0 + t | id) counts t from 0, and that beside ns(), whose intercept is read at the first time.

    No other curve of a formula is read at the first time.
    """
    if model.origin != "first" or first == 0.0:
        return
    together = model.random.together("intercept", "slope")
    if model.evaluated_over == "rows" and "slope" in model.random.names and not together:
        raise ModelError(
            f"A random line without covariance with a random intercept depends on where {model.time!r} is zero, and "
            f"beside ns() that is the first time ({first:g}): write ({model.time} | {model.id}), or measure "
            f"{model.time!r} from its first value."
        )


def _origin(model: GrowthModel, times: ObservedTimes) -> float:
    if isinstance(model.origin, Real):
        return float(model.origin)
    if model.origin is None and times.first <= 0.0 <= times.last:
        return 0.0
    at_first = model.origin == "first" or model.growth_shape.fixed_origin or times.begin_together()
    return times.first if at_first else rounded_inside(times.median(), times.first, times.last)


def _begin_together(panel: Panel, first: float) -> bool:
    """Whether the first time of every person is the first of all."""
    at_first = np.unique(panel.persons.codes[panel.times == first])
    return at_first.size == panel.persons.count


def rounded_median(times: np.ndarray) -> float:
    """The median of times as a whole number, or with as few decimals as let it lie inside the times.

    Examples
    --------
    >>> rounded_median(np.array([6.0, 11.2, 14.0])), rounded_median(np.array([0.61, 0.65, 0.66]))
    (11.0, 0.65)
    """
    return rounded_inside(float(np.median(times)), float(times.min()), float(times.max()))


def rounded_inside(median: float, first: float, last: float) -> float:
    """A median of times as a whole number, or with as few decimals as let it lie between the first and the last."""
    near = (round(median, places) for places in range(16))
    return next((time for time in near if first <= time <= last), median)


def _fixed_columns(
    predictors: dict[str, Columns], growth_rows: list[int], place: dict[Any, int]
) -> tuple[list[tuple[int, int]], dict[str, list[tuple[int, int]]]]:
    """The columns of X that predictors make, each a row column and a weight, and those of each growth parameter."""
    x: list[tuple[int, int]] = []
    growth_terms: dict[str, list[tuple[int, int]]] = {}
    for k, (name, columns) in zip(growth_rows, predictors.items(), strict=True):
        weights = [place[columns.key(j)] for j in range(len(columns.names))]
        growth_terms[name] = [(len(x) + j, weight) for j, weight in enumerate(weights)]
        x += [(k, weight) for weight in weights]
    return x, growth_terms


def row_columns(columns: EngineColumns, others: int) -> tuple[list[Combination], list[int]]:
    """How row columns are made of stored ones, and the row columns of the shape's basis and extras."""
    made: list[Combination] = [((0, 1.0),)]
    rows = []
    for combination in columns.made:
        if combination == {0: 1.0}:
            rows.append(0)
            continue
        rows.append(len(made))
        made.append(tuple((g, float(value)) for g, value in sorted(combination.items())))
    made += [((len(columns.stored) + 1 + j, 1.0),) for j in range(others)]
    return made, rows


def _distinct_weights(level2: dict[str, tuple[Columns, Values]]) -> tuple[list[np.ndarray], dict[Any, int]]:
    """Each different predictor column once, by its key; 0 is the constant."""
    place: dict[Any, int] = {}
    weights: list[np.ndarray] = []
    for columns, found in level2.values():
        for j, values in enumerate(found):
            if values is None:
                place[columns.key(j)] = 0
            elif columns.key(j) not in place:
                weights.append(values)
                place[columns.key(j)] = len(weights)
    return weights, place
