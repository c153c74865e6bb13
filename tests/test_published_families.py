"""Published fits of outcomes that are not normal, to the digits that converged quadrature gives.

The data belong to R packages and are not shipped: tests/reference/make_published_families.R writes them to a folder
that the environment variable GROWTHCURVES_PUBLISHED_DATA names.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc

# Few points and Laplace's approximation are asked for on purpose.
pytestmark = pytest.mark.filterwarnings("ignore:.* did not suffice:growthcurves.errors.ConvergenceWarning")


def published(name: str) -> pd.DataFrame:
    file = Path(os.environ.get("GROWTHCURVES_PUBLISHED_DATA", "")) / f"{name}.csv"
    if not file.is_file():
        pytest.skip("data that are not shipped: GROWTHCURVES_PUBLISHED_DATA names their folder")
    return pd.read_csv(file)


def toenail() -> pd.DataFrame:
    """De Backer et al. (1998): 294 patients, moderate or severe onycholysis at up to seven visits."""
    data = published("toenail")
    return data.assign(y=(data["outcome"] != "none or mild") * 1, trt=(data["treatment"] == "terbinafine") * 1)


def of_toenail(quadrature: object) -> gc.GrowthFit:
    formula = "y ~ trt * time + (1 | patientID)"
    return gc.fit(formula, toenail(), time="time", family="binomial", quadrature=quadrature)


@pytest.mark.parametrize(("points", "log_likelihood"), [("laplace", -627.80893), (20, -625.3751), (25, -625.4156),
                                                        (50, -625.39734)])  # fmt: skip
def test_toenail_has_the_log_likelihood_of_glmer_and_glmmtmb(points, log_likelihood):
    """With so few points other programs stop up to 3e-4 from the optimum; with 50 all digits agree."""
    assert of_toenail(points).llf == pytest.approx(log_likelihood, abs=5e-6 if points in ("laplace", 50) else 4e-4)


def test_toenail_has_the_estimates_and_marginal_probabilities():
    fit = of_toenail(50)
    assert fit.params.to_numpy() == pytest.approx([-1.61834, -0.160771, -0.391002, -0.136791], abs=2e-5)
    assert fit.bse.to_numpy() == pytest.approx([0.43429, 0.58396, 0.04438, 0.06801], abs=1e-5)
    assert np.sqrt(fit.cov_re.iloc[0, 0]) == pytest.approx(4.00664, abs=2e-5)
    table = fit.means(at=[0, 3, 6, 12], by={"trt": [0, 1]}, scale="response").table
    found = table["estimate"].to_numpy().reshape(4, 2).T.ravel()
    assert found == pytest.approx([0.35594, 0.26212, 0.18300, 0.07539, 0.34237, 0.22156, 0.12983, 0.03259], abs=1e-5)


@pytest.mark.parametrize(("quadrature", "log_likelihood"), [("laplace", -665.3591), ("auto", -665.29067)])
def test_epilepsy_of_thall_and_vail(quadrature, log_likelihood):
    """Stata's manual of mepoisson, example 1 (7 points): 59 patients, 4 visits."""
    data = published("epilepsy")
    base = np.log(data["base"] / 4)
    data = data.assign(
        y=data["seizure.rate"], treat=(data["treatment"] == "Progabide") * 1, lbas=base - base.mean(),
        lage=np.log(data["age"]) - np.log(data["age"]).mean(), v4=(data["period"] == 4) * 1,
    )  # fmt: skip
    data["both"] = data["treat"] * base - (data["treat"] * base).mean()
    formula = "y ~ treat + lbas + both + lage + v4 + (1 | subject)"
    fit = gc.fit(formula, data, family="poisson", quadrature=quadrature)
    # Laplace's published value is glmer's, whose optimum lies 4e-4 lower
    assert fit.llf == pytest.approx(log_likelihood, abs=5e-4 if quadrature == "laplace" else 1e-4)
    if quadrature == "auto":
        stata = [2.154575, -0.9330388, 0.8844331, 0.3382609, 0.4842391, -0.1610871]
        assert fit.params.to_numpy() == pytest.approx(stata, abs=5e-6)
        assert fit.cov_re.iloc[0, 0] == pytest.approx(0.2528664, abs=5e-5)


@pytest.mark.filterwarnings("ignore:One id seems to be several persons:growthcurves.errors.DataWarning")
@pytest.mark.parametrize(("quadrature", "log_likelihood"), [("laplace", -1186.3643), (9, -1186.2294)])
def test_contraception_in_districts_of_bangladesh(quadrature, log_likelihood):
    data = published("contraception")
    data = data.assign(y=(data["use"] == "Y") * 1, square=data["age"] ** 2)
    formula = "y ~ age + square + urban + livch + (1 | district)"
    fit = gc.fit(formula, data, family="binomial", quadrature=quadrature)
    assert fit.llf == pytest.approx(log_likelihood, abs=5e-5)
    if quadrature == 9:
        printed = [-1.035438, 0.003532, -0.004563, 0.696722, 0.815157, 0.916534, 0.915379]
        assert fit.params.to_numpy() == pytest.approx(printed, abs=3e-5)
        assert np.sqrt(fit.cov_re.iloc[0, 0]) == pytest.approx(0.478642, abs=1e-5)


def test_schizophrenia_in_four_categories():
    """Hedeker and Gibbons's MIXOR (package mixor): 437 patients; its thresholds are differences from the first."""
    data = published("schizophrenia").rename(columns={"imps79o": "y"})
    fit = gc.fit("y ~ TxDrug * SqrtWeek + (1 | id)", data, family="ordinal", quadrature=11)
    assert fit.llf == pytest.approx(-1701.3796, abs=5e-5)
    assert fit.params.to_numpy() == pytest.approx([-0.05843, -0.76577, -1.20615], abs=5e-5)
    # clmm2's, from differences of its log likelihood
    assert fit.bse.to_numpy() == pytest.approx([0.31375, 0.13077, 0.15267], rel=1e-4)
    first, second, third = fit.family.values()
    assert [-first, second - first, third - first] == pytest.approx([5.85924, 3.03282, 5.15077], abs=2e-4)
    assert fit.cov_re.iloc[0, 0] == pytest.approx(3.77378, abs=2e-4)


def test_toenail_has_the_marginal_coefficients_of_the_exact_integral():
    """GLMMadaptive's `marginal_coefs` at 21 nodes prints -.56416 -.02876 -.16121 -.06746: it averages over 3,000 draws
    for each patient, which moves these numbers by .0027, .0043, .0003 and .0006 (SDs of 40 repetitions at our
    estimates, whose means are the exact values). The intercepts differ by no more than that; the slopes by .0012 and
    .0015, which such draws alone do not explain.
    """
    fit = of_toenail(21)
    found = fit.marginal_coefficients().set_index("term")["estimate"]
    x, w = np.polynomial.hermite_e.hermegauss(120)
    data, sd, b = toenail(), np.sqrt(fit.cov_re.iloc[0, 0]), fit.params
    trt, time = data["trt"].to_numpy(), data["time"].to_numpy()
    X = np.column_stack([np.ones(len(data)), trt, time, trt * time])
    order = ["intercept", "intercept:trt", "slope", "slope:trt"]
    p = (1.0 / (1.0 + np.exp(-((X @ b[order].to_numpy())[:, None] + sd * x)))) @ (w / w.sum())
    exact = np.linalg.lstsq(X, np.log(p / (1.0 - p)), rcond=None)[0]
    assert found[order].to_numpy() == pytest.approx(exact, abs=1e-6)
    assert exact == pytest.approx([-0.56416, -0.02876, -0.16121, -0.06746], abs=4e-3)
