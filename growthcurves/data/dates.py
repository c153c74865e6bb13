"""Columns of dates: as such, as periods, or as text whose order of day and month the whole column settles."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import is_text
from growthcurves.data.source import find_cell, source_of
from growthcurves.errors import DataError, ModelError, brief

#: A day with or without a time of day, or a month, which is its first day.
ISO_DATE = re.compile(
    r"\d{4}-\d{2}(-\d{2}([T ]\d{2}:\d{2}(:\d{2}([.,]\d+)?)?\s?(Z|[+-]\d{2}:?\d{2})?)?)?", re.ASCII
)
_YEAR_FIRST = re.compile(r"(\d{4})[./](\d{1,2})[./](\d{1,2})", re.ASCII)
_TWO_WAYS = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})\b.*", re.ASCII)
_WHOLE_TWO_WAYS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[ T](\d{1,2}:\d{2}(?::\d{2})?))?", re.ASCII)


#: Dates as whole numbers, and with the names of months: forms that are to be said.
NUMBERED = "%Y%m%d"
#: The least and the largest whole number that may be such a date of the years 1900 to 2100.
LEAST_NUMBERED, MOST_NUMBERED = 190011, 21001231
NAMED = (
    "%d%b%Y", "%d-%b-%Y", "%d %b %Y", "%d/%b/%Y", "%d%b%y", "%d-%b-%y", "%d %B %Y", "%d. %B %Y", "%B %d, %Y",
    "%b %d, %Y",
)  # fmt: skip


@dataclass(frozen=True)
class DateStyle:
    """How dates that are text are written.

    Attributes
    ----------
    day_first : bool or None
        Whether 11.10.2019 is the eleventh of October; None where the column is to settle it.
    date_format : str or None
        A format of `datetime.datetime.strptime` for every text.
    """

    day_first: bool | None = None
    date_format: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.date_format, str | None):
            raise ModelError(f"date_format= is a text such as '%d%b%Y', not {brief(self.date_format)}.")

    def or_of(self, frame: pd.DataFrame) -> DateStyle:
        """This style, and what was said when the table was read where it says nothing."""
        said = source_of(frame).get("options", {})
        day_first = said.get("day_first") if self.day_first is None else self.day_first
        return DateStyle(day_first, self.date_format or (said.get("date_format") if day_first is None else None))


@dataclass(frozen=True, eq=False)
class Dates:
    """Dates of every row as datetime64 of the column's own unit, and how they were written."""

    values: np.ndarray
    style: DateStyle


def read_dates(
    frame: pd.DataFrame, column: pd.Series, name: Hashable, ids: Any, style: DateStyle
) -> Dates | None:
    """The dates of a column, None when it holds none.

    Raises
    ------
    DataError
        For a text that is no date beside dates, and for dates that can be read two ways: the cell is named.
    """
    if pd.api.types.is_numeric_dtype(column.dtype):
        return _of_numbers(column, style)
    if isinstance(column.dtype, pd.PeriodDtype):
        return Dates(column.dt.to_timestamp().to_numpy(), style)
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return Dates(_naive(column), style)
    kind = pd.api.types.infer_dtype(column, skipna=True)
    if kind in ("date", "datetime"):  # Python's own, as objects
        return Dates(_naive(pd.to_datetime(column)), style)
    if kind == "period":
        return Dates(pd.PeriodIndex(column).to_timestamp().to_numpy(), style)
    if is_text(column) and (style.date_format or first_text_is_date(column)):
        return _Texts(frame, column, name, ids).read(style)
    return None


def _of_numbers(column: pd.Series, style: DateStyle) -> Dates | None:
    """Dates that are written as whole numbers, such as 20190103, where all of them have the form that was said."""
    if style.date_format is None:
        return None
    texts = _digits(column)
    if texts is None or texts.dropna().str.len().min() < len("190103"):
        return None
    dates = pd.to_datetime(texts, format=style.date_format, errors="coerce")
    return None if (dates.isna() & texts.notna()).any() else Dates(_naive(dates), style)


def _digits(column: pd.Series) -> pd.Series | None:
    """Whole numbers above zero as texts, missing ones as they are; None where others are among them."""
    known = column[column.notna()].astype(float)
    if not len(known) or (known <= 0).any() or (known > 1e15).any() or (known % 1 != 0).any():
        return None
    return known.astype("int64").astype(str).reindex(column.index) if column.index.is_unique else None


def refuse_named(frame: pd.DataFrame, column: pd.Series, name: Hashable, ids: Any) -> None:
    """Refuse texts that are dates in a form that is to be said, such as 03Jan2019.

    Raises
    ------
    DataError
        With the form.
    """
    if is_text(column):
        _refuse_unsaid(frame, column, column.astype(object), NAMED, name, ids)


