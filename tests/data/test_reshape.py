"""Wide to long, against a plain loop over persons and columns."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from growthcurves.data.panel import Panel
from growthcurves.data.read import read_table
from growthcurves.data.reshape import to_long
from growthcurves.data.source import find_cell
from growthcurves.errors import ColumnError, DataError, ModelError


@pytest.fixture
def wide():
    return pd.DataFrame(
        {
            "subject": [1, 2],
            "arm": ["a", "b"],
            "bdi_t10": [5.0, 6.0],
            "bdi_t2": [3, 4],
            "anx_t2": [7, 8],
            "bdi_t2b": [0, 0],
        }
    )


def test_a_pattern_gives_time_and_outcome(wide):
    before = wide.copy()
    long = to_long(wide, id="subject", time="week", columns="bdi_t{number}", keep=["arm"])
    assert long.columns.tolist() == ["subject", "week", "arm", "bdi_t"]
    assert long["subject"].tolist() == [1, 1, 2, 2]
    assert long["week"].tolist() == [2, 10, 2, 10] and long["week"].dtype == np.int64
    assert long["bdi_t"].tolist() == [3, 5, 4, 6]
    assert long.index.equals(pd.RangeIndex(4))
    pd.testing.assert_frame_equal(wide, before)


@pytest.mark.parametrize("asked", ["BDI week{week}", "BDI_wk{week}", "bdi wk{week}"])
def test_a_pattern_that_no_column_fits_is_answered_with_the_nearest(asked):
    table = pd.DataFrame([[1, 40, 20.0, 18.0, 15.0]], columns=["id", "age", "BDI wk0", "BDI wk4", "BDI wk12"])
    said = r"Did you mean 'BDI wk\{week\}'\? The nearest columns are 'BDI wk0', 'BDI wk4', 'BDI wk12'\."
    with pytest.raises(ColumnError, match=said):
        to_long(table, id="id", time="week", columns=asked)
    with pytest.raises(ColumnError, match=r"as a whole\. The nearest columns are '"):
        to_long(table[["id", "age"]], id="id", time="week", columns=asked)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [("reaction_{day}", "reaction"), ("{day}.score", "score"), ("y {day}", "y"), ("a_{k}_b", "a__b")],
)
def test_the_outcome_is_called_by_the_rest_of_the_pattern(pattern, name):
    table = pd.DataFrame({"id": [1], pattern.split("{")[0] + "0" + pattern.split("}")[1]: [2.0]})
    assert to_long(table, id="id", time="t", columns=pattern).columns.tolist() == ["id", "t", name]


def test_numbers_may_be_negative_and_decimal():
    table = pd.DataFrame({"id": [1], "y_-1": [1], "y_0.5": [2], "y_+3": [3], "y_1e3": [4], "xy_2": [5]})
    long = to_long(table, id="id", time="t", columns="y_{t}")
    assert long["t"].tolist() == [-1, 0.5, 3] and long["y"].tolist() == [1, 2, 3]
    assert {"y_1e3", "xy_2"} <= set(long.columns)


def test_several_outcomes_with_times(wide):
    long = to_long(
        wide, id="subject", time="week", columns={"bdi": "bdi_t{w}", "anx": "anx_t{w}"}, times={2: 9, 10: 1.5}
    )
    assert long.columns.tolist() == ["subject", "week", "wave", "arm", "bdi_t2b", "bdi", "anx"]
    assert long["week"].tolist() == [1.5, 9, 1.5, 9] and long["wave"].tolist() == [10, 2, 10, 2]
    assert long["bdi"].tolist() == [5, 3, 6, 4]
    np.testing.assert_array_equal(long["anx"], [np.nan, 7, np.nan, 8])


def test_spelled_out(wide):
    long = to_long(wide, id="subject", time="week", columns={"bdi": {"bdi_t2": 0, "bdi_t10": 12}}, keep="arm")
    assert long["week"].tolist() == [0, 12, 0, 12] and long["bdi"].tolist() == [3, 5, 4, 6]


def test_missing_outcomes_are_kept():
    table = pd.DataFrame({"id": [1, 2], "y_0": [np.nan, 1.0], "y_1": [np.nan, np.nan]})
    assert len(to_long(table, id="id", time="t", columns="y_{t}")) == 4


@pytest.mark.parametrize("kind", ["str", "category", "Int64", "datetime64[ns]", "object"])
def test_outcomes_and_ids_of_any_type(kind):
    table = pd.DataFrame({"id": [2, 1], "y_1": [3, 4], "y_0": [5, 6]}).astype(
        {"id": "category" if kind == "category" else "int64", "y_1": kind, "y_0": kind}
    )
    long = to_long(table, id="id", time="t", columns={"y": "y_{t}", "z": {"y_0": 0}} | {"z": {"y_0": 0}})
    expected = [table["y_0"][1], table["y_1"][1], table["y_0"][0], table["y_1"][0]]
    assert long["id"].tolist() == [1, 1, 2, 2]
    assert long["y"].tolist() == expected
    assert long["z"].isna().tolist() == [False, True, False, True]


@given(
    ids=st.lists(st.integers(-50, 50), min_size=1, max_size=8, unique=True),
    waves=st.lists(st.integers(-3, 9), min_size=1, max_size=5, unique=True),
    seed=st.integers(0, 99),
)
def test_every_cell_lands_where_a_loop_puts_it(ids, waves, seed):
    values = np.random.default_rng(seed).normal(size=(len(ids), len(waves)))
    table = pd.DataFrame(values, columns=[f"y_{wave}" for wave in waves]).assign(who=ids, age=range(len(ids)))
    long = to_long(table, id="who", time="t", columns="y_{t}")
    cells = {(i, w): values[r, c] for r, i in enumerate(ids) for c, w in enumerate(waves)}
    assert list(zip(long["who"], long["t"], strict=True)) == sorted(cells)
    assert [cells[key] for key in sorted(cells)] == long["y"].tolist()
    assert long["age"].tolist() == [ids.index(i) for i in long["who"]]
    for position in range(len(long)):
        cell = find_cell(long, position, "y")
        assert cell.column == f"y_{long['t'].iloc[position]}"
        assert cell.place == f"row with index {ids.index(long['who'].iloc[position])}"


def test_ids_that_cannot_be_sorted_keep_the_order_of_the_table():
    table = pd.DataFrame({"id": pd.Series(["b", 1], dtype=object), "y_0": [1, 2]})
    assert to_long(table, id="id", time="t", columns="y_{t}")["id"].tolist() == ["b", 1]


def test_a_missing_id_is_left_to_the_panel():
    table = pd.DataFrame({"id": [2.0, np.nan, np.nan, 1.0], "y_0": [1, 2, 3, 4]})
    assert to_long(table, id="id", time="t", columns="y_{t}")["y"].tolist() == [4, 1, 2, 3]


def test_the_wide_file_stays_traceable_after_filtering(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text("id,y_0,y_1\nc,1,2\na,3,4\nb,5,6\n")
    long = to_long(read_table(path).iloc[1:], id="id", time="t", columns="y_{t}")
    cell = find_cell(long, 3, "y", ids=long["id"].array)
    assert (cell.column, cell.place) == ("y_1", "person b, row 4 of wide.csv")


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"columns": "bid_t{w}"}, ColumnError, ["'bid_t{w}'", "'bdi_t2'"]),
        ({"columns": "bdi_t"}, ModelError, ["'bdi_t'", "placeholder"]),
        ({"columns": "{a}_{b}"}, ModelError, ["placeholder"]),
        ({"columns": "{t}"}, ModelError, ["'{t}'", "no name"]),
        ({"columns": {"bdi": "{t}"}}, ColumnError, ["'{t}'"]),
        ({"columns": 3}, ModelError, ["pattern"]),
        ({"columns": {}}, ModelError, ["pattern"]),
        ({"columns": {"bdi": 3}}, ModelError, ["'bdi'"]),
        ({"columns": {"bdi": {"bdi_2": 0}}}, ColumnError, ["'bdi_2'", "'bdi_t2'"]),
        ({"columns": {"bdi": {"bdi_t2": "x"}}}, ModelError, ["'bdi_t2'", "'x'"]),
        ({"columns": {"bdi": {"bdi_t2": 0, "bdi_t10": 0}}}, ModelError, ["'bdi_t2'", "'bdi_t10'"]),
        ({"id": "subjekt"}, ColumnError, ["'subjekt'", "'subject'"]),
        ({"keep": ["arn"]}, ColumnError, ["'arn'", "'arm'"]),
        ({"time": "arm"}, ModelError, ["two columns called 'arm'"]),
        ({"times": {2: 0}}, ModelError, ["2, 10"]),
        ({"times": {2: 0, 10: 0}}, ModelError, ["same time"]),
        ({"times": {2: 0, 10: "x"}}, ModelError, ["wave 10", "'x'"]),
        ({"times": "day_t{w}"}, ColumnError, ["'day_t{w}'"]),
        ({"times": "anx_t{w}"}, ColumnError, ["'anx_t{w}'", "no time for wave 10"]),
        ({"columns": {"anx": "anx_t{w}"}, "times": "bdi_t{w}"}, ModelError, ["'bdi_t10'", "no outcome"]),
    ],
)
def test_what_does_not_fit_is_said(wide, options, error, words):
    with pytest.raises(error) as caught:
        to_long(wide, **({"id": "subject", "time": "week", "columns": "bdi_t{w}"} | options))
    assert all(word in str(caught.value) for word in words) and "\n" not in str(caught.value)


def test_a_person_with_two_rows_is_named_with_both(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text("id,y_0\n7,1\n8,2\n7,3\n")
    with pytest.raises(DataError, match="7 has several: row 2 of wide.csv and row 4 of wide.csv"):
        to_long(read_table(path), id="id", time="t", columns="y_{t}")


def test_columns_with_the_same_number():
    table = pd.DataFrame({"id": [1], "y_1": [1], "y_01": [2]})
    with pytest.raises(ModelError, match="'y_1' and 'y_01' are both number 1"):
        to_long(table, id="id", time="t", columns="y_{t}")


@pytest.fixture
def own_times():
    return pd.DataFrame(
        {
            "who": ["b", "a"],
            "bdi_t1": [20, 30],
            "day_t1": [0.0, 1.0],
            "bdi_t3": [15, 25],
            "day_t3": [14.0, np.nan],
            "day_t2": [6.0, 8.0],
            "anx_t2": [4.0, 5.0],
            "arm": ["x", "y"],
        }
    )


def test_own_times_per_wave(own_times):
    columns = {"bdi": "bdi_t{wave}", "anx": "anx_t{wave}"}
    long = to_long(own_times, id="who", time="day", columns=columns, times="day_t{wave}")
    assert long.columns.tolist() == ["who", "day", "wave", "arm", "bdi", "anx"]
    assert long["who"].tolist() == ["a"] * 3 + ["b"] * 3 and long["wave"].tolist() == [1, 2, 3] * 2
    np.testing.assert_array_equal(long["day"], [1, 8, np.nan, 0, 6, 14])
    np.testing.assert_array_equal(long["bdi"], [30, np.nan, 25, 20, np.nan, 15])
    np.testing.assert_array_equal(long["anx"], [np.nan, 5, np.nan, np.nan, 4, np.nan])
    assert find_cell(long, 1, "day").column == "day_t2" and find_cell(long, 5, "bdi").column == "bdi_t3"


@pytest.mark.parametrize("kind", ["datetime64[ns]", "datetime64[us]", "string", "object"])
def test_own_dates_per_wave(own_times, kind):
    first, second = pd.to_datetime(["2020-03-01", "2020-01-31"]), pd.to_datetime(["2021-03-01", None])
    table = own_times.assign(day_t1=first, day_t3=second).drop(columns=["day_t2", "anx_t2"])
    if kind in ("string", "object"):
        for name in ("day_t1", "day_t3"):
            table[name] = table[name].dt.strftime("%Y-%m-%d").astype(kind)
    else:
        table = table.astype({"day_t1": kind})
    long = to_long(table, id="who", time="when", columns={"bdi": "bdi_t{wave}"}, times="day_t{wave}")
    panel = Panel(long, id="who", time="when", outcome="bdi", wave="wave", time_unit="years")
    assert panel.times.tolist() == [0, 0, 365 / 365.25] and panel.dropped["rows"].tolist() == [1]


def test_a_bad_date_names_the_cell_of_the_wide_file(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text("id,y_1,y_2,when_1,when_2\nb,1,2,2020-01-31,2020-02-30\na,3,4,2020-01-31,03/04/2020\n")
    long = to_long(read_table(path), id="id", time="when", columns="y_{k}", times="when_{k}")
    with pytest.raises(DataError, match="'03/04/2020' in column 'when_2' .person a, row 3 of wide.csv. .*two ways"):
        Panel(long, id="id", time="when", outcome="y")
    long = to_long(read_table(path).iloc[:1], id="id", time="when", columns="y_{k}", times="when_{k}")
    with pytest.raises(DataError, match="'2020-02-30' in column 'when_2' .person b, row 2 of wide.csv"):
        Panel(long, id="id", time="when", outcome="y")


def test_categories_of_different_waves_are_united():
    one, two = pd.Categorical(["no", "no"], ["no", "yes"]), pd.Categorical(["often", None], ["no", "often"])
    table = pd.DataFrame({"id": [1, 2], "smokes_0": one, "smokes_1": two, "y_0": [1, 2], "y_2": [3, 4]})
    long = to_long(table, id="id", time="t", columns={"y": "y_{t}", "smokes": "smokes_{t}"})
    assert long["smokes"].cat.categories.tolist() == ["no", "yes", "often"]
    assert long["smokes"].astype(object).where(long["smokes"].notna(), "?").tolist() == ["no", "often", "?"] + [
        "no",
        "?",
        "?",
    ]


@given(st.integers(0, 10_000))
def test_against_melt(seed):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(rng.normal(size=(6, 4)), columns=["y_3", "y_0", "y_10", "age"])
    table = table.mask(rng.random(table.shape) < 0.2).assign(who=rng.permutation(6), arm=list("aabbab"))
    long = to_long(table, id="who", time="t", columns="y_{t}")
    melted = table.melt(
        id_vars=["who", "age", "arm"], value_vars=["y_0", "y_3", "y_10"], var_name="t", value_name="y"
    )
    melted["t"] = melted["t"].str[2:].astype("int64")
    melted = melted.sort_values(["who", "t"])[["who", "t", "age", "arm", "y"]].reset_index(drop=True)
    pd.testing.assert_frame_equal(
        long.sort_index().reset_index(drop=True).sort_values(["who", "t"], ignore_index=True), melted
    )


def test_polars_goes_in():
    polars = pytest.importorskip("polars")
    table = polars.DataFrame({"id": ["b", "a"], "arm": ["x", None], "y_0": [1, 2], "y_1": [3, None]})
    long = to_long(table, id="id", time="t", columns="y_{t}")
    assert isinstance(long, pd.DataFrame) and long["id"].tolist() == ["a", "a", "b", "b"]
    np.testing.assert_array_equal(long["y"].astype(float), [2, np.nan, 1, 3])
