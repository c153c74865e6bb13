"""What does not vary is told by the span of its directions, not by how rounding turned them."""

from __future__ import annotations

import numpy as np

from growthcurves.engine.solution import echelon


def test_directions_of_one_span_are_told_alike():
    rng = np.random.default_rng(1)
    for size, count in ((3, 2), (4, 2), (5, 3)):
        span = rng.normal(size=(size, count))
        plain = echelon(span)
        for _ in range(20):
            np.testing.assert_allclose(echelon(span @ rng.normal(size=(count, count))), plain, atol=1e-8)
        assert ((plain == 1.0).sum(axis=0) >= 1).all()


def test_ties_fall_to_the_first():
    for angle in np.linspace(0.1, 3, 7):
        turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
        span = np.array([[1.0, 0.0, 1.0, 0.0], [0.0, 1.0, 0.0, 1.0]]).T @ turn
        np.testing.assert_allclose(echelon(span), [[1, 0], [0, 1], [1, 0], [0, 1]], atol=1e-9)
