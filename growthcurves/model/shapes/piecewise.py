"""Piecewise linear growth: a rate of its own before and after each knot, and a jump there if asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

import numpy as np

from growthcurves.errors import ModelError
from growthcurves.model.shapes.base import Array, BoundShape, EngineColumns, Seen, Shape, constant_first
from growthcurves.model.shapes.words import Names, ParameterWords, ShapeWords
from growthcurves.numerics.bounds import MOST_PIECES, few, finite_number, shown_value


@dataclass(frozen=True)
class Piecewise(Shape):
    """Growth in straight pieces that meet at the knots; each slope is the rate within its piece.

    Parameters
    ----------
    knots : number, column, or list of them
        Where the rate changes: times in ascending order, or person-level columns that hold each person's own
        time (of an event, say).
    jump : bool
        Whether the level may change at each knot as well, from that time on (t >= knot).

    Raises
    ------
    ModelError
        Without knots, and for knots that do not ascend.

    Examples
    --------
    >>> Piecewise(knots=[3]).parameters
    ('intercept', 'slope1', 'slope2')
    >>> Piecewise(knots="event_week", jump=True).parameters
    ('intercept', 'slope1', 'slope2', 'jump')
    """

    knots: Any
    jump: bool = False
    implied_by = ("knots", "jump")

    def __post_init__(self) -> None:
        listed = not isinstance(self.knots, (str, Real)) and isinstance(self.knots, Iterable)
        given = self.knots if listed else [self.knots]
        knots = few(given, "The knots of a piecewise curve are times or columns", MOST_PIECES)
        knots = tuple(knot if isinstance(knot, str) else _number(knot) for knot in knots)
        if not knots:
            raise ModelError("A piecewise curve needs at least one knot, such as knots=[3].")
        numbers = [knot for knot in knots if not isinstance(knot, str)]
        if any(later <= earlier for earlier, later in zip(numbers, numbers[1:], strict=False)):
            raise ModelError(f"The knots of a piecewise curve must ascend: {', '.join(map(_shown, knots))}.")
        object.__setattr__(self, "knots", knots)
        if not isinstance(self.jump, bool | np.bool_):
            raise ModelError(f"A piecewise curve takes jump= as True or False, not {shown_value(self.jump)}.")
        object.__setattr__(self, "jump", bool(self.jump))

    @property
    def name(self) -> str:
        return f"piecewise, knots {', '.join(_shown(knot) for knot in self.knots)}" + (", jump" if self.jump else "")

    @property
    def slopes(self) -> tuple[str, ...]:
        return tuple(f"slope{piece}" for piece in range(1, len(self.knots) + 2))

    @property
    def jumps(self) -> tuple[str, ...]:
        if not self.jump:
            return ()
        return ("jump",) if len(self.knots) == 1 else tuple(f"jump{i}" for i in range(1, len(self.knots) + 1))

    @property
    def parameters(self) -> tuple[str, ...]:
        return ("intercept", *self.slopes, *self.jumps)

    @property
    def default_random(self) -> tuple[str, ...]:
        return ("intercept", *self.slopes)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(knot for knot in self.knots if isinstance(knot, str)))

    def learned(self, seen: Seen) -> Piecewise:
        """Knots must leave observed times on both sides."""
        if not seen.times.size:
            return self
        first, last = float(seen.times.min()), float(seen.times.max())
        for knot in self.knots:
            if not isinstance(knot, str) and not first < knot < last:
                raise ModelError(
                    f"The knot {knot:g} does not lie inside the observed times of {seen.time!r} "
                    f"({first:g} to {last:g}): a rate before or after it cannot be estimated."
                )
        return self

    def bind(self, origin: float) -> BoundPiecewise:
        extra = (0.0, *(1.0 for _ in self.slopes), *(0.0 for _ in self.jumps))
        return BoundPiecewise(origin, self.parameters, self.columns, {"slope": extra}, self.knots, self.jump)


@dataclass(frozen=True)
class BoundPiecewise(BoundShape):
    """Straight pieces with their origin."""

    knots: tuple[Any, ...] = ()
    jump: bool = False

    def basis(self, time: Array, values: Array | None = None) -> Array:
        time = np.asarray(time, dtype=np.float64)
        edges = self._edges(len(time), values)
        start = np.full(len(time), self.origin)
        pieces = [
            np.clip(time, low, high) - np.clip(start, low, high) for low, high in zip(edges, edges[1:], strict=False)
        ]
        jumps = [(time >= edge).astype(float) - (start >= edge) for edge in edges[1:-1]] if self.jump else []
        return constant_first([*pieces, *jumps], len(time))

    def engine_columns(self, time: Array, values: Array | None = None, middle: float = 0.0) -> EngineColumns:
        """Pieces about the middle, whatever the origin; about the origin where persons have knots of their own."""
        if self.columns:
            return super().engine_columns(time, values, middle)
        stored, made = replace(self, origin=middle)._own_columns(time)
        shift = self.basis(np.array([middle]))[0]
        pieces = [{0: float(at_middle), **one} for at_middle, one in zip(shift[1:], made[1 : len(shift)], strict=True)]
        return EngineColumns(stored, [made[0], *pieces, {0: -self.origin, len(stored): 1.0}])

    def _own_columns(self, time: Array) -> EngineColumns:
        return super().engine_columns(time)

    def derivative(self, time: Array, values: Array | None = None) -> Array:
        """The rate within the piece; at a knot that of the piece that begins there."""
        time = np.asarray(time, dtype=np.float64)
        edges = self._edges(len(time), values)
        pieces = [(time >= low) & (time < high) for low, high in zip(edges, edges[1:], strict=False)]
        jumps = [np.zeros(len(time))] * (len(self.knots) if self.jump else 0)
        return np.column_stack([np.zeros(len(time)), *pieces, *jumps]).astype(float)

    def _edges(self, n: int, values: Array | None) -> list[Array]:
        """Knots of every row, with minus and plus infinity at the ends."""
        infinite = np.full(n, np.inf)
        knots = [
            np.full(n, float(knot)) if not isinstance(knot, str) else self._column(knot, values) for knot in self.knots
        ]
        return [-infinite, *knots, infinite]

    def _column(self, name: str, values: Array | None) -> Array:
        assert values is not None, "a shape with person-level knots needs their values"
        return values[:, self.columns.index(name)]

    def level_one(self, time: str) -> list[str]:
        shown = [_shown(knot) for knot in self.knots]
        first = f"({time} up to {shown[0]})"
        between = [f"({time} from {a} to {b})" for a, b in zip(shown, shown[1:], strict=False)]
        jumps = [f"[{time} >= {knot}]" for knot in shown] if self.jump else []
        return ["", first, *between, f"({time} from {shown[-1]})", *jumps]

    def words(self, names: Names) -> ShapeWords:
        knots = [
            names.when.point(knot) if not isinstance(knot, str) else f"the person's own {knot}"
            for knot in self.knots
        ]
        ends = [f"up to {knots[0]}", *(f"from {a} to {b}" for a, b in zip(knots, knots[1:], strict=False))]
        found = {"intercept": names.start}
        for name, where in zip(self.parameters[1:], [*ends, f"from {knots[-1]}"], strict=False):
            found[name] = names.rate(where)
        for name, knot in zip([p for p in self.parameters if p.startswith("jump")], knots, strict=False):
            found[name] = ParameterWords(f"Jump of {names.outcome} at {knot}", f"jump at {knot}", names.unit)
        found["slope"] = names.rate("over all pieces")
        meet = "with a jump at" if self.jump else "that meet at"
        where = " and ".join(knots)
        text = f"straight pieces {meet} {where}: a {names.start.short}, and a rate of change in each piece"
        return ShapeWords(text, found)


def _number(knot: Any) -> float:
    return finite_number(knot, "A knot of a piecewise curve is a time or the name of a person-level column")


def _shown(knot: Any) -> str:
    return knot if isinstance(knot, str) else f"{knot:g}"
