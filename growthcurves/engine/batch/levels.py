"""Persons in units for many replicates side by side: `likelihood/levels.py` with one more axis.

Replicates have the same units and other numbers of persons and sums in them. Arrays are component first, then
replicates (B), then units (n); the equations are those of docs/engine.md, section 9. A weight K is contracted at once,
so that no sum over pairs keeps both columns of [X y] apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from growthcurves.engine.batch.blocks import PersonBatch, Sums
from growthcurves.engine.likelihood.blocks import Blocks
from growthcurves.engine.likelihood.levels import LevelBlocks
from growthcurves.engine.likelihood.tree import Rung, Taken, Tree, descend
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.component import outer, times, turned
from growthcurves.numerics.factors import square_root, unrolled
from growthcurves.numerics.products import kron

Two = tuple[int, int]


@dataclass(frozen=True, eq=False)
class LevelBatch:
    """Replicates of persons in units.

    Attributes
    ----------
    blocks : LevelBlocks
        Of the problem, for its columns and levels.
    own : tuple of PersonBatch
        The persons alone, in the r common columns.
    tree : Tree
        The units; numbers and sums of its cells are not used.
    counts : (B, c) array
        Persons in each cell.
    C : (r, p + 1, B, c) array
        Their sums of Z_i'[X_i y_i].
    """

    blocks: LevelBlocks
    own: tuple[PersonBatch, ...]
    tree: Tree
    counts: Array
    C: Array

    def pieces(self, count: int) -> Iterator[LevelBatch]:
        """All at once."""
        yield self

    def take(self, index: NDArray[np.intp]) -> LevelBatch:
        """The same for some of the replicates."""
        own = tuple(block.take(index) for block in self.own)
        return replace(self, own=own, counts=self.counts[index], C=self.C[:, :, index])

    def alone(self, replicate: int) -> Blocks:
        """One replicate by itself."""
        persons = tuple(block.alone(replicate) for block in self.own)
        C = np.ascontiguousarray(self.C[:, :, replicate])
        cells = replace(self.tree.cells, counts=self.counts[replicate], C=C)
        tree = replace(self.tree, cells=cells)
        return LevelBlocks(persons, self.blocks.into, self.blocks.columns, tree)

    def transformed(self, into_z: Array, into_xy: Array) -> LevelBatch:
        """The same in columns Z @ into_z, each of one level, and [X y] @ into_xy."""
        same = np.eye(len(self.tree.G))
        own = tuple(block.transformed(same, into_xy) for block in self.own)
        C = np.einsum("aizn,ij->ajzn", self.C, into_xy)
        return replace(self, blocks=self.blocks.transformed(into_z, into_xy), own=own, C=C)

    def _factors(self, F: Array) -> list[Array]:
        """A factor of the covariance of each level in the common columns, (B, r, q_l) each."""
        levels = [F[:, place] for place in self.blocks.places]
        return [T @ square_root(L @ L.swapaxes(1, 2)) for T, L in zip(self.blocks.into, levels, strict=True)]

    def reduce(self, F: Array) -> tuple[Array, Array]:
        """See `SharedBatch.reduce`."""
        factors = self._factors(F)
        climbed = climb(self, factors)
        logs, explained = climbed.logs, climbed.explained
        for block in self.own:
            for piece in block.pieces(len(F)):
                more_logs, more = piece.reduce(factors[0])
                logs, explained = logs + more_logs, explained + more
        return logs, explained

    def curvature(self, F: Array, weight: Array) -> Sums:
        """See `SharedBatch.curvature`."""
        factors = self._factors(F)
        climbed = climb(self, factors)
        found = gathered(self, climbed, descend(self.tree, climbed.rungs), weight)
        own = [piece.curvature(factors[0], weight) for block in self.own for piece in block.pieces(len(F))]
        alone = Sums(*(sum(parts[1:], parts[0]) for parts in zip(*own, strict=True)))
        return self._in_effects(found, alone, F.shape[1], weight.shape[1])

    def _in_effects(self, found: Pairs, alone: Sums, q: int, width: int) -> Sums:
        """Sums in the common columns as those of all random effects."""
        B, places, into = len(self.counts), self.blocks.places, self.blocks.into
        uu, p = np.zeros((B, q, q, width, width)), np.zeros((B, q, q))
        pp, pk = np.zeros((2, B, q, q, q, q))
        for k, (T, here) in enumerate(zip(into, places, strict=True)):
            p[:, here, here] = T.T @ (found.p[k] + (alone.p if k == 0 else 0.0)) @ T
            whole = found.uu[k] + (alone.uu if k == 0 else 0.0)
            r = len(T)
            mapped = kron(T, T).T @ whole.reshape(B, r * r, width * width)
            uu[:, here, here] = mapped.reshape(B, T.shape[1], T.shape[1], width, width)
        for k, m in found.pp:
            A, D, first, second = into[k], into[m], places[k], places[m]
            left, right = kron(A, D), kron(D, A)
            for name, out in (("pp", pp), ("pk", pk)):
                value = getattr(found, name)[k, m] + (getattr(alone, name) if k == m == 0 else 0.0)
                mapped = left.T @ value.reshape(B, len(left), len(right)) @ right
                mapped = mapped.reshape(B, A.shape[1], D.shape[1], D.shape[1], A.shape[1])
                out[:, first, second, second, first] += mapped
                if k != m:
                    out[:, second, first, first, second] += mapped.transpose(0, 2, 1, 4, 3)
        return Sums(uu, p, pp, pk)


@dataclass(frozen=True, eq=False)
class Climbed:
    """The way up: `likelihood.tree.Climbed` of every replicate."""

    logs: Array
    explained: Array
    P: Array
    U: Array
    rungs: list[Rung]


def climb(batch: LevelBatch, factors: list[Array]) -> Climbed:
    """Evaluate the levels above persons, at factors of the covariances of every level, persons first."""
    tree, (B, _) = batch.tree, batch.counts.shape
    G = tree.G[:, :, None]
    _, M = _shrunk(G, factors[0])
    Q = _identity(len(G)) - times(G, M)
    P, design = times(Q, G), tree.cells.design
    first = U = times(Q[..., design], batch.C)
    left, logs, rungs = batch.counts * P[..., design], np.zeros(B), []
    explained = np.zeros((B, U.shape[1], U.shape[1]))
    for level, factor in enumerate(factors[1:]):
        G, C = tree.summed(level, left), tree.summed(level, U)
        log_det, M = _shrunk(G, factor)
        MC = times(M, C)
        logs = logs + log_det.sum(axis=-1)
        explained = explained + _contracted(C, MC, (0,), (0,))
        Q = _identity(len(G)) - times(G, M)
        left, U = times(Q, G), C - times(G, MC)
        rungs.append(Rung(M, MC, Q, left, U, G))
    return Climbed(logs, explained, P, first, rungs)


def _shrunk(G: Array, factor: Array) -> tuple[Array, Array]:
    """log|I + G D| and M = D (I + G D)^-1 for G (r, r, B or 1, n) and D = L L', L (B, r, k)."""
    L = factor.transpose(1, 2, 0)[..., None]
    inner = times(turned(L), times(G, L))
    return unrolled(np.ascontiguousarray(inner), L)


