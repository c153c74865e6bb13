"""A table in batches: a recipe reads one after the other, and their sums add up to those of the whole."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from operator import add
from typing import Any

from growthcurves.engine.build import Sums, summed
from growthcurves.errors import DataError, brief
from growthcurves.estimate.run import rows_of
from growthcurves.model.recipe import Recipe


def batched(recipe: Recipe, batches: Iterable[Any]) -> Sums:
    """The sums of all batches together; only one batch at a time is held.

    Parameters
    ----------
    recipe : Recipe
        How rows are read, made from the whole or from a first part: the levels and knots that it knows are used.
    batches : iterable of DataFrame
        Rows as the model's data had them; a person's rows may lie in several batches.

    Raises
    ------
    DataError
        Without a batch, and for a person whose predictors differ between batches.
    ModelError, NotAvailableError
        As `Recipe.rows`.
    """
    if not isinstance(batches, Iterable):
        raise DataError(f"Batches are a list of tables, or what yields one after the other, not {brief(batches)}.")
    people = (summed(rows_of(recipe.rows(batch))).people for batch in batches)
    first = next(people, None)
    if first is None:
        raise DataError("There is no batch of rows to read.")
    return Sums.of(reduce(add, people, first))
