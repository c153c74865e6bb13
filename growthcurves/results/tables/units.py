"""The units above persons in words and numbers: what they are called, how many there are, how many persons each has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from growthcurves.contracts.finding import PERSON
from growthcurves.data.unit_words import UnitWords, differing, level_words
from growthcurves.fitted import FittedModel
from growthcurves.model.random import crosses
from growthcurves.remembered import remembered


class UnitCount(NamedTuple):
    """The units of a level: their column, what they are called, how many there are, and the persons of each."""

    column: str
    words: UnitWords
    units: int
    fewest: int
    most: int
    mean: float


def unit_called(fit: FittedModel, unit: str) -> UnitWords:
    """What the units of a level are called, persons or those of a column above them."""
    return fit.vocabulary.who if unit == PERSON else level_words(unit)


@remembered
def unit_counts(fit: FittedModel) -> list[UnitCount]:
    """The units of each level above persons, innermost first."""
    if not fit.model.above:
        return []
    found = []
    for column, sizes in zip(fit.model.above, unit_sizes(fit), strict=True):
        ends = (int(sizes.min()), int(sizes.max()), float(sizes.mean()))
        found.append(UnitCount(column, level_words(column), sizes.size, *ends))
    return found


def unit_sizes(fit: FittedModel) -> Sequence[np.ndarray]:
    """How many persons each unit of each level holds; of crossed units how many have rows in it."""
    if fit.weighing is not None and isinstance(fit.weighing.sampled, np.ndarray):  # sums count persons by their weights
        nesting = fit.sums.people.nesting
        return [np.bincount(units, minlength=count) for units, count in zip(nesting.units, nesting.counts, strict=True)]
    if not fit.bound.crossed:
        return fit.sums.unit_sizes
    persons = fit.panel.persons.codes
    pairs = (np.unique(np.column_stack([units, persons]), axis=0)[:, 0] for units, _ in fit.bound.crossed)
    return [np.bincount(units) for units in pairs]


def unit_shares(fit: FittedModel, level: int) -> np.ndarray:
    """What each unit of a level counts wherever units are averaged, one in all; persons are level 0."""
    if not level:
        return fit.person_shares
    if fit.weighing is None:
        count = len(unit_sizes(fit)[level - 1])
        return np.full(count, 1.0 / count)
    nesting, counts = fit.sums.people.nesting, np.asarray(fit.weighing.units[level - 1], dtype=float)
    codes = np.arange(len(counts))
    for place in range(level, len(nesting.counts)):
        codes = nesting.parents(place - 1)[codes]
        counts = counts * fit.weighing.units[place][codes]
    return np.asarray(counts / counts.sum())


def level_heading(fit: FittedModel, unit: str) -> str:
    """Between whom differences are: "between pupils of one class", "between schools"."""
    above = fit.model.above
    units = differing(unit, above, crosses(above))
    return f"between {units.replace('persons', fit.vocabulary.who.several, 1)}"
