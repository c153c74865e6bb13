"""What is counted over all rows as they pass: persons, their occasions, and the times in a few numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from growthcurves.data import counts as numbers
from growthcurves.data.counts import Counts
from growthcurves.data.frame import raw_array
from growthcurves.data.kept import Kept
from growthcurves.data.panel import Panel
from growthcurves.data.person_ends import ends_of_persons
from growthcurves.data.persons import Occasions
from growthcurves.data.points import points_of_times
from growthcurves.data.time_facts import TimeFacts
from growthcurves.data.visits import Visits
from growthcurves.data.vocabulary import vocabulary
from growthcurves.errors import ModelError
from growthcurves.model.bind import ObservedTimes
from growthcurves.model.growth import GrowthModel
from growthcurves.model.shapes import Seen


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
    columns : tuple of str
        Columns that may make groups of persons.
    visits : Visits
    """

    wave: str | None = None
    columns: tuple[str, ...] = ()
    exact: bool = True
    persons: int = 0
    rows: int = 0
    sizes: Counts = field(default_factory=Counts)
    rows_at: Counts = field(default_factory=Counts)
    persons_last: Counts = field(default_factory=Counts)
    begin: tuple[float, int] = (math.inf, 0)
    waves: dict[Any, Counts] = field(default_factory=dict)
    visits: Visits = field(init=False)

    def __post_init__(self) -> None:
        self.visits = Visits(self.columns)

    def see(self, panel: Panel) -> None:
        """Count the rows of a panel of whole persons."""
        self.persons += panel.persons.count
        self.rows += len(panel)
        self.sizes.add(panel.persons.sizes.astype(np.float64))
        self.visits.see(panel)
        if panel.time is None:
            return
        first, last = ends_of_persons(panel)
        points = points_of_times(panel)
        self.rows_at.add(panel.times) if points is None else self.rows_at.add(points.values, points.counts)
        self.persons_last.add(last)
        self._begin(first)
        for counts in (self.rows_at, self.persons_last):
            self.exact &= not counts.limited()
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
        self.visits.merged(other.visits)
        self.exact &= other.exact
        self.rows_at.merged(other.rows_at)
        self.persons_last.merged(other.persons_last)
        lowest = min(self.begin[0], other.begin[0])
        self.begin = (lowest, sum(count for first, count in (self.begin, other.begin) if first == lowest))
        for wave, counts in other.waves.items():
            self.waves.setdefault(wave, Counts()).merged(counts)

    def kept(self, panel: Any, columns: Iterable[str], counted: str) -> Kept:
        """What is kept of a panel without rows, with those of the columns that vary within nobody."""
        words = vocabulary(panel)
        summary = self.visits.summary(panel, self.sizes, self.rows_at, words, counted)
        return Kept(summary, self.visits.seen(panel, self.sizes, self.rows_at, columns, words))

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
                f"{time!r} has more than {numbers.MOST_VALUES:,} different values, from which "
                f"{model.growth_shape.name!r} would take its knots: give the knots in the model."
            )
        if self.wave is None:
            return Seen(self.rows_at.values, time)
        middle = {wave: _middle(counts) for wave, counts in self.waves.items()}
        times = np.array([one for pair in middle.values() for one in pair])
        return Seen(times, time, np.array([wave for wave in middle for _ in range(2)]), self.wave)

    def facts(self) -> TimeFacts | None:
        """The times in a few numbers; None without time."""
        return TimeFacts.of_counts(self.rows_at, self.persons_last) if len(self.rows_at.values) else None


def _middle(counts: Counts) -> tuple[float, float]:
    """The two order statistics whose mean is the median."""
    ends = np.cumsum(counts.times)
    places = ((int(ends[-1]) - 1) // 2, int(ends[-1]) // 2)
    low, high = (float(counts.values[np.searchsorted(ends, place, side="right")]) for place in places)
    return low, high
