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

    @property
    def sizes(self) -> Array:
        """Outcomes of each person, (N,)."""
        return np.full(len(self.residual), self.stack.size)


@dataclass(frozen=True, eq=False)
class Weighted:
    """Sums over persons whose [X y] is multiplied by the root of a weight each, and V is not.

    It says of them what `Whitened` and `outcomes.Own` say of persons who all count the same.

    Attributes
    ----------
    persons : Persons
    weights : (N,) array
    dV : (m, S, n, n) array
        Derivatives of V.
    """

    persons: Persons
    weights: Array
    dV: Array

    @property
    def stack(self) -> Stack:
        return self.persons.stack

    @property
    def inverse(self) -> Array:
        return self.persons.inverse

    @property
    def data(self) -> Weighted:
        return self

    @cached_property
    def B(self) -> Array:
        """L^-1 dV_j L^-T, (m, S, n, n)."""
        return self.inverse @ self.dV @ np.swapaxes(self.inverse, -1, -2)

    def directions(self, dV: Array) -> Array:
        """The same, of the derivatives that it has."""
        return self.B

    @cached_property
    def turned(self) -> list[Array]:
        """B_j L^-1 e of persons some at a time, (m, N, n) each."""
        e, codes = self.persons.residual, self.stack.codes
        return [(self.B[:, codes[part]] @ e[part, :, None])[..., 0] for part in chunks(len(e))]

    def slopes(self) -> Array:
        """Derivatives of each person's d along the fixed effects and along V, (p + m, N)."""
        e, X = self.persons.residual, self.persons.wide[..., :-1]
        by_beta = -2.0 * np.einsum("inp,in->pi", X, e, optimize=True)
        by_V = [-(one * e[part]).sum(axis=-1) for part, one in zip(chunks(len(e)), self.turned, strict=True)]
        return np.concatenate([by_beta, np.concatenate(by_V, axis=1)])

    def squares(self) -> Array:
        """Sum of [X y]' [X y], (p + 1, p + 1)."""
        wide = self.persons.wide
        flat = (wide * np.sqrt(self.weights)[:, None, None]).reshape(-1, wide.shape[-1])
        return flat.T @ flat

    def residuals(self, v: Array) -> Array:
        """Sums of e e' over the persons of each schedule, (S, n, n); e is that of the persons already."""
        e = self.persons.residual
        begins = np.flatnonzero(np.diff(self.stack.codes, prepend=-1))  # codes are in order
        products = (self.weights[:, None] * e)[:, :, None] * e[:, None, :]
        return np.add.reduceat(products, begins, axis=0)

    def crossed(self, B: Array, v: Array) -> Array:
        """Sums of X' B_j e, (m, p)."""
        X, weights = self.persons.wide[..., :-1], self.weights[:, None]
        p, found = X.shape[-1], np.zeros((len(B), X.shape[-1]))
        for part, one in zip(chunks(len(X)), self.turned, strict=True):
            found += (weights[part] * one).reshape(len(B), -1) @ X[part].reshape(-1, p)
        return found
