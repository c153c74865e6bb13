"""Tables as files: a cell is what it was, and nothing in it is run."""

from __future__ import annotations

import html as entities
import string

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import growthcurves as gc
from growthcurves.data.markup import html_of
from growthcurves.data.read import read_table
from growthcurves.errors import DataError, ModelError, NotAvailableError
from growthcurves.output.documents.markdown import markdown_cell
from growthcurves.output.tables import LIVE, WRITERS, safe_cells, write_table
from growthcurves.signs import visible

pytestmark = pytest.mark.usefixtures("undrawn")

FIRST = [*LIVE, "=cmd|' /C calc'!A0", "@SUM(A1)", "+1", "-1+2", '=HYPERLINK("javascript:x")', "\t=1", "\r=1", "#REF!"]
TEXTS = st.text(string.ascii_letters + string.digits + "=+-@ \t\r\n,;'\"|#(!é", max_size=12)


def read_back(path):
    """The cells as text, by what only the format says."""
    if path.suffix == ".parquet":
        return pd.read_parquet(path)["id"].tolist()
    if path.suffix == ".xlsx":
        return pd.read_excel(path, keep_default_na=False, dtype=str)["id"].tolist()
    sep = "\t" if path.suffix == ".tsv" else ","
    return pd.read_csv(path, sep=sep, keep_default_na=False, dtype=str, lineterminator="\n", engine="c")["id"].tolist()


@pytest.mark.parametrize("ending", WRITERS)
@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.one_of(TEXTS, st.tuples(st.sampled_from(FIRST), TEXTS).map("".join)), min_size=1, max_size=8))
def test_texts_come_back_as_they_were(tmp_path_factory, ending, texts):
    path = tmp_path_factory.mktemp("tables") / f"a{ending}"
    write_table(pd.DataFrame({"id": texts, "v": range(len(texts))}), path)
    assert read_back(path) == texts


