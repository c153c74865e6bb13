"""Units that hold persons: how many persons a unit has, or how many units there are."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from growthcurves.data.unit_words import unit_words
from growthcurves.errors import ModelError
from growthcurves.numerics.bounds import finite_number, several, shown_value, whole_number

#: The most units of a planned study.
MOST_UNITS = 10**9


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

    @property
    def even(self) -> bool:
        """Whether all units have one size, a whole number."""
        return len(self.sizes) == 1 and self.sizes[0] == round(self.sizes[0])

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
            return Units(name, (), float(whole_number(value["units"], number, 2, MOST_UNITS)))
        if set(value) != {"size"}:
            raise ModelError(f"{size}, such as 20, several sizes, or {{'units': 12}}, not {shown_value(value)}.")
        value = value["size"]
    sizes = tuple(finite_number(one, size) for one in several(value))
    if not sizes or min(sizes) < 1:
        raise ModelError(f"{size}, a number of 1 or more, not {shown_value(value)}.")
    return Units(name, sizes)


def are_spreads(levels: Any) -> bool:
    """Whether units are given with the SDs between them, as assumptions are, and not with their sizes.

    Examples
    --------
    >>> are_spreads({"site": {"slope": 0.3}}), are_spreads({"site": 12}), are_spreads({"site": {"units": 12}})
    (True, False, False)
    """
    if not isinstance(levels, Mapping):
        return False
    return any(isinstance(one, Mapping) and set(one) not in ({"units"}, {"size"}) for one in levels.values())


def unit_counts(levels: Mapping[str, Units], persons: float) -> dict[str, float]:
    """How many persons and units there are, innermost first, whole or not.

    Examples
    --------
    >>> unit_counts({"site": units_of("site", 12), "region": units_of("region", 4)}, 96)
    {'person': 96, 'site': 8.0, 'region': 2.0}
    """
    found, count = {"person": persons}, persons
    for name, units in levels.items():
        count = units.count(count)
        found[name] = count
    return found


def whole_arms(levels: Mapping[str, Units], randomised: str, arms: Mapping[Any, float]) -> dict[Any, int]:
    """Persons of each arm in whole units, at least as many as these: of what is randomised, and of what holds it.

    Examples
    --------
    >>> whole_arms({"site": units_of("site", 12)}, "site", {"control": 161.2, "treated": 161.2})
    {'control': 168, 'treated': 168}
    """
    persons = sum(arms.values())
    each = persons / unit_counts(levels, persons)[randomised]
    counts = {arm: whole(count / each) for arm, count in arms.items()}
    held = _held(levels, randomised)
    total = sum(counts.values())
    missing = -total % held
    shares = {arm: count / persons * (total + missing) for arm, count in arms.items()}
    for _ in range(missing):
        counts[max(shares, key=lambda arm: shares[arm] - counts[arm])] += 1
    return {arm: whole(count * each) for arm, count in counts.items()}


def _held(levels: Mapping[str, Units], randomised: str) -> int:
    """How many of what is randomised a unit of the highest level holds, where sizes above it say so."""
    found, above = 1, randomised == "person"
    for name, units in levels.items():
        if above:
            if not units.even:
                break
            found *= round(units.sizes[0])
        above = above or name == randomised
    return found


def whole(value: float) -> int:
    """The next whole number, where a value is not one but for rounding."""
    return math.ceil(value - 1e-9 * max(abs(value), 1.0))


def refuse_parts(levels: Mapping[str, Units], randomised: str, arms: Mapping[Any, float], persons: int | None) -> None:
    """Refuse units that are no whole ones, more units than what they hold, and arms that would share a unit.

    Raises
    ------
    ModelError
    """
    count: float | None = persons
    held = "persons"
    for name, units in levels.items():
        words, below, count = unit_words(name).several, count, _known_count(units, count)
        if below is not None and count is not None and count > below:
            raise ModelError(
                f"There are {count:g} {words} for {below:g} {held}: units above hold one or more of these."
            )
        if units.number is None and not units.even:
            return  # units of several sizes are as many as a mean size makes
        if units.even and below is not None and count is not None:
            _refuse_part(count, f"{below:g} {held}", f"{words} of {units.sizes[0]:g}", units, held)
        if name == randomised and count is not None and len(arms) > 1:
            _refuse_divided(count, words, arms)
        held = words


def _known_count(units: Units, below: float | None) -> float | None:
    return units.number if units.number is not None else None if below is None else units.count(below)


def _refuse_part(count: float, of: str, what: str, units: Units, held: str) -> None:
    if abs(count - round(count)) <= 1e-6:
        return
    size, fewer = units.sizes[0], math.floor(count)
    near = " or ".join(f"{one * size:g}" for one in (fewer, fewer + 1) if one)
    raise ModelError(
        f"{of} are {count:.4g} {what}, and there are whole ones: plan {near} {held}, or say in the place of their size "
        f"how many there are, {{'units': {max(fewer + 1, 2)}}}."
    )


def _refuse_divided(count: float, words: str, arms: Mapping[Any, float]) -> None:
    parts = {arm: count * share for arm, share in arms.items()}
    if any(abs(part - round(part)) > 1e-4 or round(part) < 1 for part in parts.values()):
        told = ", ".join(f"{arm} {part:.4g}" for arm, part in parts.items())
        raise ModelError(
            f"Whole {words} are randomised, and {count:g} of them are no whole number in each arm ({told}): plan "
            f"another number, or say with arms= which share of them each arm has."
        )
