"""GrowthModel as an immutable value, its equations, and the random part."""

from __future__ import annotations

import copy
import dataclasses
import pickle

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import ModelError
from growthcurves.model.random import RandomPart, random_part

MODEL = gc.GrowthModel("bdi", "week", "subject")


def test_defaults():
    assert MODEL.random == RandomPart((("intercept", "slope"),))
    assert MODEL.parameters == ("intercept", "slope")
    assert MODEL.predictors == {} and MODEL.reference == {}
    assert MODEL.formula_for("slope") == "1"


def test_one_text_is_for_all_growth_parameters():
    assert MODEL.replace(predictors="age").predictors == {"intercept": "age", "slope": "age"}


EQUATIONS = {
    "default": (
        {},
        """\
Level 1   bdi = intercept_i + slope_i * week + e
Level 2   intercept_i = intercept + u_intercept
          slope_i = slope + u_slope
          e ~ N(0, sigma^2);  (u_intercept, u_slope) ~ N(0, G), G unstructured""",
    ),
    "predictors": (
        {"predictors": {"intercept": "age + arm", "slope": "arm"}, "time_varying": "stress"},
        """\
Level 1   bdi = intercept_i + slope_i * week + stress + e
Level 2   intercept_i = intercept + age + arm + u_intercept
          slope_i = slope + arm + u_slope
          e ~ N(0, sigma^2);  (u_intercept, u_slope) ~ N(0, G), G unstructured""",
    ),
    "origin": (
        {"origin": 4.5, "random": gc.Diagonal("intercept", "slope")},
        """\
Level 1   bdi = intercept_i + slope_i * (week - 4.5) + e
Level 2   intercept_i = intercept + u_intercept
          slope_i = slope + u_slope
          e ~ N(0, sigma^2);  u_intercept ~ N(0, G_intercept);  u_slope ~ N(0, G_slope)""",
    ),
    "earlier origin, slope alone": (
        {"origin": -2, "random": ("slope",)},
        """\
Level 1   bdi = intercept_i + slope_i * (week + 2) + e
Level 2   intercept_i = intercept
          slope_i = slope + u_slope
          e ~ N(0, sigma^2);  u_slope ~ N(0, G_slope)""",
    ),
    "nothing varies": (
        {"random": (), "predictors": {"slope": "0 + arm"}},
        """\
Level 1   bdi = intercept_i + slope_i * week + e
Level 2   intercept_i = intercept
          slope_i = arm
          e ~ N(0, sigma^2)""",
    ),
    "no mean of its own, the other way": (
        {"predictors": {"slope": "arm - 1"}},
        """\
Level 1   bdi = intercept_i + slope_i * week + e
Level 2   intercept_i = intercept + u_intercept
          slope_i = arm + u_slope
          e ~ N(0, sigma^2);  (u_intercept, u_slope) ~ N(0, G), G unstructured""",
    ),
    "a sum inside a function": (
        {"predictors": {"slope": "np.log(age + 1)"}},
        """\
Level 1   bdi = intercept_i + slope_i * week + e
Level 2   intercept_i = intercept + u_intercept
          slope_i = slope + np.log(age + 1) + u_slope
          e ~ N(0, sigma^2);  (u_intercept, u_slope) ~ N(0, G), G unstructured""",
    ),
    "no time": (
        {"time": None},
        """\
Level 1   bdi = intercept_i + e
Level 2   intercept_i = intercept + u_intercept
          e ~ N(0, sigma^2);  u_intercept ~ N(0, G_intercept)""",
    ),
}


@pytest.mark.parametrize("name", EQUATIONS)
def test_equations(name):
    changes, text = EQUATIONS[name]
    model = gc.GrowthModel(**({"outcome": "bdi", "time": "week", "id": "subject"} | changes))
    assert model.equations() == text


def test_equations_of_a_random_covariate_show_that_it_varies():
    model = MODEL.replace(time_varying="stress", random=("intercept", "stress"))
    text = model.equations()
    assert "u_stress" in text.splitlines()[0] or "stress_i" in text


def test_equations_of_the_fit_have_its_own_terms():
    sleep = gc.load_dataset("sleepstudy")
    sleep["arm"] = (sleep["subject"] % 2).map({0: "a", 1: "b"})
    fit = gc.fit("reaction ~ day * arm + (day | subject)", sleep)
    assert "slope_i = slope + arm[b] + u_slope" in fit.equations()
    assert fit.equations() in str(fit)


