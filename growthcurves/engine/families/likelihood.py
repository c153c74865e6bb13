"""The likelihood of outcomes that are not normal, of all persons: value, exact gradient, curvature, persons."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from growthcurves.contracts.family import Answers
from growthcurves.engine.families.charted import Charted
from growthcurves.engine.families.identified import identified
from growthcurves.engine.families.integral import Integral, Parameters
from growthcurves.engine.families.packed import packed
from growthcurves.engine.families.posterior import FEWEST, PERSONS_NEED, Posteriors
from growthcurves.engine.families.records import Collected, Records, collected
from growthcurves.engine.families.rule import Rule, rule
from growthcurves.engine.families.second import Second
from growthcurves.engine.general.evaluated import Evaluated, Sloped
from growthcurves.engine.general.search import approached
from growthcurves.engine.general.stacks import Closed
from growthcurves.engine.likelihood.problem import Standardised, standardised
from growthcurves.engine.parameters.local import Local
from growthcurves.engine.parameters.point import Point
from growthcurves.engine.persons.state import PersonState
from growthcurves.engine.sums.rows_of_model import Rows
from growthcurves.engine.sums.whole import Sums
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.threads import in_order

Made = TypeVar("Made")

#: Points for each random effect from which the curvature of the integral is taken where fewer are asked for, as
#: Laplace's approximation has none of its own, and where more are: a search's steps need no more.
STEPS_NEED = {0: 1, 1: 9, 2: 5}
STEPS_AT_MOST = {1: 21, 2: 11, 3: 7}
#: How many times as many nodes are worth another integral for the curvature alone.
WORTH_ANOTHER = 2.5
#: Records that tell where an optimum is, in all and for each parameter; and how many times as many are worth leaving.
ENOUGH, ENOUGH_EACH, WORTH = 1000, 100, 4
#: Persons of a record up to which it is one like others.
ALIKE = 2.0
#: Nodes times rows from which threads are worth their waiting for each other.
MUCH = 1 << 22


#: What options leave as it is.
SHARED = ("frame", "collected", "packed")


@dataclass(frozen=True, eq=False)
class FamilyLikelihood:
    """Outcomes of a family, given random effects that are normal.

    Attributes
    ----------
    rows : Rows
    sums : Sums
        Of the same rows: they say which columns are kept, and in which standard coordinates.
    family : Family
    points : int
        Quadrature points for each random effect; 1 is Laplace's approximation.
    exact : bool
        Whether the Hessian is that of the deviance that is printed, and not the curvature of the integral: the two
        differ where points do not suffice.
    """

    rows: Rows
    sums: Sums
    family: Any
    points: int
    exact: bool = False
    _near: dict[int, Array] = field(default_factory=dict, repr=False)
    _lowest: dict[str, Evaluated] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def frame(self) -> Standardised:
        """Fixed effects in standard columns; a linear predictor has no unit."""
        made = standardised(self.sums.totals, self.sums.coordinates, False)
        return replace(made, scale=1.0, offset=np.zeros(made.p))

    @cached_property
    def collected(self) -> Collected:
        closed = Closed.of(self.rows, self.sums, self.frame)
        return collected(self.rows, closed, self.family.canonical)

    @cached_property
    def packed(self) -> list[Records]:
        """The records as integrals are taken of them."""
        return packed(self.collected.groups, self.family)

    @cached_property
    def constant(self) -> float:
        """What the log likelihood has that no parameter moves."""
        found = self.family.constant(Answers(self.rows.outcome, self.rows.trials))
        if self.rows.stands is None:
            return float(np.sum(found))
        return float(np.broadcast_to(found, self.rows.outcome.shape) @ self.rows.stands[self.rows.codes])

    @property
    def rule(self) -> Rule:
        return rule(self.points, self.frame.q)

    def with_points(self, points: int) -> FamilyLikelihood:
        """The same with another number of points."""
        return self._with(points=points)

    def exactly(self) -> FamilyLikelihood:
        """The same with the Hessian of the deviance that is printed."""
        return self._with(exact=True)

    def _with(self, **changes: Any) -> FamilyLikelihood:
        """The same but for some options; records and modes are shared."""
        other = replace(self, **changes)
        other.__dict__.update({name: self.__dict__[name] for name in SHARED if name in self.__dict__})
        return other

    def by_ml(self) -> FamilyLikelihood:
        return self

    def refitted(self, sums: Sums) -> FamilyLikelihood:
        return FamilyLikelihood(self.rows, sums, self.family, self.points)

    def values(self) -> dict[str, Any]:
        return {}

    def identified(self) -> bool:
        return self._identified

    @cached_property
    def _identified(self) -> bool:
        spread = not self.family.single or self.rows.trials is not None
        dispersion = any(one.kind == "dispersion" for one in self.family.parameters())
        return identified(self.collected.groups, self.frame.partition, spread, dispersion)

    def natural(self, local: Local) -> Point:
        return Point(self.frame.beta(local.beta), {"person": local.D}, None, self.family.moved(local.others))

    def starts(self) -> list[Local]:
        """No effects but the mean's, and persons who differ by one unit of the linear predictor."""
        frame = self.frame
        family, eta = self.family.started(Answers(self.rows.outcome, self.rows.trials))
        beta = eta * (frame.back_x @ self._mean_in_x())
        each = np.sqrt(frame.rows / max(frame.persons, 1)) * np.eye(frame.q)
        blank = Local.of_factor(beta, each, 0.0, frame.partition)
        return [replace(blank, others=np.asarray(family.working, dtype=float), scaled=False)]

    def near(self) -> Local:
        """A start near the optimum, found with some of many records, or with few points: steps cost as much as both."""
        some = self._some()
        if some is not None:
            return some.near()
        (start,) = self.starts()
        few = self._rule_of_steps.points if self.points == 1 else STEPS_NEED.get(self.frame.q, 1)
        return start if few >= self.points > 1 else approached(self.with_points(few), start)

    def _some(self) -> FamilyLikelihood | None:
        """That of some records, which are in no order; None where they are few, or stand for many persons each."""
        groups = self.collected.groups
        count, persons = sum(group.count for group in groups), sum(float(group.counts.sum()) for group in groups)
        size = self.frame.p + sum(len(block) ** 2 for block in self.frame.partition) + len(self.family.working)
        step = count // max(ENOUGH, ENOUGH_EACH * size)
        if step < WORTH or persons > ALIKE * count:
            return None
        some = [group.take(slice(0, -(-group.count // step))) for group in groups]
        share = sum(float(group.counts.sum()) for group in some) / persons
        other = replace(self, _near={})
        other.__dict__.update(frame=self.frame, collected=Collected(some, share * self.collected.lift))
        return other

    def _mean_in_x(self) -> Array:
        """The constant as a combination of the kept columns, (p,); zero where they do not hold it."""
        terms = [self.sums.terms.x[j] for j in self.sums.kept]
        return np.array([1.0 if term == (0, 0) else 0.0 for term in terms])

    # ------------------------------------------------ value and derivatives

    def _pieces(self, nodes: int) -> list[tuple[int, slice]]:
        return [(g, part) for g, group in enumerate(self.packed) for part in group.pieces(nodes)]

    def _integrals(self, parameters: Parameters, used: Rule, work: Any, curved: bool = False) -> list[Any] | None:
        """What `work` makes of the integral of every piece of the records, in their order; None where one fails."""
        groups, q = self.packed, len(parameters.F)

        def piece(where: tuple[int, slice]) -> Any:
            g, part = where
            with np.errstate(over="ignore", invalid="ignore", under="ignore"):  # which a thread does not inherit
                found = Integral.of(groups[g].take(part), parameters, used, self._near[g][:, part], curved)
                if found is None:  # the next point begins at zero: from modes of quite another point none is found
                    self._near[g][:, part] = 0.0
                    return None
                self._near[g][:, part] = found.mode.v
                return work(found)

        for g, group in enumerate(groups):
            if g not in self._near or len(self._near[g]) != q:
                self._near[g] = np.zeros((q, group.count))
        nodes = len(used.nodes)
        much = nodes * sum(group.offset.size for group in groups) > MUCH
        found = list(in_order(piece, self._pieces(nodes), much))
        return None if any(one is None for one in found) else found

    @cached_property
    def axes(self) -> Array:
        """Standard random effects in the order of their curves, as rows of an orthogonal matrix (q, q)."""
        order = np.argsort(self.sums.terms.z, kind="stable")
        return np.linalg.qr(self.frame.back_z[:, order]).Q.T

    def charted(self, local: Local) -> Charted:
        return Charted.of(local, self.axes)

    def _parameters(self, local: Local, chart: Charted) -> Parameters:
        return Parameters(local.beta, chart.root, self.family.moved(local.others))

    def sloped(self, local: Local) -> Sloped | None:
        """The deviance at a point with its gradient; None where it is not finite."""
        chart = self.charted(local)
        found = self._integrals(self._parameters(local, chart), self.rule, lambda one: (one.total, one.gradient()))
        return None if found is None else self._summed(local, chart, found)

    def at(self, local: Local, best_beta: bool) -> Evaluated | None:
        """With the curvature of the integral as the Hessian, by which a search makes its steps, unless `exact`."""
        if self.exact:
            return self.sharp(local)
        known = self._known("steps", local) or self._known("sharp", local)
        return known or self._kept("steps", self._at(local))

    def sharp(self, local: Local) -> Evaluated | None:
        """With the Hessian of the deviance that is printed, or where it cannot be had that of the integral."""
        known = self._known("sharp", local)
        return known or self._kept("sharp", self._sharp(local)) or self._kept("steps", self._at(local))

    def _known(self, kind: str, local: Local) -> Evaluated | None:
        here = self._lowest.get(kind)
        return here if here is not None and here.point is local else None

    def known(self, here: Evaluated) -> None:
        """Take a point that a last, short step has led to as evaluated, with the derivatives before it."""
        self._kept("sharp", here)

    def _kept(self, kind: str, here: Evaluated | None) -> Evaluated | None:
        """The same, kept where it is the lowest: a search ends there, and answers ask for it again."""
        if here is not None and not (kind in self._lowest and self._lowest[kind].deviance <= here.deviance):
            self._lowest[kind] = here
        return here

    def _at(self, local: Local) -> Evaluated | None:
        chart = self.charted(local)
        parameters, used = self._parameters(local, chart), self._rule_of_steps
        if used is self.rule:
            found = self._integrals(parameters, used, lambda one: (one.total, one.gradient(), one.curvature()), True)
            curved = found
        else:
            found = self._integrals(parameters, self.rule, lambda one: (one.total, one.gradient()))
            curved = None if found is None else self._integrals(parameters, used, lambda one: (one.curvature(),), True)
        here = None if found is None else self._summed(local, chart, found)
        if here is None or curved is None:
            return None
        hessian = self._local_curvature(local, chart, sum(one[-1] for one in curved))
        if not (np.isfinite(here.gradient).all() and np.isfinite(hessian).all()):
            return None
        return Evaluated(local, here.deviance, here.gradient, hessian)

    def _summed(self, local: Local, chart: Charted, found: list[Any]) -> Sloped | None:
        lift = self.collected.lift
        value = sum(one[0] for one in found) + float(lift @ local.beta) + self.constant
        if not np.isfinite(value):
            return None
        beta = sum(one[1].beta for one in found) + lift
        F = sum((one[1].F for one in found), np.zeros_like(chart.root))
        own = np.atleast_1d(sum(one[1].own for one in found))
        gradient = np.concatenate([beta, np.einsum("mab,ab->m", chart.moves, F), own])
        return Sloped(-2.0 * value, -2.0 * gradient)

    @property
    def _rule_of_steps(self) -> Rule:
        """The rule from which steps are made."""
        q = self.frame.q
        most = STEPS_AT_MOST.get(q, self.points)
        points = self.points if self.points**q <= WORTH_ANOTHER * most**q else most
        return rule(max(points, STEPS_NEED.get(q, 2)), q)

    def _local_curvature(self, local: Local, chart: Charted, whole: Array) -> Array:
        """Second derivatives of the deviance of the integral, in local coordinates."""
        p, m, q, k = self.frame.p, local.face.size, self.frame.q, len(local.others)
        into = np.zeros((len(whole), p + m + k))
        into[:p, :p] = np.eye(p)
        into[p : p + q * q, p : p + m] = chart.factors.reshape(m, q * q).T
        into[p + q * q :, p + m :] = np.eye(k)
        return -2.0 * into.T @ whole @ into

    def _sharp(self, local: Local) -> Evaluated | None:
        chart = self.charted(local)
        found = self._integrals(
            self._parameters(local, chart),
            self.rule,
            lambda one: (one.total, one.gradient(), Second(one, chart.moves).total()),
            True,
        )
        here = None if found is None else self._summed(local, chart, found)
        if found is None or here is None:
            return None
        whole = sum(one[2] for one in found)
        whole[local.chart, local.chart] += np.einsum("mlab,ab->ml", chart.bends, sum(one[1].F for one in found))
        if not (np.isfinite(here.gradient).all() and np.isfinite(whole).all()):
            return None
        return Evaluated(local, here.deviance, here.gradient, -2.0 * whole)

    def observed(self, local: Local) -> Array | None:
        """Second derivatives of the deviance that is printed."""
        here = self._known("sharp", local) or self._sharp(local)
        return None if here is None else here.hessian

    # ------------------------------------------------ persons

    def outer_scores(self, local: Local) -> Array:
        """The sum over persons of outer products of their scores, the derivatives of the log likelihood."""

        def outer(one: Integral) -> Array:
            score = self.scores(local, one)
            return (score * one.records.counts) @ score.T

        found = self.of_answers(local, outer)
        return np.full((local.size,) * 2, np.nan) if found is None else np.asarray(sum(found))

    def of_answers(self, local: Local, work: Callable[[Integral], Made]) -> list[Made] | None:
        """What `work` makes of the integrals at a point, of records that are persons of the very same answers."""
        whole = replace(self, _near={})
        whole.__dict__["collected"] = collected(self.rows, Closed.of(self.rows, self.sums, self.frame), False)
        return whole._integrals(self._parameters(local, self.charted(local)), self.rule, work)

    def person_scores(self, local: Local) -> Array:
        """The score of each person, (N, size), as if each counted once."""
        whole = replace(self, _near={})
        groups = collected(self.rows, Closed.of(self.rows, self.sums, self.frame), False).groups
        whole.__dict__["packed"] = groups  # in their order, with their persons
        found = whole._integrals(
            self._parameters(local, self.charted(local)), self.rule, lambda one: self.scores(local, one)
        )
        out = np.full((self.rows.persons, local.size), np.nan)
        if found is not None:
            ends = np.cumsum([group.count for group in groups])[:-1]
            for group, scores in zip(groups, np.split(np.concatenate(found, axis=1), ends, axis=1), strict=True):
                out[group.persons] = scores[:, group.codes].T
        return out

    def scores(self, local: Local, one: Integral) -> Array:
        """Scores (size, R) of records whose integral is known at this point."""
        made = one.scores()
        return np.concatenate([made.beta, np.einsum("mab,abr->mr", self.charted(local).moves, made.F), made.own])

    def scores_near(self, local: Local, one: Integral) -> Array:
        """Scores (size, R) at this point of records whose integral is known near it."""
        there = Integral.of(one.records, self._parameters(local, self.charted(local)), self.rule, one.mode.v)
        return np.full((local.size, one.records.count), np.nan) if there is None else self.scores(local, there)

    def posteriors(self, local: Local) -> Posteriors:
        """What the outcomes say of every person's standard random effects."""
        return Posteriors(self.collected.groups, self._parameters(local, self.charted(local)), self.rule_of_persons)

    def state(self, local: Local) -> PersonState:
        """Posterior means of every person's standard random effects, their covariances, and derivatives in beta."""
        return self.posteriors(local).state(self.rows.persons)

    @property
    def rule_of_persons(self) -> Rule:
        """The rule by which posteriors are averaged."""
        q = self.frame.q
        return rule(max(self.points, PERSONS_NEED.get(q, FEWEST)), q)
