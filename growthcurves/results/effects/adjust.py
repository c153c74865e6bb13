"""Adjustment of p-values and intervals for several comparisons at once.

The distributions are scipy's; they are loaded when asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np

from growthcurves.errors import ModelError, among, unknown
from growthcurves.numerics.distributions import t_quantile, two_sided

#: Randomisations of the quasi-Monte Carlo points of Dunnett's distribution; their spread is its accuracy.
RANDOMISATIONS = 8
POINTS = 10_000
#: Fewer of them while the width of an interval is searched for.
SEARCHING = 2


@dataclass(frozen=True)
class Family:
    """Comparisons that are judged together.

    Attributes
    ----------
    statistic, df : (m,) arrays
    correlation : (m, m) array
        Of the estimates.
    kind : {"pairwise", "reference"}
    compared : int
        How many means or slopes are compared.
    level : float
        Of the simultaneous intervals.
    """

    statistic: np.ndarray
    df: np.ndarray
    correlation: np.ndarray
    kind: str
    compared: int
    level: float

    @property
    def size(self) -> int:
        return len(self.statistic)

    @cached_property
    def raw(self) -> np.ndarray:
        """Two-sided p-values one by one."""
        return two_sided(self.statistic, self.df)

    @cached_property
    def rank(self) -> int:
        """Comparisons that do not follow from the others."""
        return int((np.linalg.eigvalsh(self.correlation) > 1e-9).sum())


@dataclass(frozen=True)
class Adjusted:
    """Adjusted p-values (m,), half widths of simultaneous intervals in standard errors; None where there are none."""

    p: np.ndarray | None
    width: np.ndarray | None
    note: str


def adjusted(method: str, family: Family) -> Adjusted:
    """Adjust a family of comparisons.

    Raises
    ------
    ModelError
        For an unknown method, or one that does not belong to these comparisons.
    """
    name = str(method).lower()
    if not among(name, ADJUSTMENTS):
        raise ModelError(unknown("adjustment", method, ADJUSTMENTS))
    return ADJUSTMENTS[name](family)


def _none(family: Family) -> Adjusted:
    return Adjusted(None, None, "not adjusted")


def _holm(family: Family) -> Adjusted:
    """Holm (1979), steps down from the smallest p-value; a step has no intervals, so those are Bonferroni's."""
    order = np.argsort(family.raw)
    steps = np.maximum.accumulate(family.raw[order] * np.arange(family.size, 0, -1))
    p = np.empty(family.size)
    p[order] = np.minimum(steps, 1.0)
    return Adjusted(p, _bonferroni(family).width, "Holm; intervals by Bonferroni")


def _bonferroni(family: Family) -> Adjusted:
    width = t_quantile(1.0 - (1.0 - family.level) / (2.0 * family.size), family.df)
    return Adjusted(np.minimum(family.size * family.raw, 1.0), width, "Bonferroni")


def _tukey(family: Family) -> Adjusted:
    """Studentised range (Tukey 1953; Kramer 1956 where standard errors differ)."""
    from scipy.stats import studentized_range

    if family.kind != "pairwise":
        raise ModelError("adjust='tukey' is for all pairs: ask for differences='pairwise', or adjust='dunnett'.")
    p = studentized_range.sf(np.sqrt(2.0) * np.abs(family.statistic), family.compared, family.df)
    width = _by_df(lambda df: studentized_range.isf(1.0 - family.level, family.compared, df), family.df) / np.sqrt(2.0)
    return Adjusted(np.maximum(p, family.raw), width, f"Tukey, {family.compared} compared")


def _scheffe(family: Family) -> Adjusted:
    """All contrasts in the space of these comparisons (Scheffe 1953)."""
    from scipy.special import chdtrc, chdtri, fdtrc, fdtri

    rank, square = family.rank, family.statistic**2
    tail = 1.0 - family.level
    finite = np.where(np.isinf(family.df), 1.0, family.df)
    p = np.where(np.isinf(family.df), chdtrc(rank, square), fdtrc(rank, finite, square / rank))
    bound = np.where(np.isinf(family.df), chdtri(rank, tail), rank * fdtri(rank, finite, family.level))
    return Adjusted(p, np.sqrt(bound), f"Scheffe, rank {rank}")


def _dunnett(family: Family) -> Adjusted:
    """The largest of correlated t statistics (Dunnett 1955), with the correlations that the estimates have."""
    if family.kind != "reference":
        raise ModelError("adjust='dunnett' compares with one reference: ask for differences='reference'.")
    pairs = [_largest(abs(t), df, family.correlation) for t, df in zip(family.statistic, family.df, strict=True)]
    p = np.array([tail for tail, _ in pairs])
    error = max(error for _, error in pairs)
    bounded = np.clip(p, family.raw, np.minimum(1.0, family.size * family.raw))
    width = _by_df(lambda df: _dunnett_width(df, family), family.df)
    note = f"Dunnett; probabilities by quasi-Monte Carlo, standard error {error:.0e}" if error else "Dunnett"
    return Adjusted(bounded, width, note)


def _largest(
    bound: float, df: float, correlation: np.ndarray, randomisations: int = RANDOMISATIONS
) -> tuple[float, float]:
    """P(max |T| > bound) for correlated T, and its standard error; exact for one T."""
    from scipy.stats import multivariate_normal, multivariate_t

    size = len(correlation)
    if size == 1:
        return float(two_sided(np.array([bound]), np.array([df]))[0]), 0.0
    box = np.full(size, bound)
    if np.isinf(df):
        law = multivariate_normal(cov=correlation, allow_singular=True, maxpts=100 * POINTS, abseps=1e-6)
        return float(1.0 - law.cdf(box, lower_limit=-box)), 1e-6
    inside = [
        multivariate_t.cdf(
            box, shape=correlation, df=df, lower_limit=-box, allow_singular=True, maxpts=POINTS, random_state=seed
        )
        for seed in range(randomisations)
    ]
    return float(1.0 - np.mean(inside)), float(np.std(inside, ddof=1) / np.sqrt(randomisations))


def _dunnett_width(df: float, family: Family) -> float:
    from scipy.optimize import brentq

    tail = 1.0 - family.level
    single, most = (float(t_quantile(1.0 - tail / (2.0 * m), np.array([df]))[0]) for m in (1, family.size))
    if family.size == 1:
        return single
    outside = lru_cache(lambda bound: _largest(bound, df, family.correlation, SEARCHING)[0] - tail)
    if outside(single) <= 0:  # comparisons that say the same
        return single
    return float(brentq(outside, single, most * (1.0 + 1e-6), xtol=1e-5))


def _by_df(width: Callable[[float], float], df: np.ndarray) -> np.ndarray:
    """The width for each comparison, once for each different df."""
    distinct, place = np.unique(np.round(df, 8), return_inverse=True)
    return np.array([width(value) for value in distinct])[place]


ADJUSTMENTS: dict[str, Callable[[Family], Adjusted]] = {
    "none": _none,
    "holm": _holm,
    "bonferroni": _bonferroni,
    "tukey": _tukey,
    "dunnett": _dunnett,
    "scheffe": _scheffe,
}
