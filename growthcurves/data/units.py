"""Units as words."""

from __future__ import annotations


def singular(unit: str) -> str:
    """A unit of time after "per": "days" is "day".

    Examples
    --------
    >>> singular("days"), singular("week"), singular("age class")
    ('day', 'week', 'age class')
    """
    return unit[:-1] if unit.endswith("s") and not unit.endswith("ss") else unit
