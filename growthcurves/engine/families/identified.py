"""Whether outcomes that are not normal tell the variances of random effects apart.

To second order in the random effects, a person's outcomes at two occasions depend on each other through z_j' G z_k,
and one outcome is more spread through z_j' G z_j. A yes or no has no spread of its own beside its mean, so that only
pairs of occasions tell of G; a dispersion of the family spreads every outcome (docs/engine.md, 8.6).
"""

from __future__ import annotations

import numpy as np

from growthcurves.engine.families.records import Records
from growthcurves.engine.search.certificate import IDENTIFIED
from growthcurves.numerics.arrays import Array

#: Records of a size that are looked at; where they tell the variances apart, others cannot undo it.
ENOUGH = 500


def identified(groups: list[Records], partition: tuple[tuple[int, ...], ...], spread: bool, dispersion: bool) -> bool:
    """Whether G has one value.

    Parameters
    ----------
    groups : list of Records
    partition : tuple of tuples
        Blocks within which G is unstructured.
    spread : bool
        Whether one outcome tells of its own spread.
    dispersion : bool
        Whether the family has a dispersion.
    """
    if not partition:
        return True
    rows = np.concatenate([_rows(group, partition, spread, dispersion) for group in groups])
    scale = np.linalg.norm(rows, axis=0)
    if len(rows) < rows.shape[1] or not (scale > 0.0).all():
        return False
    values = np.linalg.svd(np.linalg.qr(rows / scale).R, compute_uv=False)
    return bool(values[-1] > IDENTIFIED * values[0])


def _rows(group: Records, partition: tuple[tuple[int, ...], ...], spread: bool, dispersion: bool) -> Array:
    """What each pair of occasions tells of each entry of G, (pairs, entries)."""
    Z = group.Z[:, :, :ENOUGH]
    first, second = np.triu_indices(group.size, 0 if spread else 1)
    entries = [(a, b) for block in partition for i, a in enumerate(block) for b in block[: i + 1]]
    columns = [_entry(Z, a, b, first, second) for a, b in entries]
    if dispersion:
        columns.append(np.broadcast_to((first == second)[:, None] * 1.0, (len(first), Z.shape[2])).reshape(-1))
    return np.stack(columns, axis=-1)


def _entry(Z: Array, a: int, b: int, first: Array, second: Array) -> Array:
    made = Z[a, first] * Z[b, second]
    return (made if a == b else made + Z[b, first] * Z[a, second]).reshape(-1)
