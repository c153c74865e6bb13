"""Growth that slows down: a straight line in the logarithm of time."""

from __future__ import annotations

from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from growthcurves.errors import ModelError
from growthcurves.model.shapes.base import Array, BoundShape, Shape, constant_first, since
from growthcurves.model.shapes.words import Names, ParameterWords, ShapeWords
from growthcurves.numerics.bounds import shown_value


@dataclass(frozen=True)
class LogTime(Shape):
    """Growth along the logarithm of time: pi_0 + pi_1 log((t - origin + offset) / offset).

    The intercept is the status at the origin whatever the offset; the slope is the change for each unit of the
    natural logarithm of t - origin + offset.

    Parameters
    ----------
    offset : float
        What is added to time before the logarithm is taken, larger than zero.

    Raises
    ------
    ModelError
        For an offset that is not positive.

    Examples
    --------
    >>> LogTime(offset=1).bind(0.0).basis([0.0, 1.0]).round(3).tolist()
    [[1.0, 0.0], [1.0, 0.693]]
    """

    offset: float = 1.0
    implied_by = ("offset",)
    called = "log"
    formula_curve = "log"
    fixed_origin = "logarithmic time starts at the origin"

    def __post_init__(self) -> None:
        number = isinstance(self.offset, Real) and not isinstance(self.offset, bool)
        if not number or not 0 < self.offset <= 1e300:
            raise ModelError(f"Logarithmic time takes an offset larger than 0, not {shown_value(self.offset)}.")
        object.__setattr__(self, "offset", float(self.offset))

    @property
    def name(self) -> str:
        return f"log time, offset {self.offset:g}"

    @property
    def parameters(self) -> tuple[str, ...]:
        return ("intercept", "slope")

    @classmethod
    def of_formula(cls, options: dict[str, Any]) -> tuple[LogTime, float]:
        return cls(1.0), 1.0 - options["added"]

    def bind(self, origin: float) -> BoundLogTime:
        return BoundLogTime(origin, self.parameters, offset=self.offset)


@dataclass(frozen=True)
class BoundLogTime(BoundShape):
    """Logarithmic growth with its origin."""

    offset: float = 1.0

    def basis(self, time: Array, values: Array | None = None) -> Array:
        away = (np.asarray(time, dtype=np.float64) - self.origin) / self.offset
        if away.size and np.nanmin(away) <= -1.0:
            first = np.nanmin(np.asarray(time, dtype=np.float64))
            raise ModelError(
                f"Log time needs times above {self.origin - self.offset:g} (origin minus offset); there is {first:g}: "
                f"set an earlier origin= or a larger offset."
            )
        return constant_first([np.log1p(away)], len(away))

    def derivative(self, time: Array, values: Array | None = None) -> Array:
        away = np.asarray(time, dtype=np.float64) - self.origin + self.offset
        return np.column_stack([np.zeros(len(away)), 1.0 / away])

    def level_one(self, time: str) -> list[str]:
        added = self.offset - self.origin
        inside = since(time, -added).strip("()")
        divided = "" if self.offset == 1 else f" / {self.offset:g}"
        return ["", f"log({'(' + inside + ')' if divided and added else inside}{divided})"]

    def words(self, names: Names) -> ShapeWords:
        basis = self.level_one(names.when.name)[1]
        unit = f"{names.unit} per unit of {basis}".strip()
        slope = ParameterWords(f"Change of {names.outcome} per unit of {basis}", "change with log time", unit)
        text = f"a curve that is steep at first and then levels off: {names.outcome} follows {basis}"
        return ShapeWords(text, {"intercept": names.start, "slope": slope})
