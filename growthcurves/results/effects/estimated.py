"""Means and rates, and differences of them: linear in the fixed effects, or means of a family's outcome."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np
import pandas as pd

from growthcurves.errors import NotAvailableError
from growthcurves.fitted import FittedModel
from growthcurves.numerics.distributions import t_quantile, two_sided
from growthcurves.results.ddf import ddf_of
from growthcurves.results.ddf.design import adjusted
from growthcurves.results.effects.coefficients import linear_functions
from growthcurves.results.intervals.delta import Moved
from growthcurves.results.intervals.of_outcomes import in_range
from growthcurves.results.questions.reference_grid import GridRows
from growthcurves.results.tables.answer import TIDY

#: Columns of what an estimate is as a ratio: of odds, rates, means, or of two probabilities.
RATIO = ("ratio", "ratio_low", "ratio_high")
#: The test that a ratio of two means is one, made where its interval is.
RATIO_P = "ratio_p"


class Differences(NamedTuple):
    """Differences of estimates: their tidy table, which of them have a standard error, and the covariance of these."""

    table: pd.DataFrame
    there: np.ndarray
    spread: np.ndarray


class Estimated(Protocol):
    """k estimates."""

    def estimates(self, names: list[str]) -> pd.DataFrame:
        """Their tidy table."""
        ...

    def differences(self, weights: np.ndarray, members: list[int], names: list[str]) -> Differences:
        """Differences of some of them, weights (m, members)."""
        ...

    def ends(self, table: pd.DataFrame, width: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Ends of intervals of differences that are so many standard errors wide."""
        ...


