"""A fit of rows that are read in batches is the fit of the table, to the last printed digit."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.estimate.in_batches import people, sketch

TRIAL = gc.load_dataset("trial")


def scattered(seed: int, persons: int = 400) -> pd.DataFrame:
    """Persons in sites with times of their own, text, categories, numbers as codes, missing cells."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 7, persons)
    who = np.repeat(np.arange(persons) * 3 + 11, sizes)
    place = np.concatenate([np.arange(size) for size in sizes])
    site = rng.integers(0, 25, persons)
    arm = np.array(["talk", "drug", "placebo"])[rng.integers(0, 3, persons)]
    age = np.round(rng.normal(40, 9, persons), 1)
    code = rng.integers(1, 4, persons)
    u = rng.normal(size=(persons, 2)) * [2.0, 0.6] + 0.7 * rng.normal(size=25)[site][:, None]
    day = place + np.round(rng.uniform(0, 0.3, len(who)), 2)
    table = pd.DataFrame({"who": who, "day": day, "arm": np.repeat(arm, sizes), "age": np.repeat(age, sizes)})
    table["site"], table["code"] = np.repeat(site, sizes), np.repeat(code, sizes)
    table["stress"] = rng.normal(5, 2, len(who)).round(2)
    u = np.repeat(u, sizes, axis=0)
    table["score"] = 20 + u[:, 0] + (1 + u[:, 1]) * day + 0.05 * table["age"] + 0.3 * table["stress"]
    table["score"] = (table["score"] + rng.normal(0, 1.5, len(who))).round(2)
    table.loc[rng.choice(len(who), 12, replace=False), "score"] = np.nan
    table.loc[rng.choice(len(who), 7, replace=False), "stress"] = np.nan
    return table


MODELS = {
    "line": "score ~ day + (day | who)",
    "two groups": "score ~ day * arm + age + (day | who)",
    "spline": "score ~ ns(day, 3) * arm + (day | who)",
    "time-varying": "score ~ day + stress + (day | who)",
    "within and between": "score ~ day + within(stress) + between(stress) + (day | who)",
    "learned from all": "score ~ day * center(age) + poly(stress, 2) + (day | who)",
    "codes": "score ~ day + C(code) + (1 | who)",
    "levels": "score ~ day + arm + (day | site/who)",
    "no random effects": gc.GrowthModel(outcome="score", time="day", id="who", random=(), predictors="arm"),
    "piecewise": gc.GrowthModel(
        outcome="score", time="day", id="who", shape=gc.Piecewise(knots=[2]), predictors={"intercept": "center(age)"}
    ),
    "computed": "log(score + 30) ~ day + (day | who)",
    "no covariance": "score ~ day + (day || who)",
}  # fmt: skip


def same(fit, expected) -> None:
    """Every answer of the one is that of the other, as it is printed."""
    found, wanted = answers(fit), answers(expected)
    for name, text in wanted.items():
        assert found[name] == text, name
    if expected.random_names:
        people, known = fit.people(), expected.people()
        assert people.index.equals(known.index)
        np.testing.assert_allclose(people, known, rtol=1e-7, atol=1e-9)


def answers(fit) -> dict[str, str]:
    return {
        "summary": str(fit),
        "fixed effects": str(fit.fixed_effects()),
        "variances": str(fit.variance_components()),
        "change": str(fit.change()) if "slope" in fit.terms else "",
        "r2": str(fit.r2()),
        "hash": fit.data_hash,
    }


