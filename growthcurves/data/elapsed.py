"""Time as elapsed numbers: numbers as they are, dates as days, weeks, months or years since an origin."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import is_text, kind_of, numeric_column
from growthcurves.data.frame import require_columns
from growthcurves.data.persons import Persons
from growthcurves.data.source import find_cell
from growthcurves.errors import DataError, ModelError, unknown

DAYS_PER_UNIT = {"days": 1.0, "weeks": 7.0, "months": 30.4375, "years": 365.25}

_ISO_DATE = re.compile(
    r"\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?\s?(Z|[+-]\d{2}:?\d{2})?)?", re.ASCII
)
_TWO_WAYS = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})\b.*", re.ASCII)


@dataclass(frozen=True, eq=False)
class Elapsed:
    """Time of every row.

    Attributes
    ----------
    values : ndarray, shape (rows,)
        Elapsed time as float64, NaN where missing.
    unit : str or None
        The unit, where it is known.
    derived : bool
        Whether the numbers differ from the column of the table: it held dates, or an origin was taken off.
    """

    values: np.ndarray
    unit: str | None
    derived: bool


def elapsed_times(frame: pd.DataFrame, name: Hashable, ids: Any, since: Any, unit: str | None) -> Elapsed:
    """Read the time column of a table.

    Parameters
    ----------
    frame : DataFrame
        The table.
    name : hashable
        Name of the time column: numbers, dates, or text that holds ISO dates.
    ids : array, shape (rows,)
        Person of each row.
    since : None, "first", column name, date or number
        Origin that is taken off: each person's first time, a column, or a fixed value. None leaves numbers as
        they are and takes dates from each person's first one.
    unit : str or None
        Of dates: days (default), weeks, months (30.4375 days) or years (365.25 days). Of numbers: any name.

    Raises
    ------
    DataError
        When the column holds neither numbers nor dates, or dates that can be read two ways.
    ModelError
        When `since` or `unit` do not fit the column.
    """
    column = frame[name]
    _refuse_kinds(column, name)
    dates = _as_dates(frame, column, name, ids)
    if dates is not None:
        return _elapsed_dates(frame, dates, ids, since, unit)
    values = numeric_column(frame, name, ids)
    if since is None:
        return Elapsed(values, unit, derived=False)
    return Elapsed(values - _number_origin(frame, values, ids, since), unit, derived=True)


def from_first(since: Any) -> bool:
    """Whether time counts from each person's first one."""
    return since is None or (isinstance(since, str) and since == "first")


def first_times(frame: pd.DataFrame, name: Hashable, ids: Any) -> pd.DataFrame:
    """Each person's first time as the table has it, dates as dates: columns id and first."""
    raw = _as_dates(frame, frame[name], name, ids)
    raw = numeric_column(frame, name, ids) if raw is None else raw
    firsts = pd.DataFrame({"id": ids, "first": _first(raw, ids)})
    return firsts.dropna().drop_duplicates("id").reset_index(drop=True)


def times_since(frame: pd.DataFrame, name: Hashable, ids: Any, firsts: pd.DataFrame, unit: str | None) -> np.ndarray:
    """Times of new rows counted from these first times; of other persons from their own first of these rows.

    Raises
    ------
    DataError
        When dates stand where the first times are numbers, or the other way round.
    """
    _refuse_kinds(frame[name], name)
    dates = _as_dates(frame, frame[name], name, ids)
    raw = numeric_column(frame, name, ids) if dates is None else dates
    known = firsts["first"].to_numpy()[pd.Index(firsts["id"]).get_indexer(pd.Index(ids))] if len(firsts) else raw
    if (dates is None) != (known.dtype.kind != "M"):
        kinds = ("dates", "numbers") if dates is None else ("numbers", "dates")
        raise DataError(f"Column {str(name)!r} held {kinds[0]} when the model was fitted, and holds {kinds[1]} here.")
    strangers = ~np.isin(np.asarray(ids), np.asarray(firsts["id"])) if len(firsts) else np.ones(len(frame), dtype=bool)
    away = raw - np.where(strangers, _first(raw, ids), known)
    return away if dates is None else _in_unit(away, unit)


def _refuse_kinds(column: pd.Series, name: Hashable) -> None:
    if pd.api.types.is_bool_dtype(column.dtype):
        raise DataError(f"Time column {str(name)!r} holds True and False where numbers or dates are needed.")
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "m":
        raise DataError(
            f"Time column {str(name)!r} holds durations where numbers or dates are needed: "
            f"divide it by a unit first, for example by pd.Timedelta(days=1)."
        )


def _as_dates(frame: pd.DataFrame, column: pd.Series, name: Hashable, ids: Any) -> np.ndarray | None:
    """The column as datetime64 of its own unit, or None when it holds no dates."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return None
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return _naive(column)
    if pd.api.types.infer_dtype(column, skipna=True) in ("date", "datetime"):  # Python's own, as objects
        return _naive(pd.to_datetime(column))
    if is_text(column) and _first_text_is_date(column):
        return _iso_dates(frame, column, name, ids)
    return None


def holds_dates(column: pd.Series) -> bool:
    """Whether a column holds dates: as such, as Python's own, or as text in the ISO form."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return False
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return True
    return pd.api.types.infer_dtype(column, skipna=True) in ("date", "datetime") or (
        is_text(column) and _first_text_is_date(column)
    )


