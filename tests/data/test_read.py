"""Reading text tables as they come, and one sentence for each that is none."""

from __future__ import annotations

import codecs

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from growthcurves.data.panel import Panel
from growthcurves.data.read import read_table
from growthcurves.errors import DataError, GrowthCurvesError, ModelError, NotAvailableError

TEXT = "Größe in m;Straße;week 1\n1,80;Übergang;3\n1,75;Öl, grün;4\n"


def write(tmp_path, content, name="table.csv"):
    path = tmp_path / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le with mark", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(tmp_path, encoding, end):
    text = TEXT.replace("\n", end)
    content = codecs.BOM_UTF16_LE + text.encode("utf-16-le") if "mark" in encoding else text.encode(encoding)
    frame = read_table(write(tmp_path, content))
    assert frame.columns.tolist() == ["Größe in m", "Straße", "week 1"]
    assert frame["Größe in m"].tolist() == [1.8, 1.75]
    assert frame["Straße"].tolist() == ["Übergang", "Öl, grün"]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("ending", [".csv", ".tsv", ".txt", ".CSV"])
def test_separators(tmp_path, separator, ending):
    path = write(tmp_path, f"id{separator}y\n1{separator}2.5\n", f"t{ending}")
    assert read_table(path).to_dict("list") == {"id": [1], "y": [2.5]}


def test_a_separator_inside_quotes_is_text(tmp_path):
    frame = read_table(write(tmp_path, 'id,"a;b",c\n1,"x;y","p,q"\n2,"u;v","r\ns"\n'))
    assert frame.columns.tolist() == ["id", "a;b", "c"]
    assert frame["c"].tolist() == ["p,q", "r\ns"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("id;y\n1;2,5\n2;3\n", [2.5, 3.0]),
        ("id;y\n1;2.5\n2;3\n", [2.5, 3.0]),
        ("id;y\n1;-0,5e2\n2;,5\n", [-50.0, 0.5]),
        ("id\ty\n1\t1,5\n2\t2,5\n", [1.5, 2.5]),
        ("id;y\n1;4\n2;5\n", [4, 5]),
    ],
)
def test_decimal_marks(tmp_path, text, expected):
    assert read_table(write(tmp_path, text))["y"].tolist() == expected


def test_ten_thousand_columns_with_everything_at_once(tmp_path):
    names = [f"größe in {k}" for k in range(10_000)]
    values = np.random.default_rng(1).normal(size=(5, 10_000))
    lines = [";".join(names), *(";".join(repr(float(x)).replace(".", ",") for x in row) for row in values)]
    frame = read_table(write(tmp_path, codecs.BOM_UTF8 + "\r\n".join(lines).encode()))
    assert frame.columns.tolist() == names
    assert np.array_equal(frame.to_numpy(), values)


@pytest.mark.parametrize("quote", ["", '"'])
def test_ids_like_007_stay_text(tmp_path, quote):
    text = f"id,zip,day,when,x\n{quote}007{quote},1,0,05:30,0.5\n{quote}12{quote},02134,1,06:00,.05\n"
    frame = read_table(write(tmp_path, text))
    assert frame["id"].tolist() == ["007", "12"]
    assert frame["zip"].tolist() == ["1", "02134"]
    assert frame["day"].tolist() == [0, 1] and frame["x"].tolist() == [0.5, 0.05]


def test_missing_codes(tmp_path):
    path = write(tmp_path, "id,y,z\n1,-99,a\n2,5,.\n3,,-99\n")
    frame = read_table(path, missing=[-99, "."])
    assert frame["y"].isna().tolist() == [True, False, True]
    assert frame["z"].isna().tolist() == [False, True, True]
    assert read_table(path, missing=-99)["z"].tolist()[:2] == ["a", "."]


def test_options_of_pandas_win_and_unknown_ones_are_refused(tmp_path):
    path = write(tmp_path, "id,y\n1,2\n")
    assert read_table(path, dtype={"id": str})["id"].tolist() == ["1"]
    assert read_table(path, sep=";").columns.tolist() == ["id,y"]
    with pytest.raises(ModelError, match="'decimals'.*'decimal'"):
        read_table(path, decimals=",")


def test_the_source_is_kept(tmp_path):
    assert read_table(write(tmp_path, "id,y\n1,2\n\n\n")).attrs["source"] == {
        "file": "table.csv",
        "first_row": 2,
    }
    source = read_table(write(tmp_path, "\n\nid,y\n1,2\n\n3,4\n")).attrs["source"]
    assert source == {"file": "table.csv", "first_row": 4, "blank": [5]}


