"""What derivatives need of units at every level: sums over pairs of units, by the lowest unit that holds both.

With P_uv = Z_u'V^-1 Z_v and U_u = Z_u'V^-1 [X y] of units u and v of levels k and l, all levels in V:

    `p[k]` sum P_uu, `uu[k]` sum U_u x U_u, `pp[k, l]` sum P_uv x P_vu, `pu[k, l]` sum P_uv x U_v x U_u.

Two units whose lowest common unit is t have P_uv = -R_u omega_t R_v', R_u = Z_u'W_t Z by the levels below t. See
docs/engine.md, section 9. What single persons add at their own level without units above is not here: `Blocks` say it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from growthcurves.engine.likelihood.tree import Climbed, Taken, Tree
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.component import identity, outer, pairs, times, turned

#: Numbers in one product of cells at a time.
AT_ONCE = 1 << 22

Two = tuple[int, int]


@dataclass
class Pairs:
    """Sums over units and pairs of units; persons' own are corrections to those without units above."""

    p: dict[int, Array] = field(default_factory=dict)
    uu: dict[int, Array] = field(default_factory=dict)
    pp: dict[Two, Array] = field(default_factory=dict)
    pu: dict[Two, Array] = field(default_factory=dict)

    def add(self, name: str, key: int | Two, value: Array) -> None:
        mine = getattr(self, name)
        mine[key] = mine[key] + value if key in mine else value


@dataclass
class Handed:
    """What units hand up, by the level l of the units below that it is summed over: R x R and R x U, component first.

    `rr[l]` (r, r, r, r, n) and `ru[l]` (r, r, r, p + 1, n); R_u has its last index in the columns of the unit above.
    """

    rr: dict[int, Array]
    ru: dict[int, Array]

    def above(self, tree: Tree, level: int) -> Handed:
        """Summed over the children of each unit."""
        return Handed(*({k: tree.summed(level, v) for k, v in part.items()} for part in (self.rr, self.ru)))

    def through(self, Q: Array) -> Handed:
        """R -> R Q' of the unit that they pass through."""
        rr = {k: _through(v, turned(Q), turned(Q)) for k, v in self.rr.items()}
        ru = {k: np.einsum("beain,fen->bfain", v, Q) for k, v in self.ru.items()}
        return Handed(rr, ru)


def gathered(tree: Tree, climbed: Climbed, taken: list[Taken]) -> Pairs:
    """All sums of the levels above persons, and what these change in the sums of persons."""
    out = Pairs()
    handed = _persons(out, tree, climbed, taken[0])
    for level, (rung, here) in enumerate(zip(climbed.rungs, taken, strict=True)):
        below = handed.above(tree, level)
        _common(out, below, here.omega, tree.counted(level, np.ones(here.omega.shape[-1])))
        for (k, left), (m, right) in _twos(below.ru):
            with_M = tree.counted(level, np.einsum("beain,efn->bfain", left, rung.M))
            found = np.tensordot(with_M, right, ((1, 4), (1, 4)))
            out.add("pu", (k, m), -found.transpose(0, 3, 4, 5, 1, 2))
        own = _units(out, tree, climbed, taken, level)
        passed = below.through(rung.Q)
        N = identity(len(rung.G)) - times(here.omega, rung.G)
        for k in below.rr:
            with_N = tree.counted(level, np.einsum("beahn,ecn->bcahn", below.rr[k], N))
            both = np.tensordot(with_N, N, ((3, 4), (0, 2)))
            out.add("pp", (k, level + 1), both.transpose(0, 1, 3, 2))
            across = np.tensordot(tree.counted(level, passed.ru[k]), own[1], (4, 2))
            out.add("pu", (k, level + 1), across.transpose(0, 1, 4, 5, 2, 3))
        handed = Handed({**passed.rr, level + 1: own[0]}, {**passed.ru, level + 1: outer(rung.P, own[1])})
        if level + 1 < len(taken):
            omega = taken[level + 1].omega[..., tree.parents[level + 1]]
            _common(out, handed, omega, -tree.counted(level, np.ones(omega.shape[-1])))
    return out


