"""Polynomial growth: straight lines, quadratics, cubics and so on."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb

import numpy as np
from numpy.typing import NDArray

from growthcurves.errors import ModelError
from growthcurves.model.shapes.base import Array, BoundShape, EngineColumns, Seen, since
from growthcurves.numerics.bounds import shown_value

NAMES = ("intercept", "slope", "quadratic", "cubic", "quartic", "quintic")
SHORT = {1: "linear", 2: "quadratic", 3: "cubic"}


@dataclass(frozen=True)
class Polynomial:
    """Growth as a polynomial in time: pi_0 + pi_1 (t - origin) + ... + pi_d (t - origin)^d.

    The slope is the rate of change at the origin.

    Parameters
    ----------
    degree : int
        1 (a straight line) to 8.

    Raises
    ------
    ModelError
        For another degree.

    Examples
    --------
    >>> Polynomial(2).parameters
    ('intercept', 'slope', 'quadratic')
    """

    degree: int

    def __post_init__(self) -> None:
        whole = isinstance(self.degree, int) and not isinstance(self.degree, bool)
        if not whole or not 1 <= self.degree <= 8:
            raise ModelError(f"Polynomial() takes a degree from 1 to 8, not {shown_value(self.degree)}.")

    @property
    def name(self) -> str:
        return SHORT.get(self.degree, f"polynomial of degree {self.degree}")

    @property
    def parameters(self) -> tuple[str, ...]:
        higher = tuple(f"power{power}" for power in range(len(NAMES), self.degree + 1))
        return (*NAMES[: self.degree + 1], *higher)

    @property
    def default_random(self) -> tuple[str, ...]:
        return self.parameters[:2]

    @property
    def columns(self) -> tuple[str, ...]:
        return ()

    def learned(self, seen: Seen) -> Polynomial:
        return self

    def bind(self, origin: float) -> BoundPolynomial:
        return BoundPolynomial(origin, self.parameters)


@dataclass(frozen=True)
class BoundPolynomial(BoundShape):
    """A polynomial with its origin."""

    @property
    def curved(self) -> bool:
        return len(self.parameters) > 2

    def basis(self, time: Array, values: Array | None = None) -> Array:
        away = np.asarray(time, dtype=np.float64) - self.origin
        return np.column_stack([away**power for power in range(len(self.parameters))])

    def derivative(self, time: Array, values: Array | None = None) -> Array:
        away = np.asarray(time, dtype=np.float64) - self.origin
        powers = range(1, len(self.parameters))
        return np.column_stack([np.zeros(len(away)), *(power * away ** (power - 1) for power in powers)])

    def engine_columns(self, time: Array, values: Array | None = None) -> EngineColumns:
        """Powers about the middle of the data; the model's own follow by the binomial theorem."""
        degree = len(self.parameters) - 1
        if degree == 1:
            return EngineColumns([time], [{0: 1.0}, {0: -self.origin, 1: 1.0}])
        middle = _observed_middle(time)
        away = middle - self.origin
        stored: list[NDArray] = [time - middle]
        for _ in range(degree - 1):
            stored.append(stored[-1] * stored[0])
        made = [
            {lower: comb(power, lower) * away ** (power - lower) for lower in range(power + 1)}
            for power in range(degree + 1)
        ]
        return EngineColumns(stored, made)

    def level_one(self, time: str) -> list[str]:
        away = since(time, self.origin)
        return ["", away, *(f"{away}^{power}" for power in range(2, len(self.parameters)))]


def _observed_middle(time: Array) -> float:
    """The observed time nearest the middle of the range: differences from it are exact for whole numbers."""
    middle = (float(time.min()) + float(time.max())) / 2.0 if time.size else 0.0
    return float(time[np.abs(time - middle).argmin()]) if time.size else 0.0
