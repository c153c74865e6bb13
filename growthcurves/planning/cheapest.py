"""The cheapest of several designs that reach a power: persons, visits and units have a price."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Unpack

import pandas as pd

from growthcurves.data.markup import Block
from growthcurves.errors import ModelError, NotEstimableError
from growthcurves.planning.answer import Plan
from growthcurves.planning.asked import Asked, asked_of, checked_power
from growthcurves.planning.assumed import Asking
from growthcurves.planning.grid import combinations, varied
from growthcurves.planning.prices import checked_cost, persons_and_visits, price_of
from growthcurves.planning.study import Study
from growthcurves.planning.units import whole
from growthcurves.planning.words import over_words, probability
from growthcurves.results.tables.answer import Answer, text_table


@dataclass(frozen=True, eq=False, repr=False)
class CheapestDesign(Answer):
    """Designs that reach a power, with their costs.

    Attributes
    ----------
    table : DataFrame
        A row for each design, in the order in which they were given: what varies, then persons, visits (expected),
        units of each level, cost, power.
    over : tuple of str
        What varies.
    wanted : float
        The power that each has.
    best : Plan
        The cheapest.
    """

    over: tuple[str, ...]
    wanted: float
    best: Plan

    @property
    def cost(self) -> float:
        """The cost of the cheapest."""
        return float(self.table["cost"].min())

    def _found(self) -> str:
        row = self.table.loc[self.table["cost"].idxmin()]
        which = ", ".join(over_words(name, row[name]) for name in self.over)
        return (
            f"Cheapest with a power of {probability(self.wanted)}: {which}, {row['persons']:,.0f} persons, "
            f"{row['visits']:,.0f} visits, cost {row['cost']:,.0f}."
        )

    def __str__(self) -> str:
        return "\n".join([self.table.round({"visits": 0, "cost": 0, "power": 3}).to_string(index=False), self._found()])

    def _blocks(self) -> tuple[Block, ...]:
        return ("Designs and their costs", text_table(self.table), self._found())

    def to_dict(self) -> dict[str, Any]:
        return {**super().to_dict(), "over": list(self.over), "wanted": self.wanted, "best": self.best.to_dict()}


def cheapest_design(
    study: Study,
    effect: Any = None,
    *,
    cost: Mapping[str, Any],
    over: Mapping[str, Any],
    power: float = 0.8,
    **options: Unpack[Asking],
) -> CheapestDesign:
    """The cheapest of several designs that reach a power.

    Parameters
    ----------
    study : Study
        With its persons left open.
    effect
        As in `power`.
    cost : dict
        Prices: ``"person"`` (a number, or a dict by arm), ``"visit"`` (for each visit that is expected to take place),
        and of each unit of ``levels``; what is not named costs nothing.
    over : dict of str to list
        What varies between designs: ``"waves"``, ``"times"``, ``"arms"`` (allocations), ``"levels"`` (sizes of units),
        or another option of the study; all combinations are looked at.
    power : float
    **options
        As in `power`: slowing, test, at, since, alpha, sided, method, ddf, and what is assumed.

    Returns
    -------
    CheapestDesign
        ``.table``, ``.best``, ``.cost``.

    Raises
    ------
    ModelError
        As in `power`; for prices that are none.
    NotEstimableError
        Where no design has the power.

    Examples
    --------
    >>> import growthcurves as gc
    >>> found = gc.cheapest_design(gc.Study(duration=4), effect=0.4, cost={"person": 300, "visit": 100},
    ...                            over={"waves": [2, 3, 5, 9]}, sd_intercept=2, sd_slope=0.5, sd_residual=2)
    >>> found.table[["waves", "persons", "cost"]]
       waves  persons      cost
    0      2      150   75000.0
    1      3      150   90000.0
    2      5      130  104000.0
    3      9      104  124800.0
    """
    wanted = checked_power(power)
    asked = asked_of(study, effect, options, wanted)
    if study.persons is not None:
        raise ModelError("The cheapest design has as many persons as it needs: leave persons= out of the study.")
    things = varied(over)
    if not things:
        raise ModelError("over= says what varies between designs, such as {'waves': [3, 5, 9]}: name something.")
    if "persons" in things:
        raise ModelError("over= says what varies beside persons, which follow from the power.")
    plans = [(labels, plan) for labels, one in combinations(asked, things) if (plan := _sized(one)) is not None]
    if not plans:
        raise NotEstimableError(f"None of these designs has a power of {wanted:g} with any number of persons.")
    rows = [labels | _costs(plan, cost) for labels, plan in plans]
    table = pd.DataFrame(rows)
    return CheapestDesign(table, tuple(things), wanted, plans[int(table["cost"].idxmin())][1])


def _sized(asked: Asked) -> Plan | None:
    """The plan with as many persons as it needs; None where no number has the power."""
    try:
        return asked.sized()
    except NotEstimableError:
        return None


def _costs(plan: Plan, cost: Mapping[str, Any]) -> dict[str, Any]:
    """Persons, expected visits, units and the cost of a plan of whole persons."""
    study = plan.study
    prices = checked_cost(cost, ["person", "visit", *study.levels])
    total, visits = persons_and_visits(study, prices, plan.whole_arms)
    units = {name: whole(count) for name, count in plan.whole.held_units.items()}
    total += sum(count * price_of(prices.get(name, 0.0), f"a unit of {name!r}") for name, count in units.items())
    return {"persons": plan.total, "visits": visits, **units, "cost": total, "power": plan.power_of_whole}
