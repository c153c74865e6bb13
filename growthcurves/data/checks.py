"""Columns of numbers: read once, or refused with the person, the row and the column of the first bad cell."""

from __future__ import annotations

import re
from collections.abc import Hashable, Mapping
from fractions import Fraction
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.frame import require_columns
from growthcurves.data.source import find_cell, in_batches, source_of
from growthcurves.errors import DataError
from growthcurves.numerics.bounds import float_or_infinite

_DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+")
_THOUSANDS = re.compile(r"[+-]?\d{1,3}(?:([.'])\d{3}(?:,\d+)?|(,)\d{3}(?:\.\d+|(?:,\d{3})+))")
_WITH_UNIT = re.compile(r"[+-]?\d+(?:[.,]\d+)?\s*(%|[^\W\d]{1,5})")


def numeric_column(
    frame: pd.DataFrame,
    name: Hashable,
    ids: Any = None,
    source: Mapping[str, Any] | None = None,
) -> np.ndarray:
    """A column as float64, missing values as NaN; a float64 column is not copied.

    Parameters
    ----------
    frame : DataFrame
        The table.
    name : hashable
        Name of the column.
    ids : array, optional
        Person of each row, to name the person in an error.
    source : mapping, optional
        Where the table came from; by default ``frame.attrs["source"]``.

    Returns
    -------
    ndarray, shape (rows,)
        The numbers; possibly a read-only view of the table. True and False count as 1 and 0.

    Raises
    ------
    ColumnError
        When there is no such column.
    DataError
        When the column holds text, infinite values, dates or categories.

    Examples
    --------
    >>> import pandas as pd
    >>> frame = pd.DataFrame({"score": [1, 2, None]})
    >>> numeric_column(frame, "score")
    array([ 1.,  2., nan])
    """
    require_columns(frame, [name])
    return numbers_of(frame, frame[name], ids, source)


def numbers_of(
    frame: pd.DataFrame, column: pd.Series, ids: Any = None, source: Mapping[str, Any] | None = None
) -> np.ndarray:
    """The numbers of a column that has been looked up in the table already; see `numeric_column`."""
    name = column.name
    values = _as_float(frame, column, name, ids, source)
    _refuse_infinite(frame, values, name, ids, source)
    return values


def missing_rows(column: Any) -> np.ndarray | None:
    """Mask of the missing values of an array, or None where there are none."""
    dtype = getattr(column, "dtype", None)
    if isinstance(dtype, np.dtype):
        if dtype.kind in "biu":
            return None
        if dtype.kind == "f" and _all_finite(column):
            return None
    mask = np.asarray(pd.isna(column))
    return mask if mask.any() else None


def holds_numbers(values: Any) -> bool:
    """Whether an array holds numbers: any numeric type but True and False, or objects that are all numbers."""
    if pd.api.types.is_bool_dtype(values.dtype) or isinstance(values.dtype, pd.CategoricalDtype):
        return False
    if pd.api.types.is_object_dtype(values.dtype):
        kind = pd.api.types.infer_dtype(values, skipna=True)
        plain = kind in ("integer", "floating", "mixed-integer-float", "decimal")
        return plain or (kind == "mixed" and _all_real(values))
    return pd.api.types.is_numeric_dtype(values.dtype)


def _all_real(values: Any) -> bool:
    """Whether objects are numbers, such as fractions, and missing values."""
    return all(isinstance(value, Real) and not isinstance(value, bool) or pd.isna(value) is True for value in values)


def is_text(column: pd.Series) -> bool:
    """Whether a column holds text: pandas' string types, or objects of which any is a str."""
    if isinstance(column.dtype, pd.StringDtype):
        return True
    objects = pd.api.types.is_object_dtype(column.dtype)
    return objects and any(isinstance(value, str) for value in column)


