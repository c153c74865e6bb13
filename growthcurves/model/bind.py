"""A growth model meets a panel: formulas become columns, names become positions.

The result says everything in arrays and positions (for the engine) and in names (for the answers), and keeps
the formulas' own record of levels and centring, so that new data are read the same way.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from growthcurves.data.clock import on_the_clock
from growthcurves.data.frame import raw_array, require_columns
from growthcurves.data.panel import Panel
from growthcurves.data.source import show_id
from growthcurves.errors import DataError, ModelError, unknown
from growthcurves.model.columns import EMPTY, ONE, Columns, evaluate, table_column
from growthcurves.model.formula.sheet import Parts, Sheet
from growthcurves.model.formula.spelling import spelled
from growthcurves.model.formula.tree import Call, Chain, Column, Expression, Factor, Formula, Name, Number, Term
from growthcurves.model.growth import GrowthModel
from growthcurves.model.person_level import PersonLevel
from growthcurves.model.shapes import BoundShape, Seen, shape_of
from growthcurves.model.shapes.base import EngineColumns
from growthcurves.model.shapes.occasions import Occasions
from growthcurves.model.shapes.spline import Spline
from growthcurves.model.transforms import person_transforms

Combination = tuple[tuple[int, float], ...]


class TermName(NamedTuple):
    """What a fixed effect is about.

    Attributes
    ----------
    parameter : str
        The growth parameter; empty for a time-varying covariate.
    parts : tuple of (str, level)
        The factors of its predictor, each with its level; None for numbers. Empty for the parameter's own mean.
    predictor : str
        The predictor in words.
    """

    parameter: str
    parts: Parts
    predictor: str


@dataclass(frozen=True, eq=False)
class BoundModel:
    """A growth model bound to a panel.

    Row columns are numbered: 0 the constant, then the basis of the shape, then covariates; the engine's stored
    columns make them (see `engine.design.Terms`).

    Attributes
    ----------
    model : GrowthModel
        What its shape takes from the data is part of it.
    panel : Panel
    shape : bound shape
    shape_values : (N, c) array
        The person-level columns that the shape depends on.
    predictors : dict of growth parameter to Columns
    covariates : Columns
    covariate_means : tuple of float
        Their means over the rows.
    stored : tuple of (n,) arrays
        Stored columns g_1, ..., g_m.
    made : tuple of Combination
        How each row column is made of stored columns.
    growth_rows : tuple of int
        Row column of each growth parameter.
    weights : tuple of (N,) arrays
    x : tuple of (row column, weight)
    z : tuple of row column
    terms : tuple of str
        Names of the columns of X.
    term_names : tuple of TermName
        The same, not as text.
    growth_terms : dict of growth parameter to list of (column of X, weight)
        How w' gamma of each growth parameter is made.
    """

    model: GrowthModel
    panel: Panel
    shape: BoundShape
    shape_values: np.ndarray
    predictors: dict[str, Columns]
    covariates: Columns
    covariate_means: tuple[float, ...]
    stored: tuple[np.ndarray, ...]
    made: tuple[Combination, ...]
    growth_rows: tuple[int, ...]
    weights: tuple[np.ndarray, ...]
    x: tuple[tuple[int, int], ...]
    z: tuple[int, ...]
    terms: tuple[str, ...]
    term_names: tuple[TermName, ...]
    growth_terms: dict[str, list[tuple[int, int]]]

    @property
    def random_names(self) -> tuple[str, ...]:
        return self.model.random.names


def model_columns(model: GrowthModel) -> list[str]:
    """All columns that predictors, covariates and the shape use."""
    formulas = [*(model.tree(name) for name in model.parameters or ("",)), model.covariate_tree]
    used = [column for formula in formulas for column in formula.columns]
    wave = [model.wave] if model.wave is not None and isinstance(model.shape, Occasions) else []
    return list(dict.fromkeys([*used, *shape_of(model.shape).columns, *wave]))


def learned(model: GrowthModel, panel: Panel) -> GrowthModel:
    """The model with what its shape takes from the data, and its origin, as part of its value."""
    if model.time is None:
        return model
    _refuse_other_line(model, panel)
    waves = raw_array(panel.frame, model.wave) if model.wave is not None else None
    shape = shape_of(model.shape).learned(Seen(panel.times, model.time, waves, model.wave))
    origin = _origin(model, panel)
    if shape == model.shape and origin == model.origin:
        return model
    predictors = model.follows_shape.get("predictors", model.predictors)
    found = replace(model, shape=shape, origin=origin, predictors=predictors)
    object.__setattr__(found, "follows_shape", model.follows_shape)
    return found


def shape_times(model: GrowthModel, times: np.ndarray, frame: pd.DataFrame) -> np.ndarray:
    """Times at which the shape is evaluated: those of the rows, or of their waves where occasions are waves."""
    shape = model.shape
    if isinstance(shape, Occasions) and shape.wave is not None:
        require_columns(frame, [shape.wave])
        return shape.nominal(raw_array(frame, shape.wave))
    return times


def bind(model: GrowthModel, panel: Panel, people: PersonLevel | None = None) -> BoundModel:
    """Evaluate the model's formulas on the panel.

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
        if name not in model_columns(model):
            raise ModelError(unknown("predictor (for reference=)", name, model_columns(model)))
    shape, shape_values, basis = _shape(model, people)
    sheets = _Sheets(model, people)
    predictors = {name: _level_two(model.tree(name), sheets) for name in model.parameters}
    covariates = _level_one(model, sheets)
    weights, place = _distinct_weights(predictors)
    stored, made, rows = _row_columns(basis, covariates)
    growth_rows = rows[: len(model.parameters)]
    x: list[tuple[int, int]] = []
    growth_terms: dict[str, list[tuple[int, int]]] = {}
    for k, name in zip(growth_rows, model.parameters, strict=True):
        growth_terms[name] = []
        columns = predictors[name]
        for j in range(len(columns.names)):
            growth_terms[name].append((len(x), place[columns.key(j)]))
            x.append((k, place[columns.key(j)]))
    first = len(made) - len(covariates.names)
    x += [(first + j, 0) for j in range(len(covariates.names))]
    names = term_names(model, predictors, covariates)
    named = dict(zip((*shape.random_names, *covariates.names), (*rows, *range(first, len(made))), strict=True))
    z = tuple(_random_rows(model, named))
    return BoundModel(
        model, panel, shape, shape_values, predictors, covariates, _means(covariates), tuple(stored), tuple(made),
        tuple(growth_rows), tuple(weights), tuple(x), z, term_texts(names), names, growth_terms,
    )  # fmt: skip


