"""Newton's method with a line search on any likelihood, in the local coordinates of the point it stands at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from growthcurves.contracts.likelihood import Evaluated, Likelihood
from growthcurves.engine.information.observed import inverse_information
from growthcurves.engine.parameters.face import ZERO, null_space, scale_of, spectrum
from growthcurves.engine.parameters.local import Local
from growthcurves.engine.search.certificate import Verdict
from growthcurves.engine.search.optimise import newton_step
from growthcurves.errors import NotEstimableError
from growthcurves.numerics.arrays import Array

Evaluation = Callable[[Local], Any]

MAX_STEPS = 200
#: Steps by a Hessian that is not exact, before the exact one is made.
FEW_STEPS = 30
#: Such steps are good ones if below this squared decrement each leaves less than that share of it, and where they end
#: below the third no better ones are needed.
SHORT, SHARE, CLOSE = 1.0, 0.2, 1e-10
#: Steps by gradients alone; the squared decrement from which the exact Hessian makes the last one, and from which it is
#: that of the end, too, where it is asked for again.
FEW_GRADIENTS, NEARLY, ALL_BUT = 8, 1e-6, 1e-9
#: Squared decrement up to which they are tried.
FAR = 9.0
#: Squared decrement below which the next point is as good as the last, so that its Hessian is made exact at once.
LAST = 1e-2
#: Squared Newton decrement at which the search ends, and up to which a fit counts as converged.
SETTLED, CONVERGED = 1e-18, 1e-6
#: Squared decrement of an optimum to the last digits, and the steps that lead there: each squares what is left.
FINEST, LAST_STEPS = 1e-20, 3
#: The same where a search only comes near an optimum.
NEAR = 0.1
#: A variance below this fraction of the residual's, or of all, is the zero that the search came near to.
NOTHING = 1e-10
#: Differences of deviances below this fraction of one are nothing but rounding.
ROUNDING = 4.0 * float(np.finfo(float).eps)
#: How often a step is halved in any case, but for one whose whole gain is a hundredth of the rounding.
FEW = 4
NO_GAIN = 0.01 * ROUNDING
#: Deviances that differ by less are as low: what putting such a variance to zero may cost.
COSTLESS = 1e-7


@dataclass(frozen=True, eq=False)
class Ended:
    """Where the search ended, and what is certain of it."""

    at: Evaluated
    decrement: float
    curved: bool

    @property
    def local(self) -> Local:
        return self.at.point


def approached(likelihood: Likelihood, start: Local) -> Local:
    """A point near an optimum: the search from a start until the next step is short; the start where it is nowhere."""
    here = likelihood.at(start.recharted(likelihood.frame.partition), True)
    return start if here is None else _followed(likelihood, here, FEW_STEPS, enough=NEAR, quick=True).point


def closer(likelihood: Any, start: Local, hessian: Array, enough: float) -> Local:
    """A point nearer to the optimum that is expected near a start, by gradients and a Hessian that is known there.

    It ends with the step after which the squared decrement was below `enough`.

    Quasi-Newton steps on the chart of the start (BFGS: Nocedal and Wright 2006, section 6.1), as long as they are short
    and the deviance falls; what a search from there on finds is certified by itself.
    """
    step, here = np.zeros(start.size), likelihood.sloped(start)
    inverse = inverse_information(hessian, True)
    if here is None or inverse is None:
        return start
    for _ in range(FEW_GRADIENTS):
        move = -inverse @ here.gradient
        squared = -float(move @ here.gradient)
        if not 0.0 < squared < FAR:
            break
        step = step + move
        if squared < enough:
            break
        there = likelihood.sloped(start.moved(step))
        if there is None or not there.deviance <= here.deviance + ROUNDING * abs(here.deviance):
            step = step - move
            break
        inverse, here = _updated(inverse, move, there.gradient - here.gradient), there
    return start.moved(step)


def finished(likelihood: Any, start: Local) -> Ended | None:
    """The optimum a last, short step away from a start; None where that is further off.

    The step is taken without another look: it leaves of a squared decrement no more than about its square.
    """
    exact, begin = getattr(likelihood, "sharp", None), start.recharted(likelihood.frame.partition)
    here = likelihood.at(begin, True) if exact is None else exact(begin)
    if here is None:
        return None
    step, squared, saddle = scaled_step(here)
    if saddle or not squared < CONVERGED:
        return None
    there = replace(here, point=here.point.moved(step), deviance=here.deviance - squared / 2.0)
    if exact is not None:
        likelihood.known(there)
    return Ended(there, float(np.sqrt(squared)), True)


def polished(likelihood: Any, end: Local) -> Evaluated | None:
    """An optimum to the last digits, by Newton's steps with the exact Hessian; None where it is no inner one."""
    here = likelihood.sharp(end)
    for _ in range(LAST_STEPS):
        step, squared, saddle = (None, 0.0, True) if here is None else scaled_step(here)
        if saddle or not squared < CONVERGED:
            return None
        if squared < FINEST:
            break
        here = likelihood.sharp(here.point.moved(step).recharted(likelihood.frame.partition))
    return here  # type: ignore[no-any-return]


