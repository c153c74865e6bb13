"""The likelihood with nothing profiled out against the textbook formula with dense V, and its derivatives.

Derivatives are compared with fourth-order differences of the dense formula: 1e-6 relative to the largest entry for
gradients, 1e-5 for Hessians.
"""

from __future__ import annotations

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.engine.likelihood.joint import joint
from growthcurves.engine.parameters.local import Local
from growthcurves.engine.profile.quantities import Correlation, StandardDeviation

RNG = np.random.default_rng(11)


def dense(fit, point: Local) -> float:
    """-2 log likelihood of beta, G and sigma^2; for REML with log|X'V^-1 X| (Harville 1974), rows one by one."""
    problem, data = fit.estimates.solution.problem, fit.panel
    beta = problem.beta(point.beta)
    J = problem.original_z()
    G, s = point.sigma2 * J @ point.D @ J.T, point.sigma2 * problem.scale**2
    total, A = 0.0, 0.0
    for person in range(data.persons.count):
        rows = data.persons.codes == person
        Z = np.column_stack([np.ones(rows.sum()), data.times[rows]])
        V = Z @ G @ Z.T + s * np.eye(rows.sum())
        e = data.values[rows] - Z @ beta
        total += rows.sum() * np.log(2 * np.pi) + np.linalg.slogdet(V)[1] + e @ np.linalg.solve(V, e)
        A = A + Z.T @ np.linalg.solve(V, Z)
    if fit.method == "reml":
        total += np.linalg.slogdet(A)[1] - 2 * np.log(2 * np.pi)
    return total - problem.deviance_shift


def central(f, x, h=1e-3):
    """Gradient by differences of fourth order."""
    out = []
    for e in np.eye(len(x)) * h:
        near, far = f(x + e) - f(x - e), f(x + 2 * e) - f(x - 2 * e)
        out.append((8 * near - far) / (12 * h))
    return np.array(out)


@pytest.fixture(scope="module", params=["reml", "ml"])
def fit(request):
    data = gc.load_dataset("sleepstudy")
    return gc.fit("reaction ~ day + (day | subject)", data[data["day"] + data["subject"] % 3 > 1], method=request.param)


def some_point(fit, rank: int = 2) -> Local:
    F = RNG.normal(size=(2, 2)) * 0.7
    F[:, rank:] = 0.0
    return Local.of_factor(RNG.normal(size=2) * 0.1, F, 0.2, fit.estimates.solution.problem.partition)


@pytest.mark.parametrize("rank", [2, 1, 0])
def test_value_and_derivatives(fit, rank):
    problem, point = fit.estimates.solution.problem, some_point(fit, rank)
    found = joint(problem, point, False)
    assert found.deviance == pytest.approx(dense(fit, point), rel=1e-10)
    at = np.zeros(point.size)
    gradient = central(lambda w: dense(fit, point.moved(w)), at)
    np.testing.assert_allclose(found.gradient, gradient, atol=1e-6 * np.abs(gradient).max())
    hessian = central(lambda w: central(lambda v: dense(fit, point.moved(v)), w), at)
    np.testing.assert_allclose(found.hessian, hessian, atol=1e-5 * np.abs(hessian).max())


def test_best_beta_gives_the_profiled_criterion(fit):
    at, problem = fit.estimates.solution.optimum.at, fit.estimates.solution.problem
    point = Local.of_factor(at.beta + 1.0, np.linalg.cholesky(at.D), float(np.log(at.sigma2)), problem.partition)
    assert joint(problem, point, True).deviance == pytest.approx(at.deviance, rel=1e-12)
    assert joint(problem, point, False).deviance > at.deviance


@pytest.mark.parametrize("rank", [2, 1, 0])
def test_a_chart_is_the_same_matrix(fit, rank):
    F = RNG.normal(size=(2, 2))
    F[:, rank:] = 0.0
    point = Local.of_factor(np.zeros(2), F, 0.0, fit.estimates.solution.problem.partition)
    np.testing.assert_allclose(point.D, F @ F.T, atol=1e-14)
    assert point.face.size == 3


@pytest.mark.parametrize(
    "quantity", [StandardDeviation(np.array([0.3, 1.0]), 0.7), Correlation(np.array([0.3, 1.0]), np.array([1.0, -0.2]))]
)
def test_derivatives_of_quantities(fit, quantity):
    point = some_point(fit)
    gradient, hessian = quantity.slopes(point)
    at = np.zeros(point.size)
    np.testing.assert_allclose(gradient, central(lambda w: quantity.measure(point.moved(w)), at), atol=1e-9)
    numeric = central(lambda w: central(lambda v: quantity.measure(point.moved(v)), w), at)
    np.testing.assert_allclose(hessian, numeric, atol=1e-6)


def test_quantities_are_what_they_say(fit):
    point, a, b = some_point(fit), np.array([0.3, 1.0]), np.array([1.0, -0.2])
    G = point.sigma2 * point.D
    sd = StandardDeviation(a, 0.7)
    assert sd.value(sd.measure(point)) == pytest.approx(np.sqrt(a @ G @ a))
    cor = Correlation(a, b)
    assert cor.value(cor.measure(point)) == pytest.approx(a @ G @ b / np.sqrt((a @ G @ a) * (b @ G @ b)))
    assert sd.value(sd.high) == np.inf and sd.value(sd.low) == 0.0
