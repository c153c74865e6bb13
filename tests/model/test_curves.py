"""Curves in time as formulas write them: both doors say the same model."""

from __future__ import annotations

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import FormulaError, ModelError
from growthcurves.model.curves import curve_of
from growthcurves.model.formula.parse import read_terms

SLEEP = gc.load_dataset("sleepstudy").assign(arm=lambda d: np.where(d["subject"] % 2, "a", "b"))

SAME = {
    "reaction ~ day + I(day^2) + (day | subject)": {"shape": "quadratic"},
    "reaction ~ day + I(day**2) + I(day ** 3) + (day | subject)": {"shape": "cubic"},
    "reaction ~ (day + I(day^2)) * arm + (day | subject)": {"shape": "quadratic", "predictors": "arm"},
    "reaction ~ day + I(day^2) + (day + I(day^2) | subject)": {
        "shape": "quadratic",
        "random": ("intercept", "slope", "quadratic"),
    },
    "reaction ~ day + I(day*day) + (day || subject)": {
        "shape": "quadratic",
        "random": gc.Diagonal("intercept", "slope"),
    },
    "reaction ~ ns(day, 3) + (day | subject)": {"shape": gc.Spline(df=3)},
    "reaction ~ ns(day, df=3) * arm + (day | subject)": {"shape": gc.Spline(df=3), "predictors": "arm"},
    "reaction ~ ns(day, knots=[2, 5]) + (1 + day | subject)": {"shape": gc.Spline(knots=[2, 5])},
    "reaction ~ ns(day, 2) + (ns(day, 2) | subject)": {
        "shape": gc.Spline(df=2),
        "random": ("intercept", "s1", "s2"),
    },
    "reaction ~ log(day + 1) * arm + (log(day + 1) | subject)": {"shape": gc.LogTime(1), "predictors": "arm"},
    "reaction ~ np.log1p(day) + (log(1 + day) | subject)": {"shape": "log"},
}


@pytest.mark.parametrize("formula", SAME)
def test_both_doors_give_the_same_fit(formula):
    one = gc.fit(formula, SLEEP)
    other = gc.fit(gc.GrowthModel("reaction", "day", "subject", **SAME[formula]), SLEEP)
    assert one.model.shape == other.model.shape and one.model.random == other.model.random
    assert one.deviance == pytest.approx(other.deviance, rel=1e-11)
    assert set(one.terms) == set(other.terms)
    np.testing.assert_allclose(one.params[list(other.terms)], other.params, rtol=1e-7)
    np.testing.assert_allclose(one.bse[list(other.terms)], other.bse, rtol=1e-7)


def test_log_of_another_start_is_as_written():
    """log(day + 2): the intercept is where that is zero, as in R; a LogTime with another origin has the same slope."""
    fit = gc.fit("reaction ~ log(day + 2) + (1 | subject)", SLEEP, time="day")
    made = SLEEP.assign(x=np.log(SLEEP["day"] + 2))
    other = gc.fit("reaction ~ x + (1 | subject)", made, time="x")
    np.testing.assert_allclose(fit.params, other.params, rtol=1e-9)
    assert fit.model.origin == -1.0


