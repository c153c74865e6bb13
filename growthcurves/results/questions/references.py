"""The levels with which a model compares the others, and why those."""

from __future__ import annotations

from growthcurves.fitted import FittedModel
from growthcurves.model.formula.reference import why_first
from growthcurves.model.formula.tree import Column


def reference_words(fit: FittedModel) -> str:
    """As "arm placebo (a control by its name); sex female (first by alphabet)"; empty without factors."""
    made = (*fit.recipe.predictors.values(), fit.recipe.covariates)
    asked = dict(fit.model.reference or {})
    found = {
        name: f"{name} {levels[0]} ({why_first(name, levels, asked)})"
        for columns in made
        for name, levels in columns.levels.items()
        if Column(name) in columns.categorical
    }
    return "; ".join(found.values())
