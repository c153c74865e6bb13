"""Newton's method on the factor of D, face by face, until the Karush-Kuhn-Tucker conditions hold.

The Hessian is exact, so negative curvature is seen and used; steps are Newton steps in the eigenbasis of the
Hessian with the eigenvalues' absolute values, shortened until the deviance falls (Nocedal and Wright 2006,
section 3.4). A wholly zero column of the factor is stationary whatever the data: there the symmetric gradient S
decides, and where it is negative along a direction that D lacks, the search goes on along that direction.
See docs/engine.md, section 4.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import NamedTuple

import numpy as np

from growthcurves.engine.likelihood.gaussian import Criterion, Derivatives, criterion, derivatives, held
from growthcurves.engine.likelihood.problem import Problem
from growthcurves.engine.parameters.face import SMALL, ZERO, Face, face_of, null_space, scale_of, square
from growthcurves.numerics.arrays import Array

#: The smallest eigenvalue of D in a start.
LEAST = 0.05
#: The search on a face ends when the squared Newton decrement (in -2 log likelihood) is below this.
DECREMENT = 1e-16
#: Squared slope along a missing direction, over its information, that counts as a way down.
DESCENT = 1e-14
#: Where D grows beyond this the residual variance goes to zero, and there is no optimum.
RUNAWAY = 1e9
#: Squared standard errors within which a second search has come to the optimum of the first one, and within which the
#: estimate from its start agrees with that optimum.
NEAR = 1.0
AGREES = 4.0
#: Slopes and squared standard errors for each row below this are rounding.
ROUNDING = 1e-9
MAX_STEPS = 200
MAX_FACES = 12


class Step(NamedTuple):
    """Newton's step, the squared decrement, whether there is negative curvature to follow, and whether the Hessian is
    anything but positive definite."""

    move: Array
    decrement: float
    curved_down: bool
    flat: bool


@dataclass(frozen=True)
class Optimum:
    """Where the search ended.

    Attributes
    ----------
    at : Criterion
    slopes : Derivatives
    face : Face
    theta : (k,) array
        Parameters on the face.
    evaluations : int
        Evaluations of the criterion up to here.
    """

    at: Criterion
    slopes: Derivatives
    face: Face
    theta: Array
    evaluations: int

    @cached_property
    def step(self) -> Step:
        """Newton's step from here on the face, which must have parameters."""
        gradient = self.face.gradient(self.theta, self.slopes.gradient)
        return newton_step(gradient, self.face.hessian(self.theta, self.slopes.gradient, self.slopes.profiled))


