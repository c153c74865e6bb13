"""How a panel's clock reads the times of rows that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import holds_numbers, numeric_column
from growthcurves.data.dates import DateStyle
from growthcurves.data.elapsed import elapsed_times, holds_dates, times_since
from growthcurves.data.frame import raw_array, require_columns


@dataclass(frozen=True, eq=False)
class Clock:
    """Where a panel's times count from, and in what.

    Attributes
    ----------
    id, time : str
    unit : str or None
    since : as in `Panel`
    derived : bool
        Whether times are counted at all; else the numbers of the column are the times.
    firsts : DataFrame or None
        Where time counts from each person's first one: columns id and first, as the table had it.
    style : DateStyle or None
        How the panel's dates were written, which one new date may not say itself.
    dates : bool or None
        Whether the panel's times were dates; None where it was not kept and is to be seen from the origin.
    """

    id: str
    time: str
    unit: str | None
    since: Any
    derived: bool
    firsts: pd.DataFrame | None
    style: DateStyle | None = None
    dates: bool | None = None

    def read(self, frame: pd.DataFrame, event: str | None = None) -> np.ndarray:
        """Elapsed times (rows,), NaN where missing: a known person's first visit is that of the panel.

        Numbers where the panel had dates are elapsed times already. `event` is a column with the times of something
        else, to be counted alike.
        """
        name = self.time if event is None else event
        require_columns(frame, [name])
        ids = raw_array(frame, self.id) if self.id in frame.columns else None
        if not self.derived or (self.had_dates(frame) and _are_numbers(frame[name])):
            return numeric_column(frame, name, ids)
        if self.firsts is not None:
            require_columns(frame, [self.id, self.time])
            return times_since(frame, self.time, ids, self.firsts, self.unit, self.style, event)
        ids = np.arange(len(frame)) if ids is None else ids
        return elapsed_times(frame, name, ids, self.since, self.unit, self.style).values

    def had_dates(self, frame: pd.DataFrame) -> bool:
        """Whether the panel's times were dates; `frame` holds the origin where that is a column."""
        if self.dates is not None:
            return self.dates
        if self.firsts is not None:
            return self.firsts["first"].dtype.kind == "M"
        if self.since in frame.columns:
            return holds_dates(frame[self.since])
        return not isinstance(self.since, int | float)


def _are_numbers(column: pd.Series) -> bool:
    return pd.api.types.is_numeric_dtype(column.dtype) or holds_numbers(column)


def on_the_clock(panel: Any, frame: pd.DataFrame, columns: Sequence[str]) -> np.ndarray:
    """Columns that hold times, such as those of an event, as numbers (rows, columns) on the panel's own clock.

    Dates are counted as the panel counts its dates; numbers are taken as they are.

    Raises
    ------
    DataError
        For text, and for dates where the panel's times are numbers.
    """
    found = [_time_column(panel, frame, name) for name in columns]
    return np.column_stack(found) if found else np.zeros((len(frame), 0))


def _time_column(panel: Any, frame: pd.DataFrame, name: str) -> np.ndarray:
    require_columns(frame, [name])
    if holds_dates(frame[name]) and panel.clock.derived:
        return panel.clock.read(frame, event=name)
    return numeric_column(frame, name, raw_array(frame, panel.id) if panel.id in frame.columns else None)
