"""Rows of a panel for one model: what the engine sums, and what a likelihood of single rows needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from growthcurves.contracts.parameters import Occasions
from growthcurves.engine.sums.design import Terms
from growthcurves.engine.sums.nesting import Nesting
from growthcurves.engine.sums.rows import Centres, centred_about
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of a panel for one model: what the engine sums, and what a likelihood of single rows needs.

    Attributes
    ----------
    terms : Terms
        Which products make X and Z.
    stored : sequence of (n,) arrays
        Stored columns g_1, ..., g_m, in the units of the terms.
    outcome : (n,) array
    weights : sequence of (N,) arrays
    persons : int
    starts : (N,) array or None
        Each person's first row, where rows of a person lie together.
    apart : (n,) array or None
        Whose row it is, where rows of a person do not lie together.
    labels : (N,) array
    occasions : Occasions
    trials : (n,) array, optional
        Of how many trials the outcome counts the successes.
    offset : (n,) array, optional
        What is added to the linear predictor; only outcomes that are not normal have it here.
    nesting : Nesting, optional
        The units above persons.
    crossed : tuple of (n,) and (k,) arrays
        Of factors that cross persons: the unit of each row, and who the units are.
    stands : (N,) array, optional
        How many persons of its unit each stands for; the nesting says what units stand for.
    row_stands : (n,) array, optional
        How many rows of its person each stands for.
    centres : Centres, optional
        About what the sums are taken; by default observed values near the means of these rows.
    """

    terms: Terms
    stored: Sequence[Array]
    outcome: Array
    weights: Sequence[Array]
    persons: int
    starts: Array | None
    apart: Array | None
    labels: Array
    occasions: Occasions
    trials: Array | None = None
    offset: Array | None = None
    nesting: Nesting | None = None
    crossed: tuple[tuple[Array, Array], ...] = ()
    stands: Array | None = None
    row_stands: Array | None = None
    centres: Centres | None = None

    @cached_property
    def about(self) -> Centres:
        """About what the sums of these rows are taken."""
        if self.centres is not None:
            return self.centres
        return Centres(centred_about([*self.stored, self.outcome]), centred_about(self.weights))

    @cached_property
    def codes(self) -> Array:
        """Whose row it is, (n,)."""
        if self.starts is None:
            assert self.apart is not None
            return self.apart
        return np.repeat(np.arange(self.persons), np.diff(self.starts, append=len(self.outcome)))

    def take(self, index: Array) -> Rows:
        """Some of the rows, in their order, of the persons and units that have any of them."""
        persons, codes = np.unique(self.codes[index], return_inverse=True)
        together = self.starts is not None
        crossed = [(*np.unique(units[index], return_inverse=True), who) for units, who in self.crossed]
        nesting = self.nesting and Nesting.of([labels[persons] for labels in self.nesting.by_person()])
        return replace(
            self,
            stored=[np.asarray(column)[index] for column in self.stored],
            outcome=self.outcome[index],
            weights=[weight[persons] for weight in self.weights],
            persons=len(persons),
            starts=np.flatnonzero(np.diff(codes, prepend=-1)) if together else None,
            apart=None if together else codes,
            labels=self.labels[persons],
            occasions=self.occasions.take(index),
            trials=None if self.trials is None else self.trials[index],
            offset=None if self.offset is None else self.offset[index],
            nesting=nesting,
            crossed=tuple((inside, who[units]) for units, inside, who in crossed),
        )

    def columns(self, pairs: Sequence[tuple[int, int]]) -> Array:
        """Columns of X, (n, k): products of a row column and a weight."""
        made = self.row_columns(sorted({k for k, _ in pairs}))
        out = [made[k] * (self.weights[w - 1][self.codes] if w else 1.0) for k, w in pairs]
        return np.column_stack(out) if out else np.zeros((len(self.outcome), 0))

    def row_columns(self, wanted: Sequence[int]) -> dict[int, Array]:
        """Row columns by number."""
        ones = np.ones(len(self.outcome))
        found = {}
        for k in wanted:
            found[k] = np.zeros(len(self.outcome))
            for g, a in self.terms.combination(k):
                found[k] = found[k] + a * (self.stored[g - 1] if g else ones)
        return found
