"""Replicates of a model with units above persons, fitted one after the other.

Outcomes are drawn as cross-products of persons: with R_i'R_i the Gram matrix of a person's columns g, g'e = R_i'z with
z standard normal, and what of e lies outside their span is a chi-square. No rows are made. Cases are units of the
highest level: they are what is independent.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from growthcurves.engine.draws.replicates import Truth, truth_of
from growthcurves.engine.persons.sandwich import root
from growthcurves.engine.submodels.one_by_one import one_by_one
from growthcurves.engine.submodels.pair import Drawing
from growthcurves.engine.sums.moments import PersonMoments
from growthcurves.engine.sums.nesting import drawn_with_replacement, members
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.factors import triangular_root


@dataclass(frozen=True, eq=False)
class Outcomes:
    """Persons whose outcomes are drawn.

    Attributes
    ----------
    frame : Problem
        Standard coordinates of the model.
    truth : Truth
        What is drawn from, in these coordinates.
    people : PersonMoments
        Persons whose design the replicates have.
    rng : Generator
    """

    frame: Any
    truth: Truth
    people: PersonMoments
    rng: np.random.Generator

    @property
    def stored(self) -> int:
        """Stored columns with the constant."""
        return self.people.row_centre.size - 1

    @cached_property
    def _gram(self) -> Array:
        """Gram matrices of the stored columns about their centres, (m, m, N)."""
        every = range(self.stored)
        return self.people.block(every, every)

    @cached_property
    def _roots(self) -> Array:
        """R_i with R_i'R_i the Gram matrix, (N, m, m)."""
        return root(self._gram.transpose(2, 0, 1), np.zeros((self.people.count, self.stored)))[0]

    @cached_property
    def _beyond(self) -> Array:
        """Occasions beyond the rank of a person's columns, (N,)."""
        ranks = (np.abs(self._roots).max(axis=2) > 0.0).sum(axis=1)
        return np.maximum(np.rint(self.people.gram[0]) - ranks, 0.0)

    @cached_property
    def _fixed(self) -> Array:
        """What the fixed effects make of the stored columns about their centres, of each person, (m, N)."""
        frame, terms = self.frame, self.people.terms
        closed = frame.scale * (frame.into_xy[:-1, :-1] @ self.truth.beta - frame.into_xy[:-1, -1])
        out = np.zeros((self.stored, self.people.count))
        for (g, w), value in zip(terms.x_closed, closed, strict=True):
            out[g] += value * (self.people.weights[w - 1] if w else 1.0)
        return out

    def _random(self) -> Array:
        """The same of drawn random effects of all levels, (m, N)."""
        frame, terms, nesting = self.frame, self.people.terms, self.people.nesting
        assert nesting is not None
        size = frame.scale * np.sqrt(self.truth.sigma2)
        out = np.zeros((len(terms.z_closed), self.people.count))
        owners = [np.arange(self.people.count), *nesting.units]
        counts = [self.people.count, *nesting.counts]
        for place, owner, count in zip(terms.places.values(), owners, counts, strict=True):
            L = triangular_root(self.truth.D[place, place])
            u = size * L @ self.rng.standard_normal((L.shape[1], count))
            out += frame.into_z[:, place] @ u[:, owner]
        whole = np.zeros((self.stored, self.people.count))
        whole[list(terms.z_closed)] = out
        return whole

    def next(self) -> PersonMoments:
        """The persons with outcomes drawn anew."""
        sigma = self.frame.scale * np.sqrt(self.truth.sigma2)
        made = self._fixed + self._random()
        z = sigma * self.rng.standard_normal(self._roots.shape[:2]) * (np.abs(self._roots).max(axis=2) > 0.0)
        errors = np.einsum("nra,nr->an", self._roots, z)
        signal = np.einsum("abn,bn->an", self._gram, made)
        beyond = sigma**2 * self.rng.chisquare(np.maximum(self._beyond, 1e-300)) * (self._beyond > 0.0)
        squares = np.einsum("an,an->n", made, signal + 2.0 * errors) + (z * z).sum(axis=1) + beyond
        gram = self.people.gram.copy()
        gram[self.people.pairs[: self.stored, -1]] = signal + errors
        gram[self.people.pairs[-1, -1]] = squares
        return replace(self.people, gram=gram)


def drawing(estimates: Any, kind: str, seed: int) -> Drawing:
    """Replicates "parametric", or "case": units of the highest level."""
    people, rng = estimates.sums.people, np.random.default_rng(seed)
    if kind == "parametric":
        outcomes = Outcomes(estimates.frame, truth_of(estimates.solution), people, rng)
        return one_by_one(estimates, lambda place: estimates.again(outcomes.next()))
    own = members(people.nesting.units[-1])

    def drawn(place: int) -> Any:
        return estimates.again(persons_of(people, *drawn_with_replacement(own, rng)))

    return one_by_one(estimates, drawn, len(own))


def persons_of(people: PersonMoments, persons: Array, again: Array) -> PersonMoments:
    """Some persons, one of whom may be there more than once, by the drawn unit of the highest level that each is of."""
    assert people.nesting is not None
    return replace(people.take(persons), labels=None, nesting=people.nesting.drawn(persons, again))
