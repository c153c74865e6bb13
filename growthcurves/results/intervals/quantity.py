"""The parameters of the random part as quantities, and what an interval of one is."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

from growthcurves.contracts.finding import PERSON, RESIDUAL, Kind
from growthcurves.engine.estimates import Cor, Quantity, ResidualParameter, ResidualSd, Sd
from growthcurves.fitted import FittedModel


class Interval(NamedTuple):
    """An interval; NaN with the reason where there is none. An end may be infinite."""

    low: float
    high: float
    note: str = ""


def on_boundary(fit: FittedModel, quantity: Quantity) -> bool:
    """Whether a variance that the quantity needs is estimated as zero."""
    return not all(fit.estimates.varies(row) for row in quantity.rows)


class Component(NamedTuple):
    """A parameter of the random part: what it is, whose, of which random effects or by which name, as a quantity."""

    kind: Kind
    unit: str
    of: Any
    quantity: Quantity


def every_parameter(fit: FittedModel) -> list[Component]:
    """SDs and correlations of the random effects, then what the residual structure has."""
    effects = {name: fit.standard_effect(name) for name in fit.random_names}
    sds = [Component(Kind.SD, PERSON, (name,), Sd(effect)) for name, effect in effects.items()]
    correlations = [
        Component(Kind.CORRELATION, PERSON, pair, Cor(*(effects[name] for name in pair)))
        for block in fit.model.random.blocks
        for pair in itertools.combinations(block, 2)
    ]
    return [*sds, *correlations, *_of_residual(fit)]


def _of_residual(fit: FittedModel) -> Iterator[Component]:
    """The residual SD first, where there is one for all occasions; then what the structure has besides."""
    residual = fit.estimates.point.residual
    for place, parameter in enumerate(() if residual is None else residual.parameters()):
        if place == 0 and parameter.kind == "sd":
            yield Component(Kind.SD, RESIDUAL, (), ResidualSd())
        else:
            quantity = ResidualParameter(place, parameter.scale)
            yield Component(Kind.PARAMETER, RESIDUAL, parameter.name, quantity)
