"""Units above persons in answers: whose random effects move the outcome, what of a row is a unit's, and their words."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from growthcurves.contracts.finding import PERSON
from growthcurves.data.unit_words import level_words
from growthcurves.errors import ModelError, among, unknown
from growthcurves.fitted import FittedModel
from growthcurves.results.tables.units import unit_called


def units_above(fit: FittedModel) -> tuple[str, ...]:
    """The columns of the units above persons that have random effects, the innermost first."""
    return tuple(unit for unit, _ in fit.recipe.random.units if unit != PERSON)


def is_crossed(fit: FittedModel) -> bool:
    """Whether units cross persons, so that none lies in another."""
    return bool(fit.bound.crossed)


def units_of_rows(fit: FittedModel) -> dict[str, np.ndarray]:
    """The unit of each row, its place among the units of its level, by level above persons, (n,)."""
    if is_crossed(fit):
        return {unit: of_rows for unit, (of_rows, _) in zip(units_above(fit), fit.bound.crossed, strict=True)}
    nesting, codes = fit.sums.people.nesting, fit.panel.persons.codes
    above = units_above(fit)
    return {unit: of_persons[codes] for unit, of_persons in zip(above, nesting.units, strict=True)} if above else {}


def checked_unit(fit: FittedModel, unit: str | None) -> tuple[str, ...]:
    """The units that are meant: one, or persons and all above them.

    Raises
    ------
    ModelError
        For a unit that the model does not have.
    """
    every = (PERSON, *units_above(fit))
    if unit is None:
        return every
    called = {PERSON: PERSON, fit.model.id: PERSON} | {name: name for name in every}
    if not among(unit, called):
        raise ModelError(unknown("unit of the model", unit, [str(fit.model.id), *every[1:]]))
    return (called[unit],)


def in_common(fit: FittedModel, unit: str) -> tuple[str, ...]:
    """The units that two outcomes of one unit share: it and those in which it lies; of crossed units it alone."""
    every = (PERSON, *units_above(fit))
    return (unit,) if is_crossed(fit) else every[every.index(unit) :]


def part_of(fit: FittedModel, rows: np.ndarray, units: Collection[str]) -> np.ndarray:
    """What the random effects of some units do in rows (..., q) of standard ones: the others' columns are zero."""
    out = np.zeros_like(rows)
    for unit, place in fit.sums.terms.places.items():
        if unit in units:
            out[..., place] = rows[..., place]
    return out


def two_of(fit: FittedModel, unit: str) -> str:
    """Two outcomes that have a unit in common: "two occasions of a pupil", "two pupils of a school"."""
    who, said = fit.vocabulary.who, fit.vocabulary.said
    if unit == PERSON:
        return said("two occasions of a person")
    others = (PERSON, *units_above(fit))
    below, one = others[: others.index(unit)], level_words(unit).one
    two = f"two {who.several}" if fit.vocabulary.over_time else f"observations of two {who.several}"
    apart = f" in different {unit_called(fit, below[-1]).several}" if len(below) > 1 else ""
    return f"{two} of {_article(one)} {one}{apart}"


def _article(word: str) -> str:
    return "an" if word[0] in "aeio" else "a"
