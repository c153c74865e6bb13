"""How a panel's clock reads the times of rows that it has not seen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import numeric_column
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
    """

    id: str
    time: str
    unit: str | None
    since: Any
    derived: bool
    firsts: pd.DataFrame | None

    def read(self, frame: pd.DataFrame) -> np.ndarray:
        """Elapsed times (rows,), NaN where missing: a known person's first visit is that of the panel."""
        require_columns(frame, [self.time] if self.firsts is None else [self.id, self.time])
        ids = raw_array(frame, self.id) if self.id in frame.columns else None
        if not self.derived:
            return numeric_column(frame, self.time, ids)
        if self.firsts is not None:
            return times_since(frame, self.time, ids, self.firsts, self.unit)
        ids = np.arange(len(frame)) if ids is None else ids
        return elapsed_times(frame, self.time, ids, self.since, self.unit).values


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
        return panel.elapsed(frame.assign(**{panel.time: frame[name]}))
    return numeric_column(frame, name, raw_array(frame, panel.id) if panel.id in frame.columns else None)
