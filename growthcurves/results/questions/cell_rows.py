"""Rows of X for the cells of a reference grid: at a time, and how they change with time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from growthcurves.errors import NotEstimableError
from growthcurves.fitted import FittedModel
from growthcurves.model.columns import replay
from growthcurves.model.transforms import person_transforms, uses_persons
from growthcurves.results.questions.covariates import refuse_own_times, steps_of_time, told_at
from growthcurves.results.questions.rates import average_rate, rate_at, whole_period
from growthcurves.results.questions.reference_grid import Cells


def cell_rows(fit: FittedModel, cells: Cells, time: float) -> np.ndarray:
    """X over all terms of the model (cells, terms) at a time; the growth basis is its mean over persons."""
    values = fit.kinds.values
    basis = fit.recipe.shape.basis(np.full(len(values), float(time)), values)
    return np.column_stack([_growth(fit, cells, basis), covariate_columns(fit, cells, time)])


def average_rate_rows(fit: FittedModel, cells: Cells, between: tuple[float, float]) -> np.ndarray:
    """Change of `cell_rows` from one time to another per unit of time."""
    first, last = between
    covariates = (covariate_columns(fit, cells, last) - covariate_columns(fit, cells, first)) / (last - first)
    return np.column_stack([_growth(fit, cells, _per_kind(fit, average_rate(fit, between).rows)), covariates])


def rate_rows(fit: FittedModel, cells: Cells, time: float) -> np.ndarray:
    """The derivative of `cell_rows` in time.

    Raises
    ------
    NotEstimableError
        Where levels of time are in the model: its mean goes in steps.
    """
    for factor in steps_of_time(fit):
        raise NotEstimableError(
            f"The mean goes in steps of {factor.label} and has no rate at a single time: ask for between= two times."
        )
    first, last = whole_period(fit)
    step = 1e-5 * (last - first)
    before, after = (covariate_columns(fit, cells, t) for t in (time - step, time + step))
    covariates = (after - before) / (2.0 * step)
    return np.column_stack([_growth(fit, cells, _per_kind(fit, rate_at(fit, time).rows)), covariates])


def _per_kind(fit: FittedModel, rows: np.ndarray) -> np.ndarray:
    """A row for each kind of person, (m, K)."""
    return np.broadcast_to(rows, (len(fit.kinds.values), rows.shape[1]))


def _growth(fit: FittedModel, cells: Cells, rows: np.ndarray) -> np.ndarray:
    """Columns of the growth parameters for a row of the growth basis per kind of person (m, K)."""
    table = {str(name): cells.table[name] for name in cells.table}
    return fit.recipe.growth_columns(table, cells.basis(rows), cells.factors)


def covariate_columns(fit: FittedModel, cells: Cells, time: float) -> np.ndarray:
    """Columns of the covariates, (cells, c)."""
    columns = fit.recipe.covariates
    if not columns.names:
        return np.zeros((len(cells.table), 0))
    refuse_own_times(fit)
    table = {name: cells.table[name] for name in columns.used if name != fit.model.time}
    if fit.model.time in columns.used:
        table[str(fit.model.time)] = pd.Series(time, index=cells.table.index)
    functions = person_transforms(cells.persons) if uses_persons(columns.formula) else None
    with told_at(fit, time):
        return replay(columns, table, functions, cells.factors)
