"""Rehearsals of residual structures and of families: likelihoods and structures that the package does not have.

AR(1) residuals against the restricted likelihood written out (its optimum, and the roots of its profile); yes/no
outcomes by quadrature on a grid against Monte Carlo, and the delta method written out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from dense import Dense, YesNo
from reference_values import FOLDER

import growthcurves as gc
from growthcurves.contracts.parameters import Parameter
from growthcurves.errors import NotEstimableError
from growthcurves.estimate import estimate, panel_for
from growthcurves.fit import GrowthFit

pytestmark = pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")


@dataclass(frozen=True)
class AR1:
    """Correlation rho to the power of the time between; rho from -1 to 1 as tanh of a working coordinate."""

    scale: float = 1.0
    rho: float = 0.2
    name = "my-ar1"
    words = "e ~ N(0, sigma^2 AR(1))"

    def parameters(self):
        return (
            Parameter("sd:residual", "residual", "sd", 0.0, float("inf")),
            Parameter("ar1", "residual", "correlation", -1.0, 1.0),
        )

    def values(self):
        return np.sqrt(self.scale), self.rho

    @property
    def working(self):
        return np.array([np.arctanh(self.rho)])

    def moved(self, scale, working):
        return AR1(scale, float(np.tanh(working[0])))

    def matrix(self, rows, columns=None):
        apart = np.abs(np.subtract.outer(rows.time, (rows if columns is None else columns).time))
        return self.scale * np.sign(self.rho) ** apart * np.abs(self.rho) ** apart

    def variance(self, at=None):
        return self.scale if at is None else np.full(len(at.time), self.scale)


def correlated(persons=25):
    """Random intercepts and AR(1) residuals of .5, visits missed."""
    rng = np.random.default_rng(2)
    rows = []
    for i in range(persons):
        e, u = rng.normal(0.0, 2.0), rng.normal(0.0, 1.5)
        for t in range(7):
            if rng.random() > 0.12:
                rows.append((i, float(t), 10.0 + u + 0.8 * t + e))
            e = 0.5 * e + np.sqrt(1.0 - 0.25) * rng.normal(0.0, 2.0)
    return pd.DataFrame(rows, columns=["id", "t", "y"])


MODEL = gc.GrowthModel(outcome="y", time="t", id="id", random=("intercept",), residual=AR1())


@pytest.fixture(scope="module")
def ar1_data():
    return correlated()


@pytest.fixture(scope="module")
def ar1(ar1_data):
    return estimate(MODEL, panel_for(MODEL, ar1_data), "reml", GrowthFit, likelihood=Dense)


def dense_deviance(data, beta_of, sd, sigma, rho):
    """-2 log restricted likelihood of random intercepts with AR(1), from the formula."""
    A, b, c, logs, n = np.zeros((2, 2)), np.zeros(2), 0.0, 0.0, len(data)
    for _, own in data.groupby("id"):
        t, y = own["t"].to_numpy(), own["y"].to_numpy()
        V = sd**2 + sigma**2 * rho ** np.abs(np.subtract.outer(t, t))
        X = np.column_stack([np.ones_like(t), t])
        A += X.T @ np.linalg.solve(V, X)
        b += X.T @ np.linalg.solve(V, y)
        c += y @ np.linalg.solve(V, y)
        logs += np.linalg.slogdet(V)[1]
    beta = np.linalg.solve(A, b)
    return (n - 2) * np.log(2 * np.pi) + logs + np.linalg.slogdet(A)[1] + c - b @ beta


def test_ar1_is_at_its_optimum(ar1, ar1_data):
    sd, sigma, rho = ar1.variance_components(method="wald")["estimate"]
    here = dense_deviance(ar1_data, None, sd, sigma, rho)
    assert ar1.deviance == pytest.approx(here, abs=1e-8) and ar1.certificate.converged
    for move in ((0.01, 0, 0), (-0.01, 0, 0), (0, 0.01, 0), (0, -0.01, 0), (0, 0, 0.005), (0, 0, -0.005)):
        assert dense_deviance(ar1_data, None, *np.add((sd, sigma, rho), move)) > here


def test_ar1_by_the_package_s_own_rows_is_the_same(ar1, ar1_data):
    own = gc.fit(MODEL, ar1_data)
    assert own.deviance == pytest.approx(ar1.deviance, abs=1e-7)
    assert str(own) == str(ar1)


def test_a_profile_of_the_structure_s_own_parameter(ar1, ar1_data):
    """`named()` gives a quantity whose ends come from the parameter; its ends are roots of the dense profile."""
    from scipy.optimize import minimize
    from scipy.stats import chi2

    table = ar1.variance_components().set_index("term")
    assert list(table.index) == ["sd:intercept", "sd:residual", "ar1"]

    def profile(rho):
        def free(w):
            return dense_deviance(ar1_data, None, np.exp(w[0]), np.exp(w[1]), rho)

        start = np.log(table["estimate"].iloc[:2])
        return minimize(free, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-10}).fun

    for end in table.loc["ar1", ["conf_low", "conf_high"]]:
        assert profile(end) - ar1.deviance == pytest.approx(chi2.ppf(0.95, 1), abs=1e-3)


def test_ar1_answers(undrawn, ar1, ar1_data, tmp_path):
    text = str(ar1)
    assert "sigma^2 AR(1)" in text and "ar1" in text
    fixed = ar1.fixed_effects(ddf="kenward-roger")
    assert np.isfinite(fixed["df"]).all() and (fixed["std_error"] > 0).all()
    found = ar1.predict(ar1_data.head(3), people="average", interval="prediction")
    sd, sigma, _ = ar1.variance_components(method="wald")["estimate"]
    mean = ar1.predict(ar1_data.head(3), people="average", interval="confidence")["std_error"]
    np.testing.assert_allclose(found["std_error"] ** 2 - mean**2, sd**2 + sigma**2, rtol=1e-6)
    ar1.report(tmp_path / "ar1.html")
    assert "Residuals: ar1" in (tmp_path / "ar1.html").read_text(encoding="utf-8")


RANDOM = {"none": (), "intercept": ("intercept",), "diagonal": gc.Diagonal("intercept", "slope")}


@pytest.mark.parametrize("name", RANDOM)
def test_ar1_against_nlme(name):
    """gls and lme on sleepstudy (make_ar1.R): deviance 1e-6, correlation 1e-4; the same when time is calendar years."""
    wanted = json.loads((FOLDER / "ar1.json").read_text(encoding="utf-8"))[name]
    data = gc.load_dataset("sleepstudy")
    model = gc.GrowthModel("reaction", "day", "subject", random=RANDOM[name], residual=AR1())
    fit = gc.fit(model, data)
    assert fit.deviance == pytest.approx(wanted["deviance"], abs=1e-6)
    rho = fit.variance_components(method="wald").set_index("term").loc["ar1", "estimate"]
    assert rho == pytest.approx(wanted["ar1"], abs=1e-4)
    if name != "diagonal":  # whose model depends on the origin
        assert gc.fit(model, data.assign(day=data["day"] + 2000.0)).deviance == pytest.approx(fit.deviance, abs=1e-6)


# ------------------------------------------------------------------ yes or no


def answers(persons=120):
    rng = np.random.default_rng(8)
    i, t = np.repeat(np.arange(persons), 5), np.tile(np.arange(5.0), persons)
    eta = -0.5 + 0.5 * t + rng.normal(0.0, 1.2, persons)[i]
    return pd.DataFrame({"id": i, "t": t, "y": (rng.random(len(i)) < 1 / (1 + np.exp(-eta))).astype(float)})


@pytest.fixture(scope="module")
def yes_no():
    model = gc.GrowthModel(outcome="y", time="t", id="id", random=("intercept",))
    return estimate(model, panel_for(model, answers()), "ml", GrowthFit, likelihood=YesNo)


def test_yes_no_summary_has_no_residual(yes_no):
    text = str(yes_no)
    assert "logit P(y = 1) = intercept_i" in text
    assert "residual" not in text.replace("residual=", "") and " + e\n" not in text
    assert yes_no.parameter_count == 3
    assert list(yes_no.variance_components(method="wald")["term"]) == ["sd:intercept"]


def test_yes_no_means_are_averaged_over_persons(yes_no):
    """Against a million draws of the random effect (Monte Carlo error 5e-4)."""
    rows = pd.DataFrame({"id": [0, 0], "t": [0.0, 3.0]})
    average = yes_no.predict(rows, people="average")
    typical = yes_no.predict(rows, people="typical")
    link = yes_no.predict(rows, people="average", scale="link")
    sd = yes_no.variance_components(method="wald")["estimate"].iloc[0]
    u = np.random.default_rng(1).normal(0.0, sd, 1_000_000)
    drawn = [(1 / (1 + np.exp(-(eta + u)))).mean() for eta in link]
    np.testing.assert_allclose(average, drawn, atol=2e-3)
    np.testing.assert_allclose(typical, 1 / (1 + np.exp(-link)), rtol=1e-12)


def test_yes_no_standard_errors_use_the_joint_covariance(yes_no):
    """The delta method written out: gradient by differences, covariance the inverse of half the joint Hessian."""
    estimates = yes_no.estimates
    info, cov = estimates.uncertainty("observed"), estimates.cov_beta
    assert np.abs(info.cross).max() > 1e-4
    joint = np.block([[cov, info.cross.T], [info.cross, info.cov]])
    rows = pd.DataFrame({"id": [0], "t": [3.0]})
    x, z = np.array([1.0, 3.0]), estimates.standard_rows(np.ones((1, 1)))[0]
    family = yes_no.family

    def mean(step):
        point = info.moved(step[2:])
        return family.marginal(float(x @ (point.beta + step[:2])), float(point.between(z)))

    h = 1e-4
    slope = np.array([(mean(h * e) - mean(-h * e)) / (2 * h) for e in np.eye(3)])
    found = yes_no.predict(rows, people="average", interval="confidence")["std_error"].iloc[0]
    assert found == pytest.approx(np.sqrt(slope @ joint @ slope), rel=1e-5)
    with pytest.raises(NotEstimableError, match="no prediction interval"):
        yes_no.predict(rows, people="average", interval="prediction")


