"""What those are called of whom rows are: "students" where the id column says so, else "persons"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

#: Words that an id column may be called by, with their plural; any others are persons.
_REGULAR = (
    "patient", "participant", "student", "pupil", "school", "hospital", "clinic", "site", "centre", "center", "ward",
    "firm", "household", "district", "region", "village", "town", "state", "teacher", "therapist", "doctor", "couple",
    "animal", "rat", "dog", "cow", "pig", "plant", "tree", "plot", "field", "litter", "lab", "team", "group", "worker",
    "employee", "infant", "twin", "player", "athlete", "customer", "user", "sensor", "machine", "classroom",
)  # fmt: skip
_PLURALS = {word: f"{word}s" for word in _REGULAR} | {
    "child": "children", "class": "classes", "mouse": "mice", "fish": "fish", "family": "families", "batch": "batches",
    "country": "countries", "county": "counties", "city": "cities", "company": "companies", "woman": "women",
    "man": "men", "university": "universities",
}  # fmt: skip
#: Units that hold persons, so that their rows may be persons at one time.
OF_PERSONS = frozenset(
    (
        "school", "class", "classroom", "hospital", "clinic", "site", "centre", "center", "ward", "firm", "household",
        "district", "region", "village", "town", "state", "teacher", "therapist", "doctor", "team", "group", "family",
        "country", "county", "city", "company", "university",
    )
)  # fmt: skip


class UnitWords(NamedTuple):
    """One of them, and several."""

    one: str
    several: str


def unit_words(column: str, label: str = "") -> UnitWords:
    """What those are called whom an id column or its label names, where that is plain.

    Several columns that say together who a person is are of the smallest: pupils where they are "school, pupil", and
    persons where only the school's name says what it is.

    Examples
    --------
    >>> unit_words("student_id"), unit_words("idno"), unit_words("SchoolID").several, unit_words("x", "Pupil")
    (UnitWords(one='student', several='students'), UnitWords(one='person', several='persons'), 'schools', \
UnitWords(one='pupil', several='pupils'))
    >>> together = ("school, class, pupil", "patient, site", "school, number", "school, class")
    >>> [unit_words(columns).several for columns in together]
    ['pupils', 'patients', 'persons', 'classes']
    """
    several = [unit_words(part) for part in reversed(column.split(", "))] if ", " in column and not label else []
    if several:
        inner = [one for one in several if one.one not in OF_PERSONS]
        return next((one for one in inner if one.one != "person"), (inner or several)[0])
    for text in (label, column):
        for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+", text):
            found = word.lower()
            for name in (found, re.sub(r"^id|(?:id|no|nr|code)$", "", found)):
                if name in _PLURALS:
                    return UnitWords(name, _PLURALS[name])
    return UnitWords("person", "persons")


def level_words(column: str) -> UnitWords:
    """What the units above persons are called that a column names; of a name that says nothing, "unit of" it.

    Examples
    --------
    >>> level_words("school_id"), level_words("g3")
    (UnitWords(one='school', several='schools'), UnitWords(one='unit of g3', several='units of g3'))
    """
    found = unit_words(column)
    return UnitWords(f"unit of {column}", f"units of {column}") if found.one == "person" else found


def differing(unit: str, above: Iterable[str], crossed: bool = False) -> str:
    """Between whom the random effects of a level differ, "person" or a column above: "persons of one class", "schools".

    Where units are crossed, none lie in one of another.

    Examples
    --------
    >>> differing("person", ["class", "school"]), differing("school", ["class", "school"]), differing("person", [])
    ('persons of one class', 'schools', 'persons')
    """
    units = ("person", *above)
    several = "persons" if unit == "person" else level_words(unit).several
    after = units[units.index(unit) + 1 :][:1]
    return several if crossed or not after else f"{several} of one {level_words(after[0]).one}"
