"""Autoregressive residuals of planned occasions: AR(1), ARH(1), ARMA(1,1)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.contracts.parameters import Array, Parameter
from growthcurves.model.covariance.by_waves import ByWaves, by_lag
from growthcurves.model.covariance.structure import correlation


@dataclass(frozen=True)
class AR1(ByWaves):
    """First-order autoregression: occasions k waves apart have correlation rho^k.

    A missed wave is a gap: its neighbours are two waves apart.

    Parameters
    ----------
    by : str or list of str, optional
        A column of persons whose levels have parameters of their own.

    Examples
    --------
    >>> import growthcurves as gc
    >>> model = gc.GrowthModel("distance", "age", "subject", random=(), residual=gc.AR1())
    >>> fit = gc.fit(model, gc.load_dataset("orthodont"))
    >>> fit.marginal_covariance().correlation().iloc[0].round(2).tolist()
    [1.0, 0.7, 0.49, 0.34]
    """

    name = "ar1"
    text = "e ~ N(0, R), R_jk = sigma^2 rho^|j - k| over waves"

    def _begin_correlation(self) -> tuple[float, ...]:
        return (0.3,)

    def _named_correlation(self, group: str) -> list[Parameter]:
        return [correlation("ar1", group)]

    def _natural_correlation(self, own: Array) -> list[Any]:
        return [np.tanh(own[..., 0])]

    def _correlations(self, own: Array) -> Array:
        return by_lag(powers(np.tanh(own[..., 0]), self.count))


@dataclass(frozen=True)
class ARH1(AR1):
    """Heterogeneous first-order autoregression: as `AR1`, with an SD for every wave.

    Parameters
    ----------
    by : str or list of str, optional
        A column of persons whose levels have parameters of their own.

    Examples
    --------
    >>> import growthcurves as gc
    >>> model = gc.GrowthModel("distance", "age", "subject", random=(), residual=gc.ARH1())
    >>> fit = gc.fit(model, gc.load_dataset("orthodont"))
    >>> fit.marginal_covariance().table.query("time == other")["covariance"].round(2).tolist()
    [6.51, 5.15, 7.5, 6.85]
    """

    name = "arh1"
    contains = frozenset({"independent", "het", "ar1"})
    text = "e ~ N(0, R), R_jk = sigma_j sigma_k rho^|j - k| over waves"
    unequal = True


@dataclass(frozen=True)
class ARMA11(ByWaves):
    """Autoregression with a moving average: correlation gamma at one wave apart, gamma rho^(k - 1) at k.

    The parameters inside are those of the process, phi = rho and theta, both between -1 and 1, with gamma =
    (1 + phi theta)(phi + theta) / (1 + 2 phi theta + theta^2) (Box, Jenkins and Reinsel 1994, 3.4).

    Parameters
    ----------
    by : str or list of str, optional
        A column of persons whose levels have parameters of their own.

    Examples
    --------
    >>> import growthcurves as gc
    >>> model = gc.GrowthModel("distance", "age", "subject", random=(), residual=gc.ARMA11())
    >>> fit = gc.fit(model, gc.load_dataset("orthodont"))
    >>> fit.marginal_covariance().correlation().iloc[0].round(2).tolist()
    [1.0, 0.71, 0.68, 0.64]
    """

    name = "arma11"
    contains = frozenset({"independent", "ar1"})
    text = "e ~ N(0, R), R_jk = sigma^2 gamma rho^(|j - k| - 1) over waves"

    def _begin_correlation(self) -> tuple[float, ...]:
        return (0.5, -0.1)

    def _named_correlation(self, group: str) -> list[Parameter]:
        return [correlation("ar1", group), correlation("gamma", group)]

    def _natural_correlation(self, own: Array) -> list[Any]:
        return list(self._process(own))

    def _process(self, own: Array) -> tuple[Array, Array]:
        phi, theta = np.tanh(own[..., 0]), np.tanh(own[..., 1])
        return phi, (1.0 + phi * theta) * (phi + theta) / (1.0 + 2.0 * phi * theta + theta**2)

    def _correlations(self, own: Array) -> Array:
        rho, gamma = self._process(own)
        later = gamma[..., None] * powers(rho, self.count - 1)
        return by_lag(np.concatenate([np.ones_like(later[..., :1]), later], axis=-1))


def powers(base: Array, count: int) -> Array:
    """1, base, base^2, ... (..., count); of complex numbers without logarithms."""
    repeated = np.repeat(np.asarray(base)[..., None], count, axis=-1)
    repeated[..., :1] = 1.0
    return np.cumprod(repeated, axis=-1)
