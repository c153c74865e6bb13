"""Persons in chunks that fit the cache."""

from __future__ import annotations

CHUNK_PERSONS = 1 << 13


def chunks(count: int) -> list[slice]:
    """Slices of persons that fit the cache."""
    return [slice(first, min(first + CHUNK_PERSONS, count)) for first in range(0, count, CHUNK_PERSONS)]