def _identity(size: int) -> Array:
    return np.eye(size)[:, :, None, None]


@dataclass
class Pairs:
    """Sums over units and pairs of units, replicates first: `p` (B, r, r), `uu` (B, r, r, p + 1, p + 1), `pp` and `pk`
    (B, r, r, r, r); persons' own are corrections to those without units above.
    """

    p: dict[int, Array] = field(default_factory=dict)
    uu: dict[int, Array] = field(default_factory=dict)
    pp: dict[Two, Array] = field(default_factory=dict)
    pk: dict[Two, Array] = field(default_factory=dict)

    def add(self, name: str, key: int | Two, value: Array) -> None:
        mine = getattr(self, name)
        mine[key] = mine[key] + value if key in mine else value


@dataclass
class _Handed:
    """What units hand up, by the level of those below: R x R (r, r, r, r, B, n) and R x U (r, r, r, p + 1, B, n)."""

    rr: dict[int, Array]
    ru: dict[int, Array]

    def above(self, tree: Tree, level: int) -> _Handed:
        return _Handed(*({k: tree.summed(level, v) for k, v in part.items()} for part in (self.rr, self.ru)))

    def through(self, Q: Array) -> _Handed:
        rr = {k: _through(v, turned(Q), turned(Q)) for k, v in self.rr.items()}
        return _Handed(rr, {k: np.einsum("beaizn,fezn->bfaizn", v, Q) for k, v in self.ru.items()})


def _through(rr: Array, left: Array, right: Array) -> Array:
    return np.einsum("bfahzn,hgzn->bfagzn", np.einsum("beahzn,efzn->bfahzn", rr, left), right)


