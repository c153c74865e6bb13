"""Standard coordinates of X and Z: orthonormal columns, found from the sums whatever their rank.

See docs/engine.md, section 3.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from growthcurves.engine.sums.design import Standard, standardise
from growthcurves.engine.sums.totals import Totals


@dataclass(frozen=True)
class Coordinates:
    """Standard coordinates of X and Z.

    Attributes
    ----------
    x, z : Standard
        Maps into and back; `z` is block-diagonal as the partition of the random effects says.
    dependent_x, dependent_z : tuple of int
        Columns that are linear combinations of the columns before them (of Z: in their block).
    """

    x: Standard
    z: Standard
    dependent_x: tuple[int, ...]
    dependent_z: tuple[int, ...]


def coordinates(totals: Totals) -> Coordinates:
    """Find the standard coordinates; they exist whatever the rank, and say which columns are dependent."""
    terms = totals.terms
    own_x = np.array([terms.x_closed.index((terms.leading(k), w)) for k, w in terms.x], dtype=int)
    lift_x = terms.lift_x(totals.row_centre, totals.weight_centre)
    x = _scaled(standardise(totals.total[:-1, :-1], lift_x, own_x), totals.rows)
    own_z = np.array([terms.z_closed.index(terms.leading(k)) for k in terms.z], dtype=int)
    lift_z = terms.lift_z(totals.row_centre)
    q = len(terms.z)
    into, back, kept = np.zeros((len(totals.gram), q)), np.zeros((q, q)), []
    for block in terms.blocks:
        part = standardise(totals.gram, lift_z[:, block], own_z[list(block)])
        inside = [block[j] for j in part.kept]
        into[:, inside] = part.into
        back[np.ix_(inside, inside)] = part.back
        kept += inside
    z = _scaled(Standard(into, back, tuple(sorted(kept))), totals.persons)
    return Coordinates(x, z, _rest(x.kept, len(terms.x)), _rest(z.kept, q))


def _scaled(standard: Standard, count: float) -> Standard:
    """Columns of mean square one over `count`, in the place of orthonormal ones."""
    root = np.sqrt(count)
    return replace(standard, into=standard.into * root, back=standard.back / root)


def _rest(kept: tuple[int, ...], size: int) -> tuple[int, ...]:
    return tuple(sorted(set(range(size)) - set(kept)))
