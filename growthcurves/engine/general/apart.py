"""Which variance parameters the covariance matrices of outcomes tell apart, and which change together unseen.

The rank rule is that of Rothenberg (1971): parameters are told apart at a point where the derivatives of all V_i are
linearly independent.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.engine.parameters.point import Point
from growthcurves.numerics.arrays import Array

#: Squared relative change of an outcome's variance, by a step of one, of a coordinate that moves nothing.
FLAT = 1e-10
#: Squared share of a direction that moves the V_i, below which the data do not tell it.
TOLD_APART = 1e-12
#: A step along a direction that moves no V_i, and what of it counts as a change of a parameter.
STEP, CHANGED = 1e-4, 1e-3


@dataclass(frozen=True, eq=False)
class Apart:
    """What moves the V_i at a point, along m variance coordinates.

    Attributes
    ----------
    flat : (m,) array of bool
        Coordinates that move none: of what the data never show, or at the end of their range.
    null : (m, k) array
        Combinations of the others that move none.
    """

    flat: Array
    null: Array

    @property
    def rank(self) -> int:
        """On how many parameters the V_i depend."""
        return int((~self.flat).sum()) - self.null.shape[1]

    @classmethod
    def of(cls, slopes: Any, rows: int) -> Apart:
        """From the derivatives of all V_i."""
        gram = slopes.changes
        m = len(gram)
        flat = ~(np.diag(gram) > FLAT * rows)
        kept = np.flatnonzero(~flat)
        size = np.sqrt(np.diag(gram)[kept])
        values, vectors = np.linalg.eigh(gram[np.ix_(kept, kept)] / np.outer(size, size))
        lost = values < TOLD_APART * values.max(initial=0.0)
        null = np.zeros((m, int(lost.sum())))
        null[kept] = vectors[:, lost] / size[:, None]
        return cls(flat, null / np.maximum(np.linalg.norm(null, axis=0), 1e-300))

    def inverse(self, inverted: Any, hessian: Array, first: int) -> Array | None:
        """The inverse of a Hessian whose variance coordinates begin at `first`; flat ones stay where they are."""
        kept = np.concatenate([np.ones(first, dtype=bool), ~self.flat])
        found = inverted(hessian[np.ix_(kept, kept)])
        if found is None:
            return None
        out = np.zeros_like(hessian)
        out[np.ix_(kept, kept)] = found
        return out

    def directions(self) -> Array:
        """Steps that move no V_i, (k, m)."""
        return np.concatenate([np.eye(len(self.flat))[self.flat], self.null.T])


def names_that_change(before: Point, after: Iterable[Point], J: Array, random: Sequence[str]) -> tuple[str, ...]:
    """The natural parameters that differ between points.

    Parameters
    ----------
    before : Point
    after : iterable of Point
        A small step away.
    J : (q, q) array
        From standard random effects to the original ones.
    random : sequence of str
        What these are called.
    """
    start = _named(before, J, random)
    found: dict[str, None] = {}
    for point in after:
        for (name, value), (_, other) in zip(start, _named(point, J, random), strict=True):
            if abs(other - value) > CHANGED * STEP * max(abs(value), 1e-3):
                found[name] = None
    return tuple(found)


def name_at_its_end(before: Point, after: Point) -> str:
    """The parameter of residuals that a flat coordinate belongs to: the one that moves most with it."""
    values, moved = (np.array([float(value) for value in one.residual.values()]) for one in (before, after))
    change = np.abs(moved - values) / np.maximum(np.abs(values), 1e-300)
    return str(before.residual.parameters()[int(np.argmax(change))].name)


def _named(point: Point, J: Array, random: Sequence[str]) -> list[tuple[str, float]]:
    """Natural parameters with their values: SDs and correlations of random effects, and those of residuals."""
    G = J @ point.total() @ J.T
    sd = np.sqrt(np.maximum(np.diag(G), 0.0))
    found = [(f"sd:{name}", float(sd[a])) for a, name in enumerate(random)]
    for a in range(len(random)):
        found += [(f"cor:{random[b]},{random[a]}", float(G[a, b] / (sd[a] * sd[b] or 1.0))) for b in range(a)]
    residual = point.residual
    names = [parameter.name for parameter in residual.parameters()]
    return found + [(name, float(value)) for name, value in zip(names, residual.values(), strict=True)]
