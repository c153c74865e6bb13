"""Residuals of families: Pearson's and deviance by lme4, glmmTMB and MASS, quantile residuals by a dense integral."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from scipy.optimize import minimize_scalar

import growthcurves as gc
from growthcurves.contracts.family import Answers
from growthcurves.errors import ModelError

HERE = Path(__file__).parents[2] / "reference"
R = json.loads((HERE / "family_residuals.json").read_text())
FAMILIES = {
    "logit": gc.Binomial(),
    "poisson": gc.Poisson(),
    "nbinom2": gc.NegativeBinomial(),
    "nbinom1": gc.NegativeBinomial(variance="linear"),
    "gamma": gc.Gamma(),
    "ordinal": gc.Ordinal(),
}
OPTIONS = {"successes": {"trials": "trials"}, "count": {"exposure": "over"}}
pytestmark = pytest.mark.filterwarnings("ignore::growthcurves.errors.ConvergenceWarning")


@pytest.fixture(scope="module")
def panel():
    return pd.read_csv(HERE / "families.csv")


def fitted(panel, outcome, family, random, quadrature="laplace"):
    options = OPTIONS.get(outcome, {})
    formula = f"{outcome} ~ t + x + ({random} | id)"
    return gc.fit(formula, panel, family=FAMILIES[family], quadrature=quadrature, **options)


@pytest.mark.parametrize("case", R)
def test_pearson_and_deviance_residuals_are_those_of_r(case, panel):
    """To 3e-5, what glmmTMB's optimum leaves open; glmmTMB's Pearson residual of gamma outcomes leaves the dispersion
    out.
    """
    outcome, family, random = case.split()
    fit, r = fitted(panel, outcome, family, random), R[case]
    pearson = fit.residuals("pearson")
    np.testing.assert_allclose(pearson["fitted"], r["fitted"], rtol=3e-5)
    known = np.array(r["pearson"]) / (fit.family.values()[0] ** 0.5 if family == "gamma" else 1.0)
    np.testing.assert_allclose(pearson["residual"], known, atol=3e-5)
    if "deviance" in r:
        np.testing.assert_allclose(fit.residuals("deviance")["residual"], r["deviance"], atol=3e-5)


def test_the_largest_density_of_a_linear_variance_is_searched_for():
    family = gc.NegativeBinomial(variance="linear", dispersion=0.8)

    def log_density(y, mean):
        return stats.nbinom.logpmf(y, mean / 0.8, 1 / 1.8)

    for y in (1.0, 3.0, 40.0):
        found = minimize_scalar(lambda eta, y=y: -log_density(y, np.exp(eta)), (np.log(y) - 1, np.log(y)), tol=1e-12)
        best = family.best(Answers(np.array([y]))) + family.constant(Answers(np.array([y])))
        assert best[0] == pytest.approx(-found.fun, abs=1e-9)
    assert family.best(Answers(np.array([0.0])))[0] == 0.0


DISTRIBUTIONS = {
    "yes": (gc.Binomial(), lambda eta: stats.bernoulli(1 / (1 + np.exp(-eta)))),
    "cloglog": (gc.Binomial(link="cloglog"), lambda eta: stats.bernoulli(-np.expm1(-np.exp(eta)))),
    "trials": (gc.Binomial(), lambda eta: stats.binom(7, 1 / (1 + np.exp(-eta)))),
    "poisson": (gc.Poisson(), lambda eta: stats.poisson(np.exp(eta))),
    "nbinom2": (gc.NegativeBinomial(dispersion=0.4), lambda eta: stats.nbinom(2.5, 1 / (1 + 0.4 * np.exp(eta)))),
    "nbinom1": (
        gc.NegativeBinomial(variance="linear", dispersion=0.4),
        lambda eta: stats.nbinom(np.exp(eta) / 0.4, 1 / 1.4),
    ),
    "gamma": (gc.Gamma(dispersion=0.3), lambda eta: stats.gamma(1 / 0.3, scale=0.3 * np.exp(eta))),
    "ordinal": (
        gc.Ordinal(categories=(0, 1, 2)).moved(np.array([-0.5, np.log(1.5)])),
        lambda eta: _Ordered(np.array([-0.5, 1.0]), eta),
    ),
}


class _Ordered:
    """A cumulative logit of three categories."""

    def __init__(self, cuts, eta):
        self.cuts, self.eta = np.concatenate([[-np.inf], cuts, [np.inf]]), eta

    def cdf(self, y):
        return stats.logistic.cdf(self.cuts[np.asarray(y, dtype=int) + 1] - self.eta)

    def pmf(self, y):
        return self.cdf(y) - self.cdf(np.asarray(y) - 1)

    def sf(self, y):
        return 1.0 - self.cdf(y)


@pytest.mark.parametrize("name", DISTRIBUTIONS)
def test_tails_are_those_of_the_distribution(name):
    family, distribution = DISTRIBUTIONS[name]
    y = np.array([0.5, 1.0, 4.0]) if name == "gamma" else np.array([0.0, 1.0, 2.0])
    y = y[:2] if name in ("yes", "cloglog") else y
    trials = np.full(len(y), 7.0) if name == "trials" else None
    for eta in (-1.3, 0.4, 2.0):
        below, same, above = family.tails(Answers(y, trials), np.full(len(y), eta))
        one = distribution(eta)
        np.testing.assert_allclose(above, one.sf(y), rtol=1e-9)
        np.testing.assert_allclose(same, 0.0 if name == "gamma" else one.pmf(y), rtol=1e-9)
        np.testing.assert_allclose(below + same, one.cdf(y), rtol=1e-9)


@pytest.mark.parametrize(("outcome", "family"), [
    ("yes", "logit"), ("successes", "logit"), ("count", "poisson"), ("count", "nbinom1"), ("amount", "gamma"),
    ("grade", "ordinal"),
])  # fmt: skip
def test_quantile_residuals_are_foretold_by_a_dense_integral(outcome, family, panel):
    """To 1e-4 of its size: an integral over 4,001 values of the random intercept, row by row from the definition."""
    fit = fitted(panel, outcome, family, "1", "auto")
    grid = np.linspace(-9, 9, 4001)
    u, prior = grid * float(fit.cov_re.iloc[0, 0]) ** 0.5, np.exp(-0.5 * grid**2)
    drawn, own, expected = np.random.default_rng(3).random(len(panel)), fit.family, []
    beta = np.array([fit.params.get("intercept", 0.0), fit.params["t"], fit.params["intercept:x"]])
    offset = np.log(panel["over"]) if outcome == "count" else np.zeros(len(panel))
    eta = np.column_stack([np.ones(len(panel)), panel["t"], panel["x"]]) @ beta + offset
    for _, rows in panel.groupby("id"):
        weight = prior.copy()
        for place in rows.sort_values("t").index:
            trials = np.full(len(u), rows.loc[place, "trials"]) if outcome == "successes" else None
            answers = Answers(np.full(len(u), rows.loc[place, outcome], dtype=float), trials)
            parts = [weight @ part / weight.sum() for part in own.tails(answers, eta[place] + u)]
            expected.append((place, stats.norm.ppf(parts[0] + drawn[place] * parts[1])))
            weight = weight * np.exp(own.density(answers, eta[place] + u) + own.constant(answers))
    found = fit.residuals("quantile", rng=3)
    assert found.attrs["seed"] == 3
    places, values = zip(*expected, strict=True)
    np.testing.assert_allclose(found["residual"].to_numpy()[list(places)], values, rtol=1e-4, atol=1e-4)


def test_kinds_belong_to_outcomes(panel):
    fit = fitted(panel, "yes", "logit", "1")
    with pytest.raises(ModelError, match="kind='cholesky' are of normal outcomes; this fit has pearson, deviance"):
        fit.residuals("cholesky")
    with pytest.raises(ModelError, match="whose distribution is known"):
        fit.plot.qq(kind="pearson")
    normal = gc.fit("amount ~ t + (1 | id)", panel)
    np.testing.assert_allclose(normal.residuals("conditional")["residual"], normal.resid, rtol=1e-9)
    with pytest.raises(ModelError, match="kind='deviance' are of outcomes that are not normal"):
        normal.residuals("deviance")


def test_figures_show_quantile_residuals(panel):
    fit = fitted(panel, "yes", "logit", "1")
    frame = gc.plots.residual_points.Residuals().data(fit)
    assert frame["residual"][: len(panel)].to_numpy() == pytest.approx(fit.residuals(rng=1)["residual"].to_numpy())
    assert "seed 1" in frame.attrs["note"]
    assert len(fit.plot.qq().axes) == 1
