"""Growth shapes: one file per shape. Never pandas, never data of persons.

`SHAPES` lists them by short name, with the value that the name stands for; a shape that is nothing without its options
is listed by its class in `KINDS`. A shape that a user passes as a value needs no line here.
"""

from __future__ import annotations

from growthcurves.errors import ModelError, part_called
from growthcurves.model.shapes.base import BoundShape, Seen, Shape
from growthcurves.model.shapes.constant import Constant
from growthcurves.model.shapes.log_time import LogTime
from growthcurves.model.shapes.occasions import Occasions
from growthcurves.model.shapes.piecewise import Piecewise
from growthcurves.model.shapes.polynomial import Polynomial
from growthcurves.model.shapes.spline import Spline
from growthcurves.numerics.bounds import shown_value

SHAPES: dict[str, Shape] = {
    "linear": Polynomial(1),
    "quadratic": Polynomial(2),
    "cubic": Polynomial(3),
    "spline": Spline(),
    "log": LogTime(),
    "occasions": Occasions(),
    "visits": Occasions(),
}

#: The kinds of shape, by the name under which a saved fit tells them apart.
KINDS: dict[str, type[Shape]] = {kind.__name__: kind for kind in (Piecewise, *map(type, SHAPES.values()))}


def shape_of(value: str | Shape) -> Shape:
    """A shape from its short name, or the value itself.

    Raises
    ------
    ModelError
        For an unknown name, with the known ones, and for a value that is no shape.
    """
    shape = part_called("shape", value, SHAPES)
    if not isinstance(shape, Shape):
        raise ModelError(
            f"shape= takes a short name or a shape, not {shown_value(value)}: a shape of your own is a value of a "
            f"class of growthcurves.extend.Shape."
        )
    return shape


__all__ = ["KINDS", "SHAPES", "BoundShape", "Constant", "Seen", "Shape", "shape_of"]
