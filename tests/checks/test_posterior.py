"""Scores given the outcomes, against draws of what is not seen given what is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.checks.look import Look
from growthcurves.checks.normal_effects import joint
from growthcurves.checks.posterior import hermite
from growthcurves.results.questions.design_rows import own_rows

DRAWS = 200_000


@pytest.fixture(scope="module", params=["independent", "ar1"])
def drawn(request: pytest.FixtureRequest):
    """A look at five persons, and random effects and normalized residuals of one drawn given the outcomes, densely."""
    rng = np.random.default_rng(3)
    table = pd.DataFrame({"id": np.repeat(np.arange(40), 5), "t": np.tile(np.arange(5.0), 40)})
    growth = rng.standard_normal((40, 2)) @ [[1.0, 0.3], [0.0, 0.6]]
    table["y"] = growth[table["id"], 0] + growth[table["id"], 1] * table["t"] + rng.standard_normal(200)
    fit = gc.fit("y ~ t + (t | id)", table.drop(index=[3, 4, 9]), time="t", residual=request.param)
    look = Look(fit, 1)
    person = 7
    own = look.person == person
    Z, r = own_rows(fit).Z[look.order][own], look.whitening.residual[own]
    distances = np.abs(look.times[own][:, None] - look.times[own])
    R = fit.residual_variance * (np.eye(own.sum()) if request.param == "independent" else _ar1(fit) ** distances)
    V, G = Z @ fit.G @ Z.T + R, fit.G
    mean = G @ Z.T @ np.linalg.solve(V, r)
    W = G - G @ Z.T @ np.linalg.solve(V, Z @ G)
    u = rng.multivariate_normal(mean, W, DRAWS)
    e = np.linalg.solve(np.linalg.cholesky(R), (r - u @ Z.T).T).T
    return look, person, own, u, e, Z


def _ar1(fit) -> float:
    return float(fit.variance_components("wald").set_index("term").loc["ar1", "estimate"])


def _agrees(value: float, draws: np.ndarray) -> None:
    assert value == pytest.approx(draws.mean(), abs=5 * draws.std() / np.sqrt(DRAWS))


def test_hermite_polynomials_of_residuals(drawn) -> None:
    look, _, own, _, e, _ = drawn
    found = [one[own, 0] for one in hermite(look.data.normalized, look.posterior.residual_known())]
    for j, x in enumerate(e.T):
        _agrees(found[0][j], x**3 - 3 * x)
        _agrees(found[1][j], x**4 - 6 * x**2 + 3)


def test_hermite_polynomials_of_random_effects_and_their_joint_kurtosis(drawn) -> None:
    look, person, _, u, _, _ = drawn
    effects, left = look.named(look.data.effects), look.posterior.effects_left()
    sd = np.sqrt(look.effect_variances)
    known = 1 - np.einsum("naa->na", left)[:, :, None] / sd[:, None] ** 2
    third, fourth = (one[person, :, 0] for one in hermite(effects / sd[:, None], known))
    for a, x in enumerate((u / sd).T):
        _agrees(third[a], x**3 - 3 * x)
        _agrees(fourth[a], x**4 - 6 * x**2 + 3)
    inverse = np.linalg.inv(look.covariance)
    Q = np.einsum("na,ab,nb->n", u, inverse, u)
    one = slice(person, person + 1)
    _agrees(float(joint(effects[one], left[one], inverse)[0]), Q**2 - 8 * Q + 8)


def test_sizes_of_residuals_alone_and_with_growth(drawn) -> None:
    look, person, own, u, e, Z = drawn
    Q, m2 = (e**2).sum(axis=1), look.sums(look.data.normalized**2)[person, 0]
    trace, square = (one[person, 0] for one in look.posterior.sizes())
    through = look.posterior.through_left(look.data)[person, 0]
    _agrees(m2 + trace, Q)
    _agrees((m2 + trace) ** 2 + 4 * through + 2 * square, Q**2)
    effects, beside = (
        look.named(look.data.effects)[person, :, 0],
        look.posterior.with_residuals(look.data)[person, :, 0],
    )
    for a in range(2):
        _agrees(effects[a] * (m2 + trace) + 2 * beside[a], u[:, a] * Q)
    curves, across = u @ Z.T, look.posterior.with_curves()[own, 0]
    fitted, m = look.whitening.own_curves(look.data.through_z)[own, 0], look.data.normalized[own, 0]
    known = look.posterior.residual_known()[own, 0]
    for j in range(own.sum()):
        _agrees(fitted[j] * (m[j] ** 2 - known[j]) + 2 * m[j] * across[j], curves[:, j] * (e[:, j] ** 2 - 1))
