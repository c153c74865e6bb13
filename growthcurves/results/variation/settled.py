"""Whether an SD or a correlation between persons is known well enough for what is built on it to be a finding.

One rule for sentences, tables, pictures and pages. It asks the model's own profile likelihood interval at 95 %,
whatever level and method the intervals of an answer have, so that no door says what another withholds.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

import numpy as np

from growthcurves.engine.estimates import Cor, FunctionOf, Point, Quantity, Sd
from growthcurves.fitted import FittedModel
from growthcurves.remembered import remembered
from growthcurves.results.intervals.profile import Profile
from growthcurves.results.intervals.wald import Wald
from growthcurves.results.questions.rates import Rate

#: The level of the intervals that are asked.
LEVEL = 0.95
#: The ends of an SD's interval lie at most this far apart, as a factor: those of an SD with 5 degrees of freedom, that
#: is of 6 values, are 3.9 apart.
WIDEST_SD = 4.0
#: A correlation's interval covers less than this of the 2 that there are.
WIDEST_CORRELATION = 1.5


class Settled(NamedTuple):
    """An interval at 95 %, and whether it is short enough to build on; NaN where there is none."""

    low: float
    high: float
    enough: bool


def sd_is_settled(low: float, high: float) -> bool:
    """Whether an SD with this interval is known to its size: the interval keeps away from zero.

    Examples
    --------
    >>> sd_is_settled(3.93, 9.15), sd_is_settled(0.0, 0.41), sd_is_settled(0.03, 0.47), sd_is_settled(2.0, float("nan"))
    (True, False, False, False)
    """
    return bool(low > 0 and high <= WIDEST_SD * low)


def correlation_is_settled(low: float, high: float) -> bool:
    """Whether a correlation with this interval is known to be one thing rather than another.

    Examples
    --------
    >>> correlation_is_settled(-0.5, 0.67), correlation_is_settled(-1.0, 1.0), correlation_is_settled(-1.0, -0.29)
    (True, False, True)
    """
    return bool(high - low < WIDEST_CORRELATION)


def settled(what: Rate) -> Settled:
    """Of the SD between persons of a combination of growth parameters, as a rate or the status at a time."""
    quantity = sd_of(what)
    rows = tuple(tuple(map(float, row)) for row in quantity.rows)
    return _of_rows(what.fit, rows) if rows else _of(what.fit, quantity)


def settled_together(rate: Rate, status: Rate) -> Settled:
    """Of the correlation of a rate with the status at a time."""
    rows = [np.unique(what.random[what.shares > 0], axis=0) for what in (rate, status)]
    if all(len(row) == 1 for row in rows):
        return _of_rows(rate.fit, tuple(tuple(map(float, row[0])) for row in rows))
    return _of(rate.fit, correlation_of(rate, status))


def settled_sd_of(fit: FittedModel, name: str) -> Settled:
    """Of the SD of one random effect."""
    return _of_rows(fit, (_row_of(fit, name),))


def settled_correlation_of(fit: FittedModel, one: str, other: str) -> Settled:
    """Of the correlation of two random effects."""
    return _of_rows(fit, (_row_of(fit, one), _row_of(fit, other)))


def _row_of(fit: FittedModel, name: str) -> tuple[float, ...]:
    return tuple(map(float, fit.standard_effect(name)))


def sd_of(what: Rate) -> Quantity:
    """The SD of a combination as a quantity; of one row unless kinds of persons differ in it."""
    rows = np.unique(what.random[what.shares > 0], axis=0)
    return Sd(rows[0]) if len(rows) == 1 else FunctionOf(what.sd, "log")


def correlation_of(rate: Rate, status: Rate) -> Quantity:
    """The correlation of a rate with the status at a time over persons, given their predictors, as a quantity."""
    if len(rate.random) == len(status.random) == 1:
        return Cor(rate.random[0], status.random[0], called=("the rate", "the status"))
    return FunctionOf(partial(_correlation, rate, status), "atanh")


def _correlation(one: Rate, other: Rate, point: Point) -> float:
    covariance = float(one.shares @ point.covariances(one.random, other.random))
    size = float(np.sqrt(one.variance(point)) * np.sqrt(other.variance(point)))
    return covariance / size if size > 0 else float("nan")


@remembered
def _of_rows(fit: FittedModel, rows: tuple[tuple[float, ...], ...]) -> Settled:
    """Of the SD of one combination of the standard random effects, or of the correlation of two."""
    arrays = [np.array(row) for row in rows]
    return _of(fit, Sd(arrays[0]) if len(arrays) == 1 else Cor(*arrays))


def _of(fit: FittedModel, quantity: Quantity) -> Settled:
    method = Profile() if fit.weighing is None else Wald()
    found = method.intervals(fit, [quantity], LEVEL)[0]
    enough = sd_is_settled if quantity.scale == "log" else correlation_is_settled
    return Settled(found.low, found.high, enough(found.low, found.high))
