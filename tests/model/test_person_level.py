"""Columns at the level of persons: who they vary for, against a plain loop over persons."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from growthcurves.data.panel import Panel
from growthcurves.model.bind import observed_middle
from growthcurves.model.person_level import PersonLevel


def column(rng: np.random.Generator, id: np.ndarray, kind: str, varies: bool) -> pd.Series:
    """A column with missing values (but for whole numbers) that is constant within persons, or not."""
    of_person = rng.integers(0, 4, id.max() + 1)[id]
    where = rng.integers(0, 4, id.size)
    values = np.where(rng.random(id.size) < 0.1, where, of_person) if varies else of_person
    if kind == "whole":
        return pd.Series(values)
    numbers = pd.Series(values, dtype=float).where(values > 0)
    if kind == "number":
        return numbers
    texts = numbers.map({1.0: "a", 2.0: "b", 3.0: "c"})
    return texts.astype("category") if kind == "category" else texts


def first_who_varies(data: pd.DataFrame, name: str) -> int | None:
    for place, (_, rows) in enumerate(data.groupby("id", sort=False)):
        if rows[name].nunique(dropna=False) > 1:
            return place
    return None


@pytest.mark.parametrize("kind", ["whole", "number", "text", "category"])
@pytest.mark.parametrize("seed", range(12))
def test_who_a_column_varies_for(kind, seed):
    rng = np.random.default_rng(seed)
    id = np.repeat(np.arange(12), rng.integers(1, 5, 12))
    data = pd.DataFrame({"id": id, "t": np.arange(id.size) * 1.0, "y": rng.normal(size=id.size)})
    data["x"] = column(rng, id, kind, varies=seed % 2 == 0)
    if seed % 3 == 0:
        data = data.sample(frac=1, random_state=seed).reset_index(drop=True)
    people = PersonLevel(Panel(data, id="id", time="t", outcome="y"))
    found, wanted = people.varies_for("x"), first_who_varies(data, "x")
    assert (found is None) == (wanted is None)
    if found is not None:
        person = people.persons.labels[found]
        assert data.loc[data["id"] == person, "x"].nunique(dropna=False) > 1
    else:
        firsts = data.groupby("id", sort=False)["x"].nth(0).tolist()
        values = pd.Series(people.value("x")).tolist()
        assert all(a == b or (pd.isna(a) and pd.isna(b)) for a, b in zip(values, firsts, strict=True))


@pytest.mark.parametrize("rows", [1, 10, 8192, 30_000])
def test_the_middle_is_the_first_of_the_times_nearest_the_middle_of_the_range(rows):
    rng = np.random.default_rng(rows)
    times = rng.integers(-40, 41, rows) * 1.5
    middle = (times.min() + times.max()) / 2
    assert observed_middle(times) == times[np.abs(times - middle).argmin()]
