"""Estimates, standard errors, degrees of freedom and variances against R, case by case.

Reference values and the scripts that made them are in tests/reference. Tolerances: -2 log likelihood never above
R's best by 1e-6 relative, estimates and standard errors to 1e-6, degrees of freedom to 1e-4, SDs and covariances
to 1e-5 of their size (the references' own optimum is known to about 1e-7 in standard errors of the parameters).
"""

from __future__ import annotations

import re
import warnings

import numpy as np
import pytest
from reference_values import cases, our_effect, our_term, table

import growthcurves as gc

CASES = {
    f"{name}:{case}": record
    for name in ("sleepstudy", "sleepstudy_unbalanced", "dyestuff", "panels")
    for case, record in cases(name).items()
}


def fit_case(record):
    data = table(record["data"])
    time = "day" if "day" in data else "time" if "time" in data else None
    if record["origin"]:
        data[time] = data[time] - record["origin"]
    several = re.search(r"\(time \+", record["formula"])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.DataWarning)
        options = {"time": time} if several else {}
        if time and "1 | " in record["formula"]:
            options = {"time": time}
        return gc.fit(record["formula"], data, method=record["method"], **options), time


@pytest.mark.parametrize("name", CASES)
def test_same_as_r(name):
    record = CASES[name]
    fit, time = fit_case(record)
    assert fit.certificate.converged
    assert fit.certificate.singular == record["singular"]
    assert fit.deviance <= record["m2ll"] + 1e-6 * abs(record["m2ll"])
    assert fit.deviance == pytest.approx(record["m2ll"], rel=1e-8, abs=1e-6)
    terms = [our_term(term, time) for term in record["fixed"]["names"]]
    terms = [term if term in fit.terms else term.removeprefix("intercept:") for term in terms]
    se = np.array(record["fixed"]["se"])
    estimates = np.array(record["fixed"]["estimate"])
    np.testing.assert_allclose(fit.params[terms], estimates, rtol=1e-6, atol=1e-6 * se.min())
    np.testing.assert_allclose(fit.bse[terms], se, rtol=1e-6)
    df = fit.fixed_effects().set_index("term").loc[terms, "df"]
    np.testing.assert_allclose(df, record["fixed"]["satterthwaite_df"], rtol=1e-4)
    effects = [our_effect(effect, time) for effect in record["random"]["names"]]
    G = np.array(record["random"]["cov"], dtype=float)
    size = np.sqrt(np.outer(np.diag(G), np.diag(G))).max()
    np.testing.assert_allclose(fit.cov_re.loc[effects, effects], G, rtol=1e-5, atol=1e-5 * size)
    assert np.sqrt(fit.scale) == pytest.approx(record["sigma"], rel=1e-6)
    assert fit.aic == pytest.approx(record["aic"], rel=1e-8)
    assert fit.bic == pytest.approx(record["bic"], rel=1e-8)


@pytest.mark.parametrize("name", [name for name, record in CASES.items() if "ranef" in record])
def test_random_effects_same_as_r(name):
    record = CASES[name]
    fit, time = fit_case(record)
    theirs = record["ranef"]
    ours = fit.random_effects
    effects = [our_effect(effect, time) for effect in theirs["names"]]
    ids = ours.index.astype(str)
    place = [list(ids).index(str(i)) for i in theirs["id"]]
    value = np.array(theirs["value"], dtype=float)
    np.testing.assert_allclose(
        ours[effects].to_numpy()[place], value, rtol=1e-5, atol=1e-6 * np.abs(value).max()
    )


INVARIANCE = cases("invariance")["rows"]


@pytest.mark.parametrize("row", INVARIANCE, ids=[row["label"] for row in INVARIANCE])
def test_the_coding_of_time_and_outcome_changes_nothing(row, recwarn):
    data = gc.load_dataset("sleepstudy")
    data["day"] = row["time_scale"] * data["day"] + row["time_offset"]
    data["reaction"] = row["y_scale"] * data["reaction"] + row["y_offset"]
    fit = gc.fit("reaction ~ day + (day | subject)", data)
    assert fit.deviance == pytest.approx(row["m2ll"], rel=1e-6)
    assert fit.certificate.converged
    assert fit.certificate.identified
    assert not fit.certificate.singular
    assert not fit.warnings
    assert not [w for w in recwarn if issubclass(w.category, gc.errors.GrowthCurvesWarning)]
    slope = 10.467285959596 * row["y_scale"] / row["time_scale"]
    error = 1.54578889627416 * row["y_scale"] / row["time_scale"]
    assert fit.params["slope"] == pytest.approx(slope, rel=1e-6)
    assert fit.bse["slope"] == pytest.approx(error, rel=1e-6)


ONEWAY = cases("oneway")


@pytest.mark.parametrize("method", ["REML", "ML"])
@pytest.mark.parametrize("design", ONEWAY)
def test_balanced_one_way_designs_have_a_closed_form(design, method):
    data = table("oneway.csv")
    data = data[data["design"] == design]
    expected = ONEWAY[design][method]
    fit = gc.fit("y ~ 1 + (1 | group)", data, method=method)
    assert fit.certificate.converged
    assert fit.certificate.singular == expected["zero"]
    assert fit.deviance == pytest.approx(expected["m2ll"], rel=1e-10)
    variance = fit.cov_re.iloc[0, 0]
    if expected["zero"]:
        assert variance == 0.0
        assert fit.certificate.direction == ("intercept",)
    else:
        assert variance == pytest.approx(expected["between_variance"], rel=1e-5, abs=1e-9 * fit.scale)
    assert np.sqrt(fit.scale) == pytest.approx(expected["sigma"], rel=1e-8)
    assert fit.bse.iloc[0] == pytest.approx(expected["se"], rel=1e-7)
