"""One of several ordered categories: its probability as a mean outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from growthcurves.contracts.family import Array


@dataclass(frozen=True)
class OneCategory:
    """The probability of one category of an ordered outcome.

    Attributes
    ----------
    family : Ordinal
    place : int
        Of the category, from 0.

    Examples
    --------
    >>> import numpy as np
    >>> from growthcurves.model.families.ordinal import Ordinal
    >>> family = Ordinal(categories=("never", "monthly", "weekly")).moved(np.array([0.0, np.log(2.0)]))
    >>> round(float(OneCategory(family, 1).mean(1.0)), 3)
    0.462
    """

    family: Any
    place: int

    def mean(self, eta: Array) -> Array:
        """The probability at a linear predictor; it does not increase with it but for the highest category."""
        return self.family.probabilities(eta)[self.place]

    def mean_slope(self, eta: Array) -> Array:
        """The derivative of the probability."""
        return self.family.probability_slopes(eta)[self.place]

    def marginal(self, eta: Any, variance: Any) -> Any:
        """The probability over persons whose linear predictors are normal."""
        return self.family.marginal_probabilities(eta, variance)[self.place]
