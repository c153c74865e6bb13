"""Kenward and Roger's adjusted standard errors and scaled F."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.errors import ModelError
from growthcurves.fitted import FittedModel
from growthcurves.numerics.bounds import flag
from growthcurves.results.ddf.base import Method, Rows
from growthcurves.results.ddf.satterthwaite import checked_information, information_of, satterthwaite_df


@dataclass(frozen=True)
class KenwardRoger(Method):
    """Small-sample covariance matrix of the fixed effects, degrees of freedom and scaled F (Kenward and Roger 1997).

    The covariance matrix is corrected for the variances being estimated, in the natural parameters: variances and
    covariances, in which V is linear; of structures such as AR(1) or Toeplitz with unequal variances the variances and
    the correlations, as SAS. It needs a REML fit. For one row the degrees of freedom are Satterthwaite's under the same
    information, and what is gained is the standard error; for several rows F is scaled. At a singular fit the
    parameters of G are those of the active face, V linearised there.

    Parameters
    ----------
    information : {"expected", "observed"}
        Expected information as R's pbkrtest (Halekoh and Højsgaard 2014); observed information as SAS and mmrm.
    second : bool
        Whether second derivatives of V count where it is not linear in its parameters, as in the paper and in SAS's
        ``ddfm=kr``; without them it is SAS's ``kr(linear)`` (FIRSTORDER), mmrm's "Kenward-Roger-Linear".

    Examples
    --------
    >>> import growthcurves as gc
    >>> some = gc.load_dataset("sleepstudy").iloc[5:]
    >>> fit = gc.fit("reaction ~ day + (day | subject)", some)
    >>> fit.fixed_effects(ddf="kenward-roger")[["term", "std_error", "df"]].round(3)
            term  std_error      df
    0  intercept      7.228  16.583
    1      slope      1.476  16.902
    """

    information: str = "expected"
    second: bool = True
    normal_outcomes = True

    def __post_init__(self) -> None:
        checked_information(self.information)
        flag(self.second, "second")

    @property
    def label(self) -> str:
        linear = "" if self.second else ", V linearised"
        return f"Kenward-Roger, {self.information} information{linear}"

    def why_not(self, fit: FittedModel) -> str | None:
        """Why the method cannot be used for a fit; None if it can."""
        if fit.method != "reml":
            return (
                'Kenward-Roger needs a REML fit, and this one is by ML: fit.refit(method="reml"), '
                'or ddf="satterthwaite".'
            )
        if information_of(fit, self.information) is None:
            return f"The {self.information} information of the variance parameters is not positive definite."
        return None

    def covariance(self, fit: FittedModel) -> np.ndarray:
        """Adjusted covariance matrix of the fixed effects; NaN where the information is not positive definite.

        Raises
        ------
        ModelError
            For a fit by ML.
        """
        if fit.method != "reml":
            raise ModelError(self.why_not(fit))
        return fit.estimates.adjusted_covariance(self.information, self.second)

    def df(self, fit: FittedModel, L: np.ndarray) -> np.ndarray:
        """Degrees of freedom of each row of L (k, p)."""
        return satterthwaite_df(fit.estimates.cov_beta, information_of(fit, self.information), L)

    def joint(self, fit: FittedModel, rows: Rows) -> tuple[float, float]:
        """Scaled F and the degrees of freedom of its denominator."""
        covariance = self.covariance(fit)
        info = information_of(fit, self.information)
        if info is None:
            return float("nan"), float("nan")
        if rows.count == 1:
            return rows.wald(covariance), float(self.df(fit, rows.L)[0])
        half = rows.L / np.sqrt(rows.variance)[:, None]
        M = half @ info.dcov_beta @ half.T
        trace = np.einsum("kii->k", M)
        A1 = float(trace @ info.cov @ trace)
        A2 = float(np.einsum("kl,kij,lji->", info.cov, M, M, optimize=True))
        scale, df = scaling(rows.count, A1, A2)
        return scale * rows.wald(covariance), df


def scaling(rows: int, A1: float, A2: float) -> tuple[float, float]:
    """The factor of F and the df of its denominator that give the mean and variance of F (1997, section 3).

    NaN where no F distribution has them, which is so in the smallest samples.
    """
    if A2 <= 0.0:
        return 1.0, float("inf")
    B = (A1 + 6.0 * A2) / (2.0 * rows)
    g = ((rows + 1) * A1 - (rows + 4) * A2) / ((rows + 2) * A2)
    c = np.array([g, rows - g, rows + 2 - g]) / (3.0 * rows + 2.0 * (1.0 - g))
    mean = 1.0 / (1.0 - A2 / rows)
    variance = 2.0 / rows * (1.0 + c[0] * B) / ((1.0 - c[1] * B) ** 2 * (1.0 - c[2] * B))
    ratio = variance / (2.0 * mean**2)
    if not (mean > 0.0 and rows * ratio > 1.0):
        return float("nan"), float("nan")
    df = 4.0 + (rows + 2) / (rows * ratio - 1.0)
    return df / (mean * (df - 2.0)), df
