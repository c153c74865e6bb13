"""Robust (sandwich) covariance of the fixed effects, clustered by person, with Satterthwaite degrees of freedom."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from growthcurves.engine.estimates import Sandwich
from growthcurves.errors import ModelError, unknown
from growthcurves.fitted import FittedModel, row_variances
from growthcurves.results.ddf.base import Method, Rows

KINDS = ("CR0", "CR1", "CR2")
#: Contrasts whose degrees of freedom are computed in one pass over the persons.
TOGETHER = 16


@dataclass(frozen=True)
class Robust(Method):
    """Cluster-robust covariance matrix of the fixed effects by person, with Satterthwaite degrees of freedom.

    Valid in large samples of persons even where the model's covariances within persons are wrong (Liang and Zeger
    1986); a value for ``ddf=`` wherever degrees of freedom are asked for. Degrees of freedom are those of Bell and
    McCaffrey (2002), several rows are tested by the approximate Hotelling test HTZ of Tipton and Pustejovsky (2015);
    both take the fitted model as the working model, as R's clubSandwich does for lme4 fits. Of outcomes that are not
    normal the scores are those of persons in the likelihood, between two inverses of the observed information
    (White 1982), with z tests but for CR2, which takes each person's share of the information out of its score.

    Parameters
    ----------
    kind : {"CR2", "CR1", "CR0"}, optional
        By default CR2 of normal outcomes, CR1 of others. CR0 is the plain sandwich (HLM's robust errors); CR1
        multiplies it by J / (J - 1), J persons; CR2 corrects each person's residuals so that it is unbiased if the
        model is right (Pustejovsky and Tipton 2018), of other outcomes each score, nearly so (docs/engine.md, 8.8).

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> fit.fixed_effects(ddf=gc.Robust("CR1"))[["term", "std_error", "df"]].round(3)
            term  std_error    df
    0  intercept      6.825  17.0
    1      slope      1.546  17.0
    """

    kind: str | None = None

    def __post_init__(self) -> None:
        if self.kind is None:
            return
        if str(self.kind).upper() not in KINDS:
            raise ModelError(unknown("robust covariance", self.kind, KINDS))
        object.__setattr__(self, "kind", str(self.kind).upper())

    @property
    def label(self) -> str:
        return f"robust {self.kind or KINDS[-1]}, Satterthwaite"

    def taken_for(self, fit: FittedModel) -> Method:
        """The method as it is for a fit's outcomes."""
        if fit.family is None or self.kind == "CR2":
            return self if self.kind else Robust("CR2")
        return RobustScores(self.kind or "CR1")

    def covariance(self, fit: FittedModel) -> np.ndarray:
        """Robust covariance matrix of the fixed effects."""
        return self._sandwich(fit, np.zeros((0, len(fit.terms)))).cov

    def df(self, fit: FittedModel, L: np.ndarray) -> np.ndarray:
        """Degrees of freedom of each row of L (k, p)."""
        parts = [self._sandwich(fit, part) for part in _batches(_in_units(fit, L))]
        mean = np.concatenate([np.diag(part.mean) for part in parts])
        variance = np.concatenate([np.diag(part.variance) for part in parts])
        with np.errstate(divide="ignore", invalid="ignore"):
            return 2.0 * mean**2 / variance

    def joint(self, fit: FittedModel, rows: Rows) -> tuple[float, float]:
        """F of the approximate Hotelling test, and the degrees of freedom of its denominator."""
        q = rows.count
        L = _in_units(fit, rows.L)
        at = self._sandwich(fit, L)
        if np.linalg.matrix_rank(at.mean, hermitian=True) < q:  # persons do not determine as many contrasts
            return float("nan"), float("nan")
        white = np.linalg.solve(np.linalg.cholesky(at.mean), L)
        eta = q * (q + 1) / float(self._sandwich(fit, white).variance.sum())
        df = eta - q + 1.0
        return (df / eta * rows.wald(at.cov), df) if df > 0 else (float("nan"), float("nan"))

    def _sandwich(self, fit: FittedModel, L: np.ndarray) -> Sandwich:
        return fit.estimates.sandwich(self.kind or KINDS[-1], L)


@dataclass(frozen=True)
class RobustScores(Method):
    """Cluster-robust covariance matrix by the scores of a likelihood that is not normal, with z tests."""

    kind: str

    @property
    def label(self) -> str:
        return f"robust {self.kind}, normal"

    def taken_for(self, fit: FittedModel) -> Method:
        return self

    def covariance(self, fit: FittedModel) -> np.ndarray:
        """Robust covariance matrix of the fixed effects."""
        return fit.estimates.sandwich(self.kind, np.zeros((0, len(fit.terms)))).cov

    def df(self, fit: FittedModel, L: np.ndarray) -> np.ndarray:
        return np.full(len(L), np.inf)


def _in_units(fit: FittedModel, L: np.ndarray) -> np.ndarray:
    """Rows in units of their standard errors: fourth powers of these may leave the range of numbers."""
    size = np.sqrt(row_variances(L, fit.estimates.cov_beta))
    return L / np.where(size > 0.0, size, 1.0)[:, None]


def _batches(L: np.ndarray) -> Iterator[np.ndarray]:
    """Parts of the rows; one without rows where there are none."""
    for first in range(0, max(len(L), 1), TOGETHER):
        yield L[first : first + TOGETHER]