def term_names(model: GrowthModel, predictors: dict[str, Columns], covariates: Columns) -> tuple[TermName, ...]:
    """What each fixed effect is about, in the order of the columns of X."""
    owners = [*((name, predictors[name]) for name in model.parameters), ("", covariates)]
    return tuple(
        TermName(owner, parts, word if parts or not owner else "")
        for owner, columns in owners
        for parts, word in zip(columns.parts, columns.names, strict=True)
    )


def term_texts(names: Iterable[TermName]) -> tuple[str, ...]:
    """Names of fixed effects as texts, such as ``slope:arm[b]``.

    Raises
    ------
    ModelError
        When two have the same.
    """
    texts = tuple(":".join(filter(None, (name.parameter, name.predictor))) for name in names)
    for text in texts:
        if texts.count(text) > 1:
            raise ModelError(f"Two fixed effects would be called {text!r}: rename a column or a level of the table.")
    return texts


def _refuse_columns(model: GrowthModel) -> None:
    for name in model_columns(model):
        if name == model.outcome:
            raise ModelError(f"{name!r} is the outcome and cannot predict itself.")
        if name in (*model.parameters, "1", "Intercept"):
            raise ModelError(f"Column {name!r} is called like a growth parameter: rename the column.")


def _refuse_other_line(model: GrowthModel, panel: Panel) -> None:
    """A formula's (0 + t | id) counts t from 0, and that beside ns(), whose intercept is read at the first time."""
    first = float(panel.times.min())
    if not isinstance(model.shape, Spline) or model.origin != "first" or first == 0.0:
        return
    together = any({"intercept", "slope"} <= set(block) for block in model.random.blocks)
    if model.evaluated_over == "rows" and "slope" in model.random.names and not together:
        raise ModelError(
            f"A random line without covariance with a random intercept depends on where {model.time!r} is zero, and "
            f"beside ns() that is the first time ({first:g}): write ({model.time} | {model.id}), or measure "
            f"{model.time!r} from its first value."
        )


