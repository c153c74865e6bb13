"""Parquet, Excel, SPSS, Stata and SAS: files written by other programs' writers, read as the user meant them."""

from __future__ import annotations

import datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.data import extras
from growthcurves.data.read import READERS, read_table
from growthcurves.data.source import find_cell
from growthcurves.errors import ColumnError, DataError, ModelError, NotAvailableError

pyreadstat = pytest.importorskip("pyreadstat")
REFERENCE = Path(__file__).resolve().parents[1] / "reference"

FRAME = pd.DataFrame(
    {
        "id": ["007", "012", "103", ""],
        "sex": [1.0, 2.0, 1.0, 2.0],
        "bdi": [20.5, -99.0, np.nan, -98.0],
        "pain": [0.0, 3.0, 10.0, 7.0],
        "when": [datetime.date(2020, 1, 2), None, datetime.date(2020, 2, 29), datetime.date(1999, 12, 31)],
    }
)
LABELS = {
    "sex": {1: "male", 2: "female", 3: "other"},
    "bdi": {-99: "refused", -98: "not asked"},
    "pain": {0: "none", 10: "worst"},
}


def write_spss(path, frame=FRAME, labels=LABELS, **options):
    pyreadstat.write_sav(frame, str(path), variable_value_labels=labels, **options)
    return path


def write_any(path, frame):
    """The frame in the format of the path's ending."""
    writers = {
        ".parquet": lambda: frame.to_parquet(path),
        ".xlsx": lambda: frame.to_excel(path, index=False),
        ".sav": lambda: pyreadstat.write_sav(frame, str(path)),
        ".zsav": lambda: pyreadstat.write_sav(frame, str(path), compress=True),
        ".dta": lambda: pyreadstat.write_dta(frame, str(path)),
        ".xpt": lambda: pyreadstat.write_xport(frame, str(path)),
        ".csv": lambda: frame.to_csv(path, index=False),
    }
    writers[path.suffix]()
    return path


WRITABLE = [".parquet", ".xlsx", ".sav", ".zsav", ".dta", ".xpt", ".csv"]


@pytest.mark.parametrize("ending", WRITABLE)
def test_every_format_gives_the_same_panel(tmp_path, ending):
    frame = pd.DataFrame(
        {"id": ["007", "007", "12"], "day": [0, 1, 0], "score": [1.5, -99, 2.25], "arm": ["a", "a", "b"]}
    )
    table = read_table(write_any(tmp_path / f"t{ending}", frame), missing=[-99])
    assert table["id"].tolist() == ["007", "007", "12"] and table["arm"].tolist() == ["a", "a", "b"]
    panel = gc.Panel(table, id="id", time="day", outcome="score")
    assert panel.times.tolist() == [0, 0] and panel.values.tolist() == [1.5, 2.25]
    assert panel.dropped["rows"].tolist() == [1]


@pytest.mark.parametrize("ending", WRITABLE)
def test_an_error_names_the_row_of_the_file(tmp_path, ending):
    frame = pd.DataFrame({"id": ["a", "b"], "score": ["1", "late"], "n": [1.0, 2.0]})
    table = read_table(write_any(tmp_path / f"t{ending}", frame)).iloc[1:]
    row = 3 if ending in (".csv", ".xlsx") else 2
    with pytest.raises(DataError, match=rf"the text 'late' .*person b, row {row} of t{ending}"):
        gc.Panel(table, id="id", time=None, outcome="score")


@pytest.mark.parametrize("ending", [".sav", ".zsav", ".dta", ".xpt", ".parquet", ".xlsx"])
def test_dates_are_dates(tmp_path, ending):
    frame = pd.DataFrame({"id": [1, 1, 2], "when": FRAME["when"][[0, 2, 1]].tolist(), "y": [1.0, 2.0, 3.0]})
    panel = gc.Panel(read_table(write_any(tmp_path / f"t{ending}", frame)), id="id", time="when", outcome="y")
    assert panel.times.tolist() == [0, 58]
    assert panel.dropped["reason"].tolist() == ["missing when"]


