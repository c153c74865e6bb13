"""Ordered categories, by cumulative probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from growthcurves.contracts.family import Answers, Array, OwnSlopes, Slopes, Tails
from growthcurves.contracts.parameters import Parameter
from growthcurves.errors import DataError, ModelError
from growthcurves.model.families.base import Checked, OfProbability
from growthcurves.model.families.cells import CELLS, Cell, Cells
from growthcurves.model.families.checking import (
    are_numbers,
    as_column,
    categories_of,
    no_trials,
    numbers,
    places,
    refuse,
    shown,
    without_rows,
)
from growthcurves.model.families.links import ScaleWords, refuse_unknown

#: The most categories that are taken for an ordered outcome.
MOST_CATEGORIES = 100
#: Logarithms of widths beyond these are as narrow and as wide.
_NARROWEST, _WIDEST = -230.0, 230.0


@dataclass(frozen=True)
class Ordinal(OfProbability):
    """Ordered categories: P(y <= c) = F(threshold_c - eta), so that a larger eta means higher categories.

    The cumulative link model of McCullagh (1980), with the sign of R's `clm`: with a logit link proportional odds. As
    thresholds are free, the linear predictor has no intercept of its own.

    Parameters
    ----------
    link : {"logit", "probit"}
        The distribution function F.
    categories : tuple
        The categories in order; where none are given they are those of an ordered column, or numbers in their order.
    start : tuple, optional
        Where a search for the thresholds starts: the first, and the logarithms of the gaps after it.

    Examples
    --------
    >>> family = Ordinal(categories=("never", "monthly", "weekly")).moved(np.array([0.0, np.log(2.0)]))
    >>> family.values()
    (0.0, 2.0)
    >>> family.probabilities(np.array([0.0, 2.0])).round(3).tolist()
    [[0.5, 0.119], [0.381, 0.381], [0.119, 0.5]]
    """

    categories: tuple[Any, ...] = ()
    start: tuple[float, ...] | None = field(default=None, repr=False)
    name = "ordinal"
    single = True
    constant_in_x = False

    def __post_init__(self) -> None:
        refuse_unknown(self.link, tuple(CELLS))
        if isinstance(self.categories, str) or not isinstance(self.categories, (tuple, list)):
            raise ModelError("categories= of family='ordinal' is a tuple of the categories in their order.")
        object.__setattr__(self, "categories", tuple(self.categories))
        if len(set(self.categories)) < len(self.categories) or len(self.categories) == 1:
            raise ModelError("categories= of family='ordinal' are two or more different ones, in their order.")
        if self.start is not None and len(self.start) != self._count:
            raise ModelError(f"start= of family='ordinal' is {self._count} numbers here, not {len(self.start)}.")

    @property
    def _cells(self) -> Cells:
        return CELLS[self.link]

    @property
    def _count(self) -> int:
        """The number of thresholds."""
        return max(len(self.categories) - 1, 0)

    @property
    def words(self) -> str:
        return f"{self._link.words} P({{outcome}} > c) + threshold_c"

    @property
    def scale_words(self) -> ScaleWords:
        return ScaleWords(f"{self._link.scale} of a higher category", "expected place")

    # ------------------------------------------------ thresholds

    def parameters(self) -> tuple[Parameter, ...]:
        """A threshold between any two neighbours: "threshold:never|monthly"."""
        names = [_plain(category) for category in self.categories]
        pairs = zip(names, names[1:], strict=False)
        return tuple(Parameter(f"threshold:{low}|{high}", "family", "threshold") for low, high in pairs)

    def values(self) -> tuple[float, ...]:
        return tuple(self.thresholds.tolist())

    @property
    def thresholds(self) -> Array:
        """The thresholds, (C - 1,)."""
        working = self.working
        return np.cumsum(np.concatenate([working[:1], np.exp(working[1:])]))

    @property
    def working(self) -> Array:
        """The first threshold, and the logarithms of the gaps after it."""
        if self.start is None:
            return np.array([-0.5 * (self._count - 1), *[0.0] * (self._count - 1)][: self._count])
        return np.array(self.start, dtype=float)

    def moved(self, working: Array) -> Ordinal:
        first, *gaps = np.asarray(working, dtype=float).tolist()
        return replace(self, start=(first, *(float(np.clip(gap, _NARROWEST, _WIDEST)) for gap in gaps)))

    def started(self, answers: Answers) -> tuple[Ordinal, float]:
        """Thresholds of the cumulative proportions over all rows, and a linear predictor of zero."""
        if self.start is not None:
            return self, 0.0
        counts = np.bincount(np.asarray(answers.value).ravel().astype(np.intp), minlength=self._count + 1) + 0.5
        cuts = self._link.quantile(np.cumsum(counts)[:-1] / counts.sum())
        return self.moved(np.concatenate([cuts[:1], np.log(np.diff(cuts))])), 0.0

    # ------------------------------------------------ the log density

    def density(self, answers: Answers, eta: Array) -> Array:
        """The log density; `constant` is zero."""
        return self._cells.density(self._cell(answers, eta))

    def score(self, answers: Answers, eta: Array) -> tuple[Array, Array]:
        """The same and its first derivative in eta."""
        return self._cells.score(self._cell(answers, eta))

    def slopes(self, answers: Answers, eta: Array) -> Slopes:
        """The same and three derivatives in eta."""
        return self._cells.slopes(self._cell(answers, eta))

    def own(self, answers: Answers, eta: Array) -> OwnSlopes:
        """Derivatives in the first threshold and the logarithms of the gaps.

        Those up to a cell's lower end move it as a whole, as -eta does; the next moves its upper end.
        """
        cell = self._cell(answers, eta)
        _, first, second, third = self._cells.slopes(cell)
        upper = self._cells.upper(cell)
        shape, k = np.shape(first), self._count
        step = np.concatenate([[1.0], np.exp(self.working[1:])])
        place = np.broadcast_to(np.asarray(answers.value), shape)
        found = np.zeros((3, k, *shape))
        curved = np.zeros((k, k, *shape))
        for j in range(k):
            whole, own = (place > j) * step[j], place == j
            for into, one, other in zip(found, (first, second, third), upper[:3], strict=True):
                into[j] = np.where(own, other, -one * whole)
            for i in range(j + 1):
                both = second * whole * ((place > i) * step[i]) - np.where(own, upper.first * step[i], 0.0)
                curved[i, j] = curved[j, i] = both
            curved[j, j] = np.where(own, upper.curved, second * whole**2 - (first * whole if j else 0.0))
        return OwnSlopes(found[0], found[1], found[2], curved)

    def own_score(self, answers: Answers, eta: Array) -> Array:
        """The first derivatives alone, (k, ...)."""
        cell = self._cell(answers, eta)
        first, upper = self._cells.score(cell)[1], self._cells.upper_score(cell)
        step = np.concatenate([[1.0], np.exp(self.working[1:])])
        place = np.broadcast_to(np.asarray(answers.value), np.shape(first))
        return np.stack([np.where(place == j, upper, -first * ((place > j) * step[j])) for j in range(self._count)])

    def constant(self, answers: Answers) -> Array:
        """Zero."""
        return np.zeros(np.shape(answers.value))

    def best(self, answers: Answers) -> Array:
        """Zero: far enough away a category is certain (one between two others nearly)."""
        return np.zeros(np.shape(answers.value))

    def tails(self, answers: Answers, eta: Array) -> Tails:
        """The probabilities of a lower category, of this one and of a higher one."""
        cell = self._cell(answers, eta)
        return Tails(self._link.cdf(cell.low), np.exp(self._cells.density(cell)), self._link.cdf(-cell.high))

    def _cell(self, answers: Answers, eta: Array) -> Cell:
        place, eta = np.asarray(answers.value).astype(np.intp), np.asarray(eta, dtype=float)
        cuts = np.concatenate([[-np.inf], self.thresholds, [np.inf]])
        log_widths = np.concatenate([[np.inf], self.working[1:], [np.inf]])
        log_width = log_widths[place]
        return Cell(cuts[place] - eta, cuts[place + 1] - eta, np.exp(log_width), log_width)

    # ------------------------------------------------ means

    def probabilities(self, eta: Array) -> Array:
        """The probability of each category at linear predictors, (C, ...)."""
        eta = np.asarray(eta, dtype=float)
        places = np.arange(self._count + 1).reshape(-1, *[1] * eta.ndim)
        return np.exp(self.density(Answers(places), eta[None]))

    def probability_slopes(self, eta: Array) -> Array:
        """Their derivatives, (C, ...)."""
        eta = np.asarray(eta, dtype=float)
        none = np.zeros((1, *eta.shape))
        density = np.stack([self._link.pdf(eta - cut) for cut in self.thresholds])
        return -np.diff(np.concatenate([none, density, none]), axis=0)

    def marginal_probabilities(self, eta: Any, variance: Any) -> Array:
        """The same over persons whose linear predictors are normal, (C, ...)."""
        above = self._above(eta, variance)
        ends = np.ones((1, *above.shape[1:])), np.zeros((1, *above.shape[1:]))
        return np.maximum(-np.diff(np.concatenate([ends[0], above, ends[1]]), axis=0), 0.0)

    def marginal_links(self, eta: Any, variance: Any) -> Array:
        """The link of the probability over persons of lying above each threshold, (C - 1, ...)."""
        return self._link.quantile(self._above(eta, variance))

    def mean(self, eta: Array) -> Array:
        """The expected place of the category, from 0 to C - 1, which increases with the linear predictor."""
        return sum((self._link.cdf(np.asarray(eta) - cut) for cut in self.thresholds), np.zeros(np.shape(eta)))

    def mean_slope(self, eta: Array) -> Array:
        """The derivative of the expected place."""
        return sum((self._link.pdf(np.asarray(eta) - cut) for cut in self.thresholds), np.zeros(np.shape(eta)))

    def predictor(self, mean: Array) -> Array:
        """The linear predictor at an expected place, by bisection."""
        mean = np.asarray(mean, dtype=float)
        low, high = np.full(mean.shape, self.thresholds[0] - 750.0), np.full(mean.shape, self.thresholds[-1] + 750.0)
        for _ in range(70):
            middle = 0.5 * (low + high)
            below = self.mean(middle) < mean
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return 0.5 * (low + high)

    def outcome_variance(self, eta: Array) -> Array:
        """The variance of the place."""
        chances, mean = self.probabilities(eta), self.mean(eta)
        return sum((chance * (place - mean) ** 2 for place, chance in enumerate(chances)), np.zeros(np.shape(eta)))

    def marginal(self, eta: Any, variance: Any) -> Any:
        """The expected place over persons whose linear predictors are normal; floats, or arrays that broadcast."""
        found = self._above(eta, variance).sum(axis=0)
        return float(found) if np.ndim(found) == 0 else found

    def _above(self, eta: Any, variance: Any) -> Array:
        """The probability of lying above each threshold over persons, (C - 1, ...)."""
        eta, variance = np.broadcast_arrays(np.asarray(eta, dtype=float), np.asarray(variance, dtype=float))
        return np.stack([np.asarray(self._link.average(eta - cut, variance)) for cut in self.thresholds])

    def drawn(self, eta: Array, trials: Array | None, rng: np.random.Generator) -> Array:
        """Places of categories at linear predictors, 0 to C - 1."""
        latent = np.asarray(eta, dtype=float) + self._link.noise(np.shape(eta), rng)
        return np.searchsorted(self.thresholds, latent).astype(float)

    # ------------------------------------------------ columns

    def checked(self, values: Any, trials: Any, name: str, order: Sequence[Any] | None = None) -> Checked:
        """Outcomes as the places of their categories, with a family that knows these.

        Parameters
        ----------
        values : (n,) array
            Categories, or numbers, of which there may be few.
        trials : None
        name : str
            Of the column, for errors.
        order : sequence, optional
            The categories in order, where the column is ordered; those of the family go before it.

        Raises
        ------
        DataError
            For words without an order, a category that is not among them, and fewer than two with rows.
        """
        no_trials(trials, self.name, name)
        column = as_column(values, name)
        known = self.categories or (None if order is None else tuple(order))
        if known is None and not are_numbers(column):
            raise DataError(
                f"The categories of {name!r} are words without an order, such as {shown(column[0])}: code them "
                f"as numbers in their order, make it an ordered category, or give the order, as in "
                f"Ordinal(categories=('low', 'middle', 'high'))."
            )
        if known is None:
            numbers(column, name, "ordered categories are finite numbers")
        seen, empty = categories_of(column, known, name)
        if len(seen) < 2:
            raise refuse(name, seen[0], "no row has another category", "an ordered outcome needs two or more")
        if len(seen) > MOST_CATEGORIES:
            raise DataError(
                f"The outcome {name!r} has {len(seen)} different values, too many for ordered categories (at most "
                f"{MOST_CATEGORIES}): leave out family='ordinal', or group them."
            )
        told = (without_rows(name, empty),) if empty else ()
        family = self if tuple(seen) == self.categories else replace(self, categories=tuple(seen), start=None)
        return Checked(Answers(places(column, seen)), family, tuple(seen if known is None else known), told)


def _plain(category: Any) -> str:
    return category if isinstance(category, str) else shown(category)
