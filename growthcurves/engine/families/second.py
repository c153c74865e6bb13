"""Second derivatives of the log likelihood that is printed: nodes move with mode and curvature (docs/engine.md, 8.5).

Every direction of the local coordinates moves the modes by dv, the curvature by dH and its factor by dC; what those
move in their turn is met by the multipliers rho and B of the gradient, so that no second derivative of a mode is ever
made. Directions are the first axis, records the last.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np

from growthcurves.engine.families.fourth import Fourth, fourth
from growthcurves.engine.families.integral import Integral
from growthcurves.engine.families.small import transposed
from growthcurves.numerics.arrays import Array


class Second:
    """How an integral of records bends along directions: beta (p), `moves` of the factor F (m, q, q), the own ones (k).

    Attributes
    ----------
    integral : Integral
        With second derivatives at its nodes.
    moves : (m, q, q) array
    beta, F, own : slice
        Where the directions of each kind lie among all P.
    """

    def __init__(self, integral: Integral, moves: Array) -> None:
        self.integral, self.moves = integral, moves
        p, m, k = integral.records.X.shape[2], len(moves), len(integral.at.family.working)
        self.size = p + m + k
        self.beta, self.F, self.own = slice(0, p), slice(p, p + m), slice(p + m, p + m + k)

    def total(self) -> Array:
        """Summed over persons, along straight lines of F, (P, P)."""
        half = self._by_rows() / 2.0 + self._by_factor() + self._by_own()
        return half + half.T + self._by_record() + self._variance()

    # ------------------------------------------------ first derivatives

    @cached_property
    def da(self) -> Array:
        """Of a = F'z, (m, q, n, R)."""
        return np.tensordot(self.moves.swapaxes(1, 2), self.integral.records.Z, 1)

    @cached_property
    def dv(self) -> Array:
        """Of the modes, H^-1 d(grad g) (P, q, R)."""
        one, slopes = self.integral, self.integral.mode.slopes
        force = _over_rows(slopes.second * self._straight, one.a)
        force[self.F] += (slopes.first * self.da).sum(axis=2)
        if self.own.stop > self.own.start:
            force[self.own] += _over_rows(self.integral.own_at_modes.first, one.a)
        C = one.mode.C
        return np.einsum("abr,tbr->tar", C, np.einsum("cbr,tcr->tbr", C, force))

    @cached_property
    def _straight(self) -> Array:
        """Of linear predictors at modes that stand still, (P, n, R)."""
        mode, X = self.integral.mode, self.integral.records.X
        out = np.zeros((self.size, *mode.eta.shape))
        out[self.beta] = np.moveaxis(X, 2, 0)
        out[self.F] = (self.da * mode.v[:, None]).sum(axis=1)
        return out

    @cached_property
    def deta(self) -> Array:
        """Of linear predictors at modes, (P, n, R)."""
        a = self.integral.a
        return self._straight + sum(a[b] * self.dv[:, b, None] for b in range(len(a)))

    @cached_property
    def dw(self) -> Array:
        """Of the weights w = -l'' at modes, (P, n, R)."""
        out = -self.integral.mode.slopes.third * self.deta
        out[self.own] -= self.integral.own_at_modes.second
        return out

    @cached_property
    def S(self) -> Array:
        """C' dH C, (P, q, q, R)."""
        one = self.integral
        a, q, w = one.a, len(one.a), -one.mode.slopes.second
        dH = np.empty((self.size, q, q, a.shape[2]))
        for b in range(q):
            for c in range(b + 1):
                dH[:, b, c] = np.einsum("tnr,nr->tr", self.dw, a[b] * a[c])
                dH[self.F, b, c] += np.einsum("tnr,nr->tr", self.da[:, b], w * a[c])
                dH[self.F, b, c] += np.einsum("tnr,nr->tr", self.da[:, c], w * a[b])
                dH[:, c, b] = dH[:, b, c]
        C = one.mode.C
        return _times(transposed(C), _times(transposed(C), dH).swapaxes(1, 2)).swapaxes(1, 2)

    @cached_property
    def Phi(self) -> Array:
        """Its upper triangle with half the diagonal: dC = -C Phi, (P, q, q, R)."""
        q = self.S.shape[1]
        return self.S * (np.triu(np.ones((q, q)), 1) + 0.5 * np.eye(q))[:, :, None]

    @cached_property
    def dC(self) -> Array:
        """Of the factor C, C C' = H^-1, (P, q, q, R)."""
        return -_times(self.integral.mode.C, self.Phi)

    @cached_property
    def spread(self) -> Array:
        """Of what a node's place s multiplies in linear predictors, C'a, (P, q, n, R)."""
        one = self.integral
        a, C, q = one.a, one.mode.C, len(one.a)
        out = np.empty((self.size, q, *a.shape[1:]))
        for b in range(q):
            out[:, b] = sum(a[c] * self.dC[:, c, b, None] for c in range(b + 1))
            out[self.F, b] += sum(C[c, b] * self.da[:, c] for c in range(b + 1))
        return out

    # ------------------------------------------------ second ones, with counts

    @cached_property
    def _further(self) -> Fourth:
        mode = self.integral.mode
        return fourth(self.integral.at.family, self.integral.records.answers, mode.eta)

    def _by_rows(self) -> Array:
        """Products of first derivatives of linear predictors, at modes and at nodes."""
        one, counts, U = self.integral, self.integral.records.counts, self.deta
        of, q = one.multipliers, len(one.a)
        weighted = (one.share * counts)[:, None] * one.second
        M = (one.rule.moments @ weighted.reshape(len(weighted), -1)).reshape(-1, *one.mode.eta.shape)
        at_modes = (of.across * one.mode.slopes.third + of.bent * self._further.fourth) * counts
        out, place = _inner(U, (M[0] + at_modes) * U), 1 + q
        for b in range(q):
            crossed = _inner(U, M[1 + b] * self.spread[:, b])
            out += crossed + crossed.T
            for c in range(b, q):
                both = _inner(self.spread[:, b], M[place] * self.spread[:, c])
                out += both if b == c else both + both.T
                place += 1
        return out

    def _by_factor(self) -> Array:
        """Of a = F'z with everything else, half of what is symmetric."""
        one, counts, da = self.integral, self.integral.records.counts, self.da
        mode, of, out = one.mode, one.multipliers, np.zeros((self.size, self.size))
        w, B_da = -mode.slopes.second, np.einsum("abr,tbnr->tanr", of.B, da)
        first = -w * self.deta
        first[self.own] += self.integral.own_at_modes.first
        by_rho, by_a = (da * of.rho[:, None]).sum(axis=1), (B_da * one.a).sum(axis=1)
        out[self.F] = _inner(counts * by_rho, first) - 2.0 * _inner(counts * by_a, self.dw)
        out[self.F, self.F] -= _inner(da * (w * counts), B_da)
        pulled = (of.by_row * da).sum(axis=2) * counts
        turned = np.einsum("tbnr,cnr->tbcr", da, of.es) * counts
        out[self.F] += _inner(pulled, self.dv) + _inner(turned, self.dC)
        return out

    def _by_own(self) -> Array:
        """Of the own parameters with everything else, half of what is symmetric."""
        one, counts, own = self.integral, self.integral.records.counts, self.own
        out = np.zeros((self.size, self.size))
        if own.stop == own.start:
            return out
        nodes, of = one.own, one.multipliers
        share, further = one.share * counts, self._further
        by_node = np.einsum("ak,mknr,kr->amnr", one.rule.moments[: 1 + len(one.a)], nodes.first, share, optimize=True)
        at_modes = (of.across * self.integral.own_at_modes.second + of.bent * further.own_third) * counts
        out[own] = _inner(at_modes + by_node[0], self.deta)
        for b in range(len(one.a)):
            out[own] += _inner(by_node[1 + b], self.spread[:, b])
        curved = ((of.across * further.own_first + of.bent * further.own_second) * counts).sum(axis=(2, 3))
        out[own, own] += (curved + np.einsum("mlknr,kr->ml", nodes.curved, share, optimize=True)) / 2.0
        return out

    def _by_record(self) -> Array:
        """Of the nodes' places in -|v|^2 / 2, and of the factor C of the curvature."""
        one, counts = self.integral, self.integral.records.counts
        of, Phi, dv, dC, q = one.multipliers, self.Phi, self.dv, self.dC, len(one.a)
        crossed = _inner(dv * counts, np.einsum("tabr,br->tar", dC, of.s))
        out = 0.5 * _inner(self.S * counts, self.S) - _inner(dv * counts, dv) - crossed - crossed.T
        out -= _inner(dC * counts, np.einsum("tacr,cbr->tabr", dC, of.ss))
        M = of.M * counts
        for a in range(q):
            for b in range(a, q):
                half = 0.5 if a == b else 1.0
                for c in range(q):
                    turned = _inner(Phi[:, a, c], M[a, b] * Phi[:, c, b])
                    turned += half * _inner(Phi[:, c, a], M[a, b] * Phi[:, c, b])
                    out += turned + turned.T
        return out

    def _variance(self) -> Array:
        """Of the first derivatives of a node's part over the nodes."""
        one = self.integral
        by_x, by_z = one.sums_of_first
        slope = np.einsum("ab,akr->bkr", one.at.F, by_z) - one.nodes
        parts = np.empty((self.size, *one.share.shape))
        parts[self.beta] = by_x
        parts[self.F] = np.einsum("tab,akr,bkr->tkr", self.moves, by_z, one.nodes, optimize=True)
        if self.own.stop > self.own.start:
            parts[self.own] = one.own_score.sum(axis=2)
        s = one.rule.nodes.T
        for b in range(len(slope)):
            moved = self.dv[:, b, None] + sum(s[c][:, None] * self.dC[:, b, c, None] for c in range(b, len(s)))
            parts += slope[b] * moved
        return one.variance_over_nodes(parts)


def _inner(A: Array, B: Array) -> Array:
    """Sums of products over all axes but the first, (P, P')."""
    size = int(np.prod(A.shape[1:]))
    return A.reshape(len(A), size) @ B.reshape(len(B), size).T


def _over_rows(A: Array, a: Array) -> Array:
    """Sum over rows of each of (P, n, R) times columns (q, n, R): (P, q, R)."""
    return np.einsum("tnr,bnr->tbr", A, a)


def _times(C: Array, A: Array) -> Array:
    """C A of every direction and record, (P, q, q, R)."""
    return np.einsum("abr,tbcr->tacr", C, A)
