"""The probability of a cell between two cuts of a latent outcome, P = F(b) - F(a), with b = cut - eta and so a.

Derivatives are in eta, and in the cell's own working coordinate, which moves its upper end alone: the logarithm of its
width, and of the lowest cell, which has no lower end, that end itself. The highest has no upper end and no coordinate.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

import numpy as np
from scipy.special import erfcx, expit

from growthcurves.contracts.family import Array, Slopes
from growthcurves.model.families.links import log_of_some_slopes
from growthcurves.numerics.normal_tails import tail_integrals

_ROOT_HALF = float(np.sqrt(0.5))
_ROOT_TWO_PI = float(np.sqrt(2.0 * np.pi))
_LOG_ROOT_TWO_PI = float(np.log(_ROOT_TWO_PI))


class Cell(NamedTuple):
    """Cells of outcomes at linear predictors, in arrays that broadcast.

    Attributes
    ----------
    low, high : array
        a and b; minus infinity and infinity at the ends.
    width : array
        b - a, right to its last digits; infinite at the ends.
    log_width : array
    """

    low: Array
    high: Array
    width: Array
    log_width: Array


class UpperSlopes(NamedTuple):
    """Derivatives in a cell's own coordinate: of l, of its first two derivatives in eta, and the second in itself.

    Where a cell has none they are zero.
    """

    value: Array
    first: Array
    second: Array
    curved: Array


class Cells(Protocol):
    """The log probability of cells of a distribution function, and its derivatives."""

    def density(self, cell: Cell) -> Array:
        """log P."""
        ...

    def score(self, cell: Cell) -> tuple[Array, Array]:
        """The same and its first derivative in eta."""
        ...

    def slopes(self, cell: Cell) -> Slopes:
        """The same and three derivatives in eta."""
        ...

    def upper(self, cell: Cell) -> UpperSlopes:
        """Derivatives in the cells' own coordinates."""
        ...

    def upper_score(self, cell: Cell) -> Array:
        """The first of them alone."""
        ...


class LogisticCells:
    """log P = log F(b) + log F(-a) + log(1 - exp(a - b)): the last part does not depend on eta."""

    def density(self, cell: Cell) -> Array:
        return self._log(cell, np.exp(-np.abs(cell.low)), np.exp(-np.abs(cell.high)))

    def score(self, cell: Cell) -> tuple[Array, Array]:
        below, above = np.exp(-np.abs(cell.low)), np.exp(-np.abs(cell.high))
        first = np.where(cell.low > 0, 1.0, below) / (1.0 + below)
        first -= np.where(cell.high < 0, 1.0, above) / (1.0 + above)
        return self._log(cell, below, above), first

    def _log(self, cell: Cell, below: Array, above: Array) -> Array:
        value = np.log(-np.expm1(-cell.width)) + np.minimum(cell.high, 0.0)
        value -= np.maximum(cell.low, 0.0)
        value -= np.log1p(below + above + below * above)
        return value

    def slopes(self, cell: Cell) -> Slopes:
        value, first = self.score(cell)
        below, above = expit(cell.low), expit(cell.high)
        in_low, in_high = below * expit(-cell.low), above * expit(-cell.high)
        third = in_high * (1.0 - 2.0 * above) + in_low * (1.0 - 2.0 * below)
        return Slopes(value, first, -in_high - in_low, third)

    def upper(self, cell: Cell) -> UpperSlopes:
        above, lowest, step = expit(-cell.high), np.isneginf(cell.low), _step(cell)
        slope = above * expit(cell.high)
        _, first, second, _ = log_of_some_slopes(np.where(np.isfinite(cell.log_width), cell.log_width, 0.0))
        inside = ~lowest & ~np.isposinf(cell.high)
        value = step * above + np.where(inside, first, 0.0)
        curved = -(step**2) * slope + np.where(inside, second + step * above, 0.0)
        return UpperSlopes(value, step * slope, step * slope * (expit(cell.high) - above), curved)

    def upper_score(self, cell: Cell) -> Array:
        inside = ~np.isneginf(cell.low) & ~np.isposinf(cell.high)
        width = np.where(inside, cell.width, 1.0)
        return _step(cell) * expit(-cell.high) + np.where(inside, width / np.expm1(width), 0.0)


