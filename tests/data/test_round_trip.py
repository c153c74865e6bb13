"""A table reads back as it was written: every format, every type that it can hold, cells drawn at random."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from growthcurves.data.missing_words import AMONG_NUMBERS, EVERYWHERE
from growthcurves.data.read import read_table
from growthcurves.data.source import show_id
from growthcurves.errors import GrowthCurvesError

pyreadstat = pytest.importorskip("pyreadstat")
openpyxl = pytest.importorskip("openpyxl")
pytest.importorskip("pyarrow")

def write_sheet(frame, path):
    """Cell by cell, texts as texts."""
    book = openpyxl.Workbook()
    for row in [frame.columns, *frame.astype(object).where(frame.notna(), None).itertuples(index=False, name=None)]:
        book.active.append(list(row))
    for cell in (cell for row in book.active for cell in row if isinstance(cell.value, str)):
        cell.data_type = "s"  # #N/A is a text here
    book.save(path)


WRITERS = {
    ".csv": lambda frame, path: frame.to_csv(path, index=False),
    ".tsv": lambda frame, path: frame.to_csv(path, index=False, sep="\t"),
    ".parquet": lambda frame, path: frame.to_parquet(path),
    ".xlsx": lambda frame, path: write_sheet(frame, path),
    ".sav": lambda frame, path: pyreadstat.write_sav(frame, str(path)),
    ".dta": lambda frame, path: frame.to_stata(path, write_index=False, version=118),
    ".xpt": lambda frame, path: pyreadstat.write_xport(frame, str(path), file_format_version=8),
}
TYPED = (".parquet", ".sav", ".dta", ".xpt")

#: Words that programs take for missing or for a truth value, and ids that look like numbers.
WORDS = [*AMONG_NUMBERS, "Nan", "missing", "drug", "placebo", "k.A.", ".a", "é ü", "a,b", 'say "so"', "x y", "-"]
IDS = ["007", "08", "0123456789", "12", "300", "00"]
LONG = st.integers(10**16, 2**62).map(str) | st.integers(2**64, 10**30).map(str)

numbers = st.floats(-1e6, 1e6, allow_nan=False).map(lambda x: round(x, 6))
whole = st.integers(-(2**31) + 200, 2**31 - 200)


def columns_of(cells, least=2):
    """A column of at least one cell that is not missing."""
    column = st.lists(st.none() | cells, min_size=least, max_size=8)
    return column.filter(lambda cells: any(cell is not None for cell in cells))


def same(found, expected):
    """Equal cells, missing for missing; a whole number may come back as a float that is it exactly."""
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        assert (pd.isna(one) and other is None) or (not pd.isna(one) and one == other), (list(found), expected)


def written(tmp_path_factory, ending, cells, dtype=None):
    frame = pd.DataFrame({"who": range(len(cells)), "x": pd.Series(cells, dtype=dtype)})
    path = tmp_path_factory.mktemp("round") / f"t{ending}"
    WRITERS[ending](frame, path)
    return read_table(path)["x"]


quick = settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize("ending", WRITERS)
@given(cells=columns_of(numbers))
@quick
def test_numbers(tmp_path_factory, ending, cells):
    found = written(tmp_path_factory, ending, cells, "float64")
    assert pd.api.types.is_numeric_dtype(found.dtype) and np.isfinite(np.log(found.abs() + 1).sum())
    if ending == ".xpt":  # IBM's doubles
        np.testing.assert_allclose(found.to_numpy(float), np.array(cells, dtype=float), rtol=1e-14)
    else:
        same(found, cells)


@pytest.mark.parametrize("ending", WRITERS)
@given(cells=columns_of(whole))
@quick
def test_whole_numbers_some_missing(tmp_path_factory, ending, cells):
    found = written(tmp_path_factory, ending, cells, "Int64" if ending != ".dta" or None in cells else "int64")
    assert pd.api.types.is_numeric_dtype(found.dtype), found.dtype
    np.log(found.abs() + 1)  # objects have no logarithm
    same(found, cells)


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".parquet"])
@given(cells=columns_of(st.integers(2**53, 2**63 - 1) | st.integers(-(2**63), -(2**53))))
@quick
def test_long_whole_numbers_some_missing(tmp_path_factory, ending, cells):
    """Spreadsheets hold fifteen digits."""
    same(written(tmp_path_factory, ending, cells, "Int64"), cells)


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".parquet"])
@given(cells=columns_of(st.sampled_from(IDS) | LONG))
@quick
def test_ids_of_digits_are_the_ids_that_were_written(tmp_path_factory, ending, cells):
    """As text where any begins with 0; else a number that is written like the id."""
    found = written(tmp_path_factory, ending, cells, "str")
    for one, other in zip(found, cells, strict=True):
        assert (pd.isna(one) and other is None) or show_id(one) == other


@pytest.mark.parametrize("ending", WRITERS)
@given(cells=columns_of(st.sampled_from(WORDS)))
@quick
def test_texts_that_look_like_nothing(tmp_path_factory, ending, cells):
    """In a column with a word among them; a column of nothing but nan is one of missing numbers."""
    cells = [*cells, "drug"]
    same(written(tmp_path_factory, ending, cells, "str"), cells)


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".xlsx"])
@given(cells=columns_of(st.sampled_from(AMONG_NUMBERS + EVERYWHERE[1:]) | whole.map(str)).filter(
    lambda cells: any(c is not None and c.lstrip("-").isdigit() for c in cells)))  # fmt: skip
@quick
def test_the_same_words_among_numbers_are_missing(tmp_path_factory, ending, cells):
    typed = [int(c) if c is not None and c.lstrip("-").isdigit() else c for c in cells]
    found = written(tmp_path_factory, ending, typed, object)
    same(found, [c if isinstance(c, int) else None for c in typed])
    assert pd.api.types.is_numeric_dtype(found.dtype)


@pytest.mark.parametrize("ending", [".csv", ".tsv", ".xlsx"])
@pytest.mark.parametrize("word", EVERYWHERE[1:])
def test_what_is_missing_in_every_column(tmp_path_factory, ending, word):
    same(written(tmp_path_factory, ending, ["drug", word, "placebo"], "str"), ["drug", None, "placebo"])


@pytest.mark.parametrize("ending", [*TYPED, ".xlsx"])
@given(cells=columns_of(st.datetimes(pd.Timestamp("1950-01-01"), pd.Timestamp("2080-01-01")).map(
    lambda stamp: pd.Timestamp(stamp).floor("D"))))  # fmt: skip
@quick
def test_dates(tmp_path_factory, ending, cells):
    same(written(tmp_path_factory, ending, cells, "datetime64[ns]"), cells)


@pytest.mark.parametrize("ending", [".csv", ".parquet", ".xlsx"])
@given(cells=columns_of(st.booleans()))
@quick
def test_true_and_false(tmp_path_factory, ending, cells):
    same(written(tmp_path_factory, ending, cells, "boolean"), cells)


@given(
    rows=st.lists(st.tuples(st.integers(0, 10**18), st.sampled_from(WORDS), numbers), min_size=1, max_size=5),
    title=st.lists(st.sampled_from(["A study", "# exported on Monday", "made by hand", ""]), max_size=3),
    separator=st.sampled_from([",", ";", "\t", "|", " "]),
    end=st.sampled_from(["\n", "\r\n", "\r", "\r\r\n"]),
    mark=st.booleans(),
    named=st.booleans(),
    told=st.booleans(),
)
@settings(max_examples=150, deadline=None)
def test_a_text_table_in_any_dress(tmp_path_factory, rows, title, separator, end, mark, named, told):
    """Lines before it, sep=, blanks between columns, any line ends, a byte-order mark, with and without a header."""
    names = ["who", "arm name", "y"]
    frame = pd.DataFrame([*rows, (7, "drug", 0.5)], columns=names)
    text = frame.to_csv(index=False, sep=separator, header=named, quoting=2, lineterminator="\n")
    before = [line for line in title if separator != " " and named and not told]
    head = f"sep={separator}\n" if told and separator not in " |" else ""
    content = ("\ufeff" if mark else "") + head + "".join(f"{line}\n" for line in before) + text
    path = tmp_path_factory.mktemp("dress") / "t.txt"
    path.write_bytes(content.replace("\n", end).encode())
    found = read_table(path, **({} if named else {"names": names}))
    assert found.columns.tolist() == names
    for name in names:
        same(found[name], frame[name].tolist())


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_an_open_quote_is_told_by_its_line(tmp_path_factory, data):
    words = data.draw(st.lists(st.sampled_from("abc"), min_size=1, max_size=9))
    rows = [f"{k},{word},{k}.5" for k, word in enumerate(words)]
    hurt = data.draw(st.integers(0, len(rows) - 1))
    who, word, y = rows[hurt].split(",")
    broken = data.draw(st.sampled_from([f'"{who},{word},{y}', f'{who},"{word},{y}', f'{who},{word},"{y}']))
    path = tmp_path_factory.mktemp("quote") / "t.csv"
    path.write_text("\n".join(["who,arm,y", *rows[:hurt], broken, *rows[hurt + 1 :]]) + "\n")
    with pytest.raises(GrowthCurvesError, match=rf"Line {hurt + 2} of t.csv has a quotation mark"):
        read_table(path)


@given(content=st.binary(max_size=60) | st.text("id,y;\t\"' \r\n0123456789.#=spé", max_size=60).map(str.encode))
@settings(max_examples=200, deadline=None)
def test_whatever_a_file_holds_it_is_a_table_or_one_sentence(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("any") / "t.csv"
    path.write_bytes(content)
    try:
        assert len(read_table(path))
    except GrowthCurvesError as error:
        assert len(str(error)) <= 320 and "\n" not in str(error)
