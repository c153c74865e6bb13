"""Which growth parameter or covariate each fixed effect belongs to, for methods that count."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from growthcurves.fitted import FittedModel


def owners(fit: FittedModel) -> list[str]:
    """For each fixed effect, the growth parameter that it predicts, or the time-varying covariate that it is."""
    owner = {column: name for name, terms in fit.recipe.growth_terms.items() for column, _ in terms}
    return [owner.get(column, fit.recipe.terms[column]) for column in fit.sums.kept]


def random_effect(fit: FittedModel, name: str) -> int | None:
    """Position of the random effect by which a growth parameter or covariate varies between persons; None if by none.

    It is the one of the same name. A random effect that is none of the fixed effects' own (the slope beside a
    spline, the intercept beside one mean per occasion) moves all growth parameters other than the intercept.
    """
    if name in fit.random_names:
        return fit.random_names.index(name)
    fixed = {*fit.model.parameters, *fit.recipe.covariates.names}
    others = [place for place, effect in enumerate(fit.random_names) if effect not in fixed]
    return others[-1] if others and name in fit.model.parameters and name != "intercept" else None


def smallest(L: np.ndarray, df: np.ndarray) -> np.ndarray:
    """For each row of L (k, p), the smallest df (p,) among the effects in it; NaN for a row of zeros."""
    inside = np.where(np.abs(L) > 1e-12 * np.abs(L).max(axis=1, initial=0.0)[:, None], df, np.inf)
    out = inside.min(axis=1, initial=np.inf)
    return np.where(np.isfinite(out), out, np.nan)


def by_owner(fit: FittedModel, L: np.ndarray, count: Callable[[str], float]) -> np.ndarray:
    """Degrees of freedom of the rows of L when each growth parameter's effects have their own, NaN below one."""
    names = owners(fit)
    each = {name: count(name) for name in set(names)}
    df = smallest(L, np.array([each[name] for name in names]))
    return np.where(df > 0.0, df, np.nan)
