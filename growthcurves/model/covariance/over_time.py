"""Correlation that decays with the time between two occasions: whatever the times, for every person their own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from growthcurves.contracts.parameters import INFINITY, Array, Occasions, Parameter
from growthcurves.model.covariance.structure import (
    Structure,
    as_matrices,
    correlation,
    distances,
    exponential,
    logistic,
    residual_sd,
    same_rows,
)
from growthcurves.numerics.bounds import flag

#: Ranges at which searches begin, in typical distances of neighbouring occasions.
RANGES = (0.5, 2.0, 8.0)
#: The logarithm of a range at an end of it, from a typical distance: a decay that is instant, or none.
END = 100.0


@dataclass(frozen=True)
class OverTime(Structure):
    """A correlation that is a function of the distance in time, perhaps with a nugget.

    With a nugget c, the share c of the variance belongs to single rows (errors of measurement): two rows correlate
    (1 - c) times what their distance says. Inside stands the logarithm of the distance at which the correlation has
    fallen to 1/e, whatever the unit of time.
    """

    nugget: bool = False
    counts_time = True
    contains = frozenset()  # independence is at the end of the range

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "nugget", flag(self.nugget, "nugget"))
        object.__setattr__(self, "repeats", self.nugget)

    @property
    def words(self) -> str:
        return super().words + (", less a nugget of single rows" if self.nugget else "")

    def _begin(self) -> tuple[float, ...]:
        return (float(np.log(self.typical or 1.0)), *((-1.5,) if self.nugget else ()))

    def starts(self) -> list[Array]:
        """Short, middle and long ranges: the likelihood may have an optimum near each."""
        k, moves = len(self._begin()), np.zeros_like(self.working)
        moves[:: k + 1] = 1.0  # the first of every group is its range
        return [self.working + np.log(times) * moves for times in RANGES]

    def ended(self, flat: Array) -> OverTime:
        """The structure with those of its ranges at their end that are flat there, (k,): no data tell where near it."""
        start, ranges = np.array(self.working, dtype=float), np.zeros(len(flat), dtype=bool)
        ranges[:: len(self._begin()) + 1] = True
        middle = self._begin()[0]
        start[ranges & flat] = middle + END * np.sign(start[ranges & flat] - middle)
        return replace(self, start=start)

    def _named(self, group: str) -> list[Parameter]:
        nugget = Parameter(f"nugget[{group}]" if group else "nugget", "residual", "share", 0.0, 1.0)
        return [residual_sd(group), self._named_decay(group), *((nugget,) if self.nugget else ())]

    def _natural(self, sd: Any, own: Array) -> list[Any]:
        return [sd, self._natural_decay(own[..., 0]), *((logistic(own[..., 1]),) if self.nugget else ())]

    def _relative(self, own: Array, rows: Occasions, columns: Occasions | None) -> Array:
        found = self._decay(as_matrices(own[..., 0]), distances(rows, columns))
        if not self.nugget:
            return found
        share = as_matrices(logistic(own[..., 1]))
        return (1.0 - share) * found + share * same_rows(rows, columns)

    # ------------------------------------------------ what each structure says

    def _named_decay(self, group: str) -> Parameter:
        raise NotImplementedError

    def _natural_decay(self, own: Array) -> Any:
        raise NotImplementedError

    def _decay(self, own: Array, distance: Array) -> Array:
        raise NotImplementedError


@dataclass(frozen=True)
class Exponential(OverTime):
    """Exponential decay: correlation exp(-d / range) at a distance d in time (SAS's SP(EXP), nlme's corExp).

    Parameters
    ----------
    by : str or list of str, optional
        A column of persons whose levels have parameters of their own.
    nugget : bool
        Whether a share of the variance belongs to single rows (errors of measurement).

    Examples
    --------
    >>> import growthcurves as gc
    >>> model = gc.GrowthModel("distance", "age", "subject", random=(), residual=gc.Exponential(nugget=True))
    >>> fit = gc.fit(model, gc.load_dataset("orthodont"))
    >>> fit.marginal_covariance().correlation().iloc[0].round(2).tolist()
    [1.0, 0.71, 0.68, 0.64]
    """

    name = "exp"
    text = "e ~ N(0, R), R_jk = sigma^2 exp(-|t_j - t_k| / range)"

    def _named_decay(self, group: str) -> Parameter:
        return Parameter(f"range[{group}]" if group else "range", "residual", "range", 0.0, INFINITY)

    def _natural_decay(self, own: Array) -> Any:
        return exponential(own)

    def _decay(self, own: Array, distance: Array) -> Array:
        return np.exp(-exponential(-own) * distance)


@dataclass(frozen=True)
class CAR1(Exponential):
    """Continuous first-order autoregression: occasions d units of time apart have correlation rho^d, rho above 0.

    Parameters
    ----------
    by : str or list of str, optional
        A column of persons whose levels have parameters of their own.
    nugget : bool
        Whether a share of the variance belongs to single rows (errors of measurement).

    Examples
    --------
    >>> import growthcurves as gc
    >>> model = gc.GrowthModel("distance", "age", "subject", random=(), residual=gc.CAR1())
    >>> fit = gc.fit(model, gc.load_dataset("orthodont"))
    >>> fit.marginal_covariance().correlation().iloc[0].round(2).tolist()
    [1.0, 0.7, 0.49, 0.34]
    """

    name = "car1"
    text = "e ~ N(0, R), R_jk = sigma^2 rho^|t_j - t_k|"

    def _named_decay(self, group: str) -> Parameter:
        return correlation("car1", group, low=0.0)

    def _natural_decay(self, own: Array) -> Any:
        return np.exp(-exponential(-own))


@dataclass(frozen=True)
class Gaussian(Exponential):
    """Gaussian decay: correlation exp(-(d / range)^2) at a distance d in time (SAS's SP(GAU), nlme's corGaus).

    Parameters
    ----------
    by : str or list of str, optional
        A column of persons whose levels have parameters of their own.
    nugget : bool
        Whether a share of the variance belongs to single rows (errors of measurement).

    Examples
    --------
    >>> import growthcurves as gc
    >>> model = gc.GrowthModel("distance", "age", "subject", random=(), residual=gc.Gaussian())
    >>> fit = gc.fit(model, gc.load_dataset("orthodont"))
    >>> fit.marginal_covariance().correlation().iloc[0].round(2).tolist()
    [1.0, 0.46, 0.04, 0.0]
    """

    name = "gau"
    text = "e ~ N(0, R), R_jk = sigma^2 exp(-(|t_j - t_k| / range)^2)"

    def _decay(self, own: Array, distance: Array) -> Array:
        return np.exp(-exponential(-2.0 * own) * distance**2)
