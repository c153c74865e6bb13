"""The recipe of a model: all that is needed to read other rows exactly as those that it was made from.

A `Recipe` holds no rows: it is saved with a fit, and makes `BoundRows` of the next batch of rows, design rows of new
data for predictions, and the rows of a loaded fit.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from growthcurves.data.checks import holds_numbers
from growthcurves.data.clock import Clock, on_the_clock
from growthcurves.data.frame import as_frame, raw_array, require_columns
from growthcurves.data.joined import with_its_parts
from growthcurves.data.panel import Panel
from growthcurves.data.points import points_of_times
from growthcurves.data.source import show_id
from growthcurves.errors import DataError, NotAvailableError
from growthcurves.model.columns import Columns, Values, replay
from growthcurves.model.covariance import residual_of
from growthcurves.model.formula.left import computed_side
from growthcurves.model.formula.tree import Factor
from growthcurves.model.growth import GrowthModel
from growthcurves.model.growth_basis import Growth
from growthcurves.model.nested import Units, units_of_persons, units_of_rows
from growthcurves.model.outcomes import with_computed
from growthcurves.model.person_level import PersonLevel
from growthcurves.model.random import RandomPart
from growthcurves.model.shapes import BoundShape
from growthcurves.model.shapes.base import EngineColumns
from growthcurves.model.sheets import refuse_undefined
from growthcurves.model.terms import TermName
from growthcurves.model.transforms import person_transforms, uses_persons
from growthcurves.model.varying import varying_columns
from growthcurves.numerics.points import AtPoints, Points, beside, divided

Combination = tuple[tuple[int, float], ...]
#: Columns between two to the power of minus and plus this are stored as they are.
ORDINARY = 40


class Read(NamedTuple):
    """Rows of another table as a recipe reads them.

    Attributes
    ----------
    time : (n,) array
        Elapsed times, zero without time.
    basis : (n, K) array
        The growth basis.
    table : dict of str to Series
        The columns that formulas use.
    """

    time: np.ndarray
    basis: np.ndarray
    table: dict[str, pd.Series]


@dataclass(frozen=True, eq=False)
class Recipe:
    """A model with all that it took from the data: knots, origin, levels, codings, centres.

    Row columns are numbered: 0 the constant, then the basis of the shape, then covariates; the engine's stored
    columns make them (see `engine.sums.design.Terms`).

    Attributes
    ----------
    model : GrowthModel
        What its shape takes from the data, and its origin, are part of it.
    shape : bound shape
    middle : float
        An observed time in the middle, about which the engine's columns are stored.
    clock_of : callable
        Gives the clock that reads times of other rows, None without time; asked when it is first needed.
    predictors : dict of growth parameter to Columns
    covariates : Columns
    covariate_means : tuple of float
        Their means over the rows.
    random : RandomPart
        One name for every random effect.
    varying : tuple of Columns
        Random effects that are neither growth parameters nor covariates.
    moved : tuple of tuples of float
        How each of their columns moves the growth parameters (see `Varying`).
    made : tuple of Combination
        How each row column is made of stored columns.
    units : tuple of float
        What the engine measures each stored column in (see `unit_of`).
    growth_rows : tuple of int
        Row column of each growth parameter.
    x : tuple of (row column, weight)
    z : tuple of row column
    terms : tuple of str
        Names of the columns of X.
    term_names : tuple of TermName
        The same, not as text.
    growth_terms : dict of growth parameter to list of (column of X, weight)
        How w' gamma of each growth parameter is made.
    held : tuple of int
        The highest level within whose units each weight is the same: 0 persons, l the l-th level above them.
    """

    model: GrowthModel
    shape: BoundShape
    middle: float
    clock_of: Callable[[], Clock | None]
    predictors: dict[str, Columns]
    covariates: Columns
    covariate_means: tuple[float, ...]
    random: RandomPart
    varying: tuple[Columns, ...]
    moved: tuple[tuple[float, ...], ...]
    made: tuple[Combination, ...]
    units: tuple[float, ...]
    growth_rows: tuple[int, ...]
    x: tuple[tuple[int, int], ...]
    z: tuple[int, ...]
    terms: tuple[str, ...]
    term_names: tuple[TermName, ...]
    growth_terms: dict[str, list[tuple[int, int]]]
    held: tuple[int, ...] = ()

    @cached_property
    def clock(self) -> Clock | None:
        """How times of other rows are read; None without time."""
        return self.clock_of()

    @property
    def random_names(self) -> tuple[str, ...]:
        return self.random.names

    @property
    def level_one(self) -> tuple[Columns, ...]:
        """All records of columns over the rows: covariates, then what varies beside them."""
        return (self.covariates, *self.varying)

    @cached_property
    def first_of_rows(self) -> int:
        """The first row column that is a column over the rows, and none of the growth basis."""
        return len(self.made) - sum(len(columns.names) for columns in self.level_one)

    @cached_property
    def effects_of_rows(self) -> tuple[str, ...]:
        """The random effects of columns over the rows, which move no growth parameter."""
        own = self.random.own_names
        of_rows = (name for name, k in zip(self.random_names, self.z, strict=True) if k >= self.first_of_rows)
        return tuple(name for name in of_rows if own[name] not in self.weighted)

    @cached_property
    def weighted(self) -> dict[str, tuple[float, ...]]:
        """The random effects that move growth parameters by as much as a person's columns of level 2 say, and how."""
        names = (name for columns in self.varying for name in columns.names)
        return {name: moves for name, moves in zip(names, self.moved, strict=True) if moves}

    @cached_property
    def products(self) -> dict[str, tuple[str, str]]:
        """Random effects of products of a growth parameter's curve with columns: the parameter, and the columns."""
        found = {}
        for record in self.varying:
            for name, parts in zip(record.names, record.parts, strict=True):
                curves = [column for column, _ in parts if column in self.curves and column in self.model.parameters]
                others = [f"{column}[{level}]" if level is not None else column for column, level in parts]
                if len(curves) == 1 and len(parts) > 1:
                    found[name] = (curves[0], ":".join(one for one in others if one != curves[0]))
        return found

    @cached_property
    def curves(self) -> tuple[str, ...]:
        """The curves of growth parameters that the random part's columns hold."""
        used = {name for columns in self.varying for name in columns.used}
        return tuple(name for name in self.shape.random_names if name in used)

    def with_curves(self, table: dict[str, pd.Series], basis: np.ndarray) -> dict[str, pd.Series]:
        """A table of columns together with those curves, of the basis (n, K) at its rows."""
        index = next(iter(table.values())).index if table else None
        return table | {name: pd.Series(basis @ self.shape.effects(name), index=index) for name in self.curves}

    @cached_property
    def used(self) -> tuple[str, ...]:
        """The columns that its formulas use."""
        found = [name for columns in (*self.predictors.values(), *self.level_one) for name in columns.used]
        return tuple(dict.fromkeys(name for name in found if name not in self.curves))

    @cached_property
    def weights(self) -> tuple[tuple[str, int], ...]:
        """Which column of which growth parameter's predictors each weight is."""
        found: dict[int, tuple[str, int]] = {}
        for name, terms in self.growth_terms.items():
            for j, (_, weight) in enumerate(terms):
                if weight:
                    found.setdefault(weight, (name, j))
        return tuple(found[weight] for weight in sorted(found))

    def levels_of(self, parameter: str) -> list[int]:
        """At which level each predictor of a growth parameter differs: 0 persons, l above; -1 of its own mean."""
        return [self.held[weight - 1] if weight else -1 for _, weight in self.growth_terms[parameter]]

    # ------------------------------------------------ other rows, for predictions

    def read(self, data: Any) -> Read:
        """Other rows: their times, their growth basis, and the columns that formulas use.

        Raises
        ------
        ColumnError
            When a column that the model needs is not there.
        """
        frame = as_frame(data)
        model, clock = self.model, self.clock
        needed = {*self.used, *self.shape.columns} | ({model.time} if model.time else set())
        require_columns(frame, sorted(needed, key=str))
        time = np.zeros(len(frame)) if clock is None else clock.read(frame)
        table = {name: pd.Series(time, index=frame.index) if name == model.time else frame[name] for name in needed}
        values = on_the_clock(self, frame, self.shape.columns)
        basis = self.shape.basis(shape_times(model, time, frame), values)
        return Read(np.asarray(time), basis, self.with_curves(table, basis))

    @property
    def id(self) -> str:
        return self.model.id

    def growth_columns(
        self, table: dict[str, pd.Series], basis: np.ndarray, factors: Mapping[Factor, Any] | None = None
    ) -> np.ndarray:
        """Each column of the basis (n, K) times the predictors of its growth parameter, in the order of the model.

        `factors` are those that have levels of their own, whatever the table holds (see `columns.replay`).
        """
        parts = []
        for k, name in enumerate(self.model.parameters):
            columns = self.predictors[name]
            if columns.constant:
                made = np.ones((len(basis), len(columns.names)))
            else:
                made = replay(columns, {used: table[used] for used in columns.used}, made=factors)
            parts.append(basis[:, [k]] * made)
        return np.column_stack(parts)

    # ------------------------------------------------ other rows, for sums

    def rows(self, data: Any) -> BoundRows:
        """The next batch of rows, read as the first were; rows with something missing are left out.

        A person's rows may come in several batches, as sums of batches add up.

        Raises
        ------
        NotAvailableError
            For `within()` and `between()`, which need all rows of a person at once.
        ModelError
            For a level that the model has not seen, and a predictor of level 2 that varies within a person.
        """
        if any(uses_persons(columns.formula) for columns in self.level_one):
            raise NotAvailableError(
                "within() and between() need all rows of a person at once, so rows cannot be read in batches: compute "
                "them in the table first, with gc.within_between()."
            )
        model, clock = self.model, self.clock
        frame = as_frame(data)
        for name in (model.id, *group_columns(model)):
            frame = with_its_parts(frame, name)
        frame = with_computed(frame, model.outcome, model.id) if model.computed else frame
        require_columns(frame, [model.id, model.outcome, *self.used])
        if clock is not None and clock.derived:
            frame = frame.assign(**{str(model.time): clock.read(frame)})
        panel = Panel(frame, id=model.id, time=model.time, outcome=model.outcome, wave=model.wave)
        return self.replayed(panel.counted_by(clock).drop_missing(model_columns(model)))

    def replayed(self, panel: Panel, people: PersonLevel | None = None) -> BoundRows:
        """The rows of a panel whose times are elapsed ones already, with its persons whole or in part.

        `people` is the panel seen at the level of persons, where the caller knows something of it already.
        """
        people = people or PersonLevel(panel)
        values = shape_values(self.shape, people)
        columns = shape_columns(self.model, self.shape, panel, values, self.middle)
        growth = growth_of(self.model, self.shape, panel, values)
        others = [one for record in self.level_one for one in _over_rows(self.model, record, people, growth)]
        stored, spread = beside(columns.stored, others), random_weights(self, people)
        units, rows = tuple(units_of_persons(self.model, people)), tuple(units_of_rows(self.model, people))
        return BoundRows(self, panel, values, stored, tuple(self._weights(people)), spread, units, rows)

    def _weights(self, people: PersonLevel) -> list[np.ndarray]:
        made: dict[str, np.ndarray] = {}
        for name in dict.fromkeys(name for name, _ in self.weights):
            columns = self.predictors[name]
            people.refuse_varying(columns.used)
            made[name] = replay(columns, {used: pd.Series(people.value(used)) for used in columns.used})
            refuse_undefined(columns, tuple(made[name].T), people, np.arange(people.persons.count))
        return [np.ascontiguousarray(made[name][:, j]) for name, j in self.weights]


