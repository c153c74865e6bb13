"""GrowthModel after GrowthModel against lme4 and nlme (tests/reference/make_model_door.R), REML and ML: every shape,
predictors of intercept and slope, covariates within and between persons, what varies, residual structures.

Deviance 1e-6, estimates 1e-4 standard errors, standard errors 1e-4, SDs and correlations 1e-4 (of 1).
"""

from __future__ import annotations

import numpy as np
import pytest
from reference_values import cases, table

import growthcurves as gc

RECORD = cases("model_door")
BOTH_BY_ARM = {"intercept": "arm", "slope": "arm"}
BOTH_BY_SEX = {"intercept": "sex", "slope": "sex"}
ONE = ("intercept",)
CASES = {
    "linear, numeric and factor": {"predictors": {"intercept": "age + arm", "slope": "arm"}},
    "linear, products": {"predictors": {"intercept": "arm * sex + center(age)", "slope": "sex + center(age)"}},
    "origin": {"predictors": BOTH_BY_ARM, "origin": 3},
    "within and between": {"predictors": BOTH_BY_SEX, "time_varying": "within(stress) + between(stress)"},
    "covariate varies": {"time_varying": "stress", "random": ("intercept", "stress")},
    "quadratic": {"shape": "quadratic", "predictors": "sex"},
    "cubic": {"shape": "cubic", "predictors": {"intercept": "arm"}, "random": ONE},
    "piecewise": {
        "shape": gc.Piecewise(knots=[2]),
        "predictors": {"intercept": "arm", "slope2": "arm"},
        "random": ("intercept", "slope2"),
    },
    "jump": {"shape": gc.Piecewise(knots=[2], jump=True), "random": ONE},
    "spline": {"shape": gc.Spline(df=3), "predictors": {"intercept": "sex"}},
    "logarithmic": {"shape": gc.LogTime(offset=2), "predictors": BOTH_BY_ARM},
    "occasions": {"shape": "occasions", "predictors": "sex", "random": ONE},
    "uncorrelated": {"predictors": "age", "random": gc.Diagonal("intercept", "slope")},
    "by group": {"predictors": BOTH_BY_SEX, "random": gc.ByGroup("sex", "intercept", "slope")},
    "ar1": {"predictors": BOTH_BY_ARM, "random": ONE, "residual": "ar1"},
    "car1": {"shape": "quadratic", "random": ONE, "residual": "car1"},
    "un": {"shape": "occasions", "predictors": "arm", "random": (), "residual": "un"},
    "csh": {"predictors": BOTH_BY_SEX, "random": (), "residual": "csh"},
    "toep": {"predictors": BOTH_BY_SEX, "random": (), "residual": "toep"},
    "unequal by occasion": {"residual": "het"},
    "unequal by arm": {"predictors": BOTH_BY_ARM, "residual": gc.Het(of="arm")},
}
#: R's columns in our words.
GROWTH = {
    **{f"wave{k}": f"week[{k}]" for k in range(6)},
    **{"t": "slope", "I(t - 3)": "slope", "log_t": "slope", "I(t^2)": "quadratic", "I(t^3)": "cubic"},
    **{"before": "slope1", "after": "slope2", "jump": "jump", "s1": "s1", "s2": "s2", "s3": "s3"},
}
COVARIATES = {"inside": "within(stress)", "between": "between(stress)", "stress": "stress"}
PREDICTORS = {"armhigh": "arm[high]", "armlow": "arm[low]", "sexm": "sex[m]", "centred": "center(age)"}


def our_term(name: str) -> str:
    if name in COVARIATES:
        return COVARIATES[name]
    parts = [part for part in name.split(":") if part != "(Intercept)"]
    owner = [GROWTH[part] for part in parts if part in GROWTH] or ["intercept"]
    return ":".join(owner + [PREDICTORS.get(part, part) for part in parts if part not in GROWTH])


@pytest.fixture(scope="module")
def panel():
    return table("joint_panel.csv")


@pytest.mark.parametrize("case", CASES)
def test_same_as_r(panel, case):
    reference = {"arm": "placebo"} if "arm" in str(CASES[case]) else None
    model = gc.GrowthModel("y", "week", "id", reference=reference, **CASES[case])
    for record in RECORD[case]:
        fit = gc.fit(model, panel, method=record["method"].lower())
        assert fit.certificate.converged and not fit.certificate.singular
        assert fit.deviance == pytest.approx(record["deviance"], abs=1e-6)
        terms = [our_term(name) for name in record["terms"]]
        assert sorted(terms) == sorted(fit.terms)
        np.testing.assert_allclose(fit.bse[terms], record["se"], rtol=1e-4)
        np.testing.assert_allclose((fit.params[terms] - record["fixed"]) / fit.bse[terms], 0.0, atol=1e-4)
        variances = fit.variance_components(method="wald")["estimate"]
        np.testing.assert_allclose(variances, record["variances"], rtol=1e-4, atol=1e-4)


def test_every_case_of_r_is_asked():
    assert CASES.keys() == RECORD.keys()
