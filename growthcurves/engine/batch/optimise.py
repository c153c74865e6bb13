"""Newton's method for many replicates side by side: the search of `search/optimise.py` with a leading axis.

The steps, the faces and the conditions of an optimum are the same (docs/engine.md, section 4). Replicates that
have ended leave the batch; what is left open here is fitted alone by `optimise.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from growthcurves.engine.batch.criterion import Batch, Points, Slopes, criterion, derivatives
from growthcurves.engine.batch.faces import Faces, Partition, ranks_of, same_ranks, scales, spectra
from growthcurves.engine.parameters.face import SMALL, ZERO
from growthcurves.engine.search.optimise import DESCENT, MAX_FACES, ROUNDING, RUNAWAY
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.factors import square_root

#: The search on a face ends when the squared Newton decrement is below this: deviances are right to half of it.
DECREMENT = 1e-12
#: Slower searches end where they are; what is no optimum then is fitted alone.
MAX_STEPS = 40


@dataclass
class Ends:
    """Where the searches of B replicates ended.

    Attributes
    ----------
    deviance : (B,) array
        In standard coordinates; NaN where no search has ended.
    F : (B, q, q) array
        Factor of D, with zero columns beyond the rank.
    beta, rss, inverse : arrays (B, ...)
        As in `Points`.
    gradient, profiled, expected : arrays (B, ...)
        As in `Slopes`.
    ranks : (B, blocks) array
    decrement : (B,) array
        Squared Newton decrement on the face.
    regular : (B,) array of bool
        The Hessian on the face is positive definite.
    """

    deviance: Array
    F: Array
    beta: Array
    rss: Array
    inverse: Array
    gradient: Array
    profiled: Array
    expected: Array
    ranks: NDArray[np.intp]
    decrement: Array
    regular: NDArray[np.bool_]

    @classmethod
    def empty(cls, batch: Batch) -> Ends:
        B, p, q = len(batch), batch.problem.p, batch.problem.q
        shapes = [(), (q, q), (p,), (), (p, p), (q, q), (q * q, q * q), (q * q, q * q)]
        ranks = np.zeros((B, len(batch.problem.partition)), dtype=np.intp)
        deviance, F, beta, rss, inverse, gradient, profiled, expected = (np.full((B, *s), np.nan) for s in shapes)
        end, flat = np.full(B, np.inf), np.zeros(B, dtype=bool)
        return cls(deviance, np.zeros_like(F), beta, rss, inverse, gradient, profiled, expected, ranks, end, flat)

    @property
    def D(self) -> Array:
        return self.F @ self.F.swapaxes(1, 2)

    def put(self, index: NDArray, other: Ends) -> None:
        """Overwrite some replicates."""
        for field in fields(self):
            getattr(self, field.name)[index] = getattr(other, field.name)

    def take(self, index: NDArray) -> Ends:
        return Ends(*(getattr(self, field.name)[index] for field in fields(self)))


def optimise_batch(batch: Batch, starts: list[Array]) -> Ends:
    """The lowest of the optima that each replicate reaches from the starts, each (B, q, q)."""
    best = climb(batch, starts[0], None)
    for D in starts[1:]:
        _put_lower(batch, best, climb(batch, D, best))
    return best


def optimise_near(batch: Batch, D: Array, otherwise: Callable[[Batch], Ends]) -> Ends:
    """The optimum that each replicate reaches from D (q, q), or otherwise where D is not in the basin of that one."""
    start = np.repeat(D[None], len(batch), axis=0)
    best = climb(batch, start, None)
    there = criterion(batch, square_root(start))
    away = np.flatnonzero(~_near(batch, there, best))
    if away.size:
        part, found = batch.take(away), best.take(away)
        _put_lower(part, found, otherwise(part))
        best.put(away, found)
    _step_once_more(batch, best)
    return best


def _step_once_more(batch: Batch, ends: Ends) -> None:
    """The last step of every search, which is not looked at any more: the optimum to the digits that doubles have."""
    able = np.flatnonzero(np.isfinite(ends.deviance))
    for place, _, faces, theta in same_ranks(ends.D[able], batch.problem.partition, ZERO):
        here = able[place]
        part, at = batch.take(here), ends.take(here)
        F = faces.factor(theta)
        gradient = faces.gradient(F, at.gradient)
        step, _, down, _ = newton_steps(gradient, faces.hessian(F, at.gradient, at.profiled))
        found = criterion(part, faces.factor(theta + step))
        good = np.flatnonzero(~down & (found.deviance <= at.deviance + _noise(part, at)))
        new = found.take(good)
        ends.F[here[good]], ends.deviance[here[good]], ends.beta[here[good]] = new.F, new.deviance, new.beta
        ends.rss[here[good]], ends.inverse[here[good]] = new.rss, new.inverse


def _put_lower(batch: Batch, best: Ends, found: Ends) -> None:
    """Overwrite the replicates for which something lower was found."""
    with np.errstate(invalid="ignore"):
        better = found.deviance < best.deviance - _noise(batch, best)
    better |= np.isfinite(found.deviance) & ~np.isfinite(best.deviance)
    best.put(better, found.take(better))


def _noise(batch: Batch, at: Ends | Points) -> Array:
    """Differences of the deviances below this are rounding, (B,)."""
    return 1e-13 * (np.abs(at.deviance) + batch.rows) * scales(at.D)[:, 0]


def climb(batch: Batch, D: Array, known: Ends | None) -> Ends:
    """Newton on the face of D; then to a lower face or along a missing direction, until neither helps.

    The deviance is NaN where the way leads to the optimum that is known already.
    """
    partition = batch.problem.partition
    here = settle(batch, D, known)
    open_ = np.flatnonzero(np.isfinite(here.deviance))
    for _ in range(MAX_FACES):
        if open_.size == 0:
            break
        part, at = batch.take(open_), here.take(open_)
        _drop(part, at)
        here.put(open_, at)
        strength, way = descent_directions(at.D, at.gradient, at.expected, partition)
        go = np.flatnonzero(strength > DESCENT)
        open_ = open_[go]
        if go.size:
            part, at = part.take(go), at.take(go)
            here.put(open_, settle(part, _leave(part, at, way[go]), None))
    return here


def settle(batch: Batch, D: Array, known: Ends | None, zero: float = ZERO) -> Ends:
    """Newton on the face of every D, to its end."""
    out = Ends.empty(batch)
    for place, ranks, faces, theta in same_ranks(D, batch.problem.partition, zero):
        part = batch.take(place)
        ends = Ends.empty(part)
        ends.ranks[:] = ranks
        _newton(part, faces, theta, None if known is None else known.take(place), ends)
        out.put(place, ends)
    return out


def _newton(batch: Batch, faces: Faces, theta: Array, known: Ends | None, ends: Ends) -> None:
    """Minimise on faces of the same ranks and write the ends; none for basins of known optima."""
    at = criterion(batch, faces.factor(theta))
    theta, at = _finite(batch, faces, theta, at)
    left = np.arange(len(batch))
    for _ in range(MAX_STEPS):
        if left.size == 0:
            return
        go = np.isfinite(at.deviance)
        if known is not None:
            go &= ~_same_basin(batch.problem.partition, at, known)
        if not go.all():
            left, batch, faces, theta, at, known = _rest(go, left, batch, faces, theta, at, known)
            continue
        slopes, step, decrement, down, regular = _next_step(batch, faces, at)
        done = (decrement < DECREMENT) & ~down
        done |= scales(at.D)[:, 0] > RUNAWAY
        moved, new = _shorten(batch, faces, theta, step, at, decrement, done)
        stuck = done | (moved != moved).any(axis=1)
        _write(ends, left, stuck, at, slopes, decrement, regular)
        theta, at = moved, new
        if stuck.any():
            left, batch, faces, theta, at, known = _rest(~stuck, left, batch, faces, theta, at, known)
    if left.size:
        slopes, _, decrement, _, regular = _next_step(batch, faces, at)
        _write(ends, left, np.ones(left.size, dtype=bool), at, slopes, decrement, regular)


def _next_step(
    batch: Batch, faces: Faces, at: Points
) -> tuple[Slopes, Array, Array, NDArray[np.bool_], NDArray[np.bool_]]:
    """Derivatives at evaluated points, and what `newton_steps` makes of them."""
    slopes = derivatives(batch, at)
    gradient = faces.gradient(at.F, slopes.gradient)
    return slopes, *newton_steps(gradient, faces.hessian(at.F, slopes.gradient, slopes.profiled))


def _rest(
    go: NDArray[np.bool_],
    left: NDArray[np.intp],
    batch: Batch,
    faces: Faces,
    theta: Array,
    at: Points,
    known: Ends | None,
) -> tuple[NDArray[np.intp], Batch, Faces, Array, Points, Ends | None]:
    """The replicates that go on."""
    index = np.flatnonzero(go)
    rest = None if known is None else known.take(index)
    return left[index], batch.take(index), faces.take(index), theta[index], at.take(index), rest


def _write(
    ends: Ends,
    left: NDArray[np.intp],
    done: NDArray[np.bool_],
    at: Points,
    slopes: Slopes,
    decrement: Array,
    regular: NDArray[np.bool_],
) -> None:
    place = left[done]
    ends.deviance[place], ends.F[place], ends.beta[place] = at.deviance[done], at.F[done], at.beta[done]
    ends.rss[place], ends.inverse[place] = at.rss[done], at.inverse[done]
    ends.gradient[place], ends.profiled[place] = slopes.gradient[done], slopes.profiled[done]
    ends.expected[place] = slopes.expected[done]
    ends.decrement[place], ends.regular[place] = decrement[done], regular[done]


def _finite(batch: Batch, faces: Faces, theta: Array, at: Points) -> tuple[Array, Points]:
    """Starts made smaller where the criterion has no value; what has none at zero has none at all."""
    for _ in range(8):
        bad = np.flatnonzero(~np.isfinite(at.deviance))
        if bad.size == 0:
            break
        theta[bad] /= 8.0
        new = criterion(batch.take(bad), faces.take(bad).factor(theta[bad]))
        for part, found in zip(at, new, strict=True):
            part[bad] = found
    return theta, at


def _same_basin(partition: Partition, at: Points, known: Ends) -> NDArray[np.bool_]:
    """Whether D lies within one standard error of a known interior optimum, where the deviance is quadratic."""
    full = known.ranks.sum(axis=1) == sum(map(len, partition))
    away = (at.D - known.D).reshape(len(known.D), -1)
    squared = np.einsum("zi,zij,zj->z", away, known.profiled, away)
    close = np.abs(at.deviance - known.deviance - squared / 2.0) < 0.2
    return full & (squared >= 0.0) & (squared < 1.0) & close


def _near(batch: Batch, at: Points, found: Ends) -> NDArray[np.bool_]:
    """`search.optimise._near` of every replicate."""
    away, rounding = (at.D - found.D).reshape(len(batch), -1), ROUNDING * batch.rows
    slope = 2.0 * np.einsum("zi,zi->z", away, found.gradient.reshape(len(batch), -1))
    squared = slope + np.einsum("zi,zij,zj->z", away, found.profiled, away)
    with np.errstate(invalid="ignore"):
        close = np.abs(at.deviance - found.deviance - squared / 2.0) < 0.2
        return (slope >= -rounding) & (squared >= -rounding) & (squared < 1.0) & close


def newton_steps(gradient: Array, hessian: Array) -> tuple[Array, Array, NDArray[np.bool_], NDArray[np.bool_]]:
    """Steps (B, m), squared decrements, where there is negative curvature to follow, and where none is flat."""
    B, m = gradient.shape
    if m == 0:
        nothing = np.zeros(B, dtype=bool)
        return gradient, np.zeros(B), nothing, ~nothing
    values, vectors = np.linalg.eigh(hessian)
    largest = np.maximum(np.abs(values).max(axis=1, keepdims=True), 1e-300)
    slope = (gradient[:, None, :] @ vectors)[:, 0]
    size = np.maximum(np.abs(values), 1e-10 * largest)
    move = -slope / size
    decrement = (slope * slope / size).sum(axis=1)
    down = values < -1e-7 * largest
    still = down & (np.abs(move) < 1e-3)
    move[still] = np.where(slope[still] > 0, -1e-3, 1e-3)
    regular = values[:, 0] > 1e-10 * values[:, -1]
    return (vectors @ move[:, :, None])[:, :, 0], decrement, down.any(axis=1), regular


def _shorten(
    batch: Batch, faces: Faces, theta: Array, step: Array, at: Points, decrement: Array, done: NDArray[np.bool_]
) -> tuple[Array, Points]:
    """Halve the steps until the deviances fall by a part of what was promised; NaN where they never do."""
    noise = _noise(batch, at)
    size = np.sqrt((step * step).sum(axis=1))
    length = np.minimum(1.0, 4.0 * (1.0 + np.sqrt((theta * theta).sum(axis=1))) / np.maximum(size, 1e-300))
    moved = np.full(theta.shape, np.nan)
    new = Points(*(np.copy(part) for part in at))
    left = np.flatnonzero(~done)
    for _ in range(40):
        if left.size == 0:
            break
        there = theta[left] + length[left, None] * step[left]
        found = criterion(batch.take(left), faces.take(left).factor(there))
        good = found.deviance <= (at.deviance - 1e-4 * length * decrement + noise)[left]
        moved[left[good]] = there[good]
        for part, value in zip(new, found, strict=True):
            part[left[good]] = value[good]
        length[left] /= np.where(np.isfinite(found.deviance), 2.0, 8.0)
        left = left[~good]
    return moved, new


def _drop(batch: Batch, here: Ends) -> None:
    """Go to the face without the nearly zero eigenvalues where that is an optimum of the whole problem."""
    partition = batch.problem.partition
    values, _ = spectra(here.D, partition)
    fewer = ranks_of(values, SMALL * scales(here.D), partition).sum(axis=1) < here.ranks.sum(axis=1)
    place = np.flatnonzero(fewer)
    if place.size == 0:
        return
    part, at = batch.take(place), here.take(place)
    lower = settle(part, at.D, None, SMALL)
    strength, _ = descent_directions(lower.D, lower.gradient, lower.expected, partition)
    with np.errstate(invalid="ignore"):
        good = (lower.deviance <= at.deviance + _noise(part, at)) & (strength <= DESCENT)
    here.put(place[good], lower.take(good))


def descent_directions(D: Array, S: Array, expected: Array, partition: Partition) -> tuple[Array, Array]:
    """Strength (B,) and unit direction (B, q) of the steepest way down that each D lacks; zero where there is none."""
    B, q = D.shape[:2]
    values, vectors = spectra(D, partition)
    missing = values <= ZERO * scales(D)
    best, way = np.zeros(B), np.zeros((B, q))
    for block in partition:
        place = np.flatnonzero(missing[:, block].any(axis=1) & np.isfinite(S[:, block[0], block[0]]))
        if place.size == 0:
            continue
        N, lacking = vectors[place][:, :, block], missing[place][:, block]
        slope = N.swapaxes(1, 2) @ S[place] @ N
        wall = 1.0 + np.abs(slope).sum(axis=(1, 2))
        slope = np.where(lacking[:, :, None] & lacking[:, None, :], slope, 0.0)
        slope += np.where(lacking, 0.0, wall[:, None])[:, :, None] * np.eye(len(block))
        lowest, directions = np.linalg.eigh(slope)
        v = (N @ directions[:, :, :1])[:, :, 0]
        vv = (v[:, :, None] * v[:, None, :]).reshape(len(v), 1, q * q)
        information = (vv @ expected[place] @ vv.swapaxes(1, 2))[:, 0, 0]
        strength = np.maximum(-lowest[:, 0], 0.0) ** 2 / np.maximum(information, 1e-300)
        more = strength > best[place]
        best[place[more]], way[place[more]] = strength[more], v[more]
    return best, way


def _leave(batch: Batch, here: Ends, way: Array) -> Array:
    """D with a variance added along missing directions, as far as the deviances fall."""
    B, q = way.shape
    variance = way[:, :, None] * way[:, None, :]
    flat = variance.reshape(B, 1, q * q)
    information = (flat @ here.expected @ flat.swapaxes(1, 2))[:, 0, 0]
    amount = -np.einsum("zij,zij->z", variance, here.gradient) / information
    best, best_deviance = amount.copy(), np.full(B, np.inf)
    left = np.arange(B)
    for _ in range(60):
        if left.size == 0:
            break
        F = np.concatenate([here.F[left], np.sqrt(amount[left])[:, None, None] * way[left][:, :, None]], axis=2)
        deviance = criterion(batch.take(left), F).deviance
        lower = deviance < best_deviance[left]
        best[left[lower]], best_deviance[left[lower]] = amount[left[lower]], deviance[lower]
        amount[left] /= 2.0
        left = left[deviance >= here.deviance[left]]
    return here.D + best[:, None, None] * variance
