"""Reliability of persons' own growth parameters, as HLM prints it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from growthcurves.fitted import FittedModel
from growthcurves.results.tables.growth_words import random_words


def reliabilities(fit: FittedModel) -> pd.DataFrame:
    """How reliably each random effect tells persons apart, as HLM prints it; see `GrowthFit.reliability`."""
    if not fit.random_names:
        return pd.DataFrame(columns=["effect", "reliability", "persons", "label"])
    inverse = fit.sums.own_growth(fit.recipe.z).inverse
    variances = np.diag(fit.G)[:, None]
    sampling = fit.residual_variance * np.einsum("aan->an", inverse)
    each = variances / (variances + sampling) if fit.independent else np.full_like(sampling, np.nan)
    used = ~np.isnan(each)
    means = [float(row[there].mean()) if there.any() else float("nan") for row, there in zip(each, used, strict=True)]
    words = random_words(fit).parameters
    labels = [f"reliability of the {words[name].short if name in words else name}" for name in fit.random_names]
    columns = {"effect": list(fit.random_names), "reliability": means, "persons": used.sum(axis=1), "label": labels}
    return pd.DataFrame(columns)
