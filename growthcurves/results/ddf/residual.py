"""Rows minus fixed effects: the degrees of freedom of ordinary least squares."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.fitted import FittedModel
from growthcurves.results.ddf.base import Method


def residual_df(fit: FittedModel) -> float:
    """n - rank X."""
    return float(fit.sums.rows - len(fit.terms))


@dataclass(frozen=True)
class ResidualDf(Method):
    """n - rank X for every effect (SAS's DDFM=RESIDUAL): far too many for effects that differ between persons.

    Examples
    --------
    >>> import growthcurves as gc
    >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    >>> fit.fixed_effects(ddf=gc.ResidualDf())["df"].tolist()
    [178.0, 178.0]
    """

    @property
    def label(self) -> str:
        return "residual"

    def df(self, fit: FittedModel, L: np.ndarray) -> np.ndarray:
        """Degrees of freedom of each row of L (k, p): n - p."""
        return np.full(len(L), residual_df(fit))
