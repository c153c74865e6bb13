"""Robust covariance: clubSandwich's values are in ddf/test_against_r.py; here what must hold of any fit."""

from __future__ import annotations

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.results.effects.coefficients import TIDY


def dense_parts(dense):
    """X_i, V_i, y_i of every person and M = cov(beta)."""
    for rows in dense.rows.values():
        X, Z = dense.X[rows], dense.Z[rows]
        yield X, Z @ dense.G @ Z.T + dense.s * np.eye(len(rows)), dense.y[rows] - X @ dense.beta


def power(A, exponent):
    values, vectors = np.linalg.eigh(A)
    there = values > 1e-10 * values[-1]
    return vectors[:, there] * values[there] ** exponent @ vectors[:, there].T


def dense_robust(dense, kind, row):
    """Covariance matrix and Satterthwaite df of one contrast, n by n (Pustejovsky and Tipton 2018, section 2)."""
    M = dense.cov_beta
    meat, u, X, V = np.zeros_like(M), [], [], []
    for Xi, Vi, ei in dense_parts(dense):
        A = np.eye(len(Vi))
        if kind == "CR2":
            C = np.linalg.cholesky(Vi).T
            A = C.T @ power(C @ (Vi - Xi @ M @ Xi.T) @ C.T, -0.5) @ C
        g = Xi.T @ np.linalg.solve(Vi, A @ ei)
        meat += np.outer(g, g)
        u.append(A @ np.linalg.solve(Vi, Xi @ M @ row))
        X.append(Xi)
        V.append(Vi)
    h = np.array([Xi.T @ ui for Xi, ui in zip(X, u, strict=True)])
    P = np.diag([ui @ Vi @ ui for ui, Vi in zip(u, V, strict=True)]) - h @ M @ h.T
    J = len(X)
    return (J / (J - 1) if kind == "CR1" else 1.0) * M @ meat @ M, np.trace(P) ** 2 / (P**2).sum()


@pytest.mark.parametrize("kind", ["CR0", "CR1", "CR2"])
def test_trial_by_dense_formulas(trial_fit, trial_dense, kind):
    from dense_growth import TRIAL_TERMS

    where = [list(trial_fit.terms).index(term) for term in TRIAL_TERMS]
    found = trial_fit.robust(kind).table
    for j, place in enumerate(where):
        covariance, df = dense_robust(trial_dense, kind, np.eye(8)[j])
        assert found["std_error"][place] == pytest.approx(np.sqrt(covariance[j, j]), rel=1e-8)
        assert found["df"][place] == pytest.approx(df, rel=1e-7)


def test_cr2_is_unbiased_under_the_model(trial_fit):
    """Its expectation is the model's own covariance matrix (Bell and McCaffrey 2002)."""
    at = trial_fit.estimates.sandwich("CR2", np.eye(8))
    np.testing.assert_allclose(at.mean, trial_fit.cov_params(), rtol=1e-8, atol=1e-10)


def test_a_balanced_panel_has_the_models_errors(sleep_fit):
    """One schedule and no predictors: beta is the mean of the persons' own lines, CR2 their sample covariance."""
    found = sleep_fit.robust("CR2").table
    np.testing.assert_allclose(found["std_error"], found["model_std_error"], rtol=1e-6)
    np.testing.assert_allclose(found["df"], 17.0, rtol=1e-8)


def test_table_and_text(trial_fit):
    answer = trial_fit.robust(level=0.9)
    assert list(answer.table.columns) == [*TIDY, "model_std_error", "model_df", "model_p_value", "label"]
    np.testing.assert_allclose(answer.table["model_std_error"], trial_fit.bse)
    text = str(answer)
    assert "CR2" in text
    assert "54 patients" in text
    assert "Satterthwaite, observed information" in text
    assert answer.to_dict()["table"][0]["term"] == trial_fit.terms[0]


def test_many_contrasts_are_one_by_one(trial_fit):
    L = np.random.default_rng(0).normal(size=(37, 8))
    together = gc.Robust().df(trial_fit, L)
    np.testing.assert_allclose(together, [gc.Robust().df(trial_fit, row[None])[0] for row in L], rtol=1e-9)


def test_of_no_rows_there_are_no_degrees_of_freedom(trial_fit):
    assert len(gc.Robust().df(trial_fit, np.zeros((0, len(trial_fit.terms))))) == 0


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
def test_more_contrasts_than_persons_have_no_degrees_of_freedom(sleep):
    """18 persons determine no 20 contrasts; what is left out is named in a sentence that has an end."""
    data = sleep.assign(late=sleep["day"] + 0.01 * (sleep.groupby("subject").ngroup() % 2))
    fit = gc.fit("reaction ~ C(late) + (1 | subject)", data[data["day"] < 11])
    row = fit.joint_tests(ddf="robust").table.iloc[0]
    assert row["df_num"] == 19 and np.isnan(row["df_den"]) and "no degrees of freedom are left" in row["note"]
    crossed = gc.fit("reaction ~ C(late) * C(Days // 2) + (1 | subject)", data.assign(Days=data["day"]))
    (note,) = [text for text in crossed.warnings if "linear combinations" in str(text)]
    told = f"({len(crossed.aliased)} of {len(crossed.recipe.terms)} terms)."
    assert len(str(note)) < 300 and str(note).endswith(told)


def test_far_origin(sleep):
    some = sleep.iloc[5:]
    far = some.assign(day=some["day"] + 1e6, reaction=some["reaction"] + 1e9)
    formula = "reaction ~ day + (day | subject)"
    here, there = (gc.fit(formula, data).robust().table.iloc[1] for data in (some, far))
    assert there["std_error"] == pytest.approx(here["std_error"], rel=1e-6)
    assert there["df"] == pytest.approx(here["df"], rel=1e-6)


def test_a_person_who_alone_determines_an_effect(trial):
    """Nothing is left of that person's residuals in one direction; the others still count."""
    one = trial.assign(alone=(trial["patient"] == "p5").astype(float))
    fit = gc.fit("score ~ week + alone + (week | patient)", one)
    found = fit.robust().table.set_index("term")
    assert np.isfinite(found.loc["slope", ["std_error", "df"]].astype(float)).all()
    assert found.loc["slope", "std_error"] > 0
