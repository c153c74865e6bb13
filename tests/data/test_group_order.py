"""Groups stand in one order at every door: the reference first, however the table holds them and whoever shows them."""

from __future__ import annotations

import itertools
import re
import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.data.source import show_level
from growthcurves.plots.people import groups_of

LEVELS = {
    "texts with a control": (["drug", "placebo", "active"], ["placebo", "active", "drug"]),
    "texts": (["low", "high", "mid"], ["high", "low", "mid"]),
    "two controls": (["sham", "drug", "placebo"], ["drug", "placebo", "sham"]),
    "numbers": ([3, 1, 2], ["1", "2", "3"]),
    "categories": (pd.Categorical(["low", "mid", "high"], ["low", "mid", "high"]), ["low", "mid", "high"]),
}


def table(levels):
    rng = np.random.default_rng(8)
    persons, times = np.repeat(np.arange(36), 4), np.tile(np.arange(4.0), 36)
    level, rate = rng.normal(0, 2, 36)[persons], rng.normal(0, 1, 36)[persons]
    arm = pd.Series(levels).iloc[np.arange(36) % 3].array[persons]
    y = 10 + level + rate * times + rng.normal(size=144)
    return pd.DataFrame({"id": persons, "t": times, "arm": arm, "y": y}).sample(frac=0.9, random_state=4)


@pytest.mark.parametrize("kind", LEVELS)
def test_tables_figures_and_models_have_one_order(kind):
    levels, wanted = LEVELS[kind]
    data = table(levels)
    panel = gc.Panel(data, id="id", time="t", outcome="y")
    missed = panel.missing(by="arm")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = gc.fit("y ~ t * C(arm) + (t | id)" if kind == "numbers" else "y ~ t * arm + (t | id)", panel)
        means = [show_level(level) for level in dict.fromkeys(fit.means(at=0, by="arm").table["arm"])]
    for found in (missed.totals, missed.table, missed.dropout):
        assert list(dict.fromkeys(found["group"])) == wanted
    assert missed.persons["group"].cat.categories.tolist() == wanted
    assert list(groups_of(panel, "arm").labels) == wanted == means


def test_what_a_model_refers_to_comes_first_in_its_figures():
    data = table(LEVELS["texts"][0])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = gc.fit("y ~ t * arm + (t | id)", data, reference={"arm": "mid"})
    missed = fit.panel.missing(by="arm")
    for found in (groups_of(fit.panel, "arm").labels, *(table["group"] for table in (missed.table, missed.dropout))):
        assert list(dict.fromkeys(found)) == ["mid", "high", "low"]
    data["site"] = np.where(data["id"] % 2, "north", "south")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = gc.fit("y ~ t * arm + (t | id)", data, reference={"arm": "mid"})
    assert groups_of(fit.panel, ["arm", "site"]).labels[:2] == ("mid, north", "mid, south")
    assert fit.panel.missing(by=["arm", "site"]).totals["group"].iloc[0] == "mid, north"


def test_several_columns_are_ordered_each_by_the_rule():
    data = table(["drug", "placebo", "active"])
    data["site"] = np.where(data["id"] % 2, "north", "south")
    arms, sites = ["placebo", "active", "drug"], ["north", "south"]
    wanted = [", ".join(pair) for pair in itertools.product(arms, sites)]
    panel = gc.Panel(data, id="id", time="t", outcome="y")
    assert list(groups_of(panel, ["arm", "site"]).labels) == wanted
    assert list(dict.fromkeys(panel.missing(by=["arm", "site"]).totals["group"])) == wanted


@pytest.mark.parametrize("formula", [f"depression ~ week * {edu} + (week | patient)" for edu in ("edu", "factor(edu)")])
def test_whole_numbers_stay_whole_where_some_are_missing(formula, tmp_path):
    """Education 1, 2, 3 with two persons missing, which the table holds as 1.0, 2.0, 3.0."""
    frame = gc.load_dataset("trial")
    person = frame["patient"].astype("category").cat.codes
    frame["edu"] = (person % 3 + 1.0).where(person > 1)
    if "factor" not in formula:
        frame["edu"] = frame["edu"].astype("category")
    fit = gc.fit(formula, frame)
    texts = [str(fit), str(fit.change(by="edu")), str(fit.panel.table_one(by="edu"))]
    assert not any(re.search(r"[123]\.0(\]| group| \(N)|edu[ :=]+[123]\.0", text) for text in texts)
    assert any("[3]" in term for term in fit.terms) and "1 (N = " in texts[2]
    assert str(gc.load(fit.save(tmp_path / "fit.json"))) == str(fit)