# --- replace and immutability ---


def test_replace_makes_a_new_model():
    other = MODEL.replace(random=("intercept",), origin=3.0)
    assert (other.random.names, other.origin) == (("intercept",), 3.0)
    assert (MODEL.random.names, MODEL.origin) == (("intercept", "slope"), None)
    assert MODEL.replace() == MODEL and MODEL.replace(origin=3.0, random=("intercept",)) == other
    with pytest.raises(ModelError, match=r"option of GrowthModel 'orign'\. Did you mean 'origin'"):
        MODEL.replace(orign=3)


def test_random_effects_follow_a_time_that_is_taken_away():
    without = MODEL.replace(random=("intercept",)).replace(time=None)
    assert without.parameters == without.random.names == ("intercept",)
    for changes in ({"random": ("intercept", "slope")}, {"predictors": {"slope": "age"}}):
        with pytest.raises(ModelError, match="slope"):
            gc.fit(gc.GrowthModel("reaction", None, "subject", **changes), gc.load_dataset("sleepstudy"))


def test_models_are_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        MODEL.origin = 3.0
    model = MODEL.replace(predictors={"slope": "age"}, reference={"arm": "a"})
    for inner in (model.predictors, model.reference):
        with pytest.raises((TypeError, AttributeError)):
            inner["intercept"] = "age"
    assert model.predictors == {"slope": "age"}


def test_the_callers_dictionaries_are_copied():
    predictors, reference = {"slope": "age"}, {"arm": "a"}
    model = MODEL.replace(predictors=predictors, reference=reference)
    predictors["slope"], reference["arm"] = "sex", "b"
    assert model.predictors == {"slope": "age"} and model.reference == {"arm": "a"}


def test_models_compare_and_copy():
    model = MODEL.replace(predictors={"slope": "age"})
    assert model == MODEL.replace(predictors={"slope": "age"}) != MODEL
    assert pickle.loads(pickle.dumps(model)) == copy.deepcopy(model) == model


def test_the_repr_builds_the_model_again():
    names = {"GrowthModel": gc.GrowthModel, "RandomPart": RandomPart}
    names["Polynomial"] = type(MODEL.shape)
    assert eval(repr(MODEL.replace(predictors="age", origin=1.0)), names) == MODEL.replace(predictors="age", origin=1.0)


# --- options ---


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"shape": "liner"}, r"shape 'liner'\. Did you mean 'linear'"),
        ({"residual": "independant"}, r"'independant'\. Did you mean 'independent'"),
        ({"predictors": {"slop": "age"}}, r"growth parameter 'slop'\. Did you mean 'slope'"),
        ({"random": ("slope", "slope")}, "'slope' stands twice"),
        ({"id": "slope"}, "'slope' is called like a growth parameter"),
        ({"outcome": "intercept"}, "'intercept' is called like a growth parameter"),
        ({"predictors": ["age", "arm"]}, "predictors"),
        ({"predictors": {"slope": ["age", "arm"]}}, "slope"),
        ({"predictors": {"slope": "slope ~ age"}}, "slope ~ age"),
        ({"predictors": ""}, "growth parameters are a formula"),
        ({"predictors": " "}, "growth parameters are a formula"),
        ({"predictors": {"slope": ""}}, "slope are a formula"),
        ({"predictors": {"slope": "age +"}}, "ends where a term is due"),
        ({"origin": "frist"}, "origin"),
        ({"origin": float("nan")}, "origin"),
        ({"random": gc.Diagonal("intercept", "intercept")}, "'intercept' stands twice"),
    ],
)
def test_options_that_contradict_are_refused(options, words):
    sleep = gc.load_dataset("sleepstudy").rename(columns={"reaction": "bdi", "day": "week"})
    sleep = sleep.assign(age=sleep["subject"] % 7, arm=sleep["subject"] % 2)
    with pytest.raises(ModelError, match=words):
        gc.fit(gc.GrowthModel(**({"outcome": "bdi", "time": "week", "id": "subject"} | options)), sleep)


def test_unknown_random_effects_are_refused_with_the_nearest():
    sleep = gc.load_dataset("sleepstudy")
    model = gc.GrowthModel("reaction", "day", "subject", random=("intercept", "slop"))
    with pytest.raises(ModelError, match=r"'slop'\. Did you mean 'slope'"):
        gc.fit(model, sleep)


