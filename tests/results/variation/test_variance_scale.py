"""Variances and covariances in rows of their own, by observed and expected information, against dense formulas.

Observed: the inverse of half the Hessian of the dense -2 log likelihood in (G, sigma^2), by central differences of step
1e-3 relative (error of order 1e-6); expected: tr(P V_k P V_l) / 2 by REML and tr(V^-1 V_k V^-1 V_l) / 2 by ML
(McCulloch, Searle and Neuhaus 2008, section 6.4). Tolerance 1e-4 relative for both.
"""

import numpy as np
import pytest
from reference_values import table

import growthcurves as gc

NAMES = ["var:intercept", "var:slope", "cov:intercept,slope", "var:residual"]
Z90 = 1.6448536269514722


class Dense:
    """V and its derivatives in the variances, for sleepstudy with rows left out."""

    def __init__(self):
        self.data = table("sleepstudy_unbalanced.csv")
        day, self.y = self.data["day"].to_numpy(float), self.data["reaction"].to_numpy(float)
        self.X = np.column_stack([np.ones(day.size), day])
        same = self.data["subject"].to_numpy()[:, None] == self.data["subject"].to_numpy()
        one = np.ones_like(day)
        self.parts = [same * np.outer(one, one), same * np.outer(day, day),
                      same * (np.outer(one, day) + np.outer(day, one)), np.eye(day.size)]  # fmt: skip

    def V(self, theta):
        return sum(value * part for value, part in zip(theta, self.parts, strict=True))

    def deviance(self, theta, reml):
        V = self.V(theta)
        W = np.linalg.inv(V)
        A = self.X.T @ W @ self.X
        r = self.y - self.X @ np.linalg.solve(A, self.X.T @ W @ self.y)
        return np.linalg.slogdet(V)[1] + r @ W @ r + (np.linalg.slogdet(A)[1] if reml else 0.0)

    def observed(self, theta, reml):
        steps, H = 1e-3 * np.abs(theta), np.empty((4, 4))
        for a in range(4):
            for b in range(4):
                ea, eb = np.eye(4)[a] * steps, np.eye(4)[b] * steps
                d = [self.deviance(theta + s * ea + t * eb, reml) for s, t in ((1, 1), (1, -1), (-1, 1), (-1, -1))]
                H[a, b] = (d[0] - d[1] - d[2] + d[3]) / (4 * steps[a] * steps[b])
        return np.sqrt(np.diag(2 * np.linalg.inv(H)))

    def expected(self, theta, reml):
        W = np.linalg.inv(self.V(theta))
        P = W - W @ self.X @ np.linalg.solve(self.X.T @ W @ self.X, self.X.T @ W) if reml else W
        moved = [P @ part for part in self.parts]
        return np.sqrt(np.diag(2 * np.linalg.inv([[np.sum(a * b.T) for b in moved] for a in moved])))


DENSE = Dense()


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("information", ["observed", "expected"])
def test_standard_errors(method, information):
    fit = gc.fit("reaction ~ day + (day | subject)", DENSE.data, method)
    found = fit.variance_components("wald", scale="variance", information=information)
    assert found["term"].tolist() == NAMES
    G = fit.cov_re.to_numpy()
    theta = np.array([G[0, 0], G[1, 1], G[0, 1], fit.scale])
    np.testing.assert_allclose(found["estimate"], theta, rtol=1e-9)
    errors = getattr(DENSE, information)(theta, method == "reml")
    np.testing.assert_allclose(found["std_error"], errors, rtol=1e-4)


def test_wald_intervals():
    """Of variances on the log scale, of covariances symmetric."""
    fit = gc.fit("reaction ~ day + (day | subject)", DENSE.data)
    found = fit.variance_components("wald", level=0.9, scale="variance").set_index("term")
    value, error = found["estimate"], found["std_error"]
    half = Z90 * error["cov:intercept,slope"]
    ends = found.loc["cov:intercept,slope", ["conf_low", "conf_high"]].tolist()
    assert ends == pytest.approx([value["cov:intercept,slope"] - half, value["cov:intercept,slope"] + half], rel=1e-6)
    for name in ("var:intercept", "var:residual"):
        factor = np.exp(Z90 * error[name] / value[name])
        ends = found.loc[name, ["conf_low", "conf_high"]].tolist()
        assert ends == pytest.approx([value[name] / factor, value[name] * factor], rel=1e-6)


def test_profiles_are_those_of_sds_squared():
    fit = gc.fit("reaction ~ day + (day | subject)", DENSE.data)
    sds, squared = fit.variance_components(), fit.variance_components(scale="variance")
    places = [0, 1, 3]
    for end in ("conf_low", "conf_high"):
        np.testing.assert_allclose(squared[end].iloc[places], sds[end].iloc[places] ** 2, rtol=1e-9)
    low, high = squared.loc[2, ["conf_low", "conf_high"]]
    assert low < squared.loc[2, "estimate"] < high


def test_methods_and_their_names():
    fit = gc.fit("reaction ~ day + (day | subject)", DENSE.data)
    named = fit.variance_components(gc.Wald(information="expected"))
    asked = fit.variance_components("wald", information="expected")
    assert named["std_error"].tolist() == asked["std_error"].tolist()
    assert "expected information" in asked.attrs["intervals"]
    with pytest.raises(gc.errors.ModelError, match="information"):
        fit.variance_components(information="fisher")
    with pytest.raises(gc.errors.ModelError, match="scale"):
        fit.variance_components(scale="covariance")


def test_on_the_boundary():
    fit = gc.fit("y ~ time + (time | id)", table("panel_singular_plus.csv"))
    found = fit.variance_components("wald", scale="variance").set_index("term")
    assert found.loc["cov:intercept,slope", ["std_error", "conf_low", "conf_high"]].isna().all()
    assert "boundary" in found.attrs["notes"]["cov:intercept,slope"]
