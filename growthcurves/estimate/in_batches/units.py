"""Units above persons over all batches: which weights are the same within them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from growthcurves.estimate.refusals import refuse_taken_up
from growthcurves.model.nested import held_by, refuse_same
from growthcurves.model.recipe import BoundRows
from growthcurves.numerics.distinct import numbered_within


@dataclass
class UnitTally:
    """One person of each unit so far, and which weights the persons of a unit share.

    Attributes
    ----------
    units : list of (k,) arrays
        The labels of the units of one person per innermost unit, innermost first.
    weights : list of (k,) arrays
        Their weights.
    held : tuple of int
        As `Recipe.held`.
    """

    units: list[np.ndarray] = field(default_factory=list)
    weights: list[np.ndarray] = field(default_factory=list)
    held: tuple[int, ...] | None = None

    def see(self, bound: BoundRows) -> None:
        """Look at the persons of one more batch."""
        self._take(list(bound.units), list(bound.weights), None)

    def merged(self, other: UnitTally) -> None:
        """Look at the units that another has seen."""
        if other.units:
            self._take(other.units, other.weights, other.held)

    def _take(self, units: list[np.ndarray], weights: list[np.ndarray], held: tuple[int, ...] | None) -> None:
        if self.units:
            units = [np.concatenate(pair) for pair in zip(self.units, units, strict=True)]
            weights = [np.concatenate(pair) for pair in zip(self.weights, weights, strict=True)]
        found = held_by(weights, units)
        for known in (self.held, held):
            found = found if known is None else tuple(map(min, known, found))
        self.held = found
        first, _ = numbered_within(units)[0]
        self.units, self.weights = [one[first] for one in units], [one[first] for one in weights]

    def finished(self, bound: BoundRows) -> BoundRows:
        """A sketch of rows with all units, whose recipe knows which weights they hold; refused where none."""
        refuse_same(bound.model, self.units)
        recipe = replace(bound.recipe, held=self.held or ())
        all_units = replace(bound, recipe=recipe, units=tuple(self.units), weights=tuple(self.weights))
        refuse_taken_up(all_units)
        return replace(bound, recipe=recipe)
