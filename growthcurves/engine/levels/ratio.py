"""The distribution of a likelihood ratio of models with units above persons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.engine.batch.fits import Fits
from growthcurves.engine.levels.drawn import Outcomes
from growthcurves.engine.submodels.one_by_one import DRAWN_NUMBERS, as_fits
from growthcurves.engine.submodels.pair import Drawing, OneVariance
from growthcurves.engine.submodels.sampled import SampledRatio
from growthcurves.errors import ModelError, NotAvailableError
from growthcurves.numerics.arrays import Array

#: From persons with other outcomes to estimates.
Again = Callable[[Any], Any]


@dataclass(frozen=True, eq=False)
class LevelRatio(SampledRatio):
    """See `SampledRatio`.

    Attributes
    ----------
    ends : (Estimates, Estimates)
        The larger model, and the smaller one.
    again : (callable, callable) or None
        What fits them to persons with other outcomes; None where persons' sums are not of the same columns.
    """

    ends: tuple[Any, Any]
    again: tuple[Again, Again] | None

    def one_variance(self, draws: int, seed: int) -> OneVariance:
        raise ModelError("The exact distribution is known without units above persons; use method='bootstrap'.")

    def drawings(self, seed: int) -> tuple[Drawing, Drawing]:
        if self.again is None:
            raise NotAvailableError(
                "Replicates of these two models cannot be drawn from the same sums: take method='auto', or test a "
                "variance by leaving it out with test_variance()."
            )
        return self._of(0, self.again, seed), self._of(1, self.again, seed)

    def _of(self, place: int, again: tuple[Again, Again], seed: int) -> Drawing:
        large = self.ends[0]
        outcomes = Outcomes(large.frame, self.null_truth(), large.sums.people, np.random.default_rng(seed))

        def fits(first: int, last: int) -> Fits:
            made = (again[place](outcomes.next()) for _ in range(first, last))
            return Fits.joined([as_fits(self.ends[place], one) for one in made])

        return Drawing(DRAWN_NUMBERS, 0, fits)


def same_columns(one: Any, other: Any) -> bool:
    """Whether persons' cross-products of two fits are of the same stored columns, weights and centres."""
    pairs: list[tuple[Array, Array]] = [
        (one.row_centre, other.row_centre), (one.weight_centre, other.weight_centre), (one.weights, other.weights),
        (one.gram, other.gram),
    ]  # fmt: skip
    return all(np.array_equal(*pair) for pair in pairs)
