"""Probabilities of ordered categories beside emmeans (make_categories.R) and the textbook's integrals over persons."""

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import growthcurves as gc
from tests.reference_values import cases, table

NAMES = ["low", "middle", "high"]


@pytest.fixture(scope="module")
def data():
    found = table("panel_outcomes.csv")
    return found.assign(state=pd.cut(found["counts"], [-1, 0, 2, 999], labels=NAMES))


@pytest.fixture(scope="module")
def fit(data):
    formula = "state ~ time * arm + (1 | id)"
    return gc.fit(formula, data, family="ordinal", time="time", reference={"arm": "placebo"}, quadrature=11)


@pytest.fixture(scope="module")
def alone(data):
    options = {"predictors": "arm", "random": (), "reference": {"arm": "placebo"}}
    return gc.fit(gc.GrowthModel("state", "time", "id", family="ordinal", **options), data)


def test_without_random_effects_they_are_those_of_emmeans(alone):
    want = cases("categories")
    assert alone.llf == pytest.approx(want["log_likelihood"], abs=1e-8)
    rows = pd.DataFrame({name: want[name] for name in ("state", "arm", "time", "prob", "se")})
    for name, part in rows.groupby("state"):
        for people in ("typical", "average"):
            found = alone.means(at=[0, 4], by="arm", category=name, people=people).table
            both = part.merge(found[["arm", "time", "estimate", "std_error"]], on=["arm", "time"])
            assert len(both) == 4
            np.testing.assert_allclose(both["estimate"], both["prob"], rtol=1e-6)
            np.testing.assert_allclose(both["std_error"], both["se"], rtol=1e-4)


def test_linear_predictors_without_a_threshold_are_not_tested_against_zero(alone, data):
    """Another reference level moves them all, so that a p against zero would be of the coding; differences stay."""
    options = {"predictors": "arm", "random": (), "reference": {"arm": "drug"}}
    other = gc.fit(gc.GrowthModel("state", "time", "id", family="ordinal", **options), data)
    here, there = (fit.means(at=[4], by="arm", differences="pairwise", scale="link") for fit in (alone, other))
    tested = here.table.set_index("kind")["p_value"].notna()
    assert not tested.drop("difference").any() and tested["difference"].all()
    assert "only differences do" in here.note
    assert here.means["estimate"].iloc[0] != pytest.approx(there.means.set_index("arm").loc["placebo", "estimate"])
    one, two = here.differences.iloc[0], there.differences.iloc[0]
    assert abs(one["estimate"]) == pytest.approx(abs(two["estimate"]), rel=1e-6)
    assert one["p_value"] == pytest.approx(two["p_value"], rel=1e-5)


def test_counts_without_random_effects_are_those_of_glm(data):
    options = {"predictors": "arm", "random": (), "reference": {"arm": "placebo"}, "exposure": "exposure"}
    found = gc.fit(gc.GrowthModel("counts", "time", "id", family="poisson", **options), data)
    want, order = cases("categories")["poisson"], ["intercept", "slope", "intercept:arm[drug]", "slope:arm[drug]"]
    assert found.llf == pytest.approx(want["log_likelihood"], abs=1e-8)
    np.testing.assert_allclose(found.params[order], want["beta"], rtol=1e-7)
    np.testing.assert_allclose(found.bse[order], want["se"], rtol=1e-5)


def test_averages_over_persons_are_integrals(fit, data):
    x, w = np.polynomial.hermite.hermgauss(80)
    cuts, sd = np.array(fit.family.values()), np.sqrt(fit.cov_re.iloc[0, 0])
    eta = fit.params["intercept:arm[drug]"] + 4 * (fit.params["slope"] + fit.params["slope:arm[drug]"])
    above = [expit(eta - cut + sd * np.sqrt(2.0) * x) @ w / np.sqrt(np.pi) for cut in cuts]
    rows = pd.DataFrame({"time": [4], "arm": ["drug"]})
    for name, want in zip(NAMES, -np.diff([1.0, *above, 0.0]), strict=True):
        assert fit.predict(rows, people="average", category=name)[0] == pytest.approx(want, abs=1e-9)
        found = fit.means(at=4, by="arm", category=name).table.set_index("arm").loc["drug"]
        assert found["estimate"] == pytest.approx(want, abs=1e-9) and 0 < found["conf_low"] < want < found["conf_high"]
    whole = sum(fit.predict(people="known", category=name) for name in NAMES)
    np.testing.assert_allclose(whole, 1.0, atol=1e-12)
    place = sum(i * fit.predict(people="known", category=name) for i, name in enumerate(NAMES))
    np.testing.assert_allclose(place, fit.predict(people="known"), atol=1e-10)


def test_what_has_no_meaning_is_refused(fit, data):
    with pytest.raises(gc.errors.ModelError, match="Did you mean 'low'"):
        fit.means(category="lwo")
    with pytest.raises(gc.errors.ModelError, match="leave scale= out"):
        fit.means(category="low", scale="link")
    with pytest.raises(gc.errors.NotEstimableError, match="for people='average' and 'typical'"):
        fit.predict(category="low", interval="confidence")
    with pytest.raises(gc.errors.ModelError, match="family='ordinal'"):
        gc.fit("exposure ~ time + (1 | id)", data, time="time").means(category="low")
