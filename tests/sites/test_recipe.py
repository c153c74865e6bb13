"""Recipes: what they fix, that they hold nothing of a person, and what they refuse."""

import json

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import DataError, ModelError, NotAvailableError
from tests.sites.trial_rows import FORMULA, trial


def test_a_recipe_says_what_it_fixes(data):
    table = gc.site_recipe(FORMULA, data).table
    told = {(row.kind, row.name): row.value for row in table.itertuples()}
    assert told["levels", "arm"] == "placebo, drug" or told["levels", "arm"] == "drug, placebo"
    assert told["origin", "week"] == "0"
    assert float(told["centres", "score"]) % 10 == 0
    assert float(told["centres", "age"]) % 10 == 0


def test_other_persons_make_the_same_recipe(data):
    """Made-up persons and those of one site make one recipe, to the last bit: it holds nothing of a person."""
    made_up = trial(seed=99, persons=40)
    hashes = {gc.site_recipe(FORMULA, part).hash for part in (data, made_up, data[data["site"] == "A"])}
    assert len(hashes) == 1


def test_no_value_of_a_person_stands_in_the_file(data, tmp_path):
    odd = data.assign(score=data["score"] + 0.0123, age=data["age"] + 0.0456)
    text = gc.site_recipe(FORMULA, odd).save(tmp_path / "recipe.json").read_text()
    assert not any(f"{value:.4f}" in text or repr(value) in text for value in [*odd["score"], *odd["age"]])
    assert not any(name in text for name in odd["patient"])


def test_levels_that_the_data_lack_are_named(data):
    drug = data[data["arm"] == "drug"]
    recipe = gc.site_recipe(FORMULA, drug, levels={"arm": ["placebo", "drug"]})
    whole = gc.site_recipe(FORMULA, data.assign(arm=pd.Categorical(data["arm"], ["placebo", "drug"])))
    assert recipe.recipe.terms == whole.recipe.terms
    sums = gc.site_sums(recipe, drug, name="A", min_cell=1)
    assert {kind.values for one in sums.schedules for kind in one.types} == {("drug",)}
    with pytest.raises(DataError, match="'arm' has the level 'drug', which is not among those that are named"):
        gc.site_recipe(FORMULA, drug, levels={"arm": ["placebo", "other"]})


def test_saved_and_loaded(data, tmp_path):
    recipe = gc.site_recipe(FORMULA, data)
    again = gc.load_site_recipe(recipe.save(tmp_path / "recipe.json"))
    assert again.hash == recipe.hash
    assert str(again) == str(recipe)
    assert again.recipe.terms == gc.fit(FORMULA, data).recipe.terms


def test_a_fit_has_its_recipe(data):
    fit = gc.fit("score ~ week * arm + (week | patient)", data)
    assert gc.site_recipe(fit).recipe.terms == fit.recipe.terms
    sums = [gc.site_sums(fit.recipe, part, min_cell=1, name=name) for name, part in data.groupby("site")]
    np.testing.assert_allclose(gc.fit(sums[0].shared, sums).params, fit.params, rtol=1e-9)


def test_knots_and_shapes_travel(data, tmp_path):
    model = gc.GrowthModel("score", "week", "patient", shape=gc.Spline(df=2), predictors="arm", random=("intercept",))
    recipe = gc.load_site_recipe(gc.site_recipe(model, data).save(tmp_path / "r.json"))
    sums = [gc.site_sums(recipe, part, min_cell=1, name=name) for name, part in data.groupby("site")]
    np.testing.assert_allclose(gc.fit(model, sums).params, gc.fit(model, data).params, rtol=1e-9)


@pytest.mark.parametrize(
    ("formula", "sentence"),
    [
        ("score ~ week * center(age) + (week | patient)", "learns from the values of persons"),
        ("score ~ week + ns(age, 3) + (week | patient)", "learns from the values of persons"),
        ("score ~ week + (week | patient) + (1 | visit)", "Units that cross persons"),
    ],
)
def test_what_a_recipe_may_not_hold(data, formula, sentence):
    with pytest.raises(NotAvailableError, match=sentence):
        gc.site_recipe(formula, data, time="week")


def test_dates_are_counted_first(data):
    dated = data.assign(day=pd.Timestamp("2020-01-01") + pd.to_timedelta(data["week"] * 7, "D"))
    with pytest.raises(NotAvailableError, match="holds dates"):
        gc.site_recipe("score ~ day + (day | patient)", dated)


def test_options_that_do_not_apply(data):
    with pytest.raises(ModelError, match=r"levels= says the levels of columns"):
        gc.site_recipe(FORMULA, data, levels=["arm"])
    with pytest.raises(ModelError, match="takes a recipe, its file or fit.recipe first"):
        gc.site_sums(FORMULA, data)


def test_a_recipe_that_was_changed(data, tmp_path):
    path = gc.site_recipe(FORMULA, data).save(tmp_path / "recipe.json")
    text = path.read_text()
    path.write_text(text.replace('"placebo"', '"nothing"'))
    with pytest.raises(DataError, match="was changed after it was written"):
        gc.load_site_recipe(path)
    path.write_text(text[: len(text) // 2])
    with pytest.raises(DataError, match="it was cut short at line"):
        gc.load_site_recipe(path)
    path.write_text(json.dumps({"format": "growthcurves fit"}))
    with pytest.raises(DataError, match="does not begin as one"):
        gc.load_site_recipe(path)