class NormalCells:
    """Cells of the normal distribution, turned so that their middle lies below zero.

    With x = -b and M Mills' ratio, P = phi(b) (M(x) - exp(-k) M(x + width)), k = width |middle|; where b lies above
    zero, one minus two tails; and of a narrow cell the integral over it. Derivatives in eta are the cumulants of a
    normal variable t that is known to lie in the cell: E t, Var t - 1, and the third.
    """

    def density(self, cell: Cell) -> Array:
        return _turned(cell).log

    def score(self, cell: Cell) -> tuple[Array, Array]:
        turned = _turned(cell)
        return turned.log, turned.sign * turned.mean

    def slopes(self, cell: Cell) -> Slopes:
        turned = _turned(cell)
        spread = _spread(turned)
        return Slopes(turned.log, turned.sign * turned.mean, spread.variance - 1.0, turned.sign * spread.third)

    def upper(self, cell: Cell) -> UpperSlopes:
        turned = _turned(cell)
        spread, step = _spread(turned), _step(cell)
        as_is = turned.sign > 0
        hazard = _upper_hazard(turned)
        width = np.where(np.isfinite(cell.width), cell.width, 0.0)
        distance = np.where(as_is, spread.distance, width - spread.distance)
        bend = hazard * np.where(as_is, spread.bend, -np.where(np.isfinite(turned.low), -turned.low, 0.0) - hazard)
        inside = ~np.isneginf(cell.low) & ~np.isposinf(cell.high)
        value = step * hazard
        return UpperSlopes(
            value,
            value * distance,
            value * (distance**2 - spread.variance),
            step**2 * bend + np.where(inside, value, 0.0),
        )

    def upper_score(self, cell: Cell) -> Array:
        return _step(cell) * _upper_hazard(_turned(cell))


#: Cells by the name of a link.
CELLS: Mapping[str, Cells] = {"logit": LogisticCells(), "probit": NormalCells()}


def _step(cell: Cell) -> Array:
    """How far a cell's own coordinate moves its upper end."""
    step = np.where(np.isneginf(cell.low), 1.0, np.where(np.isfinite(cell.width), cell.width, 0.0))
    return np.where(np.isposinf(cell.high), 0.0, step)


class _Turned(NamedTuple):
    """Normal cells turned so that their middle lies below zero; sign is -1 where they were.

    fall = phi(low) / phi(high) = exp(-k); log = log P; mean = E t; hazard = phi(high) / P; mass = P / phi(high).
    """

    sign: Array
    low: Array
    high: Array
    width: Array
    k: Array
    fall: Array
    log: Array
    mean: Array
    hazard: Array


#: Cells so narrow are integrated; before that a difference of tails loses at most two digits.
_NARROW = 0.1
_FEW_NODES, _FEW_WEIGHTS = np.polynomial.legendre.leggauss(5)
#: Cells up to so wide, that fall so far, have their cumulants integrated.
_MODEST_WIDTH, _MODEST_FALL = 2.0, 4.0
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(16)
_IN_EXPONENT, _MOMENTS = np.stack([_NODES / 2.0, -(_NODES**2) / 8.0], axis=1), _WEIGHTS * np.vander(_NODES, 4, True).T
#: exp(-40^2 / 2) is zero.
_OUTSIDE = 40.0


def _upper_hazard(turned: _Turned) -> Array:
    """The density at the upper end of a cell as it was, over its probability."""
    return turned.hazard * np.where(turned.sign > 0, 1.0, turned.fall)


def _turned(cell: Cell) -> _Turned:
    over = cell.low + cell.high > 0
    low, high = np.where(over, -cell.high, cell.low), np.where(over, -cell.low, cell.high)
    k = -0.5 * cell.width * (low + high)
    fall = np.exp(-k)
    density = np.exp(-0.5 * np.square(high)) / _ROOT_TWO_PI
    near, far = erfcx(np.abs(high) * _ROOT_HALF), fall * erfcx(-low * _ROOT_HALF)
    tail = high <= 0
    mills = _ROOT_TWO_PI * 0.5 * np.where(tail, near - far, near + far)
    narrow = (cell.width <= _NARROW) & (k <= _NARROW)
    with np.errstate(divide="ignore"):
        rest = 1.0 - density * mills
        log = np.log(np.where(tail, mills / _ROOT_TWO_PI, rest)) - np.where(tail, 0.5 * np.square(high), 0.0)
        hazard = np.where(tail, 1.0 / mills, density / rest)
    if np.any(narrow):
        log, hazard = _where_narrow(narrow, cell.width, low, high, k, log, hazard)
    return _Turned(np.where(over, -1.0, 1.0), low, high, cell.width, k, fall, log, np.expm1(-k) * hazard, hazard)


