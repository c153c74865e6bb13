"""Ratios of gamma functions and of logarithms near their limits, by scipy's functions and by differences."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import gammaln

from growthcurves.numerics.student import FAR, SMALL, gamma_ratio, log_share

#: On both sides of where series end.
TIMES = [1e-3, 0.99 * FAR / 2, 1.01 * FAR / 2, 0.3, 4.0]


@pytest.mark.parametrize("t", TIMES)
@pytest.mark.parametrize("n", [1, 2, 5, 8, 31])
def test_gamma_ratio_is_that_of_scipy(n, t):
    x = 1.0 / (2.0 * t)
    wanted = gammaln(x + n / 2) - gammaln(x) - n / 2 * np.log(x)
    value, first, second = gamma_ratio(n, t)
    assert value == pytest.approx(wanted, abs=1e-12 * gammaln(x + n / 2) + 1e-14)
    step = 1e-3 * t
    up, down = gamma_ratio(n, t + step), gamma_ratio(n, t - step)
    assert first == pytest.approx((up[0] - down[0]) / (2 * step), rel=1e-5)
    assert second == pytest.approx((up[1] - down[1]) / (2 * step), rel=1e-5)


@pytest.mark.parametrize("n", [1, 2, 7, 12])
def test_at_normal_tails_it_is_zero_with_slope_a_times_a_less_one(n):
    a = n / 2
    value, first, _ = gamma_ratio(n, 0.0)
    assert value == 0.0 and first == pytest.approx(a * (a - 1.0))


def test_log_share_by_differences():
    z = np.array([1e-9, 0.5 * SMALL, 0.999 * SMALL, 1.001 * SMALL, 1.0, 300.0])
    value, first, second = log_share(z)
    assert value == pytest.approx(np.log1p(z) / z, rel=1e-14)
    step = 1e-5 * np.maximum(z, 1e-3)
    up, down = log_share(z + step), log_share(np.abs(z - step))
    width = z + step - np.abs(z - step)
    assert first == pytest.approx((up[0] - down[0]) / width, rel=1e-5)
    assert second == pytest.approx((up[1] - down[1]) / width, rel=1e-5)
