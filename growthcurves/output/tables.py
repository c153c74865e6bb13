"""Tables as files, in the format of the ending. A cell is text or a number, never a formula of a spreadsheet."""

from __future__ import annotations

import csv
import errno
import io
import os
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import pandas as pd

from growthcurves.errors import DataError, ModelError
from growthcurves.numerics.bounds import flag
from growthcurves.output.endings import checked_ending, refuse_without_package
from growthcurves.output.files import whole_file

#: With these a spreadsheet takes a text for a formula.
LIVE = ("=", "+", "-", "@", "\t", "\r")
#: Formats that say of each cell whether it is text need no such care.
_TEXT_FORMATS = (".csv", ".tsv")
#: What a worksheet cannot hold, and how long a text it can.
_NOT_IN_SHEETS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_LONGEST_IN_SHEETS = 32_767
#: From here on a sheet rounds whole numbers.
_EXACT_IN_SHEETS = 10**15


def write_table(table: Any, path: str | Path, spreadsheet_safe: bool = False) -> Path:
    """Write a table to a file: .csv, .tsv, .parquet or .xlsx, by the ending.

    The file is written whole or not at all. In .xlsx and .parquet a text such as ``=1+1`` is a cell of text. CSV cannot
    say that, and a spreadsheet runs such a text as a formula; with `spreadsheet_safe` these texts get an apostrophe in
    front, which spreadsheets hide or show, and which changes the text when it is read again.

    Parameters
    ----------
    table : DataFrame
    path : str or Path
    spreadsheet_safe : bool
        For .csv and .tsv: an apostrophe before texts that begin with ``=``, ``+``, ``-``, ``@``, a tab or a carriage
        return, in cells and in names of columns.

    Returns
    -------
    Path

    Raises
    ------
    NotAvailableError
        For another ending, with those that can be written, and where a format needs a package that is not there.
    ModelError
        For `spreadsheet_safe` with a format that needs no such care.
    DataError
        For a text that a worksheet cannot hold, with its column and row.

    Examples
    --------
    >>> import growthcurves as gc, tempfile
    >>> path = write_table(gc.load_dataset("sleepstudy"), Path(tempfile.mkdtemp()) / "sleep.csv")
    >>> len(gc.read_table(path))
    180
    """
    path = table_ending(path)
    ending = path.suffix.lower()
    if flag(spreadsheet_safe, "spreadsheet_safe") and ending not in _TEXT_FORMATS:
        raise ModelError(f"spreadsheet_safe= is for .csv and .tsv; in {ending} every text is a cell of text already.")
    if not isinstance(table, pd.DataFrame):
        raise DataError(f"A pandas DataFrame is needed, not {type(table).__name__}.")
    plain = table.copy(deep=False)
    plain.attrs = {}
    write = WRITERS[ending]
    with whole_file(path) as file:
        write(safe_cells(plain) if spreadsheet_safe else plain, file)
    return path


def table_ending(path: str | Path, named: str | None = None) -> Path:
    """The path, where a table can be written under its ending and the package for it is there."""
    path = checked_ending(path, "a table", WRITERS, named)
    refuse_without_package(path)
    return path


def safe_cells(table: pd.DataFrame) -> pd.DataFrame:
    """The table with an apostrophe before every text that a spreadsheet would take for a formula.

    Examples
    --------
    >>> safe_cells(pd.DataFrame({"id": ["=1+1", "b"], "score": [-1, 2]}))["id"].tolist()
    ["'=1+1", 'b']
    """
    made = {name: _safe_column(table[name]) if _may_hold_text(table[name]) else table[name] for name in table.columns}
    return pd.DataFrame({_safe(name): column for name, column in made.items()}, index=table.index)


def as_csv(table: pd.DataFrame, sep: str = ",") -> str:
    """A table as CSV: all digits, missing values empty; texts are quoted where a carriage return or a blank would go.

    Examples
    --------
    >>> as_csv(pd.DataFrame({"term": ["slope"], "estimate": [10.5]}))
    'term,estimate\\nslope,10.5\\n'
    """
    loses = _holds(table, lambda text: "\r" in text or text.startswith(" "))
    quoting = csv.QUOTE_NONNUMERIC if loses else csv.QUOTE_MINIMAL
    return table.to_csv(index=False, sep=sep, lineterminator="\n", quoting=quoting)


