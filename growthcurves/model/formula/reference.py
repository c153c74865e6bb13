"""Which level of a factor the others are compared with, and why that one: one rule for every door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from growthcurves.model.formula.codings import same_level

#: Names of groups that others are compared with; a column of texts that has just one of them begins with it.
CONTROLS = (
    "placebo",
    "pbo",
    "control",
    "controls",
    "control group",
    "sham",
    "vehicle",
    "untreated",
    "no treatment",
    "usual care",
    "standard care",
    "standard of care",
    "treatment as usual",
    "waitlist",
    "wait list",
    "waiting list",
)


def in_order(name: str, found: Sequence[Any], reference: Mapping[str, Any], as_table: bool) -> list[Any]:
    """The levels with the reference first.

    It is the level that the model asks for; else the first of a categorical column; else, of texts, the one that is
    called like a control; else the first by alphabet, in which order texts come.

    Parameters
    ----------
    name : str
        The column.
    found : sequence
        Its levels in their order.
    reference : mapping
        What the model asks for, by column.
    as_table : bool
        Whether the table orders the levels, as a categorical column does.
    """
    if name in reference:
        first = same_level(reference[name], found, name)
    else:
        first = found[0] if as_table or _control(found) is None else _control(found)
    return [first, *(level for level in found if level != first)]


def why_first(name: str, levels: Sequence[Any], reference: Mapping[str, Any]) -> str:
    """Where the reference of a factor comes from, in words.

    Examples
    --------
    >>> why_first("arm", ["placebo", "drug"], {}), why_first("sex", ["f", "m"], {}), why_first("sex", ["m", "f"], {})
    ('a control by its name', 'first by alphabet', 'first in the table')
    """
    if name in reference:
        return "as asked"
    if levels[0] == _control(levels):
        return "a control by its name"
    return "first by alphabet" if list(map(str, levels)) == sorted(map(str, levels)) else "first in the table"


def _control(levels: Sequence[Any]) -> Any:
    """The one level that is called like a control; None where there is none or more than one."""
    found = [level for level in levels if isinstance(level, str) and level.strip().casefold() in CONTROLS]
    return found[0] if len(found) == 1 else None
