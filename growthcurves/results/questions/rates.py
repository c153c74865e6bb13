"""Rates of change as combinations of growth parameters: the average over an interval, or that at one time.

For a straight line both are the slope. For any shape the average rate of a person from a to b is
(pi_i' phi(b) - pi_i' phi(a)) / (b - a), and the rate at t is pi_i' phi'(t).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from growthcurves.engine.estimates import Point
from growthcurves.errors import ModelError, NotEstimableError
from growthcurves.fitted import FittedModel
from growthcurves.numerics.bounds import shown_value
from growthcurves.results.questions.covariates import time_terms
from growthcurves.results.questions.estimable import withheld
from growthcurves.results.questions.times import times_asked

#: Whom an answer is about: all persons, who are not copied for it.
EVERYBODY = slice(None)


@dataclass(frozen=True, eq=False)
class Rate:
    """A rate of change.

    Attributes
    ----------
    fit : FittedModel
    rows : (m, K) array
        The combination of growth parameters for each kind of person, or one for all.
    of : (m,) array, optional
        What the persons of each kind count where variances are averaged over persons; by default all persons count.
    """

    fit: FittedModel
    rows: np.ndarray
    of: np.ndarray | None = None

    def among(self, persons: np.ndarray) -> Rate:
        """The same rate of some persons."""
        kinds, shares = self.fit.kinds, self.fit.person_shares
        counts = np.bincount(kinds.codes[persons], weights=shares[persons], minlength=len(kinds.shares))
        return replace(self, of=counts / counts.sum())

    @property
    def shares(self) -> np.ndarray:
        """What the persons of each kind count, (m,)."""
        return self.fit.kinds.shares if self.of is None else self.of

    @property
    def by_person(self) -> np.ndarray:
        """The combination for each person, (K, N)."""
        return self.of_kinds[self.fit.kinds.codes].T

    @property
    def of_kinds(self) -> np.ndarray:
        """The combination for each kind of person, (m, K)."""
        return np.broadcast_to(self.rows, (len(self.fit.kinds.shares), self.rows.shape[1]))

    def design(self, persons: np.ndarray | slice, besides: np.ndarray | None = None) -> np.ndarray:
        """How beta makes the expected rate of these persons, (p, n); NaN for rates that the data do not determine.

        `besides` (n, terms) is added, over all terms of the model.
        """
        inside, sums = self._over(self.fit.growth_design, persons), self.fit.sums
        if besides is not None:
            inside = inside + besides[:, list(sums.kept)].T
        if not self.fit.aliased:
            return inside
        outside = self._over(self.fit.left_out_design, persons)
        if besides is not None:
            outside = outside + besides[:, list(sums.left_out)].T
        return withheld(self.fit, inside.T, outside.T).T

    def _over(self, design: np.ndarray, persons: np.ndarray | slice) -> np.ndarray:
        if len(self.rows) == 1:
            return np.tensordot(self.rows[0], design[:, :, persons], 1)
        return np.einsum("kn,kpn->pn", self.by_person[:, persons], design[:, :, persons])

    def expected(self, persons: np.ndarray | slice, besides: np.ndarray | None = None) -> np.ndarray:
        """w_i' gamma of the rate for each of these persons, (n,); with `besides` as in `design`."""
        return self.fit.estimates.beta @ self.design(persons, besides)

    @cached_property
    def effects(self) -> np.ndarray:
        """How the random effects move the rate of each kind of person, (m, q)."""
        return np.einsum("mk,mkq->mq", self.of_kinds, self.fit.effects)

    @cached_property
    def random(self) -> np.ndarray:
        """The rate as a combination of the standard random effects, (m, q)."""
        return self.fit.standard_rows(self.effects)

    @property
    def varies(self) -> bool:
        """Whether any random effect moves the rate."""
        return bool(np.any(self.effects != 0.0))

    def variances(self, point: Point) -> np.ndarray:
        """Variance of the rate between persons of each kind at a point, (m,)."""
        return np.maximum(point.variances(self.random), 0.0)

    def variance(self, point: Point) -> float:
        """The mean of that over persons."""
        return float(self.shares @ self.variances(point))

    def sd(self, point: Point | None = None) -> float:
        """SD of the rate given its predictors; of the estimates exactly 0 on the boundary, NaN where withheld."""
        if point is not None:
            return float(np.sqrt(self.variance(point)))
        E, G = self.effects, self.fit.G
        variances = np.maximum(((E @ G) * E).sum(axis=1), 0.0)
        size = (np.abs(E) @ np.sqrt(np.maximum(np.diag(G), 0.0))) ** 2
        variances[variances <= 1e-13 * size] = 0.0
        return float(np.sqrt(self.shares @ variances))


