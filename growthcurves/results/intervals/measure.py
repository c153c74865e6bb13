"""One quantity with its standard error and the interval of a method."""

from __future__ import annotations

from typing import Any, NamedTuple

from growthcurves.engine.estimates import Quantity
from growthcurves.fitted import FittedModel
from growthcurves.results.intervals.delta import delta


class Measured(NamedTuple):
    """An estimate with its interval, and what is special of that."""

    estimate: float
    std_error: float
    conf_low: float
    conf_high: float
    note: str


def measured(fit: FittedModel, method: Any, quantity: Quantity, level: float) -> Measured:
    """Estimate and standard error by the delta method, interval by `method`."""
    found = delta(fit, quantity, level, getattr(method, "information", "observed"))
    return Measured(found.estimate, found.std_error, *method.intervals(fit, [quantity], level)[0])


def about_all(fit: FittedModel, method: Any) -> str:
    """A method in words, where it makes intervals of variances and of fixed effects."""
    return str(method.about(fit)).replace("(REML)", "(REML; fixed effects ML)")
