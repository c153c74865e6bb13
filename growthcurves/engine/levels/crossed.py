"""Estimates of normal outcomes with units that cross persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from growthcurves.engine.levels.ratio import LevelRatio
from growthcurves.engine.likelihood.crossed import CrossedBlocks, Eliminated, eliminated, own_parts
from growthcurves.engine.normal import NormalEstimates
from growthcurves.engine.persons.sandwich import Sandwich
from growthcurves.engine.persons.state import PersonState, state_of_products
from growthcurves.engine.submodels.one_by_one import one_by_one
from growthcurves.engine.submodels.pair import Drawing, Pair
from growthcurves.engine.submodels.submodel import Submodel
from growthcurves.engine.sums.whole import Sums
from growthcurves.errors import NotAvailableError
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.factors import triangular_root

#: Numbers that are made of rows at a time.
AT_ONCE = 1 << 22
#: Why degrees of freedom are not counted.
COUNTED = (
    "Degrees of freedom are counted where units lie in one another; these are crossed: take ddf='satterthwaite' or "
    "'kenward-roger'."
)


@dataclass(frozen=True, eq=False)
class CrossedEstimates(NormalEstimates):
    """See `engine.estimates.Estimates`."""

    @property
    def blocks(self) -> CrossedBlocks:
        block = self.frame.blocks[0]
        assert isinstance(block, CrossedBlocks)
        return block

    @cached_property
    def _eliminated(self) -> Eliminated:
        return eliminated(self.blocks.met, self.blocks.common(self.solution.optimum.at.D))

    # ------------------------------------------------ persons and units

    @property
    def own_effects(self) -> Array:
        return self.state.effects

    @cached_property
    def state(self) -> PersonState:
        """Persons beside an average unit of every factor: their own random effects, and zeros for those of units, of
        which a person's rows have several (see `of_rows`)."""
        alone, place, q = self.units(0), self.blocks.places[0], self.frame.q
        p, n = alone.slope.shape[1:]
        found = PersonState(np.zeros((q, n)), np.zeros((q, q, n)), np.zeros((q, p, n)))
        found.effects[place], found.slope[place] = alone.effects, alone.slope
        found.spread[place, place] = alone.spread
        return found

    def units(self, level: int) -> PersonState:
        """The random effects of persons (level 0) or of the units of a factor given the outcomes, original coding."""
        place = self.blocks.places[level]
        score, inner = self._persons if level == 0 else self._units[level - 1]
        return state_of_products(self.solution, place, score, inner)

    def of_rows(self, persons: Array, units: Sequence[Array]) -> PersonState:
        """The random effects of the person and the units of each row together, given the outcomes, original coding.

        `persons` and `units` (one array for each factor) say whose each row is, -1 for nobody known: then as the model
        says that they vary.
        """
        places, whose, n = self.blocks.places, [persons, *units], len(persons)
        parts = [self._persons, *self._units]
        q, width = self.frame.q, parts[0][0].shape[1]
        score, inner = np.zeros((q, width, n)), np.zeros((q, q, n))
        for place, (own, within), owner in zip(places, parts, whose, strict=True):
            there = owner >= 0
            score[place][..., there] = own[..., owner[there]]
            inner[place, place][..., there] = within[..., owner[there]]
        step = max(1, AT_ONCE // len(self._eliminated.S))
        for first in range(0, n, step):
            rows = slice(first, first + step)
            self._between(inner[..., rows], [one[rows] for one in whose])
        return state_of_products(self.solution, slice(0, q), score, inner)

    def _between(self, inner: Array, whose: list[Array]) -> None:
        """Fill in Z_l'V^-1 Z_m of the person and the units of rows, zero where one of the two is nobody known."""
        places, met, T = self.blocks.places, self.blocks.met, self.blocks.into[0]
        H = [np.asarray(one[np.maximum(whose[0], 0)] @ self._kept) for one in self._eliminated.H]
        columns = [place.start + np.maximum(owner, 0)[:, None] * q + np.arange(q)
                   for place, (_, q), owner in zip(met.places, met.sizes, whose[1:], strict=True)]  # fmt: skip
        rows = np.arange(len(whose[0]))[:, None]
        for f, at in enumerate(columns, start=1):
            both = (whose[0] >= 0) & (whose[f] >= 0)
            found = np.einsum("ra,rnc->acn", T, np.stack([one[rows, at] for one in H])) * both
            inner[places[0], places[f]], inner[places[f], places[0]] = found, found.swapaxes(0, 1)
            for g in range(1, f):
                both = (whose[f] >= 0) & (whose[g] >= 0)
                found = self._left[at[:, :, None], columns[g - 1][:, None, :]].transpose(1, 2, 0) * both
                inner[places[f], places[g]], inner[places[g], places[f]] = found, found.swapaxes(0, 1)

    @cached_property
    def _kept(self) -> Array:
        """N = I - M S, (m, m)."""
        return np.eye(len(self._eliminated.S)) - self._eliminated.M @ self._eliminated.S

    @cached_property
    def _left(self) -> Array:
        """W'V^-1 W = S N, (m, m)."""
        return self._eliminated.S @ self._kept

    @cached_property
    def _persons(self) -> tuple[Array, Array]:
        """Z_i'V^-1 [X y] (q_0, p + 1, N) and Z_i'V^-1 Z_i (q_0, q_0, N) of every person."""
        at, T = self._eliminated, self.blocks.into[0]
        score = np.einsum("ra,rjn->ajn", T, at.U - at.taken_scores)
        return score, np.einsum("ra,rsn,sb->abn", T, at.P - own_parts(at.H, at.M), T, optimize=True)

    @cached_property
    def _units(self) -> list[tuple[Array, Array]]:
        """The same of the units of each factor."""
        met, scores = self.blocks.met, self._kept.T @ self._eliminated.R
        found = []
        for here, (units, q) in zip(met.places, met.sizes, strict=True):
            own = self._left[here, here].reshape(units, q, units, q)
            found.append((scores[here].reshape(units, q, -1).transpose(1, 2, 0), np.einsum("ubuc->bcu", own)))
        return found

    # ------------------------------------------------ uncertainty

    def ranks(self) -> list[list[int]]:
        raise NotAvailableError(COUNTED)

    @property
    def unit_counts(self) -> tuple[int, ...]:
        raise NotAvailableError(COUNTED)

    def sandwich(self, kind: str, L: Array) -> Sandwich:
        raise NotAvailableError(
            "A robust covariance matrix needs units that are independent of each other; crossed ones are not: take "
            "ddf='satterthwaite' or 'kenward-roger'."
        )

    # ------------------------------------------------ replicates, and other models of the same sums

    def _owners(self, codes: Array) -> list[tuple[slice, Array]]:
        crossing = self.sums.moments.crossing
        assert crossing is not None
        units = [codes, *(of_rows for of_rows, _ in crossing.rows.crossed)]
        return list(zip(self.blocks.places, units, strict=True))

    def _pair(self, small: Any, part: Submodel, kept: Sequence[int] | None = None) -> Pair:
        ratio = LevelRatio(small.solution, self.solution, part, (self, small), None)
        return Pair(small, self, part.into_z, ratio)

    def drawing(self, kind: str, seed: int, level: int | None = None) -> Drawing:
        if kind != "parametric":
            raise NotAvailableError(
                "Persons who share crossed units are not independent, so that none can be drawn or left out: take "
                "the parametric bootstrap."
            )
        rng = np.random.default_rng(seed)
        return one_by_one(self, lambda place: self._redrawn(rng))

    def _redrawn(self, rng: np.random.Generator) -> NormalEstimates:
        """The same model of outcomes drawn anew at the rows."""
        crossing = self.sums.moments.crossing
        assert crossing is not None
        rows, terms = crossing.rows, self.sums.terms
        made = rows.row_columns(sorted(set(terms.z)))
        outcome = rows.columns([terms.x[j] for j in self.sums.kept]) @ self.beta
        counts, codes = [rows.persons, *crossing.counts], [rows.codes, *(units for units, _ in rows.crossed)]
        at, J = self.solution.optimum.at, self.frame.original_z()
        for place, count, owner in zip(self.blocks.places, counts, codes, strict=True):
            root = J[place, place] @ triangular_root(at.D[place, place]) * np.sqrt(at.sigma2)
            u = root @ rng.standard_normal((root.shape[1], count))
            for effect, column in zip(u, terms.z[place], strict=True):
                outcome = outcome + made[column] * effect[owner]
        outcome = outcome + np.sqrt(self.solution.sigma2) * rng.standard_normal(len(outcome))
        return self.of_sums(Sums.of_rows(replace(rows, outcome=outcome)))

