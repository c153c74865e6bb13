"""From derivatives in a factor of D to those in local coordinates.

Nodes are laid along the columns of the lower triangular factor of D, in standard random effects whose order is that of
the model's curves: what is printed depends on D alone, and not on which factor of it the search has come to, nor on the
order in which effects are named (docs/engine.md, 8.4).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from growthcurves.engine.parameters.local import Local
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True, eq=False)
class Charted:
    """The factor of D at a local point along which nodes are laid, and how it moves.

    Attributes
    ----------
    root : (q, q) array
    moves : (m, q, q) array
        Its derivative along each coordinate of the chart.
    factors : (m, q, q) array
        Derivatives of a factor of D that is `root` here and moves in a straight line: the integral is the same for
        every factor, and its second derivatives along the chart are those along these.
    bends : (m, m, q, q) array
        Second derivatives of `root`.
    """

    root: Array
    moves: Array
    factors: Array
    bends: Array

    @classmethod
    def of(cls, local: Local, axes: Array) -> Charted:
        """`axes` (q, q) are the coordinates, orthogonal, in which the factor is triangular."""
        face = local.face
        Q, R = np.linalg.qr((axes @ local.F).T)
        along = np.zeros((face.size, *R.shape))
        for m, (i, j) in enumerate(face.free):
            along[m, :, j] = face.rotation[:, i]
        factors = axes @ along @ Q
        lower, spin = _lower(factors, R.T)
        return cls(axes.T @ R.T, axes.T @ lower, axes.T @ factors, axes.T @ _bends(factors, spin, R.T))


def _bends(factors: Array, spin: Array, L: Array) -> Array:
    """Second derivatives of (L + sum_m t_m A_m) O(t), O orthogonal so that it stays lower triangular."""
    turned = factors[:, None] @ spin + 0.5 * L @ (spin[:, None] @ spin)
    both = turned + turned.swapaxes(0, 1)
    m, q = len(factors), len(L)
    return _lower(both.reshape(m * m, q, q), L)[0].reshape(both.shape)


def _lower(factors: Array, L: Array) -> tuple[Array, Array]:
    """A + L W of each A with the antisymmetric W that makes it lower triangular, as a triangular factor moves; and W.

    Where a column of L begins with zero, nothing turns it.
    """
    q = len(L)
    spin = np.zeros_like(factors)
    for i in range(q):
        for j in range(i + 1, q):
            above = factors[:, i, j] + np.einsum("k,mk->m", L[i, :i], spin[:, :i, j])
            spin[:, i, j] = -above / L[i, i] if L[i, i] != 0.0 else 0.0
            spin[:, j, i] = -spin[:, i, j]
    return factors + L @ spin, spin
