"""Planned studies as sums of kinds of persons: the fits are those of the rows, and drawn sums have their distribution.

Sources of truth: rows of sleepstudy fitted as they are (whose optimum R's lme4 has, see tests/reference), and moments
of normal and Wishart variates in closed form, to 4.5 Monte Carlo standard errors; seeds are fixed.
"""

from __future__ import annotations

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.engine.batch.fits import fit_batch
from growthcurves.engine.batch.uncertain import uncertain
from growthcurves.engine.draws.planned import Counts, Drawn, Kinds, NormalOutcomes, bartlett
from growthcurves.engine.submodels.planned import planned_fits, planned_tail


def of_rows(data, shift: float = 0.0):
    """Kinds of persons of sleepstudy in two arms, some seen seven times, and their outcomes as one replicate."""
    X, outcomes = [], []
    for (arm, n), rows in data.groupby(["arm", "n"]):
        t = np.arange(n) + shift
        X.append(np.column_stack([np.ones(n), t, np.full(n, arm), arm * t]))
        outcomes.append(rows.reaction.to_numpy().reshape(-1, n))
    counts = np.array([float(len(y)) for y in outcomes])
    kinds = Kinds(X, [x[:, :2] for x in X], ((0, 1),), counts, np.array([250.0, 10.0, 0.0, 0.0]), 30.0)
    K, r = len(X), kinds.r
    sums, squares, beyond = np.zeros((1, K, r)), np.zeros((1, K, r, r)), 0.0
    for k, y in enumerate(outcomes):
        e, Q = y - X[k] @ kinds.beta, kinds.bases[k]
        sums[0, k, : Q.shape[1]] = (e @ Q).sum(axis=0)
        squares[0, k, : Q.shape[1], : Q.shape[1]] = (e @ Q).T @ (e @ Q)
        beyond += (e**2).sum() - ((e @ Q) ** 2).sum()
    return kinds, Drawn(counts[None], sums, squares, np.array([beyond]))


@pytest.fixture(scope="module")
def sleepstudy():
    data = gc.load_dataset("sleepstudy")
    data = data[~((data.subject > 350) & (data.day > 6))]
    return data.assign(arm=(data.subject % 2).astype(float), n=data.groupby("subject").day.transform("size"))


@pytest.mark.parametrize("shift", [0.0, 2000.0])
def test_fits_of_kinds_are_those_of_their_rows(sleepstudy, shift):
    kinds, drawn = of_rows(sleepstudy, shift)
    fits, known = planned_fits(kinds, drawn, np.zeros((0, 4)))
    fit = gc.fit("reaction ~ day * arm + (day | subject)", sleepstudy)
    order = [list(fit.terms).index(term) for term in ("intercept", "slope", "intercept:arm", "slope:arm")]
    assert fits.deviance[0] == pytest.approx(fit.deviance, rel=1e-9)
    assert fits.beta[0, [1, 3]] == pytest.approx(fit.params.to_numpy()[order][[1, 3]], rel=1e-7)
    assert known.df[0, [1, 3]] == pytest.approx(fit.fixed_effects()["df"].to_numpy()[order][[1, 3]], rel=1e-4)
    table = fit.variance_components(method="wald").set_index("term")
    slope, residual = known.variances[0, 2] ** 0.5, known.variances[0, 3] ** 0.5
    assert [slope, residual] == pytest.approx(table.loc[["sd:slope", "sd:residual"], "estimate"], rel=1e-6)
    errors = np.sqrt(np.diag(known.covariance[0])[2:]) / (2.0 * np.array([slope, residual]))
    assert errors == pytest.approx(table.loc[["sd:slope", "sd:residual"], "std_error"].to_numpy(), rel=1e-4)


@pytest.mark.parametrize("information", ["observed", "expected"])
def test_kenward_and_roger_of_kinds_are_those_of_their_rows(sleepstudy, information):
    kinds, drawn = of_rows(sleepstudy)
    batch = kinds.batch(drawn)
    known = uncertain(batch, fit_batch(batch), np.eye(4)[None], information, True)
    fit = gc.fit("reaction ~ day * arm + (day | subject)", sleepstudy)
    table = fit.fixed_effects(ddf=gc.KenwardRoger(information=information)).set_index("term")
    table = table.loc[["intercept", "slope", "intercept:arm", "slope:arm"]]
    assert known.df[0] == pytest.approx(table["df"].to_numpy(), rel=1e-6)
    assert np.sqrt(np.diag(known.spread[0])) == pytest.approx(table["std_error"].to_numpy(), rel=1e-7)


