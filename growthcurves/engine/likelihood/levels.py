"""Persons in units, units in units."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import reduce
from operator import add

import numpy as np

from growthcurves.engine.likelihood.blocks import PersonBlocks, standard_products
from growthcurves.engine.likelihood.own import OwnBlocks
from growthcurves.engine.likelihood.pairs import Pairs, gathered
from growthcurves.engine.likelihood.shared import SharedBlocks
from growthcurves.engine.likelihood.tree import Cells, Climbed, Tree, climb, descend
from growthcurves.engine.likelihood.with_units import WithUnits, common_columns
from growthcurves.engine.sums.moments import Moments
from growthcurves.engine.sums.nesting import Nesting
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.distinct import numbered


@dataclass(frozen=True, eq=False)
class LevelBlocks(WithUnits):
    """Persons in units, units in units.

    Attributes
    ----------
    tree : Tree
        The units above persons, in the common columns.
    """

    tree: Tree

    @property
    def width(self) -> int:
        return self.tree.cells.C.shape[1]

    @property
    def fewest(self) -> int:
        return self.tree.unit_counts[-1]

    def _climbed(self, levels: list[Array]) -> Climbed:
        return climb(self.tree, levels)

    def _paired(self, levels: list[Array], climbed: Climbed) -> Pairs:
        return gathered(self.tree, climbed, descend(self.tree, climbed.rungs))

    def transformed(self, into_z: Array, into_xy: Array) -> LevelBlocks:
        """The same units in columns Z @ into_z, each of one level, and [X y] @ into_xy."""
        cells = self.tree.cells
        C = np.einsum("ain,ij->ajn", cells.C, into_xy)
        into = tuple(T @ turn for T, turn in zip(self.into, self.by_level(into_z), strict=True))
        same = np.eye(len(self.tree.G))
        persons = tuple(block.transformed(same, into_xy) for block in self.persons)
        tree = replace(self.tree, cells=replace(cells, C=C))
        return LevelBlocks(persons, into, self.columns, tree)


@dataclass(frozen=True, eq=False)
class Piece:
    """Cells of persons, in any order, or persons as cells of one each.

    Attributes
    ----------
    G : (r, r, K) array
        Z'Z of the different designs.
    cells : Cells
    nesting : Nesting
        Of cells in the place of persons.
    """

    G: Array
    cells: Cells
    nesting: Nesting

    def __add__(self, other: Piece) -> Piece:
        """The cells of both; the designs of the other are numbered after one's own."""
        mine, theirs = self.cells, other.cells
        cells = Cells(
            np.concatenate([mine.counts, theirs.counts]),
            np.concatenate([mine.design, theirs.design + self.G.shape[2]]),
            np.concatenate([mine.C, theirs.C], axis=2),
        )
        return Piece(np.concatenate([self.G, other.G], axis=2), cells, self.nesting + other.nesting)

    def tree(self) -> Tree:
        """The units above, with the cells in the order of their units."""
        nesting, cells = self.nesting, self.cells
        order = np.argsort(nesting.units[0], kind="stable")
        there = [units[numbered(units)[0]] for units in nesting.units]  # all, but where only some persons are seen
        parents = [np.searchsorted(there[0], nesting.units[0][order])]
        for level in range(len(there) - 1):
            parents.append(np.searchsorted(there[level + 1], nesting.parents(level)[there[level]]))
        ordered = Cells(cells.counts[order], cells.design[order], np.ascontiguousarray(cells.C[..., order]))
        stands = nesting.stands and tuple(one[here] for one, here in zip(nesting.stands, there, strict=True))
        return Tree(np.ascontiguousarray(self.G), ordered, tuple(parents), stands)


def level_blocks(moments: Moments, into_z: Array, into_xy: Array) -> LevelBlocks:
    """The criterion's part of persons and all units above them.

    Parameters
    ----------
    moments : Moments
    into_z, into_xy : arrays
        Standard columns of Z, of all levels, and of [X y] = closed centred columns @ into.
    """
    common, into = common_columns(moments, into_z)
    blocks: list[PersonBlocks] = []
    pieces: list[Piece] = []
    if moments.shared is not None:
        shared = moments.shared.transformed(common, into_xy)
        blocks.append(SharedBlocks(shared))
        cells = shared.cells
        assert cells is not None
        by_unit = Cells(cells.counts, cells.schedule, cells.C.transpose(1, 2, 0))
        pieces.append(Piece(shared.G.transpose(1, 2, 0), by_unit, cells.nesting))
    if moments.own is not None:
        own = moments.own
        blocks.append(OwnBlocks(own, common, into_xy))
        G, C = standard_products(own, common, into_xy)
        assert own.nesting is not None
        counts, C = (np.ones(own.count), C) if own.stands is None else (own.stands, C * own.stands)
        pieces.append(Piece(G, Cells(counts, np.arange(own.count), C), own.nesting))
    return LevelBlocks(tuple(blocks), tuple(into), common, reduce(add, pieces).tree())
