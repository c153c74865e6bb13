"""How the standard random effects move the outcome at a time."""

from __future__ import annotations

import numpy as np

from growthcurves.engine.estimates import Point
from growthcurves.errors import NotEstimableError
from growthcurves.fitted import FittedModel


def require_growth_random(fit: FittedModel) -> None:
    """Refuse what has no answer for models without random effects or with random covariates."""
    if not fit.random_names:
        raise NotEstimableError(
            fit.vocabulary.said(
                "The model has no random effects: there is no variance between persons to speak of. How alike a "
                "person's outcomes are is fit.marginal_covariance()."
            )
        )
    others = fit.recipe.effects_of_rows
    if others:
        raise NotEstimableError(
            fit.vocabulary.told(
                "The variance between persons depends on {others} as well as on {axis}: it has no one value at {one}.",
                others=", ".join(others),
                axis=fit.vocabulary.axis,
                one="a time" if fit.vocabulary.over_time else f"a value of {fit.vocabulary.axis}",
            )
        )


def random_rows(fit: FittedModel, time: float) -> np.ndarray:
    """z(t) for the standard random effects, one row for each kind of person, (m, q)."""
    values = fit.kinds.values
    basis = fit.recipe.shape.basis(np.full(len(values), float(time)), values)
    return fit.standard_rows(np.einsum("mk,mkq->mq", basis, fit.effects))


def mean_variance(fit: FittedModel, rows: np.ndarray, point: Point) -> float:
    """Mean over persons of z' G z, for rows (m, q) by kind of person."""
    return float(fit.kinds.shares @ point.variances(rows))
