"""Recipes as plain values, and back: what a saved fit reads new rows with."""

from __future__ import annotations

from functools import partial
from typing import Any

from growthcurves.data.clock import Clock
from growthcurves.engine.build import Terms
from growthcurves.model.growth import GrowthModel
from growthcurves.model.random import RandomPart
from growthcurves.model.recipe import Recipe
from growthcurves.model.terms import term_names, term_texts
from growthcurves.storage.models import columns_from, columns_values


def recipe_values(recipe: Recipe) -> dict[str, Any]:
    """A recipe as plain values, without what the model and the sums say already."""
    return {
        "predictors": {name: columns_values(columns) for name, columns in recipe.predictors.items()},
        "covariates": columns_values(recipe.covariates),
        "covariate_means": recipe.covariate_means,
        "random": recipe.random.blocks,
        "random_units": recipe.random.units,
        "varying": tuple(columns_values(columns) for columns in recipe.varying),
        "moved": recipe.moved,
        "middle": recipe.middle,
        "growth_rows": recipe.growth_rows,
        "names": recipe.terms,
        "growth_terms": recipe.growth_terms,
        "held": recipe.held,
    }


def recipe_from(values: dict[str, Any], model: GrowthModel, panel: Any, terms: Terms) -> Recipe:
    """The recipe of such values, with the model, the panel whose clock reads times, and the columns of its sums."""
    own = dict(model.functions or {})
    predictors = {name: columns_from(part, own) for name, part in values["predictors"].items()}
    covariates = columns_from(values["covariates"], own)
    names = term_names(model, predictors, covariates)
    return Recipe(
        model=model,
        shape=model.growth_shape.bind(float(model.origin or 0.0)),
        middle=values["middle"],
        clock_of=partial(_clock, panel, model.time),
        predictors=predictors,
        covariates=covariates,
        covariate_means=values["covariate_means"],
        random=RandomPart(values["random"], units=values["random_units"]),
        varying=tuple(columns_from(part, own) for part in values["varying"]),
        moved=values["moved"],
        made=terms.made,
        units=terms.units,
        growth_rows=values["growth_rows"],
        x=terms.x,
        z=terms.z,
        terms=term_texts(names),
        term_names=names,
        growth_terms=values["growth_terms"],
        held=values["held"],
    )


def _clock(panel: Any, time: str | None) -> Clock | None:
    return None if time is None else panel.clock
