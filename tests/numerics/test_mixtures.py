"""Quantiles of mixtures of normal distributions, against root finding on scipy's distribution functions."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from growthcurves.numerics.mixtures import mixture_quantile


@pytest.mark.parametrize("probability", [1e-6, 0.025, 0.5, 0.9, 0.999])
@pytest.mark.parametrize("origin", [0.0, 1e6])
@pytest.mark.parametrize("spread", [0.0, 1.0, 40.0])
def test_quantile_of_a_mixture(probability, origin, spread):
    rng = np.random.default_rng(2)
    means, sds = origin + spread * rng.normal(size=30), rng.uniform(0.5, 2.0, 30)
    counts = rng.integers(1, 9, 30)

    def excess(x):
        return np.average(norm.cdf(x, means, sds), weights=counts) - probability

    expected = brentq(excess, means.min() - 20, means.max() + 20, xtol=1e-12, rtol=1e-15)
    assert mixture_quantile(means, sds, probability, counts) == pytest.approx(expected, abs=1e-8)


def test_far_apart_components():
    means = np.array([-100.0, 100.0])
    found = mixture_quantile(means, 1.0, 0.5 - 1e-9)  # the left component's quantile at 1 - 2e-9
    assert found == pytest.approx(-100 + norm.isf(2e-9), abs=1e-6)


def test_components_without_spread():
    assert mixture_quantile(np.array([0.0, 10.0]), np.array([0.0, 1.0]), 0.75) == pytest.approx(10.0, abs=1e-9)
    assert mixture_quantile(np.array([0.0, 10.0]), np.array([0.0, 1.0]), 0.25) == pytest.approx(0.0, abs=1e-9)
    assert mixture_quantile(np.full(4, 3.0), 0.0, 0.3) == 3.0
    assert np.isnan(mixture_quantile(np.array([1.0, np.nan]), 1.0, 0.5))


def test_one_normal_distribution():
    assert mixture_quantile(np.full(5, 2.0), 3.0, 0.975) == pytest.approx(norm.ppf(0.975, 2, 3), rel=1e-15)