def test_spss_labels_user_missing_values_and_empty_text(tmp_path):
    path = write_spss(tmp_path / "p.sav", missing_ranges={"bdi": [{"lo": -99, "hi": -98}], "sex": [3]})
    table = read_table(path)
    assert table["id"].tolist()[:3] == ["007", "012", "103"] and pd.isna(table["id"][3])
    assert table["sex"].tolist() == ["male", "female", "male", "female"]
    assert table["sex"].cat.categories.tolist() == ["male", "female"] and not table["sex"].cat.ordered
    assert table["bdi"].tolist()[0] == 20.5 and table["bdi"].isna().tolist() == [False, True, True, True]
    assert table["pain"].tolist() == [0, 3, 10, 7]  # a scale with labelled ends is a number


def test_a_label_may_be_a_missing_code(tmp_path):
    path = write_spss(tmp_path / "p.sav")
    by_code, by_label = read_table(path, missing=[-99, -98, 2]), read_table(path, missing=["female"])
    for table in (by_code, by_label):
        assert table["sex"].isna().tolist() == [False, True, False, True]
        assert table["sex"].cat.categories.tolist() == ["male", "other"]
    assert by_code["bdi"].isna().tolist() == [False, True, True, True]


def test_labels_are_in_the_order_of_codes_and_unlabelled_values_stay_visible(tmp_path):
    frame = pd.DataFrame({"arm": [3.0, 10.0, 2.0, 2.5, np.nan]})
    path = write_spss(tmp_path / "p.sav", frame, {"arm": {10: "z", 2: "b", 3: "a"}})
    arm = read_table(path)["arm"]
    assert arm.cat.categories.tolist() == ["b", "2.5", "a", "z"]
    assert arm.tolist()[:4] == ["a", "z", "b", "2.5"] and pd.isna(arm[4])


def test_two_codes_with_one_label_stay_two(tmp_path):
    path = write_spss(tmp_path / "p.sav", pd.DataFrame({"arm": [1.0, 2.0]}), {"arm": {1: "other", 2: "other"}})
    assert read_table(path)["arm"].tolist() == ["other (1)", "other (2)"]


def test_labels_of_text_codes(tmp_path):
    path = write_spss(
        tmp_path / "p.sav", pd.DataFrame({"arm": ["p", "d", "q"]}), {"arm": {"p": "placebo", "d": "drug"}}
    )
    assert read_table(path)["arm"].cat.categories.tolist() == ["drug", "placebo", "q"]


def test_which_labels_are_wanted_can_be_said(tmp_path):
    path = write_spss(tmp_path / "p.sav")
    assert read_table(path, labels=False)["sex"].tolist() == [1, 2, 1, 2]
    some = read_table(path, labels=["pain"])
    assert some["sex"].tolist() == [1, 2, 1, 2]
    assert some["pain"].cat.categories.tolist() == ["none", "3", "7", "worst"]
    with pytest.raises(ColumnError, match="'pian'.*'pain'"):
        read_table(path, labels=["pian"])
    with pytest.raises(ModelError, match="'when', which has no value labels"):
        read_table(path, labels=["when"])
    with pytest.raises(DataError, match="'sex' holds categories .*labels=False"):
        gc.Panel(read_table(path), id="id", time=None, outcome="sex")


def test_stata_labels_and_missing_values(tmp_path):
    path = tmp_path / "p.dta"
    frame = pd.DataFrame({"sex": [1, 2, 2], "y": [1.5, ".a", 3.0]})
    pyreadstat.write_dta(
        frame.assign(y=[1.5, "a", 3.0]),
        str(path),
        variable_value_labels={"sex": {1: "m", 2: "f"}},
        missing_user_values={"y": ["a"]},
    )
    table = read_table(path)
    assert table["sex"].tolist() == ["m", "f", "f"] and table["y"].isna().tolist() == [False, True, False]


def test_sas7bdat_written_by_haven():
    table = read_table(REFERENCE / "panel.sas7bdat", missing=[-99])
    assert table["id"].tolist() == ["007", "012", "103"]
    assert table["bdi_6"].isna().tolist() == [False, True, False] and table["bdi_0"].tolist()[:2] == [
        20.5,
        31,
    ]
    assert table["visit"][2] == pd.Timestamp("2020-02-29") and table["seen"][0] == pd.Timestamp("2020-01-02 10:30")
    assert find_cell(table, 1, "bdi_6").place == "row 2 of panel.sas7bdat"


