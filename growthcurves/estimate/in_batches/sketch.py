"""Rows of real persons from which a recipe is learned as from all rows: those who bring something new.

A recipe depends on which times, levels and extremes there are, and on what varies within persons; each of these is
brought by some person, who is kept. What depends on how often something occurs is counted (`tally`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.counts import Counts
from growthcurves.data.levels import factorized
from growthcurves.data.panel import Panel
from growthcurves.data.person_ends import ends_of_persons
from growthcurves.data.points import points_of_times
from growthcurves.data.sources.places import joined
from growthcurves.estimate.in_batches.reading import positions
from growthcurves.model.person_level import person_level

#: The first persons, so many, are kept whatever they bring.
FIRST_PERSONS = 20_000
#: So many rows with the lowest, and with the highest, value of a column are kept with their persons.
OF_AN_END = 6
#: So many different values of a column are told apart; a column with more is one of measurements, or of names.
MOST_LEVELS = 2_000


@dataclass
class Sketch:
    """Persons who bring something new.

    Attributes
    ----------
    columns : tuple of str
        Whose levels, extremes and variation matter: outcome, predictors, units.
    coded : frozenset of str
        Columns of numbers whose different values matter, as levels or units.
    rows : list of DataFrame
        All rows of those persons.
    persons : int
        How many they are.
    whole : bool
        Whether everybody was kept.
    varying : dict of str to bool
        Whether a column varies within some person.
    """

    columns: tuple[str, ...]
    coded: frozenset[str] = frozenset()
    most: int = field(default_factory=lambda: FIRST_PERSONS)
    rows: list[pd.DataFrame] = field(default_factory=list)
    persons: int = 0
    whole: bool = True
    varying: dict[str, bool] = field(default_factory=dict)
    _ends: dict[tuple[str, str], tuple[float, int]] = field(default_factory=dict)
    _levels: dict[str, set[Any] | None] = field(default_factory=dict)
    _numbers: dict[str, Counts | None] = field(default_factory=dict)
    _span: float = -1.0
    _size: int = 0

    def see(self, panel: Panel) -> None:
        """Keep who brings something new."""
        room = self.most - self.persons
        new = set(self._new(panel))
        if room >= panel.persons.count:
            self._keep(panel.data, panel.persons.count)
            return
        self.whole = False
        who = np.union1d(np.arange(max(room, 0)), np.array(sorted(new), dtype=int)).astype(int)
        if len(who):
            labels = panel.persons.labels[who]
            self._keep(panel.data[positions(panel, labels)], len(who))

    def _keep(self, rows: pd.DataFrame, persons: int) -> None:
        self.rows.append(rows)
        self.persons += persons

    def merged(self, other: Sketch) -> None:
        """Keep those whom another has kept of other rows; some of them may bring nothing new here."""
        self.rows += other.rows
        self.persons += other.persons
        self.whole &= other.whole
        for name, varies in other.varying.items():
            self.varying[name] = self.varying.get(name, False) or varies

    def table(self) -> pd.DataFrame:
        """The rows of all who were kept, in their order in the source where their labels tell it."""
        found = joined(self.rows)
        told = found.index.is_unique and not found.index.is_monotonic_increasing
        return found.sort_index() if told and pd.api.types.is_integer_dtype(found.index.dtype) else found

    # ------------------------------------------------ who is new

    def _new(self, panel: Panel) -> Iterable[int]:
        people = person_level(panel)
        for name in self.columns:
            if not self.varying.get(name):
                person = people.varies_for(name)
                self.varying[name] = person is not None
                yield from [] if person is None else [person]
            if name != panel.outcome and not self.varying[name]:  # one value of each person tells all
                yield from self._places(name, people.value(name), partial(people.coded, name))
                continue
            values = panel.values if name == panel.outcome else people.rows(name)
            yield from panel.persons.whose(self._places(name, values, partial(factorized, panel, name)))
        yield from self._longest(panel)
        if panel.time is not None:
            yield from panel.persons.whose(self._of_time(panel, panel.time))

    def _places(self, name: str, values: Any, coded: Callable[[], tuple[np.ndarray, Any]]) -> list[int]:
        """The places of values that bring something new."""
        if isinstance(values, np.ndarray) and values.dtype.kind in "iuf":
            return [*self._extremes(name, values), *(self._new_numbers(name, values) if name in self.coded else [])]
        known = self._levels.setdefault(name, set())
        return [] if known is None else self._first_of(name, known, *coded())

    def _of_time(self, panel: Panel, name: str) -> list[int]:
        """Rows that bring new times; of few different times one row of each is looked at."""
        points = points_of_times(panel)
        times = panel.times if points is None else points.values
        found = [*self._extremes(name, times), *(self._new_numbers(name, times) if name in self.coded else [])]
        return found if points is None else points.first[found].tolist()

    def _extremes(self, name: str, values: np.ndarray) -> list[int]:
        """Rows at either end of all that was seen so far: some of them, as a code for missing is one that repeats."""
        ends = {"low": float(values.min()), "high": float(values.max())}
        return [row for side, end in ends.items() for row in self._at_end(name, side, end, values)]

    def _at_end(self, name: str, side: str, end: float, values: np.ndarray) -> list[int]:
        known, kept = self._ends.get((name, side), (end, 0))
        if end != known:
            if (end > known) == (side == "low"):
                return []
            kept = 0
        if kept >= OF_AN_END:
            return []
        there = np.flatnonzero(values == end)
        found = there[np.linspace(0, len(there) - 1, min(len(there), OF_AN_END - kept)).astype(int)].tolist()
        self._ends[name, side] = (end, kept + len(found))
        return found

    def _new_numbers(self, name: str, values: np.ndarray) -> list[int]:
        """The first row of each number that is new, of columns of few different ones: they may be codes of levels."""
        known = self._numbers.setdefault(name, Counts())
        if known is None:
            return []
        new = known.new(values)
        found = np.unique(values[new[:: 1 + len(new) // MOST_LEVELS]])
        if len(known.values) + len(found) > MOST_LEVELS // 2:
            self._numbers[name] = None
            return []
        if not len(new):
            return []
        found, first = np.unique(values[new], return_index=True)
        known.add(found)
        return new[first].tolist()

    def _first_of(self, name: str, known: set[Any], codes: np.ndarray, labels: Any) -> list[int]:
        there = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=len(labels)))
        if len(there) > MOST_LEVELS:
            self._levels[name] = None
            there = there[:MOST_LEVELS]
        new = [code for code in there.tolist() if labels[code] not in known]
        known.update(labels[code] for code in new)
        return [int((codes == code).argmax()) for code in new]

    def _longest(self, panel: Panel) -> list[int]:
        """Who has the most rows, and who was followed for the longest time."""
        found, sizes = [], panel.persons.sizes
        if int(sizes.max()) > self._size:
            self._size = int(sizes.max())
            found.append(int(sizes.argmax()))
        if panel.time is not None:
            first, last = ends_of_persons(panel)
            if float((last - first).max()) > self._span:
                self._span = float((last - first).max())
                found.append(int((last - first).argmax()))
        return found
