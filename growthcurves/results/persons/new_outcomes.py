"""New counts and amounts: quantiles of their distribution over persons, at the estimates."""

from __future__ import annotations

import numpy as np
import pandas as pd

from growthcurves.contracts.family import Answers
from growthcurves.errors import NotEstimableError
from growthcurves.fitted import FittedModel

#: Nodes of the trapezoidal rule over a standard normal, whose error of such functions is rounding.
_NODES = np.linspace(-9.0, 9.0, 181)
_WEIGHTS = np.exp(-0.5 * _NODES**2) / np.exp(-0.5 * _NODES**2).sum()
#: Rows at once, and halvings of a bracket.
_ROWS, _HALVINGS = 2000, 80


def refuse_new_outcome(fit: FittedModel, people: str, seen: bool, scale: str | None) -> None:
    """Refuse intervals of new outcomes that have none.

    Raises
    ------
    NotEstimableError
        For outcomes of a few values, and for persons of whom outcomes were seen.
    """
    family = fit.family
    if family is None:
        return
    if hasattr(family, "probabilities"):
        raise NotEstimableError(
            "A new outcome in ordered categories has no prediction interval: ask for the probability of each by "
            "category=."
        )
    if family.single:
        raise NotEstimableError(
            "A new outcome that is yes or no has no prediction interval: what is known of it is its probability, with "
            "interval='confidence'."
        )
    if scale == "link":
        raise NotEstimableError(
            f"Prediction intervals of family={family.name!r} are of outcomes, not of the linear predictor: leave "
            f"scale= out."
        )
    if people == "known" or seen:
        raise NotEstimableError(
            f"Prediction intervals of family={family.name!r} are of persons of whom nothing was seen: ask for "
            f"people='new' without seen=, or for interval='confidence'."
        )


def with_quantiles(
    fit: FittedModel, found: pd.DataFrame, eta: np.ndarray, variance: np.ndarray, level: float
) -> pd.DataFrame:
    """Predictions with the SD of a new outcome, and the ends between which it lies with a probability of `level`.

    Parameters
    ----------
    fit : FittedModel
    found : DataFrame
        With means as estimates.
    eta, variance : (n,) arrays
        Linear predictors, and how much they vary between persons.
    level : float
    """
    out = found.copy()
    for first in range(0, len(eta), _ROWS):
        part = slice(first, first + _ROWS)
        at = eta[part] + np.sqrt(np.maximum(variance[part], 0.0)) * _NODES[:, None]
        mean = fit.family.mean(at)
        centre = _WEIGHTS @ mean
        spread = np.sqrt(_WEIGHTS @ (fit.family.outcome_variance(at) + (mean - centre) ** 2))
        tails = ((1.0 - level) / 2.0, (1.0 + level) / 2.0)
        ends = [_quantile(fit, at, tail, centre, spread) for tail in tails]
        places = [out.columns.get_loc(name) for name in ("std_error", "conf_low", "conf_high")]
        out.iloc[part, places] = np.column_stack([spread, *ends])
    return out.where(found["estimate"].notna())


def _quantile(fit: FittedModel, eta: np.ndarray, tail: float, centre: np.ndarray, spread: np.ndarray) -> np.ndarray:
    """The smallest outcome with at least this probability of it or less, (n,)."""
    whole = not fit.family.continuous

    def reached(value: np.ndarray) -> np.ndarray:
        below, same, _ = fit.family.tails(Answers(np.broadcast_to(value, eta.shape)), eta)
        return np.asarray(_WEIGHTS @ (below + same) >= tail)

    there = np.isfinite(centre)
    high = np.where(there, centre + 10.0 * spread + 10.0 * whole, 1.0)
    high = np.floor(high) if whole else high
    for _ in range(_HALVINGS):
        short = ~reached(high) & there
        if not short.any():
            break
        high = np.where(short, 2.0 * high + 1.0, high)
    low = np.full_like(high, -1.0 if whole else 0.0)
    for _ in range(_HALVINGS):
        middle = np.floor((low + high) / 2.0) if whole else (low + high) / 2.0
        done = reached(np.maximum(middle, 0.0 if whole else np.finfo(float).tiny)) & (middle >= 0.0)
        low, high = np.where(done, low, middle), np.where(done, middle, high)
        if whole and (high - low <= 1.0).all():
            break
    return np.where(there, high, np.nan)
