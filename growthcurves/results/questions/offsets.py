"""Offsets on the reference grid: what the means of an outcome that was taken less of them get back."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.errors import DataWarning
from growthcurves.fitted import FittedModel
from growthcurves.model.formula.left import computed_side
from growthcurves.model.outcome_family import added
from growthcurves.model.outcomes import offset_of
from growthcurves.results.questions.reference_grid import Grid


def added_to_rows(fit: FittedModel, frame: pd.DataFrame) -> np.ndarray:
    """What a family's linear predictor has beside X beta at the rows of a table, (n,).

    Of rows without the column of the exposure it is that of an exposure of one, which is told.
    """
    model = fit.model
    if model.exposure is not None and model.exposure not in frame:
        warnings.warn(
            DataWarning(f"The new data have no {model.exposure!r}: what is predicted is for an exposure of 1."),
            stacklevel=2,
        )
        model = model.replace(exposure=None)
    found = added(model, frame, model.id)
    return np.zeros(len(frame)) if found is None else found


def offset_at(grid: Grid, point: Mapping[str, Any]) -> np.ndarray:
    """The offset of each combination of `by` at a time, (groups,).

    Its columns stand where covariates do: as asked by `by`, else at their mean. Where everybody keeps the predictors as
    observed, the offset is averaged as it is.
    """
    offset = grid.observed.fit.model.offset
    if offset is None:
        return np.zeros(len(grid.groups()))
    columns = computed_side(offset).columns
    found = _as_observed if grid.weights == "counterfactual" else _held
    return np.array(list(found(grid, offset, columns, point)))


def _held(grid: Grid, offset: str, columns: tuple[str, ...], point: Mapping[str, Any]) -> Iterator[float]:
    means = {name: grid.observed.mean(name) for name in columns if name not in (*grid.by, *point)}
    for group in grid.groups():
        yield float(offset_of(offset, pd.DataFrame({**means, **_only(columns, group, point)}, index=range(1)))[0])


def _as_observed(grid: Grid, offset: str, columns: tuple[str, ...], point: Mapping[str, Any]) -> Iterator[float]:
    over = grid.observed.rows([name for name in columns if name not in (*grid.by, *point)])
    for group in grid.groups():
        yield float(over.weights @ offset_of(offset, over.table.assign(**_only(columns, group, point))))


def _only(columns: tuple[str, ...], *given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for values in given for name, value in values.items() if name in columns}
