"""Weighted estimates with units above persons, and the scores of these units."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from growthcurves.engine.levels.estimates import LevelEstimates
from growthcurves.engine.likelihood.blocks import standard_products
from growthcurves.engine.weighted.estimates import WeightedEstimates
from growthcurves.engine.weighted.scores import Parts, left_of
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.chunks import chunks
from growthcurves.numerics.component import times
from growthcurves.numerics.factors import shrinkage


@dataclass(frozen=True, eq=False)
class WeightedLevelEstimates(WeightedEstimates, LevelEstimates):
    """See `engine.estimates.Estimates`."""

    @cached_property
    def totals(self) -> Array:
        """Weighted scores by sampling unit: of persons, then what the units of each level add (docs/survey.md, 2)."""
        people, optimum = self.sums.people, self.solution.optimum
        directions = optimum.face.directions(optimum.theta)
        places, tree = self.levels.places, self.levels.tree
        own = np.empty((people.count, self.frame.p + len(directions) + 1))
        inside = directions[:, places[0], places[0]]
        for part, found in self._persons():
            own[part] = found.along(inside)
        total = self.sample.totals(own * people.mass[:, None])
        for level, found in enumerate(self._units()):
            place = places[level + 1]
            rows = tree.counted(level, found.along(directions[:, place, place]).T).T
            total += self.sample.totals(rows, self._sampled(level))
        return total

    def _sampled(self, level: int) -> Array:
        """The sampling unit of each unit of a level above persons."""
        nesting = self.sums.people.nesting
        out = np.zeros(nesting.counts[level], dtype=np.intp)
        out[nesting.units[level]] = self.sample.units
        return out

    @property
    def _v(self) -> Array:
        return np.append(-self.solution.optimum.at.beta, 1.0)

    def _persons(self) -> Iterator[tuple[slice, Parts]]:
        """Derivatives of what persons add, given all levels in what moves their own random effects."""
        people, frame, at, paths = self.sums.people, self.frame, self.solution.optimum.at, self.paths
        T, units = self.levels.into[0], people.nesting.units[0]
        for part in chunks(people.count):
            some = people.take(part)
            left = left_of(frame, at.beta, some)
            G, C = standard_products(some, self.levels.columns, frame.into_xy)
            _, M = shrinkage(G, paths.levels[0])
            Ce = np.einsum("ajn,j->an", C, self._v)
            MCe = np.einsum("abn,bn->an", M, Ce)
            P = G - times(times(G, M), G)
            Ue = Ce - np.einsum("abn,bn->an", G, MCe)
            taken = paths.taken[0]
            omega, share = taken.omega[..., units[part]], taken.share[..., units[part]]
            lost = _on(P, np.einsum("ajn,j->an", share, self._v))
            D = _inside(T, P - times(P, times(omega, P)), Ue - lost, at.sigma2)
            beta = left.products - np.einsum("ajn,an->jn", C[:, :-1], MCe)
            squares = left.squares - (Ce * MCe).sum(axis=0)
            yield part, Parts(beta / at.sigma2, D, -0.5 * (left.rows / at.sigma2 - squares / at.sigma2**2))

    def _units(self) -> Iterator[Parts]:
        """Derivatives of what the units of each level above persons add."""
        at, paths, tree = self.solution.optimum.at, self.paths, self.levels.tree
        for level, rung in enumerate(paths.climbed.rungs):
            C = rung.U + times(rung.G, rung.MC)
            Ce, MCe = np.einsum("ajn,j->an", C, self._v), np.einsum("ajn,j->an", rung.MC, self._v)
            P, Ue = rung.P, np.einsum("ajn,j->an", rung.U, self._v)
            if level + 1 < len(paths.taken):
                above = tree.parents[level + 1]
                omega, share = (part[..., above] for part in paths.taken[level + 1])
                Ue = Ue - _on(P, np.einsum("ajn,j->an", share, self._v))
                P = P - times(P, times(omega, P))
            D = _inside(self.levels.into[level + 1], P, Ue, at.sigma2)
            beta = -np.einsum("ajn,an->jn", C[:, :-1], MCe) / at.sigma2
            yield Parts(beta, D, -0.5 * (Ce * MCe).sum(axis=0) / at.sigma2**2)


def _on(P: Array, vector: Array) -> Array:
    return np.einsum("abn,bn->an", P, vector)


def _inside(T: Array, P: Array, Ue: Array, sigma2: float) -> Array:
    """-1/2 (P - Ue Ue' / sigma^2) in a level's own columns T of the common ones."""
    return -0.5 * np.einsum("ra,rsn,sb->abn", T, P - Ue[:, None] * Ue / sigma2, T, optimize=True)
