"""What is remembered of the columns of a table whose rows are gone: names, means, ends, times, a mark of the rows."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from growthcurves.data.rows_mark import RowsMark
from growthcurves.data.units_above import Above

#: So many different times are remembered one by one.
MOST_TIMES = 50


class Numbers(NamedTuple):
    """A column of numbers.

    Attributes
    ----------
    low, high : float
        Its ends.
    over_rows : float
        Its mean, each row counting as it does wherever rows are averaged.
    over_persons : float or None
        The mean over persons; None where it varies within them.
    """

    low: float
    high: float
    over_rows: float
    over_persons: float | None


@dataclass(frozen=True)
class TableFacts:
    """What is remembered of a table.

    Attributes
    ----------
    columns : tuple of str
        What its columns are called, as far as they were read.
    of_persons : tuple of str
        Those of the model that do not vary within persons.
    numbers : mapping of column to Numbers
        Those of the model that hold numbers.
    times : tuple of float or None
        The different times, where they are few.
    mark : RowsMark or None
        By which it is known whether other rows are the same.
    above : Above
        Units above persons that the model leaves out, so far as their columns were read.
    """

    columns: tuple[str, ...] = ()
    of_persons: tuple[str, ...] = ()
    numbers: Mapping[str, Numbers] = field(default_factory=dict)
    times: tuple[float, ...] | None = None
    mark: RowsMark | None = None
    above: Above = Above()


def few_times(times: np.ndarray) -> tuple[float, ...] | None:
    """Different times in ascending order (k,) one by one; None of more than are remembered."""
    return tuple(times.tolist()) if len(times) <= MOST_TIMES else None
