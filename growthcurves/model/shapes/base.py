"""What a growth shape is: named growth parameters and a basis of time."""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray


class BoundShape(Protocol):
    """A shape that has seen the data and knows its origin.

    Attributes
    ----------
    parameters : tuple of str
        Growth parameters, one for each column of the basis.
    origin : float
        The time at which the intercept is read.
    """

    @property
    def parameters(self) -> tuple[str, ...]: ...

    @property
    def origin(self) -> float: ...

    def basis(self, time: NDArray[np.float64]) -> NDArray[np.float64]:
        """phi_1(t), ..., phi_K(t): shape (n, K) for times of shape (n,)."""
        ...

    def level_one(self, time: str) -> list[str]:
        """The basis in words, one text per growth parameter, for printed equations."""
        ...


class Shape(Protocol):
    """A growth shape before it has seen data."""

    @property
    def name(self) -> str: ...

    @property
    def parameters(self) -> tuple[str, ...]: ...

    @property
    def default_random(self) -> tuple[str, ...]: ...

    def bind(self, time: NDArray[np.float64], origin: float) -> BoundShape:
        """Learn from the observed times what the shape needs, and fix the origin."""
        ...