def require_shape(fit: FittedModel) -> None:
    """Refuse models without time, or in which time also enters outside the shape.

    Raises
    ------
    NotEstimableError
    """
    if not fit.recipe.shape.changes:
        raise NotEstimableError("The model has no time, and so no change to report: give one with time=.")
    if any(of_time and not alone for of_time, alone in time_terms(fit)):
        raise NotEstimableError(
            f"How fast {fit.model.outcome} changes depends on predictors that vary with time "
            f"({fit.model.time_varying}), so there is no one rate of a person: ask for fit.slopes() or fit.means(), "
            f"which hold them at their mean, or where by= sets them."
        )
    if any(of_time for of_time, _ in time_terms(fit)):
        raise NotEstimableError(
            f"Time enters the model outside its growth shape ({fit.model.time_varying}): say the curve as a shape, "
            f"such as shape='quadratic' or ns({fit.model.time}, df=4) in the formula, for a report of change."
        )


def whole_period(fit: FittedModel) -> tuple[float, float]:
    """First and last observed time, or occasion where the model has no curve between occasions.

    Raises
    ------
    NotEstimableError
        For a model without time.
    """
    facts = fit.time_facts
    if facts is None:
        raise NotEstimableError("The model has no time, and so no change to report: give one with time=.")
    return facts.first, facts.last


def checked_period(fit: FittedModel, between: tuple[float, float] | None) -> tuple[float, float] | None:
    """Two ascending times, or None.

    Raises
    ------
    ModelError
        For anything else.
    """
    if between is None:
        return None
    times = times_asked(fit, between)
    if times.shape != (2,) or not times[0] < times[1]:
        raise ModelError(f"between= needs two times, the earlier first, not {shown_value(between)}.")
    return float(times[0]), float(times[1])


def average_rate(fit: FittedModel, between: tuple[float, float] | None = None) -> Rate:
    """The average rate from one time to another, by default from the first to the last.

    Raises
    ------
    ModelError
        When `between` is not two ascending times.
    """
    period = checked_period(fit, between)
    if not is_curved(fit):
        return Rate(fit, straight_rows(fit))
    first, last = period or whole_period(fit)
    rows = [
        np.diff(fit.recipe.shape.basis(np.array([first, last]), np.repeat(kind[None], 2, axis=0)), axis=0)[0]
        for kind in fit.kinds.values
    ]
    return Rate(fit, np.array(rows) / (last - first))


def rate_at(fit: FittedModel, time: float) -> Rate:
    """The instantaneous rate at one time."""
    if not is_curved(fit):
        return Rate(fit, straight_rows(fit))
    times = np.full(len(fit.kinds.values), float(time))
    return Rate(fit, fit.recipe.shape.derivative(times, fit.kinds.values))


def status_at(fit: FittedModel, time: float) -> Rate:
    """The status at a time as a combination of growth parameters, covariates apart."""
    values = fit.kinds.values
    return Rate(fit, fit.recipe.shape.basis(np.full(len(values), float(time)), values))


def straight_rows(fit: FittedModel) -> np.ndarray:
    """The slope of a straight line, exactly."""
    return fit.recipe.shape.effects("slope")[None]


def is_curved(fit: FittedModel) -> bool:
    """Whether the rate may change with time."""
    return fit.recipe.shape.curved


def middle_time(fit: FittedModel) -> float:
    """The observed time nearest the middle of the range, the upper on ties."""
    facts = fit.time_facts
    assert facts is not None
    return facts.middle


def chosen_times(fit: FittedModel, at: np.ndarray | None) -> np.ndarray:
    """The times asked for; by default the first, the middle and the last."""
    if at is not None:
        return at
    first, last = whole_period(fit)
    return np.unique([first, middle_time(fit), last])


def rate_unit(fit: FittedModel) -> str:
    """Outcome unit per time unit, in the words of the data."""
    outcome = fit.panel.outcome_unit or f"units of {fit.model.outcome}"
    if fit.outcome_family is not None:
        outcome = fit.outcome_family.scale_words.link
    return f"{outcome} per {fit.when.per}"
