"""Kenward-Roger and expected information against textbook formulas with dense matrices (Kenward and Roger 1997).

P, Q, W are written out per person from V_i and its derivatives V_r; P and Q also by differences of X'V^-1X.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from dense_growth import TRIAL_TERMS
from dense_kenward_roger import KenwardRoger
from reference_values import cases, table

import growthcurves as gc
from growthcurves.results.effects.coefficients import joint_test


def persons_of(dense):
    """V and its derivatives in the entries of G and in s."""
    free = []
    for a, b in np.argwhere(np.tril(np.ones_like(dense.G))):
        E = np.zeros_like(dense.G)
        E[a, b] = E[b, a] = 1.0
        free.append(E)
    out = []
    for rows in dense.rows.values():
        X, Z, eye = dense.X[rows], dense.Z[rows], np.eye(len(rows))
        out.append((X, Z @ dense.G @ Z.T + dense.s * eye, [*(Z @ E @ Z.T for E in free), eye]))
    return out


def places(fit):
    return [list(fit.terms).index(term) for term in TRIAL_TERMS]


@pytest.fixture(scope="module")
def trial_expected(trial_dense):
    return KenwardRoger(persons_of(trial_dense))


@pytest.mark.parametrize("information", ["expected", "observed"])
def test_trial(trial_fit, trial_dense, trial_expected, trial_information, information):
    dense = trial_expected
    if information == "observed":
        dense = KenwardRoger(persons_of(trial_dense), trial_information)
    where = places(trial_fit)
    found = gc.KenwardRoger(information=information).covariance(trial_fit)[np.ix_(where, where)]
    rtol = 1e-8 if information == "expected" else 1e-5  # the dense observed information is made of differences
    np.testing.assert_allclose(np.diag(found), np.diag(dense.covariance()), rtol=rtol)
    for rows in ([1, 2], [4, 5, 6, 7], [5, 6], [1, 2, 3, 5, 6, 7]):
        L = np.eye(8)[rows]
        statistic, df = dense.test(L, trial_dense.beta)
        ours = joint_test(trial_fit, np.eye(8)[np.array(where)[rows]], ddf=gc.KenwardRoger(information=information))
        assert ours.statistic == pytest.approx(statistic, rel=rtol)
        assert ours.df_den == pytest.approx(df, rel=10 * rtol)


def test_p_and_q_are_the_derivatives_of_the_precision(trial_dense, trial_expected):
    """P_r = dA/dr and Q_rs + Q_sr = d2A/drds for A = X'V^-1X, V being linear."""

    def precision(x):
        return trial_dense.sums(*trial_dense.matrices(x))[0]

    at, h = trial_dense.parameters, trial_dense.steps
    P = trial_dense.gradient(precision, at, h)
    np.testing.assert_allclose(P, trial_expected.P, rtol=1e-6, atol=1e-8 * np.abs(P).max())
    Q = trial_dense.gradient(lambda x: trial_dense.gradient(precision, x, h), at, h)
    both = trial_expected.Q + trial_expected.Q.swapaxes(0, 1)
    np.testing.assert_allclose(Q, both, atol=1e-5 * np.abs(both).max())


def test_expected_information_by_ml(trial, trial_model):
    from dense_growth import trial_formulas

    fit = gc.fit(trial_model, trial, method="ml")
    dense = trial_formulas(trial, fit)
    formulas = KenwardRoger(persons_of(dense), reml=False)
    found = fit.fixed_effects(ddf=gc.Satterthwaite(information="expected")).set_index("term").loc[TRIAL_TERMS, "df"]
    expected = [2 / formulas.traces(row[None])[0] for row in np.eye(8)]
    np.testing.assert_allclose(found, expected, rtol=1e-8)


