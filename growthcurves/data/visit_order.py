"""The order of visits that are named by text: by the number that each holds, else as persons' rows tell it."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

_NUMBERED = re.compile(r"(\D*?)\s*(\d+(?:\.\d+)?)\s*(\D*)")


def numbered(labels: Sequence[str]) -> np.ndarray | None:
    """The number that each label holds, where they are else the same: V1, V2, V10; None where they are not.

    Examples
    --------
    >>> numbered(["Week 8", "Week 12"]), numbered(["baseline", "week 4"])
    (array([ 8., 12.]), None)
    """
    found = [_NUMBERED.fullmatch(str(label).strip()) for label in labels]
    parts = {(one[1].lower(), one[3].lower()) for one in found if one is not None}
    if None in found or len(parts) != 1:
        return None
    return np.array([float(one[2]) for one in found if one is not None])


def order_in_rows(codes: np.ndarray, persons: np.ndarray, count: int) -> list[int] | None:
    """The order of visits in which every person's rows stand; None where rows contradict each other, or do not tell.

    Parameters
    ----------
    codes : (n,) array of int
        Visit of each row, -1 where it is missing.
    persons : (n,) array of int
    count : int
        Visits.
    """
    known = codes >= 0
    order = np.argsort(persons[known], kind="stable")
    visits, owners = codes[known][order], persons[known][order]
    before = np.zeros((count, count), dtype=bool)
    same = owners[1:] == owners[:-1]
    before[visits[:-1][same], visits[1:][same]] = True
    found: list[int] = []
    left = list(range(count))
    while left:
        first = [visit for visit in left if not before[left, visit].any()]
        if len(first) != 1:
            return None
        found.append(first[0])
        left.remove(first[0])
    return found
