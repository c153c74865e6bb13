"""Amounts above zero whose logarithms are normal: fitted as normal outcomes, told on the scale of the amounts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from growthcurves.contracts.family import Answers, Array
from growthcurves.contracts.parameters import Parameter
from growthcurves.model.families.base import Checked
from growthcurves.model.families.checking import NONE_AT_ALL, no_trials, positive
from growthcurves.model.families.links import ScaleWords


@dataclass(frozen=True)
class LogNormal:
    """Amounts above zero whose logarithms are normal around the linear predictor.

    It has no log density of its own: log(y) is fitted as a normal outcome, whose log likelihood becomes that of y by
    `constant`, -log y of every row.

    Attributes
    ----------
    of_logarithm : bool
        That outcomes are fitted as normal ones after their logarithm is taken.

    Examples
    --------
    >>> family = LogNormal()
    >>> round(float(family.mean(1.0, 0.5)), 4), round(float(family.median(1.0)), 4)
    (3.4903, 2.7183)
    """

    name: ClassVar[str] = "lognormal"
    of_logarithm: ClassVar[bool] = True
    continuous: ClassVar[bool] = True
    words: ClassVar[str] = "log {outcome}"
    canonical: ClassVar[bool] = False
    takes_trials: ClassVar[bool] = False
    takes_exposure: ClassVar[bool] = False
    effect: ClassVar[str] = "ratio of medians"
    scale_words: ClassVar[ScaleWords] = ScaleWords("log", "mean")
    latent_variance: ClassVar[None] = None

    def parameters(self) -> tuple[Parameter, ...]:
        return ()

    def values(self) -> tuple[float, ...]:
        return ()

    def mean(self, eta: Array, variance: Any = 0.0) -> Array:
        """The mean at means of the logarithm and its variance (of residuals; or of residuals and persons together).

        Without a variance the median.
        """
        with np.errstate(over="ignore"):
            return np.exp(np.asarray(eta) + 0.5 * np.asarray(variance))

    def median(self, eta: Array) -> Array:
        """The median, which is the geometric mean."""
        return self.mean(eta)

    def mean_slope(self, eta: Array, variance: Any = 0.0) -> Array:
        """The derivative of `mean` in eta."""
        return self.mean(eta, variance)

    def marginal(self, eta: Any, variance: Any) -> Any:
        """The mean at means of the logarithm over all that varies."""
        return self.mean(eta, variance)

    def outcome_variance(self, eta: Array, variance: Any) -> Array:
        """The variance of an outcome at a mean of the logarithm and its variance."""
        return np.expm1(variance) * np.square(self.mean(eta, variance))

    def predictor(self, mean: Array, variance: Any = 0.0) -> Array:
        """The mean of the logarithm at a mean."""
        return np.log(mean) - 0.5 * np.asarray(variance)

    def constant(self, answers: Answers) -> Array:
        """-log y: what makes a density of log(y) one of y."""
        return -np.log(answers.value)

    def checked(self, values: Any, trials: Any, name: str, order: Sequence[Any] | None = None) -> Checked:
        """Outcomes as floats; `name` is the column's, for errors.

        Raises
        ------
        DataError
            For the first value that is no number above zero, and for trials.
        """
        no_trials(trials, self.name, name)
        amounts = positive(values, name, "amounts of family='lognormal' are above 0", NONE_AT_ALL)
        return Checked(Answers(amounts), self)
