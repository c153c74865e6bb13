"""Growth shapes in the words of a reader, with the names of the data."""

from __future__ import annotations

from typing import Any

from growthcurves.data.units import singular
from growthcurves.model.shapes.words import Names, ShapeWords
from growthcurves.report.format import number


def shape_words(fit: Any) -> ShapeWords:
    """The growth shape of a fit in words: what it says of itself."""
    model, shape = fit.model, fit.recipe.shape
    names = Names(
        str(model.outcome),
        str(model.time),
        fit.panel.outcome_unit or "",
        singular(fit.panel.time_unit or str(model.time)),
        number(shape.origin),
        number,
    )
    return shape.words(names)
