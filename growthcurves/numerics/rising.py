"""Sums and gamma functions that over-dispersed outcomes need, right from no dispersion at all to any.

With b = exp(psi): sum_{j < y} log(1 + j b) = log Gamma(y + 1/b) - log Gamma(1/b) + y log b, of which the right side
loses every digit as b -> 0. It is summed by Euler and Maclaurin (Stirling's series of the two gamma functions with
their common parts taken out), from the first term on or, where b is not small, after some terms.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import gammaln, polygamma, psi

Array = np.ndarray
#: Beyond 1 / b = 16 Stirling's series, and after as many terms of less; its coefficients B_2n / (2n (2n - 1)), for
#: powers 1, 3, 5, ...
_LARGE, _SHIFT = 16.0, 16
_STIRLING = (1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360)
#: Of no more outcomes than this all terms are made at once, whether an outcome has them or not.
_FEW = 1000
#: exp(-230): sums of counts by so little dispersion are those without.
_LEAST = -230.0


def excess(p: Any, logarithm: Any) -> Array:
    """-log(1 - p) - p = p^2 / 2 + p^3 / 3 + ... without cancellation, of shares p and the logarithm, -log(1 - p)."""
    small = np.minimum(p, 0.1)
    series = np.zeros_like(small)
    for n in range(17, 1, -1):
        series = series * small + 1.0 / n
    return np.where(p < 0.1, series * small**2, logarithm - p)


def rising(y: Array, log_b: Any) -> Array:
    """sum_{j < y} log(1 + j b) of whole numbers y, at psi = log b."""
    return _of_counts(y, log_b, 1)[0]


def rising_and_slope(y: Array, log_b: Any) -> tuple[Array, Array]:
    """The same and its derivative in psi, sum j b / (1 + j b)."""
    value, first = _of_counts(y, log_b, 2)
    return value, first


def rising_slopes(y: Array, log_b: Any) -> tuple[Array, Array, Array, Array]:
    """The same and three derivatives in psi."""
    value, first, second, third = _of_counts(y, log_b, 4)
    return value, first, second, third


def _of_counts(y: Array, log_b: Any, count: int) -> list[Array]:
    """With one dispersion for all, every count is worked out once, however many outcomes it is of."""
    y = np.asarray(y, dtype=float)
    most = y.max(initial=0.0)
    if np.ndim(log_b) or not most < y.size:
        return _by_size(y, log_b, count)
    places = y.astype(np.intp)
    return [one[places] for one in _by_size(np.arange(most + 1.0), log_b, count)]


def _by_size(y: Array, log_b: Any, count: int) -> list[Array]:
    """Each outcome by what is right for it: Stirling's series, its terms one by one, or these and then the series."""
    y, log_b = np.broadcast_arrays(np.asarray(y, dtype=float), np.asarray(log_b, dtype=float))
    small = log_b < -np.log(_LARGE)
    ways = ((small, _stirling), (~small & (y <= _SHIFT), _first_terms), (~small & (y > _SHIFT), _shifted))
    for rows, way in ways:
        if rows.all():
            return way(y, log_b, count)
    found = [np.empty(y.shape) for _ in range(count)]
    for rows, way in ways:
        if rows.any():
            for into, one in zip(found, way(y[rows], log_b[rows], count), strict=True):
                into[rows] = one
    return found


def _shifted(y: Array, log_b: Array, count: int) -> list[Array]:
    """From j = m on the terms are log(1 + m b) + log(1 + i b'), i = j - m, with 1 / b' = 1 / b + m, which is large."""
    m, k = _SHIFT, np.exp(-log_b)
    beyond, t = y - m, m / (k + m)
    rest = _stirling(beyond, -np.log(k + m), count)
    found = _first_terms(y, log_b, count)
    found[0] += beyond * (np.log(k + m) + log_b) + rest[0]
    r, bent = 1.0 - t, t * (1.0 - t)
    if count > 1:
        found[1] += beyond * t + rest[1] * r
    if count > 2:
        bends = bent * (r - t)
        found[2] += beyond * bent + rest[2] * r**2 - rest[1] * bent
        found[3] += beyond * bends + rest[3] * r**3 - 3.0 * rest[2] * r * bent - rest[1] * bends
    return found


