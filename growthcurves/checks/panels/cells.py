"""Rows in cells along time: those of the occasions, or ranges of time that hold equally many."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from growthcurves.checks.look import Look
from growthcurves.checks.occasions import FEWEST, occasions_of
from growthcurves.numerics.arrays import Array

#: Ranges where there are no common occasions.
RANGES = 8


class Cells(NamedTuple):
    """Each row's place among the cells (-1 for none), and their mean values of what they are along."""

    places: Array
    middles: Array

    @property
    def members(self) -> Array:
        """Whether each row is in each cell, (k, n)."""
        return 1.0 * (self.places == np.arange(len(self.middles))[:, None])

    @property
    def averaging(self) -> Array:
        """The matrix (k, n) that takes values of the rows to means of the cells."""
        members = self.members
        return members / members.sum(axis=1, keepdims=True)


def time_cells(look: Look) -> Cells:
    """The occasions, or ranges of time."""
    occasions = occasions_of(look)
    return ranges(look.times) if occasions is None else Cells(occasions.places, occasions.times)


def ranges(values: Array, most: int = RANGES) -> Cells:
    """Ranges that hold equally many rows, as far as equal values allow."""
    count = int(np.clip(len(values) // (2 * FEWEST), 1, most))
    edges = np.unique(np.quantile(values, np.linspace(0, 1, count + 1)[1:-1]))
    _, places = np.unique(np.searchsorted(edges, values, side="right"), return_inverse=True)
    return Cells(places, np.bincount(places, weights=values) / np.bincount(places))


def rank_groups(values: Array, count: int) -> Array:
    """Groups 0, 1, ... of equal size by the rank of values (n, r) in each column, (n, r)."""
    ranks = np.argsort(np.argsort(values, axis=0, kind="stable"), axis=0)
    return ranks * count // len(values)
