"""A person in a site: the joint posterior against conditioning a multivariate normal distribution, with a dense V.

Tolerance 1e-10 relative: both are closed forms.
"""

from __future__ import annotations

import numpy as np
import pytest

from growthcurves.contracts.independent import Independent
from growthcurves.engine.general.along import along
from growthcurves.engine.parameters.point import Point

RNG = np.random.default_rng(5)
TIMES = np.array([0.0, 1.0, 3.0, 0.0, 2.0, 1.0, 2.0, 4.0])  # three persons of one site
CODES = np.array([0, 0, 0, 1, 1, 2, 2, 2])
LINE = np.column_stack([np.ones(8), TIMES])
G, G_SITE, S = np.array([[4.0, 0.3], [0.3, 0.5]]), np.array([[2.0, -0.4], [-0.4, 0.6]]), 1.7
POINT = Point(np.array([10.0, 1.0]), {"person": G, "site": G_SITE}, Independent(S))


def dense_v():
    """Z G Z' within persons, plus Z G_site Z' for all rows of the site, plus the residual: three levels."""
    same = CODES[:, None] == CODES
    return same * (LINE @ G @ LINE.T) + LINE @ G_SITE @ LINE.T + S * np.eye(8)


def own(person):
    return LINE * (person == CODES)[:, None]


@pytest.mark.parametrize("person", [0, 1, 2])
def test_it_is_the_conditional_distribution(person):
    V, residual = dense_v(), RNG.normal(size=8)
    found = along(POINT, {"person": own(person), "site": LINE}, V, residual, LINE)
    # the joint covariance of (u, v, y), then conditioning on y
    cross = np.vstack([G @ own(person).T, G_SITE @ LINE.T])
    prior = np.block([[G, np.zeros((2, 2))], [np.zeros((2, 2)), G_SITE]])
    np.testing.assert_allclose(found.effects, cross @ np.linalg.solve(V, residual), rtol=1e-10)
    np.testing.assert_allclose(found.spread, prior - cross @ np.linalg.solve(V, cross.T), rtol=1e-10)
    assert np.abs(found.spread[:2, 2:]).max() > 0.01  # the levels are correlated given the outcomes


def test_a_curve_needs_the_covariance_of_the_levels():
    """var(x'b + z'u + z'v - prediction) by writing the predictor as a linear function of y."""
    V, z, x = dense_v(), np.array([1.0, 5.0]), np.array([1.0, 5.0])
    y = LINE @ POINT.beta + RNG.normal(size=8)
    inverse = np.linalg.inv(V)
    cov_beta = np.linalg.inv(LINE.T @ inverse @ LINE)
    beta = cov_beta @ LINE.T @ inverse @ y
    found = along(POINT, {"person": own(0), "site": LINE}, V, y - LINE @ beta, LINE)
    value, error = found.curve(x, {"person": z, "site": z}, beta, cov_beta)
    c = own(0) @ G @ z + LINE @ G_SITE @ z
    a = inverse @ c + inverse @ LINE @ cov_beta @ (x - LINE.T @ inverse @ c)  # best linear unbiased prediction
    target = z @ G @ z + z @ G_SITE @ z
    assert value == pytest.approx(a @ y, rel=1e-10)
    assert error == pytest.approx(np.sqrt(target - 2 * a @ c + a @ V @ a), rel=1e-10)
    apart = found.spread.copy()
    apart[:2, 2:] = apart[2:, :2] = 0.0
    both = np.concatenate([z, z])
    assert both @ apart @ both > 1.05 * (both @ found.spread @ both)
