"""Curves for pictures: the mean trajectory, the band that holds most persons, and single persons' curves."""

from __future__ import annotations

import numpy as np
import pandas as pd

from growthcurves.data.frame import require_columns
from growthcurves.data.source import show_id
from growthcurves.errors import ModelError
from growthcurves.fitted import FittedModel
from growthcurves.model.person_level import PersonLevel
from growthcurves.results.coefficients import linear_functions
from growthcurves.results.distributions import normal_cdf
from growthcurves.results.icc import random_row
from growthcurves.results.people import growth_parameters

#: More different values of a grouping variable than this are no groups.
MANY_GROUPS = 12


def groups(fit: FittedModel, by: str | None) -> list[tuple[str, np.ndarray]]:
    """Persons of each level of a person-level variable: pairs of level and positions; one group without `by`."""
    count = fit.panel.persons.count
    if by is None:
        return [("", np.arange(count))]
    require_columns(fit.panel.frame, [by])
    values = pd.Series(PersonLevel(fit.panel).values([by])[by])
    levels = _levels(fit, by, values)
    if len(levels) > MANY_GROUPS:
        raise ModelError(
            f"{by!r} has {len(levels)} different values: by= takes a variable with at most {MANY_GROUPS} groups."
        )
    return [(show_id(level), np.flatnonzero(values == level)) for level in levels]


def _levels(fit: FittedModel, by: str, values: pd.Series) -> list:
    """The groups in the order of the model's levels, the reference first; else of a categorical; else sorted."""
    for columns in fit.bound.predictors.values():
        if by in columns.levels:
            return columns.levels[by]
    if isinstance(values.dtype, pd.CategoricalDtype):
        return list(values.cat.remove_unused_categories().cat.categories)
    return sorted(values.dropna().unique().tolist())


def mean_curve(fit: FittedModel, times: np.ndarray, by: str | None = None, level: float = 0.95) -> pd.DataFrame:
    """Mean trajectory with its confidence band, and the band that holds `level` of persons' own curves.

    The mean is over the persons of the group, covariates at their means over rows; the persons' band is that
    of the mixture over the observed predictors of normal distributions with variance z(t)' G z(t).

    Returns
    -------
    DataFrame
        Columns group, time, mean, conf_low, conf_high, persons_low, persons_high.
    """
    parts = []
    for name, persons in groups(fit, by):
        basis = fit.bound.shape.basis(np.asarray(times, dtype=float))[:, : len(fit.model.parameters)]
        A = fit.growth_design[:, :, persons]
        L = np.einsum("tk,kp->tp", basis, A.mean(axis=2)) + covariate_means(fit)
        table = linear_functions(fit, L, [""] * len(times), level=level)
        means = basis @ np.einsum("kpn,p->kn", A, fit.solution.beta) + covariate_means(fit) @ fit.solution.beta
        sds = np.sqrt([_curve_variance(fit, t) for t in times])
        low, high = zip(*(_band(m, s, level) for m, s in zip(means, sds, strict=True)), strict=True)
        parts.append(
            pd.DataFrame(
                {
                    "group": name,
                    "time": times,
                    "mean": table["estimate"],
                    "conf_low": table["conf_low"],
                    "conf_high": table["conf_high"],
                    "persons_low": low,
                    "persons_high": high,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def covariate_means(fit: FittedModel) -> np.ndarray:
    """A row of X (p,) that holds the means of the time-varying covariates and nothing else."""
    row = np.zeros(len(fit.bound.x))
    first = len(row) - len(fit.bound.covariates.names)
    for j, values in enumerate(fit.bound.row_columns[len(fit.bound.row_columns) - (len(row) - first) :]):
        row[first + j] = np.mean(values)
    return row[list(fit.coordinates.x.kept)]


def person_lines(fit: FittedModel, times: np.ndarray) -> pd.DataFrame:
    """Persons' own (empirical Bayes) curves at the times: columns id, time, eb; covariates at their means."""
    basis = fit.bound.shape.basis(np.asarray(times, dtype=float))[:, : len(fit.model.parameters)]
    eb, _ = growth_parameters(fit)
    curves = (basis @ eb + covariate_means(fit) @ fit.solution.beta).T
    ids = np.repeat(np.asarray(fit.panel.persons.labels), len(times))
    return pd.DataFrame({"id": ids, "time": np.tile(times, len(curves)), "eb": curves.ravel()})


def _curve_variance(fit: FittedModel, time: float) -> float:
    if not fit.random_names:
        return 0.0
    if any(name not in fit.model.parameters for name in fit.random_names):
        return float("nan")
    z = random_row(fit, float(time))
    return float(z @ fit.standard_G @ z)


def _band(means: np.ndarray, sd: float, level: float) -> tuple[float, float]:
    tail = (1.0 - level) / 2.0
    return mixture_quantile(means, sd, tail), mixture_quantile(means, sd, 1.0 - tail)


def mixture_quantile(means: np.ndarray, sd: float, probability: float) -> float:
    """Quantile of the equal mixture of normal distributions with these means and one SD, by bisection."""
    if np.isnan(sd) or np.isnan(means).any():
        return float("nan")
    if sd == 0:
        return float(np.quantile(means, probability))
    values, counts = np.unique(means, return_counts=True)
    weights = counts / counts.sum()
    low, high = float(values[0] - 10 * sd), float(values[-1] + 10 * sd)
    for _ in range(200):
        middle = (low + high) / 2.0
        if middle in (low, high):
            break
        if weights @ normal_cdf((middle - values) / sd) < probability:
            low = middle
        else:
            high = middle
    return (low + high) / 2.0
