"""What persons with the same schedule, or each alone, bring to a likelihood: columns, weights and outcomes.

Multiplied by L^-1 from the left, V = LL', they give all sums of a value, a gradient and a Hessian: E and F, the sums
over persons of e e' and X Phi X', and products with B_j = L^-1 dV_j L^-T (docs/engine.md, 7.1).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from growthcurves.numerics.arrays import Array


@dataclass(frozen=True, eq=False)
class Shared:
    """Sums over the persons of each schedule, about centres.

    Attributes
    ----------
    columns : (S, n, g) array
        Stored columns, the constant first.
    weights : (S, r, r) array
        Sums of products of the persons' weights, the constant first.
    weighted : (S, r, n) array
        Sums of weight times outcome.
    outcomes : (S, n, n) array
        Sums of products of two outcomes.
    pairs : (2, c) array of int
        Column and weight of each closed product.
    into : (c + 1, p + 1) array
        Standard [X y] = closed products and outcome @ into.
    """

    columns: Array
    weights: Array
    weighted: Array
    outcomes: Array
    pairs: Array
    into: Array

    def times(self, W: Array) -> Shared:
        """Columns and outcomes multiplied by W (S, n, n) from the left."""
        Wt = np.swapaxes(W, -1, -2)
        return replace(
            self, columns=W @ self.columns, weighted=self.weighted @ Wt, outcomes=W @ self.outcomes @ Wt
        )

    def squares(self) -> Array:
        """Sum of [X y]' [X y], (p + 1, p + 1)."""
        with_y = np.einsum("sng,swn->gw", self.columns, self.weighted, optimize=True)
        y = float(np.einsum("sii->", self.outcomes))
        return self.closed(np.swapaxes(self.columns, -1, -2) @ self.columns, with_y, y)

    def closed(self, grams: Array, with_y: Array, y: float) -> Array:
        """[X y]' N [X y] from columns' N columns (S, g, g), that with weighted outcomes (g, r), and outcomes' own."""
        g, w = self.pairs
        both, beside = pairwise(grams, self.weights, g, w), with_y[g, w]
        return self.into.T @ np.block([[both, beside[:, None]], [beside[None], np.array([[y]])]]) @ self.into

    def deviations(self, v: Array) -> tuple[Array, Array]:
        """Sums of products of two residuals [X y] v, (S, n, n), and of weight times residual, (S, r, n)."""
        coefficients = self.into @ v
        table = np.zeros((self.columns.shape[-1], self.weights.shape[-1]))
        np.add.at(table, tuple(self.pairs), coefficients[:-1])
        curves, c = np.swapaxes(self.columns @ table, -1, -2), float(coefficients[-1])
        expected = self.weights @ curves
        half = np.swapaxes(curves, -1, -2) @ (0.5 * expected + c * self.weighted)
        return half + np.swapaxes(half, -1, -2) + c * c * self.outcomes, expected + c * self.weighted

    def residuals(self, v: Array) -> Array:
        """Sums of products of two residuals, (S, n, n)."""
        return self.deviations(v)[0]

    def explained(self, Phi: Array) -> Array:
        """Sums of X Phi X', (S, n, n)."""
        into, (g, w) = self.into[:-1, :-1], self.pairs
        size, r = self.columns.shape[-1], self.weights.shape[-1]
        table = np.zeros((r, r, size, size))
        np.add.at(table, (w[:, None], w, g[:, None], g), into @ Phi @ into.T)
        inner = (self.weights.reshape(-1, r * r) @ table.reshape(r * r, -1)).reshape(-1, size, size)
        return self.columns @ inner @ np.swapaxes(self.columns, -1, -2)

    def crossed(self, B: Array, v: Array) -> Array:
        """Sums of X' B_j [X y] v, (m, p)."""
        g, w = self.pairs
        found = np.einsum("msng,swn->mgw", B @ self.columns, self.deviations(v)[1], optimize=True)
        return found[:, g, w] @ self.into[:-1, :-1]

    def inner(self, B: Array) -> Array:
        """Sums of X' B_j X, (m, p, p)."""
        into, grams = self.into[:-1, :-1], np.swapaxes(self.columns, -1, -2) @ B @ self.columns
        return into.T @ np.stack([pairwise(one, self.weights, *self.pairs) for one in grams]) @ into


@dataclass(frozen=True, eq=False)
class Own:
    """Persons that stand alone; its sums are those of `Shared`.

    Attributes
    ----------
    wide : (S, n, p + 1) array
        Standard [X y].
    """

    wide: Array

    @property
    def X(self) -> Array:
        return self.wide[..., :-1]

    def times(self, W: Array) -> Own:
        return Own(W @ self.wide)

    def squares(self) -> Array:
        flat = self.wide.reshape(-1, self.wide.shape[-1])
        return flat.T @ flat

    def residuals(self, v: Array) -> Array:
        e = self.wide @ v
        return e[..., :, None] * e[..., None, :]

    def explained(self, Phi: Array) -> Array:
        return self.X @ Phi @ np.swapaxes(self.X, -1, -2)

    def crossed(self, B: Array, v: Array) -> Array:
        e = (B @ (self.wide @ v)[..., None])[..., 0]
        return np.einsum("snp,msn->mp", self.X, e, optimize=True)

    def inner(self, B: Array) -> Array:
        p = self.X.shape[-1]
        flat = self.X.reshape(-1, p)
        return np.stack([flat.T @ (one @ self.X).reshape(-1, p) for one in B]) if len(B) else np.zeros((0, p, p))


def pairwise(grams: Array, weights: Array, g: Array, w: Array) -> Array:
    """Sums over schedules of gram[g, g'] weights[w, w'] for every two closed products, (c, c)."""
    S, size, r = len(grams), grams.shape[-1], weights.shape[-1]
    table = grams.reshape(S, size * size).T @ weights.reshape(S, r * r)
    return table.reshape(size, size, r, r)[g[:, None], g, w[:, None], w]