def _naive(column: pd.Series) -> np.ndarray:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_convert(None)
    return column.to_numpy()


def _first_text_is_date(column: pd.Series) -> bool:
    first = next((value.strip() for value in column if isinstance(value, str)), "")
    return bool(_ISO_DATE.fullmatch(first) or _TWO_WAYS.fullmatch(first))


def _iso_dates(frame: pd.DataFrame, column: pd.Series, name: Hashable, ids: Any) -> np.ndarray:
    texts = column.astype(object).map(lambda value: value.strip() if isinstance(value, str) else value)
    iso = np.array([isinstance(text, str) and bool(_ISO_DATE.fullmatch(text)) for text in texts], dtype=bool)
    dates = pd.to_datetime(texts.where(iso), format="ISO8601", errors="coerce", utc=True)
    bad = (dates.isna() & column.notna()).to_numpy()
    if not bad.any():
        return _naive(dates)
    position = int(bad.argmax())
    cell = find_cell(frame, position, name, ids)
    raise DataError(_bad_date(str(column.iloc[position]), cell.column, cell.place))


def _bad_date(text: str, column: str, place: str) -> str:
    advice = "write dates as 2024-03-31, or convert the column with pd.to_datetime(..., format=...)."
    parts = _TWO_WAYS.fullmatch(text.strip())
    if parts and int(parts[1]) <= 12 and int(parts[2]) <= 12:
        return f"The date {text!r} in column {column!r} ({place}) can be read two ways: {advice}"
    return f"{text!r} in column {column!r} ({place}) is not a date in the ISO form: {advice}"


def _elapsed_dates(frame: pd.DataFrame, dates: np.ndarray, ids: Any, since: Any, unit: str | None) -> Elapsed:
    unit = "days" if unit is None else unit
    if unit not in DAYS_PER_UNIT:
        raise ModelError(unknown("time unit for dates", unit, DAYS_PER_UNIT))
    return Elapsed(_in_unit(dates - _date_origin(frame, dates, ids, since), unit), unit, derived=True)


def _in_unit(durations: np.ndarray, unit: str | None) -> np.ndarray:
    days = _days(durations)
    return days if unit in (None, "days") else days / DAYS_PER_UNIT[unit]


def _days(durations: np.ndarray) -> np.ndarray:
    """Durations of any unit as days: whole days and the rest apart, so that no unit changes a digit."""
    per_day = int(np.timedelta64(1, "D").astype(durations.dtype).astype(np.int64))
    whole, rest = np.divmod(durations.astype(np.int64), per_day)
    days = whole + rest / per_day
    days[np.isnat(durations)] = np.nan
    return days


def _date_origin(frame: pd.DataFrame, dates: np.ndarray, ids: Any, since: Any) -> Any:
    if from_first(since):
        return _first(dates, ids)
    if isinstance(since, str) and since in frame.columns:
        require_columns(frame, [since])
        origin = _as_dates(frame, frame[since], since, ids)
        if origin is None:
            raise DataError(f"since={since!r}: the column holds {kind_of(frame[since])}, not dates.")
        return origin
    return _one_date(frame, since)


def _one_date(frame: pd.DataFrame, since: Any) -> np.datetime64:
    if isinstance(since, str) and not _ISO_DATE.fullmatch(since.strip()):
        raise ModelError(
            f"since={since!r} is neither 'first', nor a column of the table, nor a date such as '2024-03-31'."
        )
    stamp = pd.NaT if isinstance(since, int | float) else pd.to_datetime(since, errors="coerce")
    if not isinstance(stamp, pd.Timestamp):
        raise ModelError(f"since={since!r} is not a date; the time column holds dates.")
    return (stamp if stamp.tz is None else stamp.tz_convert(None)).to_datetime64()


def _number_origin(frame: pd.DataFrame, values: np.ndarray, ids: Any, since: Any) -> Any:
    if isinstance(since, str) and since == "first":
        return _first(values, ids)
    if isinstance(since, str) and since in frame.columns:
        return numeric_column(frame, since, ids)
    if isinstance(since, int | float | np.number) and not isinstance(since, bool) and np.isfinite(since):
        return float(since)
    raise ModelError(
        f"since={since!r} is neither 'first', nor a column of the table, nor a number; "
        f"the time column holds numbers."
    )


def _first(times: np.ndarray, ids: Any) -> np.ndarray:
    """Each row's person's first time; missing where id or time is."""
    known = ~(pd.isna(times) | np.asarray(pd.isna(ids)))
    origin = times.copy()
    if not known.any():
        return origin
    persons = Persons.of(ids[known])
    firsts = _minimum_by(persons, times[known])
    origin[known] = firsts[persons.codes]
    return origin


def _minimum_by(persons: Persons, times: np.ndarray) -> np.ndarray:
    if persons.starts is not None:
        return np.minimum.reduceat(times, persons.starts)
    rows = np.argsort(persons.codes, kind="stable")
    return np.minimum.reduceat(times[rows], np.r_[0, np.cumsum(persons.sizes)[:-1]])
