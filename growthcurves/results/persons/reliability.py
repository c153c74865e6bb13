"""Reliability of persons' own growth parameters, as HLM prints it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from growthcurves.fitted import FittedModel


def reliabilities(fit: FittedModel) -> pd.DataFrame:
    """How reliably each random effect tells persons apart: mean of tau / (tau + v_i) over persons (HLM).

    tau is the variance between persons, v_i the sampling variance of person i's own least squares estimate from the
    columns of the random effects alone (Raudenbush and Bryk 2002, equation 3.58), over the persons whose occasions
    determine all of them. That of the intercept is at the origin of time.

    Returns
    -------
    DataFrame
        One row per random effect: effect, reliability, persons. NaN where variances are not identified, residuals are
        not independent, or nobody has an own estimate.

    Raises
    ------
    NotAvailableError
        For a fit that was saved without its persons.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> fit.reliability().round(3)
          effect  reliability  persons
    0  intercept        0.730       18
    1      slope        0.815       18
    """
    if not fit.random_names:
        return pd.DataFrame(columns=["effect", "reliability", "persons"])
    inverse = fit.sums.own_growth(fit.recipe.z).inverse
    variances = np.diag(fit.G)[:, None]
    sampling = fit.residual_variance * np.einsum("aan->an", inverse)
    each = variances / (variances + sampling) if fit.independent else np.full_like(sampling, np.nan)
    used = ~np.isnan(each)
    means = [float(row[there].mean()) if there.any() else float("nan") for row, there in zip(each, used, strict=True)]
    return pd.DataFrame({"effect": list(fit.random_names), "reliability": means, "persons": used.sum(axis=1)})
