"""Decompositions of rows of very different size, against their closed form and against rows of one size."""

from __future__ import annotations

import numpy as np
import pytest

from growthcurves.numerics.graded import principal_components


@pytest.mark.parametrize(("k", "p"), [(1, 1), (1, 5), (3, 5), (5, 3), (8, 8)])
def test_rows_of_one_size(k, p):
    rows = np.random.default_rng(k).normal(size=(k, p))
    combinations, sizes = principal_components(rows)
    assert np.allclose(combinations @ combinations.T, np.eye(k), atol=1e-13)
    assert np.allclose(combinations @ rows @ rows.T @ combinations.T, np.diag(sizes**2), atol=1e-12)
    assert sizes[: min(k, p)] == pytest.approx(np.linalg.svd(rows, compute_uv=False), rel=1e-12)


@pytest.mark.parametrize("small", [1e-5, 1e-20, 1e-60, 1e-120])
def test_two_rows(small):
    """Lengths of (a, b) and small (c, d), up to terms in small squared: |(a, b)| and small |ad - bc| / |(a, b)|."""
    for a, b, c, d in np.random.default_rng(2).normal(size=(50, 4)):
        _, sizes = principal_components(np.array([[a, b], [small * c, small * d]]))
        long = np.hypot(a, b)
        assert sizes == pytest.approx([long, small * abs(a * d - b * c) / long], rel=1e-9 + 10 * small)
