"""Persons' own lines against numpy's polyfit, one person at a time."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import growthcurves as gc
from growthcurves.errors import DataError


def people_of(table, **options):
    return gc.Panel(table, **({"id": "who", "time": "t", "outcome": "y"} | options)).people()


@given(st.integers(0, 10_000), st.sampled_from([0.0, 2000.0, 1e6]), st.booleans())
def test_against_polyfit(seed, offset, shuffled):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"who": np.sort(rng.integers(0, 6, 30)), "t": rng.integers(0, 8, 30) + offset})
    table["y"] = 3 + rng.normal(size=30) + table["t"] - offset
    people = people_of(table.sample(frac=1, random_state=seed) if shuffled else table)
    origin = people.attrs["origin"]
    assert origin == (0 if table["t"].min() == 0 else table["t"].min())
    for who, rows in table.groupby("who"):
        own = people.loc[who]
        assert (own["n"], own["first"], own["last"]) == (len(rows), rows["t"].min(), rows["t"].max())
        if rows["t"].nunique() < 2:
            assert own[["intercept", "slope", "r2"]].isna().all()
            continue
        slope, intercept = np.polyfit(rows["t"] - origin, rows["y"], 1)
        fitted = intercept + slope * (rows["t"] - origin)
        r2 = 1 - ((rows["y"] - fitted) ** 2).sum() / ((rows["y"] - rows["y"].mean()) ** 2).sum()
        np.testing.assert_allclose(own[["intercept", "slope", "r2"]].astype(float), [intercept, slope, r2], atol=1e-9)


def test_what_is_not_determined_is_missing():
    table = pd.DataFrame(
        {
            "who": ["one", "same", "same", "flat", "flat", "flat", "two", "two"],
            "t": [0, 1, 1, 0, 1, 2, 1, 3],
            "y": [1.0, 2.0, 4.0, 0.1, 0.1, 0.1, 5.0, 9.0],
        }
    )
    people = people_of(table)
    assert people.index.tolist() == ["one", "same", "flat", "two"] and people.index.name == "who"
    assert people.columns.tolist() == ["n", "first", "last", "intercept", "slope", "r2"]
    assert people["slope"].isna().tolist() == [True, True, False, False]
    assert people.loc["flat", "slope"] == 0 and people.loc["flat", "intercept"] == 0.1
    assert np.isnan(people.loc["flat", "r2"])
    assert people.loc["two"].tolist() == [2, 1, 3, 3, 2, 1]


def test_where_the_intercept_is_read():
    table = pd.DataFrame({"who": [1, 1], "t": [3, 5], "y": [1.0, 3.0]})
    people = people_of(table)
    assert people.attrs == {"origin": 3.0, "note": "intercept at t = 3"} and people["intercept"].tolist() == [1]
    assert people_of(table.assign(t=[-3, -1])).attrs["origin"] == -3
    assert people_of(table.assign(t=[-1, 1])).attrs["origin"] == 0


def test_dates_and_no_time():
    dates = pd.DataFrame({"who": [1, 1], "t": ["2020-01-01", "2021-01-01"], "y": [0.0, 366 / 365.25]})
    assert people_of(dates, time_unit="years")["slope"].tolist() == pytest.approx([1])
    with pytest.raises(DataError, match="no time column"):
        people_of(dates, time=None)
