"""No growth: a level that does not change, which is the shape of a model without time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.model.shapes.base import Array, BoundShape, EngineColumns, Shape
from growthcurves.model.shapes.words import Names, ParameterWords, ShapeWords


@dataclass(frozen=True)
class Constant(Shape):
    """A level for each person and no change.

    Examples
    --------
    >>> Constant().bind(0.0).basis([0.0, 5.0]).tolist()
    [[1.0], [1.0]]
    """

    @property
    def name(self) -> str:
        return "no time"

    @property
    def parameters(self) -> tuple[str, ...]:
        return ("intercept",)

    def bind(self, origin: float) -> BoundConstant:
        return BoundConstant(origin, self.parameters)


@dataclass(frozen=True)
class BoundConstant(BoundShape):
    """The constant."""

    @property
    def changes(self) -> bool:
        return False

    @property
    def curved(self) -> bool:
        return False

    @property
    def smooth(self) -> bool:
        return False

    def basis(self, time: Array, values: Array | None = None) -> Array:
        return np.ones((len(time), 1))

    def derivative(self, time: Array, values: Array | None = None) -> Array:
        return np.zeros((len(time), 1))

    def engine_columns(self, time: Array, values: Array | None = None, middle: float = 0.0) -> EngineColumns:
        return EngineColumns([], [{0: 1.0}])

    def level_one(self, time: str) -> list[str]:
        return [""]

    def words(self, names: Names) -> ShapeWords:
        return ShapeWords("a level", {"intercept": ParameterWords(f"Level of {names.outcome}", "level", names.unit)})
