"""Draws of a likelihood ratio from the sums: at the boundary, by the spectral representation, by the bootstrap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.engine.batch.fits import fit_batch
from growthcurves.engine.draws.replicates import ParametricSource, Truth, truth_of
from growthcurves.engine.solution import Solution
from growthcurves.engine.submodels.boundary import boundary, new_directions, squared_shares
from growthcurves.engine.submodels.pair import Drawing, OneVariance
from growthcurves.engine.submodels.spectral import MOST_PERSONS, distinct_persons, simulated_ratios, spectrum
from growthcurves.engine.submodels.submodel import Submodel
from growthcurves.errors import ModelError
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True, eq=False)
class SampledRatio:
    """The distribution of the ratio of two solutions.

    Attributes
    ----------
    small, large : Solution
    part : Submodel
        The smaller problem in the larger's coordinates.
    """

    small: Solution
    large: Solution
    part: Submodel

    #: Whether the large-sample distribution at several boundaries is drawn too.
    projects = True

    def squared_shares(self, draws: int, seed: int) -> Array:
        """Shares of a chi-square that the ratio is at the boundary of the variances (docs/compare.md)."""
        at = boundary(self.large.problem, self.part, self.small.optimum.at.D)
        return squared_shares(at, draws, np.random.default_rng(seed))

    def one_variance(self, draws: int, seed: int) -> OneVariance:
        """The finite-sample distribution for one variance (Crainiceanu and Ruppert 2004).

        Raises
        ------
        ModelError
            With more different designs of persons than eigenvalues can be found for.
        """
        problem = self.large.problem
        direction = new_directions(problem.partition, self.part.into_z)[0]
        column = int(np.abs(direction[:, 0]).argmax())
        if distinct_persons(problem, column) > MOST_PERSONS:
            raise ModelError(
                f"The exact distribution needs the eigenvalues of more than {MOST_PERSONS:,} persons with different "
                f"designs; with so many use method='auto'."
            )
        ratios = simulated_ratios(problem, spectrum(problem, column), draws, np.random.default_rng(seed))
        return OneVariance(ratios, not self.small.problem.q)

    def drawings(self, seed: int) -> tuple[Drawing, Drawing]:
        """Replicates from the smaller model, fitted by the larger and by the smaller: the same outcomes."""
        return self._drawing(seed, None), self._drawing(seed, self.part)

    def _drawing(self, seed: int, part: Submodel | None) -> Drawing:
        source = ParametricSource(self.large.problem, self.null_truth(), np.random.SeedSequence(seed))

        def fits(first: int, last: int):
            drawn = source.next(last - first)
            return fit_batch(drawn if part is None else part.of(drawn))

        return Drawing(source.numbers, 0, fits)

    def null_truth(self) -> Truth:
        """The smaller model's estimates in the standard coordinates of the larger one."""
        truth, part = truth_of(self.small), self.part
        unit, moved = part.into_xy[-1, -1], part.into_xy[:-1, -1]
        beta = (part.into_xy[:-1, :-1] @ truth.beta - moved) / unit
        return Truth(beta, part.into_z @ truth.D @ part.into_z.T, truth.sigma2 / unit**2)
