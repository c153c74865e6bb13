"""What an outcome family says of a linear predictor, on the scale of the outcome."""

from __future__ import annotations

from typing import Protocol

import numpy as np

Array = np.ndarray


class Family(Protocol):
    """A family of outcomes that are not normal.

    Attributes
    ----------
    name : str
        A short name: "binomial".
    words : str
        The left side of the level-1 equation, with ``{outcome}`` in it: "logit P({outcome} = 1)".
    """

    name: str
    words: str

    def mean(self, eta: Array) -> Array:
        """The mean outcome at a linear predictor, increasing in it."""
        ...

    def marginal(self, eta: float, variance: float) -> float:
        """The mean outcome over persons whose linear predictors are normal with this mean and variance."""
        ...
