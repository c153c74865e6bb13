"""Rows are chosen before anything is computed of them: a condition gives what a file of those rows alone gives."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from cli_errors import one_line

#: What excludes rows, and what would fail or change if they took part: rows of a third arm, zeros, unread times.
CONDITIONS = {
    "arm in ['drug', 'placebo']": lambda data: data["arm"].isin(["drug", "placebo"]),
    "y > 0": lambda data: data["y"] > 0,
    "dose > 1": lambda data: data["dose"] > 1,
    "site == 'a' & y > 0": lambda data: (data["site"] == "a") & (data["y"] > 0),
    "~(arm in ['sham']) & age < 60": lambda data: (data["arm"] != "sham") & (data["age"] < 60),
}
WAYS = {
    "groups": ["--outcome", "y", "--by", "arm"],
    "groups that are numbers": ["--outcome", "y", "--by", "dose"],
    "groups of two": ["--outcome", "y", "--by", "arm,site"],
    "many values": ["--outcome", "y", "--by", "age"],
    "a logarithm": ["--formula", "log(y) ~ t + (t | id)"],
    "a ratio": ["--formula", "log(y / dose) ~ t * arm + (t | id)"],
    "codings": ["--formula", "y ~ t * C(arm) + scale(age) + (t | id)"],
    "a spline": ["--outcome", "y", "--shape", "spline", "--df", "3"],
    "since the first": ["--outcome", "y", "--since", "first"],
}


@pytest.fixture
def table(tmp_path):
    rng = np.random.default_rng(5)
    persons, times = np.repeat(np.arange(48), 5), np.tile(np.arange(5.0), 48)
    level, rate = rng.normal(30, 4, 48)[persons], rng.normal(-1, 0.5, 48)[persons]
    data = pd.DataFrame({"id": persons, "t": times + persons % 2, "y": level + rate * times + rng.normal(0, 1, 240)})
    arms = np.array(["drug", "placebo", "sham"], dtype=object)[np.arange(48) % 3]
    data["arm"], data["dose"] = arms[persons], (1 + np.arange(48) % 4)[persons]
    data["site"], data["age"] = np.where(persons % 5 < 3, "a", "b"), (40 + np.arange(48) % 24)[persons]
    data.loc[data.index[::17], "y"] = 0
    return data.round(3)


@pytest.mark.covering
@pytest.mark.parametrize(("condition", "way"), list(itertools.product(CONDITIONS, WAYS)))
def test_a_condition_is_a_file_of_its_rows(run, table, condition, way):
    table.to_csv("all.csv", index=False)
    table[CONDITIONS[condition](table)].to_csv("some.csv", index=False)
    options = ["--id", "id", "--time", "t", *WAYS[way], "--intervals", "wald", "--json"]
    asked = run("fit", "all.csv", *options, "--where", condition)
    alone = run("fit", "some.csv", *options)
    assert asked.exit_code == alone.exit_code
    if alone.exit_code:
        assert one_line(asked).split("the row")[0] == one_line(alone).split("the row")[0]
        return
    parts = [text.stdout.split('"fixed_effects"')[1].split('"warnings"')[0] for text in (asked, alone)]
    assert parts[0] == parts[1]


def test_a_row_that_a_logarithm_does_not_have_is_named_where_it_is_used(run, table):
    table.to_csv("all.csv", index=False)
    said = one_line(run("fit", "all.csv", "--id", "id", "--time", "t", *WAYS["a logarithm"]))
    assert "'log(y)' has no value for person 0" in said
    for row in table.index[table["y"] == 0]:  # left out for another reason
        table.loc[row, "t"] = np.nan
    table.to_csv("all.csv", index=False)
    assert run("fit", "all.csv", "--id", "id", "--time", "t", *WAYS["a logarithm"]).exit_code == 0
