"""Groups of persons that predictors of growth make, and columns of persons that hold numbers."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from growthcurves.checks.look import Look
from growthcurves.data.frame import raw_array
from growthcurves.results.tables.growth_words import levels_by_factor

#: A factor of more levels is not looked at group by group.
MOST_LEVELS = 8
#: A group of fewer persons says little of its own spread.
FEWEST = 8


class Groups(NamedTuple):
    """The groups that a column makes: its levels, and each person's place among them."""

    column: str
    levels: list[Any]
    places: np.ndarray


def groups_of(look: Look) -> list[Groups]:
    """The factors among the predictors of growth."""
    found = []
    for column, levels in levels_by_factor(look.fit.recipe.predictors.values()).items():
        if column in look.frame and 1 < len(levels) <= MOST_LEVELS:
            places = pd.Index(levels).get_indexer(pd.Index(look.by_person(column)))
            if min(np.bincount(places[places >= 0], minlength=len(levels))) >= FEWEST:
                found.append(Groups(column, list(levels), places))
    return found


def numbers_of(look: Look) -> dict[str, np.ndarray]:
    """The predictors of growth that are numbers, one value for each person, (N,)."""
    found = {}
    factors = levels_by_factor(look.fit.recipe.predictors.values())
    for columns in look.fit.recipe.predictors.values():
        for name in columns.used:
            if name in look.frame and name not in factors and pd.api.types.is_numeric_dtype(look.frame[name]):
                values = np.asarray(raw_array(look.frame, name), dtype=np.float64)[look.starts]
                if len(np.unique(values)) > 2:
                    found[str(name)] = values
    return found
