"""Degrees of freedom of fixed effects: one file per method. Never data, never pictures.

`METHODS` lists them; a method that a user passes as a value needs no line here.
"""

from __future__ import annotations

from typing import Any

from growthcurves.errors import ModelError, part_called
from growthcurves.fitted import FittedModel
from growthcurves.results.ddf.between_within import BetweenWithin
from growthcurves.results.ddf.containment import Containment
from growthcurves.results.ddf.design import DesignDf
from growthcurves.results.ddf.kenward_roger import KenwardRoger
from growthcurves.results.ddf.normal import NormalDf
from growthcurves.results.ddf.residual import ResidualDf
from growthcurves.results.ddf.robust import Robust
from growthcurves.results.ddf.satterthwaite import Satterthwaite

METHODS = {
    "satterthwaite": Satterthwaite(),
    "kenward-roger": KenwardRoger(),
    "between-within": BetweenWithin(),
    "containment": Containment(),
    "residual": ResidualDf(),
    "normal": NormalDf(),
    "robust": Robust(),
    "design": DesignDf(),
}

#: What is taken where no method is asked for: of normal outcomes, and of families.
DDF, OF_FAMILIES = "satterthwaite", "normal"
#: The same of fits with a sampling design, which have no others, as these rest on the model's own errors.
OF_DESIGNS = ("design", "normal")


def known_ddf(value: Any) -> Any:
    """A method from its short name, or the value itself; None, the default of each fit, stays.

    Raises
    ------
    ModelError
        For an unknown name, with the known ones.
    """
    return None if value is None else part_called("ddf method", value, METHODS, "df")


def ddf_of(value: Any, fit: FittedModel) -> Any:
    """The method for a fit, by default Satterthwaite's of normal outcomes and z tests of others.

    Raises
    ------
    ModelError
        For an unknown name, with the known ones; for a method that does not exist for the fit's outcomes.
    NotEstimableError
        For a kind of robust errors that does not.
    """
    found = known_ddf(value)
    if fit.weighing is not None:
        method = _by_design(METHODS["design"] if found is None else found)
        return method.taken_for(fit) if isinstance(method, DesignDf) else method
    if isinstance(found, DesignDf):
        raise ModelError("ddf='design' is of a sampling design, and this fit has none: fit with design=.")
    if found is None:
        return METHODS[DDF if fit.family is None else OF_FAMILIES]
    if fit.family is not None and getattr(found, "normal_outcomes", False):
        raise ModelError(
            f"Degrees of freedom by {found.label} are of normal outcomes: of family={fit.family.name!r} "
            f"there are 'normal' (z tests, the default), 'between-within', 'containment', 'residual' and 'robust'."
        )
    return found.taken_for(fit) if hasattr(found, "taken_for") else found


def _by_design(method: Any) -> Any:
    """A method that rests on no model.

    Raises
    ------
    ModelError
        For the others.
    """
    if not isinstance(method, (DesignDf, NormalDf)):
        raise ModelError(
            f"ddf= is 'design' (the default) or 'normal' for a fit with design=: {method.label} rests on the model's "
            f"own errors."
        )
    return method
