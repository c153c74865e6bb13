"""Means of the outcomes of a family over persons: how a point makes them, and intervals that keep their range."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from growthcurves.engine.estimates import Point
from growthcurves.fitted import FittedModel
from growthcurves.numerics.distributions import t_quantile
from growthcurves.results.intervals.delta import Moved
from growthcurves.results.tables.answer import checked_level


def averaged(point: Point, eta: np.ndarray, variances: np.ndarray, family: Any = None) -> np.ndarray:
    """The mean outcome over persons whose linear predictors are normal with these means and variances.

    `family` in the place of the point's is that of amounts whose logarithms are normal: residuals are in the variances.
    """
    if not len(eta):
        return np.zeros(0)
    family = point.family if family is None else family
    return np.asarray(family.marginal(eta, np.maximum(variances, 0.0)), dtype=float)


def in_range(fit: FittedModel, found: Moved, level: float, df: Any = np.inf, scale: Any = None) -> pd.DataFrame:
    """Means with their standard errors and intervals that are made on the scale of the linear predictor.

    `scale` is a family in the place of the fit's: of one category's probability that of yes or no.
    """
    family, values = fit.outcome_family if scale is None else scale, found.values
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        eta = np.asarray(family.predictor(values), dtype=float)
        half = t_quantile(0.5 + checked_level(level) / 2.0, df) * found.errors / family.mean_slope(eta)
        ends = family.mean(eta - half), family.mean(eta + half)
    names = ("estimate", "std_error", "conf_low", "conf_high")
    return pd.DataFrame(dict(zip(names, (values, found.errors, *ends), strict=True)))
