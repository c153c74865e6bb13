"""The likelihood of persons with heavy tails: y_i multivariate t about X_i beta with scale matrix V_i and df nu.

Pinheiro, Liu and Wu (2001); Lange, Little and Taylor (1989). Random effects and residuals of a person share one scale,
so that given the weights w_i = (nu + n_i) / (nu + d_i) derivatives are those of normal outcomes with [X_i y_i] times
the root of w_i, V_i as it is, and what the weights' own change adds. Derived in docs/engine.md, section 11.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from growthcurves.engine.general.apart import Apart
from growthcurves.engine.general.derivatives import Given, by_schedule
from growthcurves.engine.general.evaluated import Evaluated
from growthcurves.engine.general.search import Ended, descended
from growthcurves.engine.general.structured import Structured
from growthcurves.engine.general.whitened import inverse_factors
from growthcurves.engine.general.within import Within
from growthcurves.engine.heavy.tails import Tails, tails
from growthcurves.engine.heavy.weighted import Persons, Weighted
from growthcurves.engine.likelihood.gaussian import LOG_2PI
from growthcurves.engine.likelihood.problem import Standardised
from growthcurves.engine.parameters.local import Local
from growthcurves.engine.parameters.point import Point
from growthcurves.errors import NotEstimableError
from growthcurves.numerics.arrays import Array

#: Degrees of freedom from which searches begin, and the fewest that there are: with fewer, as the likelihood may have
#: without end where persons are fitted perfectly, outcomes have hardly a scale.
BEGINS, FEWEST_DF = (20.0, 3.0), 0.1
#: A squared distance from which a point of the search is none.
ENORMOUS = 1e100


class Parts(NamedTuple):
    """A local point in two: the covariance matrices' part, and how heavy tails are, t = 1 / df = root squared."""

    plain: Local
    root: float

    @property
    def t(self) -> float:
        return self.root**2


@dataclass(frozen=True, eq=False)
class HeavyTailed:
    """Multivariate t outcomes of each person, or of each unit of the highest level.

    Where df is estimated its coordinate is the last one, the root of 1 / df: at 0, a place like every other, outcomes
    are normal.

    Attributes
    ----------
    normal : Structured
        The likelihood of normal outcomes, by ML, with the same covariance matrices.
    near : Local
        Its optimum, as some likelihood of normal outcomes found it.
    df : float, optional
        Degrees of freedom where they are given.
    of_variances : bool
        Whether natural points are covariances, df / (df - 2) times the scale matrices, or these.
    """

    normal: Structured
    near: Local
    df: float | None = None
    of_variances: bool = False

    @property
    def frame(self) -> Standardised:
        return self.normal.frame

    @property
    def free(self) -> int:
        """1 where df is estimated, else 0."""
        return int(self.df is None)

    def parts(self, local: Local) -> Parts:
        """The parts of a point."""
        if self.df is not None:
            return Parts(local, float(self.df**-0.5))
        return Parts(replace(local, others=local.others[:-1]), float(local.others[-1]))

    def joined(self, plain: Local, root: float) -> Local:
        """A point of its parts."""
        return plain if self.df is not None else replace(plain, others=np.append(plain.others, root))

    def natural(self, local: Local) -> Point:
        plain, root = self.parts(local)
        point = self.normal.natural(plain)
        if not self.of_variances:
            return point
        share = 1.0 - 2.0 * root**2
        factor = 1.0 / share if share > 0.0 else np.nan
        levels = {unit: factor * G for unit, G in point.levels.items()}
        return replace(point, levels=levels, residual=point.residual.moved(factor * point.residual.scale, plain.others))

    # ------------------------------------------------ where to begin, and what is told apart

    @cached_property
    def as_normal(self) -> Ended:
        """The optimum of normal outcomes."""
        return descended(self.normal, [self.near])

    def starts(self) -> list[Local]:
        """The lowest of the optima that are reached; a search that leaves the range of df reaches none.

        Raises
        ------
        NotEstimableError
            When all leave it.
        """
        reached = [end for start in self._begun() if (end := self._reached(start)) is not None]
        if not reached:
            raise NotEstimableError(
                f"Degrees of freedom are below {FEWEST_DF}, where the likelihood may grow without end",
                "give df=, such as 4.",
            )
        return [min(reached, key=lambda end: end.at.deviance).local]

    def _reached(self, start: Local) -> Ended | None:
        try:
            return descended(self, [start])
        except NotEstimableError:
            return None

    def _begun(self) -> Iterator[Local]:
        """The normal estimates with tails that are nearly normal, and with heavy ones about the middle of persons."""
        plain = self.as_normal.local
        d, n = self._distances(plain)
        yield self.joined(plain, (self.df or BEGINS[0]) ** -0.5)
        begun = replace(plain, log_scale=plain.log_scale + float(np.log(max(float(np.median(d / n)), 0.1))))
        yield self.joined(begun, (self.df or BEGINS[1]) ** -0.5)

    def _distances(self, plain: Local) -> tuple[Array, Array]:
        """Squared distances of all, and the outcomes of each."""
        found = self.people(plain)
        assert found is not None
        parts, _ = found
        return np.concatenate([one.distances for one in parts]), np.concatenate([one.sizes for one in parts])

    def identified(self) -> bool:
        return self.normal.identified()

    @property
    def inside(self) -> Local:
        """A point inside the range of everything."""
        return self.joined(self.normal.inside, BEGINS[0] ** -0.5)

    @property
    def anywhere(self) -> Apart:
        """What is told apart at almost every point."""
        return self._with_tail(self.normal.anywhere)

    def apart(self, local: Local) -> Apart:
        """What the V_i tell at a point; how heavy tails are is told by distances."""
        return self._with_tail(self.normal.apart(self.parts(local).plain))

    def _with_tail(self, found: Apart) -> Apart:
        flat, null = np.zeros(self.free, dtype=bool), np.zeros((self.free, found.null.shape[1]))
        return Apart(np.append(found.flat, flat), np.vstack([found.null, null]))

    # ------------------------------------------------ value and derivatives

    @cached_property
    def _wide(self) -> list[Array]:
        """Standard [X y] of the persons of each stack, (N, n, p + 1)."""
        return [self.normal.wide(stack) for stack in self.normal.stacks]

    def people(self, plain: Local) -> tuple[list[Persons], float] | None:
        """The persons of each stack and the sum of log|V_i|; None where a V is not positive definite."""
        within, v = self.normal.within(plain), np.append(-plain.beta, 1.0)
        found, log_det = [], 0.0
        for stack, wide in zip(self.normal.stacks, self._wide, strict=True):
            factors = inverse_factors(self.normal.covariance(stack, plain, within), stack.counts)
            if factors is None:
                return None
            white = factors[0][stack.codes] @ wide
            found.append(Persons(stack, factors[0], white, white @ v))
            log_det += factors[1]
        return found, log_det

    def valued(self, local: Local, best_beta: bool) -> Valued | None:
        """The deviance at a point; None where it is not finite. The best beta has no closed form: that of the point."""
        parts = self.parts(local)
        with np.errstate(over="ignore", invalid="ignore"):
            found = self.people(parts.plain)
            if found is None or not max(one.distances.max() for one in found[0]) * (1.0 + parts.t) < ENORMOUS:
                return None
        persons, log_det = found
        told = [tails(one.distances, one.sizes, parts.t) for one in persons]
        deviance = log_det + sum(float(one.value.sum()) for one in told) + self.normal.frame.rows * LOG_2PI
        return Valued(self, local, persons, told, deviance) if np.isfinite(deviance) else None

    def at(self, local: Local, best_beta: bool) -> Evaluated | None:
        found = self.valued(local, best_beta) if self.within_range(local) else None
        return None if found is None else found.evaluated()

    def within_range(self, local: Local) -> bool:
        """Whether df are not too few, but for rounding."""
        return self.parts(local).t * FEWEST_DF < 1.0 + 1e-9

    def weights(self, local: Local) -> Array:
        """w_i of every person, or unit of the highest level, in their order."""
        found = self.valued(local, False)
        assert found is not None
        members = np.concatenate([one.stack.members for one in found.persons])
        out = np.empty(len(members))
        out[members] = np.concatenate([one.weight for one in found.tails])
        return out


