"""Crossed factors against lme4, lmerTest and pbkrtest: tests/reference/make_crossed.R.

Deviances agree to 1e-6 or lie below; standard errors to 1e-4, degrees of freedom to 1e-3 (relative).
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import reference_values

import growthcurves as gc
from growthcurves.errors import GrowthCurvesError, ModelError, NotAvailableError

CASES = {case["case"]: case for case in reference_values.cases("crossed")}
PLAIN = [name for name, case in CASES.items() if not case["singular"]]


@pytest.fixture(scope="module")
def data():
    return reference_values.table("levels_crossed.csv")


@pytest.fixture(scope="module")
def fits(data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {
            name: gc.fit(case["formula"], data, "reml" if case["reml"] else "ml", time="grade")
            for name, case in CASES.items()
        }


def ours(names):
    called = {"(Intercept)": "intercept", "grade": "slope", "poor": "intercept:poor", "grade:poor": "slope:poor"}
    return [called[name] for name in names]


@pytest.mark.parametrize("name", CASES)
def test_deviance_estimates_and_errors(name, fits):
    fit, case = fits[name], CASES[name]
    assert fit.deviance == pytest.approx(case["deviance"], abs=1e-5) and fit.deviance <= case["deviance"] + 1e-6
    assert fit.certificate.converged and fit.certificate.singular == case["singular"]
    assert fit.params[ours(case["beta"])].to_numpy() == pytest.approx(list(case["beta"].values()), rel=1e-5, abs=1e-5)
    assert fit.bse[ours(case["se"])].to_numpy() == pytest.approx(list(case["se"].values()), rel=1e-4)


@pytest.mark.parametrize("name", PLAIN)
def test_degrees_of_freedom(name, fits):
    fit, case = fits[name], CASES[name]
    table = fit.fixed_effects(ddf="satterthwaite").set_index("term")
    assert table.loc[ours(case["df"]), "df"].to_numpy() == pytest.approx(list(case["df"].values()), rel=1e-3)
    if case["reml"]:
        rows = fit.fixed_effects(ddf="kenward-roger").set_index("term").loc[ours(case["kr_df"])]
        assert rows["std_error"].to_numpy() == pytest.approx(list(case["kr_se"].values()), rel=1e-4)
        assert rows["df"].to_numpy() == pytest.approx(list(case["kr_df"].values()), rel=1e-3)


@pytest.mark.parametrize("name", CASES)
def test_variances(name, fits):
    table = fits[name].variance_components("wald").set_index("term")["estimate"]
    for row in CASES[name]["components"]:
        unit = row["grp"].split(".")[0]
        mark = "" if unit in ("pupil", "Residual") else f"|{unit}"
        pair = (row.get("var1"), row.get("var2"))
        called = [{"(Intercept)": "intercept", "grade": "slope"}.get(one, one) for one in pair if one]
        term = ("cor:" if len(called) == 2 else "sd:") + (",".join(called) or "residual") + mark
        assert table[term] == pytest.approx(row["sdcor"], rel=2e-4, abs=2e-4), term


@pytest.mark.parametrize("name", ["slopes-reml", "three-reml"])
def test_units_given_the_outcomes(name, fits):
    fit, case = fits[name], CASES[name]
    for level, unit in enumerate(["pupil", *fit.model.above]):
        names = fit.panel.persons.labels if level == 0 else fit.bound.crossed[level - 1][1]
        found = dict(zip(map(str, names), fit.estimates.units(level).effects.T, strict=True))
        for name, values in zip(case["units"][unit]["id"], case["units"][unit]["values"], strict=True):
            assert found[str(name)] == pytest.approx(values, rel=1e-3, abs=1e-4)


def test_a_model_says_that_units_are_crossed(data, fits):
    model = gc.GrowthModel("y", "grade", "pupil", predictors={"intercept": "poor"}, random=("intercept",),
                           levels={"teacher": gc.Crossed("intercept")})  # fmt: skip
    assert gc.fit(model, data).deviance == pytest.approx(fits["intercepts-reml"].deviance, abs=1e-8)
    with pytest.raises(ModelError, match=r"The pupil 1 has rows in two units of 'teacher'.*gc\.Crossed"):
        gc.fit(model.replace(levels={"teacher": ("intercept",)}), data)


@pytest.mark.parametrize("name", ["slopes-reml", "three-reml"])
def test_fitted_values_have_the_effects_of_person_and_units(name, fits, data):
    """X beta and lme4's conditional modes of pupil, school and teacher at every row."""
    fit, case = fits[name], CASES[name]
    grade = data["grade"].to_numpy()
    beta = case["beta"]
    expected = beta["(Intercept)"] + beta["grade"] * grade + beta["poor"] * data["poor"].to_numpy()
    for unit, found in case["units"].items():
        modes = dict(zip(map(str, found["id"]), found["values"], strict=True))
        effects = np.array([modes[str(one)] for one in data[unit]])
        expected = expected + effects[:, 0] + (effects[:, 1] * grade if effects.shape[1] > 1 else 0.0)
    assert fit.fittedvalues.to_numpy() == pytest.approx(expected, abs=2e-3)
    assert fit.predict(data).to_numpy() == pytest.approx(fit.fittedvalues.to_numpy(), abs=1e-10)
    assert fit.resid.to_numpy() == pytest.approx(data["y"].to_numpy() - expected, abs=2e-3)


