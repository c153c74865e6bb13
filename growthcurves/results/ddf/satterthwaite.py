"""Satterthwaite's degrees of freedom, from analytic derivatives and observed or expected information."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.engine.estimates import Uncertainty
from growthcurves.errors import ModelError, among, unknown
from growthcurves.fitted import FittedModel, row_variances
from growthcurves.results.ddf.base import Method, Rows

KINDS = ("observed", "expected")


def checked_information(kind: str) -> None:
    """Refuse an information that there is none of."""
    if not among(kind, KINDS):
        raise ModelError(unknown("information", kind, KINDS))


def information_of(fit: FittedModel, kind: str) -> Uncertainty | None:
    """Observed or expected information of the variance parameters; None where it is not positive definite."""
    return fit.estimates.uncertainty(kind)


def satterthwaite_df(covariance: np.ndarray, info: Uncertainty | None, L: np.ndarray) -> np.ndarray:
    """2 f^2 / (g' A g) of each row of L, in units in which f is one; NaN where there is no information."""
    if info is None:
        return np.full(len(L), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        unit = L / np.sqrt(row_variances(L, covariance))[:, None]
        g = np.column_stack([row_variances(unit, derivative) for derivative in info.dcov_beta])
        spread = row_variances(g, info.cov)
        return np.where(spread > 0, 2.0 / spread, np.where(np.isnan(spread), np.nan, np.inf))


@dataclass(frozen=True)
class Satterthwaite(Method):
    """Degrees of freedom by matching the variance of l' V l to that of a chi-square (Satterthwaite 1946).

    df = 2 f^2 / (g' A g), with f = l' V l, g its derivatives in the variance parameters and A their covariance
    matrix (Giesbrecht and Burns 1985). Several rows are tested as Fai and Cornelius (1996) do. At a singular fit
    the parameters are those of the active face; where G and the residual variance cannot be told apart, those of
    the persons' covariance matrices, which can.

    Parameters
    ----------
    information : {"observed", "expected"}
        Observed information gives the values of lmerTest (Kuznetsova et al. 2017), expected information those of
        Kenward-Roger in R's pbkrtest, and of SAS under the scoring option; they differ in unbalanced data.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> fit.fixed_effects(ddf=gc.Satterthwaite(information="expected"))["df"].round(3).tolist()
    [17.0, 17.0]
    """

    information: str = "observed"
    normal_outcomes = True

    def __post_init__(self) -> None:
        checked_information(self.information)

    @property
    def label(self) -> str:
        return f"Satterthwaite, {self.information} information"

    def why_not(self, fit: FittedModel) -> str | None:
        """Why there are no degrees of freedom for a fit; None if there are."""
        if information_of(fit, self.information) is None:
            return f"The {self.information} information of the variance parameters is not positive definite."
        return None

    def df(self, fit: FittedModel, L: np.ndarray) -> np.ndarray:
        """Degrees of freedom of each row of L (k, p); NaN where the information is not positive definite."""
        return satterthwaite_df(fit.estimates.cov_beta, information_of(fit, self.information), L)

    def joint(self, fit: FittedModel, rows: Rows) -> tuple[float, float]:
        """F and its denominator: that of the F whose mean is the mean of the squared t of the components."""
        return rows.wald(fit.estimates.cov_beta), fai_cornelius(self.df(fit, rows.L))


def fai_cornelius(df: np.ndarray) -> float:
    """Denominator df of a mean of squared t variables (Fai and Cornelius 1996); 2 where one of them has no mean."""
    if np.isnan(df).any():
        return float("nan")
    if np.ptp(df) < 1e-8 or np.isinf(df).all():
        return float(df[0])
    if df.min() <= 2.0:
        return 2.0
    excess = np.where(np.isinf(df), 0.0, 2.0 / (df - 2.0)).sum()  # mean of sum of t^2, beyond the number of rows
    return float(2.0 * (len(df) + excess) / excess)
