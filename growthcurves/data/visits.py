"""What a description of a panel counts, over batches of whole persons whose rows are then forgotten."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.counts import Counts
from growthcurves.data.describe import PanelSummary, person_time_order, repeated_rows, share_between
from growthcurves.data.grid import NO_TIME, why_no_grid
from growthcurves.data.outcome_sums import OutcomeSums
from growthcurves.data.panel import Panel
from growthcurves.data.points import points_of_times
from growthcurves.data.seen import SeenWhen
from growthcurves.data.sightings import Sightings
from growthcurves.data.vocabulary import Vocabulary


@dataclass
class Schedules:
    """Different sets of visit times, each known by a number that is made of them.

    Examples
    --------
    >>> schedules = Schedules()
    >>> schedules.add(np.array([0.0, 1.0, 0.0, 1.0, 0.0]), np.array([0, 2, 4]))
    >>> schedules.count
    2
    """

    parts: list[np.ndarray] = field(default_factory=list)
    held: int = 0

    def add(self, times: np.ndarray, starts: np.ndarray) -> None:
        """Take the times (n,) of persons whose rows begin at these places."""
        self._take(pd.unique(np.add.reduceat(_mixed(times), starts)))

    def merged(self, other: Schedules) -> None:
        """Take those of other persons."""
        for part in other.parts:
            self._take(part)

    def _take(self, part: np.ndarray) -> None:
        self.parts.append(part)
        if sum(map(len, self.parts)) > 2 * self.held + 1000:
            self.parts = [pd.unique(np.concatenate(self.parts))]
            self.held = len(self.parts[0])

    @property
    def count(self) -> int:
        """How many there are."""
        return len(pd.unique(np.concatenate(self.parts))) if self.parts else 0


def _mixed(times: np.ndarray) -> np.ndarray:
    """A whole number for each time, whose sums over different sets of times differ (Steele, Lea and Flood 2014)."""
    mixed = (times + 0.0).view(np.uint64) + np.uint64(0x9E3779B97F4A7C15)  # 0 and -0 are one, and no time is nothing
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
    return mixed ^ (mixed >> np.uint64(31))


@dataclass
class Visits:
    """Counts of persons' visits.

    Attributes
    ----------
    columns : tuple of str
        Columns that may make groups.
    steps : Counts
        Of times between a person's successive occasions.
    repeated : int
        Rows that share person and time with another.
    outcome : OutcomeSums
    schedules : Schedules
    sightings : Sightings
    """

    columns: tuple[str, ...] = ()
    steps: Counts = field(default_factory=Counts)
    repeated: int = 0
    outcome: OutcomeSums = field(default_factory=OutcomeSums)
    schedules: Schedules = field(default_factory=Schedules)
    sightings: Sightings = field(init=False)

    def __post_init__(self) -> None:
        self.sightings = Sightings(self.columns)

    def see(self, panel: Panel) -> None:
        """Count the rows of a panel of whole persons."""
        self.outcome.add(panel.persons, panel.values)
        self.sightings.see(panel)
        if panel.time is not None:
            self._times(panel)

    def _times(self, panel: Panel) -> None:
        persons, times, points = panel.persons, panel.times, points_of_times(panel)
        turn = points is not None and points.in_turn and persons.starts is not None
        if points is not None and turn and (persons.sizes == len(points)).all():  # everybody at the same times
            steps = np.diff(points.values)
            if len(steps):
                self.steps.add(steps, np.full(len(steps), persons.count))
            self.schedules.add(points.values, np.zeros(1, dtype=np.intp))
            return
        self.repeated += int(np.count_nonzero(repeated_rows(persons, times)))
        order = person_time_order(persons, times)
        ordered = times if order is None else times[order]
        starts = np.cumsum(persons.sizes) - persons.sizes
        within = np.ones(max(len(times) - 1, 0), dtype=bool)
        within[starts[1:] - 1] = False  # from one person to the next
        steps = np.diff(ordered)[within]
        if len(steps):
            self.steps.add(steps)
            self.steps.limited()
        self.schedules.add(ordered, starts)

    def merged(self, other: Visits) -> None:
        """Count what another has counted of other persons."""
        if len(other.steps.values):
            self.steps.merged(other.steps)
        self.repeated += other.repeated
        self.outcome.merged(other.outcome)
        self.schedules.merged(other.schedules)
        self.sightings.merged(other.sightings)

    def summary(self, panel: Any, sizes: Counts, rows_at: Counts, words: Vocabulary, counted: str) -> PanelSummary:
        """The description of a panel without rows (its roles, units and reasons), as `Panel.describe` has it.

        `sizes` are rows per person, `rows_at` rows by time.
        """
        between, within = self.outcome.variances
        return PanelSummary(
            names={"id": panel.id, "time": panel.time, "outcome": panel.outcome},
            units={"time": panel.time_unit, "outcome": panel.outcome_unit},
            persons=self.outcome.persons,
            occasions=self.outcome.rows,
            occasions_min=int(sizes.values[0]),
            occasions_median=sizes.at([0.5])[0],
            occasions_max=int(sizes.values[-1]),
            single_occasion=int(sizes.times[sizes.values == 1].sum()),
            **self._time_facts(panel, rows_at, words.over_time),
            outcome_mean=self.outcome.mean,
            outcome_sd=self.outcome.sd,
            outcome_min=self.outcome.low,
            outcome_max=self.outcome.high,
            variance_between=between,
            variance_within=within,
            icc=share_between(between, within),
            dropped=panel.reasons,
            vocabulary=words,
            counted=counted,
        )

    def _time_facts(self, panel: Any, rows_at: Counts, over_time: bool) -> dict[str, Any]:
        found: dict[str, Any] = dict.fromkeys(["schedules", "time_min", "time_max", "spacing", "repeated"])
        if panel.time is None:
            return found
        found |= {"time_min": float(rows_at.values[0]), "time_max": float(rows_at.values[-1])}
        if not over_time:
            return found
        spacing = self.steps.at([0.5])[0] if len(self.steps.values) else None
        return found | {"schedules": self.schedules.count, "spacing": spacing, "repeated": self.repeated}

    def seen(
        self, panel: Any, sizes: Counts, rows_at: Counts, columns: Iterable[str], words: Vocabulary
    ) -> SeenWhen | None:
        """Who was seen when, by columns that vary within nobody; None where too much was to be kept."""
        told = None
        if panel.wave is None:
            most, persons = int(sizes.values[-1]), self.outcome.persons
            told = NO_TIME if panel.time is None else why_no_grid(panel.time, rows_at.times, most, persons, words)
        return self.sightings.finished(str(panel.wave or panel.time), told, columns)
