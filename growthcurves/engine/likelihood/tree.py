"""Units above persons, a level at a time: up for the value, down for what the levels above take, up for its pairs.

All random effects of all levels are combinations of the same r columns, so that a unit is known by G = Z'WZ and
C = Z'W[X y], W the inverse covariance by the levels below it. A unit adds its own covariance D by

    M = D (I + G D)^-1,  Q = I - G M,  P = Q G,  U = Q C,

and hands P and U up, where they add up to G and C of the unit above. See docs/engine.md, section 9.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from growthcurves.numerics.arrays import Array
from growthcurves.numerics.component import identity, times, turned
from growthcurves.numerics.factors import shrinkage


@dataclass(frozen=True, eq=False)
class Cells:
    """Persons of one unit who share a design, in the order of their units.

    Attributes
    ----------
    counts : (c,) array
        Persons in each cell.
    design : (c,) array of int
        Which Z'Z they have.
    C : (r, p + 1, c) array
        Sums of Z_i'[X_i y_i].
    """

    counts: Array
    design: Array
    C: Array


@dataclass(frozen=True, eq=False)
class Tree:
    """Cells, and units of every level above them.

    Attributes
    ----------
    G : (r, r, K) array
        Z'Z of the different designs.
    cells : Cells
    parents : tuple of arrays of int
        The unit above of each cell, then of each unit of the first level above persons, and so on; units are numbered
        in the order of the units above them, and the units of the last level have none.
    stands : tuple of arrays, optional
        By level above persons, how many units of the unit above it each stands for: its conditional sampling weight.
    """

    G: Array
    cells: Cells
    parents: tuple[Array, ...]
    stands: tuple[Array, ...] | None = None

    @cached_property
    def starts(self) -> list[Array]:
        """Where the children of each unit begin, by level."""
        return [np.flatnonzero(np.diff(parent, prepend=-1)) for parent in self.parents]

    @property
    def unit_counts(self) -> tuple[int, ...]:
        """Units of each level above persons."""
        return tuple(int(parent[-1]) + 1 for parent in self.parents)

    @cached_property
    def mass(self) -> list[Array] | None:
        """How many units of the population each stands for, by level; None where each counts once."""
        if self.stands is None:
            return None
        found = [self.stands[-1]]
        for level in range(len(self.stands) - 2, -1, -1):
            found.insert(0, self.stands[level] * found[0][self.parents[level + 1]])
        return found

    def summed(self, level: int, values: Array) -> Array:
        """Sums over the children of each unit, (..., units), of values (..., children); cells are sums already."""
        if level and self.stands is not None:
            values = values * self.stands[level - 1]
        return np.add.reduceat(values, self.starts[level], axis=-1)

    def counted(self, level: int, values: Array) -> Array:
        """Values (..., units) of the units of a level above persons (0 the first), each as often as it counts."""
        return values if self.mass is None else values * self.mass[level]

    def counted_cells(self, values: Array) -> Array:
        """Values (..., cells), each as often as the unit of the cell counts."""
        return values if self.mass is None else values * self.mass[0][self.parents[0]]


class Rung(NamedTuple):
    """The n units of one level after their own random effects.

    `M`, `Q`, `P` and the `G` that they began with are (r, r, n); `MC`, which is M C, and `U` are (r, p + 1, n).
    """

    M: Array
    MC: Array
    Q: Array
    P: Array
    U: Array
    G: Array


class Climbed(NamedTuple):
    """The way up: log determinant and explained part of the levels above persons, and what every level leaves.

    `P` (r, r, K) is that of a person by design, `U` (r, p + 1, c) sums over the persons of a cell; `explained` is
    (p + 1, p + 1), and `rungs` are of the levels above persons, the lowest first.
    """

    log_det: float
    explained: Array
    P: Array
    U: Array
    rungs: list[Rung]


def climb(tree: Tree, D: Sequence[Array]) -> Climbed:
    """Evaluate the levels above persons, at relative covariances of every level, persons first."""
    _, M = shrinkage(tree.G, D[0])
    Q = identity(len(tree.G)) - times(tree.G, M)
    P, cells = times(Q, tree.G), tree.cells
    first = U = times(Q[..., cells.design], cells.C)
    left, log_det, rungs = cells.counts * P[..., cells.design], 0.0, []
    explained = np.zeros((U.shape[1], U.shape[1]))
    for level, above in enumerate(D[1:]):
        G, C = tree.summed(level, left), tree.summed(level, U)
        logs, M = shrinkage(G, above)
        MC = times(M, C)
        log_det += float(tree.counted(level, logs).sum())
        explained = explained + np.tensordot(C, tree.counted(level, MC), ((0, 2), (0, 2)))
        Q = identity(len(G)) - times(G, M)
        left, U = times(Q, G), C - times(G, MC)
        rungs.append(Rung(M, MC, Q, left, U, G))
    return Climbed(log_det, explained, P, first, rungs)


class Taken(NamedTuple):
    """What a unit's own level and all above it take from its children: of Z'WZ P omega P, of Z'W[X y] P share.

    `omega` is (r, r, n), `share` (r, p + 1, n) of n units.
    """

    omega: Array
    share: Array


def descend(tree: Tree, rungs: Sequence[Rung]) -> list[Taken]:
    """Down from the top, by level: V^-1 = W - W Z omega Z'W within each unit, all levels together.

    Arrays of replicates have an axis of these before that of the units.
    """
    found: list[Taken] = []
    for level in range(len(rungs) - 1, -1, -1):
        here = rungs[level]
        if not found:
            found.append(Taken(here.M, here.MC))
            continue
        omega, share = (part[..., tree.parents[level + 1]] for part in found[0])
        omega = here.M + times(turned(here.Q), times(omega, here.Q))
        found.insert(0, Taken(omega, here.MC + times(turned(here.Q), share)))
    return found
