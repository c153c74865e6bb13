"""Design rows for any data: X, the basis of the random effects, and whose row it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.frame import as_frame, require_columns
from growthcurves.fitted import FittedModel
from growthcurves.model.columns import replay


@dataclass(frozen=True)
class DesignRows:
    """Rows of X (n, p), rows of Z (n, q), and the data's index; NaN where something is missing."""

    X: np.ndarray
    Z: np.ndarray
    index: pd.Index


def own_rows(fit: FittedModel) -> DesignRows:
    """The design of the rows that were used."""
    bound, codes = fit.bound, fit.panel.persons.codes
    rows = [np.ones(len(codes)), *_measured(fit)]
    X = np.empty((len(codes), len(fit.terms)))
    for j, column in enumerate(fit.coordinates.x.kept):
        k, weight = bound.x[column]
        X[:, j] = rows[k] * (bound.weights[weight - 1][codes] if weight else 1.0)
    Z = np.column_stack([rows[k] for k in bound.z]) if bound.z else np.zeros((len(codes), 0))
    return DesignRows(X, Z, fit.panel.frame.index)


def _measured(fit: FittedModel) -> list[np.ndarray]:
    """Row columns from the model's origin."""
    return [column - origin for column, origin in zip(fit.bound.row_columns, fit.bound.row_origins, strict=True)]


def new_rows(fit: FittedModel, data: Any) -> DesignRows:
    """The design of new data, read as the model's own data were.

    Raises
    ------
    ColumnError
        When a column that the model needs is not there.
    ModelError
        For a level that the model has not seen.
    """
    bound, model = fit.bound, fit.model
    frame = as_frame(data)
    needed = {column for columns in (*bound.predictors.values(), bound.covariates) for column in columns.used}
    needed |= {model.time} if model.time else set()
    require_columns(frame, sorted(needed))
    time = fit.panel.elapsed(frame) if model.time else np.zeros(len(frame))
    table = {name: pd.Series(time, index=frame.index) if name == model.time else frame[name] for name in needed}
    basis = bound.shape.basis(time) if model.time else np.ones((len(frame), 1))
    parts = []
    for k, name in enumerate(model.parameters):
        columns = bound.predictors[name]
        if columns.spec is None:
            values = np.ones((len(frame), len(columns.names)))
        else:
            values = replay(columns, {used: table[used] for used in columns.used})
        parts.append(basis[:, [k]] * values)
    covariates = np.zeros((len(frame), 0))
    if bound.covariates.names:
        covariates = replay(bound.covariates, {used: table[used] for used in bound.covariates.used})
    X = np.column_stack([*parts, covariates])[:, list(fit.coordinates.x.kept)]
    everything = np.column_stack([basis, covariates])
    return DesignRows(X, everything[:, list(bound.z)], frame.index)
