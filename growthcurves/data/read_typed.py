"""Files whose cells have types already: Parquet and Excel."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from growthcurves.data.exact import EXACT, whole_numbers
from growthcurves.data.extras import needed_package, refuse_options
from growthcurves.data.missing_codes import MissingCodes
from growthcurves.data.missing_words import without_words
from growthcurves.data.read_text import refuse_shared_names
from growthcurves.errors import DataError, ModelError, unknown


def read_parquet(path: Path, codes: MissingCodes, **options: Any) -> pd.DataFrame:
    """Read a Parquet file; rows count from 1. An index that was stored with a name becomes a column."""
    refuse_options(options, ["columns"], path)
    arrow = needed_package("pyarrow", "parquet", path)
    try:
        frame = pd.read_parquet(path, engine="pyarrow", **options)
    except (arrow.ArrowException, ValueError, OSError) as error:
        raise unreadable(path, "Parquet", error) from None
    named = [name for name in frame.index.names if name is not None]
    frame = frame.reset_index(level=named).reset_index(drop=True) if named else frame.reset_index(drop=True)
    return finished(frame, codes, path)


def read_excel(path: Path, codes: MissingCodes, **options: Any) -> pd.DataFrame:
    """Read one sheet of an Excel file; rows count as in the sheet."""
    refuse_options(options, ["sheet_name"], path)
    needed_package("openpyxl", "excel", path)
    try:
        book = pd.ExcelFile(path, engine="openpyxl")
    except Exception as error:  # what a damaged archive raises is documented nowhere
        raise unreadable(path, "Excel", error) from None
    with book:
        sheet = _sheet(book, path, **options)
        cells = pd.read_excel(book, sheet_name=sheet, header=None, dtype=object, keep_default_na=False, na_values=[""])
    filled = cells.notna().any(axis=1).to_numpy()
    if not filled.any():
        raise DataError(f"{path.name} is empty.")
    header = int(filled.argmax())
    frame = cells[filled].iloc[1:].reset_index(drop=True)
    frame.columns = pd.Index(_names(cells.iloc[header], path.name))
    frame = frame.drop(
        columns=[name for name in frame.columns if name.startswith("Unnamed: ") and frame[name].isna().all()]
    )
    matched = codes.tally(frame[name] for name in frame.columns) if codes.given else {}
    frame = pd.DataFrame({name: _typed(without_words(codes.without(frame[name]))) for name in frame.columns})
    blank = [row for row in range(header + 2, len(cells) + 1) if not filled[row - 1]]
    more = ({"blank": blank} if blank else {}) | ({"matched": matched} if matched else {})
    return finished(frame, MissingCodes.of(()), path, header + 2, **more)


def finished(
    frame: pd.DataFrame, codes: MissingCodes, path: Path, first_row: int = 1, **more: Any
) -> pd.DataFrame:
    """The table without its missing codes, and with where it came from."""
    if not len(frame):
        raise DataError(f"{path.name} has no rows.")
    if codes.given:
        more["matched"] = codes.tally(frame[name] for name in frame.columns)
        frame = pd.DataFrame({name: codes.without(frame[name]) for name in frame.columns}, copy=False)
    frame.attrs = {"source": {"file": path.name, "first_row": first_row, **more}}
    return frame


def unreadable(path: Path, kind: str, error: Exception) -> DataError:
    """The error of a file that its reader gives up on, in one sentence."""
    reason = (str(error).splitlines() or ["no reason given"])[0].rstrip(".")
    return DataError(f"{path.name} cannot be read as {kind}: {reason}.")


def _sheet(book: pd.ExcelFile, path: Path, sheet_name: str | int | None = None) -> str:
    names = [str(name) for name in book.sheet_names]
    if isinstance(sheet_name, int) and 0 <= sheet_name < len(names):
        return names[sheet_name]
    if sheet_name is not None:
        if sheet_name not in names:
            raise ModelError(unknown(f"sheet of {path.name}", sheet_name, names))
        return str(sheet_name)
    filled = names if len(names) == 1 else [name for name in names if _is_filled(book, name)]
    if len(filled) > 1:
        raise ModelError(
            f"{path.name} has several sheets ({', '.join(filled)}): say which one with sheet_name=."
        )
    return (filled or names)[0]


def _is_filled(book: pd.ExcelFile, name: str) -> bool:
    return len(pd.read_excel(book, sheet_name=name, header=None, nrows=1)) > 0


def _names(header: pd.Series, file: str) -> list[str]:
    """Names of the columns as text; an empty cell is named as in text files."""
    names = ["" if missing else str(value) for value, missing in zip(header, header.isna(), strict=True)]
    refuse_shared_names(names, file)
    return [name or f"Unnamed: {position}" for position, name in enumerate(names)]


def _typed(column: pd.Series) -> pd.Series:
    """Cells of one kind as a column of that kind; a mixture stays as it is, for the error that names the cell."""
    if pd.api.types.infer_dtype(column, skipna=True) in ("datetime", "date", "datetime64"):
        return pd.to_datetime(column)
    if pd.api.types.infer_dtype(column, skipna=True) == "integer":
        whole = whole_numbers(column)
        largest = whole.abs().max()
        return whole if column.isna().any() and largest >= EXACT else column.infer_objects()
    return column.infer_objects()
