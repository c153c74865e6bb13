"""The order of rows by person and time, which most tables have already."""

from __future__ import annotations

import numpy as np

from growthcurves.numerics.arrays import Array


def by_person_and_time(codes: Array, time: Array) -> Array:
    """Positions of rows in the order of their persons, and of time within each; rows at one time stay as they are.

    Examples
    --------
    >>> by_person_and_time(np.array([1, 0, 0]), np.array([0.0, 2.0, 1.0])).tolist()
    [2, 1, 0]
    """
    step = np.diff(codes)
    if ((step > 0) | ((step == 0) & (np.diff(time) >= 0))).all():
        return np.arange(len(codes))
    return np.lexsort((time, codes))
