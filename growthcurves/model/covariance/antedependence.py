"""Ante-dependence of first order: neighbouring waves correlate as they like, others through those between them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.contracts.parameters import Array, Parameter
from growthcurves.model.covariance.by_waves import ByWaves
from growthcurves.model.covariance.structure import correlation


@dataclass(frozen=True)
class AD(ByWaves):
    """First-order ante-dependence of one SD: a correlation for every pair of neighbouring waves (Gabriel 1962).

    Waves further apart correlate by the product of what lies between them.

    Parameters
    ----------
    by : str or list of str, optional
        A column of persons whose levels have parameters of their own.

    Examples
    --------
    >>> import growthcurves as gc
    >>> model = gc.GrowthModel("distance", "age", "subject", random=(), residual=gc.AD())
    >>> fit = gc.fit(model, gc.load_dataset("orthodont"))
    >>> fit.marginal_covariance().correlation().iloc[0].round(2).tolist()
    [1.0, 0.68, 0.43, 0.33]
    """

    name = "ad"
    contains = frozenset({"independent", "ar1"})
    text = "e ~ N(0, R), R_jk = sigma^2 rho_j ... rho_(k - 1) over waves"

    def _begin_correlation(self) -> tuple[float, ...]:
        return (0.3,) * (self.count - 1)

    def _named_correlation(self, group: str) -> list[Parameter]:
        return [
            correlation("cor:residual", self._label(j), self._label(j + 1), group) for j in range(self.count - 1)
        ]

    def _natural_correlation(self, own: Array) -> list[Any]:
        return list(np.moveaxis(np.tanh(own), -1, 0))

    def _correlations(self, own: Array) -> Array:
        steps, m = np.tanh(own), self.count
        out = np.ones((*own.shape[:-1], m, m), dtype=steps.dtype)
        for j in range(m - 1):
            out[..., j, j + 1 :] = out[..., j + 1 :, j] = np.cumprod(steps[..., j:], axis=-1)
        return out


@dataclass(frozen=True)
class ADH(AD):
    """First-order ante-dependence with an SD for every wave (SAS's ANTE(1)).

    Parameters
    ----------
    by : str or list of str, optional
        A column of persons whose levels have parameters of their own.

    Examples
    --------
    >>> import growthcurves as gc
    >>> model = gc.GrowthModel("distance", "age", "subject", random=(), residual=gc.ADH())
    >>> fit = gc.fit(model, gc.load_dataset("orthodont"))
    >>> fit.marginal_covariance().table.query("time == other")["covariance"].round(2).tolist()
    [5.93, 4.65, 7.81, 7.65]
    """

    name = "adh"
    contains = frozenset({"independent", "het", "ar1", "arh1", "ad"})
    text = "e ~ N(0, R), R_jk = sigma_j sigma_k rho_j ... rho_(k - 1) over waves"
    unequal = True