def _as_float(
    frame: pd.DataFrame, column: pd.Series, name: Hashable, ids: Any, source: Mapping[str, Any] | None
) -> np.ndarray:
    dtype = column.dtype
    if isinstance(dtype, np.dtype) and dtype.kind in "fiub":
        return column.to_numpy().astype(np.float64, copy=False)
    if isinstance(dtype, pd.StringDtype) or pd.api.types.is_object_dtype(dtype):
        return _parsed(frame, column, name, ids, source)
    if pd.api.types.is_numeric_dtype(dtype) and not pd.api.types.is_complex_dtype(dtype):
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    labelled = isinstance(dtype, pd.CategoricalDtype) and "labels" in (source or source_of(frame))
    advice = "; read_table(..., labels=False) keeps the codes of value labels" if labelled else ""
    raise DataError(f"Column {str(name)!r} holds {kind_of(column)} where numbers are needed{advice}.")


def kind_of(column: pd.Series) -> str:
    """What a column holds, as a word for a sentence."""
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return "categories"
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "dates"
    if isinstance(dtype, np.dtype) and dtype.kind == "m":
        return "durations"
    if isinstance(dtype, pd.PeriodDtype):
        return "periods"
    return "text" if is_text(column) else f"values of type {dtype}"


def _parsed(
    frame: pd.DataFrame, column: pd.Series, name: Hashable, ids: Any, source: Mapping[str, Any] | None
) -> np.ndarray:
    if pd.api.types.is_object_dtype(column.dtype):
        column = column.map(lambda value: float_or_infinite(value) if isinstance(value, Fraction | int) else value)
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    bad = np.isnan(numbers) & column.notna().to_numpy()
    if not bad.any():
        bad = np.array([isinstance(value, str) for value in column], dtype=bool)
    if not bad.any():
        return numbers
    position = int(bad.argmax())
    cell = find_cell(frame, position, name, ids, source)
    value = column.iloc[position]
    held = f"the text {_cut(value)!r}" if isinstance(value, str) else f"{_cut(value)}, a {type(value).__name__},"
    advice = _advice(column, bad, value, in_batches(source_of(frame) if source is None else source))
    raise DataError(f"Column {cell.column!r} holds {held} where a number is needed ({cell.place}): {advice}.")


def _advice(column: pd.Series, bad: np.ndarray, value: Any, batches: bool) -> str:
    """What to do, by what the column is: a column of words, numbers with a comma, or a few cells among numbers."""
    if not isinstance(value, str):
        return "make numbers of these values"
    written = _as_written(value.strip())
    if written:
        return written
    if np.count_nonzero(bad) > max(2, column.notna().sum() / 2):
        if found := _WITH_UNIT.fullmatch(value.strip()):
            return f"write the numbers alone, without {found[1]!r}"
        return "it is a column of words; give a column of numbers, or make one that says the number of each word"
    if batches:
        return "correct the cell, or make such a code missing before rows are read in batches"
    return f"correct the cell, or read such a code as missing with read_table(..., missing=[{_cut(value)!r}])"


def _as_written(text: str) -> str:
    """What to do about a number that is written as the reader does not know it; empty for another text."""
    if _DECIMAL_COMMA.fullmatch(text):
        return "write numbers with a point, or read the file with read_table(..., decimal=',')"
    if found := _THOUSANDS.fullmatch(text):
        both = "read_table(..., decimal=',', thousands='.')"
        way = both if found[1] == "." else f"read_table(..., thousands={(found[1] or ',')!r})"
        return f"write numbers without thousands marks, or read the file with {way}"
    return "write the minus sign as -" if text.startswith("\u2212") else ""


def _cut(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


def _refuse_infinite(
    frame: pd.DataFrame, values: np.ndarray, name: Hashable, ids: Any, source: Mapping[str, Any] | None
) -> None:
    if _all_finite(values):
        return
    infinite = np.isinf(values)
    if not infinite.any():
        return
    cell = find_cell(frame, int(infinite.argmax()), name, ids, source)
    raise DataError(
        f"Column {cell.column!r} holds an infinite value ({cell.place}): "
        f"correct the cell, or make it missing (NaN) so that its row is left out."
    )


def _all_finite(values: np.ndarray) -> bool:
    """Finite for certain: a sum is finite only when every term is (one pass, no mask)."""
    with np.errstate(over="ignore", invalid="ignore"):
        return bool(np.isfinite(values.sum()))
