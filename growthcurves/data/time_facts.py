"""The observed times in a few numbers: all that answers need of them once the rows are gone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

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
    """

    first: float
    last: float
    middle: float
    waves: tuple[float, ...]

    @classmethod
    def of(cls, times: np.ndarray) -> TimeFacts:
        first, last = float(times.min()), float(times.max())
        distance = np.abs(times - (first + last) / 2.0)
        middle = float(times[distance <= distance.min() * (1 + 1e-9)].max())
        return cls(first, last, middle, tuple(float(time) for time in _waves(times)))


def _waves(times: np.ndarray) -> np.ndarray:
    if np.unique(times[:10_000]).size <= MOST_WAVES:
        distinct = np.unique(times)
        if distinct.size <= MOST_WAVES:
            return distinct
    return np.unique(np.quantile(times, [0, 0.25, 0.5, 0.75, 1]))