def _origin(model: GrowthModel, panel: Panel) -> float:
    if isinstance(model.origin, Real):
        return float(model.origin)
    first, last = float(panel.times.min()), float(panel.times.max())
    return 0.0 if first <= 0.0 <= last and model.origin is None else first


def _shape(model: GrowthModel, people: PersonLevel) -> tuple[BoundShape, np.ndarray, EngineColumns]:
    """The bound shape, its person-level values, and its basis for the engine."""
    panel = people.panel
    if model.time is None:
        shape: BoundShape = shape_of("linear").bind(0.0)
        only = replace(shape, parameters=("intercept",))
        return only, np.zeros((panel.persons.count, 0)), EngineColumns([], [{0: 1.0}])
    assert isinstance(model.origin, Real)
    shape = shape_of(model.shape).bind(float(model.origin))
    values = _shape_values(shape, people)
    times = shape_times(model, panel.times, panel.frame)
    by_row = values[panel.persons.codes] if shape.columns else None
    return shape, values, shape.engine_columns(times, by_row)


def _shape_values(shape: BoundShape, people: PersonLevel) -> np.ndarray:
    """The shape's person-level columns as numbers, ascending within each person."""
    if not shape.columns:
        return np.zeros((people.persons.count, 0))
    people.values(list(shape.columns))  # refuses what varies within a person
    for name in shape.columns:
        people.rows(name)  # refuses infinite values
    values = on_the_clock(people.panel, people.panel.frame.iloc[people.first_rows], shape.columns)
    wrong = (np.diff(values, axis=1) <= 0).any(axis=1)
    if wrong.any():
        person = people.persons.labels[int(wrong.argmax())]
        raise DataError(f"The knots {', '.join(shape.columns)} of person {show_id(person)} do not ascend.")
    return values


def _row_columns(columns: EngineColumns, covariates: Columns) -> tuple[list[np.ndarray], list[Combination], list[int]]:
    """Stored columns, how row columns are made of them, and the row columns of the shape's basis and extras."""
    made: list[Combination] = [((0, 1.0),)]
    rows = []
    for combination in columns.made:
        if combination == {0: 1.0}:
            rows.append(0)
            continue
        rows.append(len(made))
        made.append(tuple((g, float(value)) for g, value in sorted(combination.items())))
    stored = list(columns.stored)
    for values in covariates.values:
        stored.append(np.ones(len(stored[0])) if values is None else values)
        made.append(((len(stored), 1.0),))
    return stored, made, rows


def _means(covariates: Columns) -> tuple[float, ...]:
    return tuple(1.0 if values is None else float(np.mean(values)) for values in covariates.values)


def _random_rows(model: GrowthModel, named: dict[str, int]) -> Iterable[int]:
    for name in model.random.names:
        if name not in named:
            raise ModelError(
                unknown("growth parameter or covariate", name, named)
                + " What varies between persons beside them must be a covariate too (in a formula: in its fixed part)."
            )
        yield named[name]


def _distinct_weights(predictors: dict[str, Columns]) -> tuple[list[np.ndarray], dict[Any, int]]:
    """Each different predictor column once, by its key; 0 is the constant."""
    place: dict[Any, int] = {}
    weights: list[np.ndarray] = []
    for columns in predictors.values():
        for j, values in enumerate(columns.values):
            if values is None:
                place[columns.key(j)] = 0
            elif columns.key(j) not in place:
                weights.append(values)
                place[columns.key(j)] = len(weights)
    return weights, place


