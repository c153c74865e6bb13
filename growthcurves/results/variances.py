"""Variance components: SDs and correlations between persons, and the residual SD."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from growthcurves.errors import ModelError, unknown
from growthcurves.fitted import FittedModel
from growthcurves.results.answer import TIDY
from growthcurves.results.coefficients import fixed_effects
from growthcurves.results.delta import Estimate, delta
from growthcurves.results.intervals.quantity import every_parameter
from growthcurves.results.intervals.replicates import Replicates, parameters

METHODS = ("wald",)
NAN = float("nan")


def variance_components(fit: FittedModel, method: Any = "wald", level: float = 0.95) -> pd.DataFrame:
    """SDs and correlations with Wald intervals on the log and atanh scales.

    A component on its boundary (SD of zero, correlation of one) has no Wald interval. Where the model is not
    identified all values are withheld (NaN) and ``attrs["withheld"]`` says why.

    Returns
    -------
    DataFrame
        Tidy, rows ``sd:intercept, ..., cor:intercept,slope, ..., sd:residual``; the further columns variance
        and covariance hold the same on the variance scale, variance_std_error their standard error.
    """
    if isinstance(method, Replicates):
        return _bootstrapped(fit, method, level)
    if method not in METHODS:
        raise ModelError(unknown("interval method", method, (*METHODS, "bootstrap")))
    rows = [_sd_row(fit, name, level) for name in fit.random_names]
    rows += [_cor_row(fit, a, b, level) for block in fit.model.random.blocks for a, b in _pairs(block)]
    rows.append(_residual_row(fit, level))
    table = pd.DataFrame(rows, columns=[*TIDY, "variance", "covariance", "variance_std_error"])
    if not fit.identified:
        table.attrs["withheld"] = "not identified: the design cannot tell these variances apart"
    return table


def conf_int(fit: FittedModel, method: Any = "wald", level: float = 0.95) -> pd.DataFrame:
    """Intervals of fixed effects and variance components, index by term."""
    if isinstance(method, Replicates):
        names = parameters(fit)
        found = method.intervals(fit, list(names.values()), level)
        ends = {"conf_low": [one.low for one in found], "conf_high": [one.high for one in found]}
        table = pd.DataFrame(ends, index=pd.Index(list(names), name="term"))
        table.attrs["intervals"] = method.about()
        return table
    both = [fixed_effects(fit, level=level), variance_components(fit, method, level)]
    return pd.concat([table.set_index("term")[["conf_low", "conf_high"]] for table in both])


def _bootstrapped(fit: FittedModel, drawn: Replicates, level: float) -> pd.DataFrame:
    """The table with the intervals of replicates."""
    table = variance_components(fit, "wald", level)
    found = drawn.intervals(fit, list(every_parameter(fit).values()), level)
    table["conf_low"], table["conf_high"] = [one.low for one in found], [one.high for one in found]
    table.attrs["intervals"] = drawn.about()
    table.attrs["notes"] = {term: one.note for term, one in zip(table["term"], found, strict=True) if one.note}
    return table


def _pairs(block: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(a, b) for i, a in enumerate(block) for b in block[i + 1 :]]


def _row(name: str, sd: Estimate, variance: float, covariance: float, error: float) -> list:
    return [name, sd.estimate, sd.std_error, NAN, NAN, NAN, sd.conf_low, sd.conf_high, variance, covariance, error]


def _sd_row(fit: FittedModel, name: str, level: float) -> list:
    effect = fit.standard_effect(name)
    sd = delta(fit, lambda beta, G, s: np.sqrt(max(effect @ G @ effect, 0.0)), level, "log")
    variance = delta(fit, lambda beta, G, s: effect @ G @ effect, level)
    place = fit.random_names.index(name)
    if not fit.G[place, place] > 0:
        sd = Estimate(np.sqrt(fit.G[place, place]), NAN, NAN, NAN)
        variance = Estimate(fit.G[place, place], NAN, NAN, NAN)
    return _row(f"sd:{name}", sd, variance.estimate, NAN, variance.std_error)


def correlation(G: np.ndarray, left: np.ndarray, right: np.ndarray) -> float:
    """Correlation of two combinations of random effects; NaN where one does not vary."""
    size = (left @ G @ left) * (right @ G @ right)
    return float(left @ G @ right / np.sqrt(size)) if size > 0 else NAN


def _cor_row(fit: FittedModel, a: str, b: str, level: float) -> list:
    left, right = fit.standard_effect(a), fit.standard_effect(b)
    place = [fit.random_names.index(name) for name in (a, b)]
    covariance = delta(fit, lambda beta, G, s: left @ G @ right, level)
    if not np.all(np.diag(fit.G)[place] > 0):
        missing = 0.0 if fit.identified else NAN
        covariance = Estimate(missing, NAN, NAN, NAN)
        cor = Estimate(NAN, NAN, NAN, NAN)
    else:
        cor = delta(fit, lambda beta, G, s: correlation(G, left, right), level, "atanh")
        if abs(cor.estimate) > 1 - 1e-9:
            cor = Estimate(float(np.sign(cor.estimate)), NAN, NAN, NAN)
    return _row(f"cor:{a},{b}", cor, NAN, covariance.estimate, covariance.std_error)


def _residual_row(fit: FittedModel, level: float) -> list:
    sd = delta(fit, lambda beta, G, s: np.sqrt(s), level, "log")
    variance = delta(fit, lambda beta, G, s: s, level)
    return _row("sd:residual", sd, variance.estimate, NAN, variance.std_error)
