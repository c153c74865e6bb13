"""How much of the sums single persons are."""

from __future__ import annotations

import numpy as np

from growthcurves.numerics.arrays import Array

#: Columns that differ from combinations of others by more than this share of their size tell by how much.
APART = 1e-13


def leverages(known: Array) -> tuple[Array, int]:
    """How much of its own fit each person is, (N,), and the rank of what is summed (N, a).

    A combination of the columns that is zero for all but some persons S exists only if their leverages add up to one or
    more: its squares on S are at most their sum (docs/sites.md, section 3).
    """
    length = np.linalg.norm(known, axis=0)
    left, values, _ = np.linalg.svd(known / np.where(length > 0.0, length, 1.0), full_matrices=False)
    basis = left[:, values > APART * values.max(initial=0.0)]
    return (basis**2).sum(axis=1), basis.shape[1]
