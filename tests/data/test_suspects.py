"""Codes for missing are named where they stand outside the rest, and nothing is said of clean columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.data.datasets import dataset_index
from growthcurves.data.read import read_table
from growthcurves.errors import DataWarning

#: Clean columns, drawn for persons (n rows, of `persons` persons).
CLEAN = {
    "rare events": lambda rng, n: rng.poisson(1, n),
    "events": lambda rng, n: rng.poisson(8, n),
    "overdispersed events": lambda rng, n: rng.negative_binomial(0.3, 0.02, n),
    "drinks, half of them none": lambda rng, n: rng.poisson(6, n) * rng.integers(0, 2, n),
    "score 0 to 60": lambda rng, n: np.clip(np.round(rng.normal(25, 12, n)), 0, 60),
    "score at the floor": lambda rng, n: np.clip(np.round(rng.normal(5, 12, n)), 0, 60),
    "sum of ten items": lambda rng, n: rng.binomial(10, 0.3, n),
    "percent": lambda rng, n: rng.integers(0, 101, n),
    "pain 0 to 10": lambda rng, n: rng.choice(11, n, p=rng.dirichlet(np.full(11, 3.0))),
    "Likert 1 to 5": lambda rng, n: 1 + rng.choice(5, n, p=rng.dirichlet(np.full(5, 3.0))),
    "Likert 1 to 7": lambda rng, n: 1 + rng.choice(7, n, p=rng.dirichlet(np.full(7, 3.0))),
    "Likert 1 to 9": lambda rng, n: 1 + rng.choice(9, n, p=rng.dirichlet(np.full(9, 3.0))),
    "yes or no": lambda rng, n: rng.integers(0, 2, n),
    "contrast": lambda rng, n: rng.choice([-1, 1], n),
    "z": lambda rng, n: rng.normal(size=n),
    "change": lambda rng, n: np.round(rng.normal(-3, 6, n)),
    "cost": lambda rng, n: np.where(rng.random(n) < 0.5, 0, np.round(rng.lognormal(5, 1, n))),
    "milliseconds": lambda rng, n: np.round(rng.gamma(9, 40, n)),
    "calendar year": lambda rng, n: rng.integers(1990, 2025, n),
    "heavy tails": lambda rng, n: rng.standard_t(2, n),
}
OF_PERSONS = {
    "age up to 99": lambda rng, n: rng.integers(18, 100, n),
    "old age": lambda rng, n: np.clip(np.round(rng.normal(75, 12, n)), 50, 99),
    "dose": lambda rng, n: rng.choice([0, 10, 20, 100], n),
    "site": lambda rng, n: rng.integers(1, 20, n),
}


def table(rng, persons, occasions):
    n = persons * occasions
    columns = {name: draw(rng, n) for name, draw in CLEAN.items()}
    columns |= {name: np.repeat(draw(rng, persons), occasions) for name, draw in OF_PERSONS.items()}
    return pd.DataFrame(columns).astype(float).assign(
        who=np.repeat(np.arange(persons), occasions), week=np.tile(np.arange(occasions), persons), y=rng.normal(size=n)
    )


def panel_of(frame, outcome="y", **options):
    return gc.Panel(frame, id="who", time="week", outcome=outcome, **options)


@pytest.mark.parametrize("seed", range(10))
def test_clean_columns_are_not_suspected(seed):
    """2,400 columns of all sizes."""
    rng = np.random.default_rng(seed)
    for persons, occasions in [(15, 2), (20, 5), (60, 1), (60, 4), (200, 3)] * 2:
        assert panel_of(table(rng, persons, occasions)).suspects["note"].tolist() == []


@pytest.mark.parametrize("entry", dataset_index(), ids=lambda entry: entry["name"])
def test_the_shipped_data_are_not_suspected(entry):
    roles = entry["roles"]
    if "time" in roles and not entry["name"].endswith("_wide"):
        roles = {name: roles[name] for name in ("id", "time", "outcome", "wave") if name in roles}
        assert gc.Panel(gc.load_dataset(entry["name"]), **roles).suspects.empty


PLANTED = {
    "score 0 to 60": [-9, -99, 99, 999, 9999, -88],
    "events": [-9, -99, 99, 999],
    "Likert 1 to 5": [-9, -99, 9, 99, 999],
    "Likert 1 to 7": [-9, 99, 999],
    "age up to 99": [-9, -99, 999, 9999],
    "z": [-99, 99, 999, -9999],
    "percent": [-9, -99, 999],
    "yes or no": [-9, 9, 99],
    "milliseconds": [-99, -999, 99999],
}


@pytest.mark.parametrize("name, code", [(name, code) for name, codes in PLANTED.items() for code in codes])
@pytest.mark.parametrize("share", [0.02, 0.15])
def test_planted_codes_are_named_with_their_count(name, code, share):
    rng = np.random.default_rng(abs(code))
    frame = table(rng, 200, 4)[["who", "week", "y", name]]
    hit = rng.random(len(frame)) < share
    frame.loc[hit, name] = code
    for panel in (panel_of(frame), panel_of(frame.drop(columns="y"), name)):
        found = panel.suspects
        assert found["column"].tolist() == [name] and found["value"].tolist() == [code]
        assert found["cells"].tolist() == [hit.sum()]
        assert f"{code} in {hit.sum()} cells" in found["note"].item() and found["note"].str.len().max() <= 300


def test_several_codes_at_both_ends():
    rng = np.random.default_rng(3)
    frame = table(rng, 200, 4)[["who", "week", "y", "score 0 to 60"]]
    frame.loc[frame.index % 20 == 0, "score 0 to 60"] = rng.choice([-99, -98, 999], (frame.index % 20 == 0).sum())
    assert set(panel_of(frame).suspects["value"]) == {-99, -98, 999}
    assert panel_of(frame).suspects["note"].str.contains("between 0 and 60").all()


def test_a_value_that_is_no_known_code_but_repeats_far_away():
    frame = table(np.random.default_rng(4), 200, 4)[["who", "week", "y", "score 0 to 60"]]
    frame.loc[frame.index % 40 == 0, "score 0 to 60"] = 500
    assert panel_of(frame).suspects["value"].tolist() == [500]


@pytest.mark.parametrize("text", [".a", "refused", ".", "?"])
def test_texts_among_numbers(text):
    frame = table(np.random.default_rng(5), 50, 4)[["who", "week", "y", "percent"]].astype({"percent": object})
    frame.loc[frame.index % 25 == 0, "percent"] = text
    found = panel_of(frame).suspects
    assert found[["column", "value", "cells"]].values.tolist() == [["percent", text, 8]]


@pytest.mark.parametrize("text", ["-99", "999", ".a"])
def test_codes_among_words(text):
    frame = table(np.random.default_rng(6), 50, 4)[["who", "week", "y"]].assign(arm="drug")
    frame.loc[frame["who"] % 2 == 0, "arm"] = "placebo"
    frame.loc[frame["who"] == 7, "arm"] = text
    assert panel_of(frame).suspects[["column", "value", "cells"]].values.tolist() == [["arm", text, 4]]


def test_one_very_old_person_is_a_person():
    frame = table(np.random.default_rng(7), 50, 4)[["who", "week", "y"]]
    frame["age"] = 20.0 + frame["who"]
    frame.loc[frame["who"] == 49, "age"] = 99
    assert panel_of(frame).suspects.empty


def test_the_fit_warns_of_outcome_and_predictors_and_keeps_it(tmp_path):
    trial = gc.load_dataset("trial")
    trial.loc[trial.index[::40], "depression"] = -99
    trial.loc[trial["patient"].isin(["P001", "P002"]), "age"] = 999
    trial.to_csv(tmp_path / "trial.csv", index=False)
    data = read_table(tmp_path / "trial.csv")
    with pytest.warns(DataWarning, match="holds"):
        fit = gc.fit("depression ~ week * age + (week | patient)", data)
    said = [text for text in fit.warnings if "holds" in text]
    assert [text.split(";")[0] for text in said] == [
        f"Column 'depression' holds -99 in {(trial['depression'] == -99).sum()} cells",
        f"Column 'age' holds 999 in {(trial['age'] == 999).sum()} cells",
    ]
    assert all("missing=[" in text for text in said)


def test_the_description_has_the_ends_and_the_suspects():
    frame = table(np.random.default_rng(8), 50, 4)[["who", "week", "y", "percent"]]
    frame.loc[frame.index % 10 == 0, "percent"] = -99
    described = panel_of(frame).describe()
    ends = described.ranges().set_index("column").loc["percent"]
    assert ends["minimum"] == -99 and ends["maximum"] == frame["percent"].max()
    assert described.outcome_min == frame["y"].min() and described.outcome_max == frame["y"].max()
    assert "holds -99 in 20 cells" in str(described) and "-99" in described._repr_html_()
    assert described.to_dict()["notes"] == list(described.notes)
