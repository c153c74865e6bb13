"""Contractions over persons for many replicates side by side: `likelihood/blocks.py` with one more leading axis.

A replicate has its own outcomes (parametric bootstrap) or its own multiplicities of persons (case bootstrap);
the designs are shared. Of T = sum_i C_i x C_i the part between columns of X, `fixed`, is one array for all
replicates where the persons are the same in all; the part with the outcome, `moving`, is not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from growthcurves.engine.likelihood.blocks import Blocks
from growthcurves.engine.likelihood.shared import SharedBlocks
from growthcurves.engine.sums.schedules import Schedules
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.factors import unrolled

#: Replicates times persons that are worked on at once where persons have own times.
CHUNK = 1 << 15


class Sums(NamedTuple):
    """What derivatives need, for each of B replicates.

    `uu` (B, q, q, p+1, p+1) = sum U_ia U_ib'; `p` (B, q, q) = sum P_i; `pp` (B, q, q, q, q) = sum P_i x P_i;
    `pk` (B, q, q, q, q) = sum P_i x (U_i K U_i').
    """

    uu: Array
    p: Array
    pp: Array
    pk: Array


class Piece(Protocol):
    """Persons of a layout that are worked on at once."""

    def reduce(self, F: Array) -> tuple[Array, Array]: ...

    def curvature(self, F: Array, weight: Array) -> Sums: ...


class BatchBlocks(Protocol):
    """One layout of persons in a batch."""

    def pieces(self, count: int) -> Iterator[Piece]: ...

    def take(self, index: NDArray[np.intp]) -> BatchBlocks: ...

    def transformed(self, into_z: Array, into_xy: Array) -> BatchBlocks: ...

    def alone(self, replicate: int) -> Blocks: ...


class PersonBatch(BatchBlocks, Protocol):
    """A layout of persons without units above them."""

    def take(self, index: NDArray[np.intp]) -> PersonBatch: ...

    def transformed(self, into_z: Array, into_xy: Array) -> PersonBatch: ...

    def schedules(self, replicate: int) -> Schedules: ...

    def alone(self, replicate: int) -> SharedBlocks: ...


@dataclass(frozen=True)
class SharedBatch:
    """Persons compressed by schedule; a leading 1 stands for "the same in every replicate".

    Attributes
    ----------
    counts : (B or 1, K) array
        Persons in each schedule.
    lengths : (K,) array
    G : (K, q, q) array
    fixed : (B or 1, K q q, p p) array
        T between columns of X: rows (k, a, b), columns (i, j), sum of C_ai C_bj.
    moving : (B or 1, K q q, p + 1) array
        T between all columns and the outcome: rows (k, a, b), columns i, sum of C_ai C_by.
    times : (B, K) array or None
        How often T counts, where it is not of all persons of the schedule but of one.
    """

    counts: Array
    lengths: Array
    G: Array
    fixed: Array
    moving: Array
    times: Array | None = None

    def pieces(self, count: int) -> Iterator[SharedBatch]:
        """Parts that are worked on one after the other: all at once."""
        yield self

    def take(self, index: NDArray[np.intp]) -> SharedBatch:
        """The same for some of the replicates."""
        fixed, moving = some(self.fixed, index), some(self.moving, index)
        times = self.times if self.times is None else self.times[index]
        return replace(self, counts=some(self.counts, index), fixed=fixed, moving=moving, times=times)

    def full(self) -> Array:
        """T in full, (B or 1, K, q, q, p + 1, p + 1), indexed [., k, a, b, i, j]."""
        K, q = self.G.shape[:2]
        p = self.moving.shape[2] - 1
        lead = max(len(self.fixed), len(self.moving))
        T = np.empty((lead, K, q, q, p + 1, p + 1))
        T[..., :p, :p] = self.fixed.reshape(-1, K, q, q, p, p)
        T[..., p] = self.moving.reshape(-1, K, q, q, p + 1)
        T[..., p, :] = self.moving.reshape(-1, K, q, q, p + 1).swapaxes(2, 3)
        return T

    def transformed(self, into_z: Array, into_xy: Array) -> SharedBatch:
        """The same in columns Z @ into_z and [X y] @ into_xy, the columns of X made of those of X alone."""
        T = into_xy.T @ self.full() @ into_xy
        T = np.einsum("zkabij,ac,bd->zkcdij", T, into_z, into_z)
        return split(replace(self, G=into_z.T @ self.G @ into_z), T, len(self.fixed) > 1)

    def alone(self, replicate: int) -> SharedBlocks:
        """One replicate as a layout of its own."""
        return SharedBlocks(self.schedules(replicate))

    def schedules(self, replicate: int) -> Schedules:
        """One replicate as schedules."""
        one = self.take(np.array([replicate]))
        T = one.full()[0] if one.times is None else one.full()[0] * one.times[0][:, None, None, None, None]
        return Schedules(one.counts[0], self.lengths, self.G, np.ascontiguousarray(T.transpose(0, 1, 3, 2, 4)))

    def shrunk(self, F: Array) -> tuple[Array, Array]:
        """log|I + F'G F| (B, K) and M = F (I + F'G F)^-1 F' (q, q, B, K)."""
        q, k = F.shape[1:]
        outer = np.einsum("zai,zbj->ijzab", F, F).reshape(k * k, len(F), q * q)
        inner = outer @ self.G.reshape(-1, q * q).T
        return unrolled(inner.reshape(k, k, len(F), -1), F.transpose(1, 2, 0)[..., None])

    def reduce(self, F: Array) -> tuple[Array, Array]:
        """Sum of log|I + G_i D| (B,) and of C_i' M_i C_i (B, p + 1, p + 1) at D = F F', F (B, q, k)."""
        p = self.moving.shape[2] - 1
        logs, M = self.shrunk(F)
        weight = M if self.times is None else M * self.times
        flat = weight.transpose(2, 3, 0, 1).reshape(len(F), 1, -1)
        explained = np.empty((len(F), p + 1, p + 1))
        explained[:, :p, :p] = contract(flat, self.fixed).reshape(-1, p, p)
        explained[:, p, :] = explained[:, :, p] = contract(flat, self.moving)[:, 0]
        return (self.counts * logs).sum(axis=1), explained

    def curvature(self, F: Array, weight: Array) -> Sums:
        """The sums of `Sums` at D = F F' and for weights K (B, p + 1, p + 1)."""
        B, q, p, K = len(F), F.shape[1], weight.shape[1] - 1, len(self.G)
        _, M = self.shrunk(F)
        G = self.G.transpose(1, 2, 0)[:, :, None]
        GM = (G[:, :, None] * M[None]).sum(axis=1)
        P = (G - (GM[:, :, None] * G[None]).sum(axis=1)).transpose(2, 3, 0, 1).reshape(B, K, q * q)
        Q = np.eye(q)[:, :, None, None] - GM
        QQ = np.einsum("aczk,bdzk->zabkcd", Q, Q).reshape(B, q * q, K, q * q)
        weighted = QQ if self.times is None else QQ * self.times[:, None, :, None]
        weighted = weighted.reshape(B, q * q, -1)
        uu = np.empty((B, q, q, p + 1, p + 1))
        uu[..., :p, :p] = contract(weighted, self.fixed).reshape(B, q, q, p, p)
        uu[..., p] = contract(weighted, self.moving).reshape(B, q, q, p + 1)
        uu[..., p, :] = uu[..., p].swapaxes(1, 2)
        counted = self.counts[:, :, None] * P
        shape = (B, q, q, q, q)
        times = P if self.times is None else P * self.times[:, :, None]
        ukU = np.einsum("zskc,zkc->zks", QQ, self._weighed(weight))
        return Sums(
            uu,
            counted.sum(axis=1).reshape(B, q, q),
            (counted.swapaxes(1, 2) @ P).reshape(shape),
            (times.swapaxes(1, 2) @ ukU).reshape(shape),
        )

    def _weighed(self, weight: Array) -> Array:
        """sum_ij T_aibj K_ij of every schedule, (B, K, q q)."""
        B, p, (K, q) = len(weight), weight.shape[1] - 1, self.G.shape[:2]
        inner = weight[:, :p, :p].reshape(B, p * p)
        shared = len(self.fixed) == 1
        own = inner @ self.fixed[0].T if shared else (self.fixed @ inner[:, :, None])[:, :, 0]
        column = weight[:, p].copy()
        column[:, p] /= 2.0
        cross = (self.moving @ column[:, :, None]).reshape(B, K, q, q)
        return own.reshape(B, K, q * q) + (cross + cross.swapaxes(2, 3)).reshape(B, K, q * q)


