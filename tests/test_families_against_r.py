"""Fits of outcomes that are not normal beside glmmTMB (Laplace), glmer and clmm2 (quadrature at equal nodes)."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc

HERE = Path(__file__).parent / "reference"
REFERENCE = json.loads((HERE / "families.json").read_text())
FAMILIES = {
    "logit": gc.Binomial(),
    "probit": gc.Binomial(link="probit"),
    "cloglog": gc.Binomial(link="cloglog"),
    "poisson": gc.Poisson(),
    "nbinom2": gc.NegativeBinomial(),
    "nbinom1": gc.NegativeBinomial(variance="linear"),
    "gamma": gc.Gamma(),
    "ordinal-logit": gc.Ordinal(),
    "ordinal-probit": gc.Ordinal(link="probit"),
}
RANDOM = {"1": "(1 | id)", "t": "(t | id)", "apart": "(t || id)"}

# Few points are asked for on purpose: the same sum as in R is compared, not the truth.
pytestmark = pytest.mark.filterwarnings("ignore:.* did not suffice:growthcurves.errors.ConvergenceWarning")


@pytest.mark.parametrize("case", REFERENCE)
def test_deviance_estimates_and_errors_are_those_of_r(case):
    outcome, family, random, points = case.split()
    options = {"trials": "trials"} if outcome == "successes" else {}
    options |= {"exposure": "over"} if outcome == "count" else {}
    fit = gc.fit(
        f"{outcome} ~ t + x + {RANDOM[random]}",
        pd.read_csv(HERE / "families.csv"),
        family=FAMILIES[family],
        quadrature=points if points == "laplace" else int(points),
        **options,
    )
    r = REFERENCE[case]
    assert fit.converged
    assert fit.deviance == pytest.approx(r["deviance"], abs=1e-6)
    growing = "slope" in fit.params
    names = ["intercept", "slope" if growing else "t", "intercept:x" if "intercept:x" in fit.params else "x"]
    names = names[3 - len(r["beta"]) :]
    assert fit.params[names].to_numpy() == pytest.approx(np.array(r["beta"]), abs=2e-4)
    assert fit.cov_re.to_numpy().ravel() == pytest.approx(np.atleast_1d(r["G"]), abs=1e-3)
    if "thresholds" in r:
        assert fit.family.values() == pytest.approx(r["thresholds"], abs=2e-4)
    elif points == "laplace":
        assert fit.bse[names].to_numpy() == pytest.approx(np.array(r["se"]), rel=1e-3)
