"""What is counted over all rows as they pass: persons, their occasions, and the times in a few numbers."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from growthcurves.data.frame import raw_array
from growthcurves.data.panel import Panel
from growthcurves.data.persons import Occasions
from growthcurves.data.points import points_of_times
from growthcurves.data.time_facts import MOST_WAVES, TimeFacts
from growthcurves.errors import ModelError
from growthcurves.model.bind import ObservedTimes
from growthcurves.model.growth import GrowthModel
from growthcurves.model.shapes import Seen
from growthcurves.numerics.times import printed_before
from growthcurves.remembered import remembered

#: So many different times are kept exactly.
MOST_TIMES = 1_000_000


@dataclass
class Counts:
    """Different numbers in ascending order, and how often each was seen.

    Examples
    --------
    >>> counts = Counts()
    >>> counts.add(np.array([2.0, 0.0, 2.0])); counts.add(np.array([1.0, 2.0]))
    >>> counts.values.tolist(), counts.times.tolist(), counts.at([0.5])
    ([0.0, 1.0, 2.0], [1, 1, 3], [2.0])
    """

    values: np.ndarray = field(default_factory=lambda: np.empty(0))
    times: np.ndarray = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def add(self, seen: np.ndarray, counts: np.ndarray | None = None) -> None:
        """Count these numbers, each once or so often."""
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

    def coarser(self) -> None:
        """Numbers rounded to a grid of so many steps over their range, where there are more."""
        step = float(np.ptp(self.values)) / MOST_TIMES
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


@dataclass
class Tally:
    """Counts over all rows.

    Attributes
    ----------
    wave : str or None
        The column of planned occasions, where the shape looks at it.
    exact : bool
        Whether every different time is known; of more than a million they are kept on a grid.
    persons, rows : int
    sizes : Counts
        Of rows per person.
    rows_at, persons_last : Counts
        Of rows by time, and of persons by their last time.
    begin : (float, int)
        The first time of all, and how many persons begin at it.
    waves : dict
        Of rows by time, for each wave.
    """

    wave: str | None = None
    exact: bool = True
    persons: int = 0
    rows: int = 0
    sizes: Counts = field(default_factory=Counts)
    rows_at: Counts = field(default_factory=Counts)
    persons_last: Counts = field(default_factory=Counts)
    begin: tuple[float, int] = (math.inf, 0)
    waves: dict[Any, Counts] = field(default_factory=dict)

    def see(self, panel: Panel) -> None:
        """Count the rows of a panel of whole persons."""
        self.persons += panel.persons.count
        self.rows += len(panel)
        self.sizes.add(panel.persons.sizes.astype(np.float64))
        if panel.time is None:
            return
        first, last = ends_of_persons(panel)
        points = points_of_times(panel)
        self.rows_at.add(panel.times) if points is None else self.rows_at.add(points.values, points.counts)
        self.persons_last.add(last)
        self._begin(first)
        for counts in (self.rows_at, self.persons_last):
            if len(counts.values) > MOST_TIMES:
                self.exact = False
                counts.coarser()
        if self.wave is not None:
            self._by_wave(panel)

    def _begin(self, first: np.ndarray) -> None:
        lowest, count = float(first.min()), self.begin[1]
        if lowest < self.begin[0]:
            self.begin, count = (lowest, 0), 0
        self.begin = (self.begin[0], count + int((first == self.begin[0]).sum()))

    def _by_wave(self, panel: Panel) -> None:
        waves, codes = np.unique(np.asarray(raw_array(panel.frame, str(self.wave))), return_inverse=True)
        for code, wave in enumerate(waves.tolist()):
            self.waves.setdefault(wave, Counts()).add(panel.times[codes.reshape(-1) == code])

    def merged(self, other: Tally) -> None:
        """Count what another has counted of other persons."""
        self.persons += other.persons
        self.rows += other.rows
        self.sizes.merged(other.sizes)
        self.exact &= other.exact
        self.rows_at.merged(other.rows_at)
        self.persons_last.merged(other.persons_last)
        lowest = min(self.begin[0], other.begin[0])
        self.begin = (lowest, sum(count for first, count in (self.begin, other.begin) if first == lowest))
        for wave, counts in other.waves.items():
            self.waves.setdefault(wave, Counts()).merged(counts)

    @property
    def occasions(self) -> Occasions:
        """How many rows persons have."""
        return Occasions(int(self.sizes.values[0]), int(self.sizes.values[-1]), self.rows / self.persons)

    def observed(self) -> ObservedTimes:
        """What an origin is chosen by."""
        values = self.rows_at.values
        return ObservedTimes(
            float(values[0]), float(values[-1]), lambda: self.rows_at.at([0.5])[0],
            lambda: self.begin[1] == self.persons,
        )  # fmt: skip

    def seen(self, time: str, model: GrowthModel) -> Seen:
        """What a shape learns from: the different times; of waves two rows each, whose median is that of all.

        Raises
        ------
        ModelError
            Where these are more than are kept and the shape takes something from them.
        """
        if not self.exact and model.growth_shape.learned(Seen(self.rows_at.values, time)) != model.growth_shape:
            raise ModelError(
                f"{time!r} has more than {MOST_TIMES:,} different values, from which {model.growth_shape.name!r} would "
                f"take its knots: give the knots in the model."
            )
        if self.wave is None:
            return Seen(self.rows_at.values, time)
        middle = {wave: _middle(counts) for wave, counts in self.waves.items()}
        times = np.array([one for pair in middle.values() for one in pair])
        return Seen(times, time, np.array([wave for wave in middle for _ in range(2)]), self.wave)

    def facts(self) -> TimeFacts | None:
        """The times in a few numbers; None without time."""
        if not len(self.rows_at.values):
            return None
        values, last = self.rows_at.values, self.persons_last
        away = np.abs(values - (float(values[0]) + float(values[-1])) / 2.0)
        middle = float(values[away <= away.min() * (1 + 1e-9)].max())
        waves = tuple(values.tolist())
        if len(waves) > MOST_WAVES:
            waves = tuple(np.unique(self.rows_at.at([0, 0.25, 0.5, 0.75, 1])).tolist())
        needed = max(math.ceil(self.persons / 3), min(10, math.ceil(self.persons / 2)))
        later = np.cumsum(last.times[::-1])[::-1]
        reached = float(last.values[np.flatnonzero(later >= needed)[-1]])
        if reached not in waves:
            reached = max(printed_before(reached), float(values[0]))
        reaching = int(last.times[last.values >= reached].sum())
        mean = float(values @ self.rows_at.times / self.rows)
        return TimeFacts(float(values[0]), float(values[-1]), middle, waves, reached, reaching, mean)


def _middle(counts: Counts) -> tuple[float, float]:
    """The two order statistics whose mean is the median."""
    ends = np.cumsum(counts.times)
    places = ((int(ends[-1]) - 1) // 2, int(ends[-1]) // 2)
    low, high = (float(counts.values[np.searchsorted(ends, place, side="right")]) for place in places)
    return low, high


@remembered
def ends_of_persons(panel: Panel) -> tuple[np.ndarray, np.ndarray]:
    """The first and the last time of each person, (N,) each."""
    times, persons, points = panel.times, panel.persons, points_of_times(panel)
    if points is not None and points.in_turn and persons.starts is not None and (persons.sizes == len(points)).all():
        return np.full(persons.count, points.values[0]), np.full(persons.count, points.values[-1])
    if persons.starts is None:
        first, last = np.full(persons.count, np.inf), np.full(persons.count, -np.inf)
        np.minimum.at(first, persons.codes, times)
        np.maximum.at(last, persons.codes, times)
        return first, last
    back = times[1:] < times[:-1]
    back[persons.starts[1:] - 1] = False
    if not back.any():
        return times[persons.starts], times[np.append(persons.starts[1:], persons.rows) - 1]
    return np.minimum.reduceat(times, persons.starts), np.maximum.reduceat(times, persons.starts)
