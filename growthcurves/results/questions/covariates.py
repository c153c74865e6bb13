"""Time-varying covariates in answers about time: at their means, or as functions of time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from growthcurves.fitted import FittedModel
from growthcurves.model.columns import replay


def time_terms(fit: FittedModel) -> list[tuple[bool, bool]]:
    """For each covariate column whether it uses time, and whether it uses nothing else."""
    found = []
    for term in fit.recipe.covariates.terms:
        found.append((fit.model.time in term.columns, term.columns == {fit.model.time}))
    return found


def covariate_row(fit: FittedModel, time: float) -> np.ndarray:
    """A row of X (p,) that holds the covariates: functions of time alone at that time, others at their means."""
    row = np.zeros(len(fit.recipe.x))
    names = fit.recipe.covariates.names
    if names:
        row[-len(names) :] = _at(fit, time)
    return row[list(fit.sums.kept)]


def _at(fit: FittedModel, time: float) -> np.ndarray:
    columns, means = fit.recipe.covariates, np.array(fit.recipe.covariate_means)
    alone = np.array([only for _, only in time_terms(fit)])
    if not alone.any():
        return means
    table = {name: pd.Series([time] if name == fit.model.time else [_any(fit, name)]) for name in columns.used}
    return np.where(alone, replay(columns, table)[0], means)


def _any(fit: FittedModel, column: str) -> object:
    """Some value of a column that no term of time uses."""
    return fit.recipe.covariates.levels.get(column, [1.0])[0]
