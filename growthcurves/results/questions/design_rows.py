"""Design rows for any data: X, the basis of the random effects, and whose row it is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.contracts.parameters import Occasions
from growthcurves.data.frame import as_frame, raw_array, require_columns
from growthcurves.data.joined import with_its_parts
from growthcurves.data.saved_panel import SavedPanel
from growthcurves.fitted import FittedModel
from growthcurves.model.columns import Columns, replay
from growthcurves.model.occasions import occasions_of, panel_occasions
from growthcurves.model.recipe import group_columns
from growthcurves.model.transforms import person_transforms, uses_persons
from growthcurves.results.questions.estimable import estimable
from growthcurves.results.questions.times import refuse_far


@dataclass(frozen=True)
class DesignRows:
    """Rows of X (n, p), rows of Z (n, q), and the data's index; NaN where something is missing.

    `occasions` are when the rows are; `determined` (n,) is whether the data that were fitted determine X beta there.
    """

    X: np.ndarray
    Z: np.ndarray
    index: pd.Index
    determined: np.ndarray
    occasions: Occasions


def own_rows(fit: FittedModel) -> DesignRows:
    """The design of the rows that were used."""
    bound, recipe, codes = fit.bound, fit.recipe, fit.panel.persons.codes
    n = len(codes)
    basis = recipe.shape.basis(fit.times, bound.shape_values[codes])
    rows = np.column_stack([basis, *bound.over_rows])
    place = {k: i for i, k in enumerate(recipe.growth_rows)}
    X = np.empty((n, len(fit.terms)))
    for j, column in enumerate(fit.sums.kept):
        k, weight = recipe.x[column]
        row = place[k] if k in place else basis.shape[1] + k - recipe.first_of_rows
        X[:, j] = rows[:, row] * (bound.weights[weight - 1][codes] if weight else 1.0)
    return DesignRows(X, random_columns(fit, basis, rows[:, basis.shape[1] :]), fit.panel.frame.index, np.ones(n, bool),
                      panel_occasions(fit.point.residual, fit.panel))  # fmt: skip


def random_columns(fit: FittedModel, basis: np.ndarray, over_rows: np.ndarray) -> np.ndarray:
    """Z (n, q) from the growth basis (n, K) and the columns over the rows (n, c)."""
    recipe, own = fit.recipe, fit.recipe.random.own_names
    columns = [
        over_rows[:, k - recipe.first_of_rows] if k >= recipe.first_of_rows else basis @ recipe.shape.effects(own[name])
        for name, k in zip(recipe.random_names, recipe.z, strict=True)
    ]
    return np.column_stack(columns) if columns else np.zeros((len(basis), 0))


def new_rows(fit: FittedModel, data: Any, counted: np.ndarray | None = None) -> DesignRows:
    """The design of new data, read as the model's own data were.

    Parameters
    ----------
    fit : FittedModel
    data : DataFrame
    counted : (n,) array of bool, optional
        For new persons the rows over which `between()` and `within()` take the person's mean; a person without such
        rows has the mean of all its rows. By default persons of the fit keep their mean there, and others have that of
        all their rows.

    Raises
    ------
    ColumnError
        When a column that the model needs is not there.
    ModelError
        For a level that the model has not seen.
    """
    frame = as_frame(data)
    for name in (*group_columns(fit.model), *fit.recipe.used):
        frame = with_its_parts(frame, name)
    with np.errstate(over="ignore", invalid="ignore"):
        read = fit.recipe.read(frame)
    refuse_far(fit, read.time)
    made = [_over_rows(fit, columns, frame, read.table, counted) for columns in fit.recipe.level_one]
    X = np.column_stack([fit.recipe.growth_columns(read.table, read.basis), made[0]])
    Z = random_columns(fit, read.basis, np.column_stack(made))
    occasions = occasions_of(fit.point.residual, read.time, fit.model.time, frame.get)
    return DesignRows(X[:, list(fit.sums.kept)], Z, frame.index, estimable(fit, X), occasions)


def _over_rows(
    fit: FittedModel, columns: Columns, frame: pd.DataFrame, table: dict[str, pd.Series], counted: np.ndarray | None
) -> np.ndarray:
    """The columns of a record over rows of new data, (n, c)."""
    if not columns.names:
        return np.zeros((len(frame), 0))
    used = {name: table[name] for name in columns.used}
    if not uses_persons(columns.formula):
        return replay(columns, used)
    frame = with_its_parts(frame, fit.model.id)
    require_columns(frame, [fit.model.id])
    if counted is None and _all_new(fit, frame):
        counted = np.ones(len(frame), dtype=bool)
    if counted is not None:
        return replay(columns, used, _transforms(raw_array(frame, fit.model.id), counted))
    both = {name: pd.concat([_own_column(fit, name), column], ignore_index=True) for name, column in used.items()}
    ids = pd.concat([pd.Series(fit.panel.ids), pd.Series(raw_array(frame, fit.model.id))], ignore_index=True)
    known = len(fit.panel)
    return replay(columns, both, _transforms(ids, np.arange(len(ids)) < known))[known:]


def _all_new(fit: FittedModel, frame: pd.DataFrame) -> bool:
    """Whether a fit without rows knows none of these persons, so that their rows here are all that there are."""
    panel = fit.panel
    if not isinstance(panel, SavedPanel) or not panel.knows_persons:
        return False
    return not np.isin(np.asarray(frame[fit.model.id], dtype=str), np.asarray(panel.persons.labels, dtype=str)).any()


def _transforms(ids: Any, counted: np.ndarray) -> dict[str, Callable[[Any], np.ndarray]]:
    """`between()` and `within()` with the mean of the counted rows, and of all rows of persons without any."""
    codes, _ = pd.factorize(ids, use_na_sentinel=False)
    return person_transforms(codes, counted | ~np.isin(codes, codes[counted]))


def _own_column(fit: FittedModel, name: str) -> pd.Series:
    if name == fit.model.time:
        return pd.Series(fit.panel.times)
    if name in fit.recipe.curves:
        basis = fit.recipe.shape.basis(fit.times, fit.bound.shape_values[fit.panel.persons.codes])
        return pd.Series(basis @ fit.recipe.shape.effects(name))
    return fit.panel.frame[name].reset_index(drop=True)