def _twos(by_level: dict[int, Array]) -> list[tuple[tuple[int, Array], tuple[int, Array]]]:
    """Pairs of levels, the lower one first."""
    return [((k, left), (m, right)) for k, left in by_level.items() for m, right in by_level.items() if k <= m]


def _common(out: Pairs, handed: Handed, omega: Array, counts: Array) -> None:
    """(R_u omega R_v') x (R_v omega R_u') over all pairs of what is handed, by unit as often as `counts` (n,) says."""
    for (k, left), (m, right) in _twos(handed.rr):
        found = np.tensordot(_through(left, omega, turned(omega)) * counts, right, ((1, 3, 4), (1, 3, 4)))
        out.add("pp", (k, m), found.transpose(0, 2, 3, 1))


def _through(rr: Array, left: Array, right: Array) -> Array:
    """R x R (b, e, a, h, n) with its inner indices taken through (e, f, n) and (h, g, n)."""
    return np.einsum("bfahn,hgn->bfagn", np.einsum("beahn,efn->bfahn", rr, left), right)


def _persons(out: Pairs, tree: Tree, climbed: Climbed, above: Taken) -> Handed:
    """Persons' own sums, as corrections, and what their cells hand up."""
    cells, parent = tree.cells, tree.parents[0]
    P = climbed.P[..., cells.design]
    omega, share = above.omega[..., parent], above.share[..., parent]
    taken, lost = times(P, times(omega, P)), times(P, share)
    counts = tree.counted_cells(cells.counts)
    counted = counts * taken
    out.add("p", 0, -counted.sum(axis=-1))
    across = pairs(tree.counted_cells(climbed.U), lost)
    out.add("uu", 0, pairs(counts * lost, lost) - across - across.transpose(2, 3, 0, 1))
    both = pairs(counts * P, taken)
    found = -both - pairs(counted, P)  # P x P less these is what the person alone has; pairs of one person cancel
    out.add("pp", (0, 0), found)
    out.add("pu", (0, 0), corrected(tree.counted_cells(P), climbed.U, lost, cells.counts))
    whole = climbed.U - cells.counts * lost
    return Handed({0: outer(cells.counts * P, P)}, {0: outer(P, whole)})


def corrected(P: Array, U: Array, lost: Array, counts: Array) -> Array:
    """Sum of P x (U - lost) x (U - lost) over persons less that of P x U x U, (b, c, d, j, a, i)."""
    r, width, n = U.shape
    total = np.zeros((r * r, (r * width) ** 2))
    step = max(1, AT_ONCE // (r * width) ** 2)
    for first in range(0, n, step):
        here = slice(first, first + step)
        left, flat = lost[..., here].reshape(r * width, -1), U[..., here].reshape(r * width, -1)
        across = flat[:, None] * left
        change = counts[here] * left[:, None] * left - across - across.swapaxes(0, 1)
        total += P[..., here].reshape(r * r, -1) @ change.reshape(len(change) ** 2, -1).T
    return total.reshape(r, r, r, width, r, width)


def _units(out: Pairs, tree: Tree, climbed: Climbed, taken: list[Taken], level: int) -> tuple[Array, Array]:
    """The own sums of units of a level; P x P as they hand it up, and U with all levels."""
    rung = climbed.rungs[level]
    P, U = rung.P, rung.U
    if level + 1 < len(taken):
        omega, share = (part[..., tree.parents[level + 1]] for part in taken[level + 1])
        P, U = P - times(P, times(omega, P)), U - times(P, share)
    k = level + 1
    out.add("p", k, tree.counted(level, P).sum(axis=-1))
    out.add("uu", k, pairs(tree.counted(level, U), U))
    out.add("pp", (k, k), pairs(tree.counted(level, P), P))
    out.add("pu", (k, k), np.tensordot(tree.counted(level, rung.P), outer(U, U), (2, 4)))
    return outer(rung.P, rung.P), U