def test_where_g_and_sigma_cannot_be_told_apart():
    """Two occasions per person: V is identified, and Kenward-Roger in its three entries is the answer."""
    data = table("sleepstudy_two_occasions.csv")
    data["group"] = data["subject"] % 5
    with pytest.warns(gc.errors.IdentificationWarning):
        fit = gc.fit("reaction ~ day + group + (day | subject)", data)
    assert not fit.certificate.identified
    order = data.sort_values(["subject", "day"])
    days = order["day"].to_numpy()[:2]
    Z = np.column_stack([np.ones(2), days])
    V = Z @ fit.estimates.G @ Z.T + fit.estimates.solution.sigma2 * np.eye(2)
    E = [np.diag([1.0, 0.0]), np.diag([0.0, 1.0]), np.array([[0.0, 1.0], [1.0, 0.0]])]
    place = [("intercept", "slope", "intercept:group").index(term) for term in fit.terms]
    groups = order["group"].to_numpy()[::2]
    dense = KenwardRoger([(np.column_stack([Z, [g, g]])[:, place], V, E) for g in groups])
    found = gc.KenwardRoger().covariance(fit)
    assert not np.allclose(found, fit.estimates.cov_beta, rtol=1e-4)
    np.testing.assert_allclose(found, dense.covariance(), rtol=1e-6, atol=1e-9)
    df = fit.fixed_effects(ddf="kenward-roger")["df"]
    np.testing.assert_allclose(df, [2 / dense.traces(row[None])[0] for row in np.eye(3)], rtol=1e-6)


@pytest.mark.parametrize("name", ["singular_plus", "singular_minus"])
def test_on_the_face_of_rank_one(name):
    """G = t t': V linearised in (t, s), as the parameters of the active face."""
    data = table(f"panel_{name}.csv")
    fit = gc.fit(cases("panels")[f"{name}_reml"]["formula"], data)
    assert fit.certificate.singular
    values, vectors = np.linalg.eigh(fit.estimates.G)
    t = vectors[:, -1] * np.sqrt(values[-1])
    people = []
    for _, rows in data.groupby(data.columns[0]):
        Z = np.column_stack([np.ones(len(rows)), rows["time"]])
        n = len(rows)
        V = Z @ np.outer(t, t) @ Z.T + fit.scale * np.eye(n)
        slopes = [Z @ (np.outer(e, t) + np.outer(t, e)) @ Z.T for e in np.eye(2)] + [np.eye(n)]
        people.append((Z, V, slopes))
    dense = KenwardRoger(people)
    np.testing.assert_allclose(gc.KenwardRoger().covariance(fit), dense.covariance(), rtol=1e-6)
    df = fit.fixed_effects(ddf="kenward-roger")["df"]
    np.testing.assert_allclose(df, [2 / dense.traces(row[None])[0] for row in np.eye(2)], rtol=1e-6)


def test_origin_and_units_do_not_matter(sleep):
    """The rate's error and df at day + 1e6 in units of 1e-6: what cancels must not reach the answer."""
    some = sleep.iloc[5:]
    far = some.assign(day=(some["day"] + 1e6) * 1e3, reaction=some["reaction"] * 1e6 + 1e9)
    here = gc.fit("reaction ~ day + (day | subject)", some).fixed_effects(ddf="kenward-roger").iloc[1]
    there = gc.fit("reaction ~ day + (day | subject)", far).fixed_effects(ddf="kenward-roger").iloc[1]
    assert there["std_error"] == pytest.approx(here["std_error"] * 1e3, rel=1e-6)
    assert there["df"] == pytest.approx(here["df"], rel=1e-6)


def test_own_times_and_shared_schedules_agree(sleep):
    """Persons one by one and persons by schedule: the same data, read either way."""
    some = sleep.iloc[5:]
    shared = gc.fit("reaction ~ day + (day | subject)", some)
    apart = some.assign(day=some["day"] + pd.factorize(some["subject"])[0] * 1e-9)
    own = gc.fit("reaction ~ day + (day | subject)", apart)
    assert own.sums.moments.own is not None
    for ddf in ("kenward-roger", gc.KenwardRoger(information="observed"), gc.Robust("CR2")):
        left, right = shared.fixed_effects(ddf=ddf), own.fixed_effects(ddf=ddf)
        np.testing.assert_allclose(right[["std_error", "df"]], left[["std_error", "df"]], rtol=1e-6)
