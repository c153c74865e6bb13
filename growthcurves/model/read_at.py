"""A recipe whose intercept is read at another time: the same columns are stored, and others are made of them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from growthcurves.model.bind import row_columns
from growthcurves.model.recipe import Recipe
from growthcurves.model.shapes.base import EngineColumns

#: So many times between the first and the last tell whether two shapes store the same columns.
TRIED = 7


def read_at(recipe: Recipe, origin: float, first: float, last: float) -> Recipe | None:
    """The recipe of the model with another origin, for rows that are stored already; None where others are stored.

    Parameters
    ----------
    recipe : Recipe
    origin : float
    first, last : float
        The ends of the observed times.
    """
    model = recipe.model.replace(origin=origin)
    shape = model.growth_shape.bind(origin)
    if shape.columns or recipe.curves:
        return None
    times = np.linspace(first, last, TRIED) if shape.only_at is None else np.array(shape.only_at)
    before, after = (one.engine_columns(times, None, recipe.middle) for one in (recipe.shape, shape))
    if not _same(before, after):
        return None
    made, rows = row_columns(after, len(recipe.made) - recipe.first_of_rows)
    return replace(recipe, model=model, shape=shape, made=tuple(made)) if rows == row_columns(before, 0)[1] else None


def _same(before: EngineColumns, after: EngineColumns) -> bool:
    pairs = zip(before.stored, after.stored, strict=False)
    return len(before.stored) == len(after.stored) and all(np.array_equal(*pair) for pair in pairs)
