"""The walk along the path of constrained optima from the estimate to one end of an interval.

From a place near the path, Halley's method for the signed root of the likelihood ratio says how far to go, and
Newton's method in the null space of the quantity how to come back to the path. See docs/inference-intervals.md,
section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from growthcurves.contracts.likelihood import Likelihood
from growthcurves.engine.parameters.local import Local
from growthcurves.engine.profile.path import Place, place
from growthcurves.engine.profile.quantities import Quantity

#: A place with a squared Newton decrement below this lies near enough to the path to move on.
NEAR = 2.0
#: Squared decrement, and distance of the root deviance from its target, at which an end is found; the last
#: step is still taken, and leaves an error of a higher order.
SETTLED = 1e-5
CLOSE = 1e-3
#: A quantity without bound whose deviance has not reached the target this many first steps away has no end.
FAR = 1e6
MAX_STEPS = 150
SHORTEST = 1e-5
RESTORATIONS = 8
LOST = "the profile could not be followed to its end"


class End(NamedTuple):
    """One end of an interval: NaN with the reason where it was not found."""

    value: float
    reason: str = ""


@dataclass(frozen=True)
class Target:
    """What is looked for: the lowest deviance, and by how much the root deviance rises to an end."""

    lowest: float
    root: float

    def rise(self, deviance: float) -> float:
        """Square root of the likelihood ratio."""
        return float(np.sqrt(max(deviance - self.lowest, 0.0)))


@dataclass
class Walk:
    """One walk away from the estimate; its only state is what has been seen.

    Attributes
    ----------
    inside, outside : float
        The farthest x below the target, and the nearest above it.
    """

    likelihood: Likelihood
    quantity: Quantity
    target: Target
    sign: int
    limit: float
    origin: float
    inside: float = np.nan
    outside: float = np.nan
    first: float = np.nan
    turned: bool = False

    def end(self, start: Place) -> End:
        """Where the profile reaches the target, the end of the range, or why neither was found."""
        here, length = start, 1.0
        self.inside = self.origin
        for _ in range(MAX_STEPS):
            lost = self._see(here)
            if lost:
                return End(np.nan, lost)
            if self._found(here):
                return self._ended(self.quantity.value(self._inside_range(here.x + self._wish(here))))
            if self._at_limit(here):
                return self._ended(self.quantity.value(self.limit))
            if self._far(here):
                return self._ended(self.sign * np.inf)
            there = self._step(here, length)
            if there is not None:
                here, length = there, min(2.0 * length, 1.0)
            elif length < SHORTEST:
                break
            else:
                length /= 3.0
        return End(np.nan, LOST)

    def _ended(self, value: float) -> End:
        return End(np.nan, "the likelihood ratio is not monotone") if self.turned else End(value)

    def _inside_range(self, x: float) -> float:
        return float(np.clip(x, self.quantity.low, self.quantity.high))

    def _on_path(self, here: Place) -> bool:
        return here.decrement < NEAR and not here.saddle

    def _see(self, here: Place) -> str:
        """Take note of a place; says what is wrong with it, if anything is."""
        if not self._on_path(here):
            return ""
        if here.decrement < SETTLED and here.profile < self.target.lowest - 1e-6 * (1.0 + self.target.root):
            return "the path leads to a better optimum than the estimate"
        if here.decrement > 0.01:
            return ""
        if here.profile <= self.target.lowest + self.target.root**2:
            if self.sign * (here.x - self.inside) > 0:
                self.inside = here.x
                risen = self.target.rise(here.profile) > 0.05 * self.target.root
                self.turned |= risen and self.sign * here.slope * self.first < -1e-6
        elif not self.sign * (here.x - self.outside) >= 0:
            self.outside = here.x
        return ""

    def _found(self, here: Place) -> bool:
        risen = self.target.rise(here.profile)
        return self._on_path(here) and here.decrement < SETTLED and abs(risen - self.target.root) < CLOSE

    def _at_limit(self, here: Place) -> bool:
        near = abs(here.x - self.limit) <= 2.0 * self.quantity.grain or self.sign * (here.x - self.limit) > 0
        low = here.profile <= self.target.lowest + self.target.root**2
        return near and low and self._on_path(here) and here.decrement < SETTLED

    def _far(self, here: Place) -> bool:
        """Whether a quantity without bound has gone so far that the profile is flat."""
        gone = abs(here.x - self.origin)
        flat = self._on_path(here) and abs(here.slope) * gone < 1e-3
        return not np.isfinite(self.limit) and gone > FAR * self.first and flat

    def _goal(self, here: Place) -> float:
        """The x to go to: within the range, and within the bracket once there is one."""
        goal, last = here.x + self._wish(here), self.limit - self.sign * self.quantity.grain
        if not self.sign * (goal - last) < 0:
            goal = last
        if np.isfinite(self.outside) and not min(self.inside, self.outside) < goal < max(self.inside, self.outside):
            goal = (self.inside + self.outside) / 2.0
        return goal

    def _wish(self, here: Place) -> float:
        """Halley's step for the root deviance to reach the target; a long one where the profile says nothing."""
        root, risen = self.target.root, self.target.rise(here.profile)
        gone = abs(here.x - self.origin)
        if not np.isfinite(self.first):
            self.first = root * np.sqrt(2.0 / here.curvature) if here.curvature > 0 else 0.1
            self.first = min(self.first, 1.0) if np.isfinite(self.limit) else self.first
        if risen < 1e-3 * root:
            return self.sign * self.first
        rate = here.slope / (2.0 * risen)
        if not rate * self.sign > 0:
            return self.sign * 2.0 * max(self.first, gone)
        newton = (root - risen) / rate
        bend = here.curvature / (2.0 * risen) - rate**2 / risen
        halley = newton / float(np.clip(1.0 + newton * bend / (2.0 * rate), 0.5, 2.0))
        longest = 4.0 * max(self.first, gone)
        return float(np.clip(halley, -longest, longest))

    def _step(self, here: Place, length: float) -> Place | None:
        """The place that a step leads to, along the path or back to it; None where it leads astray."""
        if self._on_path(here):
            move = length * (self._goal(here) - here.x)
            point = here.point.moved(length * here.home + move * here.along)
            there = place(self.likelihood, self.quantity, self._brought(point, here.x + move, 0.1 * abs(move)))
            return there if there is not None and there.decrement < NEAR else None
        room = min(self.first, here.x - self.quantity.low, self.quantity.high - here.x)
        point = here.point.moved(length * here.home)
        there = place(self.likelihood, self.quantity, self._brought(point, here.x, 0.1 * abs(room)))
        if there is None:
            return None
        lowered = here.deviance - there.deviance + here.multiplier * (there.x - here.x)
        nearer = there.decrement < here.decrement and not here.saddle
        return there if nearer or lowered > 1e-4 * here.decrement else None

    def _brought(self, point: Local, goal: float, tolerance: float) -> Local:
        """A point moved along the normal of the quantity until it has the x that its step was meant to have.

        Where the quantity is far from linear over a step, as an SD near zero is, linear steps never get there.
        """
        low, high = self.quantity.low, self.quantity.high
        for _ in range(RESTORATIONS):
            x = self.quantity.measure(point)
            if not (np.isfinite(x) and abs(x - goal) > tolerance):  # from beyond all numbers nothing leads back
                break
            normal = self.quantity.normal(point)
            if not normal @ normal > 0.0:
                break
            amount = np.clip(goal - x, 0.75 * (low - x), 0.75 * (high - x))  # an end of the range is not overstepped
            point = point.moved(amount * normal / (normal @ normal))
        return point
