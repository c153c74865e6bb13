"""Residual covariance structures: one file per structure. Never pandas, never persons.

`RESIDUALS` lists them by short name.
"""

from __future__ import annotations

from growthcurves.errors import ModelError, unknown
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
    if not isinstance(value, str):
        return value
    if value not in RESIDUALS:
        raise ModelError(unknown("residual structure", value, RESIDUALS))
    return RESIDUALS[value]
