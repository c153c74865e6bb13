"""The units above persons as a panel has them: who lies in which, and whether every person lies in one."""

from __future__ import annotations

import numpy as np

from growthcurves.data.levels import factorized
from growthcurves.data.source import show_id
from growthcurves.errors import ModelError
from growthcurves.model.growth import GrowthModel
from growthcurves.model.person_level import PersonLevel


def units_of_persons(model: GrowthModel, people: PersonLevel) -> list[np.ndarray]:
    """The label of each person's unit at each level above, innermost first, (N,) each.

    Raises
    ------
    ModelError
        When a person has rows in two units of a level: the person is named.
    """
    return [_labels(model, unit, people) for unit in model.above]


def _labels(model: GrowthModel, unit: str, people: PersonLevel) -> np.ndarray:
    person = people.varies_for(unit)
    codes, values = factorized(people.panel, unit)
    labels = np.asarray(values)
    if person is not None:
        seen = [show_id(labels[code]) for code in _first_two(codes[people.persons.codes == person])]
        who = show_id(people.persons.labels[person])
        raise ModelError(
            f"The {model.id} {who} has rows in two units of {unit!r} ({seen[0]} and {seen[1]}). If ids are used again "
            f"in every {unit}, give id=[{unit!r}, {model.id!r}]; if {who} moved, {unit} and {model.id} are crossed: "
            f"(1 | {unit}) + (1 | {model.id}) as a formula."
        )
    found = labels[codes[people.first_rows]]
    return found.astype(str) if found.dtype == object else found


def _first_two(codes: np.ndarray) -> np.ndarray:
    _, first = np.unique(codes, return_index=True)
    return codes[np.sort(first)[:2]]
