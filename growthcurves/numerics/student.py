"""What Student's density is made of, as functions of t = 1 / df that are smooth at t = 0, the normal density."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln, polygamma

from growthcurves.numerics.arrays import Array

#: Arguments below which logarithms, and below which gamma functions, are summed as series.
SMALL, FAR = 0.05, 1.0 / 16.0
#: Terms of the series of log(1 + z) / z.
_TERMS = 14
#: log G(x + 1/2) - log G(x) - log(x) / 2 in odd powers of u = 1 / x: (2^-k - 2) B_{k+1} / (k (k + 1)) for u^k.
_HALF_STEP = (-1 / 8, 1 / 192, -1 / 640, 17 / 14336, -31 / 18432, 691 / 180224)


def log_share(z: Array) -> tuple[Array, Array, Array]:
    """log(1 + z) / z with its first two derivatives, z not negative.

    Examples
    --------
    >>> [round(float(one), 6) for one in log_share(np.array(0.0))]
    [1.0, -0.5, 0.666667]
    """
    z = np.asarray(z, dtype=float)
    near = z < SMALL
    far = np.where(near, 1.0, z)
    log, up = np.log1p(far), 1.0 + far
    value, first = log / far, (far / up - log) / far**2
    second = (2.0 * log - far * (2.0 + 3.0 * far) / up**2) / far**3
    k = np.arange(_TERMS)
    powers = np.power.outer(-np.where(near, z, 0.0), k)
    series = (
        powers @ (1.0 / (k + 1.0)),
        -(powers @ ((k + 1.0) / (k + 2.0))),
        powers @ ((k + 1.0) * (k + 2.0) / (k + 3.0)),
    )
    return tuple(np.where(near, one, other) for one, other in zip(series, (value, first, second), strict=True))  # type: ignore[return-value]


def gamma_ratio(n: int, t: float) -> tuple[float, float, float]:
    """log G((v + n) / 2) - log G(v / 2) - n / 2 log(v / 2), v = 1 / t, with its first two derivatives in t.

    A product of n / 2 factors; of an odd n with half a step besides.

    Examples
    --------
    >>> gamma_ratio(5, 0.0)
    (0.0, 3.75, -10.0)
    """
    steps = 2.0 * np.arange(n // 2) + n % 2
    shares = steps / (1.0 + steps * t)
    value, first, second = float(np.log1p(steps * t).sum()), float(shares.sum()), -float((shares**2).sum())
    if n % 2 == 0:
        return value, first, second
    more = _half_step(t)
    return value + more[0], first + more[1], second + more[2]


def _half_step(t: float) -> tuple[float, float, float]:
    """log G(x + 1/2) - log G(x) - log(x) / 2, x = 1 / (2 t), with its first two derivatives in t."""
    u = 2.0 * t
    if u < FAR:
        k = 2 * np.arange(len(_HALF_STEP)) + 1
        c = np.array(_HALF_STEP)
        first, second = float(c * k @ u ** (k - 1.0)), float(c * k * (k - 1) @ u ** np.maximum(k - 2.0, 0.0))
        return float(c @ u**k), 2.0 * first, 4.0 * second
    x = 1.0 / u
    value = float(gammaln(x + 0.5) - gammaln(x) - 0.5 * np.log(x))
    by_x = float(polygamma(0, x + 0.5) - polygamma(0, x)) - 0.5 / x
    bend = float(polygamma(1, x + 0.5) - polygamma(1, x)) + 0.5 / x**2
    return value, -2.0 * x**2 * by_x, 4.0 * x**4 * bend + 8.0 * x**3 * by_x
