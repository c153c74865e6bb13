"""A residual structure with values that somebody assumes, on the visits of a planned study."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.contracts.parameters import Occasions
from growthcurves.errors import ModelError
from growthcurves.model.growth import GrowthModel
from growthcurves.model.occasions import PanelFacts
from growthcurves.numerics.arrays import Array
from growthcurves.planning.persons import PlannedPersons

#: More parameters than this no study tells: an unstructured covariance of 40 visits has 820.
MOST_PARAMETERS = 1000


@dataclass(frozen=True, eq=False)
class PlannedFacts(PanelFacts):
    """See `covariance.structure.Facts`: what a planned study answers, whose kinds of persons are not equally many."""

    shares_of: Any = None

    def shares(self, column: str, levels: Sequence[Any]) -> Sequence[float]:
        of_level = dict.fromkeys(levels, 0.0)
        values = self.panel.column(column).to_numpy()[self.panel.persons.first_rows]
        for value, share in zip(values, self.shares_of, strict=True):
            of_level[value] += share
        return [of_level[level] / sum(of_level.values()) for level in levels]


def learned(residual: Any, model: GrowthModel, persons: PlannedPersons) -> Any:
    """The structure with the planned visits and groups as part of its value."""
    if not hasattr(residual, "learned"):
        return residual
    return residual.learned(PlannedFacts(model, persons.panel, [kind.share for kind in persons.kinds]))


def with_values(residual: Any, values: Mapping[str, float]) -> Any:
    """A structure whose natural parameters have these values.

    Raises
    ------
    ModelError
        For a parameter that has no value, and values that no structure of this kind has, as correlations that no
        matrix can have together.
    """
    names = [parameter.name for parameter in residual.parameters()]
    missing = [name for name in names if name not in values]
    if missing:
        known = "sd_residual=" if missing[0] == "sd:residual" else f"values={{{missing[0]!r}: ...}}"
        raise ModelError(f"residual={residual.name!r} has {', '.join(names)}: give {missing[0]} a value, by {known}.")
    wanted = np.array([float(values[name]) for name in names])
    for parameter, value in zip(residual.parameters(), wanted, strict=True):
        if not parameter.low <= value <= parameter.high or (parameter.kind == "sd" and value <= 0):
            ends = f"between {parameter.low:g} and {parameter.high:g}" if np.isfinite(parameter.high) else "above 0"
            raise ModelError(f"{parameter.name} is a number {ends}, not {value:g}.")
    return _solved(
        residual, lambda made: np.array([float(one) for one in made.values()]), wanted, float(wanted[0]) ** 2
    )


def with_matrices(residual: Any, wanted: Sequence[tuple[Occasions, Array]]) -> Any:
    """A structure whose covariance matrices of these occasions are these.

    Raises
    ------
    ModelError
        Where the structure has no such matrices.
    """

    if len(residual.parameters()) > MOST_PARAMETERS:
        raise ModelError(
            f"residual={residual.name!r} has {len(residual.parameters()):,} parameters here, more than a study "
            f"can tell: take fewer visits, or a simpler structure."
        )

    def entries(made: Any) -> Array:
        return np.concatenate([made.matrix(at)[np.tril_indices(len(V))] for at, V in wanted])

    target = np.concatenate([V[np.tril_indices(len(V))] for _, V in wanted])
    return _solved(residual, entries, target, float(target[0]))


def _solved(residual: Any, of: Callable[[Any], Array], wanted: Array, scale: float) -> Any:
    """The structure of which something has these values, from where a search would begin with this variance."""
    from scipy.optimize import least_squares

    size = np.maximum(np.abs(wanted), 0.1 * np.abs(wanted).max())
    begin = np.append(np.log(max(scale, 1e-300)), residual.working)

    def made(x: Array) -> Any:
        return residual.moved(float(np.exp(x[0])), x[1:])

    def gap(x: Array) -> Array:
        return (of(made(x)) - wanted) / size

    with np.errstate(all="ignore"):
        found = least_squares(gap, begin, method="lm", xtol=1e-15, ftol=1e-15, gtol=1e-15)
    if not np.abs(found.fun).max() < 1e-8:
        raise ModelError(
            f"No covariance matrix of residual={residual.name!r} has the SDs and correlations that are given: take "
            f"residual='un', or other values."
        )
    return made(found.x)
