"""A saved fit is tried before it is given out: its sums are added again, its formulas are read again."""

from __future__ import annotations

import numpy as np
import pandas as pd

from growthcurves.engine.build import Sums, adds_up, holds_again, independent, of_rows
from growthcurves.engine.estimates import Estimates
from growthcurves.errors import DataError, FormulaError
from growthcurves.estimate.run import rows_of
from growthcurves.model.columns import Columns, replay
from growthcurves.model.recipe import BoundRows, Recipe
from growthcurves.model.survey.weighing import Weighing
from growthcurves.model.transforms import person_transforms

#: Functions that have no value outside the range that they were fitted on.
_WITH_ENDS = ("bs", "cs", "cc", "cr")


def refuse_other_sums(
    bound: BoundRows, sums: Sums, people: bool, rows: bool, weighing: Weighing | None = None
) -> None:
    """Refuse sums that are not those of the persons and the rows, as far as these were kept.

    Raises
    ------
    DataError
    """
    if people and not adds_up(sums):
        raise DataError("its sums are not those of its persons")
    if people and rows and not of_rows(sums, rows_of(bound, weighing=weighing)):
        raise DataError("its sums are not those of its rows")
    if not independent(sums):
        raise DataError("its random effects depend on each other")


def refuse_another_likelihood(estimates: Estimates) -> None:
    """Refuse parameters at which a likelihood of rows is not what it was: its class may have changed since.

    Raises
    ------
    DataError
    """
    if not holds_again(estimates):
        raise DataError("its likelihood has another value at its parameters")


def refuse_formulas(recipe: Recipe, names: tuple[str, ...]) -> None:
    """Refuse formulas whose records cannot make their columns again.

    A user's own functions are not tried: they may need more than one row.

    Raises
    ------
    DataError
    """
    if recipe.terms != names:
        raise DataError("its fixed effects are not those of its model")
    for columns in (*recipe.predictors.values(), *recipe.level_one):
        tried = columns.used and columns.formula.calls.isdisjoint(columns.own)
        if tried and not columns.constant and not _makes_its_columns(columns):
            raise DataError("a formula does not make its columns")


def _makes_its_columns(columns: Columns) -> bool:
    """Whether a formula can be read from one row; a spline with ends may have no value there."""
    try:
        made = replay(columns, _one_row(columns), person_transforms(np.zeros(1, dtype=int)))
    except FormulaError as error:
        if columns.formula.calls.isdisjoint(_WITH_ENDS) or not isinstance(error.__cause__, ValueError):
            raise
        return True
    return made.shape == (1, len(columns.names))


def _one_row(columns: Columns) -> dict[str, pd.Series]:
    """A row that the formula can be read from: first levels, and ones."""
    known = columns.known_levels
    return {name: pd.Series([known[name][0] if name in known else 1.0]) for name in columns.used}