class _Sheets:
    """The panel as formulas see it, over persons and over rows; what two formulas share is computed once."""

    def __init__(self, model: GrowthModel, people: PersonLevel) -> None:
        self.model, self.people = model, people
        self.own = dict(model.functions or {})

    def _column(self, name: str, values: Any) -> Any:
        return table_column(name, values, self.model.reference or {})

    @cached_property
    def persons(self) -> Sheet:
        """One row per person."""
        return Sheet(self._of_person, self.people.persons.count, self.own)

    def _of_person(self, name: str) -> Any:
        return self._column(name, self.people.value(name))

    @cached_property
    def constant_rows(self) -> Sheet:
        """One row per row of the panel, of columns that are constant within persons."""
        return Sheet(lambda name: self._column(name, self.people.rows(name)), len(self.people.panel), self.own)

    @cached_property
    def rows(self) -> Sheet:
        """One row per row of the panel, with functions of a person's rows."""
        panel = self.people.panel
        by_person = person_transforms(panel.persons.codes)
        return Sheet(self._of_row, len(panel), {**self.own, **by_person})

    def _of_row(self, name: str) -> Any:
        panel = self.people.panel
        return self._column(name, panel.times if name == self.model.time else self.people.rows(name))


def _level_two(formula: Formula, sheets: _Sheets) -> Columns:
    """A predictor formula over persons; through the formula door it is evaluated over rows, as R does."""
    if not formula.terms:
        return ONE if formula.intercept else EMPTY
    people = sheets.people
    people.refuse_varying(formula.columns)
    if sheets.model.evaluated_over == "rows" and any(isinstance(factor, Expression) for factor in formula.factors):
        columns = evaluate(formula, sheets.constant_rows)
        _refuse_undefined(columns, people, people.persons.codes)
        taken = tuple(None if values is None else values[people.first_rows] for values in columns.values)
        return replace(columns, values=taken, own=sheets.own)
    columns = evaluate(formula, sheets.persons)
    _refuse_undefined(columns, people, np.arange(people.persons.count))
    return replace(columns, own=sheets.own)


def _refuse_undefined(columns: Columns, people: PersonLevel, persons: np.ndarray) -> None:
    """Values that a formula's functions do not have, such as the logarithm of zero; `persons` says whose they are."""
    for name, values in zip(columns.names, columns.values, strict=True):
        if values is not None and not np.isfinite(values.sum()) and not np.isfinite(values).all():
            wrong = np.flatnonzero(~np.isfinite(values))
            kind = "infinite" if np.isinf(values[wrong[0]]) else "undefined"
            raise DataError(
                f"{name!r} is {kind} for person {show_id(people.persons.labels[persons[wrong[0]]])} "
                f"({wrong.size:,} such value{'s' * (wrong.size > 1)}): change the formula, or make the values that it "
                f"cannot take missing."
            )


def _level_one(model: GrowthModel, sheets: _Sheets) -> Columns:
    """The time-varying covariates over the rows, coded in the company of the model's other terms, as R does."""
    covariates = model.covariate_tree
    if not covariates.terms:
        return EMPTY
    columns = evaluate(_in_company(model, covariates), sheets.rows, covariates.terms)
    _refuse_undefined(columns, sheets.people, sheets.people.persons.codes)
    return replace(columns, own=sheets.own)


def _in_company(model: GrowthModel, covariates: Formula) -> Formula:
    """The whole fixed part as one formula."""
    intercept = model.tree("intercept").intercept
    company: list[Term] = []
    if not intercept or any(len(term.factors) > 1 for term in covariates.terms):
        for power, name in enumerate(model.parameters):
            formula = model.tree(name)
            time = _stand_in(str(model.time), power)
            company += [Term(time)] if formula.intercept and time else []
            company += [Term((*time, *term.factors), term.scale) for term in formula.terms]
    return Formula(tuple(dict.fromkeys([*company, *covariates.terms])), intercept)


def _stand_in(time: str, power: int) -> tuple[Factor, ...]:
    """A numeric factor for a growth parameter's curve: which it is does not change how categories are coded."""
    if power == 0:
        return ()
    if power == 1:
        return (Column(time),)
    node = Call("I", (Chain(Name(time), (("**", Number(float(power), str(power))),)),))
    return (Expression(spelled(node), node, frozenset((time,)), frozenset(("I",))),)