def _updated(inverse: Array, move: Array, change: Array) -> Array:
    """An inverse Hessian that turns the change of the gradient along the last step into that step."""
    along = float(move @ change)
    if along <= 0.0:
        return inverse
    left = np.eye(len(move)) - np.outer(move, change) / along
    return left @ inverse @ left.T + np.outer(move, move) / along


def descended(likelihood: Likelihood, starts: list[Local]) -> Ended:
    """The lowest of the optima that are reached from the starts.

    Raises
    ------
    NotEstimableError
        When the likelihood is finite at none of them.
    """
    ends = [end for start in starts if (end := _descend(likelihood, start)) is not None]
    if not ends:
        raise NotEstimableError(
            "The likelihood is not finite at any start: check that the residual structure's matrix is positive "
            "definite at the values that it starts from."
        )
    return _settled(likelihood, _lowest(likelihood, ends))


def _lowest(likelihood: Likelihood, ends: list[Ended]) -> Ended:
    """The lowest end; of those as low the one with the fewest parameters at the end of their range.

    There the others have values that the data do not tell from it, which is then said.
    """
    lowest = min(ends, key=lambda end: end.at.deviance)
    as_low = [end for end in ends if end.at.deviance <= lowest.at.deviance + COSTLESS]
    apart = getattr(likelihood, "apart", None)
    if apart is None or len(as_low) == 1:
        return lowest
    return min(as_low, key=lambda end: (int(apart(end.local).flat.sum()), end.at.deviance))


def _descend(likelihood: Likelihood, start: Local) -> Ended | None:
    partition = likelihood.frame.partition
    here = likelihood.at(start.recharted(partition), True)
    if here is None:
        return None
    sharp = getattr(likelihood, "sharp", None)
    if sharp is None:
        return ended(_followed(likelihood, here, MAX_STEPS))
    end = ended(_followed(likelihood, here, FEW_STEPS, quick=True))
    if end.curved and end.decrement**2 < CLOSE:
        return end
    return ended(_followed(likelihood, sharp(end.local) or end.at, MAX_STEPS, sharp=True))


def _followed(
    likelihood: Likelihood,
    here: Evaluated,
    most: int,
    sharp: bool = False,
    enough: float = SETTLED,
    quick: bool = False,
) -> Evaluated:
    """Where Newton's steps lead; `sharp` by exact Hessians, which the last steps of a search have in any case.

    It ends where the squared decrement is below `enough`; `quick` where steps by a Hessian that is not exact no longer
    come near quickly, too.
    """
    before = np.inf
    for _ in range(most):
        step, squared, saddle = scaled_step(here)
        if squared < enough and not saddle:
            break
        if quick and squared < SHORT and (saddle or squared > SHARE * before):
            break
        before = squared
        evaluated = _evaluated_by(likelihood, sharp or (squared < LAST and not saddle))
        there = _shortened(likelihood, here, step, 0.0 if saddle else squared, evaluated)
        if there is None and not saddle and squared < CLOSE:
            there = _nearer(likelihood, here, step, squared, evaluated)
        if there is None:
            break
        here = there
    return here


