"""Pairs of occasions of one person: how outcomes about their mean go together, and how the model says that they do."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from growthcurves.contracts.parameters import Occasions
from growthcurves.data.grid import grid_of
from growthcurves.fitted import FittedModel
from growthcurves.model.occasions import panel_occasions
from growthcurves.numerics.order import by_person_and_time
from growthcurves.results.questions.design_rows import own_rows

#: The most persons whose pairs are taken, evenly spaced over all.
MOST_PERSONS = 3000
#: Different distances that are shown as they are, and ranges of as many pairs where there are more.
MOST_LAGS, RANGES = 24, 12


@dataclass(frozen=True, eq=False)
class Pairs:
    """Deviations from the mean and their implied covariances, of rows and of pairs of rows.

    Attributes
    ----------
    place : (n,) array of int
        Places of the rows in the panel.
    residual, variance : (n,) arrays
        Outcome less X beta, and its implied variance.
    first, second : (m,) arrays of int
        The rows of each pair, as positions in `place`.
    lag : (m,) array
        Their distance in time; in planned occasions where there is no time.
    covariance : (m,) array
        Implied.
    times : (rows of the panel,) array
        Times; planned occasions where there is no time.
    persons : int
        Whose rows these are.
    weights : (n,) array
        How many rows of the population each stands for; of a pair the mean of both.
    """

    place: np.ndarray
    residual: np.ndarray
    variance: np.ndarray
    first: np.ndarray
    second: np.ndarray
    lag: np.ndarray
    covariance: np.ndarray
    times: np.ndarray
    persons: int
    weights: np.ndarray

    def by_lag(self, sds: np.ndarray) -> pd.DataFrame:
        """Correlations and semivariances by distance: columns lag, pairs, and observed and implied of both.

        A correlation is the mean product of residuals over their SDs, a semivariance half the mean squared difference
        (Diggle, Heagerty, Liang and Zeger 2002, sections 3.4 and 5.2); what is implied is the mean over the same pairs.

        Parameters
        ----------
        sds : (n,) array
            SD of each row by which its residual is divided.
        """
        z, (a, b) = self.residual / sds, (self.first, self.second)
        implied = np.sqrt(self.variance)
        values = {
            "lag": self.lag,
            "correlation": z[a] * z[b],
            "correlation implied": self.covariance / (implied[a] * implied[b]),
            "semivariance": (self.residual[a] - self.residual[b]) ** 2 / 2.0,
            "semivariance implied": (self.variance[a] + self.variance[b]) / 2.0 - self.covariance,
        }
        weight = (self.weights[a] + self.weights[b]) / 2.0
        groups = pd.DataFrame({name: weight * value for name, value in values.items()} | {"weight": weight})
        sums = groups.groupby(lag_ranges(self.lag)).sum()
        counts = np.unique(lag_ranges(self.lag), return_counts=True)[1]
        return sums.div(sums.pop("weight"), axis=0).assign(pairs=counts).reset_index(drop=True)


def lag_ranges(lags: np.ndarray) -> np.ndarray:
    """The lag of each pair; the number of its range where there are many different ones."""
    rounded = np.round(lags, 9 - int(np.ceil(np.log10(max(lags.max(initial=0.0), 1e-300)))))
    if len(np.unique(rounded)) <= MOST_LAGS:
        return rounded
    edges = np.unique(np.quantile(lags, np.linspace(0, 1, RANGES + 1)))
    return np.searchsorted(edges[1:-1], lags, side="right")


def pairs_of(fit: FittedModel) -> Pairs:
    """All pairs of occasions of persons, or of evenly spaced ones of many persons.

    V = Z G Z' + R of occasions that one person has is known where G and R are not told apart, too.
    """
    own, residual = own_rows(fit), fit.estimates.point.residual
    occasions = panel_occasions(residual, fit.panel)
    times = occasions.time if fit.panel.time is not None else grid_of(fit.panel).codes.astype(float)
    rows_of = list(_persons(fit, times))
    found = [(rows, _covariances(fit, own.Z[rows], occasions, rows)) for rows in rows_of]
    place = np.concatenate([rows.ravel() for rows in rows_of])
    variance = np.concatenate([np.diagonal(V, axis1=1, axis2=2).ravel() for _, V in found])
    pieces, start = [], 0
    for rows, V in found:
        a, b = np.triu_indices(rows.shape[1], 1)
        at = start + np.arange(rows.size).reshape(rows.shape)
        pieces.append((at[:, a].ravel(), at[:, b].ravel(), V[:, a, b].ravel()))
        start += rows.size
    first, second, covariance = (np.concatenate(part) for part in zip(*pieces, strict=True))
    deviations = (fit.panel.values - own.X @ fit.estimates.beta)[place]
    lag, persons = np.abs(times[place[second]] - times[place[first]]), sum(len(rows) for rows in rows_of)
    return Pairs(
        place, deviations, variance, first, second, lag, covariance, times, persons, fit.row_weights[place]
    )  # fmt: skip


def _persons(fit: FittedModel, times: np.ndarray) -> Iterator[np.ndarray]:
    """Rows of persons with as many occasions each, in the order of time, (persons, occasions)."""
    persons = fit.panel.persons
    order = by_person_and_time(persons.codes, times)
    starts = np.concatenate([[0], np.cumsum(persons.sizes)[:-1]])
    chosen = np.unique(np.linspace(0, persons.count - 1, min(persons.count, MOST_PERSONS)).round().astype(int))
    for size in np.unique(persons.sizes[chosen]):
        some = chosen[persons.sizes[chosen] == size]
        yield order[starts[some][:, None] + np.arange(size)]


def _covariances(fit: FittedModel, Z: np.ndarray, occasions: Occasions, rows: np.ndarray) -> np.ndarray:
    """V of each person, (persons, occasions, occasions): residuals once for persons with the same schedule."""
    point = fit.estimates.point
    known = [part[rows] for part in occasions if part is not None]
    _, first, which = np.unique(np.concatenate(known, axis=1), axis=0, return_index=True, return_inverse=True)
    schedules = [point.within(occasions.take(rows[i])) for i in first]
    R = np.stack([np.zeros((rows.shape[1],) * 2) if one is None else one for one in schedules])[which.reshape(-1)]
    flat = fit.standard_rows(Z.reshape(rows.size, Z.shape[-1])).reshape(Z.shape)
    return R + flat @ point.total() @ np.swapaxes(flat, 1, 2)
