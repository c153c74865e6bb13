"""Sums over all rows, whoever's they are: what the columns' ranks, scales and standard coordinates are found in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from growthcurves.engine.sums.design import Terms
from growthcurves.engine.sums.rows import CHUNK_ROWS
from growthcurves.engine.sums.rows_of_model import Rows
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.products import long_sum
from growthcurves.numerics.threads import in_order


class Totals(Protocol):
    """Sums over all rows, about provisional centres.

    Attributes
    ----------
    terms : Terms
    total : (p_closed + 1, p_closed + 1) array
        [X y]'[X y] in closed centred coordinates.
    gram : (q_closed, q_closed) array
        Z'Z in closed centred coordinates.
    rows, persons : int or float
        How many there are; where they are weighted, how many they stand for.
    counted : (int, int) or None
        How many rows and persons were seen, where these are weighted.
    row_centre, weight_centre : arrays
    """

    @property
    def terms(self) -> Terms: ...
    @property
    def total(self) -> Array: ...
    @property
    def gram(self) -> Array: ...
    @property
    def rows(self) -> float: ...
    @property
    def persons(self) -> float: ...
    @property
    def counted(self) -> tuple[int, int] | None: ...
    @property
    def row_centre(self) -> Array: ...
    @property
    def weight_centre(self) -> Array: ...


@dataclass(frozen=True, eq=False)
class RowTotals:
    """`Totals` straight from the rows, without those of single persons."""

    terms: Terms
    total: Array
    gram: Array
    rows: float
    persons: float
    row_centre: Array
    weight_centre: Array
    counted: tuple[int, int] | None = None

    @classmethod
    def of(cls, rows: Rows) -> RowTotals:
        """One pass over the rows."""
        terms, n = rows.terms, len(rows.outcome)
        closed = [*terms.x_closed, *((k, 0) for k in terms.z_closed if (k, 0) not in terms.x_closed)]
        columns = [*rows.stored, rows.outcome]
        row_centre, weight_centre = rows.about
        weights = [weight - centre for weight, centre in zip(rows.weights, weight_centre[1:], strict=True)]
        stands = rows.stands

        def piece(part: slice) -> Array:
            codes, wide = rows.codes[part], np.empty((len(closed) + 1, part.stop - part.start))
            stored = {0: np.ones(wide.shape[1])}
            for k in {*(k for k, _ in closed), len(columns)} - {0}:
                stored[k] = np.subtract(columns[k - 1][part], row_centre[k], dtype=np.float64)
            for j, (k, w) in enumerate(closed):
                wide[j] = stored[k] * weights[w - 1][codes] if w else stored[k]
            wide[-1] = stored[len(columns)]
            return long_sum(wide if stands is None else wide * stands[codes], wide.T)

        parts = [slice(first, min(first + CHUNK_ROWS, n)) for first in range(0, n, CHUNK_ROWS)]
        found = sum(in_order(piece, parts), np.zeros((len(closed) + 1,) * 2))
        in_x = [*range(len(terms.x_closed)), len(closed)]
        in_z = [closed.index((k, 0)) for k in terms.z_closed]
        count: tuple[float, float] = (n, rows.persons)
        counted = None if stands is None else (n, rows.persons)
        if stands is not None:
            count = float(stands[rows.codes].sum()), float(stands.sum())
        return cls(terms, found[np.ix_(in_x, in_x)], found[np.ix_(in_z, in_z)], *count,
                   row_centre, weight_centre, counted)  # fmt: skip
