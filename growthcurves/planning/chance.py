"""The chance that a test finds an effect: noncentral t and F, or the normal distribution."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from growthcurves.errors import ModelError, unknown
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.bounds import finite_number
from growthcurves.planning.design import Design
from growthcurves.planning.information import Information
from growthcurves.planning.question import Question
from growthcurves.planning.simulation.method import refuse_simulation
from growthcurves.results.ddf.kenward_roger import scaling
from growthcurves.results.ddf.satterthwaite import fai_cornelius

METHODS = ("t", "normal")
#: Degrees of freedom of the planned test.
DDF = ("satterthwaite", "between", "kenward-roger")


@dataclass(frozen=True)
class PlannedTest:
    """How an effect is tested.

    Attributes
    ----------
    alpha : float
    sided : int
        1 is a test against an effect in its own direction.
    method : {"t", "normal"}
    ddf : {"satterthwaite", "between", "kenward-roger"} or float
        Degrees of freedom. Kenward and Roger's have their standard errors too, with what estimating the variances adds.
    """

    alpha: float = 0.05
    sided: int = 2
    method: str = "t"
    ddf: Any = "satterthwaite"

    def __post_init__(self) -> None:
        alpha = finite_number(self.alpha, "alpha= is a level of a test")
        if not 0.0 < alpha < 1.0:
            raise ModelError(f"alpha= is the level of a test, between 0 and 1, such as 0.05, not {alpha:g}.")
        if isinstance(self.sided, bool) or self.sided not in (1, 2):
            raise ModelError(f"sided= is 1 or 2, not {self.sided!r}.")
        refuse_simulation(self.method)
        if self.method not in METHODS:
            raise ModelError(unknown("method (of planning)", self.method, (*METHODS, "simulation")))
        if isinstance(self.ddf, str) and self.ddf not in DDF:
            raise ModelError(unknown("ddf (of planning)", self.ddf, DDF))
        if not isinstance(self.ddf, str) and finite_number(self.ddf, "ddf= is a method or a number") <= 0:
            raise ModelError("ddf= is a number of degrees of freedom above 0.")
        if self.method == "normal" and self.ddf != "satterthwaite":
            raise ModelError("A normal test has no degrees of freedom: leave ddf= out, or take method='t'.")

    @property
    def counts_variances(self) -> bool:
        """Whether degrees of freedom depend on how well variances are estimated."""
        return self.method == "t" and self.ddf in ("satterthwaite", "kenward-roger")

    @property
    def adjusted(self) -> bool:
        """Whether standard errors are Kenward and Roger's."""
        return self.method == "t" and self.ddf == "kenward-roger"


@dataclass(frozen=True)
class Chance:
    """The power of one study.

    Attributes
    ----------
    power : float
    errors : (k,) array
        Standard error of each row.
    df : float
    noncentrality : float
        Effect over its standard error; of several rows the square of that.
    """

    power: float
    errors: Array
    df: float
    noncentrality: float


def chance(design: Design, asked: Question, sizes: Array, persons: float, test: PlannedTest) -> Chance:
    """The power of a study of so many persons to find effects of these sizes.

    Raises
    ------
    NotEstimableError
        Where the study cannot tell the effects.
    """
    information = design.information(persons)
    information.refuse_undivided(asked.L, design.terms)
    V = asked.L @ planned_covariance(information, test) @ asked.L.T
    errors = np.sqrt(np.diag(V))
    if len(sizes) == 1:
        ratio = abs(float(sizes[0])) / float(errors[0])
        df = _df(design, asked, information, persons, test)
        return Chance(_of_t(ratio, df, test), errors, df, ratio)
    if test.sided == 1:
        raise ModelError("A test of several differences together has no side: take sided=2, or one of them with test=.")
    square = float(sizes @ np.linalg.solve(V, sizes))
    df = _df(design, asked, information, persons, test)
    return Chance(_of_f(square, len(sizes), df, test.alpha), errors, df, square)


def planned_covariance(information: Information, test: PlannedTest) -> Array:
    """The covariance of the fixed effects that a test is expected to have, (p, p)."""
    return information.covariance + (information.inflation if test.adjusted else 0.0)


def _df(design: Design, asked: Question, information: Information, persons: float, test: PlannedTest) -> float:
    if test.method == "normal":
        return float("inf")
    if not isinstance(test.ddf, str):
        return float(test.ddf)
    between, L = between_df(design, asked, persons), asked.L
    groups = design.assumed.design_effect
    if test.ddf == "between" or not between > 0 or (groups is not None and groups.size is not None):
        return max(between, 0.0)
    if len(L) == 1:
        return float(information.df(L)[0])
    if test.adjusted:
        return scaling(len(L), *information.moments(L))[1]
    return fai_cornelius(information.df(np.linalg.eigh(L @ information.covariance @ L.T)[1].T @ L))


def between_df(design: Design, asked: Question, persons: float) -> float:
    """Units that were randomised, less what is estimated of them for the growth parameter that is tested (as HLM)."""
    groups = design.assumed.design_effect
    if groups is not None:
        return persons / (groups.size or groups.factor) - len(design.study.arms)
    units = design.units(persons)[design.study.randomised]
    if design.study.randomised != "person":
        return units - len(design.study.arms)
    owners = {design.recipe.term_names[j].parameter for row in asked.L for j in np.flatnonzero(row)}
    return units - max(sum(name.parameter == owner for name in design.recipe.term_names) for owner in owners)


def _of_t(ratio: float, df: float, test: PlannedTest) -> float:
    """Power of a t test (of a normal one where df are infinite)."""
    from scipy.special import ndtr, ndtri, stdtrit

    if not df > 0:
        return float("nan")
    tail = test.alpha / test.sided
    if np.isinf(df):
        cut = -ndtri(tail)
        return float(ndtr(ratio - cut) + (ndtr(-ratio - cut) if test.sided == 2 else 0.0))
    cut = -stdtrit(df, tail)
    return _beyond(ratio, df, cut) + (_beyond(-ratio, df, cut) if test.sided == 2 else 0.0)


@cache
def _normal_points() -> tuple[Array, Array]:
    """Points of a standard normal variable and their weights."""
    points, weights = np.polynomial.legendre.leggauss(128)
    z = 8.5 * points
    return z, 8.5 * weights * np.exp(-z * z / 2.0) / np.sqrt(2.0 * np.pi)


def _beyond(ratio: float, df: float, cut: float) -> float:
    """The probability that noncentral t exceeds a number: the mean of normal probabilities over the estimated SD.

    The mean is taken over a normal variable that has the SD's probabilities, where the integrand is smooth, so that it
    holds for any noncentrality and any degrees of freedom.
    """
    from scipy.special import gammainccinv, gammaincinv, ndtr

    z, density = _normal_points()
    half = np.where(z < 0, gammaincinv(df / 2.0, ndtr(z)), gammainccinv(df / 2.0, ndtr(-z)))
    return float(density @ ndtr(ratio - cut * np.sqrt(2.0 * half / df)))


def _of_f(square: float, count: int, df: float, alpha: float) -> float:
    from scipy.special import chdtri, fdtri
    from scipy.stats import ncf, ncx2

    if not df > 0:
        return float("nan")
    if np.isinf(df):
        return float(ncx2.sf(chdtri(count, alpha), count, square))
    return float(ncf.sf(fdtri(count, df, 1.0 - alpha), count, df, square))