def _first_terms(y: Array, log_b: Array, count: int) -> list[Array]:
    """sum_{0 < j < min(y, m)} log(k + j) + log b of k = 1 / b, and derivatives by t = j / (k + j).

    Those with more terms stand first, so that each term is made of those that have it and of no others.
    """
    terms = np.clip(y - 1.0, 0.0, _SHIFT - 1.0)
    if y.size <= _FEW:
        return _terms_at_once(terms, log_b, count)
    order = np.argsort(-terms.ravel().astype(np.int16), kind="stable")
    have = len(order) - np.cumsum(np.bincount(terms.ravel().astype(np.intp)))  # more than 0, 1, ... terms
    k = np.exp(-log_b).ravel()[order]
    product, sums = np.ones(len(order)), [np.zeros(len(order)) for _ in range(count - 1)]
    for j, some in enumerate(have[:-1], start=1):
        sum_k = k[:some] + j
        product[:some] *= sum_k
        if count > 1:
            t = j / sum_k
            sums[0][:some] += t
        if count > 2:
            bent = t * (1.0 - t)
            sums[1][:some] += bent
            sums[2][:some] += bent * (1.0 - 2.0 * t)
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return [np.log(product)[back].reshape(y.shape) + terms * log_b, *(one[back].reshape(y.shape) for one in sums)]


def _terms_at_once(terms: Array, log_b: Array, count: int) -> list[Array]:
    """The same from a table with a row for each term."""
    j = np.arange(1.0, terms.max(initial=0.0) + 1.0).reshape(-1, *(1,) * terms.ndim)
    have, sum_k = j <= terms, np.exp(-log_b) + j
    found = [np.log(np.multiply.reduce(np.where(have, sum_k, 1.0), axis=0)) + terms * log_b]
    if count > 1:
        t = np.where(have, j / sum_k, 0.0)
        found.append(np.add.reduce(t, axis=0))
    if count > 2:
        bent = t * (1.0 - t)
        found += [np.add.reduce(bent, axis=0), np.add.reduce(bent * (1.0 - 2.0 * t), axis=0)]
    return found


def _stirling(y: Array, log_b: Array, count: int) -> list[Array]:
    b = np.exp(np.maximum(log_b, _LEAST))
    u = y * b
    q = 1.0 / (1.0 + u)
    p = u * q
    log_ratio = np.log1p(u)
    above = excess(p, log_ratio)
    found = [above / (b * q) - 0.5 * log_ratio + _remainders(b, q, 0)]
    if count > 1:
        found.append((u * p - above) / b - 0.5 * p + _remainders(b, q, 1))
    if count > 2:
        pq = p * q
        found.append(above / b - 0.5 * pq + _remainders(b, q, 2))
        found.append((p**2 - above) / b - 0.5 * pq * (q - p) + _remainders(b, q, 3))
    return found


#: (b q)^m - b^m and its derivatives in log b, over b^m; of m, q^m and q.
_FALLS: tuple[Callable[[int, Array, Array], Array], ...] = (
    lambda m, q_m, q: q_m - 1.0,
    lambda m, q_m, q: m * (q_m * q - 1.0),
    lambda m, q_m, q: m * (q_m * q * ((m + 1) * q - 1.0) - m),
    lambda m, q_m, q: m * (q_m * q * (1.0 - 3.0 * (m + 1) * q + (m + 1) * (m + 2) * q**2) - m**2),
)


def _remainders(b: Array, q: Array, order: int) -> Any:
    """Stirling's remainders of 1/b + y and 1/b, powers of b q and b, or a derivative of them in log b."""
    total: Any = 0.0
    b_m, q_m, b2, q2 = b, q, b**2, q**2
    for n, coefficient in enumerate(_STIRLING):
        total = total + coefficient * b_m * _FALLS[order](2 * n + 1, q_m, q)
        b_m, q_m = b_m * b2, q_m * q2
    return total


def gamma_scale(log_phi: float) -> tuple[float, float, float]:
    """k log k - k - log Gamma(k) at k = 1 / phi, and two derivatives in log phi."""
    k = float(np.exp(min(-log_phi, 700.0)))
    if k > _LARGE:
        powers = [(2 * n + 1, c * k ** -(2.0 * n + 1.0)) for n, c in enumerate(_STIRLING)]
        value = -0.5 * log_phi - 0.5 * np.log(2.0 * np.pi) - sum(term for _, term in powers)
        return value, -0.5 - sum(m * term for m, term in powers), -sum(m**2 * term for m, term in powers)
    by_log = k * (-log_phi - psi(1.0 + k))
    value = -k * log_phi - k - gammaln(1.0 + k) - log_phi
    return float(value), float(-by_log - 1.0), float(by_log + k - k**2 * polygamma(1, 1.0 + k))
