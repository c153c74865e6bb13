"""Which level of a factor the others are compared with, and why that one: one rule for every door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from growthcurves.data.levels import beginning, control, first
from growthcurves.model.formula.codings import same_level


def in_order(name: str, found: Sequence[Any], reference: Mapping[str, Any], as_table: bool) -> list[Any]:
    """The levels with the reference first.

    It is the level that the model asks for; else that with which groups of the data begin (`data.levels`).

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
    return beginning(found, same_level(reference[name], found, name) if name in reference else first(found, as_table))


def why_first(name: str, levels: Sequence[Any], reference: Mapping[str, Any]) -> str:
    """Where the reference of a factor comes from, in words.

    Examples
    --------
    >>> why_first("arm", ["placebo", "drug"], {}), why_first("sex", ["f", "m"], {}), why_first("sex", ["m", "f"], {})
    ('a control by its name', 'first by alphabet', 'first in the table')
    """
    if name in reference:
        return "as asked"
    if levels[0] == control(levels):
        return "a control by its name"
    if all(isinstance(level, (int, float)) for level in levels):
        return "the lowest" if levels[0] == min(levels) else "first in the table"
    return "first by alphabet" if list(map(str, levels)) == sorted(map(str, levels)) else "first in the table"
