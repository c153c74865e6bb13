"""Curves of outcomes of a family on the scale of the outcome: average, typical person, persons, what was seen."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from growthcurves.engine.estimates import Point, Wanted
from growthcurves.fitted import FittedModel
from growthcurves.model.outcome_family import family_outcome
from growthcurves.numerics.mixtures import mixture_quantile
from growthcurves.results.intervals.delta import moved
from growthcurves.results.intervals.of_outcomes import averaged, in_range
from growthcurves.results.questions.covariates_along import CovariatesAlong
from growthcurves.results.questions.person_types import PersonTypes
from growthcurves.results.questions.random_effects import random_rows
from growthcurves.results.questions.rates import status_at


def outcome_curve(
    fit: FittedModel, times: np.ndarray, types: PersonTypes, along: CovariatesAlong, level: float
) -> dict[str, Any]:
    """The mean outcome of a group at the times, on the scale of the outcome, by name of the column.

    "mean" is averaged over how persons differ, its interval made on the scale of the linear predictor from the joint
    covariance of all parameters; "typical" is that of a person whose random effects are zero; "persons_low" and
    "persons_high" hold `level` of persons' own means.
    """
    X = np.array([types.status(t, along.rows(t)) for t in times])
    Z = np.array([random_rows(fit, float(t))[types.kinds] for t in times])
    if fit.recipe.effects_of_rows:
        Z = np.full_like(Z, np.nan)
    share, tail = types.counts / types.counts.sum(), (1.0 - level) / 2.0

    def means(point: Point) -> np.ndarray:
        return averaged(point, (X @ point.beta).ravel(), _variances(point, Z).ravel()).reshape(X.shape[:2]) @ share

    table = in_range(fit, moved(fit, means), level)
    eta, spread = X @ fit.estimates.beta, np.sqrt(_variances(fit.point, Z))
    ends = [
        [mixture_quantile(one, sd, p, types.counts) for p in (tail, 1 - tail)]
        for one, sd in zip(eta, spread, strict=True)
    ]
    low, high = fit.family.mean(np.array(ends)).T
    found = {"mean": table["estimate"], "conf_low": table["conf_low"], "conf_high": table["conf_high"]}
    return found | {"typical": fit.family.mean(eta @ share), "persons_low": low, "persons_high": high}


def _variances(point: Point, Z: np.ndarray) -> np.ndarray:
    """Variances of the linear predictor between persons, (times, types)."""
    if not Z.shape[-1]:
        return np.zeros(Z.shape[:2])
    return point.variances(Z.reshape(-1, Z.shape[-1])).reshape(Z.shape[:2])


def outcome_lines(fit: FittedModel, times: np.ndarray, along: CovariatesAlong, persons: np.ndarray) -> np.ndarray:
    """Mean outcomes of these persons at the times, averaged over what their random effects may be, (n, times)."""
    profiles, kinds = along.profiles[persons], fit.kinds.codes[persons]
    X = [status_at(fit, float(t)).design(persons, along.rows(t)[profiles]).T for t in times]
    rows = (random_rows(fit, float(t)) for t in times)
    Z = [one[kinds] if len(one) > 1 else np.repeat(one, len(persons), axis=0) for one in rows]
    codes = np.tile(persons, len(times))
    wanted = Wanted(np.concatenate(X), np.concatenate(Z), np.zeros(len(codes)), codes)
    return fit.estimates.means_of(wanted).reshape(len(times), len(persons)).T


def observed_of_one(fit: FittedModel) -> np.ndarray:
    """Outcomes on the scale of persons' curves: of one trial, over an exposure of one; NaN beside a moving offset."""
    outcome = family_outcome(fit.model, fit.panel)
    if outcome.trials is not None:
        return outcome.values / outcome.trials
    if outcome.offset is None:
        return outcome.values
    over = np.exp(outcome.offset) if fit.family.takes_exposure else np.full(len(outcome.values), np.nan)
    return outcome.values / over


def seen_means(fit: FittedModel, group: np.ndarray, visit: np.ndarray) -> pd.DataFrame:
    """What was observed on the scale of the curves: columns group, visit, value (weighted), count (of rows).

    Successes are counted over their trials, counts over their exposure. Rows of group or visit -1 are left out, and
    there is nothing where an offset moves single rows along the linear predictor.

    Parameters
    ----------
    fit : FittedModel
    group, visit : (n,) arrays of int
        Of every row.
    """
    outcome = family_outcome(fit.model, fit.panel)
    over = np.ones(len(outcome.values)) if outcome.trials is None else outcome.trials
    if outcome.offset is not None:
        if not fit.family.takes_exposure:
            return pd.DataFrame({"group": [], "visit": [], "value": [], "count": []})
        over = np.exp(outcome.offset)
    w = fit.row_weights
    rows = pd.DataFrame({"group": group, "visit": visit, "value": w * outcome.values, "over": w * over})
    rows = rows[(rows["group"] >= 0) & (rows["visit"] >= 0)].assign(count=1)
    sums = rows.groupby(["group", "visit"], as_index=False).sum()
    return sums.assign(value=sums["value"] / sums["over"]).drop(columns="over")
