"""Offsets on the reference grid: what the means of an outcome that was taken less of them get back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.model.formula.left import computed_side
from growthcurves.model.outcomes import offset_of
from growthcurves.results.questions.reference_grid import Grid


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
