"""Coefficients of the population average beside least squares on links of a textbook's integrals, and closed forms."""

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from tests.results.family_panels import drawn_panel, grid


def design(data):
    drug = (data["arm"] == "drug").to_numpy().astype(float)
    t = data["t"].to_numpy()
    return np.column_stack([np.ones(len(data)), drug, t, t * drug])


ORDER = ["intercept", "intercept:arm[drug]", "slope", "slope:arm[drug]"]


@pytest.fixture(scope="module")
def yes():
    data = drawn_panel("yes")
    return gc.fit("y ~ t * arm + (t | id)", data, family="binomial", quadrature=9), data


def test_logits_of_integrals_by_least_squares(yes):
    fit, data = yes
    X, t = design(data), data["t"].to_numpy()

    def marginal(beta, G):
        nodes, weights = grid(G)
        p = (1.0 / (1.0 + np.exp(-((X @ beta)[:, None] + nodes[:, 0] + t[:, None] * nodes[:, 1])))) @ weights
        return np.linalg.lstsq(X, np.log(p / (1.0 - p)), rcond=None)[0]

    found = fit.marginal_coefficients().set_index("term")
    want = marginal(fit.params[ORDER].to_numpy(), fit.cov_re.to_numpy())
    assert found.loc[ORDER, "estimate"].to_numpy() == pytest.approx(want, abs=1e-9)
    assert found.loc[ORDER, "conditional"].to_numpy() == pytest.approx(fit.params[ORDER].to_numpy())
    odds = fit.marginal_coefficients(exponentiate=True).set_index("term")
    assert odds.loc["slope", "estimate"] == pytest.approx(np.exp(found.loc["slope", "estimate"]))


def test_probit_is_attenuated_by_the_root(yes):
    """With a random intercept every coefficient is b / sqrt(1 + g), whose standard error is the delta method's."""
    fit = gc.fit("y ~ t * arm + (1 | id)", yes[1], family="probit", time="t", quadrature=11)
    found = fit.marginal_coefficients().set_index("term")
    factor = 1.0 / np.sqrt(1.0 + fit.cov_re.iloc[0, 0])
    assert found["estimate"].to_numpy() == pytest.approx(fit.params.to_numpy() * factor, rel=1e-9)


def test_logarithms_differ_by_half_the_variance():
    data = drawn_panel("counts", persons=40)
    fit = gc.fit("y ~ t * arm + (1 | id)", data, family="poisson", exposure="w", time="t", quadrature=11)
    found, g = fit.marginal_coefficients().set_index("term"), fit.cov_re.iloc[0, 0]
    assert found.loc["intercept", "estimate"] == pytest.approx(fit.params["intercept"] + g / 2.0, abs=1e-9)
    assert found.loc["slope", "estimate"] == pytest.approx(fit.params["slope"], abs=1e-9)
    assert found.loc["slope", "std_error"] == pytest.approx(fit.bse["slope"], rel=1e-6)


def test_thresholds_of_ordered_probits_are_attenuated_alike(yes):
    data = yes[1].copy()
    data["state"] = pd.cut(data["t"] + 3 * data["y"] + data["age"], [-9, 2, 5, 99], labels=["a", "b", "c"])
    family = gc.Ordinal(link="probit")
    fit = gc.fit("state ~ t * arm + (1 | id)", data, family=family, time="t", quadrature=11)
    found = fit.marginal_coefficients().set_index("term")
    factor = 1.0 / np.sqrt(1.0 + fit.cov_re.iloc[0, 0])
    assert found["estimate"].to_numpy() == pytest.approx(found["conditional"].to_numpy() * factor, rel=1e-8)
    assert list(found.index[-2:]) == ["threshold:a|b", "threshold:b|c"]
    with pytest.raises(gc.errors.ModelError, match="no meaning for thresholds"):
        fit.marginal_coefficients(exponentiate=True)


def test_normal_outcomes_are_refused(yes):
    with pytest.raises(gc.errors.ModelError, match="of normal ones they are those of a person"):
        gc.fit("age ~ t + (1 | id)", yes[1].assign(age=yes[1]["age"] + yes[1]["y"]), time="t").marginal_coefficients()
