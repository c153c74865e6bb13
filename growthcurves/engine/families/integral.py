"""The log likelihood of records by adaptive quadrature, its exact gradient, and the curvature of the integral.

log L = -log|H| / 2 + log sum_k w_k exp(|s_k|^2 / 2 + g(v + C s_k)), g(v) = log f(y | eta(v)) - |v|^2 / 2, at the mode v
with H = -g''(v) = (C C')^-1 (Pinheiro and Bates 1995, section 2.4). Nodes move with mode and curvature, and so does the
derivative. Equations 8.1 to 8.6 of docs/engine.md.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from growthcurves.contracts.family import OwnSlopes
from growthcurves.engine.families.modes import Mode, modes
from growthcurves.engine.families.records import Records
from growthcurves.engine.families.rule import Rule
from growthcurves.engine.families.small import product, times, transposed
from growthcurves.numerics.arrays import Array


@dataclass(frozen=True, eq=False)
class Parameters:
    """Where an integral is asked: beta (p,), a factor F (q, q) of the covariance, and the family with its own."""

    beta: Array
    F: Array
    family: Any


@dataclass(frozen=True, eq=False)
class Gradient:
    """Derivatives of a sum of log likelihoods: in beta (p,), in F (q, q), in the family's own parameters (k,)."""

    beta: Array
    F: Array
    own: Array


class Multipliers(NamedTuple):
    """What moved modes and curvatures are met by (docs/engine.md, 8.3).

    Attributes
    ----------
    by_row : (n, R) array
        h, what rows bring to the gradient in beta.
    across, bent : (n, R) arrays
        a'rho and a'B a.
    rho : (q, R) array
        H^-1 times what a change of the mode brings.
    B : (q, q, R) array
        What a change of H costs.
    M : (q, q, R) array
        The posterior mean of C' grad g(v) s'.
    es : (q, n, R) array
        Posterior means of l' s.
    s, ss : (q, R) and (q, q, R) arrays
        Those of s and s s'.
    """

    by_row: Array
    across: Array
    bent: Array
    rho: Array
    B: Array
    M: Array
    es: Array
    s: Array
    ss: Array


