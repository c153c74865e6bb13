"""What became of simulated studies: estimates with intervals, p-values, and which fits failed."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import pandas as pd

from growthcurves.numerics.arrays import Array
from growthcurves.numerics.distributions import two_sided
from growthcurves.planning.chance import PlannedTest


@dataclass(frozen=True, eq=False)
class Replicated:
    """n simulated studies and P parameters; NaN where a study has no estimate, error or interval.

    Attributes
    ----------
    names : tuple of str
    truth : (n, P) array
    estimates, errors, low, high : (n, P) arrays
    tested : (n, k) array
        Estimates of what is tested; empty for variances.
    df : (n,) array
        Degrees of freedom of the test; NaN where it has none.
    p_values, null : (n,) arrays
        With the effect, and without it; NaN counts as not found.
    singular, converged : (n,) arrays of bool
    """

    names: tuple[str, ...]
    truth: Array
    estimates: Array
    errors: Array
    low: Array
    high: Array
    tested: Array
    df: Array
    p_values: Array
    null: Array
    singular: Array
    converged: Array

    @staticmethod
    def joined(parts: list[Replicated]) -> Replicated:
        """Consecutive studies as one record."""
        names = [field.name for field in fields(Replicated) if field.name != "names"]
        made = {name: np.concatenate([getattr(part, name) for part in parts]) for name in names}
        return Replicated(parts[0].names, **made)

    @property
    def used(self) -> Array:
        """Studies with estimates."""
        return self.converged & np.isfinite(self.estimates).any(axis=1)

    def table(self) -> pd.DataFrame:
        """One row for each parameter: bias, spread and coverage, each with its Monte Carlo error."""
        used = self.used
        rows = [self._row(j, name, used) for j, name in enumerate(self.names)]
        return pd.DataFrame(rows)

    def _row(self, j: int, name: str, used: Array) -> dict[str, object]:
        there = used & np.isfinite(self.estimates[:, j])
        truth, estimate, error = self.truth[there, j], self.estimates[there, j], self.errors[there, j]
        n, away = max(int(there.sum()), 1), estimate - truth
        spread = float(away.std(ddof=1)) if n > 1 else np.nan
        given = np.isfinite(self.low[there, j]) & np.isfinite(self.high[there, j]) & np.isfinite(truth)
        held = ((self.low[there, j] <= truth) & (truth <= self.high[there, j]))[given]
        coverage = float(held.mean()) if given.any() and not _at_the_end(name, truth) else np.nan
        known = error[np.isfinite(error)]
        return {
            "term": name,
            "truth": float(truth.mean()) if len(truth) else np.nan,
            "mean": float(estimate.mean()) if len(truth) else np.nan,
            "bias": float(away.mean()) if len(truth) else np.nan,
            "bias_error": spread / np.sqrt(n),
            "std_dev": spread,
            "std_error": float(np.sqrt((known**2).mean())) if len(known) else np.nan,
            "coverage": coverage,
            "coverage_error": float(np.sqrt(coverage * (1.0 - coverage) / max(int(given.sum()), 1))),
            "intervals": float(given.mean()) if len(given) else np.nan,
        }


def _at_the_end(name: str, truth: Array) -> bool:
    """Whether it is an SD of zero, which intervals on the log scale do not hold."""
    return name.startswith("sd:") and bool((truth == 0.0).any())


def p_of_t(ratio: Array, df: Array, test: PlannedTest, side: float) -> Array:
    """p-values of t statistics; one-sided ones in the direction of `side`."""
    from scipy.special import stdtr

    if test.sided == 2:
        return np.asarray(two_sided(ratio, df))
    return np.asarray(stdtr(df, -np.sign(side) * ratio))


def p_of_f(F: Array, k: int, df: Array) -> Array:
    """p-values of F statistics (chi-square where df are infinite)."""
    from scipy.special import chdtrc, fdtrc

    known = np.isfinite(df)
    tail = np.where(known, fdtrc(k, np.where(known, df, 1.0), np.maximum(F, 0.0)), chdtrc(k, k * np.maximum(F, 0.0)))
    return np.where(np.isnan(df), np.nan, tail)
