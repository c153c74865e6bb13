"""The type of all numbers, and where the entries of a triangle are."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

Array = np.ndarray


@lru_cache(maxsize=64)
def upper(size: int) -> tuple[Array, Array]:
    """Rows and columns of the entries on and above the diagonal of a square matrix, row by row."""
    return np.triu_indices(size)
