"""The observed times in a few numbers: all that answers need of them once the rows are gone."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from growthcurves.data.persons import Persons
from growthcurves.numerics.times import printed_before

#: Up to so many different times are waves; of more, quartiles are told.
MOST_WAVES = 12


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
        first, last = float(times.min()), float(times.max())
        distance = np.abs(times - (first + last) / 2.0)
        middle = float(times[distance <= distance.min() * (1 + 1e-9)].max())
        waves = tuple(float(time) for time in _waves(times))
        reached, reaching = (None, None) if persons is None else _reached(times, persons, waves)
        return cls(first, last, middle, waves, reached, reaching, float(times.mean()))


def _reached(times: np.ndarray, persons: Persons, waves: tuple[float, ...]) -> tuple[float, int]:
    """The latest time that enough persons reached, and how many did; where it is no wave, as it is printed."""
    longest = np.full(persons.count, -np.inf)
    np.maximum.at(longest, persons.codes, times)
    needed = max(math.ceil(persons.count / 3), min(10, math.ceil(persons.count / 2)))
    reached = float(np.partition(longest, persons.count - needed)[persons.count - needed])
    if reached not in waves:
        reached = max(printed_before(reached), float(times.min()))
    return reached, int((longest >= reached).sum())


def _waves(times: np.ndarray) -> np.ndarray:
    if np.unique(times[:10_000]).size <= MOST_WAVES:
        distinct = np.unique(times)
        if distinct.size <= MOST_WAVES:
            return distinct
    return np.unique(np.quantile(times, [0, 0.25, 0.5, 0.75, 1]))
