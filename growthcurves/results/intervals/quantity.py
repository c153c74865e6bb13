"""What intervals are made of: functions of fixed effects, G and residual variance, told apart by kind."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from growthcurves.contracts.finding import PERSON, RESIDUAL, Kind
from growthcurves.engine.profile.quantities import varies
from growthcurves.fitted import FittedModel
from growthcurves.results.intervals.delta import Function


class Interval(NamedTuple):
    """An interval; NaN with the reason where there is none. An end may be infinite."""

    low: float
    high: float
    note: str = ""


@dataclass(frozen=True, eq=False)
class Quantity:
    """A function of (beta, G, sigma^2), G that of the standard random effects.

    Attributes
    ----------
    function : callable
    scale : {"identity", "log", "atanh", "logit"}
        What its range is: all numbers, the positive ones, -1 to 1, 0 to 1.
    """

    function: Function
    scale: str


@dataclass(frozen=True, eq=False)
class SdQuantity(Quantity):
    """SD of a combination (q,) of the standard random effects."""

    combination: np.ndarray


@dataclass(frozen=True, eq=False)
class CorrelationQuantity(Quantity):
    """Correlation of two combinations of the standard random effects."""

    first: np.ndarray
    second: np.ndarray


@dataclass(frozen=True, eq=False)
class ResidualSd(Quantity):
    """SD of the residuals."""


@dataclass(frozen=True, eq=False)
class FixedEffect(Quantity):
    """A linear function l'beta of the fixed effects."""

    row: np.ndarray


def sd_of(combination: np.ndarray) -> SdQuantity:
    """SD of a combination of the standard random effects, such as ``fit.standard_effect("slope")``."""
    return SdQuantity(lambda beta, G, s: np.sqrt(max(combination @ G @ combination, 0.0)), "log", combination)


def correlation(G: np.ndarray, left: np.ndarray, right: np.ndarray) -> float:
    """Correlation of two combinations of random effects; NaN where one does not vary."""
    size = (left @ G @ left) * (right @ G @ right)
    return float(left @ G @ right / np.sqrt(size)) if size > 0 else float("nan")


def correlation_of(first: np.ndarray, second: np.ndarray) -> CorrelationQuantity:
    """Correlation of two combinations of the standard random effects."""
    return CorrelationQuantity(lambda beta, G, s: correlation(G, first, second), "atanh", first, second)


def residual_sd() -> ResidualSd:
    """SD of the residuals."""
    return ResidualSd(lambda beta, G, s: np.sqrt(s), "log")


def fixed_effect(row: np.ndarray) -> FixedEffect:
    """A linear function of the fixed effects."""
    return FixedEffect(lambda beta, G, s: float(row @ beta), "identity", row)


def on_boundary(fit: FittedModel, quantity: Quantity) -> bool:
    """Whether a variance that the quantity needs is estimated as zero."""
    combinations = [getattr(quantity, name) for name in ("combination", "first", "second") if hasattr(quantity, name)]
    return not all(varies(fit.solution.optimum.at.D, one) for one in combinations)


class Parameter(NamedTuple):
    """A parameter of the random part: what it is, whose, of which random effects, and as a quantity."""

    kind: Kind
    unit: str
    of: tuple[str, ...]
    quantity: Quantity


def every_parameter(fit: FittedModel) -> list[Parameter]:
    """SDs and correlations of the random effects, then the residual SD."""
    effects = {name: fit.standard_effect(name) for name in fit.random_names}
    sds = [Parameter(Kind.SD, PERSON, (name,), sd_of(effect)) for name, effect in effects.items()]
    correlations = [
        Parameter(Kind.CORRELATION, PERSON, pair, correlation_of(*(effects[name] for name in pair)))
        for block in fit.model.random.blocks
        for pair in itertools.combinations(block, 2)
    ]
    return [*sds, *correlations, Parameter(Kind.SD, RESIDUAL, (), residual_sd())]
