"""Persons in chunks that fit the cache."""

from __future__ import annotations

from collections.abc import Iterator

CHUNK_PERSONS = 1 << 14


def chunks(count: int) -> Iterator[slice]:
    """Slices of persons that fit the cache."""
    for first in range(0, count, CHUNK_PERSONS):
        yield slice(first, min(first + CHUNK_PERSONS, count))
