"""The panel: roles, what is left out, and errors in the words of the user's file."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from growthcurves.data.datasets import load_dataset
from growthcurves.data.panel import Panel
from growthcurves.data.read import read_table
from growthcurves.data.reshape import to_long
from growthcurves.errors import ColumnError, DataError, ModelError


@pytest.fixture
def table():
    return pd.DataFrame(
        {
            "who": [308, 308, 309, 309, 310],
            "day": [0, 1, 0, 1, 0],
            "score": [1.0, 2.0, 3.0, 5.0, 4.0],
            "age": [30.0, 30.0, np.nan, np.nan, 50.0],
            "arm": ["a", "a", "b", "b", None],
        }
    )


def panel_of(table, **options):
    return Panel(table, **({"id": "who", "time": "day", "outcome": "score"} | options))


def test_a_clean_table_is_neither_copied_nor_changed(table):
    before = table.copy()
    panel = panel_of(table)
    assert panel.frame is table and panel.data is table
    assert np.shares_memory(panel.values, table["score"].to_numpy())
    pd.testing.assert_frame_equal(table, before)
    assert panel.rows_dropped == 0 and panel.dropped.empty and len(panel) == 5
    assert panel.times.dtype == panel.values.dtype == np.float64
    assert panel.persons.labels.tolist() == [308, 309, 310]


def test_rows_with_missing_id_time_or_outcome_are_left_out_and_counted_once(table):
    table = table.astype({"who": float, "day": float})
    table.loc[0, "who"] = np.nan
    table.loc[[0, 1], "day"] = np.nan
    table.loc[[1, 2], "score"] = np.nan
    panel = panel_of(table)
    assert panel.dropped.to_dict("list") == {
        "reason": ["missing who", "missing day", "missing score"],
        "rows": [1, 1, 1],
    }
    assert panel.rows_dropped == 3
    assert panel.frame.index.tolist() == [3, 4]
    assert panel.ids.tolist() == [309, 310] and panel.values.tolist() == [5, 4]


@pytest.mark.parametrize("dtype", ["Int64", "Float64", "float32", "int8", "uint16", "object"])
def test_every_dtype_of_numbers_gives_the_same_panel(table, dtype):
    panel = panel_of(table.assign(day=table["day"].astype(dtype), score=table["score"].astype(dtype)))
    assert panel.times.tolist() == [0, 1, 0, 1, 0]
    assert panel.values.tolist() == [1, 2, 3, 5, 4]


@pytest.mark.parametrize(
    "ids", [["a", "a", "b", "b", None], pd.Categorical(["a", "a", "b", "b", None], list("xab"))]
)
def test_text_and_categorical_ids(table, ids):
    panel = panel_of(table.assign(who=ids))
    assert list(panel.persons.labels) == ["a", "b"]
    assert panel.dropped["reason"].tolist() == ["missing who"]


def test_drop_missing_gives_a_new_panel(table):
    panel = panel_of(table)
    fewer = panel.drop_missing(["age", "arm"])
    assert fewer.dropped.to_dict("list") == {"reason": ["missing age", "missing arm"], "rows": [2, 1]}
    assert fewer.ids.tolist() == [308, 308] and len(panel) == 5
    assert panel.drop_missing(["day"]) is panel
    with pytest.raises(DataError, match="'gone' is missing in every row"):
        panel_of(table.assign(gone=np.nan)).drop_missing(["gone"])
    with pytest.raises(DataError, match="'late' .*left out before: 2 for missing age"):
        panel_of(table.assign(late=table["age"].isna().map({True: 1.0}))).drop_missing(["age", "late"])


def test_frozen(table):
    with pytest.raises(AttributeError):
        panel_of(table).outcome = "age"


def test_no_time(table):
    panel = panel_of(table, time=None)
    assert "over" not in repr(panel)
    with pytest.raises(DataError, match="no time column"):
        panel.times  # noqa: B018
    with pytest.raises(ModelError, match="need a time column"):
        panel_of(table, time=None, since="first")


def test_numbers_reads_predictors(table):
    panel = panel_of(table)
    np.testing.assert_array_equal(panel.numbers("age"), table["age"])
    with pytest.raises(DataError, match="Column 'arm' holds the text 'a'.*person 308"):
        panel.numbers("arm")


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"outcome": "skore"}, ColumnError, ["'skore'", "'score'"]),
        ({"time": "dya"}, ColumnError, ["'dya'", "'day'"]),
        ({"wave": "wave"}, ColumnError, ["'wave'"]),
        ({"time": "score"}, ModelError, ["'score'", "time and outcome"]),
        ({"wave": "who"}, ModelError, ["'who'", "id and wave"]),
        ({"outcome": None}, ModelError, ["outcome="]),
    ],
)
def test_roles_are_checked(table, options, error, words):
    with pytest.raises(error) as caught:
        panel_of(table, **options)
    assert all(word in str(caught.value) for word in words)


def test_a_wave_number_may_be_the_time_too(table):
    assert panel_of(table, wave="day").wave == "day"


def test_an_id_in_the_index_is_said_so(table):
    with pytest.raises(ColumnError, match="reset_index"):
        panel_of(table.set_index("who"))


def test_not_a_table_and_shared_names_and_no_rows(table):
    with pytest.raises(DataError, match="not list"):
        panel_of([1, 2])
    with pytest.raises(DataError, match="several columns called 'score'"):
        panel_of(pd.concat([table, table[["score"]]], axis=1))
    with pytest.raises(DataError, match="no rows"):
        panel_of(table.iloc[:0])
    with pytest.raises(DataError, match="'score' is missing in every row"):
        panel_of(table.assign(score=np.nan))


def test_anything_with_to_pandas_is_a_table(table):
    class Other:
        def to_pandas(self):
            return table

    assert panel_of(Other()).data is table


def test_polars(table):
    polars = pytest.importorskip("polars")
    frame = polars.DataFrame({name: table[name].tolist() for name in ["who", "day", "score"]})
    assert panel_of(frame).values.tolist() == [1, 2, 3, 5, 4]


@pytest.mark.parametrize("column", ["day", "score"])
def test_true_and_false_are_no_numbers(table, column):
    with pytest.raises(DataError, match=f"'{column}' holds True and False"):
        panel_of(table.assign(**{column: True}))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (pd.Categorical([1, 2, 3, 4, 5]), "categories"),
        (pd.to_datetime(["2020-01-01"] * 5), "dates"),
        (np.ones(5) * 1j, "complex"),
    ],
)
def test_other_kinds_are_named(table, values, kind):
    with pytest.raises(DataError, match=f"'score' holds .*{kind}"):
        panel_of(table.assign(score=values))


@pytest.mark.parametrize("value", [np.inf, -np.inf])
@pytest.mark.parametrize("column", ["day", "score"])
def test_infinite_values_are_placed(table, column, value):
    table = table.astype({"day": float})
    table.loc[3, column] = value
    with pytest.raises(DataError) as caught:
        panel_of(table)
    assert f"'{column}'" in str(caught.value) and "person 309, row with index 3" in str(caught.value)


def test_huge_finite_values_pass(table):
    assert len(panel_of(table.assign(score=np.full(5, 1.7e308)))) == 5


def test_text_in_a_long_file_names_person_row_and_column(tmp_path):
    path = tmp_path / "sleep.csv"
    path.write_text("who,day,score\n308,0,1.5\n\n308,1,late\n309,0,2\n")
    table = read_table(path)
    for rows in (table, table[table["day"] == 1], table.sort_values("day", ascending=False)):
        with pytest.raises(DataError) as caught:
            panel_of(rows)
        assert str(caught.value) == (
            "Column 'score' holds the text 'late' where a number is needed (person 308, row 4 of sleep.csv): "
            "correct the cell, or read such a code as missing with read_table(..., missing=['late'])."
        )
    assert len(panel_of(read_table(path, missing=["late"]))) == 2


def test_text_in_a_wide_file_names_the_cell_of_that_file(tmp_path):
    path = tmp_path / "wide.csv"
    path.write_text("who,score_0,score_1\nb,1,2\na,3,x\n")
    table = to_long(read_table(path), id="who", time="day", columns="score_{day}")
    for rows in (table, table[table["day"] == 1], table.sort_values("day", ascending=False)):
        with pytest.raises(DataError, match="'score_1' holds the text 'x'.*person a, row 3 of wide.csv"):
            panel_of(rows)


def test_numbers_written_as_text_are_not_read_silently(table):
    with pytest.raises(DataError, match="'score' holds the text '1.0'"):
        panel_of(table.assign(score=table["score"].astype(str)))


def test_duplicates(table):
    table.loc[3, "day"] = 0
    repeated = panel_of(table).duplicates()
    assert repeated.index.tolist() == [2, 3]


def test_shipped_data():
    panel = Panel(load_dataset("sleepstudy"), id="subject", time="day", outcome="reaction")
    assert (panel.persons.count, len(panel)) == (18, 180)
    assert panel.persons.starts.tolist() == list(range(0, 180, 10))
