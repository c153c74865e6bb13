"""What a planned study costs: persons, visits that are expected to take place, and units above persons."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from growthcurves.errors import ModelError, unknown
from growthcurves.numerics.bounds import finite_number, shown_value
from growthcurves.planning.study import Study


def checked_cost(cost: Any, things: Iterable[str]) -> Mapping[str, Any]:
    """Prices of known things.

    Raises
    ------
    ModelError
    """
    if not isinstance(cost, Mapping):
        raise ModelError(f"cost= is a dict such as {{'person': 500, 'visit': 100}}, not {shown_value(cost)}.")
    known = [*things]
    if not cost:
        raise ModelError("cost= has no price: give one of a person or of a visit.")
    for name in cost:
        if name not in known:
            raise ModelError(unknown("thing with a price", name, known))
    return cost


def persons_and_visits(study: Study, cost: Mapping[str, Any], counts: Mapping[Any, float]) -> tuple[float, float]:
    """What so many persons of each arm cost with their visits, and how many visits are expected."""
    by_arm = cost.get("person", 0.0)
    if isinstance(by_arm, Mapping):
        for arm in by_arm:
            if arm not in counts:
                raise ModelError(unknown("arm (for the price of a person)", arm, list(counts)))
    prices = {arm: by_arm.get(arm) if isinstance(by_arm, Mapping) else by_arm for arm in counts}
    total = sum(counts[arm] * price_of(price, f"a person of arm {arm!r}") for arm, price in prices.items())
    visits = sum(count * visits_of_one(study, arm) for arm, count in counts.items())
    return total + visits * price_of(cost.get("visit", 0.0), "a visit"), visits


def visits_of_one(study: Study, arm: Any) -> float:
    """How many visits of a person of an arm are expected."""
    return float(sum(one.share * (last * np.arange(1, len(last) + 1)).sum() for one, last in study.schedules[arm]))


def price_of(value: Any, what: str) -> float:
    """A price as a number.

    Raises
    ------
    ModelError
    """
    found = finite_number(value, f"The price of {what} is a number")
    if found < 0:
        raise ModelError(f"The price of {what} is a number of 0 or more, not {found:g}.")
    return found
