"""Which growth parameter or covariate each fixed effect belongs to, and at which level it is tested."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from growthcurves.contracts.finding import PERSON
from growthcurves.fitted import FittedModel


class Tested(NamedTuple):
    """Where a fixed effect is tested.

    Attributes
    ----------
    owner : str
        The growth parameter that it predicts, or the covariate that it is.
    level : int or None
        The highest level whose units have the effect's random effect and within whose units its predictor is the same:
        0 persons, l the l-th level above them; None where none has.
    place : int
        Which of the level's random effects it is.
    held : int
        The highest level within whose units the predictor is the same; beyond all of a growth parameter's own mean.
    """

    owner: str
    level: int | None
    place: int
    held: int


def tested(fit: FittedModel) -> list[Tested]:
    """Where each fixed effect is tested, (p,)."""
    units = [PERSON, *fit.model.above]
    held = _held(fit, len(units))
    out = []
    for j in fit.sums.kept:
        owner, highest = held.get(j, (fit.recipe.terms[j], 0))
        places = {level: random_effect(fit, owner, unit) for level, unit in enumerate(units) if level <= highest}
        there = [level for level, place in places.items() if place is not None]
        level = max(there, default=None)
        out.append(Tested(owner, level, 0 if level is None else places[level] or 0, highest))
    return out


def _held(fit: FittedModel, means: int) -> dict[int, tuple[str, int]]:
    """Which growth parameter each column of X predicts, and the highest level within which it is the same.

    Own means of growth parameters are the same beyond all levels: their level is `means`.
    """
    found = {}
    for name, terms in fit.recipe.growth_terms.items():
        for (column, _), level in zip(terms, fit.recipe.levels_of(name), strict=True):
            found[column] = (name, means if level < 0 else level)
    return found


def counted_units(fit: FittedModel) -> tuple[int, ...]:
    """Persons, then the units of each level above them.

    Raises
    ------
    NotAvailableError
        Where units are crossed, so that none lies in another.
    """
    return fit.estimates.unit_counts


def random_effect(fit: FittedModel, name: str, unit: str = PERSON) -> int | None:
    """Which of a unit's random effects is that by which a growth parameter or covariate varies; None if by none.

    It is the one of the same name. A random effect that is none of the fixed effects' own (the slope beside a
    spline, the intercept beside one mean per occasion) moves all growth parameters other than the intercept.
    """
    part = fit.recipe.random
    own = [part.own_names[effect] for effect, whose in part.unit_of.items() if whose == unit]
    if name in own:
        return own.index(name)
    fixed = {*fit.model.parameters, *fit.recipe.covariates.names}
    others = [place for place, effect in enumerate(own) if effect not in fixed]
    return others[-1] if others and name in fit.model.parameters and name != "intercept" else None


def smallest(L: np.ndarray, df: np.ndarray) -> np.ndarray:
    """For each row of L (k, p), the smallest df (p,) among the effects in it, NaN below one; NaN for a row of zeros."""
    inside = np.where(np.abs(L) > 1e-12 * np.abs(L).max(axis=1, initial=0.0)[:, None], df, np.inf)
    out = inside.min(axis=1, initial=np.inf)
    return np.where(np.isfinite(out), out, np.nan)


def positive(df: np.ndarray) -> np.ndarray:
    """Degrees of freedom, NaN below one."""
    return np.where(df > 0.0, df, np.nan)
