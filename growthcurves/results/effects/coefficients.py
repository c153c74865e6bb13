"""Fixed effects and linear functions of them as tidy tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import Finding, Kind
from growthcurves.errors import ModelError
from growthcurves.fitted import FittedModel, row_variances
from growthcurves.numerics.bounds import flag
from growthcurves.numerics.distributions import t_quantile, two_sided
from growthcurves.results.ddf import ddf_of
from growthcurves.results.ddf.base import JointTest, joint_by
from growthcurves.results.effects.exponents import exponentiated
from growthcurves.results.questions.covariates import origin_of
from growthcurves.results.tables.about import said
from growthcurves.results.tables.answer import TIDY, checked_level
from growthcurves.results.tables.labels import labels_of


def fixed_effects(fit: FittedModel, ddf: Any = None, level: float = 0.95, exponentiate: bool = False) -> pd.DataFrame:
    """Fixed effects with standard errors, degrees of freedom, t, p and intervals; see `GrowthFit.fixed_effects`."""
    table = linear_functions(fit, np.eye(len(fit.terms)), fit.terms, ddf, level)
    origin = origin_of(fit)
    if origin is not None:
        table.attrs["origin"] = origin
    return exponentiated(fit, table) if flag(exponentiate, "exponentiate") else table


def effect_findings(
    fit: FittedModel, table: pd.DataFrame, parts: Sequence[tuple[str, str]] | None = None
) -> list[Finding]:
    """The rows of `fixed_effects`, or of another table with its `parts`, as findings: of which growth parameter and
    predictor each is.
    """
    return [
        Finding(
            Kind.FIXED_EFFECT, row.estimate, of=part, std_error=row.std_error, df=row.df, statistic=row.statistic,
            p_value=row.p_value, conf_low=row.conf_low, conf_high=row.conf_high,
        )
        for part, row in zip(fit.term_parts if parts is None else parts, table.itertuples(index=False), strict=True)
    ]  # fmt: skip


def linear_functions(
    fit: FittedModel,
    L: np.ndarray,
    names: Sequence[str],
    ddf: Any = None,
    level: float = 0.95,
    constant: Any = 0.0,
) -> pd.DataFrame:
    """Tidy table of the rows of L beta + constant, L of shape (k, p)."""
    method = ddf_of(ddf, fit)
    estimate = L @ fit.estimates.beta + constant
    error = np.sqrt(np.maximum(row_variances(L, method.covariance(fit)), 0.0))
    df = method.df(fit, L)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = estimate / error
    half = error * t_quantile(0.5 + checked_level(level) / 2.0, df)
    values = [list(names), estimate, error, df, t, two_sided(t, df), estimate - half, estimate + half]
    table = said(pd.DataFrame(dict(zip(TIDY, values, strict=True))), fit, level)
    table["label"] = labels_of(fit, L, names)
    table.attrs["ddf"] = method.label
    reason = method.why_not(fit)
    if reason:
        table.attrs["why_not"] = reason
    return table


def joint_test(fit: FittedModel, L: Any, rhs: Any = None, ddf: Any = None) -> JointTest:
    """F test of the hypothesis L beta = rhs, all rows at once.

    Rows that follow from the others are left out. Satterthwaite's denominator is that of Fai and Cornelius (1996),
    as lmerTest's; Kenward and Roger (1997) adjust the covariance matrix and scale F; methods with fixed degrees of
    freedom take the smallest of the effects in the hypothesis (SAS's rule).

    Parameters
    ----------
    fit : FittedModel
    L : (k, p) array
        One row per equation, in the order of ``fit.terms``.
    rhs : (k,) array, optional
        Zero if not given.
    ddf : str or method

    Raises
    ------
    ModelError
        When L does not fit the fixed effects, is zero, or contradicts itself; for an unknown method.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> print(joint_test(fit, [[0, 1]], ddf="residual"))
    F(1, 178.0) = 45.853, p = 1.787e-10 (residual)
    """
    rows = np.atleast_2d(np.asarray(L, dtype=float))
    if rows.ndim != 2 or rows.shape[1] != len(fit.terms) or not np.isfinite(rows).all():
        raise ModelError(
            f"L must be numbers with one column for each of the {len(fit.terms)} fixed effects: {', '.join(fit.terms)}."
        )
    values = np.zeros(len(rows)) if rhs is None else np.broadcast_to(np.asarray(rhs, dtype=float), len(rows))
    return joint_by(ddf_of(ddf, fit), fit, rows, values)
