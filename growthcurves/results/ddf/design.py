"""Degrees of freedom of a sampling design: sampling units less strata."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.fitted import FittedModel
from growthcurves.results.ddf.base import Method, Rows


@dataclass(frozen=True)
class DesignDf(Method):
    """Sampling units less strata, d, the default of fits with ``design=``; of replicate weights their rank less one.

    Several rows are tested by the adjusted Wald test: (d - k + 1) / (d k) times Wald's statistic, with k and d - k + 1
    degrees of freedom (Korn and Graubard 1990), as Stata's svy does.

    Examples
    --------
    >>> import growthcurves as gc
    >>> data = gc.load_dataset("orthodont").assign(w=1.0)
    >>> fit = gc.fit("distance ~ age + (age | subject)", data, design=gc.SurveyDesign(weights="w", strata="sex"))
    >>> fit.fixed_effects()["df"].tolist(), fit.fixed_effects().attrs["ddf"]
    ([25.0, 25.0], 'sampling units less strata')
    """

    replicated: bool = False

    @property
    def label(self) -> str:
        return "rank of the replicate weights less one" if self.replicated else "sampling units less strata"

    def taken_for(self, fit: FittedModel) -> DesignDf:
        """The method as it is for a fit's design."""
        assert fit.weighing is not None
        return DesignDf(fit.weighing.factors is not None and fit.weighing.design.psu is None)

    def df(self, fit: FittedModel, L: np.ndarray) -> np.ndarray:
        """Degrees of freedom of each row of L (k, p): the same for all."""
        assert fit.weighing is not None
        return np.full(len(L), float(fit.weighing.df))

    def joint(self, fit: FittedModel, rows: Rows) -> tuple[float, float]:
        """F of the adjusted Wald test and the degrees of freedom of its denominator; NaN for more rows than these."""
        assert fit.weighing is not None
        return adjusted(rows.wald(self.covariance(fit)), rows.count, float(fit.weighing.df))


def adjusted(wald: float, count: int, df: float) -> tuple[float, float]:
    """F of the adjusted Wald test of some rows, and the degrees of freedom of its denominator; NaN for too many rows.

    Examples
    --------
    >>> adjusted(3.0, 2, 11.0), adjusted(3.0, 2, 1.0)
    ((2.727272727272727, 10.0), (nan, nan))
    """
    left = df - count + 1.0
    if left <= 0:
        return float("nan"), float("nan")
    return (wald, df) if np.isinf(df) else (left / df * wald, left)


def too_many(fit: FittedModel, count: int) -> str:
    """That a design has too few degrees of freedom for a test, as a sentence."""
    assert fit.weighing is not None
    freedom = f"{fit.weighing.df} degree{'s' * (fit.weighing.df != 1)} of freedom"
    return f"{count} rows cannot be tested together with {freedom} of the design"
