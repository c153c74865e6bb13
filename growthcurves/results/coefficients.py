"""Fixed effects and linear functions of them as tidy tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.fitted import FittedModel, row_variances
from growthcurves.results.answer import TIDY, checked_level
from growthcurves.results.ddf import ddf_of
from growthcurves.results.distributions import t_quantile, two_sided


def fixed_effects(fit: FittedModel, ddf: Any = "satterthwaite", level: float = 0.95) -> pd.DataFrame:
    """Fixed effects with standard errors, degrees of freedom, t, p and intervals.

    Parameters
    ----------
    fit : FittedModel
    ddf : str or method
        Degrees of freedom: "satterthwaite" (default) or "normal".
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        Tidy; the method's name is in ``attrs["ddf"]``.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> fit.fixed_effects()[["term", "estimate", "df"]].round(2)
            term  estimate    df
    0  intercept    251.41  17.0
    1      slope     10.47  17.0
    """
    return linear_functions(fit, np.eye(len(fit.terms)), fit.terms, ddf, level)


def linear_functions(
    fit: FittedModel, L: np.ndarray, names: Sequence[str], ddf: Any = "satterthwaite", level: float = 0.95
) -> pd.DataFrame:
    """Tidy table of the rows of L beta, L of shape (k, p)."""
    method = ddf_of(ddf)
    estimate = L @ fit.solution.beta
    error = np.sqrt(np.maximum(row_variances(L, method.covariance(fit)), 0.0))
    df = method.df(fit, L)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = estimate / error
    half = error * t_quantile(0.5 + checked_level(level) / 2.0, df)
    values = [list(names), estimate, error, df, t, two_sided(t, df), estimate - half, estimate + half]
    table = pd.DataFrame(dict(zip(TIDY, values, strict=True)))
    table.attrs["ddf"] = method.label
    return table
