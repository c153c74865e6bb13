"""The occasions of a study, where its times are those of a common grid."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from growthcurves.checks.look import Look
from growthcurves.data.grid import grid_of
from growthcurves.errors import NotEstimableError
from growthcurves.numerics.arrays import Array

#: More occasions, or occasions of fewer rows, are not looked at one by one.
MOST, FEWEST = 12, 10


class Occasions(NamedTuple):
    """What they are numbered by (a column), their labels, each row's place among them, and their mean times."""

    name: str
    labels: list[Any]
    places: np.ndarray
    times: np.ndarray


def occasions_of(look: Look) -> Occasions | None:
    """The occasions; None where there are no common ones, or too many."""
    if look.fit.panel.time is None and look.fit.panel.wave is None:
        return None
    try:
        grid = grid_of(look.fit.panel)
    except NotEstimableError:
        return None
    places = grid.codes[look.order]
    counts = np.bincount(places[places >= 0], minlength=grid.count)
    if not 2 <= grid.count <= MOST or counts.min() < FEWEST:
        return None
    times = np.array([look.times[places == place].mean() for place in range(grid.count)])
    return Occasions(grid.name, list(grid.labels), places, times)


def rows_by_occasion(look: Look, occasions: Occasions) -> Array:
    """The row of each person at each occasion, -1 where there is none, (N, K)."""
    rows = np.full((look.persons, len(occasions.labels)), -1)
    there = occasions.places >= 0
    rows[look.person[there], occasions.places[there]] = np.flatnonzero(there)
    return rows
