"""Everyone but for one person, or one unit above persons, side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from growthcurves.engine.batch.criterion import Batch
from growthcurves.engine.batch.fits import fit_batch
from growthcurves.engine.batch.levels import LevelBatch
from growthcurves.engine.draws.resample import CaseSource
from growthcurves.engine.likelihood.tree import Cells, Tree
from growthcurves.engine.submodels.pair import Drawing
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.distinct import numbered


class Without:
    """Replicates of estimates without each person (level 0) or each unit of a level."""

    def __init__(self, estimates: Any, level: int | None) -> None:
        people, self.blocks = estimates.sums.people, estimates.levels
        self.cases = CaseSource(estimates.frame, people, np.random.SeedSequence(0), self.blocks.columns)
        self.level, (self.owners, self.count) = level, people.nesting.owners(level)
        nesting, schedule = people.nesting, self.cases.schedule
        first, self.cell = numbered(nesting.units[0] * np.int64(schedule.max() + 1) + schedule)
        self.C = np.zeros((*self.cases.C.shape[1:], len(first)))
        np.add.at(self.C.transpose(2, 0, 1), self.cell, self.cases.C)
        self.counts = np.bincount(self.cell).astype(float)
        _, designs = np.unique(schedule, return_index=True)
        parents = [nesting.units[0][first], *(nesting.parents(k) for k in range(len(nesting.units) - 1))]
        G = np.ascontiguousarray(self.cases.G[designs].transpose(1, 2, 0))
        self.tree = Tree(G, Cells(self.counts, schedule[first], self.C), tuple(parents))

    @property
    def numbers(self) -> int:
        """Numbers that a replicate holds."""
        r, width, cells = self.C.shape
        return r**3 * max(r, width) * cells

    def batch(self, first: int, last: int) -> Batch:
        """Without number first, ..., last - 1 in turn."""
        if self.level == 0:
            made, gone = self.cases.without(first, last), self._persons(first, last)
        else:
            times = (self.owners != np.arange(first, last)[:, None]).astype(float)
            made, gone = self.cases.weighted(times), self._units(times)
        own: Any = made.blocks
        return replace(made, blocks=(LevelBatch(self.blocks, own, self.tree, *gone),))

    def _persons(self, first: int, last: int) -> tuple[Array, Array]:
        """Numbers (B, c) and sums (r, p + 1, B, c) of cells without each person."""
        counts, C = self._copied(last - first)
        each, cell = np.arange(last - first), self.cell[first:last]
        counts[each, cell] -= 1.0
        C[:, :, each, cell] -= self.cases.C[first:last].transpose(1, 2, 0)
        return counts, C

    def _units(self, times: Array) -> tuple[Array, Array]:
        """The same of cells without each unit, whose persons are counted not at all."""
        counts, C = self._copied(len(times))
        _, persons = np.unique(self.cell, return_index=True)
        there = times[:, persons]
        return counts * there, C * there

    def _copied(self, count: int) -> tuple[Array, Array]:
        return np.repeat(self.counts[None], count, axis=0), np.repeat(self.C[:, :, None], count, axis=2)


def drawing(estimates: Any, level: int | None) -> Drawing:
    """Replicates without each unit of a level in turn, searched from the estimates of all."""
    source, D = Without(estimates, level), estimates.solution.optimum.at.D
    return Drawing(source.numbers, source.count, lambda first, last: fit_batch(source.batch(first, last), D))
