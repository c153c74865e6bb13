"""Which growth parameter or covariate each fixed effect belongs to, for methods that count."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from growthcurves.fitted import FittedModel


def owners(fit: FittedModel) -> list[str]:
    """For each fixed effect, the growth parameter that it predicts, or the time-varying covariate that it is."""
    owner = {column: name for name, terms in fit.bound.growth_terms.items() for column, _ in terms}
    return [owner.get(column, fit.bound.terms[column]) for column in fit.coordinates.x.kept]


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