def random_weights(recipe: Recipe, people: PersonLevel) -> np.ndarray:
    """By how much the weighted random effects move each person's growth parameters, (N, r)."""
    made = [np.zeros((people.persons.count, 0))]
    ones = pd.Series(np.ones(people.persons.count))
    apart = {*recipe.curves, recipe.model.time}
    for columns in recipe.varying:
        wanted = [j for j, name in enumerate(columns.names) if name in recipe.weighted]
        if wanted:
            table = {name: ones if name in apart else pd.Series(people.value(name)) for name in columns.used}
            made.append(replay(columns, table, person_transforms(np.arange(people.persons.count)))[:, wanted])
    return np.column_stack(made)


def growth_of(model: GrowthModel, shape: BoundShape, panel: Panel, values: np.ndarray) -> Growth:
    """The growth basis over the rows of a panel, from the person-level values that it depends on."""
    by_row = values[panel.persons.codes] if shape.columns else None
    return Growth(shape, shape_times(model, row_times(panel), panel.frame), by_row)


def _over_rows(model: GrowthModel, columns: Columns, people: PersonLevel, growth: Growth) -> list[np.ndarray]:
    """The columns of a record over the rows of a panel."""
    panel = people.panel
    if not columns.names:
        return []
    curves = {name: growth.column(name) for name in columns.used if name in growth.names}
    others = [name for name in columns.used if name not in curves]
    rows = curves | {name: panel.times if name == model.time else people.rows(name) for name in others}
    functions = person_transforms(panel.persons.codes)
    made = replay(columns, {name: pd.Series(values) for name, values in rows.items()}, functions)
    refuse_undefined(columns, tuple(made.T), people, panel.persons.codes)
    return [np.ascontiguousarray(column) for column in made.T]


