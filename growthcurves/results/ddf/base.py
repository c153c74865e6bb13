"""What every method of degrees of freedom answers, and the test of several rows at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from growthcurves.errors import ModelError
from growthcurves.fitted import FittedModel, row_variances
from growthcurves.numerics.distributions import f_tail
from growthcurves.numerics.graded import principal_components

#: Eigenvalues of the correlation matrix of the rows below this are rows that follow from the others.
REDUNDANT = 1e-10


@dataclass(frozen=True)
class JointTest:
    """An F test of a hypothesis of one or several rows.

    Attributes
    ----------
    statistic : float
        F, scaled where the method scales it.
    df_num, df_den : float
        Rows that do not follow from the others; degrees of freedom of the denominator (infinite: chi-square).
    p_value : float
    label : str
        The method.
    """

    statistic: float
    df_num: int
    df_den: float
    p_value: float
    label: str

    def __str__(self) -> str:
        return f"F({self.df_num}, {self.df_den:.1f}) = {self.statistic:.3f}, p = {self.p_value:.4g} ({self.label})"


@dataclass(frozen=True)
class Method:
    """A method of degrees of freedom: the model's own covariance matrix, and the smallest df for several rows.

    A method of one's own needs `label` and `df`, and the others only where it differs.

    Attributes
    ----------
    normal_outcomes : bool
        Whether it is of normal outcomes alone.
    """

    normal_outcomes: ClassVar[bool] = False

    @property
    def label(self) -> str:
        """The name and the options, for tables."""
        return type(self).__name__

    def why_not(self, fit: FittedModel) -> str | None:
        """Why the method cannot answer for a fit, in a sentence; None if it can."""
        return None

    def covariance(self, fit: FittedModel) -> np.ndarray:
        """Covariance matrix of the fixed effects that goes with the degrees of freedom."""
        return fit.estimates.cov_beta

    def df(self, fit: FittedModel, L: np.ndarray) -> np.ndarray:
        """Degrees of freedom of each row of L (k, p)."""
        raise NotImplementedError

    def joint(self, fit: FittedModel, rows: Rows) -> tuple[float, float]:
        """F and the degrees of freedom of its denominator, for independent rows."""
        return rows.wald(self.covariance(fit)), float(self.df(fit, rows.asked).min())


@dataclass(frozen=True)
class Rows:
    """A hypothesis L beta = rhs in rows whose estimates are uncorrelated under the model.

    Attributes
    ----------
    L : (r, p) array
        The principal components of the rows that were asked for (Fai and Cornelius 1996), redundant ones left out.
    distance : (r,) array
        L beta - rhs.
    variance : (r,) array
        Diagonal of L cov(beta) L'.
    asked : (k, p) array
        The rows that were asked for.
    """

    L: np.ndarray
    distance: np.ndarray
    variance: np.ndarray
    asked: np.ndarray

    @property
    def count(self) -> int:
        return len(self.L)

    def wald(self, covariance: np.ndarray) -> float:
        """distance' (L covariance L')^-1 distance / r."""
        spread = self.L @ covariance @ self.L.T
        unit = np.sqrt(np.diag(spread))
        distance = self.distance / unit
        return float(distance @ np.linalg.solve(spread / np.outer(unit, unit), distance)) / self.count


def independent_rows(fit: FittedModel, L: np.ndarray, rhs: np.ndarray) -> Rows:
    """The hypothesis L beta = rhs without redundant rows.

    Raises
    ------
    ModelError
        When L is zero, or rows that follow from each other are set to values that contradict each other.
    """
    own = fit.estimates.uncorrelated(L)
    spread = own @ own.T
    size = np.sqrt(np.maximum(np.diag(spread), 0.0))
    if not (size > 0).any():
        raise ModelError("The hypothesis has no fixed effect in it: every row of L is zero.")
    unit = np.where(size > 0, size, 1.0)
    rank = int((np.linalg.eigvalsh(spread / np.outer(unit, unit)) > REDUNDANT).sum())
    components, sizes = principal_components(own)
    kept = components[:rank]
    distance = L @ fit.estimates.beta - rhs
    left = distance - spread @ kept.T @ (kept @ distance / sizes[:rank] ** 2)
    if (np.abs(left) > 1e-6 * (unit + np.abs(distance))).any():
        raise ModelError("The rows of the hypothesis contradict each other: no fixed effects satisfy all of them.")
    return Rows(kept @ L, kept @ distance, row_variances(kept @ L, fit.estimates.cov_beta), L)


def joint_by(method: Method, fit: FittedModel, L: np.ndarray, rhs: np.ndarray) -> JointTest:
    """Test L beta = rhs by a method; NaN for more rows than a sampling design has degrees of freedom."""
    rows = independent_rows(fit, L, rhs)
    tested = fit.weighing is None or rows.count <= fit.weighing.df
    statistic, df = method.joint(fit, rows) if tested else (float("nan"), float("nan"))
    return JointTest(statistic, rows.count, df, f_tail(statistic, rows.count, df), method.label)