@pytest.mark.covering
@pytest.mark.parametrize("size", [20, 90, 5_000])
@pytest.mark.parametrize("name", MODELS)
@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
def test_answers_are_those_of_the_table(name, size):
    table = scattered(3)
    table = table if name == "levels" else table.drop(columns="site")  # of columns that no model uses nothing is told
    same(gc.fit(MODELS[name], [table], batch=size), gc.fit(MODELS[name], table))


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
def test_a_sketch_of_few_persons_teaches_what_all_rows_do(monkeypatch):
    monkeypatch.setattr(sketch, "FIRST_PERSONS", 5)
    table = scattered(4)
    for name in ("spline", "learned from all", "codes", "levels", "piecewise"):
        told = answers(gc.fit(MODELS[name], [table], batch=70))
        expected = answers(gc.fit(MODELS[name], table))
        assert told["fixed effects"] == expected["fixed effects"], name
        assert told["variances"] == expected["variances"], name


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
def test_persons_in_temporary_files_answer_alike(monkeypatch):
    monkeypatch.setattr(people, "IN_MEMORY", 0)
    table = scattered(5)
    for name in ("two groups", "levels"):
        rows = table if name == "levels" else table.drop(columns="site")
        same(gc.fit(MODELS[name], [rows], batch=70), gc.fit(MODELS[name], rows))


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
@pytest.mark.parametrize("order", ["descending", "shuffled persons", "shuffled rows"])
def test_the_order_of_rows_changes_no_digit(order):
    table = scattered(6).drop(columns="site")
    expected = answers(gc.fit(MODELS["two groups"], table))
    rng = np.random.default_rng(1)
    if order == "descending":
        table = table.sort_values("who", ascending=False, kind="stable")
    elif order == "shuffled persons":
        place = dict(zip(table["who"].unique(), rng.permutation(table["who"].nunique()), strict=True))
        table = table.iloc[np.argsort(table["who"].map(place).to_numpy(), kind="stable")]
    else:
        table = table.sample(frac=1, random_state=2)
    found = answers(gc.fit(MODELS["two groups"], [table.reset_index(drop=True)], batch=60))
    for name in ("summary", "fixed effects", "variances", "change", "r2"):
        assert found[name] == expected[name], name


def test_intervals_bootstrap_and_means_of_the_trial():
    formula = "depression ~ week * arm + age + (week | patient)"
    fit, batches = gc.fit(formula, TRIAL), gc.fit(formula, iter([TRIAL[:900], TRIAL[900:]]), batch=250)
    assert str(batches.conf_int(method="profile")) == str(fit.conf_int(method="profile"))
    boot = [one.conf_int(method="bootstrap", n=40, rng=3) for one in (fit, batches)]
    assert str(boot[0]) == str(boot[1])
    assert str(batches.means(at=[0, 4], by="arm")) == str(fit.means(at=[0, 4], by="arm"))
    assert str(batches.slopes(by="arm", adjust="holm")) == str(fit.slopes(by="arm", adjust="holm"))
    for ddf in ("kenward-roger", "between-within", "robust"):
        assert str(batches.fixed_effects(ddf=ddf)) == str(fit.fixed_effects(ddf=ddf))


def test_dates_and_a_condition():
    table = TRIAL.assign(when=pd.Timestamp("2024-01-01") + pd.to_timedelta(TRIAL["week"] * 7, unit="D"))
    model = gc.GrowthModel(outcome="depression", time="when", id="patient", predictors="arm")
    fit = gc.fit(model, table, where="age > 30")
    batches = gc.fit(model, [table], where="age > 30", batch=200)
    assert str(batches) == str(fit)
    assert batches.panel.dropped.equals(fit.panel.dropped)
    new = table[table["patient"].isin(fit.panel.persons.labels[:3])]
    np.testing.assert_allclose(batches.predict(new), fit.predict(new), rtol=1e-9)


def test_a_recipe_reads_other_rows_in_one_pass():
    formula = "depression ~ ns(week, 2) * arm + (week | patient)"
    made = gc.recipe(formula, TRIAL)
    fit = gc.fit(formula, TRIAL)
    assert str(gc.fit(made, [TRIAL], batch=300)) == str(fit)
    assert str(gc.fit(made, TRIAL)) == str(fit)
    assert str(gc.fit(fit.recipe, [TRIAL])) == str(fit)
    assert gc.recipe(formula, [TRIAL], batch=100).terms == made.terms


def test_a_code_for_missing_that_comes_late_is_noticed(monkeypatch):
    monkeypatch.setattr(sketch, "FIRST_PERSONS", 50)
    rng = np.random.default_rng(3)
    who, day = np.repeat(np.arange(400), 4), np.tile(np.arange(4.0), 400)
    table = pd.DataFrame({"who": who, "day": day, "y": (10 * (who % 7 - 3) + day + rng.normal(0, 1, 1600)).round(2)})
    table.loc[1000:1100, "y"] = -99.0
    with pytest.warns(gc.errors.DataWarning, match="'y' holds -99 in .*, leave its rows out with where='y != -99'"):
        gc.fit("y ~ day + (day | who)", [table], batch=200)
