"""Profile likelihood intervals: all values that a likelihood ratio test does not reject."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from growthcurves.engine.estimates import End, Follower, Function, FunctionOf, Quantity
from growthcurves.fitted import FittedModel
from growthcurves.numerics.distributions import normal_quantile
from growthcurves.results.intervals.quantity import Interval
from growthcurves.results.tables.answer import checked_level


@dataclass(frozen=True)
class Profile:
    """Profile likelihood: the values at which twice the log likelihood is within a chi-square quantile of its maximum.

    Everything else is at its best for each value (Venzon and Moolgavkar 1988). A REML fit profiles the restricted
    likelihood for variance components, and the full likelihood for what depends on fixed effects. An interval may
    begin at exactly zero, or have no upper end.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"), method="ml")
    >>> fit.variance_components(method=gc.Profile())[["term", "conf_low", "conf_high"]].round(2)
                      term  conf_low  conf_high
    0         sd:intercept     14.38      37.72
    1             sd:slope      3.80       8.75
    2  cor:intercept,slope     -0.48       0.69
    3          sd:residual     22.90      28.86
    """

    label = "profile likelihood"

    def about(self, fit: FittedModel) -> str:
        """The method in words, with the likelihood that variance components are profiled on."""
        return f"profile likelihood intervals ({fit.method.upper()})"

    def intervals(self, fit: FittedModel, quantities: Sequence[Quantity], level: float) -> list[Interval]:
        """One interval for each quantity."""
        cut = normal_quantile(0.5 + checked_level(level) / 2.0) ** 2  # of chi-square with one degree of freedom
        return [_interval(fit, quantity, cut) for quantity in quantities]


def profile_interval(fit: FittedModel, function: Function, level: float = 0.95, scale: str = "identity") -> Interval:
    """Profile likelihood interval of any smooth function of the parameters.

    Parameters
    ----------
    fit : FittedModel
    function : callable
        Of a point: ``point.beta`` are the fixed effects in the order of ``fit.terms``, ``point.between(a, b)`` the
        covariance of two combinations of random effects (``fit.standard_effect(name)`` gives an original effect as
        one), ``point.residual_variance()`` the variance of a residual.
    level : float
        Confidence level.
    scale : {"identity", "log", "atanh", "logit"}
        The function's range: all numbers, the positive ones, -1 to 1, 0 to 1. The interval does not depend on it
        but for ends at the ends of the range.

    Returns
    -------
    Interval
        low, high, and why an end is NaN, if so.

    Raises
    ------
    ModelError
        For an unknown scale, or a level that is none.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ 1 + (1 | subject)", gc.load_dataset("sleepstudy"), time="day")
    >>> a = fit.standard_effect("intercept")
    >>> share = lambda point: point.between(a) / (point.between(a) + point.residual_variance())
    >>> icc = profile_interval(fit, share, scale="logit")
    >>> round(icc.low, 3), round(icc.high, 3)
    (0.227, 0.608)
    """
    return Profile().intervals(fit, [FunctionOf(function, scale)], level)[0]


def _interval(fit: FittedModel, quantity: Quantity, cut: float) -> Interval:
    if not fit.identified and not quantity.fixed:
        return Interval(np.nan, np.nan, "not identified: the design cannot tell these variances apart")
    moves = _depends_on_beta(fit, quantity)
    estimates = fit.estimates.by_ml() if moves else fit.estimates
    if not estimates.verdict.converged:
        return Interval(np.nan, np.nan, "the optimum could not be certified")
    profiler = estimates.profiler
    constant = quantity.open_for(profiler, cut)
    if constant:
        return Interval(-1.0, 1.0, f"{' and '.join(constant)} may not vary at all")
    measured = quantity.measured(Follower(estimates.frame, profiler, estimates.natural), moves)
    low, high = (_shifted(end, measured.unit, measured.origin) for end in profiler.ends(measured.measure, cut))
    return Interval(low.value, high.value, "; ".join(dict.fromkeys(end.reason for end in (low, high) if end.reason)))


def _shifted(end: End, unit: float, origin: float) -> End:
    return End(origin + unit * end.value, end.reason)


def _depends_on_beta(fit: FittedModel, quantity: Quantity) -> bool:
    """Whether fixed effects play a part, tried where every random effect varies."""
    return quantity.moves_beta(fit.estimates.point.raised(), np.sqrt(np.diag(fit.estimates.cov_beta)))
