"""The likelihood of normal outcomes with any residual structure, from schedules: value, gradient and Hessian.

Sources: Harville (1977) for the restricted likelihood's derivatives, Laird and Ware (1982) for empirical Bayes, Kenward
and Roger (1997) for the adjusted covariance. Derived in docs/engine.md, 7.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from growthcurves.engine.general.apart import Apart
from growthcurves.engine.general.bends import Bends
from growthcurves.engine.general.evaluated import Evaluated
from growthcurves.engine.general.marginal import adjusted
from growthcurves.engine.general.stacks import Closed, Stack, Stacks, stacks_of
from growthcurves.engine.general.whitened import Whitened, whitened
from growthcurves.engine.general.within import Within
from growthcurves.engine.likelihood.gaussian import LOG_2PI
from growthcurves.engine.likelihood.problem import Problem, standard_problem
from growthcurves.engine.parameters.local import Local
from growthcurves.engine.parameters.point import Point
from growthcurves.engine.persons.sandwich import Reduced
from growthcurves.engine.persons.state import PersonState
from growthcurves.engine.sums.rows_of_model import Rows
from growthcurves.engine.sums.whole import Sums
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.chunks import chunks

#: The most starts that are followed to their end.
MOST_STARTS = 2


@dataclass(frozen=True, eq=False)
class Structured:
    """V_i = Z_i G Z_i' + R_i at the occasions of each person.

    Attributes
    ----------
    rows : Rows
    sums : Sums
        Of the same rows: they say which columns are kept, and in which standard coordinates.
    reml : bool
    residual : Residual
    """

    rows: Rows
    sums: Sums
    reml: bool
    residual: Any

    @cached_property
    def frame(self) -> Problem:
        return standard_problem(self.sums.moments, self.sums.coordinates, self.reml)

    @cached_property
    def _stacks(self) -> Stacks:
        return stacks_of(self.rows, self._closed)

    @property
    def stacks(self) -> list[Stack]:
        return self._stacks.stacks

    @cached_property
    def _closed(self) -> Closed:
        return Closed.of(self.rows, self.sums, self.frame)

    def natural(self, local: Local) -> Point:
        sigma2 = self.frame.scale**2 * local.sigma2
        residual = self.residual.moved(sigma2, local.others)
        return Point(self.frame.beta(local.beta), {"person": sigma2 * local.D}, residual)

    def by_ml(self) -> Structured:
        return replace(self, reml=False)

    def refitted(self, sums: Sums) -> Structured:
        return Structured(self.rows, sums, self.reml, self.residual)

    def values(self) -> dict[str, Any]:
        """Nothing beside the rows, which are saved with the fit."""
        return {}

    def starts(self) -> list[Local]:
        """The best of the points where a search may begin."""
        starts = self._starts
        if len(starts) <= MOST_STARTS:
            return starts
        found = [self.at(start, True) for start in starts]
        return [starts[i] for i in np.argsort([np.inf if one is None else one.deviance for one in found])[:MOST_STARTS]]

    @cached_property
    def _starts(self) -> list[Local]:
        """Two ratios of the variance between persons to that of residuals, and the structure's own starts."""
        p, q = self.frame.p, self.frame.q
        seed = None if q else self._seed()
        if seed is not None:
            scale, begins = float(np.log(seed[0])), [seed[1]]
        else:
            scale, begins = -0.7, _begins(self.residual)
        return [
            replace(Local.of_factor(np.zeros(p), size * np.eye(q), scale, self.frame.partition), others=begin)
            for size in ((0.7, 2.0) if q else (0.0,))
            for begin in begins
        ]

    def _seed(self) -> tuple[float, Array] | None:
        """Where the structure would begin by the variances and covariances of least-squares residuals."""
        grid = self._stacks.grid
        if grid is None or not hasattr(self.residual, "seeded"):
            return None
        m, v = len(grid.time), np.append(np.zeros(self.frame.p), 1.0)
        sums, counts = np.zeros((2, m, m))
        for stack in self.stacks:
            as_they_are = whitened(stack.data, np.eye(stack.size))
            np.add.at(sums, stack.pairs, as_they_are.residuals(v))
            np.add.at(counts, stack.pairs, stack.counts[:, None, None])
        return self.residual.seeded(sums, counts, grid)

    # ------------------------------------------------ covariance matrices and their derivatives

    def within(self, local: Local) -> Within:
        """The residuals' part of V, in standard units."""
        return Within(self.residual.moved(local.sigma2, local.others), self._stacks.grid)

    def covariance(self, stack: Stack, local: Local, within: Within) -> Array:
        """V of each schedule, (S, n, n), in standard units."""
        between = stack.Z @ (local.sigma2 * local.D) @ np.swapaxes(stack.Z, 1, 2)
        return between + within.matrices(stack)

    def directions(self, stack: Stack, local: Local, within: Within) -> Array:
        """Derivatives of V along the chart, the log scale and the residual's coordinates, (m, S, n, n)."""
        k, last = local.face.size, local.face.size + local.scaled
        found = np.empty((last + len(local.others), len(stack.counts), stack.size, stack.size))
        Zt = np.swapaxes(stack.Z, 1, 2)
        for j, one in enumerate(local.face.directions(local.theta)):
            found[j] = stack.Z @ (local.sigma2 * one) @ Zt
        if local.scaled:
            found[k] = self.covariance(stack, local, within)
        found[last:] = within.derivatives(stack)
        return found

    def whitened(self, local: Local, within: Within) -> list[Whitened] | None:
        found = []
        for stack in self.stacks:
            one = Whitened.of(stack, self.covariance(stack, local, within))
            if one is None:
                return None
            found.append(one)
        return found

    # ------------------------------------------------ value and derivatives

    def at(self, local: Local, best_beta: bool) -> Evaluated | None:
        within = self.within(local)
        white = self.whitened(local, within)
        if white is None:
            return None
        squares = sum((one.data.squares() for one in white), np.zeros((self.frame.p + 1,) * 2))
        given = self._given(local, squares, best_beta)
        if given is None:
            return None
        deviance = given.deviance + sum(one.log_det for one in white)
        pieces = Derivatives.summed(self, white, given, within)
        gradient, hessian = pieces.gradient(given), pieces.hessian(given, self.reml)
        if not (np.isfinite(deviance) and np.isfinite(gradient).all() and np.isfinite(hessian).all()):
            return None
        return Evaluated(given.local, deviance, gradient, hessian)

    def _given(self, local: Local, squares: Array, best_beta: bool) -> Given | None:
        p, frame = self.frame.p, self.frame
        try:
            factor = np.linalg.cholesky(squares[:p, :p])
        except np.linalg.LinAlgError:
            return None
        half = np.linalg.solve(factor, np.eye(p))
        Phi = half.T @ half
        if best_beta:
            local = replace(local, beta=Phi @ squares[:p, p])
        v = np.append(-local.beta, 1.0)
        deviance = float(v @ squares @ v)
        if self.reml:
            deviance += 2.0 * float(np.log(np.diag(factor)).sum())
        return Given(local, squares, Phi, v, deviance + frame.error_df * LOG_2PI)

    def slopes(self, local: Local) -> Slopes:
        """Sums along the variance coordinates of a point."""
        within = self.within(local)
        white = self.whitened(local, within)
        assert white is not None
        parts = [(one, one.directions(self.directions(one.stack, local, within))) for one in white]
        return Slopes(parts, self.frame.p)

    def apart(self, local: Local) -> Apart:
        """What the V_i tell of the variance parameters at a point."""
        return Apart.of(self.slopes(local), self.frame.rows)

    @cached_property
    def inside(self) -> Local:
        """A point inside the range of everything."""
        start = self._starts[0]
        return replace(start, others=start.others + 0.3)

    @cached_property
    def anywhere(self) -> Apart:
        """What the V_i tell at a point inside, and so at almost every other."""
        return self.apart(self.inside)

    def identified(self) -> bool:
        """Whether the variance parameters move the V_i in independent ways, at a point inside the range."""
        return self.anywhere.rank == len(self.anywhere.flat)

    # ------------------------------------------------ persons

    def state(self, local: Local) -> PersonState:
        """Empirical Bayes of every person in standard random effects: G Z' V^-1 e, G - G Z' V^-1 Z G, -G Z' V^-1 X."""
        G, p, v = local.sigma2 * local.D, self.frame.p, np.append(-local.beta, 1.0)
        q, N = len(G), self.rows.persons
        found = PersonState(np.zeros((q, N)), np.zeros((q, q, N)), np.zeros((q, p, N)))
        for one in self.whitened(local, self.within(local)) or ():
            stack = one.stack
            weight = G @ np.swapaxes(one.Z, 1, 2) @ one.inverse
            spread = G - weight @ stack.Z @ G
            own, wide = weight[stack.codes], self._closed.wide(stack.member_rows, stack.members)
            found.effects[:, stack.members] = (own @ (wide @ v)[..., None])[..., 0].T
            found.spread[:, :, stack.members] = np.moveaxis(spread[stack.codes], 0, -1)
            found.slope[:, :, stack.members] = np.moveaxis(-own @ wide[..., :-1], 0, -1)
        return found

    def reduced(self, local: Local) -> Iterator[Reduced]:
        """The persons some at a time, for robust standard errors."""
        within, v = self.within(local), np.append(-local.beta, 1.0)
        for stack in self.stacks:
            V = self.covariance(stack, local, within)
            for part in chunks(len(stack.members)):
                wide = self._closed.wide(stack.member_rows[part], stack.members[part])
                yield Reduced(wide[..., :-1], V[stack.codes[part]], wide @ v)

    def drawn(self, local: Local, codes: Array, count: int, rng: np.random.Generator) -> Array:
        """Deviations of outcomes from their means, drawn, (n, count), in standard units."""
        out, within = np.zeros((len(codes), count)), self.within(local)
        for stack in self.stacks:
            roots = np.linalg.cholesky(self.covariance(stack, local, within))[stack.codes]
            out[stack.member_rows] = roots @ rng.standard_normal((*stack.member_rows.shape, count))
        return out

    # ------------------------------------------------ information

    def bent(self, local: Local, cov: Array) -> Array:
        """sum_jk cov_jk X' V^-1 d2V_jk V^-1 X in the natural parameters, (p, p), from the covariance of variance
        coordinates; G is linear in its own.
        """
        within, k = self.within(local), local.face.size
        bends = Bends(within.residual, within.grid)
        total = np.zeros((self.frame.p,) * 2)
        if bends.none:
            return total
        white = self.whitened(local, within)
        assert white is not None and local.scaled
        for one, dV in zip(white, bends.summed([one.stack for one in white], cov[k:, k:]), strict=True):
            total += one.data.inner(one.directions(dV[None]))[0]
        return total

    def fixed_covariance(self, local: Local) -> Array:
        """(sum X' V^-1 X)^-1, standard coordinates."""
        white = self.whitened(local, self.within(local))
        assert white is not None
        p = self.frame.p
        total = sum((one.data.squares()[:p, :p] for one in white), np.zeros((p, p)))
        return np.linalg.solve(total, np.eye(p))


