"""What answers ask of the parameters: functions of a point, with what is known of each for intervals.

A `Quantity` is any smooth function; those that are asked for often say more: on which coordinates they can be followed
exactly, how they are evaluated over many replicates, which variances they need.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from growthcurves.contracts.likelihood import Frame
from growthcurves.engine.parameters.point import Point
from growthcurves.engine.profile.profiler import Profiler
from growthcurves.engine.profile.quantities import (
    Coefficient,
    Correlation,
    ResidualDeviation,
    Smooth,
    StandardDeviation,
)
from growthcurves.engine.profile.quantities import Quantity as Measure
from growthcurves.errors import GrowthCurvesError, ModelError, brief, unknown
from growthcurves.numerics.arrays import Array

Function = Callable[[Point], float]
INFINITY = float("inf")
#: A variance below this fraction of the residual one (standard coordinates) is a rounding error of zero.
NOTHING = 1e-13


class Measured(NamedTuple):
    """A quantity in the engine's coordinates: value = origin + unit * standard value."""

    measure: Measure
    unit: float = 1.0
    origin: float = 0.0


@dataclass(frozen=True, eq=False)
class PathScale:
    """A scale on which a range ends at finite places; see docs/inference-intervals.md, section 3."""

    forward: Callable[[float], float]
    back: Callable[[float], float]
    low: float = -INFINITY
    high: float = INFINITY


def path_scale(name: str, estimate: float) -> PathScale:
    """The path scale of a range.

    Raises
    ------
    ModelError
        For an unknown one.
    """
    unit = estimate if estimate > 0 else 1.0
    scales = {
        "identity": PathScale(lambda f: f, lambda x: x),
        "log": PathScale(lambda f: np.log1p(f / unit), lambda x: unit * np.expm1(x), low=0.0),
        "atanh": PathScale(np.arcsin, np.sin, -np.pi / 2, np.pi / 2),
        "logit": PathScale(lambda f: 2.0 * np.arcsin(np.sqrt(f)), lambda x: np.sin(x / 2.0) ** 2, 0.0, np.pi),
    }
    if name not in scales:
        raise ModelError(unknown("scale", name, scales))
    return scales[name]


class Follower(NamedTuple):
    """What a quantity is followed with.

    Attributes
    ----------
    frame : Frame
    profiler : Profiler
    natural : callable
        From a local point to the point in the units of the data.
    """

    frame: Frame
    profiler: Profiler
    natural: Callable[[Any], Point]


class Quantity:
    """A function of a point, with what is known of it.

    Attributes
    ----------
    scale : {"identity", "log", "atanh", "logit"}
        What its range is: all numbers, the positive ones, -1 to 1, 0 to 1.
    """

    scale: str = "identity"
    #: Whether it is a function of fixed effects alone, which does not need variances to be identified.
    fixed = False
    #: Whether its estimate on the boundary of its range is zero; if not it has none there.
    zero = True

    def of(self, point: Point) -> Any:
        """Its value at a point."""
        raise NotImplementedError

    @property
    def rows(self) -> tuple[Array, ...]:
        """Combinations of standard random effects that must vary for it to be inside its range."""
        return ()

    @property
    def key(self) -> tuple | None:
        """The same for equal quantities, whose ends are then looked for once; None where nobody knows."""
        return None

    def over(self, points: Point) -> Array:
        """The quantity at each of many points, whose arrays have a leading axis."""
        return np.array([self.of(point) for point in points.each()], dtype=float)

    def moment(self) -> Quantity:
        """The same on the scale of variances."""
        return self

    def moves_beta(self, point: Point, errors: Array) -> bool:
        """Whether fixed effects play a part in it, tried a standard error away."""
        middle = self.of(point)
        return any(self.of(point.with_beta(point.beta + step)) != middle for step in np.diag(errors))

    def open_for(self, profiler: Profiler, cut: float) -> tuple[str, ...]:
        """Because of what nothing in its range can be excluded; empty where something can."""
        return ()

    def measured(self, follow: Follower, moves_beta: bool) -> Measured:
        """The quantity as profiles follow it, by differences."""
        scale = path_scale(self.scale, float(self.of(follow.natural(follow.profiler.estimate))))

        def x(local: Any) -> float:
            with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
                return float(scale.forward(self.of(follow.natural(local))))

        steps, ends = follow.profiler.steps, (scale.low, scale.high)
        return Measured(Smooth(x, scale.back, steps, *ends, moves_beta=moves_beta, key=self.key))


@dataclass(frozen=True, eq=False)
class FunctionOf(Quantity):
    """Any smooth function of a point."""

    function: Function
    scale: str = "identity"

    def of(self, point: Point) -> Any:
        try:
            return float(self.function(point))
        except GrowthCurvesError:
            raise
        except Exception as error:  # whatever the user's own code raises
            raise ModelError(
                f"The function of a point gives no number: {brief(str(error) or type(error).__name__)}."
            ) from error


