"""No small-sample correction: the standard normal distribution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.fitted import FittedModel
from growthcurves.results.ddf.base import Method


@dataclass(frozen=True)
class NormalDf(Method):
    """Infinite degrees of freedom: z tests, as statsmodels prints them; chi-square over its df for several rows.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> fit.fixed_effects(ddf=gc.NormalDf())["df"].tolist()
    [inf, inf]
    """

    @property
    def label(self) -> str:
        return "normal"

    def df(self, fit: FittedModel, L: np.ndarray) -> np.ndarray:
        """Degrees of freedom of each row of L (k, p): infinity."""
        return np.full(len(L), np.inf)
