"""Degrees of freedom of fixed effects: one file per method. Never data, never pictures.

`METHODS` lists them; a method that a user passes as a value needs no line here.
"""

from __future__ import annotations

from typing import Any

from growthcurves.errors import part_called
from growthcurves.results.ddf.between_within import BetweenWithin
from growthcurves.results.ddf.containment import Containment
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
}

#: What is taken where no method is asked for.
DDF = "satterthwaite"


def ddf_of(value: Any) -> Any:
    """A method from its short name, or the value itself.

    Raises
    ------
    ModelError
        For an unknown name, with the known ones.
    """
    return part_called("ddf method", value, METHODS, "df")
