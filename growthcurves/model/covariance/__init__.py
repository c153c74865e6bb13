"""Residual covariance structures: one file per structure. Never pandas, never persons.

`RESIDUALS` lists them by short name.
"""

from __future__ import annotations

from growthcurves.errors import part_called
from growthcurves.model.covariance.independent import Independent

RESIDUALS = {
    "independent": Independent(),
}


def residual_of(value: str | Independent) -> Independent:
    """A residual structure from its short name, or the value itself.

    Raises
    ------
    ModelError
        For an unknown name, with the known ones.
    """
    return part_called("residual structure", value, RESIDUALS)
