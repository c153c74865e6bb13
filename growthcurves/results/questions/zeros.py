"""Where an intercept is read outside what was observed: at time 0, or at age 0; and the call that moves it inside."""

from __future__ import annotations

import numpy as np

from growthcurves.data.backticks import quoted_inside
from growthcurves.data.saved_panel import SavedPanel
from growthcurves.fitted import FittedModel
from growthcurves.model.formula.tree import Column
from growthcurves.numerics.times import time_texts
from growthcurves.output.words import listed
from growthcurves.results.questions.rates import whole_period


def centring_offer(fit: FittedModel) -> str:
    """One sentence that says at which values outside the observed ones the intercept is read, and how to centre.

    Returns
    -------
    str
        Empty where zero lies inside (or the shape's origin inside the observed times).
    """
    names = [name for name in _predictors(fit) if _outside_zero(fit, name)]
    said = []
    if names:
        calls = ", ".join(f"center({quoted_inside(name)})" for name in names)
        said.append(
            f"The intercept is that of {listed(names)} 0, outside what was observed: write {calls} in the formula to "
            f"read it at the mean."
        )
    if _origin_outside(fit):
        low, high = time_texts(whole_period(fit))
        said.append(
            f"The intercept is read {fit.when.at(fit.recipe.shape.origin)}, outside the observed {low} to {high}: "
            f"recentre() or origin= moves it inside."
        )
    return " ".join(said)


def _predictors(fit: FittedModel) -> list[str]:
    """The columns of numbers that predict the intercept as they stand."""
    if "intercept" not in fit.recipe.predictors:
        return []
    columns = fit.recipe.predictors["intercept"]
    alone = [term.factors[0] for term in columns.terms if len(term.factors) == 1]
    return [factor.name for factor in alone if isinstance(factor, Column) and factor.name not in columns.levels]


def _outside_zero(fit: FittedModel, name: str) -> bool:
    if isinstance(fit.panel, SavedPanel):
        low, high = fit.panel.ranges.get(name, (0.0, 0.0))
        return low > 0 or high < 0
    try:
        values = np.asarray(fit.panel.frame[name], dtype=float)
    except (KeyError, TypeError, ValueError):
        return False
    return bool(np.nanmin(values) > 0 or np.nanmax(values) < 0) and len(np.unique(values)) > 2


def _origin_outside(fit: FittedModel) -> bool:
    if not fit.recipe.shape.changes or "intercept" not in fit.model.parameters:
        return False
    (low, high), origin = whole_period(fit), fit.recipe.shape.origin
    return bool(origin < low or origin > high)
