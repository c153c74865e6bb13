"""Long to wide, against pandas' pivot and as the inverse of wide to long."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import growthcurves as gc
from growthcurves.errors import ColumnError, DataError, DataWarning, ModelError


@pytest.fixture
def long():
    return pd.DataFrame(
        {
            "who": ["b", "a", "b", "a", "c"],
            "day": [7, 0, 0, 2.5, 0],
            "bdi": [15, 30, 21, 28, 9],
            "mood": ["low", "high", "low", None, "high"],
            "arm": ["drug", "placebo", "drug", "placebo", "drug"],
            "age": [30.0, np.nan, 30.0, np.nan, 50.0],
        }
    )


def test_names_order_and_kept_columns(long):
    before = long.copy()
    wide = gc.to_wide(long, id="who", time="day", values=["bdi", "mood"])
    assert wide.columns.tolist() == ["who", "arm", "age", "bdi_0", "bdi_2.5", "bdi_7", "mood_0", "mood_2.5", "mood_7"]
    assert wide["who"].tolist() == ["b", "a", "c"] and wide.index.tolist() == [0, 1, 2]
    assert wide["bdi_0"].tolist() == [21, 30, 9] and wide["bdi_0"].dtype == np.int64
    np.testing.assert_array_equal(wide["bdi_7"], [15, np.nan, np.nan])
    assert wide["mood_2.5"].isna().all() and wide["mood_0"].tolist() == ["low", "high", "high"]
    pd.testing.assert_frame_equal(long, before)


@given(st.integers(0, 10_000))
def test_against_pivot(seed):
    rng = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product([range(5), [0, 1.5, 10]], names=["who", "t"]).to_frame(index=False)
    table = grid.assign(y=rng.normal(size=15), z=rng.integers(0, 9, 15)).sample(n=11, random_state=seed)
    wide = gc.to_wide(table, id="who", time="t", values=["y", "z"]).set_index("who").sort_index()
    pivot = table.pivot(index="who", columns="t", values=["y", "z"])
    assert wide.columns.tolist() == [f"{name}_{t:g}" for name, t in pivot.columns]
    np.testing.assert_array_equal(wide.to_numpy(), pivot.to_numpy())


@given(st.lists(st.floats(-1e6, 1e6).map(lambda t: t + 0.0), min_size=1, max_size=4, unique=True), st.integers(0, 999))
def test_it_undoes_to_long(times, seed):
    rng = np.random.default_rng(seed)
    long = pd.DataFrame({"who": np.repeat([2, 5, 9], len(times)), "t": np.tile(np.sort(times), 3)})
    long["arm"] = pd.Categorical(np.repeat(["x", "y", "x"], len(times)))
    long["y"] = rng.normal(size=len(long))
    long["z"] = rng.integers(0, 5, len(long))
    wide = gc.to_wide(long, id="who", time="t", values=["y", "z"])
    back = gc.to_long(wide, id="who", time="t", columns={"y": "y_{t}", "z": "z_{t}"})
    pd.testing.assert_frame_equal(back, long, check_dtype=False)


def test_own_times_go_there_and_back():
    long = pd.DataFrame(
        {"who": [1, 1, 2, 2], "day": [0.0, 6.5, 1.0, 8.0], "wave": [1, 2, 1, 2], "y": [1.0, 2.0, 3.0, 4.0]}
    )
    wide = gc.to_wide(long, id="who", time="wave", values=["y", "day"])
    assert wide.columns.tolist() == ["who", "y_1", "y_2", "day_1", "day_2"]
    back = gc.to_long(wide, id="who", time="day", columns={"y": "y_{wave}"}, times="day_{wave}")
    pd.testing.assert_frame_equal(back, long)


def test_what_depends_on_the_time_alone_is_left_out_and_said():
    wide = pd.DataFrame({"who": [1, 2], "y_1": [1, 2], "y_2": [3, 4]})
    long = gc.to_long(wide, id="who", time="month", columns="y_{wave}", times={1: 0, 2: 6})
    with pytest.warns(DataWarning, match="leaves out 'wave'"):
        assert gc.to_wide(long, id="who", time="month", values=["y"]).columns.tolist() == ["who", "y_0", "y_6"]
    assert gc.to_wide(long, id="who", time="month", values="y", keep=[]).columns.tolist() == ["who", "y_0", "y_6"]


def test_occasions_may_be_text_or_categories(long):
    long["visit"] = ["end", "start", "start", "end", "start"]
    options = {"id": "who", "values": ["bdi"], "keep": ["arm"]}
    assert gc.to_wide(long, time="visit", **options).columns.tolist() == ["who", "arm", "bdi_end", "bdi_start"]
    long["visit"] = pd.Categorical(long["visit"], ["start", "middle", "end"])
    assert gc.to_wide(long, time="visit", **options).columns.tolist() == ["who", "arm", "bdi_start", "bdi_end"]


def test_two_rows_for_one_person_and_time(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("who,day,y\n7,0,1\n8,0,2\n7,0,3\n")
    with pytest.raises(DataError) as caught:
        gc.to_wide(gc.read_table(path), id="who", time="day", values=["y"])
    assert str(caught.value).startswith("Person 7 has two rows at 'day' 0: row 2 of long.csv and row 4 of long.csv;")


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"values": ["bid"]}, ColumnError, ["'bid'", "'bdi'"]),
        ({"values": []}, ModelError, ["values="]),
        ({"values": ["bdi", "day"]}, ModelError, ["'day' is named twice"]),
        ({"id": "day"}, ModelError, ["'day' is named twice"]),
        ({"id": ["who", "day"]}, ModelError, ["'day' is named twice"]),
        ({"id": ["who", "bdi"]}, ModelError, ["'bdi' is named twice"]),
        ({}, DataError, ["'mood' varies within person a", "values=", "keep="]),
        ({"keep": ["mood"]}, DataError, ["'mood' varies within person a"]),
        ({"keep": ["arn"]}, ColumnError, ["'arn'", "'arm'"]),
    ],
)
def test_what_does_not_fit_is_said(long, options, error, words):
    with pytest.raises(error) as caught:
        gc.to_wide(long, **({"id": "who", "time": "day", "values": ["bdi"]} | options))
    assert all(word in str(caught.value) for word in words) and "\n" not in str(caught.value)


def test_ids_used_again_in_another_arm_are_found(long):
    long.loc[2, "arm"] = "placebo"
    with pytest.raises(DataError, match=r"'arm' varies within person b \(drug, then placebo\)"):
        gc.to_wide(long, id="who", time="day", values=["bdi", "mood"])


@pytest.mark.parametrize("column", ["who", "day"])
def test_rows_without_person_or_time_are_refused(long, column):
    long.loc[3, column] = None
    with pytest.raises(DataError, match=f"'{column}' is missing .row with index 3"):
        gc.to_wide(long, id="who", time=column if column == "day" else "day", values=["bdi", "mood"])


def test_dates_cannot_name_columns(long):
    long["day"] = pd.to_datetime("2020-01-01")
    with pytest.raises(DataError, match="'day' holds dates"):
        gc.to_wide(long, id="who", time="day", values=["bdi"], keep=[])


def test_times_of_their_own_are_refused_before_memory_is_full():
    long = pd.DataFrame({"who": np.arange(20_000), "t": np.arange(20_000) / 7, "y": 1.0})
    with pytest.raises(DataError, match="'t' has 20000 different values"):
        gc.to_wide(long, id="who", time="t", values=["y"])


def test_names_that_would_be_shared():
    long = pd.DataFrame({"who": [1], "t": [0], "y": [1.0], "y_0": [2.0]})
    with pytest.raises(ModelError, match="two columns called 'y_0'"):
        gc.to_wide(long, id="who", time="t", values=["y"])


def test_a_panel_and_a_polars_frame_go_in(long):
    panel = gc.Panel(long, id="who", time="day", outcome="bdi")
    expected = gc.to_wide(long, id="who", time="day", values=["bdi"], keep=["arm"])
    pd.testing.assert_frame_equal(gc.to_wide(panel, id="who", time="day", values=["bdi"], keep=["arm"]), expected)
    polars = pytest.importorskip("polars")
    frame = polars.from_pandas(long)
    pd.testing.assert_frame_equal(gc.to_wide(frame, "who", "day", ["bdi"], keep=["arm"]), expected, check_dtype=False)
