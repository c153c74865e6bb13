"""Residual covariance structures: one file per structure. Never pandas, never persons.

`RESIDUALS` lists them by short name; one that a user passes as a value follows `contracts.parameters.Residual` and
needs no line here.
"""

from __future__ import annotations

from typing import Any

from growthcurves.contracts.independent import Independent
from growthcurves.contracts.parameters import Residual
from growthcurves.errors import part_called

RESIDUALS: dict[str, Any] = {
    "independent": Independent(),
}


#: The kinds of structure, by the name under which a saved fit tells them apart.
RESIDUAL_KINDS: dict[str, type] = {type(value).__name__: type(value) for value in RESIDUALS.values()}


def residual_of(value: str | Residual) -> Residual:
    """A residual structure from its short name, or the value itself.

    Raises
    ------
    ModelError
        For an unknown name, with the known ones.
    """
    return part_called("residual structure", value, RESIDUALS)
