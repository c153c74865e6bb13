"""The observed times in a few numbers: all that answers need of them once the rows are gone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from growthcurves.data.counts import Counts
from growthcurves.data.persons import Persons
from growthcurves.numerics.times import printed_before

#: Up to so many different times are waves; of more, quartiles are told.
MOST_WAVES = 12
QUARTILES = (0.0, 0.25, 0.5, 0.75, 1.0)


@dataclass(frozen=True)
class TimeFacts:
    """The observed times.

    Attributes
    ----------
    first, last : float
    middle : float
        The observed time nearest the middle of the range, the upper on ties.
    waves : tuple of float
        The different times where there are at most twelve, else the quartiles of the observed times.
    reached : float or None
        The latest observed time that a third of the persons reached, and at least ten of them, or half where they are
        fewer than twenty; where times are no waves, the latest up to it that is printed in full.
    reaching : int or None
        How many persons have been seen then or later.
    mean : float or None
        Over the rows.
    """

    first: float
    last: float
    middle: float
    waves: tuple[float, ...]
    reached: float | None = None
    reaching: int | None = None
    mean: float | None = None

    @classmethod
    def of(cls, times: np.ndarray, persons: Persons | None = None) -> TimeFacts:
        """Of the times of rows, (n,), and whose they are."""
        first, last = float(times.min()), float(times.max())
        waves = tuple(float(time) for time in _waves(times))
        reached, reaching = (None, None) if persons is None else _reached(times, persons, waves)
        return cls(first, last, _middle(times, first, last), waves, reached, reaching, float(times.mean()))

    @classmethod
    def of_counts(cls, rows: Counts, persons: Counts) -> TimeFacts:
        """Of the numbers of rows by time, and of persons by the time at which they were last seen."""
        values = rows.values
        first, last = float(values[0]), float(values[-1])
        waves = tuple(values.tolist())
        if len(waves) > MOST_WAVES:
            waves = tuple(np.unique(rows.at(QUARTILES)).tolist())
        later = np.cumsum(persons.times[::-1])[::-1]
        enough = np.flatnonzero(later >= _enough(int(later[0])))
        reached = _told(float(persons.values[enough[-1]]), waves, first)
        reaching = int(persons.times[persons.values >= reached].sum())
        mean = float(values @ rows.times / rows.times.sum())
        return cls(first, last, _middle(values, first, last), waves, reached, reaching, mean)


def _middle(times: np.ndarray, first: float, last: float) -> float:
    away = np.abs(times - (first + last) / 2.0)
    return float(times[away <= away.min() * (1 + 1e-9)].max())


def _enough(persons: int) -> int:
    """How many of so many persons are to have reached a time."""
    return max(math.ceil(persons / 3), min(10, math.ceil(persons / 2)))


def _told(reached: float, waves: tuple[float, ...], first: float) -> float:
    """A time that was reached; where it is no wave, as it is printed."""
    return reached if reached in waves else max(printed_before(reached), first)


def _reached(times: np.ndarray, persons: Persons, waves: tuple[float, ...]) -> tuple[float, int]:
    """The latest time that enough persons reached, and how many did."""
    longest = np.full(persons.count, -np.inf)
    np.maximum.at(longest, persons.codes, times)
    place = persons.count - _enough(persons.count)
    reached = _told(float(np.partition(longest, place)[place]), waves, float(times.min()))
    return reached, int((longest >= reached).sum())


def _waves(times: np.ndarray) -> np.ndarray:
    if np.unique(times[:10_000]).size <= MOST_WAVES:
        distinct = np.unique(times)
        if distinct.size <= MOST_WAVES:
            return distinct
    return np.unique(np.quantile(times, QUARTILES))
