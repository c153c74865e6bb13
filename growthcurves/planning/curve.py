"""Power over a grid: against persons, waves, an effect, an assumption, or two of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Unpack

import numpy as np
import pandas as pd

from growthcurves.data.markup import Block
from growthcurves.errors import ModelError, NotEstimableError
from growthcurves.numerics.bounds import whole_number
from growthcurves.planning.answer import Plan
from growthcurves.planning.asked import Asked, asked_of, checked_power
from growthcurves.planning.assumed import Asking
from growthcurves.planning.grid import combinations, varied
from growthcurves.planning.study import MOST_PERSONS, Study
from growthcurves.planning.words import over_words, probability
from growthcurves.results.tables.answer import Answer, text_table

#: Points of an axis of persons that is not given, and the powers between which they lie.
POINTS, SHOWN = 25, (0.2, 0.97)


@dataclass(frozen=True, eq=False, repr=False)
class PowerCurve(Answer):
    """The power of a study over one or two things that vary.

    Attributes
    ----------
    table : DataFrame
        A row for each combination: what varies, then power, effect, std_error, df, persons, waves, duration,
        reliability (of persons' own rates).
    over : tuple of str
        What varies, the axis first.
    wanted : float
        The power that is looked for.
    needed : dict
        The persons that have it, not rounded, of each value of what varies beside persons; missing where no number
        has.
    whole : dict
        The same in whole persons and units of every arm; None where no number has.
    """

    over: tuple[str, ...]
    wanted: float
    needed: Mapping[Any, float]
    whole: Mapping[Any, int | None]
    plan: Plan

    def __str__(self) -> str:
        return "\n".join([self._title(), self._shown().to_string(index=False), *self._found()])

    def _title(self) -> str:
        return f"Power over {' and '.join(over_words(name) for name in self.over)}"

    def _shown(self) -> pd.DataFrame:
        if len(self.over) == 1:
            return self.table[[*self.over, "power"]].round({"power": 3})
        found = self.table.pivot(index=self.over[0], columns=self.over[1], values="power").round(3)
        return found.rename_axis(None, axis=1).reset_index()

    def _found(self) -> Iterator[str]:
        if "persons" not in self.over:
            return
        for value, persons in self.whole.items():
            which = "" if value is None else f" with {over_words(self.over[1], value)}"
            told = "no number of persons" if persons is None else f"{persons:,} persons"
            yield f"A power of {probability(self.wanted)}{which}: {told}."

    def _blocks(self) -> tuple[Block, ...]:
        return (self._title(), text_table(self._shown()), *self._found())

    def to_dict(self) -> dict[str, Any]:
        needed = [{"value": value, "persons": count} for value, count in self.needed.items()]
        return {**super().to_dict(), "over": list(self.over), "wanted": self.wanted, "needed": needed}

    def plot(self, kind: str = "power", **options: Any) -> Any:
        """A picture of the curve.

        Parameters
        ----------
        kind : {"power", "map", "reliability"}
            The power against the first thing that varies, a line for each value of the second; the power as a map of
            both; the reliability of persons' own rates against it.
        **options
            ``ax=`` of matplotlib to draw on, or ``figsize=`` (inches).

        Returns
        -------
        Axes
            Of matplotlib.

        Raises
        ------
        ModelError
            For an unknown picture, with the known ones.
        NotEstimableError
            Where it does not apply, with the reason.

        Examples
        --------
        >>> import growthcurves as gc
        >>> study = gc.Study(times=[0, 1, 2, 3])
        >>> curve = gc.power_curve(study, effect=0.3, sd_intercept=1, sd_slope=0.5, sd_residual=1)
        >>> axes = curve.plot()
        """
        from growthcurves.plots import plot_plan

        return plot_plan(self, kind, **options)


def power_curve(
    study: Study,
    effect: Any = None,
    *,
    over: Mapping[str, Any] | None = None,
    power: float = 0.8,
    **options: Unpack[Asking],
) -> PowerCurve:
    """The power of a study over a grid of designs, effects or assumptions.

    Parameters
    ----------
    study : Study
    effect
        As in `power`.
    over : dict of str to list, optional
        What varies, one or two of: options of the study (``"persons"``, ``"waves"``, ``"duration"``, ``"spacing"``,
        ``"dropout"``, ``"levels"``), ``"effect"``, ``"slowing"``, ``"alpha"``, and assumptions such as ``"sd_slope"``.
        The first is the axis. Where the study leaves its persons open these are the axis, at numbers between a power of
        .2 and one of .97.
    power : float
        That is looked for; persons that have it are told.
    **options
        As in `power`: slowing, test, at, since, alpha, sided, method, ddf, and what is assumed.

    Returns
    -------
    PowerCurve
        ``.table``, ``.needed``, ``.plot()``, ``.plot("map")``, ``.plot("reliability")``.

    Raises
    ------
    ModelError, NotEstimableError
        As in `power`; for what cannot vary.

    Examples
    --------
    >>> import growthcurves as gc
    >>> curve = gc.power_curve(gc.Study(duration=4), effect=0.4, over={"waves": [3, 5, 9]},
    ...                        sd_intercept=2, sd_slope=1, correlation=0.2, sd_residual=1.5)
    >>> {waves: round(persons, 1) for waves, persons in curve.needed.items()}
    {3: 253.3, 5: 242.3, 9: 227.6}
    """
    wanted = checked_power(power)
    asked = asked_of(study, effect, options, wanted)
    return curve_of(asked, over, wanted)


def curve_of(asked: Asked, over: Any, wanted: float) -> PowerCurve:
    """The power over a grid of what was asked."""
    things = _things(asked.study, over)
    settings = list(combinations(asked, {name: values for name, values in things.items() if name != "persons"}))
    needed, whole = {}, {}
    for labels, one in settings:
        value = next(iter(labels.values()), None)
        needed[value] = count = one.needed(wanted)
        whole[value] = sum(one.study.whole_arms(count).values()) if count == count else None
    persons = things.get("persons", [asked.study.persons]) or _persons_shown([one for _, one in settings])
    plans = [(labels, one.plan(float(count), "curve")) for labels, one in settings for count in persons]
    rows = [_row(tuple(things), labels, plan) for labels, plan in plans]
    return PowerCurve(pd.DataFrame(rows), tuple(things), wanted, needed, whole, plans[-1][1])


def _things(study: Study, over: Any) -> dict[str, list[Any]]:
    """What varies with its values; persons first where the study leaves them open."""
    found = varied(over)
    if study.persons is None and "persons" not in found:
        found = {"persons": [], **found}
    if not 1 <= len(found) <= 2:
        raise ModelError("over= names one or two things that vary" + (", persons among them." if found else "."))
    for count in found.get("persons", []):
        whole_number(count, "Persons vary over numbers", 2, MOST_PERSONS)
    return found


def _persons_shown(settings: list[Asked]) -> list[int]:
    """Numbers of persons over which the power of some setting rises."""
    found = np.array([[one.needed(power) for power in SHOWN] for one in settings])
    if np.isnan(found).all(axis=0).any():
        raise NotEstimableError("No number of persons has any power here: name some, as what varies.")
    low, high = np.nanmin(found[:, 0]), np.nanmax(found[:, 1])
    return sorted({2 * round(one / 2) for one in np.linspace(max(low, 4.0), high, POINTS)})


def _row(things: tuple[str, ...], labels: dict[str, Any], plan: Plan) -> dict[str, Any]:
    first = plan.table.iloc[0]
    persons = round(plan.persons)
    numbers = {name: first[name] for name in ("power", "effect", "std_error", "df", "waves", "duration")}
    varying = {name: persons if name == "persons" else labels[name] for name in things}
    return varying | numbers | {"persons": persons, "reliability": plan.reliability} | varying
