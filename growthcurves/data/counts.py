"""Different numbers, and how often each was seen: what is left of a column that is not kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

#: So many different numbers are kept exactly.
MOST_VALUES = 1_000_000


@dataclass
class Counts:
    """Different numbers in ascending order, and how often each was seen.

    Examples
    --------
    >>> counts = Counts()
    >>> counts.add(np.array([2.0, 0.0, 2.0])).tolist(), counts.add(np.array([1.0, 2.0])).tolist()
    ([1, 0, 1], [1, 2])
    >>> counts.values.tolist(), counts.times.tolist(), counts.at([0.5])
    ([0.0, 1.0, 2.0], [1, 1, 3], [2.0])
    """

    values: np.ndarray = field(default_factory=lambda: np.empty(0))
    times: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def add(self, seen: np.ndarray, counts: np.ndarray | None = None) -> np.ndarray:
        """Count these numbers, each once or so often; where each is among the values."""
        place = self.places(seen)
        if not len(self.values) or (self.values[place] != seen).any():
            new = np.unique(seen if not len(self.values) else seen[self.values[place] != seen])
            values = np.union1d(self.values, new)
            times = np.zeros(len(values), dtype=np.int64)
            times[np.searchsorted(values, self.values)] = self.times
            self.values, self.times = values, times
            place = self.places(seen)
        found = np.bincount(place, counts, minlength=len(self.values))
        self.times = self.times + found.astype(np.int64)
        return place

    def places(self, seen: np.ndarray) -> np.ndarray:
        """Where each number is among the values, or would be."""
        if len(self.values) <= 8:  # a few comparisons cost less than a search
            place = np.zeros(len(seen), dtype=np.int8)
            for value in self.values[:-1]:
                place += seen > value
            return place
        return np.minimum(np.searchsorted(self.values, seen), max(len(self.values) - 1, 0))

    def merged(self, other: Counts) -> None:
        """Count what another has counted."""
        self.add(other.values, other.times)

    def new(self, seen: np.ndarray) -> np.ndarray:
        """Positions of numbers that were not seen before."""
        if not len(self.values):
            return np.arange(len(seen))
        return np.flatnonzero(self.values[self.places(seen)] != seen)

    def limited(self) -> bool:
        """Whether they were more than are kept exactly: they lie on a grid of so many steps over their range now."""
        if len(self.values) <= MOST_VALUES:
            return False
        self._coarser()
        return True

    def _coarser(self) -> None:
        step = float(np.ptp(self.values)) / MOST_VALUES
        values, place = np.unique(np.round(self.values / step) * step, return_inverse=True)
        self.values, self.times = values, np.bincount(place.reshape(-1), self.times).astype(np.int64)

    def at(self, shares: Sequence[float]) -> list[float]:
        """Quantiles of all that were counted, as `numpy.quantile` has them."""
        ends = np.cumsum(self.times)
        found = []
        for share in shares:
            place = share * (int(ends[-1]) - 1)
            low, high = (float(self.values[np.searchsorted(ends, int(k), side="right")]) for k in _around(place))
            found.append(low + (high - low) * (place - math.floor(place)))
        return found


def _around(place: float) -> tuple[int, int]:
    return math.floor(place), math.ceil(place)
