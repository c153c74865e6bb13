"""Persons' means and deviations, against pandas' groupby and by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import growthcurves as gc
from growthcurves.errors import ColumnError, DataError, ModelError


@given(st.integers(0, 10_000), st.sampled_from([0.0, 1e9]))
def test_against_groupby(seed, offset):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {"who": rng.integers(0, 5, 20), "x": rng.normal(size=20) + offset, "z": rng.integers(0, 3, 20)}
    )
    table["x"] = table["x"].mask(rng.random(20) < 0.3)
    split = gc.within_between(table, id="who", columns=["x", "z"])
    for name in ("x", "z"):
        means = table.groupby("who")[name].transform("mean")
        rounding = 1e-15 * (10 + offset)
        np.testing.assert_allclose(split[f"{name}_between"], means, rtol=0, atol=rounding)
        np.testing.assert_allclose(split[f"{name}_within"], table[name] - means, rtol=0, atol=rounding)


def test_by_hand_with_missing_values_and_ids():
    table = pd.DataFrame(
        {"who": ["b", "a", "b", None, "c", "b"], "x": [1.0, 5.0, np.nan, 3.0, np.nan, 4.0]}, index=[9, 8, 7, 6, 5, 4]
    )
    before = table.copy()
    split = gc.within_between(table, id="who", columns="x")
    assert split.columns.tolist() == ["who", "x", "x_within", "x_between"] and split.index.tolist() == [
        9,
        8,
        7,
        6,
        5,
        4,
    ]
    np.testing.assert_array_equal(split["x_between"], [2.5, 5, 2.5, np.nan, np.nan, 2.5])
    np.testing.assert_array_equal(split["x_within"], [-1.5, 0, np.nan, np.nan, np.nan, 1.5])
    pd.testing.assert_frame_equal(table, before)


def test_what_is_constant_within_persons_has_no_within_part():
    table = pd.DataFrame({"who": [1, 2] * 7, "x": [0.1, 1e8 + 0.3] * 7})
    split = gc.within_between(table, id="who", columns=["x"])
    assert (split["x_within"] == 0).all() and split["x_between"].tolist() == table["x"].tolist()


def test_nothing_is_overwritten_and_text_is_refused():
    table = pd.DataFrame({"who": [1, 1], "x": [1, 2], "x_within": [0, 0], "mood": ["low", "high"]})
    with pytest.raises(ModelError, match="'x_within' already"):
        gc.within_between(table, id="who", columns=["x"])
    with pytest.raises(DataError, match="'mood' holds the text 'low'.*person 1"):
        gc.within_between(table, id="who", columns=["mood"])
    with pytest.raises(ColumnError, match="'xx'"):
        gc.within_between(table, id="who", columns=["xx"])
    with pytest.raises(ModelError, match="columns="):
        gc.within_between(table, id="who", columns=[])


def test_a_panel_and_a_polars_frame_go_in():
    table = pd.DataFrame({"who": [1, 1, 2], "t": [0, 1, 0], "y": [1.0, 2.0, np.nan], "x": [1.0, 4.0, 9.0]})
    panel = gc.Panel(table, id="who", time="t", outcome="y")
    assert gc.within_between(panel, id="who", columns=["x"])["x_within"].tolist() == [-1.5, 1.5]
    polars = pytest.importorskip("polars")
    split = gc.within_between(polars.DataFrame(table.to_dict("list")), id="who", columns=["x"])
    assert split["x_between"].tolist() == [2.5, 2.5, 9]
