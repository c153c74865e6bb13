"""Kenward-Roger where V is not linear in its natural parameters, against dense matrices written out in these.

V of variances and correlations is written by hand and differentiated by central differences (step 1e-3 of a second
derivative, which leaves 1e-6 of a term that is 1e-2 of the whole): adjusted covariances agree to 1e-6.
"""

from __future__ import annotations

import numpy as np
import pytest
from dense_kenward_roger import KenwardRoger

import growthcurves as gc
from growthcurves.errors import ModelError

WEEKS = [0, 4, 8, 16]
LAGS = np.abs(np.subtract.outer(range(4), range(4)))


def steps(rho):
    """Correlations that are products of those of neighbours."""
    out = np.eye(4)
    for j in range(4):
        for k in range(j + 1, 4):
            out[j, k] = out[k, j] = np.prod(rho[j:k])
    return out


#: Correlation matrices from the correlations as the fit names them; the first is for one variance.
CORRELATIONS = {
    "ar1": (True, lambda r: r[0] ** LAGS),
    "ad": (True, steps),
    "csh": (False, lambda r: np.where(LAGS == 0, 1.0, r[0])),
    "arh1": (False, lambda r: r[0] ** LAGS),
    "toeph": (False, lambda r: np.array([1.0, *r])[LAGS]),
    "adh": (False, steps),
}


def some():
    data = gc.load_dataset("trial")
    data = data[data.week.isin(WEEKS) & data.patient.isin(data.patient.unique()[:40])].reset_index(drop=True)
    return data[np.arange(len(data)) % 9 != 4].astype({"patient": str, "arm": str})


def matrix_of(structure, psi):
    one, correlations = CORRELATIONS[structure]
    sds = np.full(4, np.sqrt(psi[0])) if one else np.sqrt(psi[:4])
    return np.outer(sds, sds) * correlations(psi[1:] if one else psi[4:])


def derivatives(structure, psi):
    """First and second derivatives of the matrix of all visits in the natural parameters."""
    h = 1e-3 * np.maximum(np.abs(psi), 0.1)
    m, V = len(psi), lambda step: matrix_of(structure, psi + step * h)
    eye = np.eye(m)
    first = [(V(e) - V(-e)) / (2 * h[j]) for j, e in enumerate(eye)]
    second = np.array([
        [(V(eye[j] + eye[k]) - V(eye[j] - eye[k]) - V(eye[k] - eye[j]) + V(-eye[j] - eye[k])) / (4 * h[j] * h[k])
         for k in range(m)] for j in range(m)
    ])  # fmt: skip
    return first, second


@pytest.mark.parametrize("structure", CORRELATIONS)
def test_against_dense_matrices(structure):
    data = some()
    model = gc.GrowthModel("depression", "week", "patient", shape="visits", predictors="arm", random=(),
                           residual=structure)  # fmt: skip
    fit = gc.fit(model, data)
    residual = fit.estimates.point.residual
    pairs = zip(residual.parameters(), residual.values(), strict=True)
    psi = np.array([value**2 if one.kind == "sd" else value for one, value in pairs], dtype=float)
    first, second = derivatives(structure, psi)
    X = np.zeros((len(data), 8))
    place, drug = data.week.map({week: k for k, week in enumerate(WEEKS)}).to_numpy(), data.arm.to_numpy() == "drug"
    X[np.arange(len(data)), 2 * place] = 1.0
    X[np.arange(len(data)), 2 * place + 1] = drug
    people = []
    for rows in data.groupby("patient").indices.values():
        seen = np.ix_(place[rows], place[rows])
        people.append((X[rows], matrix_of(structure, psi)[seen], [one[seen] for one in first], rows))
    dense = KenwardRoger([person[:3] for person in people])
    np.testing.assert_allclose(gc.KenwardRoger(second=False).covariance(fit), dense.covariance(), rtol=1e-5, atol=1e-8)
    bent = np.zeros((8, 8))
    for x, V, _, rows in people:
        half, seen = np.linalg.solve(V, x), np.ix_(place[rows], place[rows])
        bent += half.T @ np.einsum("jk,jkab->ab", dense.W, second)[seen] @ half
    expected = dense.covariance() - dense.Phi @ bent @ dense.Phi / 2.0
    np.testing.assert_allclose(gc.KenwardRoger().covariance(fit), expected, rtol=1e-5, atol=1e-8)
    assert np.abs(bent).max() > 0.0


@pytest.mark.parametrize("structure", ["un", "cs", "toep", "het"])
def test_linear_structures_have_none(structure):
    model = gc.GrowthModel("depression", "week", "patient", shape="visits", random=(), residual=structure)
    fit = gc.fit(model, some())
    both, linear = gc.KenwardRoger(), gc.KenwardRoger(second=False)
    np.testing.assert_array_equal(both.covariance(fit), linear.covariance(fit))


def test_groups_and_random_effects_bend_as_their_residuals_do():
    model = gc.GrowthModel("depression", "week", "patient", random=("intercept",), residual=gc.AR1(by="arm"))
    fit = gc.fit(model, some())
    both, linear = (gc.KenwardRoger(second=second).covariance(fit) for second in (True, False))
    assert np.isfinite(both).all() and np.abs(both / linear - 1.0).max() > 1e-6
    assert "V linearised" in gc.KenwardRoger(second=False).label
    with pytest.raises(ModelError, match="second="):
        gc.KenwardRoger(second="no")
