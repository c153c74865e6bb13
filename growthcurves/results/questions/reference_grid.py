"""The reference grid: persons of every combination of factor levels, covariates at their means, at given times."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.source import show_id
from growthcurves.errors import ModelError, NotEstimableError, unknown
from growthcurves.fitted import FittedModel
from growthcurves.model.columns import Columns, replay
from growthcurves.model.person_level import PersonLevel
from growthcurves.model.transforms import person_transforms, uses_persons
from growthcurves.results.questions.estimable import estimable
from growthcurves.results.questions.rates import Rate, average_rate, rate_at
from growthcurves.results.tables.printing import number, time_text

#: More cells than this are no grid that anybody wants averaged.
MANY_CELLS = 100_000


@dataclass(frozen=True)
class Variable:
    """A predictor on the grid.

    Attributes
    ----------
    name : str
    values : tuple
        Levels of a factor, or the one value at which a covariate stands.
    factor : bool
    """

    name: str
    values: tuple[Any, ...]
    factor: bool


@dataclass(frozen=True)
class GridRows:
    """Rows over all terms of the model, and over the terms that were kept.

    Attributes
    ----------
    L : (k, terms) array
    kept : tuple of int
    estimable : (k,) array of bool
    """

    L: np.ndarray
    kept: tuple[int, ...]
    estimable: np.ndarray

    @property
    def over_kept(self) -> np.ndarray:
        """(k, p): NaN where a row is not estimable."""
        out = self.L[:, list(self.kept)].astype(float)
        out[~self.estimable] = np.nan
        return out

    def combine(self, weights: np.ndarray) -> np.ndarray:
        """Combinations of the rows, over the kept terms.

        Raises
        ------
        NotEstimableError
            When one uses a row that is not estimable.
        """
        if (weights[:, ~self.estimable] != 0).any():
            raise NotEstimableError("The combination uses an estimate that the data do not determine.")
        return weights @ self.L[:, list(self.kept)]


def all_columns(fit: FittedModel) -> Iterator[Columns]:
    """The formulas of the model, read: predictors of each growth parameter, then covariates."""
    yield from fit.recipe.predictors.values()
    yield fit.recipe.covariates


def grid_variables(fit: FittedModel) -> dict[str, Variable]:
    """Every predictor of the model but time: factors with their levels, covariates at their mean.

    The mean is over persons for what is constant within persons, and over rows for what varies with time.
    """
    found: dict[str, Variable] = {}
    people = PersonLevel(fit.panel)
    for columns in all_columns(fit):
        factors = _made_factors(columns)
        for name in columns.used:
            if name == fit.model.time or (name in found and found[name].factor):
                continue
            if name in columns.levels:
                found[name] = Variable(name, tuple(columns.levels[name]), True)
            elif name in factors:
                found[name] = Variable(name, tuple(np.unique(people.rows(name)).tolist()), True)
            else:
                values = people.rows(name)
                taken = values if people.varies(name) else values[people.first_rows]
                found[name] = Variable(name, (float(np.mean(taken)),), False)
    return found


def _made_factors(columns: Columns) -> set[str]:
    """Columns of numbers that the formula turns into levels, such as C(dose)."""
    wrapped = [factor for factor in columns.categorical if "C" in factor.calls]
    return {name for factor in wrapped for name in factor.columns}


def asked_variables(fit: FittedModel, by: Any) -> tuple[dict[str, Variable], list[str]]:
    """The variables of the grid with those of `by` set as asked, and the names of these.

    Raises
    ------
    ModelError
        For a variable that does not predict, a covariate without values, a level that does not occur.
    """
    variables = grid_variables(fit)
    wanted = _as_dict(by)
    for name, values in wanted.items():
        if name not in variables:
            raise ModelError(unknown("predictor of the model (for by=)", name, variables))
        known = variables[name]
        if values is None and not known.factor:
            example = f"by={{{name!r}: [{known.values[0]:.4g}]}}"
            raise ModelError(f"{name!r} is a covariate: say at which values, such as {example}.")
        chosen = known.values if values is None else tuple(np.atleast_1d(np.asarray(values, dtype=object)).tolist())
        for value in chosen:
            if known.factor and value not in known.values:
                raise ModelError(unknown(f"level of {name!r}", value, known.values))
        variables[name] = replace(known, values=chosen)
    return variables, list(wanted)


def _as_dict(by: Any) -> dict[str, Any]:
    if by is None:
        return {}
    if isinstance(by, Mapping):
        return {str(name): values for name, values in by.items()}
    return dict.fromkeys([by] if isinstance(by, str) else list(by))


@dataclass(frozen=True)
class Grid:
    """Persons of every kind, those of one `by` combination together.

    Attributes
    ----------
    variables : dict of name to Variable
    by : list of str
    """

    variables: dict[str, Variable]
    by: list[str]

    @classmethod
    def of(cls, fit: FittedModel, by: Any) -> Grid:
        return cls(*asked_variables(fit, by))

    @property
    def averaged(self) -> list[str]:
        """Factors over whose levels is averaged."""
        return [name for name, item in self.variables.items() if item.factor and name not in self.by]

    def groups(self) -> list[dict[str, Any]]:
        """Each combination of `by`."""
        return _product(self.variables, self.by)

    def cells(self) -> pd.DataFrame:
        """One row per combination, `by` slowest."""
        names = [*self.by, *(name for name in self.variables if name not in self.by)]
        size = int(np.prod([len(self.variables[name].values) for name in names]))
        if size > MANY_CELLS:
            raise ModelError(f"The factors of the model have {size:,} combinations: too many to average over.")
        rows = _product(self.variables, names)
        return pd.DataFrame({name: [row[name] for row in rows] for name in names}, index=range(size))

    def note(self) -> str:
        """What is averaged and what is held, in a sentence."""
        held = [
            f"{name} at {number(item.values[0])}"
            for name, item in self.variables.items()
            if not item.factor and name not in self.by
        ]
        parts = [f"averaged with equal weight over the levels of {', '.join(self.averaged)}"] if self.averaged else []
        parts += [f"at the mean of covariates ({', '.join(held)})"] if held else []
        return "; ".join(parts)

    def average(self, fit: FittedModel, X: np.ndarray) -> GridRows:
        """Rows over the cells (cells, terms), averaged within each combination of `by`."""
        L = X.reshape(len(self.groups()), -1, X.shape[1]).mean(axis=1)
        return GridRows(L, fit.sums.kept, estimable(fit, L))


def _product(variables: Mapping[str, Variable], names: list[str]) -> list[dict[str, Any]]:
    values = [variables[name].values for name in names]
    return [dict(zip(names, combination, strict=True)) for combination in itertools.product(*values)]


def cell_rows(fit: FittedModel, cells: pd.DataFrame, time: float) -> np.ndarray:
    """X over all terms of the model (cells, terms) at a time; the growth basis is its mean over persons."""
    kinds = fit.kinds
    basis = fit.recipe.shape.basis(np.full(len(kinds.values), float(time)), kinds.values)
    return np.column_stack([_growth(fit, cells, kinds.shares @ basis), _covariates(fit, cells, time)])


def average_rate_rows(fit: FittedModel, cells: pd.DataFrame, between: tuple[float, float]) -> np.ndarray:
    """Change of `cell_rows` from one time to another per unit of time."""
    first, last = between
    covariates = (_covariates(fit, cells, last) - _covariates(fit, cells, first)) / (last - first)
    return np.column_stack([_growth(fit, cells, _mean_row(average_rate(fit, between))), covariates])


def rate_rows(fit: FittedModel, cells: pd.DataFrame, time: float) -> np.ndarray:
    """The derivative of `cell_rows` in time."""
    step = 1e-5 * float(np.ptp(fit.panel.times))
    covariates = (_covariates(fit, cells, time + step) - _covariates(fit, cells, time - step)) / (2.0 * step)
    return np.column_stack([_growth(fit, cells, _mean_row(rate_at(fit, time))), covariates])


def _mean_row(rate: Rate) -> np.ndarray:
    return rate.fit.kinds.shares @ rate.rows


def _growth(fit: FittedModel, cells: pd.DataFrame, row: np.ndarray) -> np.ndarray:
    """Columns of the growth parameters for one combination of the growth basis (K,)."""
    return fit.recipe.growth_columns({str(name): cells[name] for name in cells}, np.tile(row, (len(cells), 1)))


def _covariates(fit: FittedModel, cells: pd.DataFrame, time: float) -> np.ndarray:
    """Columns of the covariates; each cell is a person of its own, whose time-varying covariates do not vary."""
    columns = fit.recipe.covariates
    if not columns.names:
        return np.zeros((len(cells), 0))
    table = {name: cells[name] for name in columns.used if name != fit.model.time}
    if fit.model.time in columns.used:
        table[str(fit.model.time)] = pd.Series(time, index=cells.index)
    if not uses_persons(columns.formula):
        return replay(columns, table)
    return replay(columns, table, person_transforms(np.arange(len(cells))))


def group_text(group: Mapping[str, Any]) -> str:
    """`arm[drug], age 40`."""
    texts = (
        f"{name} {time_text(value)}"
        if isinstance(value, (int, float)) and not isinstance(value, bool)
        else f"{name}[{show_id(value)}]"
        for name, value in group.items()
    )
    return ", ".join(texts)
