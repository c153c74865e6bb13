"""Long products in tiles are the products."""

from __future__ import annotations

import numpy as np
import pytest

from growthcurves.numerics import products


@pytest.mark.parametrize("n", [1, 7, 64, 1000])
@pytest.mark.parametrize("tiny", [False, True])
def test_tiles_change_nothing_but_the_order_of_sums(n, tiny, monkeypatch):
    if tiny:
        monkeypatch.setattr(products, "ALONE", 100)
        monkeypatch.setattr(products, "ALONE_VECTOR", 30)
    rng = np.random.default_rng(n)
    left, right, square = rng.normal(size=(3, n)), rng.normal(size=(n, 4)), rng.normal(size=(3, 3))
    np.testing.assert_allclose(products.long_sum(left, right), left @ right, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(products.long_sum(left[:1], right), left[:1] @ right, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(products.long_sum(left, left.T), left @ left.T, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(products.wide(square, left), square @ left, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(products.wide(square[:1], left), square[:1] @ left, rtol=1e-12, atol=1e-12)
