"""Outcomes that are computed from columns: made as a column of the table, and undone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import numeric_column
from growthcurves.data.frame import raw_array, require_columns
from growthcurves.data.panel import Panel
from growthcurves.data.source import show_id
from growthcurves.errors import DataError, FormulaError
from growthcurves.model.formula.left import back_from, before_offset, column_of_logarithm, computed_side, values_of
from growthcurves.model.growth import GrowthModel


def with_computed(frame: pd.DataFrame, outcome: str, id: Any, used: np.ndarray | None = None) -> pd.DataFrame:
    """The table with a computed outcome as a column of that name; missing where any of its columns is.

    A row outside `used` (all by default) may be without a value of it.

    Raises
    ------
    ColumnError, FormulaError
        For an unknown column, and for what cannot be computed row by row.
    DataError
        For a value that the function does not have, such as the logarithm of zero: person, row and value are named.
    """
    columns = computed_side(outcome).columns
    require_columns(frame, columns)
    ids = raw_array(frame, id) if id in frame.columns else None
    numbers = {name: numeric_column(frame, name, ids) for name in columns}
    values = values_of(outcome, numbers.__getitem__, len(frame))
    there = np.logical_and.reduce([~np.isnan(one) for one in numbers.values()])
    finite = np.isfinite(values)
    wrong = np.flatnonzero(~finite & there & (True if used is None else used))
    if wrong.size:
        raise DataError(_impossible(frame, outcome, ids, int(wrong[0]), wrong.size, numbers))
    made = frame.assign(**{outcome: np.where(there & finite, values, np.nan)})
    made.attrs = dict(frame.attrs)
    return made


def _impossible(
    frame: pd.DataFrame, outcome: str, ids: Any, row: int, count: int, numbers: Mapping[str, np.ndarray]
) -> str:
    person = "" if ids is None else f"person {show_id(ids[row])}, "
    said = ", ".join(f"{name} {values[row]:.12g}" for name, values in numbers.items())
    return (
        f"The outcome {outcome!r} has no value for {person}the row with index {show_id(frame.index[row])} ({said}; "
        f"{count:,} such row{'s' * (count > 1)}): make these missing, or take another outcome, as log(y + 1)."
    )


def with_outcome(panel: Panel, outcome: str) -> Panel:
    """The panel with a computed outcome in the place of its own; rows that it left out stay left out."""
    if panel.outcome == outcome:
        return panel
    if panel.outcome not in computed_side(outcome).columns:
        raise FormulaError(f"The model's outcome {outcome!r} is not computed from the panel's, {panel.outcome!r}.")
    return panel.over(with_computed(panel.data, outcome, panel.id, panel.keep), outcome)


def undone(outcome: str, values: Any, frame: pd.DataFrame | None) -> np.ndarray:
    """Values of a computed outcome as those of its first column.

    Raises
    ------
    ColumnError
        When the outcome has other columns that are not in the table.
    NotAvailableError
        When there is no way back.
    """
    others = computed_side(outcome).columns[1:]
    table = pd.DataFrame() if frame is None else frame
    require_columns(table, others)
    return back_from(outcome, values, {name: numeric_column(table, name) for name in others})


def offset_of(offset: str, frame: pd.DataFrame) -> np.ndarray:
    """The values of an offset in the rows of a table, (n,); NaN where a column of it is missing.

    Raises
    ------
    ColumnError
        When a column of it is not there.
    """
    columns = computed_side(offset).columns
    require_columns(frame, columns)
    return values_of(offset, lambda name: numeric_column(frame, name), len(frame))


def measured(model: GrowthModel) -> str:
    """The outcome of a model as it is predicted, before an offset is taken from it; of a family none is."""
    as_it_is = model.offset is None or model.family is not None
    return model.outcome if as_it_is else before_offset(model.outcome)


def likelihood_of(model: GrowthModel) -> str:
    """The outcome whose likelihood is told: of a family whose logarithms are normal the column of amounts."""
    amounts = column_of_logarithm(model.outcome) if model.family is not None and model.computed else None
    return measured(model) if amounts is None or model.likelihood_family is not None else amounts


def is_computed(model: GrowthModel) -> bool:
    """Whether the outcome is computed, more than by taking an offset from a column."""
    return model.computed and computed_side(measured(model)).computed


def compared_values(model: GrowthModel, panel: Panel) -> np.ndarray:
    """The outcomes whose likelihood is told, as measured, before an offset was taken from them, (n,)."""
    if likelihood_of(model) != measured(model):
        return numeric_column(panel.frame, likelihood_of(model))
    if model.offset is None or model.family is not None:
        return panel.values
    outcome, frame = measured(model), panel.frame
    if computed_side(outcome).computed:
        frame = with_computed(frame, outcome, model.id)
    return numeric_column(frame, outcome)