def _nearer(
    likelihood: Likelihood, here: Evaluated, step: Array, squared: float, evaluated: Evaluation
) -> Evaluated | None:
    """The end of a whole step where gradients say that it is nearer, and rounding hides by how much it is lower."""
    found: Any = evaluated(here.point.moved(step).recharted(likelihood.frame.partition))
    if found is None or not np.isfinite(found.deviance):
        return None
    there: Evaluated = found.evaluated() if hasattr(found, "evaluated") else found
    _, left, saddle = scaled_step(there)
    return there if left < SHARE * squared and not saddle else None


def ended(here: Evaluated) -> Ended:
    """A point with what is certain of it."""
    _, squared, saddle = scaled_step(here)
    return Ended(here, float(np.sqrt(max(squared, 0.0))), not saddle)


def _evaluated_by(likelihood: Likelihood, sharp: bool) -> Evaluation:
    """How points of a search are evaluated."""
    exact = getattr(likelihood, "sharp", None) if sharp else None
    if exact is not None:
        return exact  # type: ignore[no-any-return]
    any_point: Callable[[Local, bool], Any] = getattr(likelihood, "valued", likelihood.at)
    return lambda point: any_point(point, True)


def _shortened(
    likelihood: Likelihood, here: Evaluated, step: Array, gain: float, evaluated: Evaluation
) -> Evaluated | None:
    """The first point along a step that is lower, the step halved until one is.

    `gain` is what the step would lower the deviance by if that were a parabola, 0 where it is none: a step whose gain
    is lost in the rounding of the deviance is halved no more than a few times.
    """
    partition = likelihood.frame.partition
    for halving in range(40):
        few = 1 if gain < NO_GAIN * abs(here.deviance) else FEW
        if halving >= few and 0.0 < gain / 2.0**halving < ROUNDING * abs(here.deviance):
            return None
        there = _lower(evaluated(here.point.moved(step / 2.0**halving).recharted(partition)), here.deviance)
        if there is not None:
            return there
    return None


def _lower(found: Any, than: float) -> Evaluated | None:
    """A point that is lower than a deviance; where a likelihood can, its derivatives are made only then."""
    if found is None or not found.deviance < than:
        return None
    made: Evaluated = found.evaluated() if hasattr(found, "evaluated") else found
    return made


def _settled(likelihood: Likelihood, end: Ended) -> Ended:
    """The same with variances that are nothing but rounding put to zero, where that costs nothing."""
    local, partition = end.local, likelihood.frame.partition
    F, limit, found = np.zeros_like(local.D), NOTHING * scale_of(local.D), spectrum(local.D, partition)
    if all((values > limit).all() for _, values, _ in found):
        return end
    for block, values, vectors in found:
        F[np.ix_(block, block)] = vectors * np.sqrt(np.where(values > limit, values, 0.0))
    flat = Local.of_factor(local.beta, F, local.log_scale, partition)
    there = likelihood.at(replace(flat, others=local.others, scaled=local.scaled), True)
    if there is None or there.deviance > end.at.deviance + COSTLESS:
        return end
    put = ended(there)
    sharp = getattr(likelihood, "sharp", None)
    return put if put.curved or sharp is None else ended(sharp(there.point) or there)


def scaled_step(here: Evaluated) -> tuple[Array, float, bool]:
    """Newton's step with every coordinate in its own unit, the squared decrement, and whether curvature is negative."""
    unit = 1.0 / np.sqrt(np.maximum(np.abs(np.diag(here.hessian)), 1e-300))
    unit = np.minimum(unit, 1e6 * unit.min(initial=np.inf))
    step, squared, saddle, _ = newton_step(unit * here.gradient, unit[:, None] * here.hessian * unit)
    return unit * step, squared, saddle


def judged(likelihood: Likelihood, end: Ended, identified: bool) -> Verdict:
    """Converged, singular, identified."""
    partition, q = likelihood.frame.partition, likelihood.frame.q
    null = np.concatenate([np.zeros((q, 0)), *null_space(end.local.D, partition, ZERO)], axis=1)
    converged = end.decrement**2 < CONVERGED and (end.curved or not identified)
    return Verdict(converged, null.shape[1] > 0, identified, False, end.decrement, null)
