"""Estimates of normal outcomes with independent residuals, from the sums alone.

Everything is a contraction of cross-products: the cost of an answer does not depend on the number of persons unless
it is about single persons.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import numpy as np

from growthcurves.contracts.independent import Independent
from growthcurves.engine.information.observed import VarianceInformation
from growthcurves.engine.information.uncertainty import Uncertainty
from growthcurves.engine.likelihood.problem import Problem, standard_problem
from growthcurves.engine.parameters.local import Local
from growthcurves.engine.parameters.point import Point
from growthcurves.engine.persons.given import Expected, Seen, Wanted, given, updated
from growthcurves.engine.persons.sandwich import Sandwich, reduced_persons, sandwich
from growthcurves.engine.persons.state import PersonState, person_effects, person_state
from growthcurves.engine.search.certificate import Verdict, told_apart
from growthcurves.engine.solution import Solution, solve_near, solve_problem
from growthcurves.engine.sums.design import Owners
from growthcurves.engine.sums.rows_of_model import Rows
from growthcurves.engine.sums.whole import Sums
from growthcurves.later import Later
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.factors import triangular_root

if TYPE_CHECKING:
    from growthcurves.engine.profile.profiler import Profiler
    from growthcurves.engine.submodels.pair import Drawing, Pair
    from growthcurves.engine.submodels.submodel import Submodel

# What a bare fit does not need is loaded when it is asked for.
fits = Later("growthcurves.engine.batch.fits")
replicates = Later("growthcurves.engine.draws.replicates")
resample = Later("growthcurves.engine.draws.resample")
kenward_roger = Later("growthcurves.engine.information.kenward_roger")
from_sums = Later("growthcurves.engine.likelihood.from_sums")
profiles = Later("growthcurves.engine.profile.profiler")
quantities = Later("growthcurves.engine.profile.quantities")
boundary = Later("growthcurves.engine.submodels.boundary")
one_by_one = Later("growthcurves.engine.submodels.one_by_one")
pairs = Later("growthcurves.engine.submodels.pair")
ranks = Later("growthcurves.engine.submodels.ranks")
sampled = Later("growthcurves.engine.submodels.sampled")
submodels = Later("growthcurves.engine.submodels.submodel")


@dataclass(frozen=True, eq=False)
class NormalEstimates:
    """See `engine.estimates.Estimates`.

    Attributes
    ----------
    sums : Sums
    solution : Solution
    """

    sums: Sums
    solution: Solution

    # ------------------------------------------------ the optimum

    @property
    def maker(self) -> None:
        return None

    @property
    def quadrature(self) -> None:
        return None

    @property
    def frame(self) -> Problem:
        return self.solution.problem

    @property
    def verdict(self) -> Verdict:
        return self.solution.verdict

    @property
    def beta(self) -> Array:
        return self.solution.beta

    @property
    def cov_beta(self) -> Array:
        return self.solution.cov_beta

    @property
    def G(self) -> Array:
        return self.solution.G

    @property
    def null(self) -> Array:
        return self.solution.null

    @property
    def deviance(self) -> float:
        return self.solution.deviance

    @property
    def comparable(self) -> float:
        return self.solution.deviance - (self.frame.deviance_shift - self.frame.scale_shift)

    @cached_property
    def free(self) -> int:
        if self.verdict.identified or not self.frame.partition:
            return boundary.free_parameters(self.frame.partition) + 1
        return told_apart(self.frame.blocks, self.frame.partition)[0]

    def confounded(self, random: Sequence[str]) -> tuple[str, ...]:
        """Variances of random effects and of the residual: which of them, their names do not tell."""
        return ()

    def at_their_end(self) -> tuple[str, ...]:
        return ()

    @cached_property
    def point(self) -> Point:
        at, sigma2 = self.solution.optimum.at, self.solution.sigma2
        return Point(self.beta, {"person": sigma2 * at.D}, Independent(sigma2))

    @property
    def standard_beta(self) -> Array:
        return self.frame.offset + self.frame.scale * self.solution.optimum.at.beta

    def why_not(self, capability: str) -> str | None:
        return None

    # ------------------------------------------------ coordinates

    def standard_rows(self, Z: Array) -> Array:
        return np.linalg.solve(self.frame.back_z.T, Z.T).T

    def standard_columns(self, X: Array) -> Array:
        return np.linalg.solve(self.frame.back_x.T, X.T).T

    def uncorrelated(self, L: Array) -> Array:
        at = self.solution.optimum.at
        return L @ np.linalg.solve(at.factor, self.frame.original_x().T).T * np.sqrt(at.sigma2)

    def natural(self, local: Local) -> Point:
        frame = self.frame
        sigma2 = frame.scale**2 * local.sigma2
        return Point(frame.beta(local.beta), {"person": sigma2 * local.D}, Independent(sigma2))

    # ------------------------------------------------ uncertainty

    def uncertainty(self, kind: str) -> Uncertainty | None:
        info = self._information(kind)
        return None if info is None else Uncertainty(info.cov, info.dcov_beta, partial(self._moved, info))

    def _information(self, kind: str) -> VarianceInformation | None:
        return self.solution.information if kind == "observed" else self.solution.expected_information

    def _moved(self, info: VarianceInformation, step: Array) -> Point:
        point = self.point
        G = point.levels["person"] + np.tensordot(step, info.dG, 1)
        return replace(point, levels={"person": G}, residual=Independent(point.residual.scale + step @ info.dsigma2))

    def adjusted_covariance(self, kind: str, second: bool) -> Array:
        info = self._information(kind)
        if info is None:
            return np.full_like(self.cov_beta, np.nan)
        return kenward_roger.adjusted_covariance(self.frame, self.solution.optimum, info.cov)

    def sandwich(self, kind: str, L: Array) -> Sandwich:
        at = self.solution.optimum.at
        half = np.linalg.solve(at.factor, np.eye(self.frame.p))
        Phi = at.sigma2 * half.T @ half
        return sandwich(reduced_persons(self.solution, self.sums.people), Phi, self.frame, kind, L)

    def ranks(self) -> list[list[int]]:
        return [[ranks.rank_with(self.frame, a) for a in range(self.frame.q + 1)]]

    @property
    def unit_counts(self) -> tuple[int, ...]:
        return (self.sums.persons,)

    def varies(self, row: Array) -> bool:
        return quantities.varies(self.solution.optimum.at.D, row)

    @cached_property
    def profiler(self) -> Profiler:
        problem, optimum = self.frame, self.solution.optimum
        likelihood = from_sums.FromSums.prepared(problem)
        ends = profiles.estimate_of(problem, optimum), profiles.raised_from(problem, optimum)
        return profiles.Profiler(likelihood, *ends, optimum.at.deviance)

    def by_ml(self) -> NormalEstimates:
        return self.by_method(reml=False)

    def by_method(self, reml: bool) -> NormalEstimates:
        """The same model of the same sums by restricted or full maximum likelihood."""
        return self if reml == self.frame.reml else self._by_other_method

    @cached_property
    def _by_other_method(self) -> NormalEstimates:
        return self.of_sums(self.sums, reml=not self.frame.reml)

    def of_sums(self, sums: Sums, reml: bool | None = None) -> NormalEstimates:
        """The model of other sums, by the same method if none is given."""
        problem = standard_problem(sums.moments, sums.coordinates, self.frame.reml if reml is None else reml)
        return self.of(sums, solve_problem(problem, sums.moments))

    def of(self, sums: Sums, solution: Solution) -> NormalEstimates:
        """The same answers of another solution."""
        return replace(self, sums=sums, solution=solution)

    def near(self, sums: Sums) -> NormalEstimates | None:
        """The model of nearly the same rows, searched from here on; None where these do not determine its effects."""
        if sums.kept != self.sums.kept or sums.coordinates.dependent_z:
            return None
        problem = standard_problem(sums.moments, sums.coordinates, self.frame.reml)
        change = problem.back_z @ np.linalg.solve(self.frame.back_z, np.eye(problem.q))
        D = change @ self.solution.optimum.at.D @ change.T
        return self.of(sums, solve_near(problem, sums.moments, D))

    # ------------------------------------------------ persons

    @cached_property
    def state(self) -> PersonState:
        return person_state(self.solution, self.sums.people)

    @property
    def own_effects(self) -> Array:
        return person_effects(self.solution, self.sums.people)

    def given(self, seen: Seen, prior: PersonState | None = None) -> PersonState:
        if prior is not None:
            return updated(prior, seen, self.beta, self.point.within)
        return given(seen, self.beta, self.solution.optimum.at.D, self.solution.sigma2)

    def expected(self, wanted: Wanted, seen: Seen | None = None) -> Expected:
        raise NotImplementedError("normal outcomes have their mean at the expected linear predictor")

    def means_of(self, wanted: Wanted) -> Array:
        raise NotImplementedError("normal outcomes have their mean at the expected linear predictor")

    @property
    def modes(self) -> Array:
        raise NotImplementedError("modes of normal outcomes are their means, in state")

    def averages(self, of: Any, wanted: Wanted, seen: Seen) -> Array:
        raise NotImplementedError("normal outcomes are foretold by their covariance")

    def simulated(self, X: Array, Z: Array, codes: Array, count: int, rng: np.random.Generator) -> Array:
        expected, rows, scale = X @ self.beta, self.standard_rows(Z), np.sqrt(self.solution.sigma2)
        roots = [(place, owner, triangular_root(self.solution.optimum.at.D[place, place]))
                 for place, owner in self._owners(codes)]  # fmt: skip
        values = np.empty((len(codes), count))
        for column in range(count):
            noise = np.zeros(len(codes))
            for place, owner, root in roots:
                u = rng.standard_normal((int(owner.max()) + 1, len(root))) @ root.T
                noise += np.einsum("nq,nq->n", rows[:, place], u[owner])
            values[:, column] = expected + scale * (noise + rng.standard_normal(len(codes)))
        return values

    def _owners(self, codes: Array) -> list[tuple[slice, Array]]:
        """Where the random effects of each level lie, and whose each row is, from the person of each row."""
        return [(slice(None), codes)]

    def drawing(self, kind: str, seed: int, level: int | None = None) -> Drawing:
        problem, sequence = self.frame, np.random.SeedSequence(seed)
        if kind == "parametric":
            source = replicates.ParametricSource(problem, replicates.truth_of(self.solution), sequence)
            return pairs.Drawing(source.numbers, 0, lambda first, last: fits.fit_batch(source.next(last - first)))
        cases = resample.CaseSource(problem, self.sums.people, sequence)

        if kind == "left out":
            near = self.solution.optimum.at.D
            return pairs.Drawing(
                cases.of_one, cases.count, lambda first, last: fits.fit_batch(cases.without(first, last, near), near)
            )
        return pairs.Drawing(cases.numbers, cases.count, lambda first, last: fits.fit_batch(cases.next(last - first)))

    def leaving_out(self, rows: Rows, places: Sequence[int]) -> Drawing:
        def without(k: int) -> NormalEstimates | None:
            return self.near(Sums.of_rows(rows.take(np.delete(np.arange(len(rows.outcome)), places[k]))))

        return one_by_one.one_by_one(self, without, len(places))

    # ------------------------------------------------ other models of the same sums

    def with_columns(
        self,
        fixed: Sequence[tuple[int, int]],
        random: Sequence[int],
        blocks: tuple[tuple[int, ...], ...],
        levels: Owners | None = None,
    ) -> NormalEstimates:
        terms = self.sums.terms.with_columns(fixed, random, blocks, levels)
        return self.of_sums(Sums.from_moments(self.sums.people, self.sums.moments.restricted(terms)))

    def without_random(self, kept: Sequence[int]) -> Pair:
        part = submodels.submodel(self.frame, range(self.frame.p), kept)
        small = NormalEstimates(self.sums, solve_problem(part.problem, replace(self.sums.moments, own=None)))
        return self._pair(small, part, kept)

    def against(self, small: Any, fixed: Array, into_z: Array) -> Pair:
        mine, theirs = small.frame, self.frame
        into = np.zeros((theirs.p + 1, mine.p + 1))
        into[:-1, :-1] = fixed
        into[:-1, -1] = (theirs.offset - fixed @ mine.offset) / mine.scale
        into[-1, -1] = theirs.scale / mine.scale
        return self._pair(small, submodels.Submodel(mine, into_z, into))

    def _pair(self, small: NormalEstimates, part: Submodel, kept: Sequence[int] | None = None) -> Pair:
        return pairs.Pair(small, self, part.into_z, sampled.SampledRatio(small.solution, self.solution, part))

    # ------------------------------------------------ saved values

    def values(self) -> dict[str, Any]:
        optimum = self.solution.optimum
        return {
            "rotation": optimum.face.rotation,
            "free": optimum.face.free,
            "theta": optimum.theta,
            "evaluations": optimum.evaluations,
        }