def _begins(residual: Any) -> list[Array]:
    """Where a structure would have searches begin."""
    return residual.starts() if hasattr(residual, "starts") else [np.asarray(residual.working, dtype=float)]


class Given(NamedTuple):
    """What a point says once all sums of squares are there.

    Attributes
    ----------
    local : Local
    squares : (p + 1, p + 1) array
    Phi : (p, p) array
        (X' V^-1 X)^-1.
    v : (p + 1,) array
        The residual is [X y] v.
    deviance : float
        Without the log determinants of V.
    """

    local: Local
    squares: Array
    Phi: Array
    v: Array
    deviance: float


@dataclass(frozen=True, eq=False)
class Derivatives:
    """Sums over persons that gradient and Hessian are made of, along m variance coordinates.

    Attributes
    ----------
    first : (m,) array
    second : (m, m) array
        Second derivatives but for what goes through the fixed effects' own covariance.
    crossed : (m, p) array
        X' V^-1 dV_j V^-1 e.
    inner : (m, p, p) array
        X' V^-1 dV_j V^-1 X.
    """

    first: Array
    second: Array
    crossed: Array
    inner: Array

    @classmethod
    def summed(cls, likelihood: Structured, white: list[Whitened], given: Given, within: Within) -> Derivatives:
        local, p, m = given.local, likelihood.frame.p, given.local.size - likelihood.frame.p
        first, second = np.zeros(m), np.zeros((m, m))
        crossed, inner = np.zeros((m, p)), np.zeros((m, p, p))
        curved = []
        for one in white:
            dV = likelihood.directions(one.stack, local, within)
            B = one.directions(dV)
            spread = one.data.residuals(given.v)
            if likelihood.reml:
                spread = spread + one.data.explained(given.Phi)
                inner += one.data.inner(B)
            eye = one.stack.counts[:, None, None] * np.eye(B.shape[-1])
            M = eye - spread
            first += np.einsum("msij,sij->m", B, M)
            flat = B.reshape(m, -1)
            second += flat @ (B @ (spread - M)).reshape(m, -1).T
            plain = np.swapaxes(one.inverse, 1, 2) @ M @ one.inverse
            _add_curvature(second, local, one.stack, dV, plain)
            curved.append((one.stack, plain))
            crossed += one.data.crossed(B, given.v)
        last = m - len(local.others)
        second[last:, last:] += within.curvature(curved)
        return cls(first, (second + second.T) / 2.0, crossed, inner)

    def gradient(self, given: Given) -> Array:
        p = len(given.v) - 1
        return np.concatenate([-2.0 * (given.squares[:p] @ given.v), self.first])

    def hessian(self, given: Given, reml: bool) -> Array:
        p, m = len(given.v) - 1, len(self.first)
        out = np.empty((p + m, p + m))
        out[:p, :p] = 2.0 * given.squares[:p, :p]
        out[p:, :p] = 2.0 * self.crossed
        out[:p, p:] = out[p:, :p].T
        out[p:, p:] = self.second
        if reml:
            moved = given.Phi @ self.inner
            out[p:, p:] -= moved.reshape(m, -1) @ np.swapaxes(moved, 1, 2).reshape(m, -1).T
        return out