def _holds(table: pd.DataFrame, what: Callable[[str], bool]) -> bool:
    """Whether a cell or a name is a text of which this is true."""
    columns = [_distinct(table[name]) for name in table.columns if _may_hold_text(table[name])]
    return any(isinstance(value, str) and what(value) for texts in [list(table.columns), *columns] for value in texts)


def _may_hold_text(column: pd.Series) -> bool:
    return not (pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_datetime64_any_dtype(column.dtype))


def _distinct(column: pd.Series) -> list[Any]:
    return column.cat.categories.tolist() if isinstance(column.dtype, pd.CategoricalDtype) else column.tolist()


def _safe_column(column: pd.Series) -> pd.Series:
    return column.astype(object).map(_safe, na_action="ignore")


def _safe(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(LIVE) else value


def _write_csv(table: pd.DataFrame, file: BinaryIO) -> None:
    file.write(as_csv(table).encode("utf-8", "surrogatepass"))


def _write_tsv(table: pd.DataFrame, file: BinaryIO) -> None:
    file.write(as_csv(table, "\t").encode("utf-8", "surrogatepass"))


def _write_parquet(table: pd.DataFrame, file: BinaryIO) -> None:
    content = io.BytesIO()
    table.to_parquet(content, index=False)
    file.write(content.getvalue())


def _write_excel(table: pd.DataFrame, file: BinaryIO) -> None:
    table = pd.DataFrame({name: _digits_kept(table[name]) for name in table.columns}, index=table.index)
    _refuse_for_sheets(table)
    content = _workbook(table)
    file.write(_returns_kept(content) if _holds(table, lambda text: "\r" in text) else content)


def _digits_kept(column: pd.Series) -> pd.Series:
    """A column of whole numbers as texts where a sheet, which holds 15 digits, would round one of them."""
    if not pd.api.types.is_integer_dtype(column.dtype) or not (column.abs() >= _EXACT_IN_SHEETS).any():
        return column
    return column.astype(object).map(str, na_action="ignore")


def _workbook(table: pd.DataFrame) -> bytes:
    """The table as a workbook. Sheets pass through files of the system's temporary folder, which may be full."""
    content = io.BytesIO()
    try:
        with pd.ExcelWriter(content, engine="openpyxl") as book:
            table.to_excel(book, index=False)
            _texts_stay_texts(table, next(iter(book.sheets.values())))
    except Exception as error:
        if type(error).__name__ != "SerialisationError":  # lxml's, where it is there; it says no number of an error
            raise
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)) from error
    return content.getvalue()


def _texts_stay_texts(table: pd.DataFrame, sheet: Any) -> None:
    """Every text of the table is a cell of text: no formula, no error value."""
    for place, name in enumerate(table.columns, start=1):
        rows = [name, *table[name].tolist()] if _may_hold_text(table[name]) else [name]
        for row, value in enumerate(rows, start=1):
            if isinstance(value, str):
                sheet.cell(row, place).data_type = "s"


def _refuse_for_sheets(table: pd.DataFrame) -> None:
    for place, name in enumerate(table.columns, start=1):
        rows = [name, *table[name].tolist()] if _may_hold_text(table[name]) else [name]
        for row, value in enumerate(rows):
            why = _why_not_in_sheets(value) if isinstance(value, str) else ""
            if why:
                where = f"row {row + 1} of column {str(name)[:40]!r}" if row else f"the name of column {place}"
                raise DataError(f"The text in {where} {why}, which .xlsx cannot hold: write .csv or .parquet.")


def _why_not_in_sheets(text: str) -> str:
    if len(text) > _LONGEST_IN_SHEETS:
        return f"is longer than {_LONGEST_IN_SHEETS:,} signs"
    return "holds a control sign" if _NOT_IN_SHEETS.search(text) else ""


def _returns_kept(content: bytes) -> bytes:
    """The workbook with carriage returns as XML must write them, so that reading does not turn them into line feeds."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as book, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as kept:
        for name in book.namelist():
            part = book.read(name)
            kept.writestr(name, part.replace(b"\r", b"&#13;") if name.startswith("xl/") else part)
    return out.getvalue()


#: How a table is written, by the ending of the file.
WRITERS: dict[str, Callable[[pd.DataFrame, BinaryIO], None]] = {
    ".csv": _write_csv,
    ".tsv": _write_tsv,
    ".parquet": _write_parquet,
    ".xlsx": _write_excel,
}