def _where_narrow(
    narrow: Array, width: Array, low: Array, high: Array, k: Array, log: Array, hazard: Array
) -> tuple[Array, Array]:
    """Log probability and hazard with those of narrow cells integrated."""
    w, k, middle = np.broadcast_to(width, narrow.shape)[narrow], k[narrow], 0.5 * (low + high)[narrow]
    mass = sum(
        weight * np.exp(0.5 * k * node - 0.125 * w**2 * node**2)
        for node, weight in zip(_FEW_NODES, _FEW_WEIGHTS, strict=True)
    )
    log, hazard = np.array(log), np.array(hazard)
    log[narrow] = np.log(0.5 * mass) + np.log(w) - 0.5 * middle**2 - _LOG_ROOT_TWO_PI
    hazard[narrow] = np.exp(0.5 * k - 0.125 * w**2) / (0.5 * w * mass)
    return log, hazard


class _Spread(NamedTuple):
    """Of t in turned cells: b - E t, Var t, its third cumulant, and (d hazard / d high) / hazard."""

    distance: Array
    variance: Array
    third: Array
    bend: Array


def _spread(turned: _Turned) -> _Spread:
    shape = np.shape(turned.log)
    flat = _Turned(*(np.ravel(np.broadcast_to(part, shape)) for part in turned))
    modest = (flat.width <= _MODEST_WIDTH) & (flat.k <= _MODEST_FALL)
    tail = ~modest & (flat.high <= 0)
    found = np.empty((4, flat.log.size))
    for rows, part in ((modest, _integrated), (tail, _of_tail), (~modest & ~tail, _of_middle)):
        if np.any(rows):
            found[:, rows] = part(_Turned(*(one[rows] for one in flat)))
    return _Spread(*found.reshape(4, *shape))


def _integrated(cell: _Turned) -> Array:
    """By moments about the middle in half widths, of which at most a digit is lost to those about the mean."""
    whole, *moments = _MOMENTS @ np.exp(_IN_EXPONENT @ np.stack([cell.k, np.square(cell.width)]))
    mean, square, cube = (moment / whole for moment in moments)
    half, second = 0.5 * cell.width, square - mean * mean
    third = cube - mean * (3.0 * square - 2.0 * mean * mean)
    half2 = half * half
    return np.stack([half * (1.0 - mean), half2 * second, half2 * half * third, -cell.high - cell.hazard])


def _of_tail(cell: _Turned) -> Array:
    """By J_n = int_0^width s^n / n! exp(-x s - s^2 / 2) ds: those of the whole tail without what lies beyond."""
    whole, beyond = tail_integrals(-cell.high), tail_integrals(np.minimum(-cell.low, 1e150))
    width = np.where(cell.fall > 0, cell.width, 0.0)
    powers = (1.0, width, width**2 / 2.0, width**3 / 6.0)
    inside = [whole[n] - cell.fall * sum(powers[n - i] * beyond[i] for i in range(n + 1)) for n in range(4)]
    one, two, three = (factor * inside[n] / inside[0] for n, factor in ((1, 1.0), (2, 2.0), (3, 6.0)))
    third = three - 3.0 * one * two + 2.0 * one**3
    return np.stack([one, two - one**2, -third, -(cell.fall + inside[1]) / inside[0]])


def _of_middle(cell: _Turned) -> Array:
    low, high = np.maximum(cell.low, -_OUTSIDE), np.minimum(cell.high, _OUTSIDE)
    at_low, at_high = cell.hazard * cell.fall, cell.hazard
    mean = at_low - at_high
    second = low * at_low - high * at_high  # E t^2 - 1
    cubed = (low**2 + 2.0) * at_low - (high**2 + 2.0) * at_high
    third = cubed - 3.0 * mean * (1.0 + second) + 2.0 * mean**3
    return np.stack([cell.high - mean, 1.0 + second - mean**2, third, -high - cell.hazard])
