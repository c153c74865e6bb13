"""Estimates of any likelihood; see `engine.estimates.Estimates` for what each answer is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np

from growthcurves.engine.general.apart import STEP, Apart, name_at_its_end, names_that_change
from growthcurves.engine.general.marginal import OneByOne, Person, state_of
from growthcurves.engine.general.search import ALL_BUT, NEARLY, Ended, closer, descended, ended, finished, judged
from growthcurves.engine.general.structured import Structured
from growthcurves.engine.information.observed import inverse_information
from growthcurves.engine.information.uncertainty import Uncertainty
from growthcurves.engine.levels.ranks import ranks_by_level
from growthcurves.engine.likelihood.levels import LevelBlocks
from growthcurves.engine.likelihood.problem import standard_problem
from growthcurves.engine.moved import in_other_columns, same_likelihood
from growthcurves.engine.parameters.face import ZERO, face_of, scale_of
from growthcurves.engine.parameters.local import Local
from growthcurves.engine.parameters.point import Point
from growthcurves.engine.persons.given import Expected, Seen, Wanted, updated
from growthcurves.engine.persons.sandwich import Sandwich, sandwich
from growthcurves.engine.persons.state import PersonState
from growthcurves.engine.profile.profiler import Profiler
from growthcurves.engine.profile.quantities import varies
from growthcurves.engine.search.certificate import Verdict
from growthcurves.engine.solution import echelon
from growthcurves.engine.submodels.boundary import free_parameters
from growthcurves.engine.submodels.pair import Drawing, Pair
from growthcurves.engine.submodels.ranks import rank_with
from growthcurves.engine.sums.design import Owners
from growthcurves.engine.sums.rows_of_model import Rows
from growthcurves.engine.sums.whole import Sums
from growthcurves.errors import NotEstimableError
from growthcurves.later import Later
from growthcurves.numerics.arrays import Array

refitted = Later("growthcurves.engine.general.refitted")

#: Why a general likelihood lacks a capability.
LACKING = {
    "replicates": "This likelihood draws no replicates: bootstrap intervals are not available.",
    "mixtures": "its large-sample distribution is not known for this likelihood; use method='bootstrap'",
    "robust": "This likelihood gives no robust standard errors.",
    "recentred": "recentre() is not available with this likelihood: fit it anew with origin=.",
}


@dataclass(frozen=True, eq=False)
class GeneralEstimates:
    """An optimum of a likelihood, answered by plain loops.

    Attributes
    ----------
    sums : Sums
        Of the same rows.
    likelihood : object
        See `contracts.likelihood.RowLikelihood`.
    local : Local
        The optimum.
    verdict : Verdict
    lowest : float
        The deviance there, in the likelihood's own coordinates.
    """

    sums: Sums
    likelihood: Any
    local: Local
    verdict: Verdict
    lowest: float

    @classmethod
    def fitted(cls, likelihood: Any, sums: Sums) -> GeneralEstimates:
        """Searched from the likelihood's own starts, and certified."""
        end = descended(likelihood, likelihood.starts())
        found = cls(sums, likelihood, end.local, judged(likelihood, end, True), end.at.deviance)
        here = found._apart
        told = here is None or not here.null.shape[1]  # at these estimates
        told_anywhere = (here is not None and not here.flat.any()) or likelihood.identified()
        return found if told and told_anywhere else replace(found, verdict=judged(likelihood, end, False))

    # ------------------------------------------------ the optimum

    @property
    def maker(self) -> Any:
        kind = type(self.likelihood)
        return None if kind is Structured else kind  # which the residual structure chooses by itself

    @property
    def quadrature(self) -> Any:
        return None

    @property
    def frame(self) -> Any:
        return self.likelihood.frame

    @property
    def deviance(self) -> float:
        return self.lowest + self.frame.deviance_shift

    @cached_property
    def point(self) -> Point:
        """The estimates; ranges at an end of theirs stand at it, wherever near it the search stopped."""
        found = self.natural(self.local)
        ended, flat = getattr(found.residual, "ended", None), None if self._apart is None else self._apart.flat
        if ended is None or flat is None or not self.verdict.identified or not flat.any():
            return found
        return replace(found, residual=ended(flat[len(flat) - len(self.local.others) :]))

    @property
    def beta(self) -> Array:
        return self.point.beta

    @cached_property
    def G(self) -> Array:
        J = np.linalg.solve(self.frame.back_z, np.eye(self.frame.q))
        return J @ self.point.total() @ J.T

    @cached_property
    def null(self) -> Array:
        return echelon(np.linalg.solve(self.frame.original_z().T, self.verdict.null))

    @cached_property
    def comparable(self) -> float:
        shift = 2.0 * float(np.log(np.abs(np.diag(self.sums.coordinates.x.back))).sum()) if self.frame.reml else 0.0
        return self.deviance - shift

    @property
    def free(self) -> int:
        if hasattr(self.likelihood, "anywhere"):
            return int(self.likelihood.anywhere.rank)
        return free_parameters(self.frame.partition) + int(self.local.scaled) + len(self.local.others)

    @property
    def standard_beta(self) -> Array:
        return self.sums.coordinates.x.back @ self.beta

    def why_not(self, capability: str) -> str | None:
        there = {
            "replicates": hasattr(self.likelihood, "rows") and self._marginal is not None,
            "robust": self._marginal is not None,
            "recentred": isinstance(self.likelihood, Structured),
        }
        return None if there.get(capability) else LACKING.get(capability)

    # ------------------------------------------------ coordinates

    def natural(self, local: Local) -> Point:
        return self.likelihood.natural(local)

    def standard_rows(self, Z: Array) -> Array:
        return np.linalg.solve(self.frame.back_z.T, Z.T).T

    def standard_columns(self, X: Array) -> Array:
        return np.linalg.solve(self.sums.coordinates.x.back.T, X.T).T

    def uncorrelated(self, L: Array) -> Array:
        return L @ np.linalg.cholesky(self.cov_beta)

    # ------------------------------------------------ what is told apart

    @cached_property
    def _apart(self) -> Apart | None:
        """What the V_i tell at the optimum; None of a likelihood that does not say it."""
        return self.likelihood.apart(self.active) if hasattr(self.likelihood, "apart") else None

    def confounded(self, random: Sequence[str]) -> tuple[str, ...]:
        if self.verdict.identified or self._apart is None:
            return ()
        local, found = self.active, self._apart
        if not self.likelihood.identified():  # not at any
            local, found = self.likelihood.inside, self.likelihood.anywhere
        moved = [local.moved(np.concatenate([np.zeros(self.frame.p), STEP * step])) for step in found.directions()]
        J = np.linalg.solve(self.frame.back_z, np.eye(self.frame.q))
        return names_that_change(self.natural(local), map(self.natural, moved), J, random)

    def at_their_end(self) -> tuple[str, ...]:
        if self._apart is None or not self.verdict.identified:
            return ()
        here, steps = self.natural(self.active), np.eye(len(self._apart.flat))[self._apart.flat]
        return tuple(dict.fromkeys(name_at_its_end(here, self._moved(step)) for step in steps))

    def _inverse(self, hessian: Array, first: int) -> Array | None:
        """The inverse on what moves the V_i, of a Hessian whose variance coordinates begin at `first`."""
        if self._apart is None:
            return inverse_information(hessian, self.verdict.identified)
        return self._apart.inverse(lambda part: inverse_information(part, self.verdict.identified), hessian, first)

    # ------------------------------------------------ uncertainty

    @cached_property
    def _marginal(self) -> Any:
        """What says covariance matrices V_i and all that follows from them; None for outcomes that are not normal."""
        if hasattr(self.likelihood, "slopes"):
            return self.likelihood
        persons = getattr(self.likelihood, "persons", None)
        return None if persons is None else OneByOne(persons)

    @cached_property
    def active(self) -> Local:
        """The optimum on its face: coordinates of what varies, and no others."""
        face, theta = face_of(self.local.D, self.frame.partition, ZERO)
        return replace(self.local, face=face, theta=theta)

    @cached_property
    def cov_beta(self) -> Array:
        if self._marginal is not None:
            Phi = self._marginal.fixed_covariance(self.local)
        else:
            Phi = self._joint[: self.frame.p, : self.frame.p]
        J = self.frame.original_x()
        return J @ Phi @ J.T

    @cached_property
    def _hessian(self) -> Array:
        found = self.likelihood.at(self.active, False)
        size = self.active.size
        return np.full((size, size), np.nan) if found is None else found.hessian

    @cached_property
    def _joint(self) -> Array:
        """The joint covariance of fixed effects and variance parameters, from the observed Hessian."""
        there = np.isfinite(self._hessian).all()
        found = self._inverse(self._hessian, self.frame.p) if there else None
        return np.full_like(self._hessian, np.nan) if found is None else 2.0 * found

    @cached_property
    def _slopes(self) -> Any:
        return self._marginal.slopes(self.active)

    def uncertainty(self, kind: str) -> Uncertainty | None:
        p = self.frame.p
        if not np.isfinite(self._hessian).all():
            return None
        if self._marginal is None:
            if kind != "observed":
                return None
            cov, cross = self._joint[p:, p:], self._joint[p:, :p] @ self.frame.original_x().T
            still = np.zeros((len(cov), p, p))
            return None if np.isnan(cov).any() else Uncertainty(cov, still, self._moved, cross)
        H = self._hessian
        if kind == "observed":
            hessian = H[p:, p:] - H[p:, :p] @ np.linalg.solve(H[:p, :p], H[:p, p:])
        else:
            hessian = self._slopes.expected_hessian(self._standard_cov, self.frame.reml)
        inverse = self._inverse(hessian, 0)
        if inverse is None:
            return None
        outer = self.frame.original_x() @ self._standard_cov
        return Uncertainty(2.0 * inverse, outer @ self._slopes.inner @ outer.T, self._moved)

    @cached_property
    def _standard_cov(self) -> Array:
        J = np.linalg.solve(self.frame.original_x(), np.eye(self.frame.p))
        return J @ self.cov_beta @ J.T

    def _moved(self, step: Array) -> Point:
        return self.natural(self.active.moved(np.concatenate([np.zeros(self.frame.p), step])))

    def adjusted_covariance(self, kind: str, second: bool) -> Array:
        info = self.uncertainty(kind)
        if info is None or self._marginal is None:
            return np.full_like(self.cov_beta, np.nan)
        J, Phi = self.frame.original_x(), self._standard_cov
        found = self._slopes.adjusted(Phi, info.cov)
        if second and hasattr(self._marginal, "bent"):
            found = found - Phi @ self._marginal.bent(self.active, info.cov) @ Phi / 2.0
        return J @ found @ J.T

    def sandwich(self, kind: str, L: Array) -> Sandwich:
        if self._marginal is None:
            raise NotEstimableError(LACKING["robust"])
        persons, count = self._marginal.reduced(self.local), self.unit_counts[-1]
        return sandwich(persons, self._standard_cov, self.frame, kind, L, count)

    @property
    def unit_counts(self) -> tuple[int, ...]:
        nesting = getattr(self.likelihood, "nesting", None)
        return (self.frame.persons, *(() if nesting is None else nesting.counts))

    def ranks(self) -> list[list[int]]:
        problem = standard_problem(self.sums.moments, self.sums.coordinates, self.frame.reml)
        if self.sums.terms.levels:
            (blocks,) = problem.blocks
            assert isinstance(blocks, LevelBlocks)
            return ranks_by_level(problem, blocks)
        return [[rank_with(problem, a) for a in range(self.frame.q + 1)]]

    def varies(self, row: Array) -> bool:
        return varies(self.local.D, row)

    @cached_property
    def profiler(self) -> Profiler:
        D, partition = self.local.D, self.frame.partition
        extra = 0.01 * scale_of(D) * self.verdict.null @ self.verdict.null.T
        values, vectors = np.linalg.eigh(D + extra)
        F = vectors * np.sqrt(np.clip(values, 0.0, None))
        raised = Local.of_factor(self.local.beta, F, self.local.log_scale, partition)
        raised = replace(raised, others=self.local.others, scaled=self.local.scaled)
        return Profiler(self._profiled, self.local, raised, self.lowest)

    @property
    def _profiled(self) -> Any:
        return self.likelihood

    def by_ml(self) -> GeneralEstimates:
        return self if not self.frame.reml else self._by_ml

    @cached_property
    def _by_ml(self) -> GeneralEstimates:
        return GeneralEstimates.fitted(self.likelihood.by_ml(), self.sums)

    # ------------------------------------------------ persons

    @property
    def own_effects(self) -> Array:
        return self.state.effects

    @cached_property
    def state(self) -> PersonState:
        """In original random effects."""
        J, found = self.frame.original_z(), self._standard_state()
        back = self.frame.back_x / self.frame.scale
        return PersonState(
            J @ found.effects,
            np.einsum("ab,bcn,dc->adn", J, found.spread, J),
            np.einsum("ab,bpn,pr->arn", J, found.slope, back),
        )

    def units(self, level: int) -> PersonState:
        """The random effects of the units of a level above persons (1 the first), and of those above them.

        They are the same along the path of each of its persons.
        """
        persons = np.unique(self.sums.people.nesting.units[level - 1], return_index=True)[1]
        first, found = list(self.sums.terms.places.values())[level].start, self.state.take(persons)
        return PersonState(found.effects[first:], found.spread[first:, first:], found.slope[first:])

    def _standard_state(self) -> PersonState:
        if self._marginal is None:
            return self.likelihood.state(self.local)
        return self._marginal.state(self.local)

    def given(self, seen: Seen, prior: PersonState | None = None) -> PersonState:
        if prior is not None:
            return updated(prior, seen, self.beta, self._within)
        point, persons, residual = self.point, [], seen.residual(self.beta)
        for i in range(seen.persons):
            own = np.flatnonzero(seen.codes == i)
            Z, occasions = seen.Z[own], seen.occasions.take(own)
            V = point.between(Z) + self._within(occasions)
            persons.append(Person(seen.X[own], Z, residual[own], V))
        return state_of(persons, point.total())

    def _within(self, occasions: Any) -> Array:
        found = self.point.within(occasions)
        if found is None:
            raise NotEstimableError("This likelihood has no residuals: new persons cannot be told from what was seen.")
        return found

    def expected(self, wanted: Wanted, seen: Seen | None = None) -> Expected:
        raise NotEstimableError(
            "This likelihood does not say what a person's mean outcome may be: ask for scale='link', or for "
            "people='average' or 'typical'."
        )

    def means_of(self, wanted: Wanted) -> Array:
        return self.expected(wanted).mean

    @property
    def modes(self) -> Array:
        raise NotEstimableError("This likelihood does not say what the modes of persons' random effects are.")

    def averages(self, of: Any, wanted: Wanted, seen: Seen) -> Array:
        raise NotEstimableError("This likelihood does not say how outcomes are distributed.")

    def simulated(self, X: Array, Z: Array, codes: Array, count: int, rng: np.random.Generator) -> Array:
        if self._marginal is None:
            raise NotEstimableError("This likelihood simulates no outcomes.")
        out = np.repeat((X @ self.beta)[:, None], count, axis=1)
        return out + self.frame.scale * self._marginal.drawn(self.local, codes, count, rng)

    def redrawn(self, rng: np.random.Generator) -> Array:
        """Outcomes drawn anew at the rows, (n,)."""
        rows = self.likelihood.rows
        X = rows.columns([self.sums.terms.x[column] for column in self.sums.kept])
        Z = np.zeros((len(rows.outcome), self.frame.q))  # whose part is drawn with the residuals
        return self.simulated(X, Z, rows.codes, 1, rng)[:, 0]

    @property
    def relative_scale(self) -> Any:
        """What relative covariances are multiplied by."""
        return self.natural(self.local).residual.scale

    def drawing(self, kind: str, seed: int, level: int | None = None) -> Drawing:
        return refitted.drawing(self, kind, seed, level)

    def leaving_out(self, rows: Rows, places: Sequence[int]) -> Drawing:
        return refitted.leaving_out(self, rows, places)

    # ------------------------------------------------ the same model of other rows

    def again(self, rows: Rows) -> GeneralEstimates | None:
        """The model fitted to other rows, from here on; None where these do not determine its fixed effects."""
        rows = replace(rows, terms=self.sums.terms)
        sums = Sums.of_rows(rows, persons=False)
        if sums.kept != self.sums.kept:
            return None
        return self.near(self._likelihood(rows, sums), sums)

    def _likelihood(self, rows: Rows, sums: Sums) -> Any:
        """The same likelihood of other rows."""
        return type(self.likelihood)(rows, sums, self.frame.reml, self.likelihood.residual)

    def without(self, rows: Rows) -> GeneralEstimates | None:
        """The same of nearly the same rows, in the coordinates of these, where steps by the Hessian known here come
        close; None where they do not determine its fixed effects.
        """
        rows = replace(rows, terms=self.sums.terms)
        if Sums.of_rows(rows, persons=False).kept != self.sums.kept:
            return None
        if not self._followed:
            return self.again(rows)
        likelihood = self._likelihood(rows, self.sums)
        likelihood.__dict__["frame"] = replace(self.frame, rows=len(rows.outcome), persons=rows.persons)
        enough = ALL_BUT if hasattr(likelihood, "sharp") else NEARLY
        start = closer(likelihood, self.active, self._hessian, enough)
        end = finished(likelihood, start)
        if end is None:
            return self.near(likelihood, self.sums, start)
        return self._arrived(likelihood, self.sums, end, judged(likelihood, end, True))

    @cached_property
    def _followed(self) -> bool:
        """Whether the Hessian here says where others of nearly the same rows lie: inside the range of everything."""
        inside = self._apart is None or not self._apart.flat.any()
        return hasattr(self.likelihood, "sloped") and self.verdict.identified and not self.verdict.singular and inside

    def near(self, likelihood: Any, sums: Sums, start: Local | None = None) -> GeneralEstimates:
        """The same model searched from here on (or a start), and from the own starts where that ends in none."""
        known = self.verdict.identified
        end = descended(likelihood, [self.local_in(likelihood.frame) if start is None else start])
        verdict = judged(likelihood, end, known)
        if not verdict.converged:
            end = descended(likelihood, [end.local, *likelihood.starts()])
            verdict = judged(likelihood, end, known)
        return self._arrived(likelihood, sums, end, verdict)

    def _arrived(self, likelihood: Any, sums: Sums, end: Ended, verdict: Verdict) -> GeneralEstimates:
        """Where a search of nearly the same rows has ended."""
        return self._at(likelihood, sums, end.local, verdict, end.at.deviance)

    def _at(self, likelihood: Any, sums: Sums, local: Local, verdict: Verdict, lowest: float) -> GeneralEstimates:
        """Another optimum of the same kind."""
        return replace(self, likelihood=likelihood, sums=sums, local=local, verdict=verdict, lowest=lowest)

    def local_in(self, frame: Any, change: Array | None = None) -> Local:
        """The optimum in other standard coordinates.

        Parameters
        ----------
        frame : Frame
        change : (q, q) array, optional
            C with Z here = Z there C; by default that of the same original columns.
        """
        local = self.local
        if change is None:
            change = frame.back_z @ np.linalg.solve(self.frame.back_z, np.eye(self.frame.q))
        scale = local.log_scale + 2.0 * float(np.log(self.frame.scale / frame.scale)) * local.scaled
        found = Local.of_factor(local.beta, change @ local.F, scale, frame.partition)
        return replace(found, others=local.others, scaled=local.scaled)

    def recoded(self, rows: Rows, sums: Sums) -> GeneralEstimates | None:
        """The same optimum for rows whose columns are made otherwise; None where the model is another one."""
        found = in_other_columns(self.frame, sums.totals, sums.coordinates)
        if found is None:
            return None
        frame, change = found
        likelihood = self._likelihood(rows, sums)
        there = likelihood.at(self.local_in(frame, change), True)
        if there is None or not same_likelihood((self.frame, self.lowest), (frame, there.deviance)):
            return None
        end = ended(there)
        verdict = judged(likelihood, end, self.verdict.identified)
        return self._at(likelihood, sums, there.point, verdict, there.deviance)

    # ------------------------------------------------ other models of the same rows

    def with_columns(
        self,
        fixed: Sequence[tuple[int, int]],
        random: Sequence[int],
        blocks: tuple[tuple[int, ...], ...],
        levels: Owners | None = None,
    ) -> GeneralEstimates:
        terms = self.sums.terms.with_columns(fixed, random, blocks, levels)
        sums = Sums.from_moments(self.sums.people, self.sums.moments.restricted(terms))
        return self.fitted_anew(sums)

    def fitted_anew(self, sums: Sums) -> GeneralEstimates:
        """The same rows with other columns."""
        return self.fitted(self.likelihood.refitted(sums), sums)

    def without_random(self, kept: Sequence[int]) -> Pair:
        place = {old: new for new, old in enumerate(kept)}
        inside = (tuple(place[a] for a in block if a in place) for block in self.frame.partition)
        fixed = [self.sums.terms.x[j] for j in self.sums.kept]
        random = [self.sums.terms.z[a] for a in kept]
        small = self.with_columns(fixed, random, tuple(block for block in inside if block))
        into = np.zeros((self.frame.q, len(kept)))
        if kept:
            into = self.frame.back_z[:, list(kept)] @ np.linalg.solve(small.frame.back_z, np.eye(len(kept)))
        return self._pair(small, into)

    def against(self, small: Any, fixed: Array, into_z: Array) -> Pair:
        return self._pair(small, into_z)

    def _pair(self, small: Any, into_z: Array) -> Pair:
        sampled = None if self.why_not("replicates") else refitted.RefittedRatio(small, self)
        return Pair(small, self, into_z, sampled)

    # ------------------------------------------------ saved values

    def values(self) -> dict[str, Any]:
        local = self.local
        return {
            "likelihood": type(self.likelihood).__name__,
            "own": self.likelihood.values(),
            "beta": local.beta,
            "rotation": local.face.rotation,
            "free": local.face.free,
            "theta": local.theta,
            "log_scale": local.log_scale,
            "others": local.others,
            "scaled": local.scaled,
            "lowest": self.lowest,
            "verdict": (
                self.verdict.converged,
                self.verdict.singular,
                self.verdict.identified,
                self.verdict.decrement,
                self.verdict.null,
            ),
        }
