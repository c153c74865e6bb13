"""Persons and units above them as one part of the criterion, however the units lie: what `Blocks` answer.

The random effects are those of persons, then those of each level above; their covariance matrix is block-diagonal. How
units lie (in one another, or crossed) is said by the kinds of this: `LevelBlocks`, `CrossedBlocks`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from growthcurves.engine.likelihood.blocks import Curvature, Designs, PersonBlocks, Reduction
from growthcurves.engine.likelihood.pairs import Pairs
from growthcurves.engine.sums.design import standardise
from growthcurves.engine.sums.moments import Moments
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.products import kron


@dataclass(frozen=True, eq=False)
class WithUnits(ABC):
    """Persons with units above them.

    Attributes
    ----------
    persons : tuple of PersonBlocks
        Persons alone, in the r common columns of all random effects.
    into : tuple of (r, q_l) arrays
        Random effects' columns of each level = common columns @ into, persons first.
    columns : (closed, r) array
        Common columns = closed centred columns @ columns.
    """

    persons: tuple[PersonBlocks, ...]
    into: tuple[Array, ...]
    columns: Array
    _last: dict[str, Any] = field(default_factory=dict, repr=False, kw_only=True)

    @property
    @abstractmethod
    def width(self) -> int:
        """p + 1."""

    @property
    @abstractmethod
    def fewest(self) -> int:
        """How many units the level with the fewest has."""

    @abstractmethod
    def _climbed(self, levels: list[Array]) -> Any:
        """The units above at relative covariances of every level: `log_det`, `explained`, and what pairs need."""

    @abstractmethod
    def _paired(self, levels: list[Array], climbed: Any) -> Pairs:
        """Sums over units and pairs of units."""

    @property
    def outward(self) -> tuple[Array, ...]:
        """Random effects' columns of each level, from those in which sums over pairs are made."""
        return self.into

    @cached_property
    def places(self) -> list[slice]:
        """Where the random effects of each level lie among all."""
        ends = np.cumsum([0, *(T.shape[1] for T in self.into)])
        return [slice(first, last) for first, last in zip(ends[:-1], ends[1:], strict=True)]

    def by_level(self, into_z: Array) -> list[Array]:
        """The parts (q_l, q_l') of `into_z` that make new random effects of each level, each of which is of one level.

        A column of zeros is of none.
        """
        found, rest = [], np.ones(into_z.shape[1], dtype=bool)
        for place in self.places:
            mine = rest & (into_z[place] != 0.0).any(axis=0)
            rest &= ~mine
            found.append(into_z[place][:, mine])
        return found

    def designs(self) -> Iterator[Designs]:
        """The persons' designs, in the common columns."""
        for block in self.persons:
            yield from block.designs()

    def expected(self, D: Array) -> tuple[Array, Array]:
        """Expected second derivatives of the log determinants (q q, q q), and sum P (q, q), at D."""
        sums = self.curvature(D, np.zeros((self.width, self.width)))
        return sums.expected_hessian(), sums.p

    def common(self, D: Array) -> list[Array]:
        """The covariance of each level in the common columns."""
        return [T @ D[place, place] @ T.T for T, place in zip(self.into, self.places, strict=True)]

    def _at(self, D: Array) -> tuple[list[Array], Any]:
        """The units above at D; kept for the D asked for last, where derivatives follow the value."""
        if self._last.get("D") is not D:
            levels = self.common(D)
            self._last.update(D=D, found=(levels, self._climbed(levels)), pairs=None)
        return self._last["found"]

    def _pairs(self, D: Array) -> Pairs:
        found = self._at(D)
        if self._last["pairs"] is None:
            self._last["pairs"] = self._paired(*found)
        return self._last["pairs"]

    def reduce(self, D: Array) -> Reduction:
        levels, climbed = self._at(D)
        log_det, explained = climbed.log_det, climbed.explained
        for block in self.persons:
            found = block.reduce(levels[0])
            log_det, explained = log_det + found.log_det, explained + found.explained
        return Reduction(log_det, explained)

    def curvature(self, D: Array, weight: Array) -> Curvature:
        levels, _ = self._at(D)
        found, q, width = self._pairs(D), len(D), len(weight)
        alone = [block.curvature(levels[0], weight) for block in self.persons]
        own = [sum(part) for part in zip(*alone, strict=True)]
        uu, p = np.zeros((q, width, q, width)), np.zeros((q, q))
        pp, pk = np.zeros((2, q, q, q, q))
        for k, (T, here) in enumerate(zip(self.outward, self.places, strict=True)):
            p[here, here] = T.T @ (found.p[k] + (own[1] if k == 0 else 0.0)) @ T
            whole = found.uu[k] + (own[0] if k == 0 else 0.0)
            uu[here, :, here] = np.tensordot(np.tensordot(T, whole, (0, 0)), T, (2, 0)).swapaxes(2, 3)
        for k, m in found.pp:
            both = found.pp[k, m] + (own[2] if k == m == 0 else 0.0)
            weighed = np.einsum("bcdjai,ij->bcda", found.pu[k, m], weight)
            weighed = weighed + (own[3] if k == m == 0 else 0.0)
            for into, value in ((pp, both), (pk, weighed)):
                self._place(into, value, k, m)
        return Curvature(uu, p, pp, pk)

    def linked(self, D: Array, weight: Array) -> Array:
        levels, _ = self._at(D)
        width = self.width
        total = np.zeros((width, width))
        for (k, m), found in self._pairs(D).pu.items():
            (A, first), (B, second) = (self.outward[k], self.places[k]), (self.outward[m], self.places[m])
            here = np.einsum("vwxy,av,bw,cx,dy->abcd", weight[first, first, second, second], A, A, B, B, optimize=True)
            part = np.einsum("bcdjai,abcd->ij", found, here)
            if k == m == 0:
                part = part + sum(block.linked(levels[0], here) for block in self.persons)
            total += part if k == m else part + part.T
        return total

    def _place(self, into: Array, value: Array, k: int, m: int) -> None:
        """Sums P_uv x (a, d) of levels k and m where all random effects have them, and those of m and k."""
        first, second = self.places[k], self.places[m]
        A, B = self.outward[k], self.outward[m]
        left, right = kron(A, B), kron(B, A)
        mapped = left.T @ value.reshape(len(left), len(right)) @ right
        mapped = mapped.reshape(A.shape[1], B.shape[1], B.shape[1], A.shape[1])
        into[first, second, second, first] += mapped
        if k != m:
            into[second, first, first, second] += mapped.transpose(1, 0, 3, 2)


def common_columns(moments: Moments, into_z: Array) -> tuple[Array, list[Array]]:
    """The r common columns of all random effects (closed, r), and each level's columns in them, (r, q_l) each.

    Parameters
    ----------
    moments : Moments
    into_z : (closed, q) array
        Standard columns of Z, of all levels = closed centred columns @ into_z.
    """
    closed = len(moments.gram)
    common = standardise(moments.gram, np.eye(closed), np.arange(closed)).into * np.sqrt(moments.rows)
    into = common.T @ moments.gram @ into_z / moments.rows
    return common, [into[:, place] for place in moments.terms.places.values()]
