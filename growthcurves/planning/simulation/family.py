"""The family of planned outcomes with the values that are assumed of its own parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from growthcurves.errors import ModelError, NotAvailableError
from growthcurves.planning.assumed import Assumed


def planned_family(known: Assumed) -> Any:
    """The family, ready to draw outcomes; None of normal ones.

    Raises
    ------
    ModelError
        For a parameter that has no value.
    NotAvailableError
        For outcomes that are not simulated.
    """
    model = known.model
    if model.family is None:
        return None
    if model.likelihood_family is None:
        raise ModelError(
            f"family={model.family.name!r} is normal on the scale of its logarithm: plan that, without family=."
        )
    if model.family.name == "ordinal":
        raise NotAvailableError("Ordered categories are not simulated in this version: plan them as yes or no.")
    for option in ("trials", "exposure", "offset"):
        if getattr(model, option, None) is not None:
            raise NotAvailableError(f"{option}= is a column of data, which a planned study does not know: leave it out")
    return _with_values(model.family, known)


def _with_values(family: Any, known: Assumed) -> Any:
    for parameter in family.parameters():
        value = known.values.get(parameter.name)
        if value is None:
            given = f"values={{{parameter.name!r}: ...}}"
            raise ModelError(f"family={family.name!r} has {parameter.name}: give it a value, by {given}.")
        if not parameter.low < value < parameter.high:
            raise ModelError(f"{parameter.name} of family={family.name!r} is a number above 0, not {value:g}.")
        family = family.moved(np.log([value]))
    return family
