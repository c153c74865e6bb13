"""Predictions of amounts whose logarithms are normal: means of the population and of persons, medians, intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from growthcurves.engine.estimates import PersonState, Point
from growthcurves.fitted import FittedModel, row_variances
from growthcurves.results.intervals.delta import moved
from growthcurves.results.intervals.of_outcomes import averaged, in_range
from growthcurves.results.persons.carried_rows import CarriedRows
from growthcurves.results.tables.scales import carried


@dataclass(frozen=True, eq=False)
class Amounts:
    """What is asked: at which rows, of whose state (None where nothing is known), of whom, with which interval."""

    told: CarriedRows
    state: PersonState | None
    people: str
    interval: str | None
    level: float


def amounts(fit: FittedModel, asked: Amounts, logs: pd.DataFrame) -> pd.Series | pd.DataFrame:
    """Predictions of the logarithm carried over to the amounts.

    - The population's mean ("average") is exp(x b + v / 2), v all the variance of the logarithm; its standard error
      uses the joint covariance of fixed effects and variances.
    - A typical person's is the median exp(x b).
    - Of a known or new person it is the mean over what the random effects may be and over residuals; the ends of the
      confidence interval are those of the person's own mean.
    - The ends of a prediction interval are quantiles, which are carried over as they are.
    """
    out = carried(logs, fit.outcome_family.median) if logs.notna().any(axis=None) else logs.copy()
    if asked.people == "average":
        mean = _of_population(fit, asked, logs)
        names = ["estimate"] if asked.interval == "prediction" else list(mean)
        out[names] = mean[names]
    elif asked.people != "typical":
        out = _of_persons(fit, asked, logs, out)
    if asked.interval == "prediction" and asked.people != "typical":
        out["std_error"] = _spread(logs)
    return out["estimate"] if asked.interval is None else out


def _residual(fit: FittedModel, asked: Amounts) -> np.ndarray:
    """The variance of residuals at the rows, less what others of the person say of them, (n,)."""
    found = fit.point.residual_variances(asked.told.rows.occasions) - asked.told.explained
    return np.broadcast_to(np.asarray(found, dtype=float), len(asked.told.rows.X))


def _of_population(fit: FittedModel, asked: Amounts, logs: pd.DataFrame) -> pd.DataFrame:
    out = pd.DataFrame(np.nan, index=logs.index, columns=logs.columns)
    there = logs["estimate"].notna().to_numpy()
    rows = asked.told.rows
    X, Z = rows.X[there], fit.standard_rows(rows.Z[there])
    occasions = rows.occasions.take(np.flatnonzero(there))

    def means(point: Point) -> np.ndarray:
        spread = point.variances(Z) + np.asarray(point.residual_variances(occasions))
        return averaged(point, X @ point.beta, spread, fit.outcome_family)

    out.loc[there] = in_range(fit, moved(fit, means), asked.level).to_numpy()
    return out


def _of_persons(fit: FittedModel, asked: Amounts, logs: pd.DataFrame, out: pd.DataFrame) -> pd.DataFrame:
    rows, state = asked.told.rows, asked.state
    if state is None:
        between, by_beta = fit.point.variances(fit.standard_rows(rows.Z)), rows.X
    else:
        between = np.einsum("nq,qrn,nr->n", rows.Z, state.spread, rows.Z)
        by_beta = rows.X + np.einsum("nq,qpn->np", rows.Z, state.slope)
    residual = _residual(fit, asked)
    out = out.assign(estimate=np.exp(logs["estimate"] + (between + residual) / 2.0))
    if asked.interval != "prediction":  # the mean of one person, whose random effects are not known
        variance = np.expm1(between) + row_variances(by_beta, fit.estimates.cov_beta)
        ends = {name: np.exp(logs[name] + residual / 2.0) for name in ("conf_low", "conf_high")}
        out = out.assign(std_error=out["estimate"] * np.sqrt(variance), **ends)
    return out


def _spread(logs: pd.DataFrame) -> pd.Series:
    """The SD of a new amount whose logarithm has this mean and standard error."""
    variance = logs["std_error"] ** 2
    return np.exp(logs["estimate"] + variance / 2.0) * np.sqrt(np.expm1(variance))
