"""Probabilities that order statistics lie between bounds: Steck's determinant, single ones, and simulation."""

from __future__ import annotations

from math import factorial

import numpy as np
import pytest

from growthcurves.numerics.order_statistics import local_bounds, local_level, probability_inside


def steck(low, high):
    """n! det[(h_i - l_j)_+^(j - i + 1) / (j - i + 1)!] (Steck, 1971, Annals of Mathematical Statistics 42, 1-11)."""
    n = len(low)
    entries = np.zeros((n, n))
    for i in range(n):
        for j in range(n):
            if (power := j - i + 1) >= 0:
                entries[i, j] = max(high[i] - low[j], 0.0) ** power / factorial(power) if power else 1.0
    return factorial(n) * np.linalg.det(entries)


@pytest.mark.parametrize("count", [1, 2, 5, 9])
@pytest.mark.parametrize("alpha", [0.2, 0.01])
def test_all_order_statistics_against_steck(count, alpha):
    ranks = np.arange(1, count + 1)
    low, high = local_bounds(ranks, count, alpha)
    assert probability_inside(low, high, ranks, count) == pytest.approx(steck(low, high), abs=1e-9)


def test_one_order_statistic_is_a_beta():
    low, high = local_bounds(np.array([7]), 40, 0.1)
    assert probability_inside(low, high, np.array([7]), 40) == pytest.approx(0.9, abs=1e-10)


def test_bounds_that_nothing_can_meet():
    low, high = np.array([0.5, 0.6]), np.array([0.7, 0.55])
    assert probability_inside(low, high, np.array([1, 2]), 2) == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize(("count", "ranks"), [(50, range(1, 51)), (1000, [1, 2, 3, 10, 100, 500, 900, 998, 1000])])
def test_the_band_holds_as_often_as_it_says(count, ranks):
    """4000 samples: the Monte Carlo error of a share of .90 is .005; four of them."""
    ranks = np.array(ranks)
    low, high = local_bounds(ranks, count, local_level(tuple(ranks.tolist()), count, 0.9))
    drawn = np.sort(np.random.default_rng(5).random((4000, count)), axis=1)[:, ranks - 1]
    inside = ((drawn >= low) & (drawn <= high)).all(axis=1).mean()
    assert inside == pytest.approx(0.9, abs=0.02)