class Integral:
    """The log likelihoods of some records at some parameters; what follows from them is made when it is asked for.

    Attributes
    ----------
    records : Records
    at : Parameters
    rule : Rule
    mode : Mode
    log_likelihood : (R,) array
    share : (K, R) array
        Posterior weights of the nodes.
    """

    def __init__(self, records: Records, at: Parameters, rule: Rule, a: Array, mode: Mode, curved: bool) -> None:
        self.records, self.at, self.rule, self.a, self.mode = records, at, rule, a, mode
        q, K = len(a), len(rule.nodes)
        directions = np.stack([sum(a[c] * mode.C[c, b] for c in range(b + 1)) for b in range(q)]) if q else a
        deviations = (rule.nodes @ directions.reshape(q, mode.eta.size)).reshape(K, *mode.eta.shape)
        self.eta = np.add(deviations, mode.eta, out=deviations)
        value, self.first, self.second = _density(records, at.family, self.eta, curved)
        self.nodes = mode.v[:, None] + times(mode.C, rule.nodes.T[:, :, None])
        logs = value.sum(axis=1) - 0.5 * (self.nodes**2).sum(axis=0) + rule.log_weights[:, None]
        top = logs.max(axis=0)
        share = np.exp(logs - top)
        total = share.sum(axis=0)
        self.share = share / total
        self.log_likelihood = top + np.log(total) - 0.5 * mode.log_det

    @classmethod
    def of(cls, records: Records, at: Parameters, rule: Rule, near: Array, curved: bool = False) -> Integral | None:
        """None where a mode has not been found or the value is not finite; `curved` where curvature is asked for."""
        fixed = records.X @ at.beta + records.offset
        a = np.tensordot(at.F.T, records.Z, 1)
        mode = modes(records, at.family, fixed, a, near)
        if mode is None:
            return None
        found = cls(records, at, rule, a, mode, curved)
        return found if np.isfinite(found.log_likelihood).all() else None

    @property
    def total(self) -> float:
        return float(self.records.counts @ self.log_likelihood)

    # ------------------------------------------------ the family's own parameters

    @cached_property
    def own(self) -> OwnSlopes:
        """Derivatives in them at every node."""
        made: OwnSlopes = self.at.family.own(self.records.answers, self.eta)
        return made

    @cached_property
    def own_score(self) -> Array:
        """The first of them alone, (k, K, n, R)."""
        if self.second is not None:
            return self.own.value
        made: Array = self.at.family.own_score(self.records.answers, self.eta)
        return made

    @cached_property
    def own_at_modes(self) -> OwnSlopes:
        made: OwnSlopes = self.at.family.own(self.records.answers, self.mode.eta)
        return made

    # ------------------------------------------------ posterior moments by the nodes

    @cached_property
    def _mean_first(self) -> tuple[Array, Array]:
        """Posterior means of l' (n, R), and of l' s (q, n, R)."""
        weighted = self.share[:, None] * self.first
        made = (self.rule.moments[: 1 + len(self.a)] @ weighted.reshape(len(weighted), -1)).reshape(
            -1, *self.mode.eta.shape
        )
        return made[0], made[1:]

    @cached_property
    def _mean_nodes(self) -> tuple[Array, Array]:
        """Posterior means of s (q, R), and of s s' (q, q, R)."""
        return _unpacked(self.rule.moments @ self.share, len(self.a))

    # ------------------------------------------------ the gradient of what is printed

    def gradient(self) -> Gradient:
        """Of the sum over persons (docs/engine.md, equations 8.2 to 8.5)."""
        records, counts = self.records, self.records.counts
        by_row, by_column, own = self._by_row()
        p, q = records.X.shape[2], len(self.a)
        return Gradient(
            records.X.reshape(by_row.size, p).T @ (by_row * counts).ravel(),
            records.Z.reshape(q, by_row.size) @ (by_column * counts).reshape(q, by_row.size).T,
            (own * counts).sum(axis=(1, 2)) if len(own) else np.zeros(0),
        )

    def scores(self) -> Gradient:
        """The same of each record: beta (p, R), F (q, q, R), own (k, R)."""
        by_row, by_column, own = self._by_row()
        return Gradient(
            np.einsum("nrp,nr->pr", self.records.X, by_row),
            np.einsum("anr,bnr->abr", self.records.Z, by_column),
            own.sum(axis=1),
        )

    def _by_row(self) -> tuple[Array, Array, Array]:
        """What the rows bring to the gradient: h (n, R), what z is multiplied by (q, n, R), own (k, n, R)."""
        mode, of = self.mode, self.multipliers
        moved = mode.v[:, None] * of.by_row + times(mode.C, of.es) + mode.slopes.first * of.rho[:, None]
        by_column = moved + 2.0 * mode.slopes.second * times(of.B, self.a)
        return of.by_row, by_column, self._own(of.across, of.bent)

    @cached_property
    def multipliers(self) -> Multipliers:
        mode, a = self.mode, self.a
        e, es = self._mean_first
        s, ss = self._mean_nodes
        w, w1 = -mode.slopes.second, -mode.slopes.third
        M = self._turned_slope(es, s, ss)
        B = self._cost_of_curvature(M)
        bent = (a * times(B, a)).sum(axis=0)
        rho = self._moved_mode(e, s, w1 * bent)
        across = (a * rho[:, None]).sum(axis=0)
        return Multipliers(e - w * across - w1 * bent, across, bent, rho, B, M, es, s, ss)

    def _turned_slope(self, es: Array, s: Array, ss: Array) -> Array:
        C = self.mode.C
        inner = np.einsum("cnr,bnr->cbr", self.a, es) - self.mode.v[:, None] * s[None] - product(C, ss)
        return product(transposed(C), inner)

    def _cost_of_curvature(self, M: Array) -> Array:
        C, half = self.mode.C, np.empty_like(M)
        for b in range(len(M)):
            half[b, b] = (M[b, b] + 1.0) / 2.0
            for c in range(b):
                half[c, b] = half[b, c] = M[c, b] / 2.0
        return product(product(C, half), transposed(C))

    def _moved_mode(self, e: Array, s: Array, bent: Array) -> Array:
        """`bent` (n, R) is -l''' a'Ba by row."""
        a, C = self.a, self.mode.C
        slope = (a * e).sum(axis=1) - (self.mode.v + times(C, s))
        return times(C, times(transposed(C), slope - (a * bent).sum(axis=1)))

    def _own(self, across: Array, bent: Array) -> Array:
        if not len(self.at.family.working):
            return np.zeros((0, *self.mode.eta.shape))
        by_node = np.einsum("mknr,kr->mnr", self.own_score, self.share)
        there = self.own_at_modes
        return by_node + there.first * across + there.second * bent

    # ------------------------------------------------ the curvature of the integral itself

    def curvature(self) -> Array:
        """d^2 of the sum in (beta, F row by row, own) by Louis (1982): means of second derivatives and the variance
        of first ones over the nodes; the printed one differs from it by the quadrature's error.
        """
        return self._mean_second() + self.variance_over_nodes(self._scores())

    def variance_over_nodes(self, parts: Array) -> Array:
        """The sum over persons of posterior covariances of what every node has, (P, K, R)."""
        flat = parts.reshape(len(parts), -1)
        mean = (parts * self.share).sum(axis=1)
        return (flat * (self.share * self.records.counts).ravel()) @ flat.T - (mean * self.records.counts) @ mean.T

    @cached_property
    def sums_of_first(self) -> tuple[Array, Array]:
        """Sums over rows of l' x (p, K, R) and l' z (q, K, R) at every node."""
        records = self.records
        by_x = np.einsum("nrp,knr->pkr", records.X, self.first, optimize=True)
        return by_x, np.einsum("qnr,knr->qkr", records.Z, self.first, optimize=True)

    def _scores(self) -> Array:
        """First derivatives of log f(y | v) at every node, (p + q q + k, K, R)."""
        by_x, by_z = self.sums_of_first
        parts = [by_x, (by_z[:, None] * self.nodes[None]).reshape(-1, *self.share.shape)]
        if len(self.at.family.working):
            parts.append(self.own_score.sum(axis=2))
        return np.concatenate(parts)

    def _mean_second(self) -> Array:
        """Posterior means of second derivatives of log f(y | v), summed over persons."""
        records, family = self.records, self.at.family
        p, q, k = records.X.shape[2], len(self.a), len(family.working)
        pairs = self._with_nodes(self.second * (self.share * records.counts)[:, None])
        X, Z = records.X, records.Z
        out = np.zeros((p + q * q + k,) * 2)
        flat = X.reshape(X.shape[0] * X.shape[1], p)
        out[:p, :p] = flat.T @ (pairs[0, 0].reshape(-1, 1) * flat)
        of_F = p + np.arange(q) * q
        for b in range(q):
            XZ = flat.T @ (Z * pairs[0, 1 + b]).reshape(q, len(flat)).T
            out[:p, of_F + b], out[of_F + b, :p] = XZ, XZ.T
            for c in range(q):
                ZZ = Z.reshape(q, len(flat)) @ (Z * pairs[1 + b, 1 + c]).reshape(q, len(flat)).T
                out[np.ix_(of_F + b, of_F + c)] = ZZ
        if k:
            self._mean_own(out)
        return out

    def _with_nodes(self, weighted: Array) -> Array:
        """Sums over the nodes of an array (K, n, R) times 1, v and v v': (1 + q, 1 + q, n, R)."""
        q, mode = len(self.a), self.mode
        made = (self.rule.moments @ weighted.reshape(len(weighted), -1)).reshape(-1, *mode.eta.shape)
        s, ss = _unpacked(made, q)
        out = np.empty((1 + q, 1 + q, *mode.eta.shape))
        out[0, 0], Cs = made[0], times(mode.C, s)
        out[0, 1:] = out[1:, 0] = mode.v[:, None] * made[0] + Cs
        CsC = times(mode.C, np.stack([times(mode.C, ss[:, d]) for d in range(q)])) if q else ss
        for b in range(q):
            for c in range(q):
                level = mode.v[b] * mode.v[c] * made[0] + mode.v[b] * Cs[c] + mode.v[c] * Cs[b]
                out[1 + b, 1 + c] = level + CsC[b, c]
        return out

    def _mean_own(self, out: Array) -> None:
        """The own parameters' part of the posterior mean of second derivatives, put into place."""
        records, own = self.records, self.own
        p, q, k = records.X.shape[2], len(self.a), len(own.value)
        weight = self.share * records.counts
        v1 = np.concatenate([np.ones((1, *self.nodes.shape[1:])), self.nodes])
        crossed = np.einsum("mknr,akr,kr->manr", own.first, v1, weight, optimize=True)
        by_beta = np.einsum("mnr,nrp->mp", crossed[:, 0], records.X, optimize=True)
        by_F = np.einsum("mbnr,qnr->mqb", crossed[:, 1:], records.Z, optimize=True).reshape(k, q * q)
        beside = np.concatenate([by_beta, by_F], axis=1)
        out[p + q * q :, : p + q * q] = beside
        out[: p + q * q, p + q * q :] = beside.T
        out[p + q * q :, p + q * q :] = np.einsum("mlknr,kr->ml", own.curved, weight, optimize=True)

    # ------------------------------------------------ persons

    def persons(self) -> tuple[Array, Array, Array]:
        """Posterior mean (q, R) and covariance (q, q, R) of F v, and the mean's derivative in beta (q, p, R)."""
        F = self.at.F
        u = np.tensordot(F, self.nodes, 1)
        mean = (u * self.share).sum(axis=1)
        away = (u - mean[:, None]) * self.share
        spread = np.einsum("akr,bkr->abr", away, u - mean[:, None], optimize=True)
        by_beta = np.einsum("nrp,knr->pkr", self.records.X, self.first, optimize=True)
        return mean, spread, np.einsum("akr,pkr->apr", away, by_beta, optimize=True)


def _density(records: Records, family: Any, eta: Array, curved: bool) -> tuple[Array, Array, Any]:
    """The log density, its first derivative, and where it is asked for the second."""
    if not curved:
        return *family.score(records.answers, eta), None
    value, first, second, _ = family.slopes(records.answers, eta)
    return value, first, second


def _unpacked(moments: Array, q: int) -> tuple[Array, Array]:
    """Means of s and s s' from 1, s_a, s_a s_b (a <= b)."""
    ss, place = np.empty((q, q, *moments.shape[1:])), 1 + q
    for a in range(q):
        for b in range(a, q):
            ss[a, b] = ss[b, a] = moments[place]
            place += 1
    return moments[1 : 1 + q], ss