def test_errors_of_known_and_of_new_ones_are_dense(fits, data):
    """Henderson (1975) over all rows at once, for rows of known pupils and teachers, and where one of them is new."""
    fit = fits["slopes-reml"]
    asked = data.iloc[:12].assign(pupil=[*data["pupil"].iloc[:8], *[900] * 4], teacher=[*data["teacher"].iloc[:4],
                                  *[99] * 4, *data["teacher"].iloc[8:12]])  # fmt: skip
    sd = fit.variance_components("wald").set_index("term")["estimate"]
    both, n = pd.concat([data, asked]), len(data)
    basis, cross = np.column_stack([np.ones(len(both)), both["grade"]]), 0.0
    for unit, mark in (("pupil", ""), ("teacher", "|teacher")):
        sds = np.array([sd[f"sd:intercept{mark}"], sd[f"sd:slope{mark}"]])
        G = np.diag(sds**2)
        G[0, 1] = G[1, 0] = sd[f"cor:intercept,slope{mark}"] * sds.prod()
        cross = cross + basis @ G @ basis.T * (both[unit].to_numpy()[:, None] == both[unit].to_numpy())
    V, X = cross[:n, :n] + sd["sd:residual"] ** 2 * np.eye(n), np.column_stack([basis, both["poor"]])
    weight = np.linalg.solve(V, cross[:n, n:])
    moved = X[n:] - weight.T @ X[:n]
    cov = np.linalg.inv(X[:n].T @ np.linalg.solve(V, X[:n]))
    beta = cov @ X[:n].T @ np.linalg.solve(V, data["y"])
    found = fit.predict(asked, interval="confidence")
    assert found["estimate"].to_numpy() == pytest.approx(moved @ beta + weight.T @ data["y"], rel=1e-6)
    variance = np.diag(moved @ cov @ moved.T + cross[n:, n:] - weight.T @ cross[:n, n:])
    assert found["std_error"].to_numpy() == pytest.approx(np.sqrt(variance), rel=1e-6)


def test_persons_stand_beside_average_units(fits):
    """A pupil's growth parameters are the fixed part and the pupil's own modes; of its teachers each row has others."""
    fit, case = fits["slopes-reml"], CASES["slopes-reml"]
    found, modes = fit.people(), case["units"]["pupil"]
    poor = fit.panel.frame.groupby("pupil")["poor"].first()
    for name, (intercept, slope) in zip(modes["id"], modes["values"], strict=True):
        row, beta = found.loc[int(name)], case["beta"]
        start = beta["(Intercept)"] + beta["poor"] * poor.loc[int(name)] + intercept
        assert [row["eb_intercept"], row["eb_slope"]] == pytest.approx([start, beta["grade"] + slope], abs=2e-3)
    assert "grade" in str(fit.change())


@pytest.mark.parametrize("ask", [
    lambda fit, data: fit.fixed_effects(ddf="robust"),
    lambda fit, data: fit.conf_int(method="case", n=5),
    lambda fit, data: fit.save("crossed.json"),  # without rows=True
])  # fmt: skip
def test_what_crossed_units_do_not_have_is_one_sentence(ask, fits, data):
    with pytest.raises(GrowthCurvesError) as caught:
        ask(fits["intercepts-reml"], data)
    assert isinstance(caught.value, (NotAvailableError, ModelError)) and str(caught.value).count(".") <= 3


def test_replicates_come_back_to_what_they_were_drawn_from(fits):
    found = fits["intercepts-reml"].variance_components(method="bootstrap", n=39, rng=1).set_index("term")
    assert (found["conf_low"] < found["estimate"]).all() and (found["conf_high"] > found["estimate"] * 0.8).all()


def test_too_many_crossed_units_are_refused_with_their_number(data):
    rng = np.random.default_rng(1)
    many = data.loc[data.index.repeat(50)].assign(item=lambda d: rng.integers(0, 5000, len(d)),
                                                  rater=lambda d: rng.integers(0, 5000, len(d)))  # fmt: skip
    with pytest.raises(NotAvailableError, match="random effects of crossed units.*fits up to 4,000"):
        gc.fit("y ~ 1 + (1 | item) + (1 | rater)", many)


def test_a_saved_fit_answers_as_before(fits, tmp_path):
    fit = fits["slopes-reml"]
    again = gc.load(fit.save(tmp_path / "fit.json", rows=True))
    assert again.deviance == pytest.approx(fit.deviance, abs=1e-9) and again.certificate == fit.certificate
    pd.testing.assert_frame_equal(again.variance_components(), fit.variance_components())
    assert again.fittedvalues.to_numpy() == pytest.approx(fit.fittedvalues.to_numpy(), abs=1e-9)


def test_zeros_among_products_do_not_move_units(data):
    """At whole times some cross-products are exactly zero; leaving effects out must not lose their places."""
    moved = data.assign(grade=data["grade"] - 1)
    fit = gc.fit("y ~ grade + (grade | pupil) + (1 | teacher)", moved, time="grade")
    small = gc.fit("y ~ grade + (1 | pupil) + (1 | teacher)", moved, time="grade")
    assert fit.test_variance("slope").statistic == pytest.approx(small.deviance - fit.deviance, abs=1e-6)
    assert "grade" in str(fit.change())
