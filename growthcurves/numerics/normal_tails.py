"""The normal distribution far out: log probabilities, hazards and their derivatives without cancellation.

Below x = 0 the hazard phi / Phi grows like -x, and its derivatives are what remains of large terms. They are written
with the integrals I_n(x) = int_0^inf s^n / n! exp(-x s - s^2 / 2) ds, all positive, whose ratios r_n = I_n / I_{n-1}
are a continued fraction, r_{n-1} = 1 / (x + n r_n) (Gautschi 1961, repeated integrals of the error function).
"""

from __future__ import annotations

import numpy as np
from scipy.special import erfcx

Array = np.ndarray
_ROOT_HALF = float(np.sqrt(0.5))
_ROOT_HALF_PI = float(np.sqrt(0.5 * np.pi))
_ROOT_TWO_OVER_PI = float(np.sqrt(2.0 / np.pi))
#: From here on the continued fraction, of so many steps; before it recursion upwards loses at most three digits.
_FAR, _STEPS = 2.5, 64


def log_cdf(z: Array) -> Array:
    """log Phi(z)."""
    half = 0.5 * np.square(z)
    scaled = erfcx(np.abs(z) * _ROOT_HALF)
    below = z < 0
    inside = np.where(below, 0.5 * scaled - 1.0, -0.5 * np.exp(-half) * scaled)
    return np.log1p(inside) - np.where(below, half, 0.0)


def log_cdf_and_hazard(z: Array) -> tuple[Array, Array]:
    """log Phi(z), and its derivative phi(z) / Phi(z)."""
    half = 0.5 * np.square(z)
    scaled = erfcx(np.abs(z) * _ROOT_HALF)
    density = np.exp(-half)
    above = 0.5 * density * scaled
    below = z < 0
    value = np.log1p(np.where(below, 0.5 * scaled - 1.0, -above)) - np.where(below, half, 0.0)
    return value, _ROOT_TWO_OVER_PI * np.where(below, 1.0 / scaled, 0.5 * density / (1.0 - above))


def log_cdf_slopes(z: Array) -> tuple[Array, Array, Array, Array]:
    """log Phi(z) and three derivatives."""
    shape, z = np.shape(z), np.ravel(z)
    value, first = log_cdf_and_hazard(z)
    near = z + first
    second, third = -first * near, first * (near * (near + first) - 1.0)
    far = z < -_FAR
    if np.any(far):
        r1, r2, r3 = ratios(-z[far])
        hazard = r1 - z[far]
        second[far] = -hazard * r1
        third[far] = 2.0 * hazard * r1**2 * r2 * (3.0 * r3 - 2.0 * r2)
    return value.reshape(shape), first.reshape(shape), second.reshape(shape), third.reshape(shape)


def ratios(x: Array) -> tuple[Array, Array, Array]:
    """I_1 / I_0, I_2 / I_1 and I_3 / I_2 for x above 2.5; I_0 = 1 / (x + the first of them)."""
    n = _STEPS + 1
    r = 2.0 / (x + np.sqrt(np.square(x) + 4.0 * n))  # where r_n = r_{n+1} nearly
    for n in range(_STEPS, 3, -1):
        r = 1.0 / (x + n * r)
    r2 = 1.0 / (x + 3.0 * r)
    return 1.0 / (x + 2.0 * r2), r2, r


def tail_integrals(x: Array) -> tuple[Array, Array, Array, Array]:
    """I_0(x) to I_3(x) for x from zero up; I_0 is Mills' ratio (1 - Phi) / phi."""
    shape, x = np.shape(x), np.ravel(x)
    first = _ROOT_HALF_PI * erfcx(x * _ROOT_HALF)
    second = 1.0 - x * first
    third = 0.5 * (first - x * second)
    fourth = (second - x * third) / 3.0
    far = x > _FAR
    if np.any(far):
        r1, r2, r3 = ratios(x[far])
        first[far] = 1.0 / (x[far] + r1)
        second[far] = r1 * first[far]
        third[far] = r2 * second[far]
        fourth[far] = r3 * third[far]
    return first.reshape(shape), second.reshape(shape), third.reshape(shape), fourth.reshape(shape)
