"""Estimates of normal outcomes with units that cross persons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from growthcurves.engine.batch.fits import Fits
from growthcurves.engine.levels.drawn import DRAWN_NUMBERS, as_fits
from growthcurves.engine.levels.ratio import LevelRatio
from growthcurves.engine.likelihood.crossed import CrossedBlocks, Eliminated, eliminated
from growthcurves.engine.normal import NormalEstimates
from growthcurves.engine.persons.sandwich import Sandwich
from growthcurves.engine.persons.state import PersonState
from growthcurves.engine.submodels.pair import Drawing, Pair
from growthcurves.engine.submodels.submodel import Submodel
from growthcurves.engine.sums.whole import Sums
from growthcurves.errors import NotAvailableError
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.factors import square_root

#: What nobody's random effects along a path are, where rows of a person lie in several units.
NO_PATH = (
    "Rows of a person lie in several units here (crossed), so that a person has no one line: ask for people='average' "
    "or 'new', or for fit.units()."
)

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
    def state(self) -> PersonState:
        raise NotAvailableError(NO_PATH)

    def units(self, level: int) -> PersonState:
        """The random effects of persons (level 0) or of the units of a factor given the outcomes, original coding."""
        at, met, solution = self._eliminated, self.blocks.met, self.solution
        place = self.blocks.places[level]
        if level == 0:
            T, H = self.blocks.into[0], at.H
            lost = np.stack([one @ (at.M @ at.R) for one in H]).transpose(0, 2, 1)
            through = np.stack([np.stack([_row_products(a, at.M, b) for b in H]) for a in H])
            score = np.einsum("ra,rjn->ajn", T, at.U - lost)
            inner = np.einsum("ra,rsn,sb->abn", T, at.P - through, T, optimize=True)
        else:
            here, (units, q) = met.places[level - 1], met.sizes[level - 1]
            S, MS = at.S[here], at.M @ at.S
            left = S - at.S[here] @ MS
            score = (at.R[here] - S @ (at.M @ at.R)).reshape(units, q, -1).transpose(1, 2, 0)
            own = left[:, here].reshape(units, q, units, q)
            inner = np.einsum("ubuc->bcu", own)
        D, J = solution.optimum.at.D[place, place], self.frame.original_z()[place, place]
        JD, sigma2 = J @ D, solution.optimum.at.sigma2
        v = np.append(-solution.optimum.at.beta, 1.0)
        spread = sigma2 * ((J @ D @ J.T)[..., None] - np.einsum("ab,bcn,dc->adn", JD, inner, JD, optimize=True))
        back = self.frame.back_x / self.frame.scale
        slope = -np.einsum("ab,bjn,jk->akn", JD, score[:, :-1], back, optimize=True)
        return PersonState(np.einsum("ab,bjn,j->an", JD, score, v, optimize=True), spread, slope)

    # ------------------------------------------------ uncertainty

    def ranks(self) -> list[list[int]]:
        raise NotAvailableError(COUNTED)

    @property
    def unit_counts(self) -> tuple[int, ...]:
        return (self.frame.persons, *(units for units, _ in self.blocks.met.sizes))

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

    def drawing(self, kind: str, seed: int) -> Drawing:
        if kind != "parametric":
            raise NotAvailableError(
                "Persons who share crossed units are not independent, so that none can be drawn or left out: take "
                "the parametric bootstrap."
            )
        rng = np.random.default_rng(seed)

        def fits(first: int, last: int) -> Fits:
            return Fits.joined([as_fits(self, self._redrawn(rng)) for _ in range(first, last)])

        return Drawing(DRAWN_NUMBERS, 0, fits)

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
            root = J[place, place] @ square_root(at.D[place, place]) * np.sqrt(at.sigma2)
            u = root @ rng.standard_normal((root.shape[1], count))
            for effect, column in zip(u, terms.z[place], strict=True):
                outcome = outcome + made[column] * effect[owner]
        outcome = outcome + np.sqrt(self.solution.sigma2) * rng.standard_normal(len(outcome))
        return self.of_sums(Sums.of_rows(replace(rows, outcome=outcome)))


def _row_products(left: object, M: Array, right: object) -> Array:
    """a_i'M b_i of the rows of two sparse matrices."""
    return np.asarray(right.multiply(left @ M).sum(axis=1)).ravel()  # type: ignore[attr-defined,operator]