@pytest.mark.parametrize("term", ["C(day)", "np.sin(day)", "poly(day, 2)", "I(day > 3)", "bs(day, df=4)"])
def test_other_curves_are_fitted_as_covariates(term):
    """Curves that no shape has: the fit is that of their columns; the mean curve follows them, change() refuses."""
    fit = gc.fit(f"reaction ~ {term} + (1 | subject)", SLEEP, time="day")
    columns = SLEEP.assign(**{f"c{j}": fit.bound.covariates[j] for j in range(len(fit.terms) - 1)})
    by_hand = " + ".join(name for name in columns if name.startswith("c"))
    other = gc.fit(f"reaction ~ {by_hand} + (1 | subject)", columns)
    assert fit.deviance == pytest.approx(other.deviance, rel=1e-10)
    expected = fit.predict(SLEEP.head(10), people="average")
    from growthcurves.results.persons.trajectories import mean_curve

    np.testing.assert_allclose(mean_curve(fit, SLEEP["day"].head(10))["mean"], expected, rtol=1e-9)
    with pytest.raises(gc.errors.NotEstimableError, match="outside its growth shape"):
        fit.change()


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("t", "power"),
        ("I(t ** 2)", "power"),
        ("I(t * t * t)", "power"),
        ("ns(t, 4)", "spline"),
        ("log(t)", "log"),
        ("np.log(t - 3)", "log"),
        ("np.log(2 * t)", None),
        ("ns(t, 4, 5)", None),
        ("ns(t, df=n)", None),
        ("I(t ** 0.5)", None),
        ("{t + 1}", None),
    ],
)
def test_what_a_factor_of_time_is(text, kind):
    found = curve_of(read_terms(text).factors[0], "t")
    assert (found and found.kind) == kind


def test_names_in_backticks():
    data = SLEEP.rename(columns={"day": "day of study"})
    fit = gc.fit("reaction ~ `day of study` + I(`day of study`^2) + (`day of study` | subject)", data)
    assert fit.terms == ("intercept", "slope", "quadratic")
    spline = gc.fit("reaction ~ ns(`day of study`, 3) + (`day of study` | subject)", data)
    assert spline.terms == ("intercept", "s1", "s2", "s3")


def test_natural_splines_of_predictors():
    data = SLEEP.assign(age=20.0 + SLEEP["subject"] % 23)
    fit = gc.fit("reaction ~ day * ns(age, 2) + (day | subject)", data)
    assert [name for name in fit.terms if name.startswith("slope:")] == ["slope:ns(age, 2)[1]", "slope:ns(age, 2)[2]"]
    again = fit.predict(data.head(3), people="average")
    np.testing.assert_allclose(again, fit.predict(people="average").head(3), rtol=1e-10)


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("reaction ~ day + np.log(stress) + (day | subject)", "'np.log\\(stress\\)' is infinite for person 308"),
        ("reaction ~ day * log(age - 21) + (day | subject)", "'log\\(age - 21\\)' is undefined for person 309"),
        ("reaction ~ day + sqrt_of + (day | subject)", "no column"),
    ],
)
def test_functions_of_values_that_they_cannot_take(formula, words):
    data = SLEEP.assign(stress=SLEEP["day"] * 1.0, age=SLEEP["subject"].map(lambda who: 20.0 if who == 309 else 30.0))
    with pytest.raises(gc.errors.DataError, match=words):
        gc.fit(formula, data)


@pytest.mark.parametrize(
    "formula",
    [
        "reaction ~ day + log(day + 1) + (1 | subject)",
        "reaction ~ ns(day, 3) + day + (1 | subject)",
        "reaction ~ ns(day, 3) + log(day + 1) + (1 | subject)",
    ],
)
def test_curves_that_no_shape_has_together_are_refused(formula):
    """Never one of them in the place of the other."""
    with pytest.raises(FormulaError, match="mixes several curves"):
        gc.fit(formula, SLEEP, time="day")


@pytest.mark.parametrize("random", ["(0 + day | subject)", "(day || subject)"])
def test_a_lone_random_line_beside_a_spline_starts_at_zero_or_is_refused(random):
    formula = f"reaction ~ ns(day, 3) + {random}"
    fit = gc.fit(formula, SLEEP)
    same = gc.GrowthModel("reaction", "day", "subject", shape=gc.Spline(df=3), origin=0, random=fit.model.random)
    assert gc.fit(same, SLEEP).deviance == pytest.approx(fit.deviance, rel=1e-12)
    with pytest.raises(ModelError, match="depends on where 'day' is zero"):
        gc.fit(formula, SLEEP.assign(day=SLEEP["day"] + 1))
