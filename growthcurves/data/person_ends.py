"""When each person was first and last seen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from growthcurves.data.points import points_of_times
from growthcurves.remembered import remembered

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel


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
