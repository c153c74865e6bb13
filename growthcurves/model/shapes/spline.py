"""Natural cubic spline growth: a smooth curve with few parameters, straight beyond the data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from growthcurves.errors import ModelError
from growthcurves.model.shapes.base import Array, BoundShape, EngineColumns, Seen, Shape, constant_first
from growthcurves.model.shapes.natural_spline import natural_basis, natural_knots
from growthcurves.model.shapes.words import Names, ParameterWords, ShapeWords
from growthcurves.numerics.bounds import MOST_PIECES, few, finite_number, shown_value, whole_number
from growthcurves.numerics.times import time_texts


def _numbers(knots: Any) -> tuple[float, ...]:
    listed = few(knots if np.iterable(knots) else [knots], "The knots of a spline are times", MOST_PIECES)
    return tuple(finite_number(knot, "A knot of a spline is a time") for knot in listed)


@dataclass(frozen=True)
class Spline(Shape):
    """Growth as a natural cubic spline of time.

    Knots lie at the quantiles of the distinct observed times (in original units), boundary knots at the first
    and last. The curve has no slope of its own; the random effect "slope" is a straight line t - origin, and
    with the intercept it varies by default.

    Parameters
    ----------
    df : int, optional
        Number of spline parameters: one more than the interior knots. 4 unless knots are given.
    knots : list of float, optional
        Interior knots, in the place of `df`.
    boundary : (float, float), optional
        Boundary knots; the first and last observed time by default.

    Raises
    ------
    ModelError
        For knots that do not ascend, or more parameters than distinct times can carry.

    Examples
    --------
    >>> Spline(df=3).parameters
    ('intercept', 's1', 's2', 's3')
    """

    df: int | None = None
    knots: Any = None
    boundary: Any = None
    implied_by = ("df",)
    formula_curve = "spline"
    formula_powers = 1  # persons may differ by straight lines about a spline

    def __post_init__(self) -> None:
        knots = None if self.knots is None else _numbers(self.knots)
        df = self.df if self.df is not None else (4 if knots is None else len(knots) + 1)
        whole_number(df, "A spline takes df= as the number of its parameters", 1, MOST_PIECES)
        if knots is not None and len(knots) + 1 != df:
            raise ModelError(f"A spline with {len(knots)} knots has df={len(knots) + 1}, not {df}.")
        if knots is not None and any(later <= earlier for earlier, later in zip(knots, knots[1:], strict=False)):
            raise ModelError(f"The knots of a spline must ascend: {', '.join(f'{knot:g}' for knot in knots)}.")
        object.__setattr__(self, "df", df)
        object.__setattr__(self, "knots", knots)
        object.__setattr__(self, "boundary", None if self.boundary is None else _pair(self.boundary))

    @property
    def name(self) -> str:
        if self.knots is None:
            return f"natural spline, df {self.df}"
        return f"natural spline, knots {', '.join(f'{knot:g}' for knot in self.knots) or 'none'}"

    @property
    def parameters(self) -> tuple[str, ...]:
        assert self.df is not None
        return ("intercept", *(f"s{j}" for j in range(1, self.df + 1)))

    @property
    def default_random(self) -> tuple[str, ...]:
        return ("intercept", "slope")

    def learned(self, seen: Seen) -> Spline:
        assert self.df is not None
        distinct = np.unique(seen.times)
        if distinct.size < self.df + 1:
            raise ModelError(
                f"A spline with df={self.df} needs at least {self.df + 1} distinct times; {seen.time!r} has "
                f"{distinct.size}: use a smaller df."
            )
        knots, boundary = natural_knots(distinct, self.df)
        knots = knots if self.knots is None else self.knots
        boundary = boundary if self.boundary is None else self.boundary
        if knots and not boundary[0] < knots[0] <= knots[-1] < boundary[1]:
            raise ModelError(f"The knots of a spline must lie between {boundary[0]:g} and {boundary[1]:g}.")
        return replace(self, knots=knots, boundary=boundary)

    @classmethod
    def of_formula(cls, options: dict[str, Any]) -> tuple[Spline, str]:
        return cls(**options), "first"

    def unbound_words(self, time: str) -> list[str] | None:
        seen = self.knots is not None and self.boundary is not None
        return None if seen else _basis_words(time, len(self.parameters))

    def bind(self, origin: float) -> BoundSpline:
        if self.knots is None or self.boundary is None:
            raise ModelError("A spline takes its knots from the data: fit it first, or give knots= and boundary=.")
        return BoundSpline(
            origin,
            self.parameters,
            extra={"slope": _straight(self.knots, self.boundary)},
            knots=self.knots,
            boundary=self.boundary,
        )


@dataclass(frozen=True)
class BoundSpline(BoundShape):
    """A natural spline with its knots and its origin; every column but the first is zero at the origin."""

    knots: tuple[float, ...] = ()
    boundary: tuple[float, float] = (0.0, 1.0)

    def basis(self, time: Array, values: Array | None = None) -> Array:
        curves = natural_basis(time, self.knots, self.boundary) - self._at_origin()
        return constant_first([curves], len(curves))

    def derivative(self, time: Array, values: Array | None = None) -> Array:
        rates = natural_basis(time, self.knots, self.boundary, order=1)
        return np.column_stack([np.zeros(len(rates)), rates])

    def engine_columns(self, time: Array, values: Array | None = None, middle: float = 0.0) -> EngineColumns:
        curves = natural_basis(time, self.knots, self.boundary)
        stored = [np.ascontiguousarray(column) for column in curves.T]
        shift = self._at_origin()
        made = [{0: 1.0}, *({0: -float(shift[j]), j + 1: 1.0} for j in range(len(stored)))]
        return EngineColumns(stored, [*made, self._line(time, stored)])

    def _at_origin(self) -> Array:
        return natural_basis(np.array([self.origin]), self.knots, self.boundary)[0]

    def level_one(self, time: str) -> list[str]:
        return _basis_words(time, len(self.parameters))

    def words(self, names: Names) -> ShapeWords:
        found = {"intercept": names.start}
        for place, name in enumerate(self.parameters[1:], start=1):
            found[name] = ParameterWords(f"Spline term {place}", f"spline term {place}", names.unit)
        found["slope"] = names.rate()  # as a random effect: a straight line beside the curve
        knots = " and ".join(time_texts(self.knots))
        inner = f" with its bends at {names.when.name} {knots}" if knots else ""
        curve = f"a smooth curve (natural cubic spline{inner})"
        return ShapeWords(f"{curve}; its single terms say little, so read the curve and its rates", found)


def _basis_words(time: str, parameters: int) -> list[str]:
    """The basis in words."""
    return ["", *(f"spline{j}({time})" for j in range(1, parameters))]


def _straight(knots: tuple[float, ...], boundary: tuple[float, float]) -> tuple[float, ...]:
    """The straight line t as a combination of the basis, whose span holds it, up to its value at the origin."""
    times = np.array([boundary[0], *knots, boundary[1]])
    curves = natural_basis(times, knots, boundary)
    weights = np.linalg.lstsq(curves, times - boundary[0], rcond=None)[0]
    return (0.0, *(float(weight) for weight in weights))


def _pair(boundary: Any) -> tuple[float, float]:
    ends = few(boundary if np.iterable(boundary) else [boundary], "boundary= of a spline are two times", 3)
    if len(ends) != 2:
        raise ModelError("boundary= of a spline are two times, the first and the last.")
    low, high = (finite_number(end, "A boundary knot of a spline is a time") for end in ends)
    if not low < high:
        raise ModelError(f"The boundary knots of a spline must ascend, not {shown_value(boundary)}.")
    return low, high
