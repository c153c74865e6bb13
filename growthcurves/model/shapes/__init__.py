"""Growth shapes: one file per shape. Never pandas, never data of persons.

`SHAPES` lists them; a shape that a user passes as a value needs no line here.
"""

from __future__ import annotations

from growthcurves.errors import part_called
from growthcurves.model.shapes.base import BoundShape, Shape
from growthcurves.model.shapes.linear import Linear

SHAPES: dict[str, Shape] = {
    "linear": Linear(),
}


def shape_of(value: str | Shape) -> Shape:
    """A shape from its short name, or the value itself.

    Raises
    ------
    ModelError
        For an unknown name, with the known ones.
    """
    return part_called("shape", value, SHAPES)


__all__ = ["SHAPES", "BoundShape", "Shape", "shape_of"]
