"""Statistics of which several checks are made: scores of what a mean or a covariance lacks.

The derivative of the log likelihood in the coefficient of a column d that the mean lacks is d'V^-1 r, its information
d'Pd with P = V^-1 - V^-1 X (X'V^-1 X)^-1 X'V^-1; their ratio is the coefficient that generalised least squares would
give it, the variances held (Rao 1948; for mixed models Verbeke and Molenberghs 2003). That in a parameter of V with
dV = M is half of r'V^-1 M V^-1 r less its expectation.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from growthcurves.checks.look import Look, Sample
from growthcurves.numerics.arrays import Array

#: Of its information a column must keep this share beside the fixed effects, or it says nothing new.
NEW = 1e-6


def mean_scores(look: Look, columns: Array) -> tuple[Callable[[Sample], Array], Array]:
    """Coefficients of columns (n, k) that the mean lacks, each by itself, and which of them are new to it, (k,)."""
    white = look.whitening.white(columns)
    kept = look.whitening.kept(white)
    information = np.einsum("nk,nk->k", white, kept)
    new = information > NEW * np.einsum("nk,nk->k", white, white)
    D = white[:, new] / information[new]
    return (lambda sample: D.T @ sample.white), new


def row_variance_scores(columns: Array) -> Callable[[Sample], Array]:
    """Scores of log residual variances that move by columns (n, k) of the rows, (k, r)."""
    return lambda sample: columns.T @ (sample.pulled * sample.left)


def cube_root_mean_square(look: Look, sample: Sample) -> Array:
    """The size of each person's residuals about the own curve, nearly normal (Wilson and Hilferty 1931), (N, r)."""
    return np.cbrt(look.means_of(sample.normalized**2))


def standardised(values: Array) -> Array:
    """Values (n, ...) less their mean, over their SD; zero where they are all the same."""
    spread = values.std(axis=0)
    return (values - values.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
