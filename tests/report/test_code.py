"""The code on the page, run in an empty folder beside the file, makes the same fit."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
import reference_values

import growthcurves as gc
from growthcurves.errors import GrowthCurvesWarning
from growthcurves.model.random import RandomPart
from growthcurves.report.code import code


def again(fit):
    """The fit that the code makes."""
    names: dict = {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GrowthCurvesWarning)
        exec(code(fit), names)
    return names["fit"]


def same(fit):
    other = again(fit)
    assert other.deviance == pytest.approx(fit.deviance, rel=1e-10)
    assert other.terms == fit.terms and other.random_names == fit.random_names
    np.testing.assert_allclose(other.params, fit.params, rtol=1e-6, atol=1e-9)


SHAPES = [
    ("quadratic", None),
    (gc.Polynomial(4), None),
    (gc.Piecewise(knots=[2.5], jump=True), None),
    (gc.Piecewise(knots="event"), None),
    (gc.Spline(df=3), None),
    (gc.Spline(knots=[1.5, 3.0], boundary=(0.0, 5.0)), ("intercept", "slope")),
    (gc.LogTime(offset=2), None),
    ("occasions", ("intercept", "slope")),
]


@pytest.mark.parametrize("shape, random", SHAPES, ids=lambda value: str(value)[:24])
def test_every_shape(shape, random, make_trial, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"id": np.repeat(np.arange(40), 6), "week": np.tile(np.arange(6.0), 40)})
    frame["event"] = np.repeat(rng.choice([2.0, 3.0], 40), 6)
    frame["bdi"] = rng.normal(20, 3, 40)[frame["id"]] - frame["week"] + rng.normal(0, 1, 240)
    frame.to_csv("study.csv", index=False)
    data = gc.read_table("study.csv")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GrowthCurvesWarning)
        same(gc.fit(gc.GrowthModel("bdi", "week", "id", shape=shape, random=random), data))


def test_a_formula_with_covariates_and_blocks(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    same(gc.fit("wellbeing ~ year * education + stress + (year | person)", gc.load_dataset("survey")))
    same(gc.fit("wellbeing ~ ns(year, df=3) + (1 | person)", gc.load_dataset("survey"), time="year"))
    model = gc.GrowthModel("wellbeing", "year", "person", shape="quadratic",
                           random=RandomPart((("intercept", "slope"), ("quadratic",))))  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", GrowthCurvesWarning)
        same(gc.fit(model, gc.load_dataset("survey")))


def test_a_shipped_data_set_keeps_its_reference_level():
    fit = gc.fit(gc.GrowthModel("depression", "week", "patient", predictors="arm"), gc.load_dataset("trial"))
    assert "slope:arm[drug]" in fit.terms and 'load_dataset(\'trial\')' in code(fit)
    same(fit)


def test_missing_codes_and_categories_that_were_made(make_trial, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frame = make_trial()
    frame.loc[[2, 5], "bdi"] = -99
    frame["arm"] = frame["arm"].map({"placebo": 2, "drug": 1})
    frame.to_csv("study.csv", index=False, sep=";")
    data = gc.read_table("study.csv", missing=[-99])
    data["arm"] = pd.Categorical(data["arm"], categories=[2, 1])
    fit = gc.fit(gc.GrowthModel("bdi", "week", "id", predictors="arm"), data)
    assert "slope:arm[1]" in fit.terms and fit.nobs == 238
    same(fit)


def wide_file(frame, path):
    wide = frame.pivot(index="id", columns="week", values="bdi")
    wide.columns = [f"bdi_{int(week)}" for week in wide.columns]
    people = frame.groupby("id")[["arm", "age"]].first()
    people.join(wide).reset_index().to_csv(path, index=False)


def test_a_wide_file(make_trial, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    wide_file(make_trial().sample(frac=0.9, random_state=1), "wide.csv")
    wide = gc.read_table("wide.csv")
    long = gc.to_long(wide, id="id", time="week", columns="bdi_{week}")
    fit = gc.fit(gc.GrowthModel("bdi", "week", "id", predictors="arm"), long)
    assert "gc.to_long(data" in code(fit)
    same(fit)


def test_a_wide_file_with_times_for_its_waves(make_trial, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    wide_file(make_trial(), "wide.csv")
    times = {0: 0.0, 1: 6.0, 2: 12.5, 4: 26.0}
    long = gc.to_long(gc.read_table("wide.csv"), "id", "day", {"bdi": "bdi_{wave}"}, times=times)
    same(gc.fit(gc.GrowthModel("bdi", "day", "id", predictors="age"), long))


def test_a_wide_file_with_own_times(make_trial, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(3)
    wide_file(make_trial(), "wide.csv")
    wide = pd.read_csv("wide.csv")
    for week in (0, 1, 2, 4):
        wide[f"t{week}_day"] = 7 * week + rng.integers(0, 5, len(wide))
    wide.to_csv("wide.csv", index=False)
    long = gc.to_long(gc.read_table("wide.csv"), "id", "day", {"bdi": "bdi_{wave}"}, times="t{wave}_day")
    same(gc.fit(gc.GrowthModel("bdi", "day", "id", wave="wave"), long))


def test_dates(make_trial, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    frame = make_trial()
    frame["week"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(7 * frame["week"] + frame["id"] % 5, unit="D")
    frame.to_csv("study.csv", index=False)
    panel = gc.Panel(gc.read_table("study.csv"), "id", "week", "bdi", time_unit="weeks", since="first")
    same(gc.fit(gc.GrowthModel("bdi", "week", "id"), panel))


LEVELS = {
    "nested": ("levels_waves", {"class": ("intercept",), "school": gc.Diagonal("intercept", "slope")}),
    "crossed": ("levels_crossed", {"teacher": gc.Crossed("intercept", "slope")}),
    "diagonal": ("levels_crossed", {"teacher": gc.Crossed(gc.Diagonal("intercept", "slope"))}),
}


@pytest.mark.parametrize("name", LEVELS)
def test_units_above_persons(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    table, levels = LEVELS[name]
    reference_values.table(f"{table}.csv").to_csv("panel.csv", index=False)
    model = gc.GrowthModel("y", "grade", "pupil", predictors="poor", levels=levels)
    same(gc.fit(model, gc.read_table("panel.csv")))
    if name == "nested":
        same(gc.fit("y ~ grade * poor + (grade | school/pupil)", gc.read_table("panel.csv"), time="grade"))
