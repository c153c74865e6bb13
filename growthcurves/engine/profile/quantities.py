"""Functions of a local point that can be profiled, each with its scale and its derivatives.

A quantity is measured on a *path scale* x on which its range ends at finite points where the likelihood is
smooth (docs/inference-intervals.md, section 3), so that an end of the range is a place that can be visited.
All of it is in standard coordinates.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from growthcurves.engine.parameters.face import scale_of
from growthcurves.engine.parameters.local import Local
from growthcurves.numerics.arrays import Array

INFINITY = float("inf")
#: A place of the path scale as near to an end of its range as this counts as the end; for functions whose
#: derivatives are differences it must be wider than those.
AT_END = 1e-5
AT_END_BY_DIFFERENCES = 1e-3
#: An SD this many times its unit counts as unbounded.
ENORMOUS = 1e8
#: A variance below this fraction of the residual one in every standard direction is zero to rounding.
NOTHING = 1e-13


class Quantity(Protocol):
    """What can be profiled.

    Attributes
    ----------
    low, high : float
        Ends of the path scale; infinite where there are none.
    grain : float
        A place as near to low or high as this counts as the end.
    moves_beta : bool
        Whether beta plays a part in it; if not, beta is always at its best.
    key : hashable or None
        The same for equal quantities, where their ends are worth keeping.
    """

    @property
    def low(self) -> float: ...

    @property
    def high(self) -> float: ...

    @property
    def grain(self) -> float: ...

    @property
    def moves_beta(self) -> bool: ...

    @property
    def key(self) -> tuple | None: ...

    def measure(self, point: Local) -> float:
        """x at a point; NaN where the quantity is not defined."""
        ...

    def slopes(self, point: Local) -> tuple[Array, Array]:
        """Gradient (size,) and Hessian (size, size) of x in the point's local coordinates."""
        ...

    def normal(self, point: Local) -> Array:
        """The gradient by itself, for less where derivatives are differences."""
        ...

    def value(self, x: float) -> float:
        """The quantity itself at a place of the path scale."""
        ...


def _effect(point: Local, combination: Array) -> tuple[Array, Array]:
    """u = sigma F'a, (q,), of which a combination of effects has length SD, and du/dtheta, (q, m)."""
    sigma = np.sqrt(point.sigma2)
    face = point.face
    rows = [i for i, _ in face.free]
    columns = [j for _, j in face.free]
    slopes = np.zeros((len(point.F), face.size))
    slopes[columns, range(face.size)] = sigma * (face.rotation.T @ combination)[rows]
    return sigma * (point.F.T @ combination), slopes


def varies(D: Array, combination: Array) -> bool:
    """Whether a combination of the random effects has more variance than rounding gives it."""
    return bool(combination @ D @ combination > NOTHING * scale_of(D) * (combination @ combination))


def natural_unit(point: Local, combination: Array) -> float:
    """SD of a combination of effects that each have the residual's variance."""
    return float(np.sqrt(point.sigma2 * (combination @ combination)))


def _within(point: Local, theta: Array, scale: float, both: Array, across: Array, scale2: float) -> tuple[Array, Array]:
    """Gradient and Hessian in all local coordinates of a quantity without beta."""
    gradient, hessian = np.zeros(point.size), np.zeros((point.size, point.size))
    chart, last = point.chart, point.scale_place
    gradient[chart], gradient[last] = theta, scale
    hessian[chart, chart] = both
    if point.scaled:
        hessian[chart, last] = across[:, None]
        hessian[last, chart] = across
        hessian[last, last] = scale2
    return gradient, hessian


def _on_scale(gradient: Array, hessian: Array, first: Any, second: Any) -> tuple[Array, Array]:
    """Derivatives of x(f) from those of f."""
    return first * gradient, first * hessian + second * np.outer(gradient, gradient)


class WrittenOut:
    """Quantities whose derivatives are formulas: the second ones cost next to nothing."""

    def slopes(self, point: Local) -> tuple[Array, Array]:
        """Gradient (size,) and Hessian (size, size) of x in the point's local coordinates."""
        raise NotImplementedError

    def normal(self, point: Local) -> Array:
        return self.slopes(point)[0]


@dataclass(frozen=True, eq=False)
class StandardDeviation(WrittenOut):
    """SD of a combination a'u of the random effects; x = log(1 + SD / unit)."""

    combination: Array
    unit: float
    low: float = 0.0
    high: float = float(np.log1p(ENORMOUS))
    grain: float = AT_END
    moves_beta: bool = False

    @classmethod
    def of(cls, combination: Array, estimate: Local) -> StandardDeviation:
        """In units of its estimate where that is not zero."""
        unit = natural_unit(estimate, combination)
        if varies(estimate.D, combination):
            u, _ = _effect(estimate, combination)
            unit = float(np.sqrt(u @ u))
        return cls(combination, unit)

    @property
    def key(self) -> tuple | None:
        return ("sd", self.combination.tobytes())

    def measure(self, point: Local) -> float:
        u, _ = _effect(point, self.combination)
        return float(np.log1p(np.sqrt(u @ u) / self.unit))

    def slopes(self, point: Local) -> tuple[Array, Array]:
        u, J = _effect(point, self.combination)
        sd = np.sqrt(u @ u)
        along = (u / sd) @ J
        both = (J.T @ J - np.outer(along, along)) / sd
        gradient, hessian = _within(point, along, sd / 2.0, both, along / 2.0, sd / 4.0)
        return _on_scale(gradient, hessian, 1.0 / (self.unit + sd), -1.0 / (self.unit + sd) ** 2)

    def value(self, x: float) -> float:
        return INFINITY if x >= self.high else self.unit * float(np.expm1(x))


