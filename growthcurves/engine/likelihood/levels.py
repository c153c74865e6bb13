"""Persons in units, units in units."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from growthcurves.engine.likelihood.blocks import PersonBlocks, standard_products
from growthcurves.engine.likelihood.own import OwnBlocks
from growthcurves.engine.likelihood.pairs import Pairs, gathered
from growthcurves.engine.likelihood.shared import SharedBlocks
from growthcurves.engine.likelihood.tree import Cells, Climbed, Tree, climb, descend
from growthcurves.engine.likelihood.with_units import WithUnits
from growthcurves.engine.sums.design import standardise
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
        return int(self.tree.parents[-1][-1]) + 1

    def _climbed(self, levels: list[Array]) -> Climbed:
        return climb(self.tree, levels)

    def _paired(self, levels: list[Array], climbed: Climbed) -> Pairs:
        return gathered(self.tree, climbed, descend(self.tree, climbed))

    def transformed(self, into_z: Array, into_xy: Array) -> LevelBlocks:
        """The same units in columns Z @ into_z, each of one level, and [X y] @ into_xy."""
        cells = self.tree.cells
        C = np.einsum("ain,ij->ajn", cells.C, into_xy)
        into, rest = [], np.ones(into_z.shape[1], dtype=bool)
        for T, place in zip(self.into, self.places, strict=True):
            mine = rest & (into_z[place] != 0.0).any(axis=0)
            into.append(T @ into_z[place][:, mine])
            rest &= ~mine
        same = np.eye(len(self.tree.G))
        persons = tuple(block.transformed(same, into_xy) for block in self.persons)
        tree = replace(self.tree, cells=replace(cells, C=C))
        return LevelBlocks(persons, tuple(into), self.columns, tree)


def level_blocks(moments: Moments, into_z: Array, into_xy: Array) -> LevelBlocks:
    """The criterion's part of persons and all units above them.

    Parameters
    ----------
    moments : Moments
    into_z, into_xy : arrays
        Standard columns of Z, of all levels, and of [X y] = closed centred columns @ into.
    """
    closed = len(moments.gram)
    common = standardise(moments.gram, np.eye(closed), np.arange(closed)).into * np.sqrt(moments.rows)
    into = common.T @ moments.gram @ into_z / moments.rows
    blocks: list[PersonBlocks] = []
    pieces: list[tuple[Array, Array, Array, Array, Nesting]] = []
    if moments.shared is not None:
        shared = moments.shared.transformed(common, into_xy)
        blocks.append(SharedBlocks(shared))
        cells = shared.cells
        assert cells is not None
        C = cells.C.transpose(1, 2, 0)
        pieces.append((shared.G.transpose(1, 2, 0), cells.counts, cells.schedule, C, cells.nesting))
    if moments.own is not None:
        own = moments.own
        blocks.append(OwnBlocks(own, common, into_xy))
        G, C = standard_products(own, common, into_xy)
        assert own.nesting is not None
        pieces.append((G, np.ones(own.count), np.arange(own.count), C, own.nesting))
    places = [into[:, here] for here in moments.terms.places.values()]
    return LevelBlocks(tuple(blocks), tuple(places), common, _tree(pieces))


def _tree(pieces: list[tuple[Array, Array, Array, Array, Nesting]]) -> Tree:
    """One tree of designs, counts, places of designs, cross-products and units, in pieces."""
    G, counts, design, C, nesting = pieces[0]
    for more in pieces[1:]:
        design = np.concatenate([design, more[2] + G.shape[2]])
        G, C = (np.concatenate(pair, axis=2) for pair in ((G, more[0]), (C, more[3])))
        counts, nesting = np.concatenate([counts, more[1]]), nesting + more[4]
    order = np.argsort(nesting.units[0], kind="stable")
    there = [units[numbered(units)[0]] for units in nesting.units]  # all, but where only some persons are looked at
    parents = [np.searchsorted(there[0], nesting.units[0][order])]
    for level in range(len(there) - 1):
        parents.append(np.searchsorted(there[level + 1], nesting.parents(level)[there[level]]))
    cells = Cells(counts[order], design[order], np.ascontiguousarray(C[..., order]))
    return Tree(np.ascontiguousarray(G), cells, tuple(parents))
