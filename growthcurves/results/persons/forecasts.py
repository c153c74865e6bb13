"""Outcomes of a family foretold one after the other: each from the person's outcomes before it and all parameters."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.contracts.family import Answers
from growthcurves.engine.estimates import Seen, Wanted
from growthcurves.fitted import FittedModel
from growthcurves.model.outcome_family import family_outcome
from growthcurves.remembered import remembered
from growthcurves.results.questions.design_rows import own_rows

#: Functions of an outcome and a linear predictor, one array each.
FunctionOfRow = Callable[[Answers, np.ndarray], Sequence[np.ndarray]]


@dataclass(frozen=True, eq=False)
class FamilyRows:
    """The rows used of a fit of a family.

    Attributes
    ----------
    X, Z : (n, p) and (n, q) arrays
        Z of standard random effects.
    offset : (n,) array
    answers : Answers
    codes : (n,) array of int
        Whose row it is.
    occasions : Occasions
    """

    X: np.ndarray
    Z: np.ndarray
    offset: np.ndarray
    answers: Answers
    codes: np.ndarray
    occasions: Any

    def seen(self, rows: np.ndarray, codes: np.ndarray, persons: int) -> Seen:
        """Some of the rows as what was seen of persons."""
        some = self.answers.at(rows)
        return Seen(self.X[rows], self.Z[rows], some.value, codes, persons, self.occasions.take(rows),
                    self.offset[rows], some.trials)  # fmt: skip

    def wanted(self, rows: np.ndarray, codes: np.ndarray) -> Wanted:
        """Some of the rows as what is foretold of persons."""
        return Wanted(self.X[rows], self.Z[rows], self.offset[rows], codes)

    @property
    def of_one(self) -> np.ndarray:
        """Outcomes as their mean is told: of several trials the share of successes."""
        value, trials = self.answers
        return value if trials is None else value / trials


@remembered
def family_rows(fit: FittedModel) -> FamilyRows:
    """The rows used of a fit of a family."""
    rows, outcome = own_rows(fit), family_outcome(fit.model, fit.panel)
    offset = np.zeros(len(rows.X)) if outcome.offset is None else outcome.offset
    answers = Answers(outcome.values, outcome.trials)
    return FamilyRows(rows.X, fit.standard_rows(rows.Z), offset, answers, fit.panel.persons.codes, rows.occasions)


def foretold(fit: FittedModel, of: FunctionOfRow) -> np.ndarray:
    """Means (m, n) of functions of each outcome and its linear predictor, over what the person's outcomes before it
    leave open of the random effects; of a first outcome over all persons.

    What is foretold of a row depends on no outcome of that row or of later ones.
    """
    rows = family_rows(fit)
    rank = _ranks(fit, rows.codes)
    parts = []
    for place in range(int(rank.max(initial=-1)) + 1):
        now = np.flatnonzero(rank == place)
        number = np.full(fit.panel.persons.count, -1)
        number[rows.codes[now]] = np.arange(len(now))
        before = np.flatnonzero((rank < place) & (number[rows.codes] >= 0))
        answers = rows.answers.at(now)
        found = fit.estimates.averages(
            lambda eta, some, answers=answers: of(answers.at(some), eta),
            rows.wanted(now, np.arange(len(now))),
            rows.seen(before, number[rows.codes[before]], len(now)),
        )
        parts.append((now, found))
    whole = np.full((len(parts[0][1]) if parts else 0, len(rank)), np.nan)
    for now, found in parts:
        whole[:, now] = found
    return whole


def _ranks(fit: FittedModel, codes: np.ndarray) -> np.ndarray:
    """The place of each row among its person's, in the order of time."""
    keys = (codes,) if fit.panel.time is None else (fit.panel.times, codes)
    order = np.lexsort(keys)
    sizes = np.bincount(codes)
    starts = np.cumsum(sizes) - sizes
    rank = np.empty(len(codes), dtype=int)
    rank[order] = np.arange(len(codes)) - starts[codes[order]]
    return rank
