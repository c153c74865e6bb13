"""When to see persons: the visit times that tell most of an effect, over a given duration."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations, pairwise
from math import comb
from typing import Any

import numpy as np

from growthcurves.numerics.arrays import Array
from growthcurves.planning.asked import Asked
from growthcurves.planning.assumed import assumed
from growthcurves.planning.design import Design
from growthcurves.planning.prices import persons_and_visits
from growthcurves.planning.question import question
from growthcurves.planning.study import Study

#: Up to so many schedules on a grid are all looked at.
MOST_SCHEDULES = 300
#: Places of a visit that are looked at between its neighbours, before the best of them is refined.
PLACES = 7
#: A search ends where a round over all visits gains less than this share.
GAIN = 1e-5

Times = tuple[float, ...]


@dataclass(frozen=True, eq=False)
class Search:
    """Visits between a first and a last one that stay where they are.

    Attributes
    ----------
    asked : Asked
    persons : float
    apart : float
        The shortest time between two visits.
    grid : tuple of float or None
        Where visits can be; None for anywhere.
    cost : dict or None
        Prices of a person and of a visit.
    """

    asked: Asked
    persons: float
    apart: float
    grid: Times | None = None
    cost: Mapping[str, Any] | None = None
    _known: dict[Times, float] = field(default_factory=dict)

    def best(self, start: Times) -> Times:
        """The schedule of as many visits with the lowest criterion that is found, from several beginnings."""
        if self.grid is not None and comb(max(len(self.grid) - 2, 0), len(start) - 2) <= MOST_SCHEDULES:
            return min(self._all(start), key=self.criterion, default=start)
        beginnings = [one for one in self._beginnings(start) if self.allowed(one)]
        return min(map(self._from, beginnings), key=self.criterion, default=start)

    def criterion(self, times: Times) -> float:
        """The variance of the estimate times what a person costs with the visits that are expected."""
        if times not in self._known:
            study = self.study(times)
            self._known[times] = self.variance(times) * (1.0 if self.cost is None else self.price(study))
        return self._known[times]

    def study(self, times: Times) -> Study:
        """The study with these visits."""
        return self.asked.varied({"times": list(times)}).study

    def variance(self, times: Times) -> float:
        """Of what is tested; of several differences the geometric mean of the axes of their confidence region."""
        one = self.asked.varied({"times": list(times)})
        design = Design.of(one.study, assumed(one.study, one.options), False)
        L = question(design, one.term, one.at, one.since).L
        information = design.information(self.persons)
        information.refuse_undivided(L, design.terms)
        return float(np.linalg.det(L @ information.covariance @ L.T)) ** (1.0 / len(L))

    def price(self, study: Study) -> float:
        """What a person costs on average."""
        assert self.cost is not None
        return persons_and_visits(study, self.cost, study.arms)[0]

    # ------------------------------------------------ schedules

    def allowed(self, times: Sequence[float]) -> bool:
        """Whether visits are far enough from each other."""
        return all(later - earlier >= self.apart * (1 - 1e-9) for earlier, later in pairwise(times))

    def _all(self, start: Times) -> Iterator[Times]:
        assert self.grid is not None
        for inner in combinations(self.grid[1:-1], len(start) - 2):
            times = (start[0], *inner, start[-1])
            if self.allowed(times):
                yield times

    def _beginnings(self, start: Times) -> Iterator[Times]:
        """The given visits, and visits at both ends, of which more are late, or more are early."""
        first, last, n = start[0], start[-1], len(start)
        yield self._onto_grid(start)
        for early in {1, n // 2, n - 1}:
            head = [first + self.apart * place for place in range(early)]
            tail = [last - self.apart * place for place in range(n - early)][::-1]
            yield self._onto_grid((*head, *tail))

    def _onto_grid(self, times: Times) -> Times:
        """The visits at the nearest places of the grid that are free."""
        if self.grid is None:
            return times
        places: list[int] = []
        for time in times:
            free = [k for k in range(len(self.grid)) if k not in places]
            places.append(min(free, key=lambda k: abs(self.grid[k] - time)))  # type: ignore[index]
        return tuple(self.grid[k] for k in sorted(places))

    def _from(self, times: Times) -> Times:
        """Visits are moved one after the other, for as long as that gains something."""
        now = self.criterion(times)
        while True:
            for place in range(1, len(times) - 1):
                times = min((times, *self._moved(times, place)), key=self.criterion)
            found = self.criterion(times)
            if not found < now * (1.0 - GAIN):
                return times
            now = found

    def _moved(self, times: Times, place: int) -> Iterator[Times]:
        """The schedules in which one visit is elsewhere between its neighbours."""
        low, high = times[place - 1] + self.apart, times[place + 1] - self.apart

        def at(time: float) -> Times:
            return (*times[:place], float(time), *times[place + 1 :])

        if self.grid is not None:
            yield from (at(time) for time in self.grid if low - 1e-9 <= time <= high + 1e-9)
            return
        places = np.linspace(low, high, PLACES)
        values = [self.criterion(at(time)) for time in places]
        yield from (at(time) for time in places)
        yield at(self._refined(at, places, int(np.argmin(values))))

    def _refined(self, at: Any, places: Array, best: int) -> float:
        """The lowest point about one of several places."""
        from scipy.optimize import minimize_scalar

        low, high = places[max(best - 1, 0)], places[min(best + 1, len(places) - 1)]
        if not high > low:
            return float(low)
        options = {"xatol": 1e-3 * (places[-1] - places[0])}
        return float(minimize_scalar(lambda x: self.criterion(at(x)), (low, high), (low, high), method="bounded",
                                     options=options).x)  # fmt: skip
