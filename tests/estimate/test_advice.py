"""Advice that fits the cause: factors of persons, covariates that vary, names that are no text, R's words."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import GrowthCurvesError, ModelError, NotEstimableError


@pytest.fixture(scope="module")
def data():
    random = np.random.default_rng(3)
    person = np.repeat(np.arange(12), 4)
    frame = pd.DataFrame({"id": person, "t": np.tile(np.arange(4.0), 12), "x": random.normal(size=48)})
    frame["name"] = [f"p{one:02d}" for one in person]
    return frame.assign(y=random.normal(size=12)[person] + frame["t"] + random.normal(size=48))


def warned(formula, data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return " ".join(gc.fit(formula, data, time="t").warnings)


@pytest.mark.parametrize("factor", ["C(id)", "name", "factor(id)"])
@pytest.mark.parametrize("formula", ["{} + (t | id)", "t + {} + (1 | id)", "t * {} + (t | id)"])
def test_a_factor_of_persons_takes_up_what_differs_between_them(formula, factor, data):
    said = warned("y ~ " + formula.format(factor), data)
    assert "takes up all differences between persons" in said and "occasions" not in said


def test_too_few_occasions_are_said_to_be_too_few(data):
    assert "too few occasions" in warned("y ~ t + (t | id)", data[data["t"] < 2])


def test_a_random_effect_of_what_does_not_vary_is_named(data):
    said = warned("y ~ t + (u + u:t | id)", data.assign(u=(data["id"] % 2) * 1.0))
    assert said.startswith("u does not vary within persons") and "(0 + C(u) | id)" in said and len(said) < 300


@pytest.mark.parametrize("term", ["t:x", "I(t * x)", "t:C(x > 0)"])
def test_a_rate_that_depends_on_what_varies_is_no_curve_in_time(term, data):
    with pytest.raises(NotEstimableError, match="predictors that vary with time") as refused:
        gc.fit(f"y ~ t + x + {term} + (1 | id)", data, time="t").change()
    assert "quadratic" not in str(refused.value)


@pytest.mark.parametrize("name", [7, 1.5, ("a", "b"), pd.Timestamp("2020-01-01")])
@pytest.mark.parametrize("column", ["y", "t", "x", "id"])
def test_names_that_are_no_text(column, name, data):
    """They are found by their text: of several parts with commas between them."""
    plain = data.drop(columns="name")
    frame = plain.copy()
    frame.columns = pd.Index([name if one == column else one for one in plain], tupleize_cols=False)
    text = ", ".join(name) if isinstance(name, tuple) else str(name)
    names = {one: f"`{text}`" if one == column else one for one in ("y", "t", "x", "id")}
    formula = "{y} ~ {t} + {x} + (1 | {id})"
    found = gc.fit(formula.format(**names), frame, time=names["t"].strip("`"))
    expected = gc.fit(formula.format(y="y", t="t", x="x", id="id"), plain, time="t")
    assert found.deviance == pytest.approx(expected.deviance) and len(found.terms) == 3
    if isinstance(name, tuple):
        with pytest.raises(GrowthCurvesError, match="Did you mean 'a, b'") as refused:
            gc.fit(formula.format(**names | {column: f"`{name}`"}), frame)
        assert len(str(refused.value)) < 300


@pytest.mark.parametrize("term, said", [
    ("I(pi * x)", "np.pi"), ("scale(x)[,1]", "one column already"), ("poly(x, 2)[, 1]", "goes in whole"),
    ("as.logical(x)", "compare instead"), ("gamma(x)", "functions={"), ("pnorm(x)", "functions={"),
])  # fmt: skip
def test_words_of_r(term, said, data):
    with pytest.raises(GrowthCurvesError) as refused:
        gc.fit(f"y ~ t + {term} + (t | id)", data)
    assert said in str(refused.value) and len(str(refused.value)) < 300


@pytest.mark.parametrize("option", ["outcome", "time", "id", "wave"])
def test_a_table_is_no_name(option, data):
    with pytest.raises(ModelError, match=f"{option}= needs the name of a column"):
        gc.GrowthModel(**{"outcome": "y", "time": "t", "id": "id", option: data})
    with pytest.raises(ModelError, match="wave= needs the name of a column"):
        gc.fit("y ~ t + (t | id)", data, wave=data)


def test_the_origin_stands_with_the_fixed_effects(data):
    assert gc.fit("y ~ t + (t | id)", data).fixed_effects().attrs["origin"] == 0.0
    later = gc.GrowthModel("y", "t", "id", origin=2)
    assert gc.fit(later, data).fixed_effects().attrs["origin"] == 2.0
    moved = gc.fit("y ~ I(t - 2) + (I(t - 2) | id)", data, time="t")
    assert "origin" not in moved.fixed_effects().attrs and "status at" not in str(moved)
