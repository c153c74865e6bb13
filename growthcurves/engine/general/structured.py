"""The likelihood of normal outcomes with any residual structure, from schedules: value, gradient and Hessian.

Sources: Harville (1977) for the restricted likelihood's derivatives, Laird and Ware (1982) for empirical Bayes, Kenward
and Roger (1997) for the adjusted covariance. Derived in docs/engine.md, 7.1.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from growthcurves.engine.general.apart import Apart
from growthcurves.engine.general.bends import Bends
from growthcurves.engine.general.derivatives import Given, by_schedule, gradient_by_schedule, gradient_on_grid, on_grid
from growthcurves.engine.general.evaluated import Evaluated, Sloped
from growthcurves.engine.general.gridded import AtMatrix, Gridded
from growthcurves.engine.general.slopes import BySchedule, OnGrid, Slopes
from growthcurves.engine.general.stacks import Closed, Common, Stack, common_occasions, stacks_of
from growthcurves.engine.general.whitened import Whitened
from growthcurves.engine.general.within import Within
from growthcurves.engine.likelihood.gaussian import LOG_2PI
from growthcurves.engine.likelihood.problem import Standardised, standardised
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
    def frame(self) -> Standardised:
        return standardised(self.sums.totals, self.sums.coordinates, self.reml)

    @cached_property
    def _common(self) -> Common:
        return common_occasions(self.rows)

    @cached_property
    def _gridded(self) -> Gridded | None:
        return Gridded.of(self.rows, self._closed, self._common)

    @cached_property
    def stacks(self) -> list[Stack]:
        return stacks_of(self.rows, self._closed, self._common)

    @cached_property
    def _closed(self) -> Closed:
        return Closed.of(self.rows, self.sums, self.frame)

    def natural(self, local: Local) -> Point:
        sigma2 = self.frame.scale**2 * local.sigma2
        residual = self.residual.moved(sigma2, local.others)
        return Point(self.frame.beta(local.beta), {"person": sigma2 * local.D}, residual)

    def wide(self, stack: Stack) -> Array:
        """Standard [X y] of each person of a stack, (N, n, p + 1)."""
        return self._closed.wide(stack.member_rows, stack.members)

    def by_ml(self) -> Structured:
        return replace(self, reml=False)

    def refitted(self, sums: Sums) -> Structured:
        return type(self)(self.rows, sums, self.reml, self.residual)

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
        grid = self._common.grid
        if grid is None or not hasattr(self.residual, "seeded"):
            return None
        m, v = len(grid.time), np.append(np.zeros(self.frame.p), 1.0)
        if self._gridded is not None:
            return self.residual.seeded(*self._gridded.as_they_are(v), grid)
        sums, counts = np.zeros((2, m, m))
        for stack in self.stacks:
            np.add.at(sums, stack.pairs, stack.data.residuals(v))
            np.add.at(counts, stack.pairs, stack.counts[:, None, None])
        return self.residual.seeded(sums, counts, grid)

    # ------------------------------------------------ covariance matrices and their derivatives

    def within(self, local: Local) -> Within:
        """The residuals' part of V, in standard units."""
        return Within(self.residual.moved(local.sigma2, local.others), self._common.grid)

    def covariance(self, stack: Stack, local: Local, within: Within) -> Array:
        """V of each schedule, (S, n, n), in standard units."""
        return stack.between(local.sigma2 * local.D) + within.matrices(stack)

    def directions(self, stack: Stack, local: Local, within: Within) -> Array:
        """Derivatives of V along the chart, the log scale and the residual's coordinates, (m, S, n, n)."""
        k, last = local.face.size, local.face.size + local.scaled
        found = np.empty((last + len(local.others), len(stack.counts), stack.size, stack.size))
        for j, one in enumerate(local.face.directions(local.theta)):
            found[j] = stack.between(local.sigma2 * one)
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

    def valued(self, local: Local, best_beta: bool) -> Valued | None:
        """The deviance at a point, or at the same variances with the best beta, with derivatives when they are asked
        for; None where it is not finite.
        """
        within = self.within(local)
        made: AtMatrix | list[Whitened] | None
        if self._gridded is not None:
            made = self._gridded.at(self.covariance(self._gridded.whole, local, within)[0])
        else:
            made = self.whitened(local, within)
        if made is None:
            return None
        parts = [made] if isinstance(made, AtMatrix) else made
        squares = sum((one.squares() for one in parts), np.zeros((self.frame.p + 1,) * 2))
        given = self._given(local, squares, best_beta)
        if given is None:
            return None
        return Valued(self, within, given, given.deviance + sum(one.log_det for one in parts), made)

    def sloped(self, local: Local) -> Sloped | None:
        """The deviance at a point with its gradient; None where it is not finite."""
        found = self.valued(local, False)
        return None if found is None else found.sloped()

    def at(self, local: Local, best_beta: bool) -> Evaluated | None:
        found = self.valued(local, best_beta)
        return None if found is None else found.evaluated()

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
        if self._gridded is not None:
            whole = self._gridded.whole
            V = self.covariance(whole, local, within)[0]
            at = self._gridded.at(V)
            assert at is not None
            return OnGrid(at, self.directions(whole, local, within)[:, 0], V)
        white = self.whitened(local, within)
        assert white is not None
        parts = [(one, one.directions(self.directions(one.stack, local, within))) for one in white]
        return BySchedule(parts, self.frame.p)

    def apart(self, local: Local) -> Apart:
        """What the V_i tell of the variance parameters at a point."""
        return Apart.of(self.slopes(local), int(self.frame.rows))

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
            own, wide = weight[stack.codes], self.wide(stack)
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
        found = self.valued(local, False)
        assert found is not None
        return found.given.Phi


@dataclass(frozen=True, eq=False)
class Valued:
    """A point whose deviance is known.

    Attributes
    ----------
    likelihood : Structured
    within : Within
    given : Given
    deviance : float
    made : AtMatrix or list of Whitened
        What derivatives are made of.
    """

    likelihood: Structured
    within: Within
    given: Given
    deviance: float
    made: AtMatrix | list[Whitened]

    def sloped(self) -> Sloped:
        """With the gradient alone."""
        of, made, local = self.likelihood, self.made, self.given.local
        if isinstance(made, AtMatrix):
            dV = of.directions(made.sums.whole, local, self.within)[:, 0]
            return Sloped(self.deviance, gradient_on_grid(made, self.given, of.reml, dV))
        directions = partial(of.directions, local=local, within=self.within)
        return Sloped(self.deviance, gradient_by_schedule(made, self.given, of.reml, directions))

    def evaluated(self) -> Evaluated | None:
        """With gradient and Hessian; None where these are not finite."""
        of, made, local = self.likelihood, self.made, self.given.local
        if isinstance(made, AtMatrix):
            dV = of.directions(made.sums.whole, local, self.within)[:, 0]
            pieces = on_grid(made, self.given, self.within, of.reml, dV)
        else:
            directions = partial(of.directions, local=local, within=self.within)
            pieces = by_schedule(made, self.given, self.within, of.reml, directions)
        gradient, hessian = pieces.gradient(self.given), pieces.hessian(self.given, of.reml)
        if not (np.isfinite(self.deviance) and np.isfinite(gradient).all() and np.isfinite(hessian).all()):
            return None
        return Evaluated(local, self.deviance, gradient, hessian)


def _begins(residual: Any) -> list[Array]:
    """Where a structure would have searches begin."""
    return residual.starts() if hasattr(residual, "starts") else [np.asarray(residual.working, dtype=float)]