@dataclass(frozen=True, eq=False)
class Sd(Quantity):
    """SD of a combination (q,) of the standard random effects."""

    row: Array
    scale = "log"

    def of(self, point: Point) -> Any:
        return np.sqrt(max(point.between(self.row), 0.0))

    @property
    def rows(self) -> tuple[Array, ...]:
        return (self.row,)

    def over(self, points: Point) -> Array:
        return np.sqrt(_variances(points, self.row))

    def moment(self) -> Quantity:
        return FunctionOf(lambda point: point.between(self.row))

    def moves_beta(self, point: Point, errors: Array) -> bool:
        return False

    def measured(self, follow: Follower, moves_beta: bool) -> Measured:
        return Measured(StandardDeviation.of(self.row, follow.profiler.estimate), follow.frame.scale)


@dataclass(frozen=True, eq=False)
class Cor(Quantity):
    """Correlation of two combinations of the standard random effects, with what the two are called."""

    first: Array
    second: Array
    called: tuple[str, str] = ("the first", "the second")
    scale = "atanh"
    zero = False

    def of(self, point: Point) -> Any:
        return correlation(point, self.first, self.second)

    @property
    def rows(self) -> tuple[Array, ...]:
        return (self.first, self.second)

    def over(self, points: Point) -> Array:
        size = np.sqrt(_variances(points, self.first)) * np.sqrt(_variances(points, self.second))
        with np.errstate(divide="ignore", invalid="ignore"):
            found = points.between(self.first, self.second) / size
        return np.where(size > 0.0, np.clip(found, -1.0, 1.0), np.nan)

    def moment(self) -> Quantity:
        return FunctionOf(lambda point: point.between(self.first, self.second))

    def moves_beta(self, point: Point, errors: Array) -> bool:
        return False

    def open_for(self, profiler: Profiler, cut: float) -> tuple[str, ...]:
        """Where the interval of one of the two SDs begins at zero, every correlation is as likely."""
        sds = [StandardDeviation.of(row, profiler.estimate) for row in self.rows]
        return tuple(
            name for name, sd in zip(self.called, sds, strict=True) if profiler.end(sd, -1, cut).value == 0.0
        )

    def measured(self, follow: Follower, moves_beta: bool) -> Measured:
        return Measured(Correlation(self.first, self.second))


@dataclass(frozen=True, eq=False)
class ResidualSd(Quantity):
    """SD of the residuals."""

    scale = "log"

    def of(self, point: Point) -> Any:
        return np.sqrt(point.residual_variance())

    def over(self, points: Point) -> Array:
        return np.sqrt(points.residual_variance())

    def moment(self) -> Quantity:
        return FunctionOf(lambda point: point.residual_variance())

    def moves_beta(self, point: Point, errors: Array) -> bool:
        return False

    def measured(self, follow: Follower, moves_beta: bool) -> Measured:
        return Measured(ResidualDeviation(), follow.frame.scale)


@dataclass(frozen=True, eq=False)
class OwnParameter(Quantity):
    """A parameter of the residual structure or of the family, by its place among them."""

    part: str
    place: int
    scale: str

    def of(self, point: Point) -> Any:
        part = getattr(point, self.part)
        return float("nan") if part is None else part.values()[self.place]

    @property
    def key(self) -> tuple | None:
        return (self.part, self.place, self.scale)

    def moves_beta(self, point: Point, errors: Array) -> bool:
        return False


@dataclass(frozen=True, eq=False)
class FixedEffect(Quantity):
    """A linear function l'beta of the fixed effects."""

    row: Array
    fixed = True

    def of(self, point: Point) -> Any:
        return float(self.row @ point.beta)

    def over(self, points: Point) -> Array:
        return points.beta @ self.row

    def moves_beta(self, point: Point, errors: Array) -> bool:
        return True

    def measured(self, follow: Follower, moves_beta: bool) -> Measured:
        frame = follow.frame
        direction = np.linalg.solve(frame.back_x.T, self.row)
        return Measured(Coefficient(direction), frame.scale, float(direction @ frame.offset))


def correlation(point: Point, left: Array, right: Array) -> float:
    """Correlation of two combinations of random effects; NaN where one does not vary."""
    one, other = point.between(left), point.between(right)
    size = np.sqrt(max(one, 0.0)) * np.sqrt(max(other, 0.0))  # each by itself: their product may leave the numbers
    return float(point.between(left, right) / size) if size > 0 else float("nan")


def _variances(points: Point, row: Array) -> Array:
    """Variance of a combination of the standard random effects in each replicate; rounding errors of zero are zero."""
    values = points.between(row)
    residual = 0.0 if points.residual is None else points.residual_variance()
    size = (residual + np.einsum("zaa->z", points.total())) * float(row @ row)
    return np.where(values > NOTHING * size, values, 0.0)