def refuse_numbered(frame: pd.DataFrame, column: pd.Series, values: np.ndarray, name: Hashable, ids: Any) -> None:
    """Refuse whole numbers that are dates, such as 20190103; `values` (n,) are those of the column.

    Raises
    ------
    DataError
        With the form.
    """
    if not ((values >= LEAST_NUMBERED) & (values <= MOST_NUMBERED)).any():
        return  # most times, which are not to be made texts for this
    texts = _digits(column) if pd.api.types.is_numeric_dtype(column.dtype) else None
    if texts is not None:
        _refuse_unsaid(frame, column, texts, (NUMBERED,), name, ids)


def _refuse_unsaid(
    frame: pd.DataFrame, column: pd.Series, texts: pd.Series, forms: tuple[str, ...], name: Hashable, ids: Any
) -> None:
    known = texts.dropna().drop_duplicates()
    form = next((form for form in forms if len(known) > 1 and _fits(known, form)), None)
    if form is not None:
        row = int(column.notna().to_numpy().argmax())
        cell = find_cell(frame, row, name, ids)
        raise DataError(
            f"Column {cell.column!r} holds dates such as {texts.iloc[row]} ({cell.place}): say how they are written "
            f"with date_format={form!r}."
        )


def _fits(texts: pd.Series, form: str) -> bool:
    """Whether texts are dates of that form, of years that people are studied in."""
    dates = pd.to_datetime(texts, format=form, errors="coerce")
    return bool(dates.notna().all() and dates.dt.year.between(1900, 2100).all())


def first_text_is_date(column: pd.Series) -> bool:
    """Whether the first text of a column is written like a date."""
    return any(form.fullmatch(_first_text(column)) for form in (ISO_DATE, _YEAR_FIRST, _TWO_WAYS))


def first_text_is_iso(column: pd.Series) -> bool:
    """Whether it is a date that can be read one way only."""
    return _is_iso(_first_text(column))


def _first_text(column: pd.Series) -> str:
    return next((value.strip() for value in column if isinstance(value, str)), "")


def _naive(column: pd.Series) -> np.ndarray:
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        column = column.dt.tz_convert(None)
    return column.to_numpy()


@dataclass(frozen=True)
class Written:
    """How the dates of some rows are written, as far as these tell; `a | b` is that of both, of which `a` came first.

    Attributes
    ----------
    others : bool
        Whether any text has another form than 11.10.2019.
    two_ways : bool
        Whether any has that form.
    unread : str
        The refusal of the first text that is not in the ISO form; empty without one.
    day, month : str
        The first text, and its place, that has the day first, and the month first, for certain; empty without one.
    """

    others: bool = False
    two_ways: bool = False
    unread: str = ""
    day: str = ""
    month: str = ""

    def __or__(self, later: Written) -> Written:
        return Written(*(getattr(self, one.name) or getattr(later, one.name) for one in fields(self)))

    def day_first(self, name: str, said: bool | None) -> bool | None:
        """The order of day and month, as it is said or as dates after the twelfth settle it; None in the ISO form.

        Raises
        ------
        DataError
            For texts that are no dates, and for dates that can be read two ways.
        """
        if self.others or not self.two_ways:
            if self.unread:
                raise DataError(self.unread)
            return None
        if said is not None:
            return said
        if self.day and self.month:
            raise DataError(
                f"Column {name!r} has dates with the day first, {self.day}, and with the month first, {self.month}: "
                f"write all of them as 2024-03-31."
            )
        if not (self.day or self.month):
            raise DataError(self.unread)
        return bool(self.day)


def written_dates(frame: pd.DataFrame, name: Hashable, ids: Any) -> Written:
    """How the dates of a column that holds dates are written, where these are texts and their form is not said."""
    column, style = frame[name], DateStyle().or_of(frame)
    if style.date_format or not is_text(column):
        return Written()
    return _Texts(frame, column, name, ids).written()


