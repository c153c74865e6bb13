"""Profile likelihood intervals: all values that a likelihood ratio test does not reject."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from growthcurves.engine.profile.profiler import End, Profiler
from growthcurves.engine.profile.quantities import (
    Coefficient,
    Correlation,
    ResidualDeviation,
    Smooth,
    StandardDeviation,
)
from growthcurves.engine.profile.quantities import Quantity as Profiled
from growthcurves.engine.solution import Solution
from growthcurves.errors import ModelError, unknown
from growthcurves.fitted import FittedModel
from growthcurves.numerics.distributions import normal_quantile
from growthcurves.remembered import remembered
from growthcurves.results.intervals.delta import Function
from growthcurves.results.intervals.quantity import (
    CorrelationQuantity,
    FixedEffect,
    Interval,
    Quantity,
    ResidualSd,
    SdQuantity,
)
from growthcurves.results.tables.answer import checked_level

INFINITY = float("inf")


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

    label: str = "profile likelihood"

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
        Of (beta, G, sigma2): the fixed effects in the order of ``fit.terms``, the covariance matrix of the standard
        random effects (``fit.standard_effect(name)`` gives an original effect as a combination a, so that its
        variance is ``a @ G @ a``), and the residual variance.
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
    >>> icc = profile_interval(fit, lambda beta, G, s: a @ G @ a / (a @ G @ a + s), scale="logit")
    >>> round(icc.low, 3), round(icc.high, 3)
    (0.227, 0.608)
    """
    return Profile().intervals(fit, [Quantity(function, scale)], level)[0]


@remembered
def _profiler(fit: FittedModel, full: bool) -> Profiler:
    """The profiler of the fit's own likelihood or of the full one, with the ends that it has found."""
    solution = _solution(fit, full)
    return Profiler(solution.problem, solution.optimum)


def _solution(fit: FittedModel, full: bool) -> Solution:
    return fit.likelihood if full else fit.solution


def _interval(fit: FittedModel, quantity: Quantity, cut: float) -> Interval:
    if not fit.identified and not isinstance(quantity, FixedEffect):
        return Interval(np.nan, np.nan, "not identified: the design cannot tell these variances apart")
    moves = _depends_on_beta(fit, quantity)
    solution = _solution(fit, moves)
    if not solution.verdict.converged:
        return Interval(np.nan, np.nan, "the optimum could not be certified")
    profiler = _profiler(fit, moves and fit.method != "ml")
    if isinstance(quantity, CorrelationQuantity) and _may_not_vary(profiler, quantity, cut):
        return Interval(-1.0, 1.0, "one of the two may not vary at all")
    unit, origin, profiled = _in_standard_units(solution, quantity, profiler, moves)
    low, high = (_shifted(end, unit, origin) for end in profiler.ends(profiled, cut))
    return Interval(low.value, high.value, "; ".join(dict.fromkeys(end.reason for end in (low, high) if end.reason)))


def _shifted(end: End, unit: float, origin: float) -> End:
    return End(origin + unit * end.value, end.reason)


def _depends_on_beta(fit: FittedModel, quantity: Quantity) -> bool:
    """Whether fixed effects play a part: SDs and correlations say so, other functions are tried."""
    if isinstance(quantity, SdQuantity | CorrelationQuantity | ResidualSd):
        return False
    if isinstance(quantity, FixedEffect):
        return True
    beta, errors = fit.solution.beta, np.sqrt(np.diag(fit.solution.cov_beta))
    G, s = fit.sigma2 * (fit.solution.optimum.at.D + np.eye(len(fit.random_names))), fit.sigma2
    middle = quantity.function(beta, G, s)
    return any(quantity.function(beta + move, G, s) != middle for move in np.diag(errors))


def _may_not_vary(profiler: Profiler, quantity: CorrelationQuantity, cut: float) -> bool:
    """Whether the interval of one of the two SDs begins at zero, where every correlation is as likely."""
    return any(
        profiler.end(StandardDeviation.of(one, profiler.estimate), -1, cut).value == 0.0
        for one in (quantity.first, quantity.second)
    )


def _in_standard_units(
    solution: Solution, quantity: Quantity, profiler: Profiler, moves: bool
) -> tuple[float, float, Profiled]:
    """The quantity in the engine's coordinates, with unit and origin: value = origin + unit * standard value."""
    problem = solution.problem
    if isinstance(quantity, SdQuantity):
        return problem.scale, 0.0, StandardDeviation.of(quantity.combination, profiler.estimate)
    if isinstance(quantity, ResidualSd):
        return problem.scale, 0.0, ResidualDeviation()
    if isinstance(quantity, CorrelationQuantity):
        return 1.0, 0.0, Correlation(quantity.first, quantity.second)
    if isinstance(quantity, FixedEffect):
        row = np.linalg.solve(problem.back_x.T, quantity.row)
        return problem.scale, float(row @ problem.offset), Coefficient(row)
    return 1.0, 0.0, _smooth(solution, quantity, profiler, moves)


@dataclass(frozen=True)
class PathScale:
    """A scale on which a range ends at finite places; see docs/inference-intervals.md, section 3."""

    forward: Callable[[float], float]
    back: Callable[[float], float]
    low: float = -INFINITY
    high: float = INFINITY


def path_scale(name: str, estimate: float) -> PathScale:
    """The path scale of a range.

    Raises
    ------
    ModelError
        For an unknown one.
    """
    unit = estimate if estimate > 0 else 1.0
    scales = {
        "identity": PathScale(lambda f: f, lambda x: x),
        "log": PathScale(lambda f: np.log1p(f / unit), lambda x: unit * np.expm1(x), low=0.0),
        "atanh": PathScale(np.arcsin, np.sin, -np.pi / 2, np.pi / 2),
        "logit": PathScale(lambda f: 2.0 * np.arcsin(np.sqrt(f)), lambda x: np.sin(x / 2.0) ** 2, 0.0, np.pi),
    }
    if name not in scales:
        raise ModelError(unknown("scale", name, scales))
    return scales[name]


def _smooth(solution: Solution, quantity: Quantity, profiler: Profiler, moves: bool) -> Smooth:
    problem = solution.problem
    J, base, square = problem.original_x(), problem.beta(np.zeros(problem.p)), problem.scale**2
    value = float(quantity.function(solution.beta, solution.sigma2 * solution.optimum.at.D, solution.sigma2))
    scale = path_scale(quantity.scale, value)

    def x(beta: np.ndarray, D: np.ndarray, s: float) -> float:
        with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
            return float(scale.forward(quantity.function(base + J @ beta, square * s * D, square * s)))

    return Smooth(x, scale.back, profiler.steps, scale.low, scale.high, moves)
