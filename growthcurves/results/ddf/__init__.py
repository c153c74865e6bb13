"""Degrees of freedom of fixed effects: one file per method. Never data, never pictures.

`METHODS` lists them; a method that a user passes as a value needs no line here.
"""

from __future__ import annotations

from typing import Any

from growthcurves.errors import ModelError, unknown
from growthcurves.results.ddf.normal import Normal
from growthcurves.results.ddf.satterthwaite import Satterthwaite

METHODS = {
    "satterthwaite": Satterthwaite(),
    "normal": Normal(),
}


def ddf_of(value: Any) -> Any:
    """A method from its short name, or the value itself.

    Raises
    ------
    ModelError
        For an unknown name, with the known ones.
    """
    if not isinstance(value, str):
        return value
    if value.lower() not in METHODS:
        raise ModelError(unknown("ddf method", value, METHODS))
    return METHODS[value.lower()]
