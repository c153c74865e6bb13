"""Robust standard errors, replicates and another origin for models with residual structures."""

import json
from pathlib import Path

import numpy as np
import pytest

import growthcurves as gc

REFERENCE = Path(__file__).parents[2] / "reference" / "robust_structured.json"
#: Our names of nlme's terms.
TERMS = {"(Intercept)": "intercept", "girl": "intercept:girl", "age": "slope", "day": "slope", "girl:age": "slope:girl"}


@pytest.fixture(scope="module")
def jaws():
    data = gc.load_dataset("orthodont")
    data = data[(np.arange(len(data)) * 7) % 10 < 8]
    return data.assign(girl=(data["sex"].str.lower() == "female").astype(float))


@pytest.fixture(scope="module")
def trial():
    data = gc.load_dataset("trial")
    return data[data["patient"].isin(data["patient"].unique()[:60])]


def jaw_model(residual, random):
    return gc.GrowthModel("distance", "age", "subject", predictors="girl", origin=0, residual=residual, random=random)


@pytest.fixture(scope="module")
def fits(jaws):
    rats = gc.GrowthModel("weight", "day", "rat", origin=0, random=(), residual="car1")
    return {
        "gls_ar1": gc.fit(jaw_model("ar1", ()), jaws),
        "gls_un": gc.fit(jaw_model("un", ()), jaws),
        "gls_car1": gc.fit(rats, gc.load_dataset("bodyweight")),
        "lme_ar1": gc.fit(jaw_model("ar1", ("intercept",)), jaws),
    }


@pytest.mark.parametrize("kind", ["CR0", "CR1", "CR2"])
@pytest.mark.parametrize("name", ["gls_ar1", "gls_un", "gls_car1", "lme_ar1"])
def test_robust_errors_are_clubsandwichs(fits, name, kind):
    """clubSandwich on nlme (tests/reference/make_robust_structured.R), whose optimum is as exact as nlme's: 1e-4."""
    theirs = json.loads(REFERENCE.read_text(encoding="utf-8"))[name]
    ours = fits[name].robust(kind).table.set_index("term").loc[[TERMS[term] for term in theirs["terms"]]]
    assert -2.0 * fits[name].llf <= theirs["deviance"] + 1e-5
    np.testing.assert_allclose(ours["std_error"], theirs[kind]["se"], rtol=1e-4)
    np.testing.assert_allclose(ours["df"], theirs[kind]["df"], rtol=2e-3)


def test_replicates_have_the_models_standard_errors(trial):
    """The SD of 60 replicates is known to some 9 %: within four such errors of the model's own."""
    model = gc.GrowthModel("depression", "week", "patient", predictors="arm", random=("intercept",), residual="ar1")
    fit = gc.fit(model, trial)
    parametric, case = fit.bootstrap(n=60, rng=1), fit.bootstrap(n=60, kind="case", rng=1)
    for drawn, errors in ((parametric, fit.bse), (case, fit.robust("CR1").table.set_index("term")["std_error"])):
        assert drawn.counts["not converged"] == 0
        spread = drawn.table[list(fit.terms)].std()
        np.testing.assert_allclose(spread, errors, rtol=4 * 0.092)
        ar1 = fit.variance_components("wald").set_index("term")["estimate"]["ar1"]
        assert abs(drawn.table["ar1"].mean() - ar1) < 0.1


def test_a_replicate_is_the_fit_of_its_rows(trial):
    """A case replicate that leaves out one person is the fit to the others."""
    model = gc.GrowthModel("depression", "week", "patient", predictors="arm", random=("intercept",), residual="car1")
    fit = gc.fit(model, trial)
    left_out = fit.estimates.drawing("left out", 0).fits(3, 5)
    for place, person in enumerate(fit.panel.persons.labels[3:5]):
        alone = gc.fit(model, trial[trial["patient"] != person])
        np.testing.assert_allclose(left_out.beta[place], alone.params, rtol=1e-6)
        assert left_out.deviance[place] == pytest.approx(alone.deviance, abs=1e-6)
        point = left_out.points(np.arange(2) == place)
        a = fit.standard_effect("intercept")
        assert np.sqrt(point.between(a))[0] == pytest.approx(np.sqrt(alone.cov_re.iloc[0, 0]), rel=1e-5)
        values = [float(np.asarray(value)[0]) for value in point.residual.values()]
        np.testing.assert_allclose(values, alone.point.residual.values(), rtol=1e-5)


@pytest.mark.parametrize(
    ("residual", "random"), [("ar1", ("intercept", "slope")), ("car1", ("intercept",)), ("un", ())]
)
def test_another_origin_is_algebra(trial, residual, random):
    model = gc.GrowthModel("depression", "week", "patient", predictors="arm", random=random, residual=residual)
    moved, again = gc.fit(model, trial).recentre(8), gc.fit(model.replace(origin=8), trial)
    assert moved.llf == pytest.approx(again.llf, abs=1e-7)
    np.testing.assert_allclose(moved.fixed_effects()["estimate"], again.fixed_effects()["estimate"], rtol=1e-6)
    np.testing.assert_allclose(moved.fixed_effects()["std_error"], again.fixed_effects()["std_error"], rtol=1e-6)
    ours, theirs = (fit.variance_components("wald")["estimate"] for fit in (moved, again))
    np.testing.assert_allclose(ours, theirs, rtol=1e-4)


def test_a_variance_is_tested_by_replicates_of_the_smaller_model(trial):
    """By the half-and-half mixture of chi-squares and by the bootstrap the same verdict."""
    model = gc.GrowthModel("depression", "week", "patient", random=("intercept",), residual="car1")
    fit = gc.fit(model.replace(random=("intercept", "slope")), trial)
    found = fit.test_variance("slope", method="bootstrap", n=39, rng=1)
    assert (found.p_value < 0.1) == (fit.test_variance("slope").p_value < 0.1)
