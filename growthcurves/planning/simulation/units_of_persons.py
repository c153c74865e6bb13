"""In which units above persons each person of a study is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from growthcurves.numerics.arrays import Array
from growthcurves.planning.study import Study
from growthcurves.planning.units import Units


def units_of_persons(study: Study, arms: Sequence[Any]) -> dict[str, Array]:
    """The unit of each level that each person is in, from the persons' arms.

    Units that are randomised, and those inside them, hold persons of one arm; others hold arms in their proportions.
    """
    found: dict[str, Array] = {}
    places = {arm: place for place, arm in enumerate(study.arms)}
    side, below = np.array([places[arm] for arm in arms]), np.arange(len(arms))
    order = ["person", *study.levels]
    for name, units in study.levels.items():
        within = order.index(name) <= order.index(study.randomised)
        members = side[np.unique(below, return_index=True)[1]]
        below = (_apart if within else _mixed)(members, units)[below]
        found[name] = below
    return found


def _apart(side: Array, units: Units) -> Array:
    """Units of members of one side each."""
    out, first = np.empty(len(side), dtype=int), 0
    for one in np.unique(side):
        mine = np.flatnonzero(side == one)
        number = None if units.number is None else max(round(units.number * len(mine) / len(side)), 1)
        out[mine] = first + _filled(len(mine), units.sizes, number)
        first = int(out[mine].max()) + 1
    return out


def _mixed(side: Array, units: Units) -> Array:
    """Units in each of which sides have their share."""
    place = np.empty(len(side))
    for one in np.unique(side):
        mine = np.flatnonzero(side == one)
        place[mine] = (np.arange(len(mine)) + 0.5) / len(mine)
    out = np.empty(len(side), dtype=int)
    number = None if units.number is None else round(units.number)
    out[np.argsort(place, kind="stable")] = _filled(len(side), units.sizes, number)
    return out


def _filled(count: int, sizes: tuple[float, ...], number: int | None) -> Array:
    """Codes of members that fill units of these sizes in turn, or so many units evenly."""
    if number is not None:
        return (np.arange(count) * number) // count
    ends = np.rint(np.cumsum(np.resize(sizes, count)))
    return np.searchsorted(ends, np.arange(count), side="right")