@dataclass(frozen=True, eq=False)
class BoundRows:
    """What a recipe makes of the rows of one panel: arrays, and nothing that other rows would need.

    Attributes
    ----------
    recipe : Recipe
    panel : Panel
    shape_values : (N, c) array
        The person-level columns that the shape depends on.
    stored : sequence of (n,) arrays
        Stored columns g_1, ..., g_m; last covariates, and what varies beside them.
    weights : tuple of (N,) arrays
        Each different predictor column of level 2 once.
    random_weights : (N, r) array
        By how much the recipe's weighted random effects move each person's growth parameters.
    units : tuple of (N,) arrays
        The label of each person's unit at each level above persons, innermost first.
    crossed : tuple of (n,) and (k,) arrays
        Of units that cross persons: the unit of each row, and who the units are.
    """

    recipe: Recipe
    panel: Panel
    shape_values: np.ndarray
    stored: Sequence[np.ndarray]
    weights: tuple[np.ndarray, ...]
    random_weights: np.ndarray
    units: tuple[np.ndarray, ...] = ()
    crossed: tuple[Units, ...] = ()

    @property
    def model(self) -> GrowthModel:
        return self.recipe.model

    @property
    def measured(self) -> Sequence[np.ndarray]:
        """The stored columns in the recipe's units."""
        return divided(self.stored, self.recipe.units)

    @property
    def over_rows(self) -> tuple[np.ndarray, ...]:
        """The time-varying covariates, then what varies beside them, (n,) each."""
        return tuple(self.stored[len(self.stored) - (len(self.recipe.made) - self.recipe.first_of_rows) :])

    @property
    def covariates(self) -> tuple[np.ndarray, ...]:
        """The time-varying covariates, (n,) each."""
        return self.over_rows[: len(self.recipe.covariates.names)]

    def predictor(self, parameter: str) -> Values:
        """The predictors of a growth parameter, (N,) each; None for the constant."""
        places = (weight for _, weight in self.recipe.growth_terms[parameter])
        return tuple(self.weights[weight - 1] if weight else None for weight in places)


