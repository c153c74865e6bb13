"""The formula door: the same model as the model door, R's coding, and a sentence for what cannot be read."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import ColumnError, FormulaError, ModelError, ModelWarning, NotAvailableError
from growthcurves.model.formula.lme4 import parse_formula

MODEL = gc.GrowthModel("reaction", "day", "subject", origin=0.0)


@pytest.fixture(scope="module")
def data():
    """sleepstudy with predictors of both levels; persons differ in their number of rows."""
    rng = np.random.default_rng(5)
    sleep = gc.load_dataset("sleepstudy")
    person = pd.factorize(sleep["subject"])[0]
    sleep = sleep.assign(
        age=30.0 + (person * 7) % 18,
        arm=np.array(["placebo", "drug", "high"])[person % 3],
        sex=np.where(person % 2, "f", "m"),
        site=person % 3 + 1,
        stress=rng.normal(size=180).round(3),
        tv=np.where(rng.random(180) > 0.5, "hi", "lo"),
    )
    sleep["Körper größe"] = 170.0 + person
    return sleep[rng.random(180) > 0.1].reset_index(drop=True)


def both(predictors=None, **options):
    return MODEL.replace(predictors=predictors, **options)


DOORS = {
    "random intercept": ("reaction ~ day + (1 | subject)", both(random=("intercept",))),
    "intercept and slope": ("reaction ~ day + (day | subject)", both()),
    "no covariance": ("reaction ~ day + (day || subject)", both(random=gc.Diagonal("intercept", "slope"))),
    "two random terms": (
        "reaction ~ day + (1 | subject) + (0 + day | subject)",
        both(random=gc.Diagonal("intercept", "slope")),
    ),
    "slope alone": ("reaction ~ day + (0 + day | subject)", both(random=("slope",))),
    "slope alone, -1": ("reaction ~ day + (day - 1 | subject)", both(random=("slope",))),
    "predictor of both": ("reaction ~ day * age + (day | subject)", both("age")),
    "written out": ("reaction ~ day + age + day:age + (day | subject)", both("age")),
    "predictor of the intercept": ("reaction ~ day + age + (day | subject)", both({"intercept": "age"})),
    "different predictors": (
        "reaction ~ day * arm + age + (day | subject)",
        both({"intercept": "arm + age", "slope": "arm"}),
    ),
    "interaction": ("reaction ~ day * arm * age + (day | subject)", both("arm * age")),
    "square of a sum": (
        "reaction ~ (day + age + sex)^2 + (day | subject)",
        both({"intercept": "age * sex", "slope": "age + sex"}),
    ),
    "covariate": ("reaction ~ day + stress + (day | subject)", both(time_varying="stress")),
    "covariate by time": ("reaction ~ day * stress + (day | subject)", both(time_varying="stress + day:stress")),
    "random covariate": (
        "reaction ~ day + stress + (day + stress | subject)",
        both(time_varying="stress", random=("intercept", "slope", "stress")),
    ),
    "categories in a call": ("reaction ~ day * C(site) + (day | subject)", both("C(site)")),
    "power": ("reaction ~ day + I(age^2) + (day | subject)", both({"intercept": "I(age**2)"})),
    "backticks": ("reaction ~ day * `Körper größe` + (day | subject)", both("`Körper größe`")),
    "no intercept": (
        "reaction ~ 0 + arm + day:arm + (day | subject)",
        both({"intercept": "0 + arm", "slope": "0 + arm"}),
    ),
}


@pytest.mark.parametrize("method", ["reml", "ml"])
@pytest.mark.parametrize("name", DOORS)
def test_both_doors_give_the_same_fit(data, name, method):
    formula, model = DOORS[name]
    left = gc.fit(formula, data, method=method, time="day")
    right = gc.fit(model, data, method=method)
    assert set(left.terms) == set(right.terms) and left.random_names == right.random_names
    assert left.deviance == pytest.approx(right.deviance, rel=1e-10)
    pd.testing.assert_series_equal(left.params, right.params[list(left.terms)], rtol=1e-8)
    pd.testing.assert_series_equal(left.bse, right.bse[list(left.terms)], rtol=1e-8)
    np.testing.assert_allclose(left.cov_re, right.cov_re, rtol=1e-6, atol=1e-8)
    assert left.equations().splitlines()[0].split("+")[0] == right.equations().splitlines()[0].split("+")[0]


def test_reference_level(data):
    options = {"reference": {"arm": "placebo"}}
    left = gc.fit("reaction ~ day * arm + (day | subject)", data, **options)
    right = gc.fit(both("arm", **options), data)
    assert left.terms == right.terms
    assert left.terms[:3] == ("intercept", "intercept:arm[drug]", "intercept:arm[high]")
    pd.testing.assert_series_equal(left.params, right.params, rtol=1e-8)
    other = gc.fit("reaction ~ day * arm + (day | subject)", data, reference={"arm": "drug"})
    assert left.params["slope:arm[drug]"] == pytest.approx(-other.params["slope:arm[placebo]"], rel=1e-7)
    default = gc.fit("reaction ~ day * arm + (day | subject)", data)  # a control by its name
    pd.testing.assert_series_equal(left.params, default.params)


def test_a_reference_that_does_not_occur(data):
    with pytest.raises(ModelError, match=r"level of 'arm' 'plazebo'.*Did you mean 'placebo'"):
        gc.fit("reaction ~ day * arm + (day | subject)", data, reference={"arm": "plazebo"})
    with pytest.raises(ModelError, match="'armm'"):
        gc.fit("reaction ~ day * arm + (day | subject)", data, reference={"armm": "placebo"})


def test_backticks_in_every_place(data):
    names = {"reaction": "Reaktion (ms)", "day": "Tag nach Beginn", "subject": "Person Nr.", "arm": "a+b"}
    odd = data.rename(columns=names)
    plain = gc.fit("reaction ~ day * arm + (day | subject)", data)
    fit = gc.fit("`Reaktion (ms)` ~ `Tag nach Beginn` * `a+b` + (`Tag nach Beginn` | `Person Nr.`)", odd)
    assert fit.deviance == pytest.approx(plain.deviance, rel=1e-10)
    assert fit.terms == tuple(term.replace("arm[", "a+b[") for term in plain.terms)
    assert "Tag nach Beginn" in str(fit) and "Reaktion (ms)" in str(fit.change())


@pytest.mark.parametrize("name", ["a^b", "a~b", "a|b", "d-1", "d - 1", "x:y", "ö*ü", "a(b)"])
@pytest.mark.parametrize("role", ["predictor", "time"])
def test_any_sign_in_a_name(data, name, role):
    plain = gc.fit("reaction ~ day * age + (day | subject)", data)
    if role == "predictor":
        fit = gc.fit(f"reaction ~ day * `{name}` + (day | subject)", data.rename(columns={"age": name}))
        assert fit.terms == ("intercept", f"intercept:{name}", "slope", f"slope:{name}")
    else:
        fit = gc.fit(f"reaction ~ `{name}` * age + (`{name}` | subject)", data.rename(columns={"day": name}))
    assert fit.deviance == pytest.approx(plain.deviance, rel=1e-10)


def test_centring_is_over_rows_through_the_formula_door_and_over_persons_through_the_other(data):
    """R centres the column that it is given, one value per row; a level-2 formula sees one value per person."""
    people = data.groupby("subject")["age"].first()
    over_rows, over_persons = data["age"].mean(), people.mean()
    assert abs(over_rows - over_persons) > 0.01
    plain = gc.fit("reaction ~ day * age + (day | subject)", data).params
    formula = gc.fit("reaction ~ day * center(age) + (day | subject)", data).params
    model = gc.fit(both("center(age)"), data).params
    assert formula["intercept"] == pytest.approx(plain["intercept"] + over_rows * plain["intercept:age"], rel=1e-8)
    assert model["intercept"] == pytest.approx(plain["intercept"] + over_persons * plain["intercept:age"], rel=1e-8)
    assert formula["slope"] == pytest.approx(plain["slope"] + over_rows * plain["slope:age"], rel=1e-8)
    assert formula["slope:center(age)"] == pytest.approx(plain["slope:age"], rel=1e-7)


def test_the_origin_is_zero_as_written(data):
    late = data[data["day"] >= 3]
    formula = gc.fit("reaction ~ day + (day | subject)", late)
    assert formula.recipe.shape.origin == 0
    model = gc.fit(gc.GrowthModel("reaction", "day", "subject"), late)
    origin = round(late["day"].median())
    assert model.recipe.shape.origin == origin  # not all begin together
    assert formula.deviance == pytest.approx(model.deviance, rel=1e-10)
    there = formula.params["intercept"] + origin * formula.params["slope"]
    assert model.params["intercept"] == pytest.approx(there, rel=1e-9)


# --- time-varying predictors: any rows, and the coding of R (checked against lme4 1.1-31) ---


@pytest.mark.parametrize("formula", ["day * stress", "day * stress * sex", "day:stress + stress + day", "day * tv"])
def test_rows_of_any_index_give_the_same_fit(data, formula):
    """Filtered, shuffled, concatenated rows keep labels that are not 0 ... n - 1; missing outcomes leave gaps."""
    whole = gc.fit(f"reaction ~ {formula} + (day | subject)", data[data["day"] > 0].reset_index(drop=True))
    kept = data[data["day"] > 0]
    repeated = pd.concat([kept.iloc[:70].reset_index(drop=True), kept.iloc[70:].reset_index(drop=True)])
    gaps = data.assign(reaction=data["reaction"].where(data["day"] > 0))
    for rows in (kept, kept.sample(frac=1, random_state=1), repeated, gaps):
        fit = gc.fit(f"reaction ~ {formula} + (day | subject)", rows)
        assert fit.nobs == whole.nobs
        assert fit.deviance == pytest.approx(whole.deviance, rel=1e-10)
        pd.testing.assert_series_equal(fit.params, whole.params[list(fit.terms)], rtol=1e-7)


def coded(data):
    return data.assign(lo=(data["tv"] == "lo").astype(float), hi=(data["tv"] == "hi").astype(float))


def test_an_interaction_of_time_with_a_time_varying_factor_keeps_the_reference(data):
    fit = gc.fit("reaction ~ day * tv + (day | subject)", data)
    number = gc.fit("reaction ~ day * lo + (day | subject)", coded(data))
    assert fit.params["slope"] == pytest.approx(number.params["slope"], rel=1e-8)
    assert fit.params["day:tv[lo]"] == pytest.approx(number.params["day:lo"], rel=1e-8)


def test_an_interaction_with_a_person_level_predictor_keeps_the_reference(data):
    fit = gc.fit("reaction ~ day + tv * age + (1 | subject)", data, time="day")
    number = gc.fit("reaction ~ day + lo * age + (1 | subject)", coded(data), time="day")
    assert fit.params["intercept:age"] == pytest.approx(number.params["intercept:age"], rel=1e-7)
    assert fit.params["tv[lo]:age"] == pytest.approx(number.params["lo:age"], rel=1e-7)


def test_no_intercept_and_a_time_varying_factor_keeps_all_levels(data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ModelWarning)
        fit = gc.fit("reaction ~ 0 + tv + day + (day | subject)", data)
        number = gc.fit("reaction ~ 0 + hi + lo + day + (day | subject)", coded(data))
    assert fit.deviance == pytest.approx(number.deviance, rel=1e-10)
    assert {"tv[hi]", "tv[lo]"} < set(fit.terms)


def test_no_intercept_is_warned_of_in_words(data):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        gc.fit("reaction ~ 0 + day + (day | subject)", data)
    assert not any("1 predicts" in str(item.message) or "their 1" in str(item.message) for item in caught)


def test_a_slope_predictor_without_its_effect_on_the_intercept_is_warned_of(data):
    with pytest.warns(ModelWarning, match="age predicts the slope but not the intercept"):
        fit = gc.fit("reaction ~ day + day:age + (day | subject)", data)
    assert fit.terms == ("intercept", "slope", "slope:age")


# --- what cannot be read ---

BAD = {
    "reaction day": (FormulaError, "not of the form 'outcome ~ terms"),
    " ": (FormulaError, "not of the form"),
    "~ day + (day | subject)": (FormulaError, "not of the form"),
    "reaction ~ ": (FormulaError, "not of the form"),
    "reaction ~ day + (day | subject) ~ 2": (FormulaError, "not of the form"),
    "reaction ~ day": (FormulaError, r"no random part: add one, such as \(time \| id\)"),
    "reaction ~ day + (day | subject": (FormulaError, "not closed"),
    "reaction ~ day + `age + (day | subject)": (FormulaError, "not closed"),
    "reaction ~ day + (day | subject))": (FormulaError, "too many"),
    "reaction ~ day + day | subject": (FormulaError, "needs parentheses"),
    "reaction ~ day + (day | subject) + (1 | mm(arm, age))": (NotAvailableError, "is of multiple membership"),
    "reaction ~ day + (day | arm + subject)": (FormulaError, r"is several: write a term for each, as in \(1 \| a\)"),
    "reaction ~ day + (1 | subject) + (day | subject)": (FormulaError, "random intercept stands in two terms"),
    "reaction ~ day + (day + stress | subject)": (FormulaError, r"day, stress.*time="),
    "scale(reaction) ~ day + (day | subject)": (FormulaError, "make a column of it in the table first"),
    "reaction ~ day + I(day^2) + ns(day, 3) + (day | subject)": (FormulaError, "mixes several curves"),
    "reaction ~ day + (2:age | subject)": (FormulaError, "may not hold a number times a column"),
    "reaction ~ day + + (day | subject)": (FormulaError, "cannot be read"),
    "reaction ~ day + foo(age) + (day | subject)": (FormulaError, "'foo' is not defined"),
    "reaction ~ day * agee + (day | subject)": (ColumnError, r"'agee'\. Did you mean 'age'"),
    "reaction ~ dya + (dya | subject)": (ColumnError, r"'dya'\. Did you mean 'day'"),
    "reaction ~ day + (day | subjct)": (ColumnError, r"'subjct'\. Did you mean 'subject'"),
    "reactoin ~ day + (day | subject)": (ColumnError, r"'reactoin'\. Did you mean 'reaction'"),
}


@pytest.mark.parametrize("formula", BAD)
def test_what_cannot_be_read_is_said_in_one_line(data, formula):
    error, words = BAD[formula]
    with pytest.raises(error, match=words) as caught:
        gc.fit(formula, data)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("formula", ["reaction ~ . + (day | subject)", "reaction ~ day + 'age' + (day | subject)"])
def test_messages_do_not_speak_of_the_library_below(data, formula):
    with pytest.raises(FormulaError) as caught:
        gc.fit(formula, data)
    assert not any(word in str(caught.value) for word in ("formulaic", "materializer", "LayeredMapping"))
    assert len(str(caught.value)) < 200


def test_an_empty_random_part_is_refused(data):
    with pytest.raises(FormulaError):
        gc.fit("reaction ~ day + ( | subject)", data)


def test_the_outcome_is_no_predictor(data):
    for model in ("reaction ~ day + reaction + (day | subject)", both(time_varying="reaction")):
        with pytest.raises(ModelError, match="'reaction'.*outcome"):
            gc.fit(model, data)


@pytest.mark.parametrize("name", ["1", "Intercept"])
def test_a_predictor_called_like_the_constant_is_refused(data, name):
    with pytest.raises(ModelError, match=f"'{name}'.*rename the column"):
        gc.fit(f"reaction ~ day * `{name}` + (day | subject)", data.rename(columns={"age": name}))


@pytest.mark.parametrize("name", ["slope", "intercept"])
@pytest.mark.parametrize("column", ["age", "stress"])
def test_a_column_called_like_a_growth_parameter_is_refused(data, name, column):
    renamed = data.rename(columns={column: name})
    for model in (f"reaction ~ day + {name} + (day | subject)", both(time_varying=name)):
        with pytest.raises(ModelError, match=f"'{name}'.*growth parameter"):
            gc.fit(model, renamed)


def test_a_parsed_formula_says_its_parts():
    parsed = parse_formula("y ~ t * `a b` + np.log(age) + (t || id)")
    assert (parsed.outcome, parsed.time, parsed.id, parsed.fixed.intercept) == ("y", "t", "id", True)
    assert sorted(str(term) for term in parsed.fixed.terms) == ["`a b`", "np.log(age)", "t", "t:`a b`"]
    assert parsed.columns[:2] == ["y", "id"] and sorted(parsed.columns[2:]) == ["a b", "age", "t"]
    part = parsed.random[0]
    assert (part.varying.intercept, [str(term) for term in part.varying.terms], part.correlated) == (True, ["t"], False)


def test_without_time(data):
    fit = gc.fit("reaction ~ 1 + (1 | subject)", data)
    assert fit.model.time is None and fit.terms == ("intercept",)
    assert gc.fit("reaction ~ (1 | subject)", data).deviance == pytest.approx(fit.deviance, rel=1e-12)
    with pytest.raises(gc.errors.NotEstimableError, match="no time"):
        fit.change()
