"""The doors of fits in batches: a source, or a recipe that has learned from other rows."""

from __future__ import annotations

import logging
from typing import Any

import pandas as pd

from growthcurves.data.panel import Panel
from growthcurves.data.sources import dask_frame as dask_frames
from growthcurves.data.sources.contract import Checked, Source
from growthcurves.data.sources.frames import Frames
from growthcurves.data.sources.places import joined, numbered
from growthcurves.data.sources.settled import until_settled
from growthcurves.errors import DataError, ModelError
from growthcurves.estimate.given import Given
from growthcurves.estimate.in_batches.learning import NeedsAllRowsError, learn
from growthcurves.estimate.in_batches.reading import Asked, names_of, parts_of
from growthcurves.estimate.in_batches.source_fit import fit_recipe, fit_source
from growthcurves.estimate.reading import read_model, refuse_options
from growthcurves.estimate.run import bound_panel
from growthcurves.fitted import FittedModel
from growthcurves.later import Later
from growthcurves.model.growth import GrowthModel
from growthcurves.model.recipe import Recipe

log = logging.getLogger("growthcurves")
on_dask = Later("growthcurves.estimate.in_batches.on_dask")


def table_of(given: Given, model: Any, time: str | None, where: str | None, options: dict[str, Any],
             also: tuple[str, ...] = ()) -> pd.DataFrame:  # fmt: skip
    """All rows of a source with the columns that the model needs, in memory, and others beside them."""
    assert given.source is not None
    known = given.source.columns()
    if isinstance(model, Recipe):
        columns = parts_of(names_of(model.model), known)
    else:
        columns = Asked(model, time, where, options).columns(known)
    return whole_table(given.source, parts_of([*columns, *also], known), given.size)


def whole_table(source: Source, columns: list[str], size: int) -> pd.DataFrame:
    """All rows of a source in memory; what it takes is said beforehand."""
    about = "" if source.rows is None else f": about {source.rows * len(columns) * 8 / 1e6:,.0f} MB"
    log.warning("The sums of this model do not add up over batches, so that all rows of %s are read%s.",
                source.name, about)  # fmt: skip
    def tables() -> list[pd.DataFrame]:
        checked = Checked(columns)
        return list(numbered(checked.table(frame) for frame in source.batches(columns, size) if len(frame)))

    parts = until_settled(tables)
    if not parts:
        raise DataError(f"There are no rows in {source.name}.")
    return joined(parts)


def fitted_in_batches(
    given: Given, model: GrowthModel | str | Recipe, kind: type[FittedModel], method: str | None, time: str | None,
    where: str | None, options: dict[str, Any],
) -> FittedModel | None:  # fmt: skip
    """The fit of a source or of a recipe; None where it must be made of a table in memory.

    Raises
    ------
    ModelError
        For options that a recipe has answered.
    """
    try:
        if isinstance(model, Recipe):
            refuse_options("a recipe", time, options)
            source = given.source or Frames(lambda: [_plain(given.data)], "the table")
            return fit_recipe(model, source, kind, method, given.size, where)
        if isinstance(given.source, dask_frames.DaskFrame):
            return on_dask.fit_dask(Asked(model, time, where, options), given.source, kind, method, given.size)
        if given.source is not None:
            return fit_source(Asked(model, time, where, options), given.source, kind, method, given.size)
    except NeedsAllRowsError:
        if isinstance(model, Recipe):
            raise ModelError(
                "The sums of this recipe's model do not suffice (a family, a residual structure or crossed units): fit "
                "the model to all rows, gc.fit(recipe.model, data)."
            ) from None
    return None


def _plain(data: Any) -> Any:
    return data.data if isinstance(data, Panel) else data


def recipe_in_batches(
    given: Given, model: GrowthModel | str, time: str | None, where: str | None, options: dict[str, Any]
) -> Recipe:
    """The recipe of a model: what it takes from the rows, without a fit."""
    data = given.data
    if given.source is not None:
        try:
            return learn(Asked(model, time, where, options), given.source, given.size).bound.recipe
        except NeedsAllRowsError:
            data = table_of(given, model, time, where, options)
    read, panel, people = read_model(model, data, time, where, options)
    return bound_panel(read, panel, people)[0].recipe