def _add_curvature(second: Array, local: Local, stack: Stack, dV: Array, M: Array) -> None:
    """Add sum tr(M d2V): of the chart, and of the scale with everything."""
    k = local.face.size
    S = local.sigma2 * np.einsum("snq,snm,smr->qr", stack.Z, M, stack.Z, optimize=True)
    second[:k, :k] += local.face.hessian(local.theta, S, np.zeros((len(S),) * 4))
    if local.scaled:
        along = dV.reshape(len(dV), -1) @ M.reshape(-1)
        second[k] += along
        second[:k, k] += along[:k]
        second[k + 1 :, k] += along[k + 1 :]


@dataclass(frozen=True, eq=False)
class Slopes:
    """Derivatives of all V_i along m coordinates, as information needs them.

    Attributes
    ----------
    parts : list of (Whitened, (m, S, n, n) array)
        Stacks with L^-1 dV_j L^-T.
    p : int
    """

    parts: list[tuple[Whitened, Array]]
    p: int

    @cached_property
    def inner(self) -> Array:
        """sum X' V^-1 dV_j V^-1 X, (m, p, p)."""
        return sum((one.data.inner(B) for one, B in self.parts), np.zeros((len(self.parts[0][1]), self.p, self.p)))

    def expected_hessian(self, Phi: Array, reml: bool) -> Array:
        """Expected second derivatives of -2 log (restricted) likelihood, (m, m)."""
        m = len(self.parts[0][1])
        found = np.zeros((m, m))
        for one, B in self.parts:
            inside = one.stack.counts[:, None, None] * B
            if reml:
                inside = inside - 2.0 * B @ one.data.explained(Phi)
            found += B.reshape(m, -1) @ np.swapaxes(inside, 2, 3).reshape(m, -1).T
        if reml:
            moved = Phi @ self.inner
            found += moved.reshape(m, -1) @ np.swapaxes(moved, 1, 2).reshape(m, -1).T
        return (found + found.T) / 2.0

    def adjusted(self, Phi: Array, cov: Array) -> Array:
        """Kenward and Roger's covariance of the fixed effects; see `marginal.adjusted`."""
        Q = np.zeros((self.p, self.p))
        for one, B in self.parts:
            mixed = np.tensordot(cov, B, 1)
            Q += one.data.inner(np.einsum("msij,msjk->sik", B, mixed, optimize=True)[None])[0]
        return adjusted(Phi, cov, Q, self.inner)
