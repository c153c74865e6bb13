"""Where the outcome's variance lies, from sums that add up over rows which are not kept."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from growthcurves.data.persons import Persons


@dataclass
class OutcomeSums:
    """Sums of outcomes about a centre, which is the mean of the first rows.

    Attributes
    ----------
    persons, rows : int
    centre : float
    total, squares : float
        Sums of the outcomes less the centre, and of their squares.
    between : float
        Sum over persons of the rows of each times the square of its mean less the centre.
    sizes : float
        Sum over persons of the squared number of rows.
    low, high : float
        The ends.

    Examples
    --------
    >>> sums = OutcomeSums()
    >>> for who, values in ((1, [1.0, 3.0]), (2, [5.0, 7.0])):
    ...     sums.add(Persons.of(np.array([who, who])), np.array(values))
    >>> sums.mean, round(sums.sd, 4), sums.variances
    (4.0, 2.582, (7.0, 2.0))
    """

    persons: int = 0
    rows: int = 0
    centre: float = math.nan
    total: float = 0.0
    squares: float = 0.0
    between: float = 0.0
    sizes: float = 0.0
    low: float = math.inf
    high: float = -math.inf

    def add(self, persons: Persons, values: np.ndarray) -> None:
        """Take the outcomes (n,) of further persons."""
        if not self.rows:
            self.centre = float(values.mean())
        away, sizes = values - self.centre, persons.sizes
        sums = (
            np.bincount(persons.codes, away, persons.count)
            if persons.starts is None else np.add.reduceat(away, persons.starts)
        )  # fmt: skip
        self.persons += persons.count
        self.rows += len(values)
        self.total += float(away.sum())
        self.squares += float(away @ away)
        self.between += float(sums**2 @ (1.0 / sizes))
        self.sizes += float(sizes @ sizes)
        self.low, self.high = min(self.low, float(values.min())), max(self.high, float(values.max()))

    def merged(self, other: OutcomeSums) -> None:
        """Take what another has of other persons, about this centre."""
        if not other.rows:
            return
        if not self.rows:
            self.centre = other.centre
        moved = other.centre - self.centre
        more = 2.0 * moved * other.total + other.rows * moved**2
        self.persons += other.persons
        self.rows += other.rows
        self.total += other.total + other.rows * moved
        self.squares += other.squares + more
        self.between += other.between + more
        self.sizes += other.sizes
        self.low, self.high = min(self.low, other.low), max(self.high, other.high)

    @property
    def mean(self) -> float:
        """Over the rows."""
        return self.centre + self.total / self.rows

    @property
    def sd(self) -> float:
        """Over the rows; NaN of one."""
        if self.rows < 2:
            return math.nan
        return math.sqrt(max(self.squares - self.total**2 / self.rows, 0.0) / (self.rows - 1))

    @property
    def variances(self) -> tuple[float, float]:
        """Between and within persons, as `data.describe.variance_components`."""
        if self.persons < 2 or self.persons == self.rows:
            return math.nan, math.nan
        within = max(self.squares - self.between, 0.0) / (self.rows - self.persons)
        mean_square = (self.between - self.total**2 / self.rows) / (self.persons - 1)
        typical = (self.rows - self.sizes / self.rows) / (self.persons - 1)
        return (mean_square - within) / typical, within
