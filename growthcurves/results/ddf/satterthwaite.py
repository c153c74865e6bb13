"""Satterthwaite's degrees of freedom, from analytic derivatives and the observed information."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.errors import NotAvailableError
from growthcurves.fitted import FittedModel, row_variances


@dataclass(frozen=True)
class Satterthwaite:
    """Degrees of freedom by matching the variance of l' V l to that of a chi-square (Satterthwaite 1946).

    df = 2 f^2 / (g' A g), with f = l' V l, g its derivatives in the variance parameters and A their covariance
    matrix from the observed information (Giesbrecht and Burns 1985; lmerTest, Kuznetsova et al. 2017). At a
    singular fit the parameters are those of the active face.

    Parameters
    ----------
    information : {"observed"}
    """

    information: str = "observed"

    def __post_init__(self) -> None:
        if self.information != "observed":
            raise NotAvailableError("This version computes Satterthwaite df from the observed information only.")

    @property
    def label(self) -> str:
        return f"Satterthwaite, {self.information} information"

    def why_not(self, fit: FittedModel) -> str | None:
        """Why the method cannot be used for a fit; None if it can."""
        if fit.solution.information is None:
            return "the observed information of the variance parameters is not positive definite"
        return None

    def covariance(self, fit: FittedModel) -> np.ndarray:
        """Covariance matrix of the fixed effects."""
        return fit.solution.cov_beta

    def df(self, fit: FittedModel, L: np.ndarray) -> np.ndarray:
        """Degrees of freedom of each row of L (k, p); NaN where the information is not positive definite."""
        info = fit.solution.information
        if info is None:
            return np.full(len(L), np.nan)
        f = row_variances(L, fit.solution.cov_beta)
        g = np.column_stack([row_variances(L, derivative) for derivative in info.dcov_beta])
        spread = row_variances(g, info.cov)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.where(spread > 0, 2.0 * f**2 / spread, np.inf)
