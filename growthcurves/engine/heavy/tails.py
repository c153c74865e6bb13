"""What distances of persons bring to -2 log likelihood where outcomes are multivariate t, with all derivatives.

With t = 1 / df, n outcomes at squared distance d = e' V^-1 e bring n log(2 pi) + log|V| + k(d, t),

    k = (1 / t + n) log(1 + t d) - 2 {log G((1 / t + n) / 2) - log G(1 / (2 t)) + n / 2 log(2 t)},

which is smooth in t at 0, where it is d and outcomes are normal (docs/engine.md, section 11).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from growthcurves.numerics.arrays import Array
from growthcurves.numerics.student import gamma_ratio, log_share


class Tails(NamedTuple):
    """k of each person with its derivatives, (N,) each.

    Attributes
    ----------
    value : (N,) array
    weight : (N,) array
        Derivative in d: what multiplies the person's squares, (df + n) / (df + d).
    by_d, by_t : (N,) array
        Derivatives of the weight in d and in t.
    first, second : (N,) array
        Derivatives of k in t.
    """

    value: Array
    weight: Array
    by_d: Array
    by_t: Array
    first: Array
    second: Array


def tails(d: Array, n: Array, t: float) -> Tails:
    """Of persons with n outcomes (N,) at squared distances d (N,).

    Examples
    --------
    >>> found = tails(np.array([2.0, 40.0]), np.array([4, 4]), t=0.25)
    >>> found.weight.round(3).tolist()
    [1.333, 0.182]
    """
    sizes, place = np.unique(n, return_inverse=True)
    ratio, ratio1, ratio2 = np.array([gamma_ratio(int(size), t) for size in sizes]).T[:, place.reshape(-1)]
    share, share1, share2 = log_share(t * d)
    more, below = 1.0 + n * t, 1.0 + t * d
    weight = more / below
    return Tails(
        d * share * more - 2.0 * ratio,
        weight,
        -t * weight / below,
        (n - d) / below**2,
        d * (d * share1 * more + n * share) - 2.0 * ratio1,
        d**2 * (d * share2 * more + 2.0 * n * share1) - 2.0 * ratio2,
    )
