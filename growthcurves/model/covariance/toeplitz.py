"""Toeplitz residuals: a correlation for every distance in waves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.contracts.parameters import Array, Parameter
from growthcurves.model.covariance.by_waves import ByWaves, by_lag
from growthcurves.model.covariance.structure import correlation


@dataclass(frozen=True)
class Toeplitz(ByWaves):
    """A correlation of its own for every distance in waves (banded in no way).

    Inside stand partial autocorrelations, any of which between -1 and 1 make a positive definite matrix
    (Barndorff-Nielsen and Schou 1973); the natural parameters are the correlations at each lag.

    Parameters
    ----------
    by : str or list of str, optional
        A column of persons whose levels have parameters of their own.

    Examples
    --------
    >>> import growthcurves as gc
    >>> model = gc.GrowthModel("distance", "age", "subject", random=(), residual=gc.Toeplitz())
    >>> fit = gc.fit(model, gc.load_dataset("orthodont"))
    >>> fit.marginal_covariance().correlation().iloc[0].round(2).tolist()
    [1.0, 0.71, 0.74, 0.56]
    """

    name = "toep"
    linear = True
    contains = frozenset({"independent", "cs", "ar1", "arma11"})
    text = "e ~ N(0, R), R_jk = sigma^2 rho_|j - k| over waves"

    def _begin_correlation(self) -> tuple[float, ...]:
        return (0.3,) + (0.0,) * (self.count - 2) if self.count > 1 else ()

    def _named_correlation(self, group: str) -> list[Parameter]:
        return [correlation("cor:residual", f"lag {lag}", group) for lag in range(1, self.count)]

    def _natural_correlation(self, own: Array) -> list[Any]:
        return list(np.moveaxis(autocorrelations(np.tanh(own)), -1, 0)[1:])

    def _correlations(self, own: Array) -> Array:
        return by_lag(autocorrelations(np.tanh(own)))


@dataclass(frozen=True)
class ToeplitzH(Toeplitz):
    """Heterogeneous Toeplitz: as `Toeplitz`, with an SD for every wave.

    Parameters
    ----------
    by : str or list of str, optional
        A column of persons whose levels have parameters of their own.

    Examples
    --------
    >>> import growthcurves as gc
    >>> model = gc.GrowthModel("distance", "age", "subject", random=(), residual=gc.ToeplitzH())
    >>> fit = gc.fit(model, gc.load_dataset("orthodont"))
    >>> fit.marginal_covariance().table.query("time == other")["covariance"].round(2).tolist()
    [6.46, 4.83, 7.74, 7.2]
    """

    name = "toeph"
    linear = False
    contains = frozenset({"independent", "het", "cs", "csh", "ar1", "arh1", "arma11", "toep"})
    text = "e ~ N(0, R), R_jk = sigma_j sigma_k rho_|j - k| over waves"
    unequal = True


def autocorrelations(partial: Array) -> Array:
    """Correlations at lags 0, 1, ..., k from k partial ones, by Durbin and Levinson's recursion, (..., k + 1).

    Examples
    --------
    >>> autocorrelations(np.array([0.5, 0.0])).tolist()
    [1.0, 0.5, 0.25]
    """
    found = [np.ones_like(partial[..., 0])] if partial.shape[-1] else [np.ones(partial.shape[:-1])]
    weights: list[Any] = []
    left: Any = 1.0
    for k in range(partial.shape[-1]):
        own = partial[..., k]
        found.append(own * left + sum(weight * found[k - j] for j, weight in enumerate(weights)))
        weights = [weight - own * weights[k - 1 - j] for j, weight in enumerate(weights)] + [own]
        left = left * (1.0 - own**2)
    return np.stack(found, axis=-1)
