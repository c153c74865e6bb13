"""The parameters of the random part as quantities, and what an interval of one is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from growthcurves.contracts.finding import FAMILY, PERSON, RESIDUAL, Kind
from growthcurves.engine.estimates import Cor, OwnParameter, Point, Quantity, ResidualSd, Sd
from growthcurves.fitted import FittedModel
from growthcurves.remembered import remembered


class Interval(NamedTuple):
    """An interval; NaN with the reason where there is none. An end may be infinite."""

    low: float
    high: float
    note: str = ""


def vanishes(fit: FittedModel, quantity: Quantity) -> bool:
    """Whether a variance that the quantity needs is estimated as zero."""
    return not all(fit.estimates.varies(row) for row in quantity.rows)


def end_reached(fit: FittedModel, quantity: Quantity) -> float | None:
    """The end of its range at which a parameter of residuals or of the family is estimated; None where it lies inside.

    The search stops somewhere near it, which says nothing: another order of rows stops elsewhere.
    """
    if not isinstance(quantity, OwnParameter):
        return None
    if quantity.part == FAMILY:
        parameter = fit.family.parameters()[quantity.place]
        return parameter.low if parameter.name in fit.certificate.ends else None
    residual = fit.point.residual
    parameter = residual.parameters()[quantity.place]
    if parameter.name not in fit.certificate.ends:
        return None
    return parameter.end_near(float(residual.values()[quantity.place]), getattr(residual, "typical", None) or 1.0)


def on_boundary(fit: FittedModel, quantity: Quantity) -> bool:
    """Whether the quantity depends on a covariance matrix of random effects that is estimated on its boundary.

    There a variance is zero or a correlation one, or some other combination does not vary; estimates are not normal
    about the parameters, so that no quantity that such a matrix moves has a standard error (Self and Liang 1987).
    """
    if not fit.identified:
        return False
    if isinstance(quantity, OwnParameter) and quantity.part == FAMILY:
        return end_reached(fit, quantity) is not None
    off = off_boundary(fit)
    return off is not None and _value(quantity, off) != _value(quantity, fit.point)


@remembered
def off_boundary(fit: FittedModel) -> Point | None:
    """The estimates with variance added to every matrix that lacks rank; None where none does."""
    null, point = fit.estimates.verdict.null, fit.point
    lacking = [list(block) for block in fit.estimates.frame.partition if null[list(block)].any()]
    if not lacking:
        return None
    G = point.total().copy()
    largest = float(np.diag(G).max())
    residual = largest if point.residual is None else float(point.residual_variance())
    for block in lacking:
        G[block, block] += max(largest, residual) or 1.0
    return replace(point, levels={**point.levels, PERSON: G})


def _value(quantity: Quantity, point: Point) -> float:
    """The quantity at a point; minus infinity where it has none, so that two such are the same."""
    value = float(quantity.of(point))
    return value if value == value else -float("inf")


class Component(NamedTuple):
    """A parameter of the random part: what it is, whose, of which random effects or by which name, as a quantity."""

    kind: Kind
    unit: str
    of: Any
    quantity: Quantity


def every_parameter(fit: FittedModel) -> list[Component]:
    """SDs and correlations of the random effects of each level, then what the residual structure has."""
    part = fit.recipe.random
    unit, own = part.unit_of, part.own_names
    effects = {name: fit.standard_effect(name) for name in fit.random_names}
    sds = [Component(Kind.SD, unit[name], (own[name],), Sd(effect)) for name, effect in effects.items()]
    correlations = [
        Component(
            Kind.CORRELATION,
            unit[pair[0]],
            tuple(own[name] for name in pair),
            Cor(*(effects[name] for name in pair), called=pair),
        )
        for block in part.blocks
        for pair in itertools.combinations(block, 2)
    ]
    levels = {name: place for place, name in enumerate(dict.fromkeys(unit.values()))}
    by_level = sorted([*sds, *correlations], key=lambda one: levels[one.unit])
    return [*by_level, *_of_residual(fit), *_of_family(fit)]


def _of_family(fit: FittedModel) -> Iterator[Component]:
    """A dispersion, thresholds between categories."""
    for place, parameter in enumerate(() if fit.family is None else fit.family.parameters()):
        yield Component(Kind.PARAMETER, FAMILY, parameter.name, OwnParameter(FAMILY, place, parameter.scale))


def _of_residual(fit: FittedModel) -> Iterator[Component]:
    """The residual SD first, where there is one for all occasions; then what the structure has besides."""
    residual = fit.estimates.point.residual
    for place, parameter in enumerate(() if residual is None else residual.parameters()):
        if parameter.name == "sd:residual":
            quantity = ResidualSd() if fit.independent else OwnParameter(RESIDUAL, place, parameter.scale)
            yield Component(Kind.SD, RESIDUAL, (), quantity)
        else:
            yield Component(Kind.PARAMETER, RESIDUAL, parameter.name, OwnParameter(RESIDUAL, place, parameter.scale))