@dataclass(frozen=True, eq=False)
class Valued:
    """A point whose deviance is known.

    Attributes
    ----------
    likelihood : HeavyTailed
    local : Local
    persons : list of Persons
    tails : list of Tails
        Of each stack.
    deviance : float
    """

    likelihood: HeavyTailed
    local: Local
    persons: list[Persons]
    tails: list[Tails]
    deviance: float

    def evaluated(self) -> Evaluated | None:
        """With gradient and Hessian; None where these are not finite.

        Raises
        ------
        NotEstimableError
            For a point of a search outside the range of df.
        """
        if not self.likelihood.within_range(self.local):
            raise NotEstimableError(f"Degrees of freedom are below {FEWEST_DF}.")
        of, plain = self.likelihood, self.likelihood.parts(self.local).plain
        within = of.normal.within(plain)
        weighted = [
            Weighted(one, told.weight, of.normal.directions(one.stack, plain, within))
            for one, told in zip(self.persons, self.tails, strict=True)
        ]
        gradient, hessian = as_weighted(weighted, plain, within)
        across = np.zeros(plain.size)
        for one, told in zip(weighted, self.tails, strict=True):
            D = one.slopes()
            hessian += (told.by_d * D) @ D.T
            across += D @ told.by_t
        if of.free:
            gradient, hessian = self._with_df(gradient, hessian, across)
        if not (np.isfinite(gradient).all() and np.isfinite(hessian).all()):
            return None
        return Evaluated(self.local, self.deviance, gradient, hessian)

    def _with_df(self, gradient: Array, hessian: Array, across: Array) -> tuple[Array, Array]:
        """With the coordinate s of df, t = s^2; `across` are the derivatives in t of the gradient of all else."""
        root = self.likelihood.parts(self.local).root
        first, second = (sum(float(getattr(one, name).sum()) for one in self.tails) for name in ("first", "second"))
        beside = 2.0 * root * across[:, None]
        corner = np.array([[2.0 * first + 4.0 * root**2 * second]])
        return np.append(gradient, 2.0 * root * first), np.block([[hessian, beside], [beside.T, corner]])


def as_weighted(persons: list[Any], plain: Local, within: Within) -> tuple[Array, Array]:
    """Gradient and Hessian of normal outcomes whose persons have these weights, from stacks of `Weighted`."""
    p, v = len(plain.beta), np.append(-plain.beta, 1.0)
    squares = sum((one.squares() for one in persons), np.zeros((p + 1, p + 1)))
    given = Given(plain, squares, np.zeros((p, p)), v, 0.0)
    known = {id(one.stack): one.dV for one in persons}
    pieces = by_schedule(persons, given, within, False, lambda stack: known[id(stack)])
    return pieces.gradient(given), pieces.hessian(given, False)
