"""Numbers of 64 bits in which every bit depends on every bit of what they are made of."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from growthcurves.numerics.arrays import Array

Bits = NDArray[np.uint64]


def mixed(keys: Sequence[Array]) -> Bits:
    """One number of each row of some columns (n,): others for other rows, but for one case in 2 to the power of 64.

    Zero and minus zero are the same.

    Examples
    --------
    >>> found = mixed([np.array([0.0, -0.0, 1.0]), np.array([2.0, 2.0, 2.0])])
    >>> bool(found[0] == found[1]), bool(found[1] == found[2])
    (True, False)
    """
    total = np.zeros(len(keys[0]), dtype=np.uint64)
    for key in keys:
        total += np.ascontiguousarray(key + 0.0).view(np.uint64)
        stir(total)
    return total


def stir(total: Bits) -> Bits:
    """Mix the bits of numbers in place (the finaliser of SplitMix64, Steele, Lea and Flood 2014)."""
    total += np.uint64(0x9E3779B97F4A7C15)
    total ^= total >> np.uint64(30)
    total *= np.uint64(0xBF58476D1CE4E5B9)
    total ^= total >> np.uint64(27)
    total *= np.uint64(0x94D049BB133111EB)
    total ^= total >> np.uint64(31)
    return total
