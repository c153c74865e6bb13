"""The expected information against the matrices of a whole study, written out row by row."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.planning.assumed import assumed
from growthcurves.planning.design import Design

SDS = {"sd_intercept": 2.0, "sd_slope": 0.8, "correlation": -0.3, "sd_residual": 1.5}


def dense(X, V, derivatives):
    """(X'V^-1 X)^-1 and Satterthwaite's df of every column, by the projection of the restricted likelihood."""
    inverse = np.linalg.inv(V)
    Phi = np.linalg.inv(X.T @ inverse @ X)
    P = inverse - inverse @ X @ Phi @ X.T @ inverse
    info = np.array([[np.trace(P @ a @ P @ b) / 2 for b in derivatives] for a in derivatives])
    slopes = np.array([np.diag(Phi @ X.T @ inverse @ one @ inverse @ X @ Phi) for one in derivatives])
    spread = (slopes * np.linalg.solve(info, slopes)).sum(axis=0)
    return Phi, 2 * np.diag(Phi) ** 2 / spread


def inflated(X, V, derivatives):
    """What estimating the variances adds to (X'V^-1 X)^-1 (Kackar and Harville 1984), and A1, A2 of all columns."""
    inverse = np.linalg.inv(V)
    Phi = np.linalg.inv(X.T @ inverse @ X)
    P = inverse - inverse @ X @ Phi @ X.T @ inverse
    W = np.linalg.inv([[np.trace(P @ a @ P @ b) / 2 for b in derivatives] for a in derivatives])
    E = np.array([X.T @ inverse @ one @ inverse @ X for one in derivatives])
    inner, A1, A2 = np.zeros_like(Phi), 0.0, 0.0
    for i, a in enumerate(derivatives):
        for j, b in enumerate(derivatives):
            Q = X.T @ inverse @ a @ inverse @ b @ inverse @ X
            inner += W[i, j] * (Q - E[i] @ Phi @ E[j])
            A1 += W[i, j] * np.trace(E[i] @ Phi) * np.trace(E[j] @ Phi)
            A2 += W[i, j] * np.trace(E[i] @ Phi @ E[j] @ Phi)
    return Phi @ inner @ Phi, A1, A2


def line(times):
    return np.column_stack([np.ones(len(times)), times])


def refuse_other_adjustment(information, X, V, derivatives):
    added, A1, A2 = inflated(X, V, derivatives)
    np.testing.assert_allclose(
        information.inflation, added, rtol=1e-6, atol=1e-12 * np.abs(information.covariance).max()
    )
    np.testing.assert_allclose(information.moments(np.eye(X.shape[1])), (A1, A2), rtol=1e-7)


def blocks(parts):
    size = sum(len(one) for one in parts)
    out, at = np.zeros((size, size)), 0
    for one in parts:
        out[at : at + len(one), at : at + len(one)] = one
        at += len(one)
    return out


def halves(q):
    """Derivatives of a symmetric matrix in its entries."""
    for a in range(q):
        for b in range(a + 1):
            one = np.zeros((q, q))
            one[a, b] = one[b, a] = 1.0
            yield one


G = np.array([[4.0, -0.48], [-0.48, 0.64]])


def test_persons_with_dropout_by_arm():
    lost = {"a": [0, 0, 0.25, 0.5], "b": [0, 0.25, 0.25, 0.25]}
    study = gc.Study(persons=40, times=[0, 1, 2, 4], arms={"a": 0.6, "b": 0.4}, dropout=lost)
    counts = {"a": (0, 6, 6, 12), "b": (4, 0, 0, 12)}
    Z, X = [], []
    for place, arm in enumerate("ab"):
        for visits, count in enumerate(counts[arm], start=1):
            for _ in range(count):
                Z.append(line(np.array([0.0, 1, 2, 4])[:visits]))
                X.append(np.column_stack([Z[-1][:, [0]], Z[-1][:, [0]] * place, Z[-1][:, [1]], Z[-1][:, [1]] * place]))
    V = blocks([z @ G @ z.T + 2.25 * np.eye(len(z)) for z in Z])
    derivatives = [blocks([z @ one @ z.T for z in Z]) for one in halves(2)] + [np.eye(len(V))]
    Phi, df = dense(np.vstack(X), V, derivatives)
    information = Design.of(study, assumed(study, SDS)).information(40)
    np.testing.assert_allclose(information.covariance, Phi, rtol=1e-10)
    np.testing.assert_allclose(information.df(np.eye(4)), df, rtol=1e-8)
    refuse_other_adjustment(information, np.vstack(X), V, derivatives)


@pytest.mark.parametrize("randomised", ["person", "site"])
def test_persons_in_sites_in_regions(randomised):
    study = gc.Study(
        persons=48, times=[0, 1, 3], levels={"site": 4, "region": 2}, randomised=randomised, arms=["a", "b"]
    )
    sites, regions = np.array([[0.5, 0.1], [0.1, 0.2]]), np.array([[0.3]])
    options = SDS | {
        "levels": {
            "site": {"intercept": 0.5**0.5, "slope": 0.2**0.5, "correlation": 0.1 / 0.1**0.5},
            "region": {"slope": 0.3**0.5},
        }
    }
    times, count = np.array([0.0, 1, 3]), 48
    z, site = line(times), np.arange(count) // 4
    arm = np.arange(count) % 2 if randomised == "person" else site % 2
    X = np.vstack([np.column_stack([z[:, [0]], z[:, [0]] * one, z[:, [1]], z[:, [1]] * one]) for one in arm])

    def shared(groups, matrix):
        return np.kron(np.equal.outer(groups, groups), matrix)

    region = site // 2
    V = np.kron(np.eye(count), z @ G @ z.T + 2.25 * np.eye(3)) + shared(site, z @ sites @ z.T)
    V = V + shared(region, z[:, [1]] @ regions @ z[:, [1]].T)
    derivatives = [np.kron(np.eye(count), z @ one @ z.T) for one in halves(2)]
    derivatives += [shared(site, z @ one @ z.T) for one in halves(2)]
    derivatives += [shared(region, z[:, [1]] @ z[:, [1]].T), np.eye(len(V))]
    Phi, df = dense(X, V, derivatives)
    information = Design.of(study, assumed(study, options)).information(48)
    np.testing.assert_allclose(information.covariance, Phi, rtol=1e-9)
    np.testing.assert_allclose(information.df(np.eye(4)), df, rtol=1e-7)
    refuse_other_adjustment(information, X, V, derivatives)


def test_whole_sites_of_unequal_size():
    study = gc.Study(persons=60, times=[0, 1, 3], levels={"site": [2, 5, 8]}, randomised="site", arms=["a", "b"])
    options = SDS | {"levels": {"site": {"slope": 0.2**0.5}}}
    z = line(np.array([0.0, 1, 3]))
    site = np.repeat(np.arange(12), [2, 5, 8] * 4)
    arm = (site >= 6).astype(float)
    X = np.vstack([np.column_stack([z[:, [0]], z[:, [0]] * one, z[:, [1]], z[:, [1]] * one]) for one in arm])
    shared = np.kron(np.equal.outer(site, site), z[:, [1]] @ z[:, [1]].T)
    V = np.kron(np.eye(60), z @ G @ z.T + 2.25 * np.eye(3)) + 0.2 * shared
    derivatives = [np.kron(np.eye(60), z @ one @ z.T) for one in halves(2)] + [shared, np.eye(180)]
    Phi, df = dense(X, V, derivatives)
    information = Design.of(study, assumed(study, options)).information(60)
    np.testing.assert_allclose(information.covariance, Phi, rtol=1e-9)
    np.testing.assert_allclose(information.df(np.eye(4)), df, rtol=1e-7)
    refuse_other_adjustment(information, X, V, derivatives)


def test_unstructured_visits_with_dropout():
    study = gc.Study(persons=60, times=[0, 1, 2], arms=["a", "b"], dropout=[0, 0.2, 0.4])
    V1 = np.array([[4.0, 2, 1], [2, 5, 3], [1, 3, 6]])
    parts, X = [], []
    for arm in (0, 1):
        for visits, count in ((1, 6), (2, 6), (3, 18)):
            for _ in range(count):
                parts.append(visits)
                mean = np.eye(3)[:visits]
                X.append(np.column_stack([column for k in range(3) for column in (mean[:, k], mean[:, k] * arm)]))
    V = blocks([V1[:k, :k] for k in parts])
    derivatives = [blocks([one[:k, :k] for k in parts]) for one in halves(3)]
    Phi, df = dense(np.vstack(X), V, derivatives)
    information = Design.of(study, assumed(study, {"shape": "visits", "covariance": V1})).information(60)
    np.testing.assert_allclose(information.covariance, Phi, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(information.df(np.eye(6)), df, rtol=1e-7)
    refuse_other_adjustment(information, np.vstack(X), V, derivatives)


def test_balanced_studies_have_the_df_of_a_t_test():
    for persons in (20, 60):
        plan = gc.power(gc.Study(persons=persons, times=[0, 1, 2]), effect=1, **SDS)
        assert plan.df == pytest.approx(persons - 2, rel=1e-8)
    plan = gc.power(gc.Study(persons=50, times=[0, 1, 2]), effect=1, shape="visits", sd=3, correlation=0.5, at=2)
    assert plan.df == pytest.approx(48, rel=1e-8)


def test_a_plan_agrees_with_a_fit_of_such_a_study():
    """The covariance of the fixed effects of a fit is the planned one at the estimates, whatever the outcomes are."""
    rng = np.random.default_rng(3)
    own = rng.normal(size=(30, 2)) * [2.0, 1.0]
    rows = [(i, t, "ab"[i % 2], own[i, 0] + t * own[i, 1] + rng.normal()) for i in range(30) for t in (0, 1, 2, 5)]
    data = pd.DataFrame(rows, columns=["id", "t", "arm", "y"])
    model = gc.GrowthModel("y", "t", "id", predictors="arm", reference={"arm": "a"})
    fit = gc.fit(model, data)
    plan = gc.power(gc.Study(persons=30, times=[0, 1, 2, 5], arms=["a", "b"]), effect=1, fit=fit, n=0)
    assert plan.std_error == pytest.approx(fit.bse["slope:arm[b]"], rel=1e-6)
    assert plan.df == pytest.approx(
        fit.fixed_effects(ddf=gc.Satterthwaite(information="expected"))["df"].iloc[3], rel=1e-5
    )


def test_kenward_and_rogers_adjustment_is_that_of_a_fit():
    """Theirs adds twice what estimating the variances does, as the estimate of the covariance is too small by it."""
    data = gc.load_dataset("sleepstudy").iloc[5:]  # one person lacks the first five days
    fit = gc.fit("reaction ~ day + (day | subject)", data)
    study = gc.Study(persons=18, times=[list(range(10)), list(range(5, 10))], arms=None)
    design = Design.of(study, assumed(study, {"fit": fit}))
    shares = zip(design.persons.kinds, (17 / 18, 1 / 18), strict=True)
    kinds = tuple(kind._replace(share=share) for kind, share in shares)
    design = replace(design, persons=replace(design.persons, kinds=kinds))
    information, method = design.information(18), gc.KenwardRoger()
    twice = information.covariance + 2 * information.inflation
    np.testing.assert_allclose(twice, method.covariance(fit), rtol=1e-6)
    lost = gc.Study(persons=20, times=[0, 1, 2, 3], dropout=0.5)
    adjusted, plain = (gc.power(lost, effect=1, ddf=ddf, **SDS) for ddf in ("kenward-roger", "satterthwaite"))
    assert adjusted.std_error > 1.01 * plain.std_error and adjusted.df == plain.df and adjusted.power < plain.power


def test_where_time_is_zero_and_how_small_residuals_are_do_not_matter():
    """A balanced study of two arms has N - 2 degrees of freedom for its rates, whatever it is measured in."""
    data = gc.load_dataset("sleepstudy")
    moved = data.assign(day=data["day"] + 2000)
    plans = [
        gc.power(gc.Study(persons=8, times=range(first, first + 10)), 25, fit=fit, n=0)
        for first, fit in (
            (0, gc.fit("reaction ~ day + (day | subject)", data)),
            (2000, gc.fit("reaction ~ day + (day | subject)", moved)),
        )
    ]
    assert [plan.df for plan in plans] == pytest.approx([6, 6], rel=1e-7)
    assert plans[0].power == pytest.approx(plans[1].power, rel=1e-6)
    model = gc.GrowthModel("outcome", "time", "person", origin=0, predictors="arm")
    far = {"model": model, "sd_intercept": 2000, "sd_slope": 1, "correlation": -0.9999995, "sd_residual": 1.5}
    plan = gc.power(gc.Study(persons=100, times=[2000, 2001, 2002, 2003]), 0.5, **far)
    assert plan.df == pytest.approx(98, rel=1e-6)
    assert plan.std_error == pytest.approx((4 / 100 * (1 + 1.5**2 / 5)) ** 0.5, rel=1e-6)
    for sd in (1e-3, 1e-7, 1e-9, 1e-11):
        plan = gc.power(gc.Study(persons=100, times=range(5)), 0.5, sd_intercept=1, sd_slope=1, sd_residual=sd)
        assert plan.df == pytest.approx(98, rel=1e-6)
        assert plan.std_error == pytest.approx((4 / 100 * (1 + sd**2 / 10)) ** 0.5, rel=1e-7)
