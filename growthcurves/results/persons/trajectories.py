"""Curves for pictures: the mean trajectory, the band that holds most persons, and single persons' curves."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import Group, Level
from growthcurves.data.joined import texts_of
from growthcurves.data.source import show_level
from growthcurves.errors import ModelError
from growthcurves.fitted import FittedModel
from growthcurves.model.person_level import person_columns
from growthcurves.numerics.mixtures import mixture_quantile
from growthcurves.results.effects.estimated import linear_table
from growthcurves.results.persons.outcome_curves import outcome_curve, outcome_lines
from growthcurves.results.persons.people import eb_rate
from growthcurves.results.questions.covariates import steps_of_time
from growthcurves.results.questions.covariates_along import CovariatesAlong, covariates_along
from growthcurves.results.questions.person_types import person_types
from growthcurves.results.questions.random_effects import random_rows
from growthcurves.results.questions.rates import status_at, whole_period
from growthcurves.results.questions.times import nearest_observed
from growthcurves.results.tables.answer import checked_level
from growthcurves.results.variation.settled import settled

#: More different values of a grouping variable than this are no groups.
MANY_GROUPS = 12


def groups(fit: FittedModel, by: Any) -> list[tuple[Group | None, np.ndarray]]:
    """Persons of each level of a person-level variable: pairs of group and positions; without `by` everybody.

    Several variables make one group of each combination that occurs.
    """
    count = fit.panel.persons.count
    if by is None:
        return [(None, np.arange(count))]
    names = texts_of(by, "by")
    values = person_columns(fit.panel, names)
    levels = [_levels(fit, name, values[name]) for name in names]
    for name, found in zip(names, levels, strict=True):
        if len(found) > MANY_GROUPS:
            raise ModelError(
                f"{name!r} has {len(found)} different values: by= takes a variable with at most {MANY_GROUPS} groups."
            )
    made = [_group(values, dict(zip(names, level, strict=True))) for level in itertools.product(*levels)]
    return [(group, persons) for group, persons in made if len(persons) or len(names) == 1]


def _group(values: pd.DataFrame, levels: dict[Any, Any]) -> tuple[Group, np.ndarray]:
    """Persons who have these levels."""
    there = np.logical_and.reduce([np.asarray(values[name] == level, dtype=bool) for name, level in levels.items()])
    return tuple(Level(name, level) for name, level in levels.items()), np.flatnonzero(there)


def group_label(group: Group | None) -> str:
    """A group in a table: its level; empty for everybody."""
    return "" if group is None else ", ".join(show_level(level.value) for level in group)


def _levels(fit: FittedModel, by: str, values: pd.Series) -> list:
    """The groups in the order of the model's levels, the reference first; else of a categorical; else sorted."""
    for columns in fit.recipe.predictors.values():
        if by in columns.levels:
            return columns.levels[by]
    if isinstance(values.dtype, pd.CategoricalDtype):
        return list(values.cat.remove_unused_categories().cat.categories)
    return sorted(values.dropna().unique().tolist())


def mean_curve(fit: FittedModel, times: np.ndarray, by: Any = None, level: float = 0.95) -> pd.DataFrame:
    """Mean trajectory with its confidence band, and the band that holds `level` of persons' own curves.

    The mean is over the persons of the group, covariates at their means over rows, terms of time at that time; the
    persons' band is that of the mixture over the observed predictors of normal distributions with variance
    z(t)' G z(t). What the data do not determine is NaN, and so is the persons' band where the SD of their curves at the
    first or the last of the times is not known well enough. Outcomes of a family are on the scale of the outcome: their
    mean is the average of the population, and the typical person's has a column of its own.

    Returns
    -------
    DataFrame
        Columns group, time, mean, conf_low, conf_high, persons_low, persons_high, of a family also typical.
    """
    times = np.asarray(times, dtype=float)
    tail = (1.0 - checked_level(level)) / 2.0
    parts, along = [], covariates_along(fit)
    for group, persons in groups(fit, by):
        types = person_types(fit, persons, along.profiles)
        if fit.family is not None:
            found = outcome_curve(fit, times, types, along, level)
            if not _band_is_settled(fit, times, persons):
                found |= {"persons_low": np.nan, "persons_high": np.nan}
            parts.append(pd.DataFrame({"group": group_label(group), "time": times} | found))
            continue
        rows, bands = [], []
        for t in times:
            X = types.status(t, along.rows(t))
            spread = np.sqrt([_curve_variance(fit, z) for z in random_rows(fit, t)])[types.kinds]
            rows.append(types.counts @ X / types.counts.sum())
            ends = [mixture_quantile(X @ fit.estimates.beta, spread, p, types.counts) for p in (tail, 1 - tail)]
            bands.append(ends if fit.knows_predictors else [np.nan, np.nan])
        table = linear_table(fit, np.array(rows), [""] * len(times), None, level)
        low, high = np.array(bands).T if _band_is_settled(fit, times, persons) else np.full((2, len(times)), np.nan)
        columns = {"group": group_label(group), "time": times, "mean": table["estimate"], "conf_low": table["conf_low"]}
        columns |= {"conf_high": table["conf_high"], "persons_low": low, "persons_high": high}
        parts.append(pd.DataFrame(columns))
    return pd.concat(parts, ignore_index=True)


def _band_is_settled(fit: FittedModel, times: np.ndarray, persons: np.ndarray) -> bool:
    """Whether how far persons' curves lie apart is known well enough at both ends."""
    if not fit.random_names or fit.recipe.effects_of_rows or not fit.identified:
        return True
    ends = [status_at(fit, float(time)).among(persons) for time in (times.min(), times.max())]
    return all(not status.varies or settled(status).enough for status in ends)


def curve_times(fit: FittedModel, count: int = 61) -> np.ndarray:
    """Times at which a curve is drawn: an even grid over the observed times; the occasions if it has no others.

    Where levels are made of time, observed times near that grid.
    """
    only = fit.recipe.shape.only_at
    even = np.linspace(*whole_period(fit), count) if only is None else np.array(only)
    return nearest_observed(fit, even) if steps_of_time(fit) else even


def person_lines(fit: FittedModel, times: np.ndarray, persons: np.ndarray | None = None) -> pd.DataFrame:
    """Own (empirical Bayes) curves of persons, by default all: columns id, time, eb; covariates at their means.

    Those of a family are on the scale of the outcome, averaged over what a person's random effects may be.
    """
    times = np.asarray(times, dtype=float)
    along = covariates_along(fit)
    who = np.arange(fit.panel.persons.count) if persons is None else persons
    curves = _lines(fit, times, along, who) if fit.family is None else outcome_lines(fit, times, along, who)
    ids = np.repeat(np.asarray(fit.panel.persons.labels)[who], len(times))
    return pd.DataFrame({"id": ids, "time": np.tile(times, len(curves)), "eb": curves.ravel()})


def _lines(fit: FittedModel, times: np.ndarray, along: CovariatesAlong, persons: np.ndarray) -> np.ndarray:
    """Empirical Bayes curves of these persons, (n, times)."""
    own, curves = fit.estimates.own_effects[:, persons], np.empty((len(persons), len(times)))
    for j, t in enumerate(times):
        curves[:, j] = eb_rate(fit, status_at(fit, t), own, along.rows(t)[along.profiles[persons]], persons)
    return curves


def _curve_variance(fit: FittedModel, z: np.ndarray) -> float:
    """z' G z; NaN where the variance between persons depends on covariates."""
    if not fit.random_names:
        return 0.0
    if fit.recipe.effects_of_rows:
        return float("nan")
    return float(fit.point.between(z))
