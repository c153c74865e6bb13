"""No small-sample correction: the standard normal distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.fitted import FittedModel


@dataclass(frozen=True)
class Normal:
    """Infinite degrees of freedom: z tests, as statsmodels prints them."""

    label: str = "normal"

    def why_not(self, fit: FittedModel) -> str | None:
        """Why the method cannot be used for a fit; None if it can."""
        return None

    def covariance(self, fit: FittedModel) -> np.ndarray:
        """Covariance matrix of the fixed effects."""
        return fit.solution.cov_beta

    def df(self, fit: FittedModel, L: np.ndarray) -> np.ndarray:
        """Degrees of freedom of each row of L (k, p): infinity."""
        return np.full(len(L), np.inf)
