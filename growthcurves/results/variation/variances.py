"""Variance components: SDs and correlations between persons, and the residual SD."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from growthcurves.engine.estimates import FixedEffect, Quantity
from growthcurves.fitted import FittedModel
from growthcurves.results.effects.coefficients import fixed_effects
from growthcurves.results.intervals import intervals_of
from growthcurves.results.intervals.delta import delta
from growthcurves.results.intervals.measure import about_all
from growthcurves.results.intervals.quantity import Interval, every_parameter, on_boundary
from growthcurves.results.intervals.wald import Wald
from growthcurves.results.tables.answer import TIDY

NAN = float("nan")


def variance_components(fit: FittedModel, method: Any = "profile", level: float = 0.95) -> pd.DataFrame:
    """SDs and correlations between persons and the residual SD, with intervals.

    Where the model is not identified all values are withheld (NaN) and ``attrs["withheld"]`` says why.

    Parameters
    ----------
    fit : FittedModel
    method : str or method
        "profile" (default): profile likelihood, of the restricted likelihood for a REML fit. An interval may begin at
        exactly 0, and then that of a correlation is -1 to 1. "wald": on the log and atanh scales; a component on its
        boundary has none. "bootstrap". Or a value with options, or replicates that were drawn before.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        Tidy, rows ``sd:intercept, ..., cor:intercept,slope, ..., sd:residual``; the further columns variance
        and covariance hold the same on the variance scale, variance_std_error their standard error.
        ``attrs["intervals"]`` names the method, ``attrs["notes"]`` says by term what is special of an interval.

    Raises
    ------
    ModelError
        For an unknown method, or a level that is none.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> fit.variance_components()[["term", "estimate", "conf_low", "conf_high"]].round(2)
                      term  estimate  conf_low  conf_high
    0         sd:intercept     24.74     15.03      39.52
    1             sd:slope      5.92      3.93       9.15
    2  cor:intercept,slope      0.07     -0.50       0.67
    3          sd:residual     25.59     22.90      28.86
    """
    chosen = intervals_of(method)
    quantities = every_parameter(fit)
    found = chosen.intervals(fit, list(quantities.values()), level)
    pairs = list(zip(quantities.items(), found, strict=True))
    table = pd.DataFrame(
        [_row(fit, name, quantity, interval, level) for (name, quantity), interval in pairs],
        columns=[*TIDY, "variance", "covariance", "variance_std_error"],
    )
    table.attrs["intervals"] = chosen.about(fit)
    table.attrs["notes"] = {name: interval.note for (name, _), interval in pairs if interval.note}
    if not fit.identified:
        table.attrs["withheld"] = "not identified: the design cannot tell these variances apart"
    return table


def conf_int(fit: FittedModel, method: Any = "wald", level: float = 0.95) -> pd.DataFrame:
    """Intervals of fixed effects and variance components, index by term.

    With the Wald method fixed effects have Student's t, with Satterthwaite's degrees of freedom unless
    `Wald(ddf=...)` says others. The profile of a REML
    fit is that of the restricted likelihood for variance components, and that of the full likelihood for fixed effects,
    which the restricted one does not compare. ``attrs["intervals"]`` says which.

    Parameters
    ----------
    fit : FittedModel
    method : str or method
        "wald" (default), "profile", "bootstrap", or a value with options.
    level : float
        Confidence level.

    Returns
    -------
    DataFrame
        Columns conf_low and conf_high; ``attrs["notes"]`` says by term what is special of an interval.

    Raises
    ------
    ModelError
        For an unknown method, or a level that is none.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> found = fit.conf_int(method="profile")
    >>> print(found.attrs["intervals"])
    profile likelihood intervals (REML; fixed effects ML)
    >>> found.loc["slope"].round(2).tolist(), found.loc["sd:slope"].round(2).tolist()
    ([7.36, 13.58], [3.93, 9.15])
    """
    chosen = intervals_of(method)
    components = variance_components(fit, chosen, level)
    fixed = _fixed(fit, chosen, level)
    table = pd.concat([one.set_index("term")[["conf_low", "conf_high"]] for one in (fixed, components)])
    table.attrs = {
        "intervals": about_all(fit, chosen),
        "notes": fixed.attrs.get("notes", {}) | components.attrs["notes"],
    }
    return table


def _fixed(fit: FittedModel, method: Any, level: float) -> pd.DataFrame:
    if isinstance(method, Wald):
        return fixed_effects(fit, method.ddf, level)
    rows: list[Quantity] = [FixedEffect(row) for row in np.eye(len(fit.terms))]
    found = method.intervals(fit, rows, level)
    table = pd.DataFrame({"term": fit.terms, "conf_low": [i.low for i in found], "conf_high": [i.high for i in found]})
    table.attrs["notes"] = {term: one.note for term, one in zip(fit.terms, found, strict=True) if one.note}
    return table


def _row(fit: FittedModel, name: str, quantity: Quantity, interval: Interval, level: float) -> list:
    value, moment = delta(fit, quantity, level), delta(fit, quantity.moment(), level)
    estimate, errors = value.estimate, [value.std_error, moment.std_error]
    if fit.identified and on_boundary(fit, quantity):
        estimate, errors = 0.0 if quantity.zero else NAN, [NAN, NAN]
        moment = moment._replace(estimate=0.0)
    if quantity.scale == "atanh":
        estimate = float(np.sign(estimate)) if abs(estimate) > 1 - 1e-9 else estimate
    moments = [moment.estimate, NAN] if quantity.zero else [NAN, moment.estimate]
    return [name, estimate, errors[0], NAN, NAN, NAN, interval.low, interval.high, *moments, errors[1]]
