"""The parameters of a fit as quantities, under their names in tables, and what an interval of one is."""

from __future__ import annotations

from typing import NamedTuple

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


def every_parameter(fit: FittedModel) -> dict[str, Quantity]:
    """SDs and correlations of the random effects, then the residual part's, under their names in tables."""
    found: dict[str, Quantity] = {f"sd:{name}": Sd(fit.standard_effect(name)) for name in fit.random_names}
    for block in fit.model.random.blocks:
        for i, a in enumerate(block):
            for b in block[i + 1 :]:
                found[f"cor:{a},{b}"] = Cor(fit.standard_effect(a), fit.standard_effect(b))
    return found | residual_parameters(fit)


def residual_parameters(fit: FittedModel) -> dict[str, Quantity]:
    """The residual SD first, where there is one; then what the structure has besides."""
    residual = fit.estimates.point.residual
    if residual is None:
        return {}
    found: dict[str, Quantity] = {}
    for place, parameter in enumerate(residual.parameters()):
        plain = place == 0 and parameter.kind == "sd"
        found[parameter.name] = ResidualSd() if plain else ResidualParameter(place, parameter.scale)
    return found
