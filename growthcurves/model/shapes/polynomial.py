"""Polynomial growth: straight lines, quadratics, cubics and so on."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb
from typing import Any

import numpy as np
from numpy.typing import NDArray

from growthcurves.errors import ModelError
from growthcurves.model.shapes.base import Array, BoundShape, EngineColumns, Shape, since
from growthcurves.model.shapes.words import Names, ParameterWords, ShapeWords
from growthcurves.numerics.bounds import shown_value

NAMES = ("intercept", "slope", "quadratic", "cubic", "quartic", "quintic")
POWERS = {2: "²", 3: "³"}
SHORT = {1: "linear", 2: "quadratic", 3: "cubic"}


@dataclass(frozen=True)
class Polynomial(Shape):
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
    implied_by = ("degree",)
    formula_curve = "power"

    def __post_init__(self) -> None:
        whole = isinstance(self.degree, int) and not isinstance(self.degree, bool)
        if not whole or not 1 <= self.degree <= 8:
            raise ModelError(f"A polynomial takes a degree from 1 to 8, not {shown_value(self.degree)}.")

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

    @classmethod
    def of_formula(cls, options: dict[str, Any]) -> tuple[Polynomial, float]:
        return cls(options["power"]), 0.0

    def of_power(self, power: int) -> str:
        return self.parameters[power]

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

    def engine_columns(self, time: Array, values: Array | None = None, middle: float = 0.0) -> EngineColumns:
        """Powers about the middle of the data; the model's own follow by the binomial theorem."""
        degree = len(self.parameters) - 1
        if degree == 1:
            return EngineColumns([time], [{0: 1.0}, {0: -self.origin, 1: 1.0}])
        away = np.float64(middle - self.origin)
        stored: list[NDArray] = [time - middle]
        for _ in range(degree - 1):
            stored.append(stored[-1] * stored[0])
        made = [
            {lower: float(comb(power, lower) * away ** (power - lower)) for lower in range(power + 1)}
            for power in range(degree + 1)
        ]
        return EngineColumns(stored, made)

    def level_one(self, time: str) -> list[str]:
        away = since(time, self.origin)
        return ["", away, *(f"{away}^{power}" for power in range(2, len(self.parameters)))]

    def words(self, names: Names) -> ShapeWords:
        degree = len(self.parameters) - 1
        if degree == 1:
            rate = names.rate()
            text = f"a straight line: a {names.start.short} and a {names.rate().short} per {names.when.per}"
            return ShapeWords(text, {"intercept": names.start, "slope": rate})
        at = names.when.at(names.origin)
        found = {"intercept": names.start, "slope": names.rate(at)}
        for power, name in enumerate(self.parameters[2:], start=2):
            raised = f"coefficient of {names.when.name} to the power {power}"
            what = "how the rate itself changes" if power == 2 else raised
            unit = f"{names.unit} per {names.when.per}{POWERS.get(power, f'^{power}')}".strip()
            found[name] = ParameterWords(f"{name.capitalize()} term: {what}", f"{name} term", unit)
        text = (
            f"a curve ({SHORT.get(degree, f'a polynomial of degree {degree}')}): a {names.start.short}, a rate of "
            f"change {at}, and {'a term that bends it' if degree == 2 else 'terms that bend it'}"
        )
        return ShapeWords(text, found)