@pytest.mark.parametrize("first", FIRST)
def test_every_text_of_a_workbook_is_a_cell_of_text(tmp_path, first):
    openpyxl = pytest.importorskip("openpyxl")
    table = pd.DataFrame({first + "name": [first + "x", None, first], "c": pd.Categorical([first, "b", first])})
    path = write_table(table, tmp_path / "a.xlsx")
    sheet = openpyxl.load_workbook(path).active
    kinds = {cell.data_type for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s"}
    assert sheet["A1"].value == first + "name" and sheet["A2"].value == first + "x"
    if not first.startswith("#"):
        assert gc.read_table(path)[first + "name"].iloc[0] == first + "x"


@pytest.mark.parametrize("ending", [".csv", ".tsv"])
@settings(max_examples=60, deadline=None)
@given(texts=st.lists(st.tuples(st.sampled_from(["", *FIRST]), TEXTS).map("".join), min_size=1, max_size=8))
def test_nothing_is_live_where_that_is_asked_for(tmp_path_factory, ending, texts):
    path = tmp_path_factory.mktemp("tables") / f"a{ending}"
    write_table(pd.DataFrame({"id": texts, "v": -1.5}), path, spreadsheet_safe=True)
    again = read_back(path)
    assert not any(text.startswith(LIVE) for text in again)
    assert [
        text.removeprefix("'") if old.startswith(LIVE) else text for text, old in zip(again, texts, strict=True)
    ] == texts


def test_numbers_missing_values_and_categories_stay(tmp_path):
    table = pd.DataFrame(
        {"a": [-1.0, np.nan], "b": pd.Categorical(["-x", "y"]), "c": ["+1", None], "@d": [True, False]}
    )
    safe = safe_cells(table)
    assert (
        safe["a"].dtype == float
        and safe["b"].tolist() == ["'-x", "y"]
        and safe["c"].fillna("none").tolist() == ["'+1", "none"]
    )
    assert list(safe.columns) == ["a", "b", "c", "'@d"] and table["b"].tolist() == ["-x", "y"]
    with pytest.raises(ModelError, match="is for .csv and .tsv"):
        write_table(table, tmp_path / "a.parquet", spreadsheet_safe=True)


def test_what_a_worksheet_cannot_hold_is_named(tmp_path):
    for text, why in (("a\x1bb", "control sign"), ("x" * 40_000, "longer than 32,767")):
        with pytest.raises(DataError, match=f"row 3 of column 'id' .*{why}"):
            write_table(pd.DataFrame({"id": ["a", text]}), tmp_path / "a.xlsx")
    with pytest.raises(DataError, match="name of column 1"):
        write_table(pd.DataFrame({"i\x00d": ["a"]}), tmp_path / "a.xlsx")
    assert not list(tmp_path.iterdir())


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(NotAvailableError, match=r"\.csv, \.tsv, \.parquet or \.xlsx"):
        write_table(pd.DataFrame({"id": ["a"]}), tmp_path / "a.sav")


def test_the_reports_tables_are_safe_where_asked(tmp_path):
    data = gc.load_dataset("sleepstudy").assign(subject=lambda frame: "=" + frame["subject"].astype(str))
    made = gc.fit("reaction ~ day + (day | subject)", data).report()
    made.save_tables(tmp_path, ["csv"], spreadsheet_safe=True)
    texts = pd.read_csv(tmp_path / "people.csv", dtype=str)["subject"]
    assert texts.str.startswith("'=").all()


# ------------------------------------------------------------------ signs

STEERING = [
    *map(chr, range(32)),
    *map(chr, range(127, 160)),
    *map(chr, range(0x202A, 0x202F)),
    *map(chr, range(0x2066, 0x206A)),
]


@given(st.text())
@settings(max_examples=300)
def test_nothing_steers_and_nothing_else_changes(text):
    shown = visible(text)
    assert not set(shown) & (set(STEERING) - {"\n", "\t"})
    shown.encode("utf-8")  # no half characters
    if not set(text) & set(STEERING) and text.isprintable():
        assert shown == text


@pytest.mark.parametrize("sign", STEERING)
def test_every_steering_sign_is_shown_in_markup(sign):
    for made in (html_of("title", f"a{sign}b"), markdown_cell(f"a{sign}b")):
        assert sign not in made or sign in "\n\t"


@pytest.mark.parametrize(
    "text",
    [
        "[x](javascript:alert(1))",
        "![x](http://a.b/c.png)",
        "a|b",
        "`code`",
        "*a* _b_ ~~c~~",
        "<b>x</b>",
        "a\nb",
        "back\\slash",
        "&lt;",
        "$x$",
        "[x]: y",
        "a_b_c",
    ],
)
def test_markdown_cells_are_their_text(text):
    markdown = pytest.importorskip("markdown")
    page = f"| a | b |\n|---|---|\n| {markdown_cell(text)} | z |\n"
    html = markdown.markdown(page, extensions=["tables"])
    cells = [part.split("</td>")[0] for part in html.split("<td>")[1:]]
    assert len(cells) == 2 and "<" not in cells[0]
    assert entities.unescape(cells[0]).replace(r"\~", "~").replace(r"\$", "$") == text.replace("\n", " ")


@given(st.text(max_size=30))
def test_html_is_its_text(text):
    from html.parser import HTMLParser

    class Words(HTMLParser):
        tags, words = 0, ""

        def handle_starttag(self, tag, attrs):
            self.tags += 1

        def handle_data(self, data):
            self.words += data

    reader = Words()
    reader.feed(html_of(text))
    assert reader.words == visible(text) and reader.tags == (3 if text else 1)


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".xlsx", ".parquet"])
def test_no_digit_and_no_blank_is_lost(tmp_path, ending):
    long = [10**17 + 1, 10**17 + 2, 10**15]
    gaps = pd.array([10**17 + 1, None, 3], dtype="Int64")
    table = pd.DataFrame({" id": long, "gaps": gaps, "name": [" a", "a ", "a"]})
    found = read_table(write_table(table, tmp_path / f"table{ending}"))
    assert list(found) == list(table) and found["name"].tolist() == table["name"].tolist()
    assert found[" id"].astype(str).tolist() == list(map(str, long))
    assert found["gaps"].dropna().astype(str).tolist() == [str(10**17 + 1), "3"] and found["gaps"].isna().sum() == 1


def test_a_full_temporary_folder_is_told_as_a_full_disk(tmp_path, monkeypatch):
    class SerialisationError(Exception):
        """As lxml raises it, without the number of the error."""

    def full(*args, **options):
        raise SerialisationError("IO_ENOSPC")

    monkeypatch.setattr("openpyxl.Workbook.save", full)
    with pytest.raises(OSError, match="No space left") as caught:
        write_table(pd.DataFrame({"a": [1]}), tmp_path / "t.xlsx")
    assert caught.value.filename == str(tmp_path / "t.xlsx") and not list(tmp_path.iterdir())
