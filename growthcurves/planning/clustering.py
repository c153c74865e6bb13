"""Design effects: groups of persons who are alike, where nothing but their size and intraclass correlation is known."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.errors import ModelError, unknown
from growthcurves.numerics.bounds import finite_number, several, shown_value
from growthcurves.output.numbers import fixed_text
from growthcurves.planning.study import Study

#: What a design effect is made of.
PARTS = ("icc", "size", "cv")


@dataclass(frozen=True)
class DesignEffect:
    """How many times the variance of an estimate is what it would be of persons who are not in groups.

    Attributes
    ----------
    factor : float
    icc, size : float or None
        Intraclass correlation and mean size of the groups, where it was made of these.
    cv : float
        Coefficient of variation of the sizes.
    """

    factor: float
    icc: float | None = None
    size: float | None = None
    cv: float = 0.0

    def __str__(self) -> str:
        if self.size is None:
            return f"design effect {self.factor:.4g}"
        unequal = f" (coefficient of variation {self.cv:.2g})" if self.cv > 0 else ""
        correlation = fixed_text(float(self.icc or 0.0), 3).removeprefix("0")
        return (
            f"design effect {self.factor:.4g}, of groups of {self.size:g}{unequal} with an intraclass correlation of "
            f"{correlation}"
        )


def design_effect_of(value: Any, study: Study) -> DesignEffect | None:
    """From what a user may write: a number, or ``{"icc": .05, "size": 20}``, sizes that are equally frequent, a "cv".

    1 + (m - 1) rho for groups of m (Kish 1965); of sizes with the coefficient of variation c, 1 + ((1 + c^2) m - 1) rho
    (Eldridge, Ashby and Kerry 2006).

    Raises
    ------
    ModelError
    """
    if value is None:
        return None
    if study.levels:
        raise ModelError("design_effect= and the study's levels= both say in which groups persons are: leave one out.")
    if not isinstance(value, Mapping):
        factor = finite_number(value, "design_effect= is a number, or a dict such as {'icc': 0.05, 'size': 20}")
        if factor < 1:
            raise ModelError(f"design_effect= is a number of 1 or more, not {factor:g}.")
        return DesignEffect(factor)
    for name in value:
        if name not in PARTS:
            raise ModelError(unknown("part of design_effect=", name, PARTS))
    if not {"icc", "size"} <= set(value):
        raise ModelError("design_effect= by groups has both 'icc' and 'size', such as {'icc': 0.05, 'size': 20}.")
    return _of_groups(value)


def _of_groups(value: Mapping[str, Any]) -> DesignEffect:
    icc = finite_number(value["icc"], "'icc' of design_effect= is a share of the variance")
    if not 0.0 <= icc < 1.0:
        raise ModelError(f"'icc' of design_effect= is a share of the variance, from 0 to below 1, not {icc:g}.")
    sizes = [finite_number(one, "'size' of design_effect= is a number of persons") for one in several(value["size"])]
    if not sizes or min(sizes) < 1:
        raise ModelError(f"'size' of design_effect= is a number of 1 or more, not {shown_value(value['size'])}.")
    mean = float(np.mean(sizes))
    if len(sizes) > 1 and "cv" in value:
        raise ModelError(
            "'size' with several sizes says how they vary, and so does 'cv' of design_effect=: leave it out."
        )
    cv = finite_number(value.get("cv", np.std(sizes) / mean), "'cv' of design_effect= is a coefficient of variation")
    if cv < 0:
        raise ModelError(f"'cv' of design_effect= is a number of 0 or more, not {cv:g}.")
    return DesignEffect(1.0 + ((1.0 + cv**2) * mean - 1.0) * icc, icc, mean, cv)
