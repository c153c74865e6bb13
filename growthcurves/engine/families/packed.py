"""Few records of a size, filled up to the size of others: what is worked on at once costs its calls, not its rows.

A row that is filled in has no columns, and a linear predictor so low that the lowest outcome is certain: its log
density and all derivatives are zero, and nothing is added. Families in which no outcome is certain are left alone.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from growthcurves.contracts.family import Answers
from growthcurves.engine.families.records import Records
from growthcurves.numerics.arrays import Array

#: A linear predictor at which the lowest outcome is certain, and the rows that may be filled in for a size.
CERTAIN, FEW = -1e4, 500


def packed(groups: list[Records], family: Any) -> list[Records]:
    """The same records in fewer groups, in another order and without their persons."""
    together: list[list[Records]] = []
    for group in groups[::-1]:
        if together and (together[-1][0].size - group.size) * group.count <= FEW:
            together[-1].append(group)
        else:
            together.append([group])
    if len(together) == len(groups) or not _certain(family, groups[0].answers.trials is not None):
        return groups
    return [_joined(some) for some in together]


def _certain(family: Any, trials: bool) -> bool:
    """Whether the lowest outcome is certain at a linear predictor far below all others."""
    one, eta = Answers(np.zeros((1, 1)), np.ones((1, 1)) if trials else None), np.full((1, 1), CERTAIN)
    with np.errstate(all="ignore"):
        parts = (*family.slopes(one, eta), *family.own(one, eta))
    return not any(np.any(part) for part in parts)


def _joined(groups: list[Records]) -> Records:
    """Records of several sizes as records of the size of the first, the largest."""
    size, none = groups[0].size, np.zeros(0, dtype=int)
    trials = None
    if groups[0].answers.trials is not None:
        trials = _filled([group.answers.trials for group in groups], size, 0, 1.0)
    return Records(
        _filled([group.X for group in groups], size, 0, 0.0),
        _filled([group.Z for group in groups], size, 1, 0.0, -1),
        _filled([group.offset for group in groups], size, 0, CERTAIN),
        Answers(_filled([group.answers.value for group in groups], size, 0, 0.0), trials),
        np.concatenate([group.counts for group in groups]),
        none,
        none,
    )


def _filled(parts: list[Any], size: int, rows: int, value: float, records: int = 1) -> Array:
    """Arrays with `size` rows each (axis `rows`), the missing ones of a value, side by side along axis `records`."""
    wide = []
    for part in parts:
        shape = list(part.shape)
        shape[rows] = size - shape[rows]
        wide.append(np.concatenate([part, np.full(shape, value)], axis=rows))
    return np.concatenate(wide, axis=records)