def test_a_stored_index_becomes_a_column(tmp_path):
    frame = pd.DataFrame({"who": ["007", "8"], "y": [1.0, 2.0]})
    frame.set_index("who").to_parquet(tmp_path / "a.parquet")
    frame.iloc[::-1].to_parquet(tmp_path / "b.parquet")
    assert read_table(tmp_path / "a.parquet")["who"].tolist() == ["007", "8"]
    assert read_table(tmp_path / "b.parquet").index.tolist() == [0, 1]


def test_parquet_categories_and_codes_of_every_kind(tmp_path):
    frame = pd.DataFrame(
        {
            "arm": pd.Categorical(["a", "-9", "b"]),
            "n": pd.array([1, -9, 3], dtype="Int64"),
            "text": ["x", "-9", "none"],
            "when": pd.to_datetime(["2020-01-01", "1900-01-01", "2020-03-01"]),
            "yes": [True, False, True],
        }
    )
    frame.to_parquet(tmp_path / "a.parquet")
    table = read_table(tmp_path / "a.parquet", missing=[-9, "none", "1900-01-01", 0])
    assert table.isna().sum().to_dict() == {"arm": 1, "n": 1, "text": 2, "when": 1, "yes": 0}
    assert table["arm"].cat.categories.tolist() == ["a", "b"]


def test_excel_cells_keep_their_type_and_rows_their_number(tmp_path):
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in (
        [],
        ["id", "y", 3, None],
        ["007", 1, "x", None],
        [],
        ["8", "refused", None, None],
        ["9", 2.5, "z", None],
    ):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    table = read_table(tmp_path / "a.xlsx", missing=["refused"])
    assert table.columns.tolist() == ["id", "y", "3"] and table["id"].tolist() == ["007", "8", "9"]
    np.testing.assert_array_equal(table["y"], [1, np.nan, 2.5])
    assert find_cell(table, 1, "y").place == "row 5 of a.xlsx"
    with pytest.raises(DataError, match="'refused' .*row 5 of a.xlsx"):
        gc.Panel(read_table(tmp_path / "a.xlsx"), id="id", time=None, outcome="y")


def test_sheets(tmp_path):
    with pd.ExcelWriter(tmp_path / "a.xlsx") as writer:
        for name in ("one", "two"):
            pd.DataFrame({"y": [name]}).to_excel(writer, sheet_name=name, index=False)
        pd.DataFrame().to_excel(writer, sheet_name="empty", index=False)
    with pytest.raises(ModelError, match=r"several sheets \(one, two\): .*sheet_name="):
        read_table(tmp_path / "a.xlsx")
    assert read_table(tmp_path / "a.xlsx", sheet_name="two")["y"].tolist() == ["two"]
    assert read_table(tmp_path / "a.xlsx", sheet_name=0)["y"].tolist() == ["one"]
    with pytest.raises(ModelError, match="sheet of a.xlsx 'tow'.*'two'"):
        read_table(tmp_path / "a.xlsx", sheet_name="tow")
    with pytest.raises(DataError, match="empty"):
        read_table(tmp_path / "a.xlsx", sheet_name="empty")


@pytest.mark.parametrize("ending", [ending for ending in READERS if ending not in (".csv", ".tsv", ".txt")])
def test_a_missing_package_and_a_broken_file_and_a_strange_option(tmp_path, monkeypatch, ending):
    path = tmp_path / f"t{ending}"
    path.write_bytes(b"id,y\n1,2\n" * 20)
    with pytest.raises(DataError, match=f"t{ending} cannot be read as") as caught:
        read_table(path)
    assert "\n" not in str(caught.value)
    with pytest.raises(ModelError, match=f"option of the reader of {ending} files called 'sep'"):
        read_table(path, sep=",")

    def absent(name):
        raise ImportError(name)

    monkeypatch.setattr(extras, "import_module", absent)
    advice = r"pip install \w+ .or the extra '\w+' of growthcurves-longitudinal"
    with pytest.raises(NotAvailableError, match=rf"{ending} files needs .*{advice}"):
        read_table(path)


def test_labels_do_not_apply_to_sas():
    with pytest.raises(ModelError, match="'labels'.*Known: encoding"):
        read_table(REFERENCE / "panel.sas7bdat", labels=False)