class Search:
    """Evaluates a problem and counts; the only state of an optimisation."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.evaluations = 0

    def at(self, D: Array) -> Criterion:
        self.evaluations += 1
        return criterion(self.problem, D)

    def noise(self, at: Criterion) -> float:
        """Differences of the deviance below this are rounding, which grows with D."""
        return 1e-13 * (abs(at.deviance) + self.problem.rows) * scale_of(at.D)


def optimise(problem: Problem, starts: list[Array]) -> Optimum:
    """The lowest of the optima reached from the starts."""
    return _lowest(Search(problem), starts, None)


def optimise_near(problem: Problem, D: Array, otherwise: Callable[[], list[Array]]) -> Optimum:
    """The optimum reached from D where that is in its basin; else the lowest of it and those of other starts."""
    search = Search(problem)
    found = climb(search, D)
    if found is not None and _near(problem, search.at(D), found):
        return found
    return _lowest(search, otherwise(), found)


def _lowest(search: Search, starts: list[Array], best: Optimum | None) -> Optimum:
    for D in starts:
        found = climb(search, D, best)
        if found is None:
            continue
        if best is None or found.at.deviance < best.at.deviance - search.noise(best.at):
            best = found
    assert best is not None
    return best


def climb(search: Search, D: Array, known: Optimum | None = None) -> Optimum | None:
    """Newton on the face of D; then down to a lower face or up along a missing direction, until neither helps.

    None when the way leads to the optimum that is known already.
    """
    partition = search.problem.partition
    face, theta = face_of(D, partition, ZERO)
    start = newton(search, face, theta, known)
    if start is None:
        return None
    here = start
    for _ in range(MAX_FACES):
        lower = _drop(search, here)
        here = lower if lower is not None else here
        way = descent_direction(here, null_space(here.at.D, partition, ZERO))
        if way is None:
            break
        face, theta = face_of(_leave(search, here, way), partition, ZERO)
        here = settle(search, face, theta)
    return here


def settle(search: Search, face: Face, theta: Array) -> Optimum:
    """Newton on one face, to its end."""
    found = newton(search, face, theta, None)
    assert found is not None
    return found


def newton(search: Search, face: Face, theta: Array, known: Optimum | None) -> Optimum | None:
    """Minimise the deviance over the parameters of one face; None on reaching the basin of a known optimum."""
    at = search.at(face.matrix(theta))
    while not np.isfinite(at.deviance):
        theta = theta / 4.0
        at = search.at(face.matrix(theta))
    for step_number in range(MAX_STEPS):
        if known is not None and _same_basin(search.problem, at, known, NEAR):
            return None
        here = Optimum(at, derivatives(search.problem, at), face, theta, search.evaluations)
        if step_number == 0 and known is not None and _leads_to(search, at, here.slopes, known):
            return None
        if face.size == 0 or np.trace(at.D) > RUNAWAY:
            return here
        if here.step.decrement < DECREMENT and not here.step.curved_down:
            return here
        moved = _shorten(search, here)
        if moved is None:
            return here
        theta, at = moved
    return Optimum(at, derivatives(search.problem, at), face, theta, search.evaluations)


def _leads_to(search: Search, at: Criterion, slopes: Derivatives, known: Optimum) -> bool:
    """Whether the estimate from here lies where the deviance is the quadratic of a known optimum.

    One step of Fisher's scoring solves the moment equations with the weights of this point: wherever it starts, it is a
    consistent estimate of its own. Where it agrees with the optimum that the first start has led to, two ways of
    weighing the same data know of one optimum; where it does not, the search goes all the way.
    """
    if not _whole(search.problem, known):
        return False
    return _same_basin(search.problem, search.at(scored(search.problem, at, slopes)), known, AGREES)


def scored(problem: Problem, at: Criterion, slopes: Derivatives) -> Array:
    """One step of Fisher's scoring in (G, sigma^2) from a point, as D; what X takes of the information is ignored."""
    q, nu = problem.q, problem.error_df
    E = free_matrices(problem.partition, q)
    trace = E @ slopes.sums.p.ravel()
    information = E @ slopes.expected_hessian() @ E.T - np.outer(trace, trace) / nu
    step = -np.linalg.lstsq(information, E @ slopes.gradient.ravel(), rcond=1e-10)[0]
    scale = max(1.0 - float(trace @ step) / nu, 0.1)  # of sigma^2, which moves too
    return _positive(at.D + (step @ E).reshape(q, q) / scale, problem.partition, 0.0)


