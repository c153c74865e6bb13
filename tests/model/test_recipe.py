"""A recipe reads other rows as the first were: in batches whose sums give the fit of the whole, and in saved fits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import DataError, ModelError, NotAvailableError

RNG = np.random.default_rng(31)
SLEEP = gc.load_dataset("sleepstudy").assign(
    arm=lambda data: pd.Categorical(np.array(["low", "high", "none"])[data["subject"] % 3], ["none", "low", "high"]),
    sex=lambda data: np.where(data["subject"] % 2, "f", "m"),
    age=lambda data: data["subject"] % 23 + 20.0,
    event=lambda data: 2.25 + data["subject"] % 5,
    wave=lambda data: "w" + data["day"].astype(int).astype(str),
    stress=lambda data: RNG.normal(size=len(data)),
    place=lambda data: RNG.choice(["home", "lab"], len(data)),
)
BASE = gc.GrowthModel("reaction", "day", "subject")
LINE = ("intercept",)
MODELS = {
    "categories": BASE.replace(predictors="arm * sex", reference={"arm": "low", "sex": "m"}),
    "coded": BASE.replace(predictors={"intercept": "C(arm, contr.sum) + C(sex, levels=['m', 'f'])"}),
    "learned columns": BASE.replace(predictors={"intercept": "poly(age, 2) + sex", "slope": "poly(age, 2)"}),
    "splines of age": BASE.replace(predictors={"intercept": "bs(age, df=4)"}),
    "quadratic": BASE.replace(shape="quadratic", predictors="arm"),
    "quintic, far": BASE.replace(shape=gc.Polynomial(5), origin=40.0, random=LINE),
    "piecewise": BASE.replace(shape=gc.Piecewise([3, 6]), random=("intercept", "slope")),
    "own knots": BASE.replace(shape=gc.Piecewise("event", jump=True), random=("intercept", "slope"), predictors="arm"),
    "spline": BASE.replace(shape=gc.Spline(df=3), predictors={"intercept": "sex"}),
    "log": BASE.replace(shape=gc.LogTime(2)),
    "occasions": BASE.replace(shape="occasions", predictors="sex"),
    "waves": BASE.replace(shape="occasions", wave="wave"),
    "centred": BASE.replace(predictors="center(age) * sex"),
    "natural splines": BASE.replace(predictors={"intercept": "ns(age, df=2)"}),
    "covariates": BASE.replace(time_varying="poly(stress, 2) * place", random=LINE),
    "time in a covariate": BASE.replace(time_varying="stress:day + I(day ** 2)"),
    "formula": "reaction ~ day * arm + I(day^2) + stress + log(age) + (day | subject)",
    "spline in a formula": "reaction ~ ns(day, df=3) * sex + (day | subject)",
    "without time": "reaction ~ stress + arm + (1 | subject)",
    "own function": BASE.replace(predictors="f(age)", functions={"f": lambda x: x**0.5}),
}


def batches(data):
    """Three pieces of the rows in disorder: persons are split over them, and one lacks some levels and times."""
    shuffled = data.sample(frac=1.0, random_state=4)
    return shuffled.iloc[:31], shuffled.iloc[31:90], shuffled.iloc[90:]


def refitted(fit, frames):
    """The fit of batches that its recipe reads."""
    return gc.fit(fit.recipe, list(frames))


@pytest.mark.parametrize("name", MODELS)
def test_sums_of_batches_give_the_fit_of_the_whole(name):
    fit = gc.fit(MODELS[name], SLEEP)
    again = refitted(fit, batches(SLEEP))
    assert again.sums.rows == fit.sums.rows and again.sums.persons == fit.sums.persons
    assert str(again) == str(fit)
    np.testing.assert_allclose(again.params, fit.params, rtol=1e-7, atol=1e-7)
    np.testing.assert_allclose(again.deviance, fit.deviance, rtol=1e-12)


def test_a_saved_recipe_reads_batches_too(tmp_path):
    for name in ("categories", "learned columns", "quintic, far", "own knots", "waves", "covariates"):
        fit = gc.fit(MODELS[name], SLEEP)
        loaded = gc.load(fit.save(tmp_path / "fit.json", people=False))
        assert str(refitted(loaded, batches(SLEEP))) == str(fit)


DATED = SLEEP.assign(
    first=pd.Timestamp("2024-03-01") + pd.to_timedelta(SLEEP["subject"] % 5, unit="D"),
    day=pd.Timestamp("2024-03-01") + pd.to_timedelta(SLEEP["day"] * 7 + SLEEP["subject"] % 5, unit="D"),
)
CLOCKS = {
    "weeks after the first visit": {"time_unit": "weeks"},
    "since a day": {"time_unit": "weeks", "since": "2024-02-01"},
    "since a column": {"time_unit": "weeks", "since": "first"},
    "written by a format": {"time_unit": "weeks", "date_format": "%d/%m/%y"},
    "the day stands first": {"day_first": True},
}


@pytest.mark.parametrize("name", CLOCKS)
def test_times_are_counted_as_the_recipe_counts_them(name):
    data, clock = DATED, CLOCKS[name]
    written = {"date_format": "%d/%m/%y", "day_first": "%d/%m/%Y"}.keys() & clock.keys()
    for option in written:
        data = data.assign(day=data["day"].dt.strftime("%d/%m/%y" if option == "date_format" else "%d/%m/%Y"))
    fit = gc.fit(BASE.replace(predictors="sex"), gc.Panel(data, id="subject", time="day", outcome="reaction", **clock))
    again = refitted(fit, batches(data))
    assert again.model.origin == fit.model.origin and again.panel.time_unit == fit.panel.time_unit
    np.testing.assert_allclose(again.params, fit.params, rtol=1e-7)


@pytest.mark.parametrize("since", [2, "first", "event"])
def test_numbers_are_counted_from_the_origin_of_the_recipe(since):
    panel = gc.Panel(SLEEP, id="subject", time="day", outcome="reaction", since=since, time_unit="weeks")
    fit = gc.fit(BASE, panel)
    again = refitted(fit, (SLEEP.iloc[:100], SLEEP.iloc[100:]))
    assert str(again) == str(fit)
    np.testing.assert_allclose(again.predict(SLEEP), fit.predict(SLEEP), rtol=1e-9)


def test_a_recipe_of_dates_reads_numbers_as_counted_already_and_one_of_numbers_no_dates():
    fit = gc.fit(BASE, gc.Panel(DATED, id="subject", time="day", outcome="reaction", time_unit="weeks"))
    np.testing.assert_allclose(refitted(fit, batches(SLEEP)).params, fit.params, rtol=1e-7)
    with pytest.raises(DataError, match="'day' holds dates"):
        refitted(gc.fit(BASE, SLEEP), batches(DATED))


def test_rows_with_something_missing_are_left_out():
    data = SLEEP.assign(
        age=SLEEP["age"].where(SLEEP["subject"] != 310), reaction=SLEEP["reaction"].where(SLEEP["day"] != 4)
    )
    fit = gc.fit(BASE.replace(predictors="age"), data)
    assert str(refitted(fit, batches(data))) == str(fit)


def test_the_rows_of_the_fit_are_made_again():
    for name in ("categories", "covariates", "own knots"):
        fit = gc.fit(MODELS[name], SLEEP)
        made = fit.recipe.rows(SLEEP)
        for again, first in zip((*made.stored, *made.weights), (*fit.bound.stored, *fit.bound.weights), strict=True):
            np.testing.assert_allclose(again, first, rtol=1e-13, atol=1e-13)


def test_what_cannot_be_read_in_batches_is_said():
    fit = gc.fit(BASE.replace(time_varying="within(stress) + between(stress)"), SLEEP)
    with pytest.raises(NotAvailableError, match="all rows of a person at once.*within_between"):
        fit.recipe.rows(SLEEP)
    fit = gc.fit(MODELS["categories"], SLEEP)
    with pytest.raises(ModelError, match="'other' of 'sex' is new"):
        fit.recipe.rows(SLEEP.assign(sex="other"))
    with pytest.raises(ModelError, match="varies within person 308"):
        fit.recipe.rows(SLEEP.assign(sex=np.where(SLEEP["day"] > 3, "m", "f")))
    fit = gc.fit(MODELS["learned columns"], SLEEP)
    one, two, _ = batches(SLEEP)
    older = two.assign(age=two["age"] + 1.0)
    with pytest.raises(ModelError, match=r"'age' .* varies within person \d+"):
        gc.fit(fit.recipe, [one, older])
