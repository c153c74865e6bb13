"""The random effects along a person's path given all outcomes: the person's, then those of each unit above.

With D the block-diagonal covariance of a path, u = D Z'V^-1 r and var(u | y) = D - D Z'V^-1 Z D, whose blocks
between two levels are Z_l'V^-1 Z_m = R_l N_m (docs/engine.md, section 9; Henderson 1975).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from growthcurves.engine.likelihood.blocks import standard_products
from growthcurves.engine.likelihood.levels import LevelBlocks
from growthcurves.engine.likelihood.tree import Climbed, Taken, climb, descend
from growthcurves.engine.persons.state import PersonState, state_of_products
from growthcurves.engine.solution import Solution
from growthcurves.engine.sums.moments import PersonMoments
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.chunks import chunks
from growthcurves.numerics.component import identity, times, turned
from growthcurves.numerics.factors import shrinkage
from growthcurves.numerics.threads import each


@dataclass(frozen=True, eq=False)
class Paths:
    """Persons and the units above them at an optimum.

    Attributes
    ----------
    solution : Solution
    people : PersonMoments
    blocks : LevelBlocks
    """

    solution: Solution
    people: PersonMoments
    blocks: LevelBlocks

    @cached_property
    def levels(self) -> list[Array]:
        """The relative covariance of each level in the common columns."""
        return self.blocks.common(self.solution.optimum.at.D)

    @cached_property
    def climbed(self) -> Climbed:
        return climb(self.blocks.tree, self.levels)

    @cached_property
    def taken(self) -> list[Taken]:
        return descend(self.blocks.tree, self.climbed.rungs)

    def state(self) -> PersonState:
        """Effects along the path of every person, in the original coding."""
        assert self.people.nesting is not None
        units = self.people.nesting.units
        q, n, p = self.solution.problem.q, self.people.count, self.solution.problem.p
        out = PersonState(np.zeros((q, n)), np.zeros((q, q, n)), np.zeros((q, p, n)))

        def piece(part: slice) -> None:
            G, C = standard_products(self.people.take(part), self.blocks.columns, self.solution.problem.into_xy)
            _, M = shrinkage(G, self.levels[0])
            Q = identity(len(G)) - times(G, M)
            here = self._along([codes[part] for codes in units], (times(Q, G), times(Q, C)))
            out.effects[:, part], out.spread[:, :, part], out.slope[:, :, part] = here.effects, here.spread, here.slope

        each(piece, chunks(n))
        return out

    def unit_state(self, level: int) -> PersonState:
        """Effects of the units of a level (1 the first above persons), and of those above them, original coding."""
        tree = self.blocks.tree
        place = np.arange(self.climbed.rungs[level - 1].G.shape[2])
        units: list[Array] = []
        for above in tree.parents[level:]:
            units.append(place)
            place = above[place]
        units.append(place)
        rung = self.climbed.rungs[level - 1]
        return self._along(units[1:], (rung.P, rung.U), level)

    def _along(self, units: list[Array], lowest: tuple[Array, Array], level: int = 0) -> PersonState:
        """The effects along paths that begin at a level with P and U by the levels below and itself."""
        products, scores = self._products(units, lowest, level)
        places, into = self.blocks.places[level:], self.blocks.into[level:]
        first, last = places[0].start, places[-1].stop
        n, q = scores[0].shape[2], last - first
        score, inner = np.empty((q, scores[0].shape[1], n)), np.empty((q, q, n))
        ends = [slice(place.start - first, place.stop - first) for place in places]
        for a, (T, here) in enumerate(zip(into, ends, strict=True)):
            score[here] = np.tensordot(T.T, scores[a], 1)
            for b in range(a, len(into)):
                block = np.einsum("ra,rsn,sb->abn", T, products[a, b], into[b], optimize=True)
                inner[here, ends[b]] = block
                inner[ends[b], here] = turned(block)
        return state_of_products(self.solution, slice(first, last), score, inner)

    def _products(
        self, units: list[Array], lowest: tuple[Array, Array], level: int
    ) -> tuple[dict[tuple[int, int], Array], list[Array]]:
        """Z_l'V^-1 Z_m and Z_l'V^-1 [X y] of the levels of paths, l and m counted from their beginning."""
        P, U = lowest
        out: dict[tuple[int, int], Array] = {}
        scores: list[Array] = []
        chains: list[Array] = []
        for a in range(len(units) + 1):
            above = level + a
            if a:
                rung, here = self.climbed.rungs[above - 1], units[a - 1]
                N = identity(len(rung.G)) - times(self.taken[above - 1].omega, rung.G)
                for b, R in enumerate(chains):
                    out[b, a] = times(R, N[..., here])
                chains = [times(R, turned(rung.Q)[..., here]) for R in chains]
                P, U = rung.P[..., here], rung.U[..., here]
            chains.append(P)
            own, left = P, U
            if a < len(units):
                omega, share = (part[..., units[a]] for part in self.taken[above])
                own, left = P - times(P, times(omega, P)), U - times(P, share)
            out[a, a] = own
            scores.append(left)
        return out, scores