def test_a_likelihood_ratio_of_kinds_is_that_of_their_rows(sleepstudy):
    kinds, drawn = of_rows(sleepstudy)
    fit = gc.fit("reaction ~ day * arm + (day | subject)", sleepstudy)
    assert planned_tail(kinds, drawn, (0,), ((0,),))[0] == pytest.approx(fit.test_variance("slope").p_value, rel=1e-6)


@pytest.mark.parametrize("df", [0.0, 1.0, 2.0, 7.0])
def test_wishart_matrices_of_any_degrees_of_freedom(df):
    rng, n, r = np.random.default_rng(1), 40_000, 3
    each = np.maximum(df - np.arange(r), 0.0) * np.ones((n, 1))
    W = bartlett(rng.standard_normal((n, 3)), 2.0 * rng.standard_gamma(each / 2.0), each)
    error = np.sqrt(2.0 * df / n) + 1e-12
    assert W.mean(axis=0) == pytest.approx(df * np.eye(r), abs=4.5 * error)
    assert (W[:, 1, 0] ** 2).mean() == pytest.approx(df, rel=0.1, abs=1e-9)
    ranks = np.linalg.matrix_rank(W[:20], tol=1e-8)
    assert (ranks == min(df, r)).all()


def test_drawn_sums_have_the_moments_of_persons():
    t = np.arange(4.0)
    X = [np.column_stack([np.ones(m), t[:m], t[:m] ** 2]) for m in (2, 4)]
    G = np.array([[2.0, 0.3], [0.3, 0.5]])
    V = [x[:, :2] @ G @ x[:, :2].T + 1.5 * np.eye(len(x)) for x in X]
    kinds = Kinds(X, [x[:, :2] for x in X], ((0, 1),), np.array([2.0, 3.0]), np.zeros(3), 1.0)
    source = NormalOutcomes(kinds, [V], [Counts(5, (0, 1), (0.4, 0.6))], np.random.SeedSequence(2))
    drawn, n = source.next(20_000), 20_000
    assert drawn.counts.sum(axis=1) == pytest.approx(np.full(n, 5.0))
    assert drawn.counts[:, 0].mean() == pytest.approx(2.0, abs=4.5 * np.sqrt(5 * 0.24 / n))
    whole = kinds.bases[1].T @ V[1] @ kinds.bases[1]
    error = drawn.squares[:, 1].std(axis=0) / np.sqrt(n)
    assert np.abs(drawn.squares[:, 1].mean(axis=0) - 3.0 * whole).max() < 4.5 * error.max()
    assert drawn.beyond.mean() == pytest.approx(3.0 * 1.5, abs=4.5 * drawn.beyond.std() / np.sqrt(n))
    outer = np.einsum("zr,zs->zrs", drawn.sums[:, 1], drawn.sums[:, 1])
    assert np.abs(outer.mean(axis=0) - 3.0 * whole).max() < 4.5 * (outer.std(axis=0) / np.sqrt(n)).max()


def test_replicates_do_not_depend_on_how_many_are_drawn_at_once():
    t = np.arange(3.0)
    x = np.column_stack([np.ones(3), t])
    V = x @ x.T + np.eye(3)
    made = []
    for step in (10, 3):
        kinds = Kinds([x, x[:2]], [x, x[:2]], ((0, 1),), np.array([6.0, 4.0]), np.zeros(2), 1.0)
        source = NormalOutcomes(kinds, [[V, V[:2, :2]]], [Counts(10, (0, 1), (0.6, 0.4))], np.random.SeedSequence(3))
        parts = [source.next(min(step, 10 - first)) for first in range(0, 10, step)]
        made.append(np.concatenate([part.squares for part in parts]))
    assert np.array_equal(*made)


def test_errors_of_a_variance_are_those_of_the_analysis_of_variance():
    """One way, balanced: the errors of the variance between groups in closed form (Searle, Casella, McCulloch 1992)."""
    J, n = 30, 5
    x = np.ones((n, 1))
    kinds = Kinds([x], [x], ((0,),), np.array([float(J)]), np.zeros(1), 1.0)
    source = NormalOutcomes(kinds, [[2.0 * x @ x.T + np.eye(n)]], [Counts(J, (0,), (1.0,))], np.random.SeedSequence(1))
    batch = kinds.batch(source.next(20))
    fits = fit_batch(batch)
    for information, df in (("expected", J - 1), ("igls", J)):
        known = uncertain(batch, fits, np.ones((1, 1, 1)), information, on_face=False)
        tau, sigma2 = known.variances.T
        variance = 2.0 / n**2 * ((sigma2 + n * tau) ** 2 / df + sigma2**2 / (J * (n - 1)))
        assert known.covariance[:, 0, 0] == pytest.approx(variance, rel=1e-7)
