"""Natural cubic splines: the basis of R's `ns`, its derivative, and its knots.

A cubic spline that is linear beyond its boundary knots. Following Hastie and Tibshirani (1990, section 2.9) and
Chambers and Hastie (1992, chapter 7), the B-spline basis is projected on the null space of its second
derivatives at the boundary; the constant is left out, and every column is zero at the first boundary knot.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from growthcurves.numerics.points import Points

Array = NDArray[np.float64]
#: Of so many times it is looked whether they are few different ones.
MANY = 10_000


def natural_knots(values: Array, df: int) -> tuple[tuple[float, ...], tuple[float, float]]:
    """Interior knots at the quantiles j / df of the distinct values, and the boundary knots at their range."""
    distinct = np.unique(values)
    inner = np.quantile(distinct, np.arange(1, df) / df) if df > 1 else np.zeros(0)
    return tuple(float(knot) for knot in inner), (float(distinct[0]), float(distinct[-1]))


def natural_basis(x: ArrayLike, knots: tuple[float, ...], boundary: tuple[float, float], order: int = 0) -> Array:
    """The basis (n, len(knots) + 1) or its derivative of that order; linear beyond the boundary, NaN for NaN.

    Parameters
    ----------
    x : (n,) array
    knots : tuple of float
        Interior knots in ascending order, strictly inside the boundary.
    boundary : (float, float)
    order : {0, 1}
        0 for the basis, 1 for its derivative.
    """
    x = np.asarray(x, dtype=np.float64)
    points = Points.of(x) if x.size > MANY else None
    if points is not None:  # the times of waves: the curve is evaluated once at each
        return natural_basis(points.values, knots, boundary, order)[points.codes]
    curve, tangent = _splines(knots, boundary)
    inside = np.clip(x, *boundary)
    slope = tangent(inside)
    if order == 1:
        return slope
    return curve(inside) + slope * (x - inside)[:, None]


def _splines(knots: tuple[float, ...], boundary: tuple[float, float]):
    from scipy.interpolate import BSpline

    full = np.array([boundary[0]] * 4 + list(knots) + [boundary[1]] * 4)
    whole = BSpline(full, np.eye(len(knots) + 4), 3)
    bent = whole.derivative(2)(np.array(boundary))[:, 1:]  # the first function carries the constant
    directions = np.linalg.qr(bent.T, mode="complete")[0][:, 2:]
    natural = BSpline(full, np.vstack([np.zeros(directions.shape[1]), directions]), 3)
    return natural, natural.derivative()