# --- the random part ---


def test_random_part_of_what_a_user_may_write():
    assert random_part("slope").blocks == (("slope",),)
    assert random_part(["intercept", "slope"]).blocks == (("intercept", "slope"),)
    assert random_part(gc.Diagonal("intercept", "slope")).blocks == (("intercept",), ("slope",))
    assert random_part(()).blocks == random_part(gc.Diagonal()).blocks == ()
    part = RandomPart((("intercept", "slope"), ("stress",)))
    assert random_part(part) is part
    assert part.names == ("intercept", "slope", "stress") and part.positions == ((0, 1), (2,))


def test_diagonal_is_a_value():
    diagonal = gc.Diagonal("intercept", "slope")
    assert repr(diagonal) == "Diagonal('intercept', 'slope')"
    assert eval(repr(diagonal), {"Diagonal": gc.Diagonal}) == diagonal == ("intercept", "slope")
    assert isinstance(pickle.loads(pickle.dumps(diagonal)), gc.Diagonal)
    assert MODEL.replace(random=diagonal).random != MODEL.random


def test_random_part_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        MODEL.random.blocks = ()


def test_a_model_without_random_effects_is_least_squares():
    sleep = gc.load_dataset("sleepstudy")
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", random=()), sleep)
    slope, intercept = np.polyfit(sleep["day"], sleep["reaction"], 1)
    assert fit.params.tolist() == pytest.approx([intercept, slope], rel=1e-9)
    residual = sleep["reaction"] - intercept - slope * sleep["day"]
    assert fit.scale == pytest.approx((residual**2).sum() / 178, rel=1e-9)
    assert fit.fixed_effects()["df"].tolist() == pytest.approx([178, 178], rel=1e-6)


def test_a_new_shape_takes_its_own_defaults():
    """What was left to the shape, or said of all growth parameters at once, is that of the new shape."""
    sleep = gc.load_dataset("sleepstudy").assign(arm=lambda data: np.where(data["subject"] % 2, "a", "b"))
    model = gc.GrowthModel("reaction", "day", "subject", predictors="arm")
    pieces = model.replace(shape=gc.Piecewise([3]))
    assert pieces == gc.GrowthModel("reaction", "day", "subject", shape=gc.Piecewise([3]), predictors="arm")
    fitted = gc.fit(model, sleep).refit(shape=gc.Piecewise([3]))
    assert fitted.random_names == ("intercept", "slope1", "slope2") and "slope2:arm[b]" in fitted.terms
    said = model.replace(random=("intercept",)).replace(shape="quadratic")
    assert said.random.names == ("intercept",)
    assert pickle.loads(pickle.dumps(model)).replace(shape="cubic") == model.replace(shape="cubic")


def test_a_reference_level_may_be_a_number_for_a_text():
    chicks = gc.load_dataset("chickweight")
    one = gc.fit(gc.GrowthModel("weight", "day", "chick", predictors="diet", reference={"diet": 3}), chicks)
    other = gc.fit(gc.GrowthModel("weight", "day", "chick", predictors="diet", reference={"diet": "3"}), chicks)
    assert one.terms == other.terms and "slope:diet[1]" in one.terms


@pytest.mark.parametrize("formula", ["", " ", "1", "0", "y ~ x", 5, ["stress"]])
def test_time_varying_predictors_are_a_formula_with_terms(formula):
    with pytest.raises(ModelError, match="time_varying= is a formula such as 'stress'"):
        MODEL.replace(time_varying=formula)


def test_the_old_name_of_time_varying_answers_with_the_new_one():
    """At every door, in one sentence; an option that no model has is refused as such."""
    formula, sleep = "reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy")
    doors = [
        lambda: gc.GrowthModel("y", "t", "id", covariates="stress"),
        lambda: MODEL.replace(covariates="stress"),
        lambda: gc.fit(formula, sleep, covariates="stress"),
        lambda: gc.ladder(gc.GrowthModel("reaction", "day", "subject"), sleep, steps=[{"covariates": "stress"}]),
    ]
    for door in doors:
        with pytest.raises(ModelError, match="time_varying="):
            door()
    with pytest.raises(ModelError, match="no option of GrowthModel 'shapes'. Did you mean 'shape'"):
        gc.GrowthModel("y", "t", "id", shapes="linear")
