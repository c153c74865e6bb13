"""Estimates of normal outcomes with units above persons, from the sums alone.

The random effects are those along a person's path: the person's own, then those of each unit above, with one
block-diagonal covariance matrix. What is said of a person is said of the whole path, unless a unit is named.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from growthcurves.engine.levels import drawn, without
from growthcurves.engine.levels.paths import Paths
from growthcurves.engine.levels.ranks import ranks_by_level
from growthcurves.engine.levels.ratio import LevelRatio, same_columns
from growthcurves.engine.likelihood.levels import LevelBlocks
from growthcurves.engine.likelihood.problem import standard_problem
from growthcurves.engine.normal import NormalEstimates
from growthcurves.engine.persons.sandwich import Reduced, Sandwich, reduce, sandwich
from growthcurves.engine.persons.state import PersonState
from growthcurves.engine.solution import solve_problem
from growthcurves.engine.submodels.pair import Drawing, Pair
from growthcurves.engine.submodels.submodel import Submodel, submodel
from growthcurves.engine.sums.moments import PersonMoments
from growthcurves.engine.sums.whole import Sums
from growthcurves.errors import NotEstimableError
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.factors import inverted

#: Numbers of a unit of the highest level up to which its covariance matrix is adjusted whole.
MOST_NUMBERS = 4_000


@dataclass(frozen=True, eq=False)
class LevelEstimates(NormalEstimates):
    """See `engine.estimates.Estimates`."""

    @property
    def levels(self) -> LevelBlocks:
        block = self.frame.blocks[0]
        assert isinstance(block, LevelBlocks)
        return block

    # ------------------------------------------------ persons and units

    @cached_property
    def paths(self) -> Paths:
        return Paths(self.solution, self.sums.people, self.levels)

    @property
    def own_effects(self) -> Array:
        return self.state.effects

    @cached_property
    def state(self) -> PersonState:
        return self.paths.state()

    def units(self, level: int) -> PersonState:
        """The random effects of the units of a level above persons (1 the first), and of those above them."""
        return self.paths.unit_state(level)

    def own_errors(self, level: int) -> Array:
        place, T = self.levels.places[level], self.levels.into[level]
        precision = np.einsum("ra,rsn,sb->nab", T, self.paths.climbed.rungs[level - 1].G, T, optimize=True)
        J = self.frame.original_z()[place, place]
        return self.solution.optimum.at.sigma2 * np.einsum("ab,nbc,dc->adn", J, inverted(precision), J, optimize=True)

    # ------------------------------------------------ uncertainty

    def ranks(self) -> list[list[int]]:
        return ranks_by_level(self.frame, self.levels)

    @property
    def unit_counts(self) -> tuple[int, ...]:
        return (self.sums.persons, *self.levels.tree.unit_counts)

    def sandwich(self, kind: str, L: Array) -> Sandwich:
        at = self.solution.optimum.at
        half = np.linalg.solve(at.factor, np.eye(self.frame.p))
        Phi = at.sigma2 * half.T @ half
        return sandwich(self._clusters(), Phi, self.frame, kind, L, self.unit_counts[-1])

    def _clusters(self) -> Iterator[Reduced]:
        """Units of the highest level, whose persons stand one after the other in bases of their own columns."""
        people, at, problem = self.sums.people, self.solution.optimum.at, self.frame
        nesting, places = people.nesting, list(self.sums.terms.places.values())
        top = nesting.units[-1]
        for unit in range(nesting.counts[-1]):
            own = np.flatnonzero(top == unit)
            alone = reduce(problem, at.D, at.sigma2, at.beta, people.take(own))
            n, r, p = alone.X.shape
            if n * r > MOST_NUMBERS:
                raise NotEstimableError(
                    f"A robust covariance matrix takes the {n:,} persons of a unit together: it is made for up to "
                    f"{MOST_NUMBERS // r:,}."
                )
            assert alone.Z is not None
            V = np.zeros((n, r, n, r))
            V[range(n), :, range(n)] = at.sigma2 * np.eye(r)
            for level, place in enumerate(places):
                Z = alone.Z[:, :, place]
                codes = np.arange(n) if level == 0 else nesting.units[level - 1][own]
                same = codes[:, None] == codes
                V += at.sigma2 * np.einsum("nra,ab,msb,nm->nrms", Z, at.D[place, place], Z, same, optimize=True)
            yield Reduced(alone.X.reshape(1, n * r, p), V.reshape(1, n * r, n * r), alone.e.reshape(1, n * r))

    # ------------------------------------------------ replicates

    def _owners(self, codes: Array) -> list[tuple[slice, Array]]:
        units = [codes, *(of_persons[codes] for of_persons in self.sums.people.nesting.units)]
        return list(zip(self.sums.terms.places.values(), units, strict=True))

    def drawing(self, kind: str, seed: int, level: int | None = None) -> Drawing:
        return without.drawing(self, level) if kind == "left out" else drawn.drawing(self, kind, seed)

    def again(self, people: PersonMoments) -> LevelEstimates | None:
        """The same model of other persons; None where these do not determine its fixed effects."""
        sums = Sums.of(people)
        return None if sums.kept != self.sums.kept else self.of_sums(sums)  # type: ignore[return-value]

    # ------------------------------------------------ other models of the same sums

    def _pair(self, small: Any, part: Submodel, kept: Sequence[int] | None = None) -> Pair:
        again: tuple[Any, Any] | None = None
        if kept is not None:
            again = self.again, partial(self._without, kept)
        elif small.sums.terms.levels and same_columns(self.sums.people, small.sums.people):
            again = self.again, lambda people: small.again(replace(people, terms=small.sums.terms))
        ratio = LevelRatio(small.solution, self.solution, part, (self, small), again)
        return Pair(small, self, part.into_z, ratio)

    def _without(self, kept: Sequence[int], people: PersonMoments) -> NormalEstimates | None:
        """Other persons with only some of the random effects; None where they do not determine the fixed effects."""
        sums = Sums.of(people)
        if sums.kept != self.sums.kept:
            return None
        part = submodel(standard_problem(sums.moments, sums.coordinates, self.frame.reml), range(self.frame.p), kept)
        return NormalEstimates(sums, solve_problem(part.problem, replace(sums.moments, own=None)))