@dataclass(frozen=True, eq=False)
class Linear:
    """Linear functions of the fixed effects with their constants.

    Attributes
    ----------
    fit : FittedModel
    rows : GridRows
    ddf : Any
    level : float
    rates : bool
        Whether they are rates, whose exponentials are ratios per unit of time.
    """

    fit: FittedModel
    rows: GridRows
    ddf: Any
    level: float
    rates: bool = False

    def estimates(self, names: list[str]) -> pd.DataFrame:
        table = linear_table(self.fit, self.rows.over_kept, names, self.ddf, self.level, self.rows.added)
        return self._with_ratio(table) if self.rates else table

    def differences(self, weights: np.ndarray, members: list[int], names: list[str]) -> Differences:
        inside = self.rows.over_kept[members]
        there = there_of(weights, np.isnan(inside).any(axis=1))
        L = np.full((len(weights), len(self.fit.terms)), np.nan)
        L[there] = weights[there] @ np.nan_to_num(inside)
        table = linear_table(self.fit, L, names, self.ddf, self.level, weights @ self.rows.added[members])
        V = ddf_of(self.ddf, self.fit).covariance(self.fit)
        return Differences(self._with_ratio(table), there, L[there] @ V @ L[there].T)

    def ends(self, table: pd.DataFrame, width: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        half = width * table["std_error"].to_numpy()
        return table["estimate"].to_numpy() - half, table["estimate"].to_numpy() + half

    def _with_ratio(self, table: pd.DataFrame) -> pd.DataFrame:
        """With exponentials where the family says what they are."""
        if getattr(self.fit.outcome_family, "effect", None) is None:
            return table
        with np.errstate(over="ignore"):
            ratios = [np.exp(table[name].to_numpy(dtype=float)) for name in ("estimate", "conf_low", "conf_high")]
        return table.assign(**dict(zip(RATIO, ratios, strict=True)))


@dataclass(frozen=True, eq=False)
class OfOutcome:
    """Means of a family's outcome, or how fast they change.

    Attributes
    ----------
    fit : FittedModel
    found : Moved
    rows : GridRows
        The same on the scale of the linear predictor, which give degrees of freedom.
    ddf : Any
    level : float
    reach : float
        No difference is as large; infinite where none is too large.
    rates : bool
    """

    fit: FittedModel
    found: Moved
    rows: GridRows
    ddf: Any
    level: float
    reach: float = float("inf")
    rates: bool = False
    scale: Any = None

    def __post_init__(self) -> None:
        method = ddf_of(self.ddf, self.fit)
        if not np.array_equal(method.covariance(self.fit), self.fit.estimates.cov_beta):
            raise NotAvailableError(
                f"Standard errors on the response scale are those of the model; {method.label} are of the fixed "
                f"effects alone: ask for scale='link'."
            )

    def estimates(self, names: list[str]) -> pd.DataFrame:
        df = self._df(self.rows.over_kept)
        if self.rates:
            return self._tested(self.found, df, names)
        table = in_range(self.fit, self.found, self.level, df, self.scale)
        return self._tidy(table.assign(df=df, statistic=np.nan, p_value=np.nan), names)

    def differences(self, weights: np.ndarray, members: list[int], names: list[str]) -> Differences:
        values, slopes = self.found.values[members], self.found.slopes[members]
        known = there_of(weights, np.isnan(values))
        there = there_of(weights, np.isnan(slopes).any(axis=1) | np.isnan(values))
        made = self.found._replace(
            values=np.where(known, weights @ np.nan_to_num(values), np.nan),
            slopes=np.where(there[:, None], weights @ np.nan_to_num(slopes), np.nan),
        )
        inside = np.nan_to_num(self.rows.over_kept[members])
        table = self._tested(made, self._df(np.where(known[:, None], weights @ inside, np.nan)), names)
        if not self.rates:
            table = table.assign(**self._ratios(weights, members, table["df"].to_numpy()))
        kept = made.slopes[there]
        return Differences(table, there, kept @ made.cov @ kept.T)

    def alike(self, places: list[int]) -> tuple[float, int, float]:
        """F of the test that some of them are alike, made on the scale of the linear predictor, and its two degrees of
        freedom; NaN where one has no standard error.
        """
        family, found = self.fit.outcome_family if self.scale is None else self.scale, self.found.take(places)
        C = np.hstack([-np.ones((len(places) - 1, 1)), np.eye(len(places) - 1)])
        slope = family.mean_slope(np.asarray(family.predictor(found.values), dtype=float))
        made = found.contrasts(C, family.predictor, 1.0 / slope)
        if np.isnan(made.values).any() or np.isnan(made.slopes).any():
            return float("nan"), len(C), float("nan")
        apart, J, df = made.values, made.slopes, self._df(C @ self.rows.over_kept[places])
        statistic = float(apart @ np.linalg.pinv(J @ made.cov @ J.T, hermitian=True) @ apart) / len(C)
        if self.fit.weighing is None:
            return statistic, len(C), float(df.min())
        if len(C) > self.fit.weighing.df:
            return float("nan"), len(C), float("nan")
        statistic, left = adjusted(statistic, len(C), float(df.min()))
        return statistic, len(C), left

    def ends(self, table: pd.DataFrame, width: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        return self._ends(table["estimate"].to_numpy(), table["std_error"].to_numpy(), width)

    def combined(self, weights: np.ndarray, names: list[str]) -> pd.DataFrame:
        """Any combinations (m, k) of them, on no other scale than their own."""
        made = self.found.combined(weights)
        return self._tested(made, np.full(len(weights), np.inf), names, float("inf"))

    def _df(self, L: np.ndarray) -> np.ndarray:
        df = np.full(len(L), np.nan)
        there = ~np.isnan(L).any(axis=1)
        df[there] = np.inf
        moves = there & (L != 0).any(axis=1)
        df[moves] = ddf_of(self.ddf, self.fit).df(self.fit, L[moves])
        return df

    def _tested(self, made: Moved, df: np.ndarray, names: list[str], reach: float | None = None) -> pd.DataFrame:
        """Estimates whose null is zero; the test is made where the interval is."""
        values, errors, reach = made.values, made.errors, self.reach if reach is None else reach
        z, slope = _forward(values, reach)
        with np.errstate(divide="ignore", invalid="ignore"):
            t = z / (errors * slope)
        low, high = self._ends(values, errors, t_quantile(0.5 + self.level / 2.0, df), reach)
        columns = {"estimate": values, "std_error": errors, "df": df, "statistic": t, "p_value": two_sided(t, df)}
        return self._tidy(pd.DataFrame(columns | {"conf_low": low, "conf_high": high}), names)

    def _ends(
        self, values: np.ndarray, errors: np.ndarray, width: np.ndarray, reach: float | None = None
    ) -> tuple[np.ndarray, np.ndarray]:
        reach = self.reach if reach is None else reach
        z, slope = _forward(values, reach)
        half = width * errors * slope
        if np.isinf(reach):
            return z - half, z + half
        return reach * np.tanh(z - half), reach * np.tanh(z + half)

    def _ratios(self, weights: np.ndarray, members: list[int], df: np.ndarray) -> dict[str, np.ndarray]:
        """The later over the earlier mean of each pair, with intervals by the delta method on logarithms."""
        found = self.found.take(members)
        with np.errstate(divide="ignore", invalid="ignore"):
            lost = ~np.isfinite(np.log(found.values))
        safe = found._replace(values=np.where(lost, 1.0, found.values))
        made = safe.contrasts(weights, np.log, 1.0 / safe.values)
        known = there_of(weights, lost)
        value, errors = (np.where(known, one, np.nan) for one in (made.values, made.errors))
        half = t_quantile(0.5 + self.level / 2.0, df) * errors
        with np.errstate(divide="ignore", invalid="ignore"):
            p = two_sided(value / errors, df)
        columns = (np.exp(value), np.exp(value - half), np.exp(value + half), p)
        return dict(zip((*RATIO, RATIO_P), columns, strict=True))

    def _tidy(self, table: pd.DataFrame, names: list[str]) -> pd.DataFrame:
        return table.assign(term=names)[TIDY]


def _forward(values: np.ndarray, reach: float) -> tuple[np.ndarray, np.ndarray]:
    """Values on the scale of their intervals, and the derivative: as they are, or as atanh where they cannot go on."""
    if np.isinf(reach):
        return values, np.ones(len(values))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.arctanh(values / reach), reach / (reach**2 - values**2)


def there_of(weights: np.ndarray, lost: np.ndarray) -> np.ndarray:
    """Which combinations use nothing that is lost."""
    return ~(weights[:, lost] != 0).any(axis=1)


def reach_of(fit: FittedModel) -> float:
    """The widest difference of two mean outcomes: 1 of probabilities, infinite of counts and amounts."""
    with np.errstate(over="ignore", invalid="ignore"):
        low, high = (float(fit.outcome_family.mean(np.array(end))) for end in (-np.inf, np.inf))
    return high - low if np.isfinite(high - low) else float("inf")


def linear_table(
    fit: FittedModel, L: np.ndarray, names: list[str], ddf: Any, level: float, constant: np.ndarray | None = None
) -> pd.DataFrame:
    """Tidy table of rows over the kept terms and their constants; NaN for rows that are not estimable."""
    there = ~np.isnan(L).any(axis=1)
    shown = [name for name, ok in zip(names, there, strict=True) if ok]
    table = linear_functions(fit, L[there], shown, ddf, level, 0.0 if constant is None else constant[there])
    out = table.set_index(np.flatnonzero(there)).reindex(range(len(L)))
    out["term"] = names
    return out
