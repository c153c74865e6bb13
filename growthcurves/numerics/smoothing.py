"""A line through a cloud of points, as a matrix: the same for data and for what is simulated beside them."""

from __future__ import annotations

import numpy as np

from growthcurves.numerics.arrays import Array


def local_lines(x: Array, at: Array, share: float = 0.75) -> Array:
    """The matrix (g, n) that takes values at x (n,) to heights of the local straight lines at some places (g,).

    Each line is fitted to the share of the points nearest to its place, with tricube weights (Cleveland 1979, without
    his further rounds for outliers).

    Examples
    --------
    >>> x = np.array([0.0, 1.0, 2.0, 4.0, 5.0])
    >>> print((local_lines(x, np.array([1.5, 3.0])) @ (2 + 3 * x)).round(6).tolist())
    [6.5, 11.0]
    """
    distance = np.abs(x - at[:, None])
    nearest = int(np.clip(np.floor(share * len(x) + 1e-10), min(3, len(x)), len(x)))
    reach = np.partition(distance, nearest - 1, axis=1)[:, [nearest - 1]]
    reach = np.where(reach > 0, reach, np.ptp(x) or 1.0)
    weights = (1.0 - np.minimum(distance / reach, 1.0) ** 3) ** 3
    weights /= weights.sum(axis=1, keepdims=True)
    mean = weights @ x
    centred = x - mean[:, None]
    spread = (weights * centred**2).sum(axis=1)
    slope = np.where(spread > 1e-12 * np.ptp(x) ** 2, (at - mean) / np.where(spread > 0, spread, 1.0), 0.0)
    return np.asarray(weights * (1.0 + slope[:, None] * centred))
