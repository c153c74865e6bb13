"""Units that hold persons: how many persons a unit has, or how many units there are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.errors import ModelError
from growthcurves.numerics.bounds import finite_number, several, shown_value


@dataclass(frozen=True)
class Units:
    """Units above persons.

    Attributes
    ----------
    name : str
    sizes : tuple of float
        Sizes that are equally frequent; empty where the number of units is fixed.
    number : float or None
        Of units in all.
    """

    name: str
    sizes: tuple[float, ...]
    number: float | None = None

    def at(self, below: float) -> tuple[float, ...]:
        """The sizes of units where there are so many of what they hold."""
        return self.sizes if self.number is None else (below / self.number,)

    def count(self, below: float) -> float:
        """How many units there are, whole or not."""
        return self.number if self.number is not None else below / float(np.mean(self.sizes))


def units_of(name: Any, value: Any) -> Units:
    """Units from what a user may write: a size, a list of sizes, ``{"size": 20}``, ``{"units": 12}``.

    Raises
    ------
    ModelError
    """
    wanted = f"levels={{{name!r}: ...}} is a size such as 20, a list of sizes, or {{'units': 12}}"
    if isinstance(value, Mapping):
        if set(value) == {"units"}:
            number = finite_number(value["units"], wanted)
            if number < 2:
                raise ModelError(f"{wanted}, where units are 2 or more, not {number:g}.")
            return Units(name, (), number)
        if set(value) != {"size"}:
            raise ModelError(f"{wanted}, not {shown_value(value)}.")
        value = value["size"]
    sizes = tuple(finite_number(size, wanted) for size in several(value))
    if not sizes or min(sizes) < 1:
        raise ModelError(f"{wanted}, and a size is 1 or more, not {shown_value(value)}.")
    return Units(name, sizes)
