"""The likelihood of normal outcomes with any residual structure and units above persons.

What is independent are the units of the highest level: each is a block of rows with a covariance matrix of its own,
V = sum over levels of Z D Z' between rows of one unit, and R between those of one person. Everything else is as without
units (docs/engine.md, 7.1).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from growthcurves.engine.general.outcomes import Own
from growthcurves.engine.general.stacks import Closed, Stack
from growthcurves.engine.general.structured import Structured
from growthcurves.engine.parameters.local import Local
from growthcurves.engine.persons.state import PersonState
from growthcurves.engine.sums.nesting import Nesting
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True, eq=False)
class UnitStack(Stack):
    """Units of the highest level with as many rows each.

    Attributes
    ----------
    levels : tuple of (slice, (S, n, n) array)
        Random effects of each level, persons first, and which rows are of one unit.
    """

    levels: tuple[tuple[slice, Array], ...] = ()

    def between(self, G: Array) -> Array:
        found = np.zeros((len(self.Z), self.size, self.size))
        for place, same in self.levels:
            Z = self.Z[:, :, place]
            found += Z @ G[place, place] @ np.swapaxes(Z, 1, 2) * same
        return found

    def gathered(self, M: Array) -> Array:
        q = self.Z.shape[2]
        found = np.zeros((q, q))
        for place, same in self.levels:
            Z = self.Z[:, :, place]
            found[place, place] = np.einsum("snq,snm,smr->qr", Z, M * same, Z, optimize=True)
        return found

    def own(self, R: Array) -> Array:
        return R * self.levels[0][1]


@dataclass(frozen=True, eq=False)
class ClosedRows(Closed):
    """Closed products whose weights are looked up by row: rows of a block are of several persons.

    Attributes
    ----------
    codes : (n,) array of int
        The person of each row.
    """

    codes: Array = field(kw_only=True)

    @cached_property
    def by_row(self) -> Array:
        """The weights of each row's person."""
        return self.weights[self.codes]

    def _products(self, index: Array, persons: Array) -> Array:
        return self.columns(index)[..., self.pairs[0]] * self.by_row[index][..., self.pairs[1]]


@dataclass(frozen=True, eq=False)
class NestedStructured(Structured):
    """V of each unit of the highest level."""

    @property
    def nesting(self) -> Nesting:
        assert self.rows.nesting is not None
        return self.rows.nesting

    @cached_property
    def _gridded(self) -> None:
        return None

    @cached_property
    def _closed(self) -> ClosedRows:
        plain = Closed.of(self.rows, self.sums, self.frame)
        return ClosedRows(**vars(plain), codes=self.rows.codes)

    @cached_property
    def stacks(self) -> list[Stack]:
        return list(self._stacks())

    def _stacks(self) -> Iterator[Stack]:
        rows, places = self.rows, list(self.sums.terms.places.values())
        owners = [rows.codes, *(units[rows.codes] for units in self.nesting.units)]
        when = rows.occasions.time if rows.occasions.wave is None else rows.occasions.wave
        order = np.lexsort((when, rows.codes, owners[-1]))
        sizes = np.bincount(owners[-1])
        starts = np.cumsum(sizes) - sizes
        at = self._common.places
        for n in np.unique(sizes):
            units = np.flatnonzero(sizes == n)
            index = order[starts[units][:, None] + np.arange(n)]
            same = tuple(
                (place, (owner[index][:, :, None] == owner[index][:, None, :]).astype(float))
                for place, owner in zip(places, owners, strict=True)
            )
            yield UnitStack(
                rows.occasions.take(index), self._closed.Z(index), np.ones(len(units)),
                Own(self._closed.wide(index, units)), units, index, np.arange(len(units)),
                None if at is None else at[index], same,
            )  # fmt: skip

    # ------------------------------------------------ persons

    def state(self, local: Local) -> PersonState:
        """Empirical Bayes along every person's path, standard random effects, Z the path's columns on the block's rows:
        G Z'V^-1 e, G - G Z'V^-1 Z G, -G Z'V^-1 X.
        """
        G, v = local.sigma2 * local.D, np.append(-local.beta, 1.0)
        q, N = len(G), self.rows.persons
        found = PersonState(np.zeros((q, N)), np.zeros((q, q, N)), np.zeros((q, self.frame.p, N)))
        for one in self.whitened(local, self.within(local)) or ():
            stack = one.stack
            assert isinstance(stack, UnitStack)
            wide = self.wide(stack)
            for place, rows in enumerate(stack.member_rows):
                codes = self.rows.codes[rows]
                for person in np.unique(codes):
                    first = int(np.flatnonzero(codes == person)[0])
                    path = np.zeros_like(stack.Z[place])
                    for level, same in stack.levels:
                        path[:, level] = stack.Z[place][:, level] * same[place, first][:, None]
                    half = one.inverse[place] @ path
                    weight = G @ half.T @ one.inverse[place]
                    found.effects[:, person] = weight @ (wide[place] @ v)
                    found.spread[:, :, person] = G - weight @ path @ G
                    found.slope[:, :, person] = -weight @ wide[place][:, :-1]
        return found