@dataclass(frozen=True)
class OwnBatch:
    """Persons one by one, with own times; their products are made anew, chunk by chunk, when they are needed.

    Attributes
    ----------
    lengths : (N,) array
    G : (N, q, q) array
    C : (N, q, p) array
        Z_i'X_i.
    outcomes : (B or 1, N, q) array
        Z_i'y_i.
    times : (B, N) array or None
        How often each person is in each replicate; None for once.
    """

    lengths: Array
    G: Array
    C: Array
    outcomes: Array
    times: Array | None = None

    def pieces(self, count: int) -> Iterator[SharedBatch]:
        """Persons as schedules of one, in chunks that fit the cache for `count` replicates."""
        step = max(CHUNK // max(count, 1), 1)
        for first in range(0, len(self.lengths), step):
            yield self._piece(slice(first, first + step))

    def _piece(self, part: slice) -> SharedBatch:
        G, C, y = self.G[part], self.C[part], self.outcomes[:, part]
        n, q, p = C.shape
        fixed = (C[:, :, None, :, None] * C[:, None, :, None, :]).reshape(1, n * q * q, p * p)
        moving = np.empty((len(y), n, q, q, p + 1))
        np.multiply(C[None, :, :, None, :], y[:, :, None, :, None], out=moving[..., :p])
        np.multiply(y[:, :, :, None], y[:, :, None, :], out=moving[..., p])
        times = None if self.times is None else self.times[:, part]
        counts = np.ones((1, n)) if times is None else times
        return SharedBatch(counts, self.lengths[part], G, fixed, moving.reshape(len(y), n * q * q, p + 1), times)

    def take(self, index: NDArray[np.intp]) -> OwnBatch:
        """The same for some of the replicates."""
        times = self.times if self.times is None else self.times[index]
        return replace(self, outcomes=some(self.outcomes, index), times=times)

    def transformed(self, into_z: Array, into_xy: Array) -> OwnBatch:
        """The same in columns Z @ into_z and [X y] @ into_xy, the columns of X made of those of X alone."""
        outcomes = (self.outcomes * into_xy[-1, -1] + self.C @ into_xy[:-1, -1]) @ into_z
        C = into_z.T @ self.C @ into_xy[:-1, :-1]
        return replace(self, G=into_z.T @ self.G @ into_z, C=C, outcomes=outcomes)

    def alone(self, replicate: int) -> SharedBlocks:
        """One replicate as a layout of its own."""
        return SharedBlocks(self.schedules(replicate))

    def schedules(self, replicate: int) -> Schedules:
        """One replicate as schedules of one person each."""
        one = self.take(np.array([replicate]))
        return one._piece(slice(None)).schedules(0)


def some(array: Array, index: NDArray[np.intp]) -> Array:
    """Entries of the leading axis; the one entry where all replicates share it."""
    return array if len(array) == 1 else array[index]


def contract(weights: Array, arrays: Array) -> Array:
    """weights (B, m, k) times arrays (B or 1, k, n): (B, m, n)."""
    if len(arrays) > 1 or len(weights) == 1:
        return weights @ arrays
    B, m, k = weights.shape
    return (weights.reshape(B * m, k) @ arrays[0]).reshape(B, m, -1)


def split(block: SharedBatch, T: Array, all_move: bool) -> SharedBatch:
    """A block with its T, (B or 1, K, q, q, p + 1, p + 1) indexed [., k, a, b, i, j], put in its two parts."""
    lead, K, q = T.shape[:3]
    p = T.shape[-1] - 1
    inner = T[..., :p, :p] if all_move else T[:1, ..., :p, :p]
    fixed = np.ascontiguousarray(inner).reshape(len(inner), K * q * q, p * p)
    return replace(block, fixed=fixed, moving=np.ascontiguousarray(T[..., p]).reshape(lead, K * q * q, p + 1))
