"""The answer to when persons are best seen."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import pandas as pd

from growthcurves.data.markup import Block
from growthcurves.errors import ModelError
from growthcurves.numerics.bounds import few, finite_number, several, whole_number
from growthcurves.numerics.times import time_texts
from growthcurves.output.numbers import percent_text
from growthcurves.planning.answer import WIDTH, Plan
from growthcurves.planning.asked import Asked, asked_of, checked_power
from growthcurves.planning.assumed import Asking
from growthcurves.planning.prices import checked_cost
from growthcurves.planning.question import question
from growthcurves.planning.schedule import refuse_moving
from growthcurves.planning.spacing import Search, Times
from growthcurves.planning.study import MOST_VISITS, Study
from growthcurves.results.tables.answer import Answer, text_table

#: Visits of a search lie at least this share of their even distance apart, unless something else is asked for.
APART = 0.2
#: Persons of a study that leaves them open: the best times do not depend on them.
PERSONS = 100.0


@dataclass(frozen=True, eq=False, repr=False)
class OptimalTimes(Answer):
    """Visit times that tell most of an effect.

    Attributes
    ----------
    table : DataFrame
        Two rows for each number of visits, the given (or evenly spaced) times and the best ones: visits, schedule,
        times, std_error, cost (of a person with visits, where there are prices), efficiency (against the first row).
    times : tuple of float
        The best.
    efficiency : float
        How many times the persons, or the costs, the given times take for the same standard error.
    plan : Plan or None
        The study with the best times; None where no size of an effect is given.
    what : str
        What is tested.
    apart : float
        The shortest time between two visits that was allowed.
    """

    times: Times
    efficiency: float
    plan: Plan | None
    what: str
    apart: float

    def __str__(self) -> str:
        shown = self.table.round({"std_error": 4, "cost": 1, "efficiency": 3})
        return "\n".join([shown.to_string(index=False), textwrap.fill(self._found(), WIDTH)])

    def _found(self) -> str:
        times = ", ".join(time_texts(np.round(np.array(self.times), 3)))
        found = f"Visits at {times} tell most of {self.what}"
        more = self.efficiency - 1.0
        if more < 5e-4:
            return f"{found}: those that are given."
        what = "money" if "cost" in self.table else "persons"
        return (
            f"{found}. With visits at {self.table['times'].iloc[0]} the same standard error takes "
            f"{percent_text(more, 1)} % more {what}."
        )

    def _blocks(self) -> tuple[Block, ...]:
        return ("When persons are best seen", text_table(self.table), self._found())

    def to_dict(self) -> dict[str, Any]:
        found = {**super().to_dict(), "times": list(self.times), "efficiency": self.efficiency, "apart": self.apart}
        return found | {"plan": None if self.plan is None else self.plan.to_dict()}


def optimal_times(
    study: Study,
    effect: Any = None,
    *,
    waves: Any = None,
    grid: Any = None,
    apart: Any = None,
    cost: Mapping[str, Any] | None = None,
    power: float = 0.8,
    **options: Unpack[Asking],
) -> OptimalTimes:
    """The visit times, over a given duration, with the lowest standard error of what is tested.

    The first and the last visit stay where they are; those in between are moved one after the other, from several
    beginnings, until none gains anything (on a small grid all schedules are looked at). The criterion is the variance
    of the tested effect by its expected information; with prices, times what a person costs with the visits that are
    expected to take place, which is the variance that a given sum of money buys.

    Parameters
    ----------
    study : Study
        With times, or with waves and duration, which make them even; persons may be left open.
    effect : float or dict, optional
        As in `power`; with it the answer has a plan.
    waves : int or list of int, optional
        Numbers of visits to look at, of which prices choose; those of the study by default.
    grid : float or list of float, optional
        Visits take place at multiples of this time from the first one, or at these times; anywhere by default.
    apart : float, optional
        The shortest time between two visits; a fifth of their even distance by default, and the grid's step on a grid.
    cost : dict, optional
        Prices: ``"person"`` (a number, or a dict by arm) and ``"visit"``.
    power : float
        That a study whose persons are open is planned for.
    **options
        As in `power`: slowing, test, at, since, alpha, sided, method, ddf, and what is assumed.

    Returns
    -------
    OptimalTimes
        ``.times``, ``.table``, ``.efficiency``, ``.plan``.

    Raises
    ------
    ModelError
        As in `power`; for visits that find no room, and SDs or correlations that belong to given visits.

    See Also
    --------
    growthcurves.power_curve, growthcurves.cheapest_design

    Examples
    --------
    >>> import growthcurves as gc
    >>> study = gc.Study(persons=200, waves=4, duration=4)
    >>> found = gc.optimal_times(study, effect=0.4, grid=0.5, sd_intercept=2, sd_slope=0.5, sd_residual=2)
    >>> found.times, round(found.efficiency, 2)
    ((0.0, 0.5, 3.5, 4.0), 1.23)
    """
    asked = asked_of(study, effect, options, checked_power(power))
    start = _start(study)
    _refuse_given_visits(asked)
    refuse_moving(asked, ["times"])
    prices = None if cost is None else checked_cost(cost, ["person", "visit"])
    starts = [start] if waves is None else _of_numbers(waves, start, prices)
    rows, best = [], []
    for one in starts:
        search = _search(asked, one, grid, apart, prices)
        best.append((search.best(one), search))
        rows += [_row(search, one, "given" if one == start else "even"), _row(search, best[-1][0], "best")]
    return _answer(asked, pd.DataFrame(rows), best, starts[0])


def _start(study: Study) -> Times:
    """The one schedule of the study."""
    if not isinstance(study, Study) or study.times is None:
        raise ModelError(
            "The best times are looked for over a duration: give a study with times=, or waves= and duration=."
        )
    schedules = {one.times for of_arm in study.times.values() for one in of_arm}
    if len(schedules) > 1:
        raise ModelError(
            "The best times are those of one schedule: give a study in which all are seen at the same times."
        )
    (times,) = schedules
    if len(times) < 3:
        raise ModelError(
            f"The first and the last visit stay where they are: {len(times)} visits leave none to be moved."
        )
    return times


def _refuse_given_visits(asked: Asked) -> None:
    """Refuse SDs and correlations that say something of single visits."""
    for name in ("covariance", "sd", "correlation"):
        value: Any = asked.options.get(name)
        if (
            value is not None
            and (name == "covariance" or np.ndim(value) > 0)
            and asked.options.get("shape") == "visits"
        ):
            raise ModelError(f"{name}= is of given visits, whose times are looked for here: give one number.")


def _of_numbers(waves: Any, start: Times, prices: Any) -> list[Times]:
    """Even schedules of several numbers of visits over the same duration."""
    numbers = [
        whole_number(one, "waves= is a number of visits", 3, MOST_VISITS) for one in few(several(waves), "waves=", 50)
    ]
    if not numbers:
        raise ModelError("waves= are numbers of visits, such as [4, 5, 6].")
    if len(numbers) > 1 and prices is None:
        raise ModelError(
            "More visits tell more: give the price of one, with cost=, to choose between numbers of visits."
        )
    return [tuple(map(float, np.linspace(start[0], start[-1], one))) for one in numbers]


def _search(asked: Asked, start: Times, grid: Any, apart: Any, prices: Any) -> Search:
    even = (start[-1] - start[0]) / (len(start) - 1)
    places = None if grid is None else _places(grid, start)
    least = APART * even if places is None else float(np.diff(places).min())
    if apart is not None:
        least = finite_number(apart, "apart= is a time between two visits")
        if not 0 < least <= even * (1 + 1e-9):
            raise ModelError(f"apart= is a time above 0 that leaves room for {len(start)} visits, up to {even:g}.")
    if places is not None and len(places) < len(start):
        raise ModelError(f"grid= has {len(places)} places for {len(start)} visits: give a finer one.")
    persons = PERSONS if asked.study.persons is None else float(asked.study.persons)
    return Search(asked, persons, least, places, prices)


def _places(grid: Any, start: Times) -> Times:
    """Where visits can be, the first and the last among them."""
    first, last = start[0], start[-1]
    if np.ndim(grid) == 0:
        step = finite_number(grid, "grid= is a step, or times at which visits can be")
        if not 0 < step <= last - first:
            raise ModelError(f"grid= is a step above 0 and up to the duration, {last - first:g}, not {step:g}.")
        inner = first + step * np.arange(1, few(range(int((last - first) / step) + 2), "grid=", 2000)[-1] + 1)
    else:
        inner = np.array([finite_number(one, "grid= has times") for one in several(grid)])
    kept = inner[(inner > first + 1e-9) & (inner < last - 1e-9)]
    return (first, *map(float, np.unique(kept)), last)


def _row(search: Search, times: Times, label: str) -> dict[str, Any]:
    """A schedule in the table."""
    rounded = ", ".join(time_texts(np.round(np.array(times), 3)))
    found = {"visits": len(times), "schedule": label, "times": rounded, "std_error": search.variance(times) ** 0.5}
    cost = {} if search.cost is None else {"cost": search.price(search.study(times))}
    return found | cost | {"efficiency": search.criterion(times)}


def _answer(asked: Asked, table: pd.DataFrame, best: list[tuple[Times, Search]], start: Times) -> OptimalTimes:
    values = table["efficiency"]
    table = table.assign(efficiency=values.iloc[0] / values)
    times, search = min(best, key=lambda one: one[1].criterion(one[0]))
    one = asked.varied({"times": list(times)})
    words = question(one.design, one.term, one.at, one.since).words
    plan = None
    if asked.effect is not None or asked.slowing is not None:
        plan = one.sized() if asked.study.persons is None else one.plan(float(asked.study.persons))
    return OptimalTimes(table, times, float(table["efficiency"].max()), plan, words, search.apart)
