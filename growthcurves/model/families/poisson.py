"""Counts whose variance is their mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import gammaln, pdtr, pdtrc

from growthcurves.contracts.family import Answers, Array, Slopes, Tails
from growthcurves.model.families.base import Checked, LogLink, for_draws
from growthcurves.model.families.checking import no_trials, whole
from growthcurves.model.families.links import ScaleWords

#: What counts are, in errors.
COUNTS = "counts are whole numbers from 0 up"
TODO = "make codes missing, or take family='gamma' for amounts, and no family for scores"


@dataclass(frozen=True)
class Counts(LogLink):
    """Families of counts: their words, and columns that they take."""

    takes_exposure = True

    @property
    def words(self) -> str:
        return "log E({outcome})"

    @property
    def effect(self) -> str:
        return "rate ratio"

    @property
    def scale_words(self) -> ScaleWords:
        return ScaleWords("log rate", "expected count")

    def constant(self, answers: Answers) -> Array:
        """-log y!."""
        return -gammaln(np.asarray(answers.value) + 1.0)

    def checked(self, values: Any, trials: Any, name: str, order: Sequence[Any] | None = None) -> Checked:
        """Outcomes as floats; `name` is the column's, for errors.

        Raises
        ------
        DataError
            For the first value that is no whole number from zero up, and for trials.
        """
        no_trials(trials, self.name, name)
        return Checked(Answers(whole(values, name, COUNTS, TODO)), self)


@dataclass(frozen=True)
class Poisson(Counts):
    """Counts whose variance is their mean, with a linear predictor of its logarithm.

    Examples
    --------
    >>> family = Poisson()
    >>> family.mean(np.array([0.0, 1.0])).round(3).tolist()
    [1.0, 2.718]
    >>> round(family.marginal(0.0, 1.0), 3)  # persons differ with SD 1
    1.649
    """

    name = "poisson"

    @property
    def canonical(self) -> bool:
        return True

    def started(self, answers: Answers) -> tuple[Poisson, float]:
        """The family, and the logarithm of the mean over all rows."""
        return self, float(np.log((np.sum(answers.value) + 0.5) / np.size(answers.value)))

    def density(self, answers: Answers, eta: Array) -> Array:
        """The log density but for `constant`."""
        return answers.value * eta - self.mean(eta)

    def score(self, answers: Answers, eta: Array) -> tuple[Array, Array]:
        """The same and its first derivative in eta."""
        mean = self.mean(eta)
        return answers.value * eta - mean, answers.value - mean

    def slopes(self, answers: Answers, eta: Array) -> Slopes:
        """The same and three derivatives in eta."""
        mean = self.mean(eta)
        value, first = answers.value * eta - mean, answers.value - mean
        other = np.broadcast_to(-mean, np.shape(value))
        return Slopes(value, first, other, other)

    def tails(self, answers: Answers, eta: Array) -> Tails:
        """The probabilities of fewer, of as many and of more."""
        y, mean = np.broadcast_arrays(np.asarray(answers.value, dtype=float), self.mean(eta))
        below = np.where(y > 0, pdtr(np.maximum(y - 1.0, 0.0), mean), 0.0)
        return Tails(below, np.exp(self.density(answers, eta) + self.constant(answers)), pdtrc(y, mean))

    def outcome_variance(self, eta: Array) -> Array:
        """The mean."""
        return self.mean(eta)

    def drawn(self, eta: Array, trials: Array | None, rng: np.random.Generator) -> Array:
        """Counts at linear predictors."""
        return rng.poisson(for_draws(self.mean(eta))).astype(float)
