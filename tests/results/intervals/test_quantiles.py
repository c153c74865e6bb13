"""Interval ends from replicates, against closed forms.

Sources: Davison and Hinkley (1997), chapter 5, by hand on ranks; Efron (1987), whose BCa ends for the exponential mean
follow from z0 and a. Tolerance: exact to rounding.
"""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import bootstrap as scipy_bootstrap
from scipy.stats import norm

from growthcurves.results.intervals.quantiles import basic, bca, percentile


def test_percentile_ends_are_ranks():
    values = np.random.default_rng(1).permutation(np.arange(1.0, 1000.0))
    assert percentile(values, 0.95) == pytest.approx((25.0, 975.0))
    assert percentile(values, 0.9) == pytest.approx((50.0, 950.0))


def test_basic_is_the_mirror_image():
    values = np.arange(1.0, 1000.0)
    assert basic(values, 400.0, 0.95) == pytest.approx((800.0 - 975.0, 800.0 - 25.0))


def test_bca_without_bias_and_skewness_is_percentile():
    values = np.arange(1.0, 1000.0)
    left_out = np.array([-1.0, 0.0, 1.0])
    assert bca(values, 500.0, left_out, 0.95) == pytest.approx(percentile(values, 0.95), abs=1e-6)


def test_bca_ends_follow_efron_1987():
    values = np.arange(1.0, 10000.0)
    left_out = np.array([0.0, 0.0, 0.0, 3.0])
    z0 = norm.ppf((6000 - 0.5) / 9999)
    away = left_out.mean() - left_out
    a = (away**3).sum() / (6 * (away**2).sum() ** 1.5)
    z = norm.ppf([0.025, 0.975])
    expected = norm.cdf(z0 + (z0 + z) / (1 - a * (z0 + z))) * 10000
    assert bca(values, 6000.0, left_out, 0.95) == pytest.approx(expected, rel=1e-6)


def test_bca_is_that_of_scipy():
    data = np.random.default_rng(3).exponential(size=40)
    theirs = scipy_bootstrap((data,), np.mean, n_resamples=20000, method="BCa", rng=np.random.default_rng(1))
    draws = theirs.bootstrap_distribution
    left_out = (data.sum() - data) / (len(data) - 1)
    ours = bca(draws, data.mean(), left_out, 0.95)
    assert ours == pytest.approx(theirs.confidence_interval, rel=1e-3)


def test_all_replicates_on_one_side():
    assert np.isnan(bca(np.arange(1.0, 100.0), 0.0, np.array([1.0, 2.0]), 0.95)).all()
