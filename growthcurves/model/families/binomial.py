"""Yes or no, and successes of several trials."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from scipy.special import betainc, gammaln, xlogy

from growthcurves.contracts.family import Answers, Array, Slopes, Tails
from growthcurves.errors import DataError, ModelError, RowError
from growthcurves.model.families.base import Checked, OfProbability
from growthcurves.model.families.checking import (
    are_numbers,
    as_column,
    categories_of,
    names_of,
    numbers,
    places,
    refuse,
    shown,
    whole,
    without_rows,
)
from growthcurves.model.families.links import LINKS, ScaleWords, refuse_unknown

_WHAT = "a yes-or-no outcome is 0 or 1"


@dataclass(frozen=True)
class Binomial(OfProbability):
    """Outcomes that are yes or no, or successes of so many trials.

    Parameters
    ----------
    link : {"logit", "probit", "cloglog"}
        What makes a probability of the linear predictor: the logistic or the normal distribution function, or
        1 - exp(-exp(eta)).
    categories : tuple
        What 0 and 1 stand for, where the outcome is in words.

    Examples
    --------
    >>> family = Binomial()
    >>> family.mean(np.array([-1.0, 0.0, 1.0])).round(3).tolist()
    [0.269, 0.5, 0.731]
    >>> round(family.marginal(1.0, 4.0), 3)  # persons differ with SD 2: their mean is nearer to one half
    0.648
    """

    categories: tuple[Any, ...] = ()
    name = "binomial"
    takes_trials = True
    single = True

    def __post_init__(self) -> None:
        refuse_unknown(self.link, tuple(LINKS))
        if not isinstance(self.categories, (tuple, list)) or len(set(self.categories)) not in (0, 2):
            raise ModelError("categories= of family='binomial' are two: what 0 stands for, and what 1 stands for.")
        object.__setattr__(self, "categories", tuple(self.categories))

    @property
    def canonical(self) -> bool:
        return self.link == "logit"

    @property
    def words(self) -> str:
        return f"{self._link.words} P({{outcome}} = {self.categories[1] if self.categories else 1})"

    @property
    def scale_words(self) -> ScaleWords:
        return ScaleWords(self._link.scale, "probability")

    def started(self, answers: Answers) -> tuple[Binomial, float]:
        """The family, and the linear predictor of the proportion over all rows."""
        yes, n = np.sum(answers.value), _count(answers)
        return self, float(self._link.quantile((yes + 0.5) / (n + 1.0)))

    def density(self, answers: Answers, eta: Array) -> Array:
        """The log density but for `constant`."""
        with np.errstate(over="ignore"):
            return self._link.density(*answers, np.asarray(eta, dtype=float))

    def score(self, answers: Answers, eta: Array) -> tuple[Array, Array]:
        """The same and its first derivative in eta."""
        with np.errstate(over="ignore"):
            return self._link.score(*answers, np.asarray(eta, dtype=float))

    def slopes(self, answers: Answers, eta: Array) -> Slopes:
        """The same and three derivatives in eta."""
        with np.errstate(over="ignore"):
            return self._link.slopes(*answers, np.asarray(eta, dtype=float))

    def constant(self, answers: Answers) -> Array:
        """The logarithm of the number of orders of the successes."""
        y, n = answers
        if n is None:
            return np.zeros(np.shape(y))
        return gammaln(n + 1.0) - gammaln(y + 1.0) - gammaln(n - y + 1.0)

    def best(self, answers: Answers) -> Array:
        """The log density at the share of successes that was observed."""
        y, n = answers.value, 1.0 if answers.trials is None else answers.trials
        return xlogy(y, np.divide(y, n)) + xlogy(n - y, np.divide(n - y, n))

    def tails(self, answers: Answers, eta: Array) -> Tails:
        """The probabilities of fewer successes, of as many and of more."""
        y, n = answers.value, 1.0 if answers.trials is None else answers.trials
        eta = np.asarray(eta, dtype=float)
        no = np.exp(self.density(Answers(np.zeros(np.shape(eta))), eta))
        y, n, chance, no = np.broadcast_arrays(np.asarray(y, dtype=float), n, self.mean(eta), no)
        above = np.where(y < n, betainc(y + 1.0, np.maximum(n - y, 1.0), chance), 0.0)
        below = np.where(y > 0, betainc(n - y + 1.0, np.maximum(y, 1.0), no), 0.0)
        return Tails(below, np.exp(self.density(answers, eta) + self.constant(answers)), above)

    def mean(self, eta: Array) -> Array:
        """The probability of a success."""
        return self._link.cdf(eta)

    def mean_slope(self, eta: Array) -> Array:
        """The derivative of the probability."""
        return self._link.pdf(eta)

    def predictor(self, mean: Array) -> Array:
        """The linear predictor at a probability: the link function."""
        return self._link.quantile(mean)

    def outcome_variance(self, eta: Array) -> Array:
        """p (1 - p), of one trial."""
        chance = self.mean(eta)
        return chance * (1.0 - chance)

    def marginal(self, eta: Any, variance: Any) -> Any:
        """The probability over persons whose linear predictors are normal; floats, or arrays that broadcast."""
        return self._link.average(eta, variance)

    def drawn(self, eta: Array, trials: Array | None, rng: np.random.Generator) -> Array:
        """Outcomes at linear predictors: 0 or 1, or successes of the trials."""
        chance = self.mean(np.asarray(eta, dtype=float))
        if trials is None:
            return (rng.random(np.shape(chance)) < chance).astype(float)
        return rng.binomial(np.asarray(trials).astype(np.int64), chance).astype(float)

    def checked(self, values: Any, trials: Any, name: str, order: Sequence[Any] | None = None) -> Checked:
        """Outcomes as 0 and 1, or as successes of the trials.

        Parameters
        ----------
        values : (n,) array
            0 and 1, truths, or two categories, of which the second (in `order`, else of the alphabet) is 1; with
            `trials` whole numbers.
        trials : (n,) array or None
        name : str
            Of the column, for errors.
        order : sequence, optional
            The categories in order.

        Raises
        ------
        DataError
            For the first value that is none of these.
        """
        if trials is not None:
            return Checked(_successes(values, trials, name), self)
        column = as_column(values, name)
        if are_numbers(column):
            found = numbers(column, name, _WHAT)
            for row in np.flatnonzero((found != 0) & (found != 1)).tolist():
                todo = "recode it, or give the number of trials with trials="
                raise refuse(name, found[row], _WHAT, todo, row)
            return Checked(Answers(found), self)
        return self._of_categories(column, name, order)

    def _of_categories(self, column: Array, name: str, order: Sequence[Any] | None) -> Checked:
        seen, empty = categories_of(column, order, name)
        known = seen if len(seen) == 2 or len(seen) + len(empty) != 2 else [*dict.fromkeys(order or ())]
        if len(known) != 2:
            raise DataError(
                f"A yes-or-no outcome has two categories, and {name!r} has {len(known)} ({names_of(known)}): take two "
                f"of them, or code it as 0 and 1."
            )
        told = f"{name} = 1 is {shown(known[1])}, and 0 is {shown(known[0])}."
        left_out = [without_rows(name, empty)] if empty and len(seen) == 2 else []
        family = replace(self, categories=tuple(known))
        return Checked(Answers(places(column, known)), family, tuple(known), (told, *left_out))


def _successes(values: Any, trials: Any, name: str) -> Answers:
    yes = whole(values, name, "successes are whole numbers from 0 up")
    n = whole(trials, f"trials of {name}", "trials are whole numbers from 1 up")
    if len(n) != len(yes):
        raise DataError(f"The outcome {name!r} has {len(yes)} rows, and its trials have {len(n)}.")
    for row in np.flatnonzero(n == 0).tolist():
        raise RowError(f"The trials of {name!r} are 0", ", which says nothing: leave out such rows.", row)
    for row in np.flatnonzero(yes > n).tolist():
        raise refuse(name, yes[row], f"there are only {shown(n[row])} trials in that row", row=row)
    return Answers(yes, n)


def _count(answers: Answers) -> float:
    return float(np.size(answers.value) if answers.trials is None else np.sum(answers.trials))
