"""Covariates along the mean curve: terms of time follow it, with persons' own predictors; others at their means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from growthcurves.fitted import FittedModel
from growthcurves.results.questions.cell_rows import covariate_columns
from growthcurves.results.questions.covariates import time_terms
from growthcurves.results.questions.grid_variables import Variable, grid_variables
from growthcurves.results.questions.observed import Observed
from growthcurves.results.questions.reference_grid import Cells, Grid, made_codes


@dataclass(frozen=True, eq=False)
class CovariatesAlong:
    """What covariates add to the mean curve.

    Terms without time stand at their means over rows. Terms of time are evaluated at the time, a person's predictors in
    them as they are, what varies with time in them at its mean, its levels as often as they occur.

    Attributes
    ----------
    fit : FittedModel
    profiles : (N,) array of int
        Which persons share their predictors in terms of time.
    cells : Cells or None
        For each profile the levels that vary with time; None without terms of time.
    weights : (levels,) array
        What those count.
    """

    fit: FittedModel
    profiles: np.ndarray
    cells: Cells | None
    weights: np.ndarray

    def rows(self, time: float) -> np.ndarray:
        """Rows over all terms of the model, zero but for the covariates: one per profile, (profiles, terms)."""
        means = np.array(self.fit.recipe.covariate_means)
        values = means[None]
        if self.cells is not None:
            made = covariate_columns(self.fit, self.cells, time)
            made = np.tensordot(made.reshape(-1, len(self.weights), made.shape[1]), self.weights, (1, 0))
            values = np.where([of_time for of_time, _ in time_terms(self.fit)], made, means)
        out = np.zeros((len(values), len(self.fit.recipe.x)))
        out[:, out.shape[1] - values.shape[1] :] = values
        return out

    def added(self, time: float) -> np.ndarray:
        """What they add to the expected outcome of each person, (N,)."""
        return (self.rows(time)[:, list(self.fit.sums.kept)] @ self.fit.estimates.beta)[self.profiles]


def covariates_along(fit: FittedModel) -> CovariatesAlong:
    """What covariates add along the mean curve of a fit."""
    mixed = {name for term in fit.recipe.covariates.terms if fit.model.time in term.columns for name in term.columns}
    everybody = np.zeros(fit.panel.persons.count, dtype=int)
    if not mixed:
        return CovariatesAlong(fit, everybody, None, np.ones(1))
    observed = Observed(fit, "rows")
    variables = grid_variables(fit, observed)
    varying = {name: item for name, item in variables.items() if item.columns <= mixed and item.varies}
    inside = Grid(varying, [], observed, "proportional").inside
    own = [name for name in fit.recipe.covariates.used if name in mixed and name in variables and name not in varying]
    persons = observed.rows(own).table
    profiles = everybody if not own else persons.groupby(own, sort=False, observed=True).ngroup().to_numpy()
    first = persons.iloc[np.unique(profiles, return_index=True)[1]]
    table = first.merge(inside.table, how="cross") if len(inside.table.columns) else first.reset_index(drop=True)
    return CovariatesAlong(fit, profiles, _cells(fit, table, variables, set(own)), inside.weights)


def _cells(fit: FittedModel, table: pd.DataFrame, variables: dict[str, Variable], own: set[str]) -> Cells:
    """What terms of time do not use stands at any value."""
    for name, item in variables.items():
        follows = item.made is not None and bool(item.columns & own)
        if name not in table and not follows:
            table[name] = [item.values[0]] * len(table)
    return Cells(table, made_codes(variables, table), np.arange(len(table)), np.ones(1))
