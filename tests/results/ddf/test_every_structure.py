"""Every structure's likelihood and Kenward-Roger against dense matrices written out in its natural parameters.

Persons miss visits. V is written by hand and differentiated by central differences (step 1e-3 of a second derivative,
which leaves 1e-6 of a term that is 1e-2 of the whole): adjusted covariances agree to 1e-5, -2 log restricted
likelihoods to 1e-9, and none of the dense likelihood's slopes is above 1e-3 standard errors of its parameter from zero.
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


TIMES = np.array(WEEKS, dtype=float)
APART = np.abs(np.subtract.outer(TIMES, TIMES))
PLACES = [(j, k) for j in range(4) for k in range(j)]


def scaled(count, correlations):
    """Variances, one or one for each visit, then what makes the correlations."""
    def matrix(psi):
        sds = np.sqrt(np.broadcast_to(psi[:count], 4))
        return np.outer(sds, sds) * correlations(psi[count:])
    return matrix


def symmetric(psi):
    """Correlations of pairs of visits, in the order of the rows of the lower triangle."""
    out = np.eye(4)
    for value, (j, k) in zip(psi, PLACES, strict=True):
        out[j, k] = out[k, j] = value
    return out


#: V of all visits from variances and what else a structure has, named as the fit names it.
MATRICES = {
    "het": scaled(4, lambda r: np.eye(4)),
    "cs": scaled(1, lambda r: np.where(LAGS == 0, 1.0, r[0])),
    "csh": scaled(4, lambda r: np.where(LAGS == 0, 1.0, r[0])),
    "ar1": scaled(1, lambda r: r[0] ** LAGS),
    "arh1": scaled(4, lambda r: r[0] ** LAGS),
    "arma11": scaled(1, lambda r: np.where(LAGS == 0, 1.0, r[0] * r[1] ** np.maximum(LAGS - 1, 0))),
    "toep": scaled(1, lambda r: np.array([1.0, *r])[LAGS]),
    "toeph": scaled(4, lambda r: np.array([1.0, *r])[LAGS]),
    "ad": scaled(1, steps),
    "adh": scaled(4, steps),
    "un": scaled(4, symmetric),
    "car1": scaled(1, lambda r: r[0] ** APART),
    "exp": scaled(1, lambda r: np.exp(-APART / r[0])),
    "gau": scaled(1, lambda r: np.exp(-((APART / r[0]) ** 2))),
    "exp-variance": scaled(1, lambda r: np.diag(np.exp(2 * r[0] * TIMES))),
    "power-variance": scaled(1, lambda r: np.diag((TIMES + 1.0) ** (2 * r[0]))),
}
#: Those that are linear in variances and covariances: Kenward-Roger is that of covariances, whichever their names.
LINEAR = {"het", "cs", "toep", "un"}
VALUES = {"power-variance": gc.PowerVariance("above")}


def some():
    data = gc.load_dataset("trial")
    data = data[data.week.isin(WEEKS) & data.patient.isin(data.patient.unique()[:40])].reset_index(drop=True)
    data = data[np.arange(len(data)) % 9 != 4].astype({"patient": str, "arm": str})
    return data.assign(above=data.week + 1.0)


def fitted(structure, **options):
    model = gc.GrowthModel("depression", "week", "patient", shape="visits", predictors="arm", random=(),
                           residual=VALUES.get(structure, structure))  # fmt: skip
    return gc.fit(model, some(), **options)


def parameters(fit):
    """Natural parameters with variances in the place of SDs, in the order of `MATRICES`."""
    residual = fit.estimates.point.residual
    found = {one.name: (one.kind, value) for one, value in zip(residual.parameters(), residual.values(), strict=True)}
    order = sorted(found, key=lambda name: found[name][0] != "sd")
    if "gamma" in found:
        order = ["sd:residual", "gamma", "ar1"]
    pairs = [f"cor:residual[{WEEKS[k]},{WEEKS[j]}]" for j, k in PLACES]
    if set(pairs) <= set(order):
        order = [name for name in order if name not in pairs] + pairs
    return np.array([found[name][1] ** (2 if found[name][0] == "sd" else 1) for name in order], dtype=float)


def derivatives(matrix, psi):
    """First and second derivatives of the matrix of all visits in the natural parameters."""
    h = 1e-3 * np.maximum(np.abs(psi), 0.1)
    m, V = len(psi), lambda step: matrix(psi + step * h)
    eye = np.eye(m)
    first = [(V(e) - V(-e)) / (2 * h[j]) for j, e in enumerate(eye)]
    second = np.array([
        [(V(eye[j] + eye[k]) - V(eye[j] - eye[k]) - V(eye[k] - eye[j]) + V(-eye[j] - eye[k])) / (4 * h[j] * h[k])
         for k in range(m)] for j in range(m)
    ])  # fmt: skip
    return first, second


def linear(V):
    """V itself in its different entries: variances and covariances, each with its derivative."""
    return [value == V for value in np.unique(V[V != 0.0])]


def persons():
    """X of each person, and which of the visits it has."""
    data = some()
    X = np.zeros((len(data), 8))
    place, drug = data.week.map({week: k for k, week in enumerate(WEEKS)}).to_numpy(), data.arm.to_numpy() == "drug"
    X[np.arange(len(data)), 2 * place] = 1.0
    X[np.arange(len(data)), 2 * place + 1] = drug
    y = data.depression.to_numpy()
    return [(X[rows], y[rows], place[rows]) for rows in data.groupby("patient").indices.values()]


def criterion(V):
    """-2 log restricted likelihood with V of all visits (Harville 1974)."""
    A, b, logdet, square, n = np.zeros((8, 8)), np.zeros(8), 0.0, 0.0, 0
    for X, y, place in persons():
        own = V[np.ix_(place, place)]
        half, right = np.linalg.solve(own, X), np.linalg.solve(own, y)
        A, b, square = A + X.T @ half, b + X.T @ right, square + y @ right
        logdet, n = logdet + np.linalg.slogdet(own)[1], n + len(y)
    return (n - 8) * np.log(2 * np.pi) + logdet + np.linalg.slogdet(A)[1] + square - b @ np.linalg.solve(A, b)


@pytest.mark.parametrize("structure", MATRICES)
def test_likelihood(structure):
    """The criterion is the textbook's, and its slopes in the natural parameters are nothing beside its curvature."""
    fit, matrix = fitted(structure), MATRICES[structure]
    psi = parameters(fit)
    assert fit.deviance == pytest.approx(criterion(matrix(psi)), rel=1e-9)
    for j, e in enumerate(np.eye(len(psi))):
        h = 1e-4 * max(abs(psi[j]), 0.1)
        below, at, above = (criterion(matrix(psi + step * h * e)) for step in (-1.0, 0.0, 1.0))
        slope, curvature = (above - below) / (2 * h), (above - 2 * at + below) / h**2
        assert curvature > 0 and abs(slope) <= 1e-3 * np.sqrt(2 * curvature)


@pytest.mark.parametrize("structure", MATRICES)
def test_against_dense_matrices(structure):
    fit, matrix = fitted(structure), MATRICES[structure]
    psi = parameters(fit)
    whole = matrix(psi)
    first, second = (linear(np.round(whole, 12)), None) if structure in LINEAR else derivatives(matrix, psi)
    people = [(X, np.ix_(place, place)) for X, _, place in persons()]
    dense = KenwardRoger([(X, whole[seen], [one[seen].astype(float) for one in first]) for X, seen in people])
    np.testing.assert_allclose(gc.KenwardRoger(second=False).covariance(fit), dense.covariance(), rtol=1e-5, atol=1e-8)
    if second is None:
        return
    bent = np.zeros((8, 8))
    for X, seen in people:
        half = np.linalg.solve(whole[seen], X)
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
