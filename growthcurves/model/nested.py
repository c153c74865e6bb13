"""The units above persons as a panel has them: who lies in which, and whether every person lies in one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from growthcurves.data.levels import factorized
from growthcurves.data.source import show_id
from growthcurves.errors import ModelError
from growthcurves.model.growth import GrowthModel
from growthcurves.model.person_level import PersonLevel
from growthcurves.model.random import crosses
from growthcurves.numerics.distinct import numbered, numbered_within

#: The unit of each row, and who the units are.
Units = tuple[np.ndarray, np.ndarray]


def crossed(model: GrowthModel) -> bool:
    """Whether units cross persons."""
    return crosses(model.above)


def units_of_persons(model: GrowthModel, people: PersonLevel) -> list[np.ndarray]:
    """The label of each person's unit at each level above, innermost first, (N,) each; none where units are crossed.

    Raises
    ------
    ModelError
        When a person has rows in two units of a level: the person is named.
    """
    return [] if crossed(model) else [_labels(model, unit, people) for unit in model.above]


def refuse_same(model: GrowthModel, labels: Sequence[np.ndarray]) -> None:
    """Refuse two levels of the same units, as those are that are given the outermost first.

    Units of which each holds one alone of those below are these: a school that is looked for within classes is the
    class.

    Parameters
    ----------
    model : GrowthModel
    labels : sequence of (N,) arrays
        Those of `units_of_persons`.

    Raises
    ------
    ModelError
    """
    names = list(model.above)
    counts = [len(first) for first, _ in numbered_within(labels)] if len(labels) > 1 else []
    for place, (inner, outer, one, other) in enumerate(zip(names, names[1:], counts, counts[1:], strict=False)):
        different = len(numbered(labels[place])[0])
        if other < different < one:  # used again, and more of them than units above
            raise ModelError(
                f"levels= names the innermost units first, and {different:,} names of {inner!r} are used again in "
                f"{other:,} {outer!r}: give {{{outer!r}: ..., {inner!r}: ...}} if {outer!r} lie in {inner!r}; if "
                f"{inner!r} lie in {outer!r}, give them names of their own (a column of both)."
            )
        if one == other:
            raise ModelError(
                f"Each unit of {outer!r} holds one unit of {inner!r} alone: these two levels cannot be told apart. "
                f"levels= names the innermost units first, {{{outer!r}: ..., {inner!r}: ...}} if {outer!r} lie in "
                f"{inner!r}; if they are the same, leave one of them out."
            )


def units_of_rows(model: GrowthModel, people: PersonLevel) -> list[Units]:
    """Of crossed units the unit of each row, (n,), and who the units are, by column."""
    if not crossed(model):
        return []
    found = (factorized(people.panel, unit) for unit in model.above)
    return [_occurring(codes, _plain(np.asarray(values))) for codes, values in found]


def _occurring(codes: np.ndarray, labels: np.ndarray) -> Units:
    """The units that have rows, numbered anew: a column of categories may know others."""
    first, again = numbered(codes)
    return again, labels[codes[first]]


def held_by(columns: Sequence[np.ndarray], units: Sequence[np.ndarray]) -> tuple[int, ...]:
    """The highest level within whose units each column (N,) is the same: 0 persons, l the l-th level above them.

    Parameters
    ----------
    columns : sequence of (N,) arrays
        One value per person.
    units : sequence of (N,) arrays
        The label of each person's unit at each level above, innermost first; labels are used again in other units.

    Examples
    --------
    >>> classes, schools = np.array([1, 1, 2, 1]), np.array(["a", "a", "a", "b"])
    >>> held_by([np.array([0.0, 1, 1, 1]), np.array([1.0, 1, 2, 2]), np.array([3.0, 3, 3, 4])], [classes, schools])
    (0, 1, 2)
    """
    found = [0] * len(columns)
    for level, (first, places) in reversed(list(enumerate(numbered_within(units), start=1))):
        for j, values in enumerate(columns):
            if not found[j] and (values[first][places] == values).all():
                found[j] = level
    return tuple(found)


def _labels(model: GrowthModel, unit: str, people: PersonLevel) -> np.ndarray:
    """The label of each person's unit of a column, (N,), which must be one."""
    person = people.varies_for(unit)
    codes, values = factorized(people.panel, unit)
    labels = np.asarray(values)
    if person is not None:
        seen = [show_id(labels[code]) for code in _first_two(codes[people.persons.codes == person])]
        who = show_id(people.persons.labels[person])
        raise ModelError(
            f"The {model.id} {who} has rows in two units of {unit!r} ({seen[0]} and {seen[1]}). If ids are used again "
            f"in every {unit}, give id=[{unit!r}, {model.id!r}]; if {who} moved, they are crossed: "
            f"levels={{{unit!r}: gc.Crossed('intercept')}}, or (1 | {unit}) in a formula."
        )
    return _plain(labels[codes[people.first_rows]])


def _plain(labels: np.ndarray) -> np.ndarray:
    """Labels that can be sorted and saved."""
    return labels.astype(str) if labels.dtype == object else labels


def _first_two(codes: np.ndarray) -> np.ndarray:
    """The first two different codes, in the order of the rows."""
    _, first = np.unique(codes, return_index=True)
    return codes[np.sort(first)[:2]]