def unit_of(column: np.ndarray) -> float:
    """What a stored column is measured in: 1, unless fourth powers of its range leave the range of numbers.

    Cross-products of persons hold fourth powers of times. A power of two costs no digit.
    """
    size = float(column.max()) - float(column.min()) if column.size else 0.0
    exponent = int(np.frexp(size)[1])
    return 1.0 if abs(exponent) <= ORDINARY or not np.isfinite(size) else float(np.ldexp(1.0, exponent))


def model_columns(model: GrowthModel) -> list[str]:
    """All columns that predictors, covariates and the shape use."""
    formulas = [*(model.tree(name) for name in model.parameters or ("",)), model.covariate_tree]
    used = [column for formula in formulas for column in formula.columns]
    shape = model.growth_shape
    wave = [model.wave] if model.wave is not None and shape.waves_are_occasions else []
    read = getattr(residual_of(model.residual), "columns", ())
    others = [*varying_columns(model), *model.above, *shape.columns, *wave, *read, *beside_outcome(model)]
    return list(dict.fromkeys([*used, *others]))


def intercept_ranges(recipe: Recipe, frame: pd.DataFrame) -> dict[str, tuple[float, float]]:
    """Lowest and highest value of the columns of numbers that predict the intercept, of which three values are known.

    They tell whether 0, where the intercept is read, is among what was observed; two values may be a code.
    """
    columns = recipe.predictors.get("intercept")
    names = [] if columns is None else [name for name in columns.used if name not in columns.levels]
    found = {name: frame[name] for name in names}
    values = {name: pd.to_numeric(column) for name, column in found.items() if holds_numbers(column)}
    return {name: (float(one.min()), float(one.max())) for name, one in values.items() if one.nunique() > 2}


