"""Time as elapsed numbers: numbers as they are, dates as days, weeks, months or years since an origin."""

from __future__ import annotations

import warnings
from collections.abc import Hashable
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import is_text, kind_of, numbers_of, numeric_column
from growthcurves.data.dates import ISO_DATE, DateStyle, first_text_is_date, read_dates, refuse_named, refuse_numbered
from growthcurves.data.frame import require_columns
from growthcurves.data.persons import Persons
from growthcurves.data.source import show_id
from growthcurves.data.units import DAYS_PER_UNIT, unit_of_span
from growthcurves.errors import DataError, DataWarning, ModelError, among, unknown
from growthcurves.numerics.bounds import float_or_infinite, shown_value


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
    style : DateStyle or None
        How the dates were written; None where the column held numbers.
    """

    values: np.ndarray
    unit: str | None
    derived: bool
    style: DateStyle | None = None


def elapsed_times(
    frame: pd.DataFrame, name: Hashable, ids: Any, since: Any, unit: str | None, style: DateStyle | None = None
) -> Elapsed:
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
        Of dates: days, weeks, months (30.4375 days) or years (365.25 days); by default that which follows the longest
        span of a person from the first time, see `unit_of_span`, and days from other origins. Of numbers: any name.
    style : DateStyle, optional
        How dates that are text are written, where it was said.

    Raises
    ------
    DataError
        When the column holds neither numbers nor dates, or dates that can be read two ways.
    ModelError
        When `since` or `unit` do not fit the column.
    """
    column = frame[name]
    _refuse_kinds(column, name)
    style = (style or DateStyle()).or_of(frame)
    dates = read_dates(frame, column, name, ids, style)
    if dates is not None:
        _check_date_unit(unit)
        days = _days(dates.values - _date_origin(frame, dates.values, ids, since, dates.style))
        unit = unit or (unit_of_span(np.nanmax(days, initial=0.0)) if from_first(since) else "days")
        return Elapsed(days / DAYS_PER_UNIT[unit], unit, derived=True, style=dates.style)
    refuse_named(frame, column, name, ids)
    values = numbers_of(frame, column, ids)
    refuse_numbered(frame, column, values, name, ids)
    if since is None:
        return Elapsed(values, unit, derived=False)
    return Elapsed(values - _number_origin(frame, values, ids, since), unit, derived=True)


def from_first(since: Any) -> bool:
    """Whether time counts from each person's first one."""
    return since is None or (isinstance(since, str) and since == "first")


def holds_dates(column: pd.Series) -> bool:
    """Whether a column holds dates: as such, as periods, as Python's own, or as text written like dates."""
    if pd.api.types.is_numeric_dtype(column.dtype):
        return False
    if pd.api.types.is_datetime64_any_dtype(column.dtype) or isinstance(column.dtype, pd.PeriodDtype):
        return True
    return pd.api.types.infer_dtype(column, skipna=True) in ("date", "datetime", "period") or (
        is_text(column) and first_text_is_date(column)
    )


def first_times(frame: pd.DataFrame, name: Hashable, ids: Any, style: DateStyle | None = None) -> pd.DataFrame:
    """Each person's first time as the table has it, dates as dates: columns id and first."""
    raw = _raw(frame, name, ids, style)
    firsts = pd.DataFrame({"id": ids, "first": _first(raw, ids)})
    return firsts.dropna().drop_duplicates("id").reset_index(drop=True)


def _raw(frame: pd.DataFrame, name: Hashable, ids: Any, style: DateStyle | None) -> np.ndarray:
    dates = read_dates(frame, frame[name], name, ids, (style or DateStyle()).or_of(frame))
    return numeric_column(frame, name, ids) if dates is None else dates.values


def times_since(
    frame: pd.DataFrame,
    name: Hashable,
    ids: Any,
    firsts: pd.DataFrame,
    unit: str | None,
    style: DateStyle | None = None,
    event: Hashable | None = None,
) -> np.ndarray:
    """Times of new rows counted from these first times; of other persons from their own first of these rows.

    `event` is a column with the times of something else, which are counted from the same first times.

    Raises
    ------
    DataError
        When dates stand where the first times are numbers, and for a person who is new with one time only, of whom
        nothing says where time begins.

    Warns
    -----
    DataWarning
        When persons are new: their first visit is taken to be among these rows.
    """
    _refuse_kinds(frame[name], name)
    raw = _raw(frame, name if event is None else event, ids, style)
    known = firsts["first"].to_numpy()[pd.Index(firsts["id"]).get_indexer(pd.Index(ids))] if len(firsts) else raw
    _refuse_other_kind(name if event is None else event, raw.dtype.kind == "M", known.dtype.kind == "M")
    strangers = ~np.isin(np.asarray(ids), np.asarray(firsts["id"])) if len(firsts) else np.ones(len(frame), dtype=bool)
    if strangers.any():
        own = raw if event is None else _raw(frame, name, ids, style)
        _refuse_other_kind(name, own.dtype.kind == "M", known.dtype.kind == "M")
        _look_at_strangers(str(name), np.asarray(ids)[strangers], own[strangers], alone=event is None)
        known = np.where(strangers, _first(own, ids), known)
    away = raw - known
    return _in_unit(away, unit) if away.dtype.kind == "m" else away


