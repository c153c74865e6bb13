"""A plan whose pilot is the very study says what its fit says: standard errors and expected Satterthwaite df.

The fits' are held to R elsewhere (tests/test_*_against_r.py); they are made of the rows, those of plans of kinds of
persons and shares.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc

TIMES, PERSONS, ARM = [0.0, 1.0, 2.0, 4.0, 6.0], 48, "`the arm`"


@pytest.fixture(scope="module")
def data():
    rng = np.random.default_rng(5)
    person, times = np.repeat(np.arange(PERSONS), 5), np.tile(TIMES, PERSONS)
    own = rng.normal(size=(PERSONS, 2)) * [2.0, 0.6]
    sites = rng.normal(size=(6, 2)) * [1.5, 0.8]
    error = rng.normal(size=(PERSONS, 5)) @ np.linalg.cholesky(0.5 ** np.abs(np.subtract.outer(range(5), range(5)))).T
    pair = person // 2
    frame = pd.DataFrame({"id": person, "week": times, "the arm": np.where(person % 2, "drug", "a b")})
    frame["site"], frame["sex"], frame["age"] = pair % 6, np.where(pair % 2, "m", "f"), (person // 4) % 3 - 1.0
    line = own[person] + sites[frame["site"]]
    frame["y"] = 10 + line[:, 0] + (1 + line[:, 1]) * times - 0.05 * times**2 + error.ravel()
    return frame


def model(predictors=ARM, **options):
    return gc.GrowthModel("y", "week", "id", predictors=predictors, reference={"the arm": "a b"}, **options)


VISITS = {"shape": "visits", "random": ()}
CASES = {
    "linear": (model(), "slope:the arm", {}),
    "quadratic": (model(shape="quadratic"), "quadratic:the arm", {}),
    "piecewise": (model(shape=gc.Piecewise(knots=[2])), "slope2:the arm", {}),
    "logarithm": (model(shape=gc.LogTime(offset=1)), "slope:the arm", {}),
    "spline": (model(shape=gc.Spline(df=3)), "s2:the arm", {}),
    "car1": (model(residual="car1", random=("intercept",)), "slope:the arm", {}),
    "unstructured": (model(residual="un", **VISITS), "`week[6]:the arm[drug]`", {}),
    "toeplitz": (model(residual="toeph", **VISITS), "`week[6]:the arm[drug]`", {}),
    "sites": (model(levels={"site": ("intercept", "slope")}), "slope:the arm", {"levels": {"site": 8}}),
    "diagonal": (model(random=gc.Diagonal("intercept", "slope")), "slope:the arm", {}),
    "G by arm": (model(random=gc.ByGroup("the arm", "intercept", "slope")), "slope:the arm", {}),
    "R by arm": (model(residual=gc.Het(of="the arm")), "slope:the arm", {}),
    "moderator": (model(f"{ARM} * sex + age"), "slope:the arm[drug]:sex[m]", {}),
    "covariate": (model({"intercept": f"{ARM} + age", "slope": f"{ARM} + age"}), "slope:age", {}),
    "common": (model({"slope": ARM}), "slope:the arm", {}),
}


@pytest.mark.parametrize("name", CASES)
def test_a_plan_says_what_the_fit_of_the_study_says(name, data):
    recipe, test, more = CASES[name]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.GrowthCurvesWarning)
        fit = gc.fit(recipe, data)
    study = gc.Study(persons=PERSONS, times=TIMES, arms=["a b", "drug"], arm="the arm", **more)
    plan = gc.power(study, effect=1, test=test, fit=fit, n=0)
    term = plan.question.names[0].replace("`", "")
    assert plan.std_error == pytest.approx(fit.bse[term], rel=1e-9)
    found = fit.fixed_effects(ddf=gc.Satterthwaite(information="expected")).set_index("term").loc[term]
    if not fit.certificate.singular:  # else the fit leaves a variance out, and a plan does not
        assert plan.df == pytest.approx(found["df"], rel=1e-6)
