"""Wald intervals: an estimate plus and minus standard errors, on a scale without ends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from growthcurves.engine.estimates import Quantity
from growthcurves.errors import ModelError, among, unknown
from growthcurves.fitted import FittedModel
from growthcurves.results.intervals.delta import Estimate, delta
from growthcurves.results.intervals.quantity import Interval, on_boundary

INFORMATIONS = ("observed", "expected")
#: What to ask for where Wald's method gives no interval, at the doors of code; pages for readers do not say it.
INSTEAD = "method='profile' gives one"


@dataclass(frozen=True)
class Wald:
    """Wald intervals by the delta method: on the log scale for SDs, atanh for correlations, logit for shares.

    What depends on a covariance matrix that is estimated on its boundary (a zero variance, a correlation of one) has
    none, nor has an SD whose standard error is larger than itself.

    Parameters
    ----------
    ddf : str or method
        Degrees of freedom of the t intervals of fixed effects.
    information : {"observed", "expected"}
        Of the variances: observed, as R's nlme and merDeriv and SAS print it, or expected (Fisher's), as HLM does.

    Raises
    ------
    ModelError
        For another information.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> fit.variance_components(method=gc.Wald())[["term", "conf_low", "conf_high"]].round(2)
                      term  conf_low  conf_high
    0         sd:intercept     15.58      39.28
    1             sd:slope      3.92       8.95
    2  cor:intercept,slope     -0.52       0.61
    3          sd:residual     22.80      28.72
    """

    ddf: Any = None
    information: str = "observed"

    label = "Wald"

    def __post_init__(self) -> None:
        if not among(self.information, INFORMATIONS):
            raise ModelError(unknown("information", self.information, INFORMATIONS))

    def about(self, fit: FittedModel) -> str:
        """The method in words."""
        kind = "" if self.information == "observed" else f" by {self.information} information"
        return f"Wald intervals on the log and atanh scales{kind}"

    def intervals(self, fit: FittedModel, quantities: Sequence[Quantity], level: float) -> list[Interval]:
        """One interval for each quantity."""
        return [_interval(fit, quantity, level, self.information) for quantity in quantities]


def with_ddf(method: Any, ddf: Any) -> Any:
    """The method with other degrees of freedom, where it is the Wald method.

    Raises
    ------
    ModelError
        When `ddf` is given for another method.
    """
    if ddf is None:
        return method
    if not isinstance(method, Wald) and method != "wald":
        raise ModelError("ddf= belongs to Wald intervals; the other methods use no degrees of freedom.")
    return Wald(ddf)


def with_information(method: Any, information: str | None) -> Any:
    """The method with standard errors by a kind of information, where it is the Wald method."""
    if information is None or not isinstance(method, Wald):
        return method
    return replace(method, information=information)


def _interval(fit: FittedModel, quantity: Quantity, level: float, information: str) -> Interval:
    found = delta(fit, quantity, level, information)
    reason = "" if found.conf_low == found.conf_low else f"no Wald interval{_why(fit, quantity, found)}"
    return Interval(found.conf_low, found.conf_high, reason)


def _why(fit: FittedModel, quantity: Quantity, found: Estimate) -> str:
    """Why there is no interval, where that is known."""
    if on_boundary(fit, quantity):
        return " on the boundary of the variances"
    if found.std_error == found.std_error:
        return ", as the standard error is larger than the estimate"
    return ""