def _refuse_other_kind(name: Hashable, dates: bool, were_dates: bool) -> None:
    if dates != were_dates:
        kinds = ("dates", "numbers") if were_dates else ("numbers", "dates")
        raise DataError(f"Column {str(name)!r} held {kinds[0]} when the model was fitted, and holds {kinds[1]} here.")


def _look_at_strangers(name: str, ids: np.ndarray, raw: np.ndarray, alone: bool) -> None:
    """New persons need a first visit among the rows: one time alone would be counted from itself."""
    there = pd.Series(raw).notna().to_numpy() & pd.Series(ids).notna().to_numpy()
    counts = pd.Series(raw[there]).groupby(ids[there], sort=False).nunique()
    single = counts.index[counts == 1]
    if alone and len(single):
        raise DataError(
            f"Time counts from each person's first {name!r}, and person {show_id(single[0])}, who is new, has one "
            f"{name!r} only: give the row of the first visit as well, or the elapsed time as a number."
        )
    if alone and len(counts):
        who = f"Person {show_id(counts.index[0])} is" if len(counts) == 1 else f"{len(counts)} persons are"
        text = (
            f"{who} new to the fit: time is counted from the first {name!r} of these rows, so the first visit must be "
            f"among them."
        )
        warnings.warn(text, DataWarning, stacklevel=2)


def _refuse_kinds(column: pd.Series, name: Hashable) -> None:
    if pd.api.types.is_bool_dtype(column.dtype):
        raise DataError(f"Time column {str(name)!r} holds True and False where numbers or dates are needed.")
    if isinstance(column.dtype, np.dtype) and column.dtype.kind == "m":
        raise DataError(
            f"Time column {str(name)!r} holds durations where numbers or dates are needed: "
            f"divide it by a unit first, for example by pd.Timedelta(days=1)."
        )


def _check_date_unit(unit: str | None) -> None:
    if unit is not None and not among(unit, DAYS_PER_UNIT):
        raise ModelError(unknown("time unit for dates", unit, DAYS_PER_UNIT))


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


def _date_origin(frame: pd.DataFrame, dates: np.ndarray, ids: Any, since: Any, style: DateStyle) -> Any:
    if from_first(since):
        return _first(dates, ids)
    if isinstance(since, str) and since in frame.columns:
        require_columns(frame, [since])
        origin = read_dates(frame, frame[since], since, ids, style)
        if origin is None:
            raise DataError(f"since={shown_value(since)}: the column holds {kind_of(frame[since])}, not dates.")
        return origin.values
    return _one_date(since)


def _one_date(since: Any) -> np.datetime64:
    if isinstance(since, str) and not ISO_DATE.fullmatch(since.strip()):
        raise ModelError(
            f"since={shown_value(since)} is neither 'first', nor a column of the table, nor a date such as 2024-03-31."
        )
    stamp = pd.NaT if isinstance(since, int | float) else pd.to_datetime(since, errors="coerce")
    if not isinstance(stamp, pd.Timestamp):
        raise ModelError(f"since={shown_value(since)} is not a date; the time column holds dates.")
    return (stamp if stamp.tz is None else stamp.tz_convert(None)).to_datetime64()


def _number_origin(frame: pd.DataFrame, values: np.ndarray, ids: Any, since: Any) -> Any:
    if isinstance(since, str) and since == "first":
        return _first(values, ids)
    if isinstance(since, str) and since in frame.columns:
        return numeric_column(frame, since, ids)
    number = float_or_infinite(since) if isinstance(since, Real) and not isinstance(since, bool) else np.nan
    if abs(number) <= 1e300:
        return number
    raise ModelError(
        f"since={shown_value(since)} is neither 'first', nor a column of the table, nor a number; "
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
