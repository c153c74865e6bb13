"""Bands that hold all order statistics of a sample at once, by exact computation."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from scipy.optimize import brentq
from scipy.special import gammaln

from growthcurves.numerics.arrays import Array
from growthcurves.numerics.distributions import beta_quantiles

#: Of more values than this only some are drawn, a quarter of them at each end.
MOST_DRAWN = 400


def drawn_ranks(count: int, most: int = MOST_DRAWN) -> np.ndarray:
    """Ranks of the values that are drawn: all, or those at the ends and some between."""
    if count <= most:
        return np.arange(1, count + 1)
    tail = most // 4
    between = np.linspace(tail + 1, count - tail, most - 2 * tail).round().astype(int)
    ends = np.arange(1, tail + 1)
    return np.unique(np.concatenate([ends, between, count + 1 - ends]))


def probability_inside(low: Array, high: Array, ranks: Array, count: int) -> float:
    """The probability that order statistics of uniform variables lie between bounds, all at once.

    The number of values up to a point is a Poisson process, given that it ends at `count`; it is followed from bound to
    bound, within the counts that the bounds allow (Noe, 1972, Annals of Mathematical Statistics 43; the Poisson form is
    that of Moscovich and Nadler, 2017, Statistics and Probability Letters 123).

    Parameters
    ----------
    low, high : (k,) arrays
        Bounds between 0 and 1, ascending.
    ranks : (k,) array of int
        Which order statistics they are of, ascending; 1 is the smallest.
    count : int
        Size of the sample.

    Examples
    --------
    >>> print(f"{probability_inside(np.array([0.1]), np.array([0.8]), np.array([1]), 1):.3f}")
    0.700
    """
    logs = gammaln(np.arange(count + 2))
    points = np.concatenate([low, high, [1.0]])
    order = np.argsort(points, kind="stable")
    caps = np.append(ranks - 1, count)  # at a lower bound fewer than its rank have come
    passed, floor, at = 0, 0, 0.0
    chances = np.ones(1)  # of counts from `floor` on
    for place in order:
        step = count * (points[place] - at)
        width = int(caps[min(passed, len(ranks))]) - floor + 1
        if width < 1:
            return 0.0
        chances = np.convolve(chances, _poisson(step, width, logs))[:width]
        at = points[place]
        if place < len(ranks):
            passed += 1
        elif place < 2 * len(ranks):
            rank = int(ranks[place - len(ranks)])
            chances, floor = chances[max(rank - floor, 0) :], max(rank, floor)
    end = count - floor
    return float(chances[end] / _poisson(float(count), count + 1, logs)[count]) if end < len(chances) else 0.0


def _poisson(mean: float, width: int, logs: Array) -> Array:
    """Probabilities of the counts 0 to `width` - 1; `logs` are those of factorials, shifted by one."""
    if mean <= 0:
        return np.eye(1, width)[0]
    counts = np.arange(width)
    return np.exp(counts * np.log(mean) - mean - logs[1 : width + 1])


@lru_cache(maxsize=64)
def local_level(ranks: tuple[int, ...], count: int, level: float) -> float:
    """The level outside of a band of each order statistic alone at which the band holds all of them with `level`."""
    places = np.array(ranks)

    def excess(log_alpha: float) -> float:
        return probability_inside(*local_bounds(places, count, float(np.exp(log_alpha))), places, count) - level

    outside = 1.0 - level
    if len(ranks) == 1:
        return outside
    ends = np.log(outside / len(ranks)), np.log(outside)  # Bonferroni holds more, one alone holds less
    return float(np.exp(brentq(excess, *ends, xtol=1e-4)))


def local_bounds(ranks: Array, count: int, alpha: float) -> tuple[Array, Array]:
    """Between which uniform order statistics lie but for alpha / 2 at each side: quantiles of beta distributions."""
    shapes = ranks, count - ranks + 1
    return beta_quantiles(alpha / 2, *shapes), 1.0 - beta_quantiles(alpha / 2, *shapes[::-1])
