"""Variance components: SDs and correlations between persons, and the residual SD."""

from __future__ import annotations

import numpy as np
import pandas as pd

from growthcurves.errors import ModelError, unknown
from growthcurves.fitted import FittedModel
from growthcurves.results.answer import TIDY
from growthcurves.results.coefficients import fixed_effects
from growthcurves.results.delta import Estimate, delta

METHODS = ("wald",)
NAN = float("nan")


def variance_components(fit: FittedModel, method: str = "wald", level: float = 0.95) -> pd.DataFrame:
    """SDs and correlations with Wald intervals on the log and atanh scales.

    A component on its boundary (SD of zero, correlation of one) has no Wald interval. Where the model is not
    identified all values are withheld (NaN) and ``attrs["withheld"]`` says why.

    Returns
    -------
    DataFrame
        Tidy, rows ``sd:intercept, ..., cor:intercept,slope, ..., sd:residual``; the further columns variance
        and covariance hold the same on the variance scale, variance_std_error their standard error.
    """
    if method not in METHODS:
        raise ModelError(unknown("interval method", method, METHODS))
    rows = [_sd_row(fit, a, level) for a in range(len(fit.random_names))]
    rows += [_cor_row(fit, a, b, level) for block in fit.model.random.positions for a, b in _pairs(block)]
    rows.append(_residual_row(fit, level))
    table = pd.DataFrame(rows, columns=[*TIDY, "variance", "covariance", "variance_std_error"])
    if not fit.identified:
        table.attrs["withheld"] = "not identified: the design cannot tell these variances apart"
    return table


def conf_int(fit: FittedModel, method: str = "wald", level: float = 0.95) -> pd.DataFrame:
    """Intervals of fixed effects and variance components, index by term."""
    both = [fixed_effects(fit, level=level), variance_components(fit, method, level)]
    return pd.concat([table.set_index("term")[["conf_low", "conf_high"]] for table in both])


def _pairs(block: tuple[int, ...]) -> list[tuple[int, int]]:
    return [(a, b) for i, a in enumerate(block) for b in block[i + 1 :]]


def _row(name: str, sd: Estimate, variance: float, covariance: float, error: float) -> list:
    return [name, sd.estimate, sd.std_error, NAN, NAN, NAN, sd.conf_low, sd.conf_high, variance, covariance, error]


def _sd_row(fit: FittedModel, a: int, level: float) -> list:
    sd = delta(fit, lambda beta, G, s: np.sqrt(max(G[a, a], 0.0)), level, "log")
    variance = delta(fit, lambda beta, G, s: G[a, a], level)
    if not fit.G[a, a] > 0:
        sd = Estimate(sd.estimate, NAN, NAN, NAN)
        variance = Estimate(variance.estimate, NAN, NAN, NAN)
    return _row(f"sd:{fit.random_names[a]}", sd, variance.estimate, NAN, variance.std_error)


def correlation(G: np.ndarray, a: int, b: int) -> float:
    """Correlation of two random effects; NaN where one does not vary."""
    size = G[a, a] * G[b, b]
    return float(G[a, b] / np.sqrt(size)) if size > 0 else NAN


def _cor_row(fit: FittedModel, a: int, b: int, level: float) -> list:
    value = correlation(fit.G, a, b)
    covariance = delta(fit, lambda beta, G, s: G[a, b], level)
    if abs(value) > 1 - 1e-9:
        cor = Estimate(float(np.sign(value)), NAN, NAN, NAN)
    else:
        cor = delta(fit, lambda beta, G, s: correlation(G, a, b), level, "atanh")
    name = f"cor:{fit.random_names[a]},{fit.random_names[b]}"
    return _row(name, cor, NAN, covariance.estimate, covariance.std_error)


def _residual_row(fit: FittedModel, level: float) -> list:
    sd = delta(fit, lambda beta, G, s: np.sqrt(s), level, "log")
    variance = delta(fit, lambda beta, G, s: s, level)
    return _row("sd:residual", sd, variance.estimate, NAN, variance.std_error)
