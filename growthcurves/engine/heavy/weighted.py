"""Persons of a stack of schedules at given covariance matrices, one by one, each with a weight of its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from growthcurves.engine.general.stacks import Stack
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.chunks import chunks


@dataclass(frozen=True, eq=False)
class Persons:
    """The persons of a stack, everything multiplied by L^-1 of V = L L' from the left.

    Attributes
    ----------
    stack : Stack
    inverse : (S, n, n) array
        L^-1.
    wide : (N, n, p + 1) array
        L^-1 [X y], standard.
    residual : (N, n) array
        L^-1 e.
    """

    stack: Stack
    inverse: Array
    wide: Array
    residual: Array

    @cached_property
    def distances(self) -> Array:
        """d = e' V^-1 e, (N,)."""
        return (self.residual**2).sum(axis=1)

    def directions(self, dV: Array) -> Array:
        """B_j = L^-1 dV_j L^-T, (m, S, n, n)."""
        return self.inverse @ dV @ np.swapaxes(self.inverse, -1, -2)

    def slopes(self, B: Array) -> Array:
        """Derivatives of d along the fixed effects and along B_j = L^-1 dV_j L^-T (m, S, n, n), (p + m, N)."""
        by_beta = -2.0 * np.einsum("inp,in->pi", self.wide[..., :-1], self.residual, optimize=True)
        by_V = [-(self.turned(B, part) * self.residual[part]).sum(axis=-1) for part in chunks(len(self.residual))]
        return np.concatenate([by_beta, np.concatenate(by_V, axis=1)])

    def turned(self, B: Array, part: slice) -> Array:
        """B_j L^-1 e of some persons, (m, N, n)."""
        return (B[:, self.stack.codes[part]] @ self.residual[part, :, None])[..., 0]

    def reweighted(self, weights: Array) -> Reweighted:
        """Each person's [X y] times the root of a weight, but not V."""
        return Reweighted(self, weights)


@dataclass(frozen=True, eq=False)
class Reweighted:
    """Sums over weighted persons, as `outcomes.Own` has them.

    Attributes
    ----------
    persons : Persons
    weights : (N,) array
    """

    persons: Persons
    weights: Array

    def squares(self) -> Array:
        """Sum of [X y]' [X y], (p + 1, p + 1)."""
        wide = self.persons.wide
        flat = (wide * np.sqrt(self.weights)[:, None, None]).reshape(-1, wide.shape[-1])
        return flat.T @ flat

    def residuals(self, v: Array) -> Array:
        """Sums of e e' over the persons of each schedule, (S, n, n); e is that of the persons already."""
        e, codes = self.persons.residual, self.persons.stack.codes
        begins = np.flatnonzero(np.diff(codes, prepend=-1))  # codes are in order
        products = (self.weights[:, None] * e)[:, :, None] * e[:, None, :]
        return np.add.reduceat(products, begins, axis=0)

    def crossed(self, B: Array, v: Array) -> Array:
        """Sums of X' B_j e, (m, p)."""
        X, found = self.persons.wide[..., :-1], np.zeros((len(B), self.persons.wide.shape[-1] - 1))
        for part in chunks(len(X)):
            turned = self.weights[part, None] * self.persons.turned(B, part)
            found += turned.reshape(len(B), -1) @ X[part].reshape(-1, X.shape[-1])
        return found
