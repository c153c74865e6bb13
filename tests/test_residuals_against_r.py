"""Residual structures against nlme (gls and lme): tests/reference/make_residuals.R.

Deviances agree to 1e-6 (2.3e-7 seen) or lie below: nlme stops early where two structures compete (ARH(1) beside a
random intercept on missed visits of sleepstudy and on bodyweight); there a dense likelihood confirms the deviance.
Standard errors of regular REML fits to 1e-4.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import reference_values

import growthcurves as gc

ROLES = {
    "sleepstudy": ("subject", "day", "reaction"),
    "orthodont": ("subject", "age", "distance"),
    "trial": ("patient", "week", "depression"),
    "bodyweight": ("rat", "day", "weight"),
}
STRUCTURES = {"exp_nugget": gc.Exponential(nugget=True), "power-variance": gc.PowerVariance("above")}
#: Where nlme ends above the optimum.
STOPS_EARLY = {
    ("sleepstudy_missed", "arh1", "REML", "intercept"),
    ("bodyweight", "arh1", "REML", "intercept"),
    ("bodyweight", "arh1", "ML", "intercept"),
}


def prepared(name):
    data, roles = gc.load_dataset(name.removesuffix("_missed")), ROLES[name.removesuffix("_missed")]
    found = pd.DataFrame({"id": data[roles[0]].astype(str), "t": data[roles[1]].astype(float), "y": data[roles[2]]})
    found = found.dropna(subset=["y"]).reset_index(drop=True)
    if name.endswith("_missed"):
        found = found[(np.arange(len(found)) * 7) % 10 < 7].reset_index(drop=True)
    return found.assign(above=found.t - found.t.min() + 1.0)


def grouped():
    found = {}
    for case in reference_values.cases("residuals")["cases"]:
        found.setdefault((case["panel"], case["structure"]), []).append(case)
    return found


@pytest.mark.parametrize(("panel", "structure"), grouped())
def test_against_nlme(panel, structure):
    data, residual = prepared(panel), STRUCTURES.get(structure, structure)
    for case in grouped()[panel, structure]:
        random = () if case["random"] == "none" else ("intercept",)
        model = gc.GrowthModel("y", "t", "id", origin=0, random=random, residual=residual)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            fit = gc.fit(model, data, method=case["method"].lower())
        assert fit.certificate.converged
        if (panel, structure, case["method"], case["random"]) in STOPS_EARLY:
            assert fit.deviance < case["deviance"] - 1.0
            assert fit.deviance == pytest.approx(dense_arh1(fit, data), abs=1e-6)
            continue
        assert fit.deviance == pytest.approx(case["deviance"], abs=1e-6)
        if case["method"] == "REML":
            assert np.allclose(fit.bse, case["std_error"], rtol=1e-4)
            assert np.allclose(fit.params, case["beta"], rtol=1e-4, atol=1e-4 * np.abs(fit.bse))


def dense_arh1(fit, data):
    """-2 log (restricted) likelihood of a random intercept and ARH(1), everything dense, at a fit's estimates."""
    value = fit.variance_components(method="wald").set_index("term")["estimate"]
    waves, places = np.unique(data["t"], return_inverse=True)
    sds = value.filter(regex=r"^sd:residual").to_numpy()
    assert len(sds) == len(waves)
    squares, log_det = np.zeros((3, 3)), 0.0
    for rows in data.groupby("id", sort=False).indices.values():
        at = places[rows]
        V = np.outer(sds[at], sds[at]) * value["ar1"] ** np.abs(at[:, None] - at) + value["sd:intercept"] ** 2
        wide = np.column_stack([np.ones(len(rows)), data["t"].to_numpy()[rows], data["y"].to_numpy()[rows]])
        squares += wide.T @ np.linalg.solve(V, wide)
        log_det += np.linalg.slogdet(V)[1]
    total = squares[:2, :2]
    explained = squares[:2, 2] @ np.linalg.solve(total, squares[:2, 2])
    restricted = fit.method == "reml"
    log_det += np.linalg.slogdet(total)[1] if restricted else 0.0
    return (len(data) - 2 * restricted) * np.log(2 * np.pi) + log_det + squares[2, 2] - explained