def gathered(batch: LevelBatch, climbed: Climbed, taken: list[Taken], weight: Array) -> Pairs:
    """`likelihood.pairs.gathered` of every replicate, its open columns of [X y] contracted with K = weight."""
    tree, out, K = batch.tree, Pairs(), weight.transpose(1, 2, 0)[..., None]
    handed = _persons(out, batch, climbed, taken[0], K)
    for level, (rung, here) in enumerate(zip(climbed.rungs, taken, strict=True)):
        below = handed.above(tree, level)
        _common(out, below, here.omega, 1.0)
        for (k, left), (m, right) in _twos(below.ru):
            passed_on = np.einsum("beaizn,efzn->bfaizn", left, rung.M)
            weighed = np.einsum("cfdjzn,ijz->cfdizn", right, K[..., 0])
            out.add("pk", (k, m), -_contracted(passed_on, weighed, (1, 3), (1, 3)).transpose(0, 1, 3, 4, 2))
        squared, U = _units(out, tree, climbed, taken, level, K)
        passed = below.through(rung.Q)
        N = _identity(len(rung.G)) - times(here.omega, rung.G)
        for k in below.rr:
            both = _contracted(np.einsum("beahzn,eczn->bcahzn", below.rr[k], N), N, (3,), (0,))
            out.add("pp", (k, level + 1), both.transpose(0, 1, 2, 4, 3))
            across = _contracted(passed.ru[k], times(U, K), (3,), (1,))
            out.add("pk", (k, level + 1), across.transpose(0, 1, 2, 4, 3))
        handed = _Handed({**passed.rr, level + 1: squared}, {**passed.ru, level + 1: outer(rung.P, U)})
        if level + 1 < len(taken):
            _common(out, handed, taken[level + 1].omega[..., tree.parents[level + 1]], -1.0)
    return out


def _contracted(left: Array, right: Array, of_left: tuple[int, ...], of_right: tuple[int, ...]) -> Array:
    """Sums over units and some components, (B, rest of left, rest of right)."""
    a, b = left.ndim - 2, right.ndim - 2
    rest, other = [i for i in range(a) if i not in of_left], [i for i in range(b) if i not in of_right]
    shape = [left.shape[i] for i in rest] + [right.shape[i] for i in other]
    one = left.transpose(a, *rest, *of_left, a + 1).reshape(left.shape[a], int(np.prod(shape[: len(rest)])), -1)
    two = right.transpose(b, *of_right, b + 1, *other).reshape(right.shape[b], one.shape[2], -1)
    return (one @ two).reshape(len(one), *shape)


def _twos(by_level: dict[int, Array]) -> list[tuple[tuple[int, Array], tuple[int, Array]]]:
    return [((k, left), (m, right)) for k, left in by_level.items() for m, right in by_level.items() if k <= m]


def _common(out: Pairs, handed: _Handed, omega: Array, sign: float) -> None:
    for (k, left), (m, right) in _twos(handed.rr):
        found = _contracted(_through(left, omega, turned(omega)), right, (1, 3), (1, 3))
        out.add("pp", (k, m), sign * found.transpose(0, 1, 3, 4, 2))


def _persons(out: Pairs, batch: LevelBatch, climbed: Climbed, above: Taken, K: Array) -> _Handed:
    """Persons' own sums, as corrections, and what their cells hand up."""
    cells, parent, counts = batch.tree.cells, batch.tree.parents[0], batch.counts
    P, U = climbed.P[..., cells.design], climbed.U
    omega, share = above.omega[..., parent], above.share[..., parent]
    taken, lost = times(P, times(omega, P)), times(P, share)
    counted, all_lost = counts * taken, counts * lost
    out.add("p", 0, -counted.sum(axis=-1).transpose(2, 0, 1))
    across = _contracted(U, lost, (), ())  # (B, a, i, b, j)
    both = _contracted(all_lost, lost, (), ()) - across - across.transpose(0, 3, 4, 1, 2)
    out.add("uu", 0, both.transpose(0, 1, 3, 2, 4))
    out.add("pp", (0, 0), -_contracted(counts * P, taken, (), ()) - _contracted(counted, P, (), ()))
    mixed = times(times(U, K), turned(lost))
    change = times(times(all_lost, K), turned(lost)) - mixed - turned(mixed)
    out.add("pk", (0, 0), _contracted(P, change, (), ()))
    return _Handed({0: outer(counts * P, P)}, {0: outer(P, U - all_lost)})


def _units(
    out: Pairs, tree: Tree, climbed: Climbed, taken: list[Taken], level: int, K: Array
) -> tuple[Array, Array]:
    """The own sums of units of a level; P x P as they hand it up, and U with all levels."""
    rung, k = climbed.rungs[level], level + 1
    P, U = rung.P, rung.U
    if k < len(taken):
        omega, share = (part[..., tree.parents[k]] for part in taken[k])
        P, U = P - times(P, times(omega, P)), U - times(P, share)
    out.add("p", k, P.sum(axis=-1).transpose(2, 0, 1))
    out.add("uu", k, _contracted(U, U, (), ()).transpose(0, 1, 3, 2, 4))
    out.add("pp", (k, k), _contracted(P, P, (), ()))
    out.add("pk", (k, k), _contracted(rung.P, times(times(U, K), turned(U)), (), ()))
    return outer(rung.P, rung.P), U
