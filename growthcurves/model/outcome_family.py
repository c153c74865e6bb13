"""Outcomes of a family as they stand in a table: categories as numbers, trials, what is added to the predictor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from growthcurves.data.checks import holds_numbers, numeric_column
from growthcurves.data.frame import raw_array, require_columns
from growthcurves.data.panel import Panel
from growthcurves.data.source import find_cell, show_id
from growthcurves.errors import DataError, RowError
from growthcurves.model.families.checking import places
from growthcurves.model.growth import GrowthModel
from growthcurves.model.outcomes import offset_of


@dataclass(frozen=True, eq=False)
class FamilyOutcome:
    """The outcomes of the rows of a panel.

    Attributes
    ----------
    family : Family
        With what it takes from the outcomes, such as the categories of ordered ones.
    values : (n,) array
    trials : (n,) array or None
    offset : (n,) array or None
        What is added to the linear predictor.
    told : tuple of str
        What a reader should know of how the column was read.
    """

    family: Any
    values: np.ndarray
    trials: np.ndarray | None
    offset: np.ndarray | None
    told: tuple[str, ...]


class Coded(NamedTuple):
    """A table whose outcome is a number, and the family that knows what the numbers stand for."""

    frame: pd.DataFrame
    family: Any


def coded(frame: pd.DataFrame, outcome: str, family: Any) -> Coded:
    """A table whose outcome is a number: categories in text become 0, 1, ....

    Raises
    ------
    DataError
        For categories that the family cannot have.
    """
    require_columns(frame, [outcome])
    column = frame[outcome]
    if holds_numbers(raw_array(frame, outcome)) or not column.notna().any():
        return Coded(frame, family)
    order = list(column.cat.categories) if isinstance(column.dtype, pd.CategoricalDtype) else None
    there = column.notna().to_numpy()
    try:
        checked = family.checked(column[there].to_numpy(dtype=object), None, outcome, order)
    except RowError as error:
        raise error.placed(find_cell(frame, int(np.flatnonzero(there)[error.row]), outcome).place) from None
    values = np.full(len(frame), np.nan)
    values[there] = checked.answers.value
    known = checked.family
    if checked.categories and checked.categories != known.categories:  # some have no rows, which is told of a fit
        values[there] = places(column[there].to_numpy(dtype=object), checked.categories)
        known = replace(known, categories=checked.categories)
    made = frame.assign(**{outcome: values})
    made.attrs = dict(frame.attrs)
    return Coded(made, known)


def family_outcome(model: GrowthModel, panel: Panel) -> FamilyOutcome:
    """The outcomes of a panel's rows, checked.

    Raises
    ------
    DataError
        For an outcome that the family cannot have, trials that are too few, an exposure that is not positive.
    """
    trials = None if model.trials is None else numeric_column(panel.frame, model.trials, _ids(panel))
    values, order = _values(model.family, panel)
    try:
        checked = model.family.checked(values, trials, str(model.outcome), order)
    except RowError as error:
        raise error.placed(find_cell(panel.frame, error.row, model.outcome, _ids(panel)).place) from None
    return FamilyOutcome(
        checked.family, checked.answers.value, checked.answers.trials, added(model, panel.frame, panel.id), checked.told
    )


def outcomes_seen(model: GrowthModel, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray | None]:
    """Outcomes of rows that were not fitted, as the family of a fit takes them, and their trials: NaN where missing.

    Raises
    ------
    DataError
        For an outcome that the family cannot have, a category that the fit has not seen.
    """
    name, family = model.outcome, model.family
    ids = raw_array(frame, model.id)
    trials = None if model.trials is None else numeric_column(frame, model.trials, ids)
    known = getattr(family, "categories", ())
    if known:
        return _places(raw_array(frame, name), known, name), trials
    values = numeric_column(coded(frame, name, family).frame, name, ids)
    there = ~np.isnan(values) & (True if trials is None else ~np.isnan(trials))
    if there.any():
        family.checked(values[there], None if trials is None else trials[there], name)
    return np.where(there, values, np.nan), trials


def _places(column: np.ndarray, known: tuple[Any, ...], name: str) -> np.ndarray:
    place = {category: float(i) for i, category in enumerate(known)}
    missing = np.asarray(pd.isna(column))
    for value in column[~missing]:
        if value not in place:
            raise DataError(f"The outcome {name!r} is {value!r} in a row, which is none of the categories of the fit.")
    return np.array([np.nan if gone else place[value] for value, gone in zip(column, missing, strict=True)])


def added(model: GrowthModel, frame: pd.DataFrame, id: Any = None) -> np.ndarray | None:
    """What is added to the linear predictor at the rows of a table, (n,): offset, logarithm of the exposure.

    Raises
    ------
    ColumnError
        When a column of it is not there.
    DataError
        For an exposure that is not positive.
    """
    if model.family is None or (model.exposure is None and model.offset is None):
        return None
    total = np.zeros(len(frame)) if model.offset is None else offset_of(model.offset, frame)
    if model.exposure is None:
        return total
    require_columns(frame, [model.exposure])
    exposure = numeric_column(frame, model.exposure)
    wrong = np.flatnonzero(exposure <= 0.0)
    if wrong.size:
        row = int(wrong[0])
        person = f" of person {show_id(frame[id].iloc[row])}" if id in frame.columns else ""
        raise DataError(
            f"The exposure {model.exposure!r} is {exposure[row]:g}{person} (row with index "
            f"{show_id(frame.index[row])}): an exposure is above 0, as nothing can be counted over none."
        )
    with np.errstate(invalid="ignore"):
        return total + np.log(exposure)


def _values(family: Any, panel: Panel) -> tuple[np.ndarray, Any]:
    """The outcomes as the family knows them, with the order of categories: places of those in text by their names."""
    known = getattr(family, "categories", ())
    if not any(isinstance(one, str) for one in known):
        return panel.values, None
    return np.array(known, dtype=object)[panel.values.astype(int)], known


def _ids(panel: Panel) -> Any:
    return raw_array(panel.frame, panel.id)


def learned_family(model: GrowthModel, outcome: FamilyOutcome) -> GrowthModel:
    """The model with what its family takes from the outcomes as part of its value."""
    return model if outcome.family == model.family else replace(model, family=outcome.family)
