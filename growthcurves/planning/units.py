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
    size, number = f"Units of {name!r} have a size", f"Of units of {name!r} there is a number"
    if isinstance(value, Mapping):
        if set(value) == {"units"}:
            count = finite_number(value["units"], number)
            if count < 2:
                raise ModelError(f"{number}, 2 or more, not {count:g}.")
            return Units(name, (), count)
        if set(value) != {"size"}:
            raise ModelError(f"{size}, such as 20, several sizes, or {{'units': 12}}, not {shown_value(value)}.")
        value = value["size"]
    sizes = tuple(finite_number(one, size) for one in several(value))
    if not sizes or min(sizes) < 1:
        raise ModelError(f"{size}, a number of 1 or more, not {shown_value(value)}.")
    return Units(name, sizes)
