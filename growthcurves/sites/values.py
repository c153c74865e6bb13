"""What sums tell where values are few or end somewhere: then they are counts, and held to the rule of cells."""

from __future__ import annotations

import numpy as np

from growthcurves.numerics.arrays import Array
from growthcurves.sites.digits import Scale

#: A sum and a sum of squares say how many have each of so many values.
FEW = 3


def rare_value(outcomes: Array, min_cell: int) -> bool:
    """Whether at some occasion of outcomes (N, s) that have few values one is of fewer than `min_cell` persons."""
    counts = (np.unique(column, return_counts=True)[1] for column in outcomes.T)
    return any(len(one) <= FEW and one.min() < min_cell for one in counts)


def at_an_end(values: Array, scales: list[Scale], min_cell: int, nobody: bool) -> bool:
    """Whether a sum over persons (m, d) is so near its least or largest that few of them can be away from there.

    Whoever knows where a scale ends knows that they are all at that end, or how few are not. `nobody` lets a sum pass
    that is at the end itself, as cells of nobody are told.
    """
    for column, scale in zip(values.T, scales, strict=True):
        for steps in (scale.above(column).sum(), scale.below(column).sum()):
            if steps < min_cell and not (nobody and steps == 0.0):
                return True
    return False


def few_at_both(outcomes: Array, scale: Scale, min_cell: int) -> bool:
    """Whether sums of products of two occasions of outcomes (N, s) say that a few are away from an end at both."""
    above, below = scale.above(outcomes), scale.below(outcomes)
    products = np.concatenate([above.T @ above, above.T @ below, below.T @ below])
    return bool(((products > 0.0) & (products < min_cell)).any())
