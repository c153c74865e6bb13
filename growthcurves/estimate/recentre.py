"""The same fit read at another time: algebra on the estimates, no re-estimation.

Both models have the same curves for every person, so that the covariance matrix of the standard random effects under
the new origin is C D C', where Z_old = Z_new C in standard columns. See docs/engine.md, section 3.
"""

from __future__ import annotations

from dataclasses import replace

from growthcurves.engine.build import by_sums, from_sums, recoded, recoded_sums, summed
from growthcurves.engine.estimates import Estimates
from growthcurves.errors import ModelError, NotEstimableError
from growthcurves.estimate.run import averaged, rows_of
from growthcurves.fitted import FittedModel
from growthcurves.model.bind import bind
from growthcurves.model.covariance import residual_of
from growthcurves.model.read_at import read_at
from growthcurves.model.recipe import BoundRows
from growthcurves.model.varying import names_of
from growthcurves.numerics.bounds import finite_number
from growthcurves.provenance import Made


def recentred(fit: FittedModel, origin: float) -> FittedModel:
    """The fit with its intercept read at another time.

    Raises
    ------
    ModelError
        Where the model is not closed under a change of origin, with the reason.
    NotEstimableError
        For a likelihood whose optimum cannot be carried over.
    """
    if not fit.recipe.shape.changes:
        raise ModelError("The model has no time, so there is no origin to move.")
    lacking = fit.estimates.why_not("recentred")
    if lacking:
        raise NotEstimableError(lacking)
    found = _of_sums(fit, origin) or _of_rows(fit, origin)
    if found is None:
        raise ModelError(_why_not(fit))
    bound, estimates = found
    made = Made(data=fit.made.data)
    return replace(fit, model=bound.model, bound=bound, estimates=estimates, made=made)


def _of_sums(fit: FittedModel, origin: float) -> tuple[BoundRows, Estimates] | None:
    """Of estimates from sums whose columns are made of the same stored ones: no row is needed."""
    facts = fit.panel.time_facts
    if facts is None or not by_sums(fit.estimates):
        return None
    recipe = read_at(fit.recipe, origin, facts.first, facts.last)
    estimates = None if recipe is None else recoded_sums(fit.estimates, replace(fit.sums.terms, made=recipe.made))
    return None if recipe is None or estimates is None else (replace(fit.bound, recipe=recipe), estimates)


def _of_rows(fit: FittedModel, origin: float) -> tuple[BoundRows, Estimates] | None:
    """Of the rows, which are stored anew."""
    bound = bind(fit.model.replace(origin=origin), fit.panel)
    bound = bound if fit.weighing is None else averaged(bound, fit.weighing)
    rows = rows_of(bound, weighing=fit.weighing)
    sums = summed(rows, fit.family is None and from_sums(residual_of(bound.model.residual)))
    estimates = recoded(fit.estimates, rows, sums)
    return None if estimates is None else (bound, estimates)


def _why_not(fit: FittedModel) -> str:
    """Why the model under another origin is another model."""
    random = set(fit.random_names) & set(fit.recipe.shape.random_names)
    moving = sorted(random - {"intercept"})
    apart = moving and not any(set(block) >= random | {"intercept"} for block in fit.recipe.random.blocks)
    if fit.recipe.varying:
        why = f"random effects are of columns of the table ({', '.join(names_of(fit.recipe.varying))})"
    elif apart:
        why = f"the random {', '.join(moving)} and the random intercept must share one covariance matrix"
    elif fit.model.growth_shape.fixed_origin:
        why = fit.model.growth_shape.fixed_origin
    else:
        why = "every predictor of a rate must predict the intercept too, and no mean may be left out"
    return (
        f"recentre() is algebra, and this model is another one under another origin: {why}; fit it anew with origin=, "
        f"or read the status at other times with predict() and change(at=)."
    )


def as_origin(origin: float) -> float:
    """A finite time.

    Raises
    ------
    ModelError
    """
    return finite_number(origin, "recentre() takes a time")