@dataclass(frozen=True, eq=False)
class _Texts:
    """A column of texts that are to be dates."""

    frame: pd.DataFrame
    column: pd.Series
    name: Hashable
    ids: Any

    def read(self, style: DateStyle) -> Dates:
        texts = self._stripped
        if style.date_format:
            return Dates(self._formatted(texts, style.date_format), style)
        written = self.written()
        day_first = written.day_first(str(self.name), style.day_first)
        if day_first is None:
            return Dates(self._iso(texts), style)
        return Dates(self._ordered(texts, day_first), replace(style, day_first=day_first))

    @cached_property
    def _stripped(self) -> pd.Series:
        return self.column.astype(object).map(lambda value: value.strip() if isinstance(value, str) else value)

    def written(self) -> Written:
        """How the dates are written; each text is looked at where it stands first."""
        texts = self._stripped
        rows = np.flatnonzero((texts.notna() & ~texts.duplicated()).to_numpy()).tolist()
        parts = {row: _WHOLE_TWO_WAYS.fullmatch(text) for row in rows if isinstance(text := texts.iloc[row], str)}
        two_ways = {row: part for row, part in parts.items() if part}
        others = [row for row in rows if row not in two_ways]
        unread = next((row for row in rows if row in two_ways or not _is_iso(texts.iloc[row])), None)
        day = next((row for row, part in two_ways.items() if int(part[1]) > 12), None)
        month = next((row for row, part in two_ways.items() if int(part[3]) > 12), None)
        return Written(
            bool(others), bool(two_ways), "" if unread is None else self._bad(unread), self._shown(day),
            self._shown(month),
        )  # fmt: skip

    def _shown(self, row: int | None) -> str:
        return "" if row is None else f"{self._stripped.iloc[row]!r} ({self._place(row)})"

    def _formatted(self, texts: pd.Series, form: str) -> np.ndarray:
        try:
            dates = pd.to_datetime(texts, format=form, errors="coerce")
        except ValueError as error:
            raise ModelError(f"date_format={form!r} is no format of dates: {error}.") from None
        return self._checked(dates, f"does not fit date_format={form!r}: correct the cell or the format.")

    def _iso(self, texts: pd.Series) -> np.ndarray:
        dates = pd.to_datetime(texts.map(_year_first_as_iso), format="ISO8601", errors="coerce", utc=True)
        return self._checked(dates, None)

    def _ordered(self, texts: pd.Series, day_first: bool) -> np.ndarray:
        dates = pd.to_datetime(texts.map(lambda text: _as_iso(text, day_first)), format="ISO8601", errors="coerce")
        order = "the day" if day_first else "the month"
        return self._checked(dates, f"is not a date with {order} first: correct the cell, or say date_format=.")

    def _checked(self, dates: pd.Series, complaint: str | None) -> np.ndarray:
        bad = (dates.isna() & self.column.notna()).to_numpy()
        if not bad.any():
            return _naive(dates)
        row = int(bad.argmax())
        if complaint is None:
            raise DataError(self._bad(row))
        cell = find_cell(self.frame, row, self.name, self.ids)
        raise DataError(f"{str(self.column.iloc[row])!r} in column {cell.column!r} ({cell.place}) {complaint}")

    def _place(self, row: int) -> str:
        return find_cell(self.frame, row, self.name, self.ids).place

    def _bad(self, row: int) -> str:
        cell = find_cell(self.frame, row, self.name, self.ids)
        text = str(self.column.iloc[row])
        parts = _TWO_WAYS.fullmatch(text.strip())
        if parts and len(parts[3]) == 2:
            form = text.strip()[len(parts[1])].join(["%d", "%m", "%y"])
            return (
                f"The date {text!r} in column {cell.column!r} ({cell.place}) has a year of two digits: say how it is "
                f"written with date_format=, such as date_format={form!r}."
            )
        if parts and int(parts[1]) <= 12 and int(parts[2]) <= 12:
            return (
                f"The date {text!r} in column {cell.column!r} ({cell.place}) can be read two ways: say day_first=True "
                f"or day_first=False, give a date_format=, or write dates as 2024-03-31."
            )
        return (
            f"{text!r} in column {cell.column!r} ({cell.place}) is not a date in the ISO form: write dates as "
            f"2024-03-31, or say how they are written with date_format=."
        )


def _is_iso(text: Any) -> bool:
    return isinstance(text, str) and bool(ISO_DATE.fullmatch(_year_first_as_iso(text)))


def _year_first_as_iso(text: Any) -> Any:
    parts = _YEAR_FIRST.fullmatch(text) if isinstance(text, str) else None
    return f"{parts[1]}-{int(parts[2]):02}-{int(parts[3]):02}" if parts else text


def _as_iso(text: Any, day_first: bool) -> Any:
    if not isinstance(text, str):
        return text
    parts = _WHOLE_TWO_WAYS.fullmatch(text)
    assert parts is not None
    day, month = (parts[1], parts[3]) if day_first else (parts[3], parts[1])
    clock = f"T{parts[5]:0>5}" if parts[5] and len(parts[5]) <= 5 else f"T{parts[5]:0>8}" if parts[5] else ""
    return f"{parts[4]}-{int(month):02}-{int(day):02}{clock}"
