"""Estimates of outcomes that are not normal: quadrature with as many points as the answer needs, and its check."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import Any

import numpy as np

from growthcurves.contracts.parameters import Parameter
from growthcurves.engine.families.grids import LAPLACE, Quadrature, finer, grids
from growthcurves.engine.families.integral import Parameters
from growthcurves.engine.families.likelihood import FamilyLikelihood
from growthcurves.engine.families.moved import moved_local
from growthcurves.engine.families.posterior import FunctionOfEta, Posteriors, records_of
from growthcurves.engine.families.rule import EVEN, even_rule
from growthcurves.engine.families.shares import Shares, shares_of
from growthcurves.engine.families.unlimited import (
    all_but_certain,
    endless_direction,
    fits_perfectly,
    looks_endless,
    persons_differ_endlessly,
)
from growthcurves.engine.general.estimates import GeneralEstimates
from growthcurves.engine.general.search import COSTLESS, Ended, descended, ended, judged, scaled_step
from growthcurves.engine.information.observed import inverse_information
from growthcurves.engine.moved import SAME
from growthcurves.engine.parameters.local import Local
from growthcurves.engine.persons.given import Expected, Seen, Wanted
from growthcurves.engine.persons.sandwich import Sandwich
from growthcurves.engine.persons.state import PersonState
from growthcurves.engine.search.certificate import Verdict
from growthcurves.engine.sums.rows_of_model import Rows
from growthcurves.engine.sums.whole import Sums
from growthcurves.numerics.arrays import Array

Look = Callable[["FamilyEstimates"], None]
#: The kind of own parameters at whose zero a family is one without them, and their working coordinate there.
DISPERSION, NO_DISPERSION = "dispersion", -230.0


@dataclass(frozen=True)
class Asked:
    """A family and how its integral is asked for: "auto", "laplace" or a number of points; makes estimates of rows."""

    family: Any
    quadrature: Any = "auto"

    def estimates(self, rows: Rows, sums: Sums, look: Look | None = None) -> FamilyEstimates:
        """Fitted with the points that are asked for, or with more until the answer stands.

        `look` sees estimates that may have grown without end, before more is done with them.
        """
        effects = len(sums.terms.z)
        asked = {"auto": grids(effects), "laplace": (LAPLACE,)}.get(self.quadrature, (self.quadrature,))
        likelihood = self.likelihood(rows, sums, int(asked[0]))
        start = likelihood.near()
        if look is not None and all_but_certain(likelihood, start):
            look(self.unfinished(likelihood, sums, start))
        found = FamilyEstimates.searched(self, likelihood, sums, [start])
        if look is not None and (looks_endless(found) or found.persons_differ_endlessly):
            look(found)
        for points in asked[1:]:
            if found.quadrature.settled:
                break
            likelihood = likelihood.with_points(points)
            found = FamilyEstimates.searched(self, likelihood, sums, [found.local])
        return found

    def unfinished(self, likelihood: FamilyLikelihood, sums: Sums, start: Local) -> FamilyEstimates:
        """Where a search begins, of which nothing is certain."""
        unknown = Verdict(False, False, True, False, np.inf, np.zeros((likelihood.frame.q, 0)))
        return FamilyEstimates(sums, likelihood, start, unknown, -np.inf, self)

    def likelihood(self, rows: Rows, sums: Sums, points: int) -> FamilyLikelihood:
        return FamilyLikelihood(rows, sums, self.family, points)


@dataclass(frozen=True, eq=False)
class FamilyEstimates(GeneralEstimates):
    """An optimum of the likelihood of a family."""

    asked: Asked = Asked(None)

    @classmethod
    def searched(cls, asked: Asked, likelihood: FamilyLikelihood, sums: Sums, starts: list[Local]) -> FamilyEstimates:
        """The optimum that is reached from the starts, certified."""
        end = descended(likelihood, starts)
        verdict = judged(likelihood, end, likelihood.identified())
        return cls(sums, likelihood, end.local, verdict, end.at.deviance, asked)

    @property
    def maker(self) -> None:
        return None  # which the family of the model chooses by itself

    @cached_property
    def quadrature(self) -> Quadrature:
        """What the next finer rule changes at the estimates."""
        q, points = self.frame.q, self.likelihood.points
        made = partial(Quadrature, self.asked.quadrature, q, points)
        if q == 0:
            return made(points, 0.0, 0.0)
        more = finer(points, q)
        here, there = self.likelihood.at(self.local, False), self.likelihood.with_points(more).sloped(self.local)
        if here is None or there is None:
            return made(more, float("nan"), float("inf"))
        change = there.deviance - here.deviance
        inverse = inverse_information(here.hessian, True)
        if inverse is None:  # that of the integral, which so few points may not have
            here = self.likelihood.sharp(self.local) or here
            inverse = inverse_information(here.hessian, True)
        if inverse is None:
            return made(more, change, float("inf"))
        moved, _, _ = scaled_step(replace(here, gradient=there.gradient - here.gradient))
        return made(more, change, float((np.abs(moved) / np.sqrt(2.0 * np.diag(inverse))).max()))

    @property
    def _profiled(self) -> FamilyLikelihood:
        return self.likelihood if self.quadrature.settled else self.likelihood.exactly()

    def _arrived(self, likelihood: Any, sums: Sums, end: Ended, verdict: Verdict) -> GeneralEstimates:
        """Where the rows let it grow without end, as separated ones do, it has not converged."""
        found = super()._arrived(likelihood, sums, end, verdict)
        assert isinstance(found, FamilyEstimates)
        separated = looks_endless(found) and found.endless_direction() is not None
        if separated or found.persons_differ_endlessly:
            return replace(found, verdict=replace(found.verdict, converged=False))
        return found

    def endless_direction(self) -> Array | None:
        """A direction of the fixed effects along which the likelihood rises for ever; None where there is none."""
        return endless_direction(self)

    @cached_property
    def persons_differ_endlessly(self) -> bool:
        """Whether more and more difference between persons is as good."""
        return persons_differ_endlessly(self)

    @property
    def fits_perfectly(self) -> bool:
        """Whether amounts do not scatter about persons' own curves."""
        return fits_perfectly(self)

    def at_their_end(self) -> tuple[str, ...]:
        return tuple(one.name for one, ended in zip(self._own, self._ended, strict=True) if ended)

    @property
    def _own(self) -> tuple[Parameter, ...]:
        return tuple(self.likelihood.family.parameters())

    @cached_property
    def _ended(self) -> Array:
        """Which of the own parameters are as good at zero, where the family is one without them, (k,)."""
        ended = np.array([one.kind == DISPERSION for one in self._own], dtype=bool)
        if not ended.any():
            return ended
        none = replace(self.local, others=np.where(ended, NO_DISPERSION, self.local.others))
        there = self.likelihood.sloped(none)
        return ended & (there is not None and there.deviance <= self.lowest + COSTLESS)

    def _inverse(self, hessian: Array, first: int) -> Array | None:
        """The inverse over what is not at its end, where nothing moves with it."""
        kept = np.flatnonzero(np.concatenate([np.ones(len(hessian) - len(self._ended), dtype=bool), ~self._ended]))
        found = inverse_information(hessian[np.ix_(kept, kept)], self.verdict.identified)
        if found is None:
            return None
        inverse = np.zeros_like(hessian)
        inverse[np.ix_(kept, kept)] = found
        return inverse

    @cached_property
    def active(self) -> Local:
        """Where all varies the coordinates of the search, whose last Hessian is known."""
        return super().active if self.verdict.singular else self.local

    @cached_property
    def _hessian(self) -> Array:
        found = self.likelihood.observed(self.active)
        return np.full((self.active.size,) * 2, np.nan) if found is None else found

    def _likelihood(self, rows: Rows, sums: Sums) -> FamilyLikelihood:
        return replace(self.likelihood, rows=rows, sums=sums, _near={})

    def recoded(self, rows: Rows, sums: Sums) -> FamilyEstimates | None:
        likelihood = self._likelihood(rows, sums)
        local = moved_local(self, likelihood)
        there = None if local is None else likelihood.at(local, True)
        if there is None or abs(there.deviance - self.lowest) > SAME * max(abs(self.lowest), 1.0):
            return None
        verdict = judged(likelihood, ended(there), self.verdict.identified)
        return replace(
            self, likelihood=likelihood, sums=sums, local=there.point, verdict=verdict, lowest=there.deviance
        )

    def local_in(self, frame: Any, change: Array | None = None) -> Local:
        found = super().local_in(frame, change)
        return replace(found, beta=frame.back_x @ self.beta)  # which no evaluation puts at its best

    def sandwich(self, kind: str, L: Array) -> Sandwich:
        """By the scores of the likelihood that is printed, and the observed information (docs/engine.md, 8.7, 8.8)."""
        J, p, persons = self.frame.original_x(), self.frame.p, self.frame.persons
        if kind == "CR2":
            return self._shares.sandwich(self._joint, J, L)
        whole = self._joint @ self.likelihood.outer_scores(self.active) @ self._joint
        factor = persons / (persons - 1.0) if kind == "CR1" else 1.0
        unknown = np.full((len(L),) * 2, np.nan)
        return Sandwich(factor * J @ whole[:p, :p] @ J.T, unknown, unknown)

    @cached_property
    def _shares(self) -> Shares:
        return shares_of(self.likelihood, self.active, np.sqrt(np.diag(self._joint)[: self.frame.p]))

    def why_not(self, capability: str) -> str | None:
        return None if capability in ("replicates", "robust", "recentred") else super().why_not(capability)

    # ------------------------------------------------ persons

    def given(self, seen: Seen, prior: PersonState | None = None) -> PersonState:
        assert prior is None, "families have persons alone"
        return self._of_new(seen).state(seen.persons)

    def expected(self, wanted: Wanted, seen: Seen | None = None) -> Expected:
        if seen is not None:
            found = self._of_new(seen).expected(wanted, seen.persons)
            return found._replace(mean=self._without_nodes(found.mean, wanted, seen))
        standard = wanted._replace(X=self.standard_columns(wanted.X))
        found = self.likelihood.posteriors(self.local).expected(standard, self.likelihood.rows.persons)
        return found._replace(slope=found.slope @ (self.frame.back_x / self.frame.scale))

    def _without_nodes(self, means: Array, wanted: Wanted, seen: Seen) -> Array:
        """Persons of whom nothing was seen have the mean of all persons, an integral over one linear predictor."""
        nothing = (wanted.codes >= 0) & ~np.isin(wanted.codes, seen.codes)
        family = self.point.family if wanted.told_by is None else wanted.told_by(self.point.family)
        eta = wanted.X @ self.beta + wanted.offset
        found = np.array(means)
        if nothing.any():
            found[nothing] = family.marginal(eta[nothing], self.point.variances(wanted.Z[nothing]))
        return found

    def means_of(self, wanted: Wanted) -> Array:
        standard = wanted._replace(X=self.standard_columns(wanted.X))
        return self.likelihood.posteriors(self.local).means(standard, self.likelihood.rows.persons)

    @cached_property
    def modes(self) -> Array:
        return self.likelihood.posteriors(self.local).modes(self.likelihood.rows.persons)

    def averages(self, of: FunctionOfEta, wanted: Wanted, seen: Seen) -> Array:
        q = self.frame.q
        found = replace(self._of_new(seen), rule=even_rule(q) if q in EVEN else self.likelihood.rule_of_persons)
        return found.averages(of, wanted, seen.persons)

    def _of_new(self, seen: Seen) -> Posteriors:
        root = self.likelihood.charted(self.local).root
        at = Parameters(self.beta, root, self.point.family)
        return Posteriors(records_of(seen), at, self.likelihood.rule_of_persons)

    def simulated(self, X: Array, Z: Array, codes: Array, count: int, rng: np.random.Generator) -> Array:
        rows, Z, root = self.likelihood.rows, self.standard_rows(Z), self.likelihood.charted(self.local).root
        fixed = X @ self.beta + (0.0 if rows.offset is None else rows.offset)
        values = np.empty((len(codes), count))
        for column in range(count):
            u = rng.standard_normal((int(codes.max()) + 1, len(root))) @ root.T
            eta = fixed + np.einsum("nq,nq->n", Z, u[codes])
            values[:, column] = self.point.family.drawn(eta, rows.trials, rng)
        return values

    def redrawn(self, rng: np.random.Generator) -> Array:
        rows, terms = self.likelihood.rows, self.sums.terms
        X, made = rows.columns([terms.x[column] for column in self.sums.kept]), rows.row_columns(sorted(set(terms.z)))
        Z = np.column_stack([made[column] for column in terms.z]) if terms.z else np.zeros((len(X), 0))
        return self.simulated(X, Z, rows.codes, 1, rng)[:, 0]

    @property
    def relative_scale(self) -> float:
        return 1.0

    def values(self) -> dict[str, Any]:
        own = {"points": self.likelihood.points, "asked": self.asked.quadrature}
        return super().values() | {"own": own}

    def fitted_anew(self, sums: Sums) -> FamilyEstimates:
        return self.asked.estimates(self.likelihood.rows, sums)
