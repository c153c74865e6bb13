"""Persons in chunks that fit the cache."""

from __future__ import annotations

CHUNK_PERSONS = 1 << 13
#: Persons whose rows, where they have several, fit it too; arrays of more are taken from the system one by one.
FEW_PERSONS = 1 << 11


def chunks(count: int, size: int = CHUNK_PERSONS) -> list[slice]:
    """Slices of persons that fit the cache."""
    return [slice(first, min(first + size, count)) for first in range(0, count, size)]