def used_columns(recipe: Recipe) -> list[str]:
    """The columns of a model but time: those of predictors, covariates, random effects, shape and offset."""
    model = recipe.model
    offset = computed_side(model.offset).columns if model.offset is not None else ()
    names = dict.fromkeys([*recipe.used, *recipe.shape.columns, *model_columns(model), *offset])
    return [name for name in names if name != model.time]


def used_by_person(bound: BoundRows) -> list[str]:
    """The columns of a model that do not vary within persons, as a fit without rows keeps them."""
    level = PersonLevel(bound.panel)
    return [name for name in used_columns(bound.recipe) if not level.varies(name)]


def numbers_of(bound: BoundRows) -> dict[str, Any]:
    """The columns of a model that hold numbers and are no categories, over the rows that are used."""
    recipe = bound.recipe
    levels = {name for columns in (*recipe.predictors.values(), *recipe.level_one) for name in columns.levels}
    found = {name: bound.panel.column(name) for name in used_columns(recipe) if name not in levels}
    return {name: values for name, values in found.items() if holds_numbers(values)}


def beside_outcome(model: GrowthModel) -> list[str]:
    """The columns that belong to an outcome of a family: its trials, exposure and offset."""
    if model.family is None:
        return []
    offset = computed_side(model.offset).columns if model.offset is not None else ()
    return [name for name in (model.trials, model.exposure, *offset) if name is not None]


def group_columns(model: GrowthModel) -> list[str]:
    """The columns of groups with a covariance of their own; each may be several columns, called by all their names."""
    groups = (getattr(residual_of(model.residual), "by", None), model.random.by)
    return [name for name in groups if name is not None]


def row_times(panel: Any) -> np.ndarray:
    """The time of each row, zero without time."""
    return panel.times if panel.time is not None else np.zeros(len(panel))


def shape_times(model: GrowthModel, times: np.ndarray, frame: pd.DataFrame) -> np.ndarray:
    """Times at which the shape is evaluated: those of the rows, or of their waves where occasions are waves."""
    shape = model.growth_shape
    if shape.wave_column is None:
        return times
    require_columns(frame, [shape.wave_column])
    return shape.nominal(raw_array(frame, shape.wave_column))


def shape_values(shape: BoundShape, people: PersonLevel) -> np.ndarray:
    """The shape's person-level columns as numbers (N, c), ascending within each person."""
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


def shape_columns(
    model: GrowthModel, shape: BoundShape, panel: Panel, values: np.ndarray, middle: float
) -> EngineColumns:
    """The columns of a shape over the rows of a panel, from the person-level values that it depends on.

    At few different times they are computed once for each, and not by row.
    """
    growth = growth_of(model, shape, panel, values)
    points = None
    if not shape.columns:
        points = points_of_times(panel) if panel.time and growth.times is panel.times else Points.of(growth.times)
    if points is None:
        return shape.engine_columns(growth.times, growth.values, middle)
    found = shape.engine_columns(points.values, None, middle)
    return EngineColumns(AtPoints(points, found.stored), found.made)
