"""Amounts above zero whose SD is in proportion to their mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from scipy.special import gammainc, gammaincc

from growthcurves.contracts.family import Answers, Array, OwnSlopes, Slopes, Tails
from growthcurves.model.families.base import Checked, Dispersed, own_of_one
from growthcurves.model.families.checking import NONE_AT_ALL, no_trials, positive
from growthcurves.model.families.links import ScaleWords, refuse_unknown
from growthcurves.numerics.rising import gamma_scale

#: Differences of logarithms beyond these are as far away as that.
_FARTHEST = 709.0
_START = (1e-3, 10.0)


@dataclass(frozen=True)
class Gamma(Dispersed):
    """Amounts above zero with a gamma distribution of variance phi mu^2.

    Parameters
    ----------
    link : {"log"}
        The linear predictor is the logarithm of the mean.
    dispersion : float, optional
        phi, the square of the coefficient of variation, or where a search for it starts.

    Examples
    --------
    >>> family = Gamma(dispersion=0.25)
    >>> family.outcome_variance(np.log([1.0, 4.0])).round(3).tolist()
    [0.25, 4.0]
    """

    link: str = "log"
    dispersion: float | None = field(default=None, repr=False)
    name = "gamma"
    continuous = True

    def __post_init__(self) -> None:
        refuse_unknown(self.link, ("log",))
        super().__post_init__()

    @property
    def words(self) -> str:
        return "log E({outcome})"

    @property
    def effect(self) -> str:
        return "ratio of means"

    @property
    def scale_words(self) -> ScaleWords:
        return ScaleWords("log mean", "mean")

    def started(self, answers: Answers) -> tuple[Gamma, float]:
        """The dispersion by moments over all rows, and the logarithm of their mean."""
        y = np.asarray(answers.value, dtype=float)
        unit = y.max()
        mean = np.mean(y / unit)
        start = float(np.clip(np.var(y / unit) / mean**2, *_START)) if self.dispersion is None else self._dispersion
        return replace(self, dispersion=start), float(np.log(mean) + np.log(unit))

    def density(self, answers: Answers, eta: Array) -> Array:
        """The log density but for `constant`."""
        return self.score(answers, eta)[0]

    def score(self, answers: Answers, eta: Array) -> tuple[Array, Array]:
        """The same and its first derivative in eta."""
        apart, above = _apart(answers, eta)
        size = 1.0 / self._phi
        with np.errstate(over="ignore"):
            return size * (apart - above) + gamma_scale(self._log_dispersion)[0], size * above

    def slopes(self, answers: Answers, eta: Array) -> Slopes:
        """The same and three derivatives in eta."""
        value, first = self.score(answers, eta)
        size = 1.0 / self._phi
        with np.errstate(over="ignore"):
            third = size * np.exp(_apart(answers, eta)[0])
        return Slopes(value, first, -third, third)

    def own(self, answers: Answers, eta: Array) -> OwnSlopes:
        """Derivatives in log phi."""
        apart, above = _apart(answers, eta)
        _, slope, bend = gamma_scale(self._log_dispersion)
        size = 1.0 / self._phi
        with np.errstate(over="ignore"):
            fall = size * (above - apart)
            return own_of_one(fall + slope, -size * above, size * np.exp(apart), bend - fall)

    def constant(self, answers: Answers) -> Array:
        """-log y."""
        return -np.log(answers.value)

    def tails(self, answers: Answers, eta: Array) -> Tails:
        """The probabilities of less, of the same (none) and of more."""
        size = 1.0 / self._phi
        with np.errstate(over="ignore"):
            x = size * np.exp(_apart(answers, eta)[0])
        return Tails(gammainc(size, x), np.zeros(np.shape(x)), gammaincc(size, x))

    def outcome_variance(self, eta: Array) -> Array:
        """phi mu^2."""
        with np.errstate(over="ignore"):
            return self._dispersion * np.square(self.mean(eta))

    def drawn(self, eta: Array, trials: Array | None, rng: np.random.Generator) -> Array:
        """Amounts at linear predictors."""
        mean = self.mean(eta)
        return mean * (rng.gamma(1.0 / self._phi, size=np.shape(mean)) * self._phi)

    def checked(self, values: Any, trials: Any, name: str, order: Sequence[Any] | None = None) -> Checked:
        """Outcomes as floats; `name` is the column's, for errors.

        Raises
        ------
        DataError
            For the first value that is no number above zero, and for trials.
        """
        no_trials(trials, self.name, name)
        return Checked(Answers(positive(values, name, "amounts of family='gamma' are above 0", NONE_AT_ALL)), self)

    @property
    def _phi(self) -> float:
        return float(np.exp(self._log_dispersion))


def _apart(answers: Answers, eta: Array) -> tuple[Array, Array]:
    """log(y / mu), and y / mu - 1."""
    apart = np.log(answers.value) - eta
    apart = np.clip(apart, -np.inf, _FARTHEST)
    return apart, np.expm1(apart)