def _whole(problem: Problem, known: Optimum) -> bool:
    return known.face.size == sum(len(block) * (len(block) + 1) // 2 for block in problem.partition)


def _same_basin(problem: Problem, at: Criterion, known: Optimum, near: float) -> bool:
    """Whether D lies within so many squared standard errors of a known optimum, where the deviance is its quadratic."""
    if not _whole(problem, known):
        return False
    q = problem.q
    away = (at.D - known.at.D).ravel()
    squared = away @ known.slopes.profiled.reshape(q * q, q * q) @ away
    return bool(0.0 <= squared < near and abs(at.deviance - known.at.deviance - squared / 2.0) < 0.2)


def _near(problem: Problem, at: Criterion, found: Optimum) -> bool:
    """Whether a start lies within a standard error of the optimum found from it, where the deviance is its parabola.

    On the boundary the parabola has a slope, along which the deviance rises.
    """
    q = problem.q
    away = (at.D - found.at.D).ravel()
    slope = 2.0 * float(found.slopes.gradient.ravel() @ away)
    squared = slope + away @ found.slopes.profiled.reshape(q * q, q * q) @ away
    close = abs(at.deviance - found.at.deviance - squared / 2.0) < 0.2
    rounding = ROUNDING * problem.rows
    return bool(slope >= -rounding and -rounding <= squared < NEAR and close)


def newton_step(gradient: Array, hessian: Array) -> Step:
    """Newton's step in the eigenbasis of the Hessian.

    Curvature is judged relative to the largest eigenvalue; a direction of negative curvature in which the
    slope vanishes is followed for its own sake.
    """
    values, vectors = np.linalg.eigh(hessian)
    largest = max(float(np.abs(values).max()), 1e-300)
    slope = vectors.T @ gradient
    size = np.maximum(np.abs(values), 1e-10 * largest)
    move = -slope / size
    decrement = float(slope @ (slope / size))
    down = values < -1e-7 * largest
    still = down & (np.abs(move) < 1e-3)
    move[still] = np.where(slope[still] > 0, -1e-3, 1e-3)
    return Step(vectors @ move, decrement, bool(down.any()), bool(values[0] <= 1e-10 * values[-1]))


def _shorten(search: Search, here: Optimum) -> tuple[Array, Criterion] | None:
    """Halve the step until the deviance falls by a part of what was promised."""
    noise = search.noise(here.at)
    longest = 4.0 * (1.0 + float(np.linalg.norm(here.theta)))
    length = min(1.0, longest / max(float(np.linalg.norm(here.step.move)), 1e-300))
    for _ in range(40):
        there = here.theta + length * here.step.move
        new = search.at(here.face.matrix(there))
        if new.deviance <= here.at.deviance - 1e-4 * length * here.step.decrement + noise:
            return there, new
        length /= 2.0 if np.isfinite(new.deviance) else 8.0
    return None


def _drop(search: Search, here: Optimum) -> Optimum | None:
    """The optimum on the face without the nearly zero eigenvalues, if it is one of the whole problem."""
    partition = search.problem.partition
    face, theta = face_of(here.at.D, partition, SMALL)
    if face.size == here.face.size:
        return None
    lower = settle(search, face, theta)
    higher = lower.at.deviance > here.at.deviance + search.noise(here.at)
    if higher or descent_direction(lower, null_space(lower.at.D, partition, ZERO)) is not None:
        return None
    return lower


def descent_direction(here: Optimum, null: list[Array]) -> Array | None:
    """A unit direction v that D lacks, with the deviance falling along v v'; None where the conditions hold.

    `null` holds for each block the directions that D lacks (`null_space`).
    """
    best, way = 0.0, None
    for basis in null:
        if basis.shape[1] == 0:
            continue
        values, vectors = np.linalg.eigh(basis.T @ here.slopes.gradient @ basis)
        v = basis @ vectors[:, 0]
        variance = np.outer(v, v)
        strength = max(-values[0], 0.0) ** 2 / max(here.slopes.information(variance), 1e-300)
        if strength > max(best, DESCENT):
            best, way = strength, v
    return way


def _leave(search: Search, here: Optimum, way: Array) -> Array:
    """D with a variance added along a missing direction, as far as the deviance falls."""
    variance = np.outer(way, way)
    amount = -float(way @ here.slopes.gradient @ way) / here.slopes.information(variance)
    best, best_deviance = here.at.D + amount * variance, np.inf
    for _ in range(60):
        D = here.at.D + amount * variance
        deviance = search.at(D).deviance
        if deviance < best_deviance:
            best, best_deviance = D, deviance
        if deviance < here.at.deviance:
            break
        amount /= 2.0
    return best


def moment_start(problem: Problem) -> Array:
    """MIVQUE(0) of Rao (1971): equate the sums of Z_i'r_i r_i'Z_i and r_i'r_i with their expectations.

    r are the OLS residuals: the outcome in standard coordinates. For REML the expectations are those after what X
    takes: where the design is balanced this is the REML estimate itself. It is made positive definite.
    """
    q, p = problem.q, problem.p
    here = held(problem, np.zeros((q, q)), np.eye(p) / np.sqrt(problem.rows), np.zeros(p + 1), 0.0)
    E = free_matrices(problem.partition, q)
    system = np.empty((len(E) + 1, len(E) + 1))
    system[:-1, :-1] = -E @ here.hessian.reshape(q * q, q * q) @ E.T
    system[:-1, -1] = system[-1, :-1] = E @ here.gradient.ravel()
    system[-1, -1] = problem.error_df
    squares = E @ here.sums.uu[:, -1, :, -1].ravel()
    solution = np.linalg.lstsq(system, np.append(squares, problem.rows), rcond=1e-10)[0]
    residual = max(float(solution[-1]), 0.01)
    return _positive((solution[:-1] @ E).reshape(q, q) / residual, problem.partition, LEAST)


def other_start(D: Array, partition: tuple[tuple[int, ...], ...]) -> Array:
    """Another point to start from: half the variance, and covariances of the other sign."""
    return _positive(np.diag(np.diag(D)) - D / 2.0, partition, LEAST)


@lru_cache(maxsize=64)
def free_matrices(partition: tuple[tuple[int, ...], ...], q: int) -> Array:
    """The symmetric matrices that are free, flattened: (m, q * q)."""
    free = [(a, b) for block in partition for a in block for b in block if b <= a]
    E = np.zeros((len(free), q, q))
    for m, (a, b) in enumerate(free):
        E[m, a, b] = E[m, b, a] = 1.0
    E.flags.writeable = False
    return E.reshape(len(free), q * q)


def _positive(D: Array, partition: tuple[tuple[int, ...], ...], least: float) -> Array:
    """D with its eigenvalues in every block raised to at least so much."""
    out = np.zeros_like(D)
    for block in partition:
        values, vectors = np.linalg.eigh(D[square(block)])
        out[square(block)] = (vectors * np.maximum(values, least)) @ vectors.T
    return out
