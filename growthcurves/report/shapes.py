"""Growth shapes in the words of a reader, with the names of the data."""

from __future__ import annotations

from typing import Any

from growthcurves.model.shapes.words import ShapeWords
from growthcurves.report.format import number
from growthcurves.results.tables import labels


def shape_words(fit: Any) -> ShapeWords:
    """The growth shape of a fit in words, with numbers as the page prints them."""
    return labels.shape_words(fit, number)