def test_a_separator_at_every_line_end_makes_no_column(tmp_path):
    assert read_table(write(tmp_path, "id,y,\n1,2,\n")).columns.tolist() == ["id", "y"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "table.csv is empty"),
        (codecs.BOM_UTF8, "table.csv is empty"),
        ("\n \n", "table.csv is empty"),
        ("id,y\n", "header but no rows"),
        (b"PK\x03\x04\x00\x01,\x02\n", "not a text table: it holds binary"),
        (b"\x81\x8d,a\n", "not a text table"),
        ("Dear reader\nthis is prose\n", "not a table: its first line has no comma"),
        ("id,y\n1,2\n3,4,5\n", "Line 3 of table.csv has 3 fields where the header has 2"),
        ("id,y\n1,2\n3\n", "Line 3 of table.csv has 1 field where the header has 2"),
        ("id,y,z\n1,2\n3,4,5,6\n", "Line 2 of table.csv has 2 fields where the header has 3"),
        ('id,y\n\n"1,5",2\n3,4,5\n', "Line 4 of table.csv has 3 fields"),
        ("id,y,score,y,id\n1,2,3,4,5\n", "share a name: 'id', 'y'"),
    ],
)
def test_what_is_no_table_is_said_in_one_sentence(tmp_path, content, words):
    with pytest.raises(DataError) as caught:
        read_table(write(tmp_path, content))
    assert words in str(caught.value) and "\n" not in str(caught.value)


def test_no_file_and_a_folder(tmp_path):
    with pytest.raises(DataError, match="There is no file .*gone.csv"):
        read_table(tmp_path / "gone.csv")
    with pytest.raises(DataError, match="is a folder"):
        read_table(tmp_path)


@pytest.mark.parametrize("ending", [".xls", ".rds", ".csv.gz", ""])
def test_other_formats_say_what_is_readable(tmp_path, ending):
    with pytest.raises(NotAvailableError, match=r"\.csv, \.tsv, \.txt"):
        read_table(write(tmp_path, "id,y\n1,2\n", f"table{ending}"))


@given(values=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=5))
def test_doubles_come_back_as_they_were_written(tmp_path_factory, values):
    path = tmp_path_factory.mktemp("doubles") / "t.csv"
    pd.DataFrame({"id": range(len(values)), "y": values}).to_csv(path, index=False)
    assert read_table(path)["y"].astype(float).tolist() == values


@settings(max_examples=60)
@given(content=st.binary(max_size=60) | st.text('01a,;\t|"\n .-', max_size=60).map(str.encode))
def test_no_file_gives_another_error_than_ours(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "t.csv"
    path.write_bytes(content)
    try:
        frame = read_table(path)
    except GrowthCurvesError:
        return
    assert len(frame)


@pytest.mark.parametrize(
    ("cell", "advice"),
    [
        ("1.013,5", "decimal=',', thousands='.'"),
        ("1,013.5", "thousands=','"),
        ("1'013", "thousands="),
        ("\u22123", "write the minus sign as -"),
        ("13%", "write the numbers alone, without '%'"),
        ("13 kg", "write the numbers alone, without 'kg'"),
        ("low", "it is a column of words"),
    ],
)
def test_advice_fits_how_the_numbers_are_written(tmp_path, cell, advice):
    path = tmp_path / "a.csv"
    path.write_text("id;t;y\n" + "".join(f"{who};{t};{cell}\n" for who in (1, 2, 3) for t in (0, 1)), encoding="utf-8")
    with pytest.raises(DataError) as caught:
        Panel(read_table(path), id="id", time="t", outcome="y")
    assert advice in str(caught.value)
    if "thousands" in advice:
        options = {"decimal": ",", "thousands": "."} if "decimal" in advice else {"thousands": cell[1]}
        assert Panel(read_table(path, **options), id="id", time="t", outcome="y").values[0] in (1013, 1013.5)


def test_a_last_line_of_another_kind_is_no_table(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("id,t,y\n1,0,2\n1,1,3\n\nTotal;32\n")
    with pytest.raises(DataError, match="Line 5 of a.csv has 1 field where the header has 3"):
        read_table(path)


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("before", [[], ["Study, 2024"], ["# exported", "# by hand"]])
@pytest.mark.parametrize("separator", ["\t", ";", "|", " ", "   "])
def test_decimal_commas_are_no_separators(tmp_path, separator, before, header):
    rows = [["who", "week", "score", "arm"]] * header + [[str(i), str(t), f"{i + t},25", "ab"[i % 2]]
                                                          for i in range(4) for t in range(3)]  # fmt: skip
    for quoted in (False, True):
        lines = [separator.join(f'"{cell}"' if quoted else cell for cell in row) for row in rows]
        (tmp_path / "a.csv").write_text("\n".join([*before, *lines]) + "\n")
        table = read_table(tmp_path / "a.csv", **({} if header else {"names": ["who", "week", "score", "arm"]}))
        assert list(table) == ["who", "week", "score", "arm"] and table["score"].tolist()[:3] == [0.25, 1.25, 2.25]
