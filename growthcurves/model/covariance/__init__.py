"""Residual covariance structures: one file per structure. Never pandas, never persons.

`RESIDUALS` lists them by short name; one that a user passes as a value follows `contracts.parameters.Residual` and
needs no line here.
"""

from __future__ import annotations

from typing import Any

from growthcurves.contracts.independent import Independent
from growthcurves.contracts.parameters import Residual
from growthcurves.errors import part_called
from growthcurves.model.covariance.antedependence import AD, ADH
from growthcurves.model.covariance.autoregressive import AR1, ARH1, ARMA11
from growthcurves.model.covariance.compound_symmetry import CS, CSH
from growthcurves.model.covariance.over_time import CAR1, Exponential, Gaussian
from growthcurves.model.covariance.toeplitz import Toeplitz, ToeplitzH
from growthcurves.model.covariance.unequal import ExpVariance, Het, PowerVariance
from growthcurves.model.covariance.unstructured import Unstructured

RESIDUALS: dict[str, Any] = {
    "independent": Independent(),
    "het": Het(),
    "cs": CS(),
    "csh": CSH(),
    "ar1": AR1(),
    "arh1": ARH1(),
    "arma11": ARMA11(),
    "car1": CAR1(),
    "exp": Exponential(),
    "gau": Gaussian(),
    "toep": Toeplitz(),
    "toeph": ToeplitzH(),
    "ad": AD(),
    "adh": ADH(),
    "un": Unstructured(),
    "exp-variance": ExpVariance(),
    "power-variance": PowerVariance(),
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