@dataclass(frozen=True, eq=False)
class Correlation(WrittenOut):
    """Correlation of two combinations of the random effects; x is its arcsine."""

    first: Array
    second: Array
    low: float = -np.pi / 2
    high: float = np.pi / 2
    grain: float = AT_END
    moves_beta: bool = False

    @property
    def key(self) -> tuple | None:
        return ("correlation", self.first.tobytes(), self.second.tobytes())

    def measure(self, point: Local) -> float:
        if not (varies(point.D, self.first) and varies(point.D, self.second)):
            return float("nan")
        u, w = (_effect(point, a)[0] for a in (self.first, self.second))
        u, w = u / np.linalg.norm(u), w / np.linalg.norm(w)
        c = float(u @ w)
        return float(np.arctan2(c, np.linalg.norm(w - c * u)))

    def slopes(self, point: Local) -> tuple[Array, Array]:
        (u, J), (w, K) = (_effect(point, a) for a in (self.first, self.second))
        long, broad = np.linalg.norm(u), np.linalg.norm(w)
        u, w, J, K = u / long, w / broad, J / long, K / broad
        c = float(u @ w)
        off_u, off_w = w - c * u, u - c * w
        across_u, across_w = np.eye(len(u)) - np.outer(u, u), np.eye(len(w)) - np.outer(w, w)
        uu = -(np.outer(u, off_u) + np.outer(off_u, u) + c * across_u)
        ww = -(np.outer(w, off_w) + np.outer(off_w, w) + c * across_w)
        uw = across_w - np.outer(u, off_w)
        mixed = J.T @ uw @ K
        both = J.T @ uu @ J + K.T @ ww @ K + mixed + mixed.T
        gradient, hessian = _within(point, off_u @ J + off_w @ K, 0.0, both, np.zeros(J.shape[1]), 0.0)
        first = 1.0 / np.linalg.norm(off_u)  # of arcsin c: 1 / sqrt(1 - c^2)
        return _on_scale(gradient, hessian, first, c * first**3)

    def value(self, x: float) -> float:
        return float(np.sin(x))


@dataclass(frozen=True, eq=False)
class ResidualDeviation(WrittenOut):
    """Residual SD; x is its logarithm."""

    low: float = -INFINITY
    high: float = INFINITY
    grain: float = AT_END
    moves_beta: bool = False
    key: tuple | None = ("residual",)

    def measure(self, point: Local) -> float:
        return point.log_scale / 2.0

    def slopes(self, point: Local) -> tuple[Array, Array]:
        m = point.face.size
        return _within(point, np.zeros(m), 0.5, np.zeros((m, m)), np.zeros(m), 0.0)

    def value(self, x: float) -> float:
        return float(np.exp(x))


@dataclass(frozen=True, eq=False)
class Coefficient(WrittenOut):
    """A linear function l'beta of the fixed effects."""

    direction: Array
    low: float = -INFINITY
    high: float = INFINITY
    grain: float = AT_END
    moves_beta: bool = True

    @property
    def key(self) -> tuple | None:
        return ("coefficient", self.direction.tobytes())

    def measure(self, point: Local) -> float:
        return float(self.direction @ point.beta)

    def slopes(self, point: Local) -> tuple[Array, Array]:
        gradient = np.zeros(point.size)
        gradient[: len(point.beta)] = self.direction
        return gradient, np.zeros((point.size, point.size))

    def value(self, x: float) -> float:
        return x


@dataclass(frozen=True, eq=False)
class Smooth:
    """Any smooth function of a point, on its path scale already; derivatives are central differences.

    Attributes
    ----------
    function : callable
        From a local point to x.
    back : callable
        From x to the quantity.
    steps : (size,) array
        About a standard error in every local coordinate.
    """

    function: Callable[[Local], float]
    back: Callable[[float], float]
    steps: Array
    low: float = -INFINITY
    high: float = INFINITY
    moves_beta: bool = True
    grain: float = AT_END_BY_DIFFERENCES
    key: tuple | None = None

    def measure(self, point: Local) -> float:
        return float(self.function(point))

    def normal(self, point: Local) -> Array:
        plus, minus = self._beside(point)
        return (plus - minus) / (2.0 * self._widths)

    def slopes(self, point: Local) -> tuple[Array, Array]:
        h, middle = self._widths, self.measure(point)
        moves, (plus, minus) = np.diag(h), self._beside(point, middle)
        hessian = np.diag((plus - 2.0 * middle + minus) / h**2)
        moving = [i for i in range(point.size) if plus[i] != middle or minus[i] != middle]
        for place, i in enumerate(moving):
            for j in moving[:place]:
                both = self.measure(point.moved(moves[i] + moves[j])) + self.measure(point.moved(-moves[i] - moves[j]))
                single = plus[i] + minus[i] + plus[j] + minus[j]
                hessian[i, j] = hessian[j, i] = (both - single + 2.0 * middle) / (2.0 * h[i] * h[j])
        return (plus - minus) / (2.0 * h), hessian

    @property
    def _widths(self) -> Array:
        return 1e-4 * self.steps

    def _beside(self, point: Local, middle: float = 0.0) -> Array:
        """x a step ahead and a step back in every coordinate, (2, size); in those of beta only where it moves x."""
        found = np.full((2, point.size), middle)
        for j in range(0 if self.moves_beta else len(point.beta), point.size):
            move = np.zeros(point.size)
            move[j] = self._widths[j]
            found[:, j] = self.measure(point.moved(move)), self.measure(point.moved(-move))
        return found

    def value(self, x: float) -> float:
        return float(self.back(x))
