"""Persons and the units above them as one part of the criterion: what `Blocks` answer, for all levels together.

The random effects are those of persons, then those of each level above; their covariance matrix is block-diagonal.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from growthcurves.engine.likelihood.blocks import Curvature, Designs, PersonBlocks, Reduction, standard_products
from growthcurves.engine.likelihood.own import OwnBlocks
from growthcurves.engine.likelihood.pairs import Pairs, gathered
from growthcurves.engine.likelihood.shared import SharedBlocks
from growthcurves.engine.likelihood.tree import Cells, Climbed, Tree, climb, descend
from growthcurves.engine.sums.design import standardise
from growthcurves.engine.sums.moments import Moments
from growthcurves.engine.sums.nesting import Nesting
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True, eq=False)
class LevelBlocks:
    """Persons in units, units in units.

    Attributes
    ----------
    persons : tuple of PersonBlocks
        Persons alone, in the r common columns of all random effects.
    tree : Tree
        The units above them, in the same columns.
    into : tuple of (r, q_l) arrays
        Random effects' columns of each level = common columns @ into, persons first.
    columns : (closed, r) array
        Common columns = closed centred columns @ columns.
    """

    persons: tuple[PersonBlocks, ...]
    tree: Tree
    into: tuple[Array, ...]
    columns: Array
    _last: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def places(self) -> list[slice]:
        """Where the random effects of each level lie among all."""
        ends = np.cumsum([0, *(T.shape[1] for T in self.into)])
        return [slice(first, last) for first, last in zip(ends[:-1], ends[1:], strict=True)]

    def designs(self) -> Iterator[Designs]:
        """The persons' designs, in the common columns."""
        for block in self.persons:
            yield from block.designs()

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
        return LevelBlocks(persons, replace(self.tree, cells=replace(cells, C=C)), tuple(into), self.columns)

    @property
    def fewest(self) -> int:
        """How many units the level with the fewest has."""
        return int(self.tree.parents[-1][-1]) + 1

    def expected(self, D: Array) -> tuple[Array, Array]:
        """Expected second derivatives of the log determinants (q q, q q), and sum P (q, q), at D."""
        sums = self.curvature(D, np.zeros((self.tree.cells.C.shape[1],) * 2))
        return sums.expected_hessian(), sums.p

    def common(self, D: Array) -> list[Array]:
        """The covariance of each level in the common columns."""
        return [T @ D[place, place] @ T.T for T, place in zip(self.into, self.places, strict=True)]

    def _climbed(self, D: Array) -> tuple[list[Array], Climbed]:
        """The levels above at D; kept for the D asked for last, where derivatives follow the value."""
        if self._last.get("D") is not D:
            levels = self.common(D)
            self._last.update(D=D, found=(levels, climb(self.tree, levels)), pairs=None)
        return self._last["found"]

    def _pairs(self, D: Array) -> Pairs:
        _, climbed = self._climbed(D)
        if self._last["pairs"] is None:
            self._last["pairs"] = gathered(self.tree, climbed, descend(self.tree, climbed))
        return self._last["pairs"]

    def reduce(self, D: Array) -> Reduction:
        levels, climbed = self._climbed(D)
        log_det, explained = climbed.log_det, climbed.explained
        for block in self.persons:
            found = block.reduce(levels[0])
            log_det, explained = log_det + found.log_det, explained + found.explained
        return Reduction(log_det, explained)

    def curvature(self, D: Array, weight: Array) -> Curvature:
        levels, _ = self._climbed(D)
        found, q, width = self._pairs(D), len(D), len(weight)
        alone = [block.curvature(levels[0], weight) for block in self.persons]
        own = [sum(part) for part in zip(*alone, strict=True)]
        uu, p = np.zeros((q, width, q, width)), np.zeros((q, q))
        pp, pk = np.zeros((2, q, q, q, q))
        for k, (T, here) in enumerate(zip(self.into, self.places, strict=True)):
            p[here, here] = T.T @ (found.p[k] + (own[1] if k == 0 else 0.0)) @ T
            whole = found.uu[k] + (own[0] if k == 0 else 0.0)
            uu[here, :, here] = np.einsum("aibj,ac,bd->cidj", whole, T, T, optimize=True)
        for k, m in found.pp:
            both = found.pp[k, m] + (own[2] if k == m == 0 else 0.0)
            weighed = np.einsum("bcdjai,ij->bcda", found.pu[k, m], weight)
            weighed = weighed + (own[3] if k == m == 0 else 0.0)
            for into, value in ((pp, both), (pk, weighed)):
                self._place(into, value, k, m)
        return Curvature(uu, p, pp, pk)

    def linked(self, D: Array, weight: Array) -> Array:
        levels, _ = self._climbed(D)
        width = self.tree.cells.C.shape[1]
        total = np.zeros((width, width))
        for (k, m), found in self._pairs(D).pu.items():
            (A, first), (B, second) = (self.into[k], self.places[k]), (self.into[m], self.places[m])
            here = np.einsum("vwxy,av,bw,cx,dy->abcd", weight[first, first, second, second], A, A, B, B, optimize=True)
            part = np.einsum("bcdjai,abcd->ij", found, here)
            if k == m == 0:
                part = part + sum(block.linked(levels[0], here) for block in self.persons)
            total += part if k == m else part + part.T
        return total

    def _place(self, into: Array, value: Array, k: int, m: int) -> None:
        """Sums P_uv x (a, d) of levels k and m where all random effects have them, and those of m and k."""
        first, second = self.places[k], self.places[m]
        A, B = self.into[k], self.into[m]
        mapped = np.einsum("bcda,bv,cw,dx,ay->vwxy", value, A, B, B, A, optimize=True)
        into[first, second, second, first] += mapped
        if k != m:
            into[second, first, first, second] += mapped.transpose(1, 0, 3, 2)


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
    return LevelBlocks(tuple(blocks), _tree(pieces), tuple(places), common)


def _tree(pieces: list[tuple[Array, Array, Array, Array, Nesting]]) -> Tree:
    """One tree of designs, counts, places of designs, cross-products and units, in pieces."""
    G, counts, design, C, nesting = pieces[0]
    for more in pieces[1:]:
        design = np.concatenate([design, more[2] + G.shape[2]])
        G, C = (np.concatenate(pair, axis=2) for pair in ((G, more[0]), (C, more[3])))
        counts, nesting = np.concatenate([counts, more[1]]), nesting + more[4]
    order = np.argsort(nesting.units[0], kind="stable")
    there = [np.unique(units) for units in nesting.units]  # all of them, but where only some persons are looked at
    parents = [np.searchsorted(there[0], nesting.units[0][order])]
    for level in range(len(there) - 1):
        parents.append(np.searchsorted(there[level + 1], nesting.parents(level)[there[level]]))
    cells = Cells(counts[order], design[order], np.ascontiguousarray(C[..., order]))
    return Tree(np.ascontiguousarray(G), cells, tuple(parents))
