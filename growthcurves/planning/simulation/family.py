"""The family of planned outcomes with the values that are assumed of its own parameters."""

from __future__ import annotations

from typing import Any

import numpy as np

from growthcurves.errors import ModelError, NotAvailableError
from growthcurves.planning.assumed import Assumed, Options


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


def refuse_unmeant(known: Assumed, options: Options) -> None:
    """Refuse options that outcomes of a family do not have, and a mean that is not said.

    Raises
    ------
    ModelError
    """
    if known.model.family is None:
        return
    name = known.model.family.name
    for option in ("sd_residual", "sd", "icc", "reliability"):
        if options.get(option) is not None:
            raise ModelError(
                f"{option}= is of outcomes with normal residuals, which family={name!r} does not have: leave it out, "
                f"and give SDs between persons on the scale of the link."
            )
    if known.intercept is None:
        raise ModelError(
            f"What outcomes of family={name!r} tell depends on their mean: give intercept=, the mean at time 0 on the "
            f"scale of the link, and slope= where it changes."
        )


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
