"""Persons who are asked for by their ids."""

from __future__ import annotations

from typing import Any

import numpy as np

from growthcurves.data.panel import Panel
from growthcurves.data.source import show_id
from growthcurves.errors import DataError, unknown
from growthcurves.numerics.bounds import several


def positions_of(panel: Panel, ids: Any) -> np.ndarray:
    """Positions of these persons among the persons of the panel, in the order given.

    Raises
    ------
    DataError
        For an id that the panel does not have, with the nearest one.
    """
    if ids is None:
        return np.zeros(0, dtype=int)
    asked = several(ids)
    place = {show_id(label): position for position, label in enumerate(panel.persons.labels)}
    for label in asked:
        if show_id(label) not in place:
            raise DataError(unknown(f"person in {panel.id!r}", show_id(label), list(place)[:1000]))
    return np.array([place[show_id(label)] for label in asked], dtype=int)
