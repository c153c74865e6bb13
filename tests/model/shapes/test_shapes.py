"""What each shape refuses, and how it learns from the data."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import ModelError
from growthcurves.model.shapes.natural_spline import natural_knots

SLEEP = gc.load_dataset("sleepstudy")


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: gc.Polynomial(0), "degree from 1 to 8"),
        (lambda: gc.Polynomial(2.5), "degree"),
        (lambda: gc.Piecewise(knots=[]), "at least one knot"),
        (lambda: gc.Piecewise(knots=[3, 3]), "must ascend"),
        (lambda: gc.Piecewise(knots=[None]), "knot"),
        (lambda: gc.Spline(df=0), "df="),
        (lambda: gc.Spline(df=2, knots=[1, 2]), "df=3"),
        (lambda: gc.LogTime(offset=0), "offset larger than 0"),
    ],
)
def test_options_that_make_no_sense(make, words):
    with pytest.raises(ModelError, match=words):
        make()


@pytest.mark.parametrize(
    ("shape", "words"),
    [
        (gc.Piecewise(knots=[12]), "does not lie inside the observed times of 'day' \\(0 to 9\\)"),
        (gc.Spline(df=10), "needs at least 11 distinct times; 'day' has 10"),
        (gc.Spline(knots=[20]), "must lie between 0 and 9"),
        ("quadrtic", "Did you mean 'quadratic'"),
    ],
)
def test_shapes_that_do_not_fit_the_data(shape, words):
    with pytest.raises(ModelError, match=words):
        gc.fit(gc.GrowthModel("reaction", "day", "subject", shape=shape), SLEEP)


def test_knots_are_quantiles_of_distinct_times():
    assert natural_knots(np.array([0, 0, 0, 1, 2, 3, 4.0]), 4) == ((1.0, 2.0, 3.0), (0.0, 4.0))


def test_the_fitted_model_carries_what_was_learned():
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", shape=gc.Spline(df=3)), SLEEP)
    assert fit.model.shape.knots == (3.0, 6.0) and fit.model.shape.boundary == (0.0, 9.0)
    again = gc.fit(fit.model, SLEEP[SLEEP["day"] < 9])
    assert again.model.shape.knots == (3.0, 6.0)


def test_log_time_needs_times_after_its_start():
    with pytest.raises(ModelError, match="times above -1"):
        gc.fit(gc.GrowthModel("reaction", "day", "subject", shape="log", origin=0), SLEEP.assign(day=SLEEP["day"] - 2))


def test_default_random_effects_are_level_and_rate():
    names = {
        "quadratic": ("intercept", "slope"),
        "cubic": ("intercept", "slope"),
        "occasions": ("intercept",),
        "spline": ("intercept", "slope"),
        "log": ("intercept", "slope"),
    }
    for shape, expected in names.items():
        assert gc.GrowthModel("y", "t", "id", shape=shape).random.names == expected
    assert gc.GrowthModel("y", "t", "id", shape=gc.Piecewise([1, 2])).random.names[1:] == ("slope1", "slope2", "slope3")


def test_occasions_are_named_and_estimated_one_by_one():
    """Balanced data: each mean is the mean of its column, whatever the variances."""
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", shape="occasions"), SLEEP)
    means = SLEEP.groupby("day")["reaction"].mean()
    assert list(fit.params.index) == [f"day[{day}]" for day in range(10)]
    np.testing.assert_allclose(fit.params, means, rtol=1e-10)


def test_occasions_may_be_waves_with_own_times():
    rng = np.random.default_rng(4)
    data = SLEEP.assign(wave=SLEEP["day"] // 5, day=SLEEP["day"] + rng.uniform(0, 0.4, len(SLEEP)))
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", wave="wave", shape="occasions"), data)
    assert list(fit.params.index) == ["wave[0]", "wave[1]"]
    np.testing.assert_allclose(fit.params, data.groupby("wave")["reaction"].mean(), rtol=1e-10)
    found = fit.predict(data.head(7), people="average")
    np.testing.assert_allclose(found, fit.params.iloc[data["wave"].head(7)], rtol=1e-12)
    with pytest.raises(ModelError, match="no common grid"):
        gc.fit(gc.GrowthModel("reaction", "day", "subject", shape="occasions"), data)


def test_own_knots_are_read_from_a_person_level_column():
    """Persons with knots of their own; the same columns made by hand as covariates give the same fit."""
    knots = {subject: 2.0 + (subject % 5) for subject in SLEEP["subject"].unique()}
    data = SLEEP.assign(event=SLEEP["subject"].map(knots))
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", shape=gc.Piecewise("event"), random=("intercept",)), data)
    by_hand = data.assign(first=np.minimum(data["day"], data["event"]), then=np.maximum(data["day"] - data["event"], 0))
    model = gc.GrowthModel("reaction", None, "subject", time_varying="first + then")
    other = gc.fit(model, by_hand)
    assert fit.deviance == pytest.approx(other.deviance, rel=1e-10)
    np.testing.assert_allclose(fit.params, other.params, rtol=1e-8)
    np.testing.assert_allclose(fit.bse, other.bse, rtol=1e-7)
    np.testing.assert_allclose(fit.predict(data), fit.fittedvalues, rtol=1e-12)
    varying = data.assign(event=data["event"] + data["day"])
    with pytest.raises(ModelError, match="varies within person"):
        gc.fit(fit.model, varying)


def test_rows_without_a_knot_are_left_out_and_counted():
    data = SLEEP.assign(event=pd.Series(3.0, SLEEP.index).where(SLEEP["subject"] != 308))
    fit = gc.fit(gc.GrowthModel("reaction", "day", "subject", shape=gc.Piecewise("event")), data)
    assert fit.panel.dropped.values.tolist() == [["missing event", 10]]


@pytest.mark.parametrize(
    "shape",
    ["linear", "quadratic", "cubic", gc.Piecewise([3]), gc.Piecewise([2, 6], jump=True), gc.Spline(df=3), "occasions"],
)
def test_the_origin_of_time_moves_nothing(shape):
    """Days and calendar years (days + 2000) give the same likelihood and the same rates."""
    model = gc.GrowthModel("reaction", "day", "subject", shape=shape, random=("intercept", "slope"))
    near = gc.fit(model, SLEEP)
    if isinstance(shape, gc.Piecewise):
        model = model.replace(shape=gc.Piecewise([knot + 2000 for knot in shape.knots], shape.jump))
    far = gc.fit(model, SLEEP.assign(day=SLEEP["day"] + 2000))
    assert far.deviance == pytest.approx(near.deviance, rel=1e-9)
    assert far.certificate.converged and far.warnings == ()
    for quantity in ("mean rate", "SD of rates", "reliability of the rate"):
        assert far.change().value(quantity) == pytest.approx(near.change().value(quantity), rel=1e-6)
