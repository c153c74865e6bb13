"""Independent residuals of unequal variances: by wave, by the levels of a column, by a number."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from growthcurves.contracts.parameters import INFINITY, Array, Occasions, Parameter
from growthcurves.errors import NotEstimableError
from growthcurves.model.covariance.by_waves import places_of
from growthcurves.model.covariance.structure import Facts, Structure, level_name, residual_sd, same_rows


@dataclass(frozen=True)
class Het(Structure):
    """Independent residuals with an SD for every wave, or for every level of a column (nlme's varIdent).

    Parameters
    ----------
    of : str, optional
        A column whose levels have an SD each; it may vary within persons. Without, the planned occasions.
    by : str or list of str, optional
        A column of persons whose levels have SDs of their own.

    Examples
    --------
    >>> import growthcurves as gc
    >>> model = gc.GrowthModel("distance", "age", "subject", random=(), residual=gc.Het())
    >>> fit = gc.fit(model, gc.load_dataset("orthodont"))
    >>> fit.marginal_covariance().table.query("time == other")["covariance"].round(2).tolist()
    [5.88, 4.58, 7.72, 7.58]
    """

    of: str | None = None
    levels: Any = field(default=None, repr=False)

    name = "het"
    linear = True
    text = "e ~ N(0, sigma_j^2), an SD for every occasion"
    repeats = True

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "counts_waves", self.of is None)

    @property
    def words(self) -> str:
        return super().words if self.of is None else super().words.replace("occasion", f"level of {self.of}")

    @property
    def columns(self) -> tuple[str, ...]:
        return (*super().columns, *((self.of,) if self.of is not None else ()))

    def learned(self, facts: Facts) -> Structure:
        if self.of is None or self.levels is not None:
            return super().learned(facts)
        return super(Het, replace(self, levels=tuple(facts.levels(self.of)))).learned(facts)

    @property
    def _places(self) -> tuple[Any, ...]:
        return self.waves or () if self.of is None else self.levels or ()

    def _begin(self) -> tuple[float, ...]:
        return (0.0,) * (len(self._places) - 1)

    def _named(self, group: str) -> list[Parameter]:
        return [residual_sd(level_name(place), group) for place in self._places]

    def _natural(self, sd: Any, own: Array) -> list[Any]:
        return [sd * one for one in np.moveaxis(self._sds(own), -1, 0)]

    def _sds(self, own: Array) -> Array:
        return np.exp(np.concatenate([np.zeros((*own.shape[:-1], 1)), own], axis=-1))

    def _relative(self, own: Array, rows: Occasions, columns: Occasions | None) -> Array:
        variances = self._sds(own)[..., self._at(rows)] ** 2
        return variances[..., :, None] * same_rows(rows, columns)

    def _at(self, rows: Occasions) -> Array:
        """Position of each row's wave or level."""
        if self.of is not None:
            places = np.full(rows.time.shape, -1) if rows.value is None else rows.value.astype(int)
        else:
            places = places_of(self.times or (), rows.time) if rows.wave is None else rows.wave
        if (places < 0).any():
            what = "the planned occasions" if self.of is None else f"the levels of {self.of!r}"
            raise NotEstimableError(f"residual={self.name!r} knows the residual variance at {what} alone.")
        return places

    def _mean_variance(self, own: Array) -> Any:
        return np.mean(self._sds(own) ** 2, axis=-1)


@dataclass(frozen=True)
class ExpVariance(Structure):
    """Independent residuals whose SD is sigma exp(delta v) for a number v (nlme's varExp).

    SAS's LOCAL=EXP(v) has the variance sigma^2 exp(delta v): its delta is twice this one.

    Parameters
    ----------
    of : str, optional
        A column of numbers; the time without.
    by : str or list of str, optional
        A column of persons whose levels have parameters of their own.

    Examples
    --------
    >>> import growthcurves as gc
    >>> model = gc.GrowthModel("distance", "age", "subject", random=(), residual=gc.ExpVariance())
    >>> fit = gc.fit(model, gc.load_dataset("orthodont"))
    >>> fit.marginal_covariance().table.query("time == other")["covariance"].round(2).tolist()
    [5.29, 5.99, 6.78, 7.68]
    """

    of: str | None = None

    name = "exp-variance"
    text = "e ~ N(0, sigma^2 exp(2 delta v))"
    repeats = True

    @property
    def columns(self) -> tuple[str, ...]:
        return (*super().columns, *((self.of,) if self.of is not None else ()))

    def _begin(self) -> tuple[float, ...]:
        return (0.0,)

    def _named(self, group: str) -> list[Parameter]:
        delta = Parameter(f"delta[{group}]" if group else "delta", "residual", "power", -INFINITY, INFINITY)
        return [residual_sd(group), delta]

    def _natural(self, sd: Any, own: Array) -> list[Any]:
        return [sd, own[..., 0]]

    def _relative(self, own: Array, rows: Occasions, columns: Occasions | None) -> Array:
        values = rows.time if self.of is None else rows.value
        if values is None:
            raise NotEstimableError(f"The residual variance depends on {self.of!r}, which is not known here.")
        variances = np.exp(2.0 * own[..., 0][..., None] * self._read(values))
        return variances[..., :, None] * same_rows(rows, columns)

    def _read(self, values: Array) -> Array:
        return values

    def variance(self, at: Occasions | None = None) -> Any:
        """Variances at occasions; without, sigma^2, the one where v is nothing."""
        return self.scale if at is None else super().variance(at)


@dataclass(frozen=True)
class PowerVariance(ExpVariance):
    """Independent residuals whose SD is sigma v^delta for a number v above zero (nlme's varPower).

    Parameters
    ----------
    of : str, optional
        A column of positive numbers; the time without.
    by : str or list of str, optional
        A column of persons whose levels have parameters of their own.

    Examples
    --------
    >>> import growthcurves as gc
    >>> model = gc.GrowthModel("distance", "age", "subject", random=(), residual=gc.PowerVariance())
    >>> fit = gc.fit(model, gc.load_dataset("orthodont"))
    >>> fit.marginal_covariance().table.query("time == other")["covariance"].round(2).tolist()
    [5.28, 6.08, 6.83, 7.54]
    """

    name = "power-variance"
    text = "e ~ N(0, sigma^2 v^(2 delta))"

    def learned(self, facts: Facts) -> Structure:
        facts.positive(self.of)
        return super().learned(facts)

    def _read(self, values: Array) -> Array:
        return np.log(values)
