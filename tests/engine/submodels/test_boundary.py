"""Cones, the distribution at a boundary, and the spectra of the exact ratio against textbook formulas.

Projections: the conditions of an optimum, to 1e-6 of the point. Two variances without covariance: the weights in closed
form (Shapiro 1988, section 5), within four Monte Carlo standard errors. Spectra: dense eigenvalues, 1e-9 relative.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.optimize import nnls
from scipy.stats import chi2

import growthcurves as gc
from growthcurves.engine.submodels.boundary import boundary, new_directions, squared_shares
from growthcurves.engine.submodels.spectral import spectrum
from growthcurves.numerics.cones import entries, nearest, projected, smat, svec
from growthcurves.results.compare.variance import without_random


def metric_of(k, seed):
    A = np.random.default_rng(seed).normal(size=(k, k + 2))
    return A @ A.T / k + 0.05 * np.eye(k)


def test_svec_keeps_lengths():
    A = metric_of(3, 1)
    assert np.sum(svec(A) ** 2) == pytest.approx(np.sum(A**2), rel=1e-14)
    np.testing.assert_allclose(smat(svec(A), 3), A, rtol=1e-14)


@pytest.mark.parametrize("sizes", [(1,), (2,), (1, 1, 1), (2, 1), (3,), (2, 2)])
def test_projections_meet_the_conditions_of_an_optimum(sizes):
    """K in the cone, the gradient M (K - z) in its dual (the cone itself), and both orthogonal."""
    k = entries(sizes)[-1].stop
    points, M = np.random.default_rng(2).normal(size=(200, k)), metric_of(k, 3)
    K = projected(points, M, sizes)
    gradient = (K - points) @ M
    np.testing.assert_allclose(nearest(K, sizes), K, atol=1e-9)
    np.testing.assert_allclose(nearest(gradient, sizes), gradient, atol=1e-6)
    np.testing.assert_allclose((K * gradient).sum(axis=1), 0.0, atol=1e-6)


def test_half_lines_are_nonnegative_least_squares():
    points, M = np.random.default_rng(5).normal(size=(50, 4)), metric_of(4, 6)
    L = np.linalg.cholesky(M)
    expected = np.array([nnls(L.T, L.T @ point)[0] for point in points])
    np.testing.assert_allclose(projected(points, M, (1, 1, 1, 1)), expected, atol=1e-7)


def small_panel(persons=40, seed=3):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"id": np.repeat(np.arange(persons), 5), "t": np.tile(np.arange(5.0), persons)})
    table["y"] = rng.normal(size=len(table)) + 0.3 * rng.normal(size=persons)[table["id"]]
    return table


def test_two_uncorrelated_variances_have_the_weights_of_the_closed_form():
    """With r the correlation of the unconstrained estimates: w2 = 1/4 + asin(r) / (2 pi), w1 = 1/2, w0 = 1/2 - w2."""
    fit = gc.fit("y ~ t + (t || id)", small_panel())
    pair = without_random(fit, ("intercept", "slope"))
    at = boundary(fit.estimates.solution.problem, pair.sampled.part, pair.small.solution.optimum.at.D)
    assert at.sizes == (1, 1)
    assert at.free == 2
    shares = squared_shares(at, 40_000, np.random.default_rng(1))
    r = at.covariance[0, 1] / np.sqrt(at.covariance[0, 0] * at.covariance[1, 1])
    both = 0.25 + np.arcsin(r) / (2 * np.pi)
    for x in (0.5, 2.0, 5.0):
        expected = both * chi2.sf(x, 2) + 0.5 * chi2.sf(x, 1)
        tails = np.where(shares > 0, chi2.sf(x / np.where(shares > 0, shares, 1.0), 2), 0.0)
        assert tails.mean() == pytest.approx(expected, rel=0, abs=4 * tails.std() / np.sqrt(len(tails)))


def test_information_at_the_boundary_is_that_of_dense_matrices():
    """cov of the entries of G by I_ab = tr(V^-1 dV_a V^-1 dV_b) / 2, up to a factor."""
    table = small_panel().query("not (id % 3 == 0 and t == 2)")
    fit = gc.fit("y ~ t + (t || id)", table)
    pair = without_random(fit, ("intercept", "slope"))
    at = boundary(fit.estimates.solution.problem, pair.sampled.part, pair.small.solution.optimum.at.D)
    same = np.equal.outer(table["id"].to_numpy(), table["id"].to_numpy())
    t = table["t"].to_numpy()
    A = [same.astype(float), same * np.outer(t, t), np.eye(len(t))]
    information = np.array([[np.sum(a * b.T) / 2 for b in A] for a in A])
    expected = np.linalg.inv(information)[:2, :2]
    ours, theirs = (c / np.sqrt(np.outer(np.diag(c), np.diag(c))) for c in (at.covariance, expected))
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)


@pytest.mark.parametrize(
    ("formula", "names", "sizes"),
    [
        ("y ~ t + (t | id)", ("slope",), (1,)),
        ("y ~ t + (t | id)", ("intercept", "slope"), (2,)),
        ("y ~ t + (t || id)", ("slope",), (1,)),
    ],
)
def test_directions_that_are_new(formula, names, sizes):
    fit = gc.fit(formula, small_panel())
    pair = without_random(fit, names)
    assert tuple(N.shape[1] for N in new_directions(fit.estimates.frame.partition, pair.into_z)) == sizes


@pytest.mark.parametrize("own_times", [False, True])
@pytest.mark.parametrize("term", ["1", "0 + t"])
def test_spectrum_is_that_of_dense_matrices(term, own_times):
    table = small_panel(25).query("not (id % 3 == 0 and t == 2)")
    if own_times:
        table = table.assign(t=table["t"] + np.random.default_rng(8).uniform(size=len(table)))
    table = table.assign(x=np.random.default_rng(9).normal(size=25)[table["id"]])
    fit = gc.fit(f"y ~ t + x + ({term} | id)", table, time="t")
    found = spectrum(fit.estimates.solution.problem, 0)
    X = np.column_stack([np.ones(len(table)), table["t"], table["x"]])
    Z = np.equal.outer(table["id"].to_numpy(), np.arange(25)) * (1.0 if term == "1" else table["t"].to_numpy()[:, None])
    residual = Z - X @ np.linalg.solve(X.T @ X, X.T @ Z)
    dense = np.linalg.eigvalsh(residual.T @ residual)
    dense = dense[dense > 1e-8 * dense.max()]
    ours = np.sort(np.repeat(found.within, found.within_times.astype(int)))
    whole = np.sort(np.repeat(found.whole, found.whole_times.astype(int)))
    unit = ours.max() / dense.max()  # the unit of standard Z does not matter
    np.testing.assert_allclose(ours, dense * unit, rtol=1e-9)
    np.testing.assert_allclose(whole, np.sort((Z**2).sum(axis=0)) * unit, rtol=1e-9)
    assert found.rest == len(table) - 3 - len(dense)
