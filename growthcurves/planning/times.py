"""What a study must be to have a power: how many visits, how long."""

from __future__ import annotations

from typing import Any

import numpy as np

from growthcurves.errors import NotEstimableError
from growthcurves.planning.answer import Plan
from growthcurves.planning.asked import Asked
from growthcurves.planning.schedule import refuse_moving
from growthcurves.planning.solve import root
from growthcurves.planning.study import MOST_VISITS

#: Durations between these are looked at, in units of time.
SHORTEST, LONGEST = 1e-6, 1e6


def solved_times(asked: Asked) -> Plan:
    """The fewest visits, or the shortest duration, with the power that is looked for.

    Raises
    ------
    ModelError
        For assumptions that are of one schedule.
    NotEstimableError
        Where none has.
    """
    refuse_moving(asked, asked.study.open)
    return _waves(asked) if asked.study.open == ("waves",) else _duration(asked)


def _plan(asked: Asked, solved: str, **changes: Any) -> Plan:
    return asked.varied(changes).plan(float(asked.study.persons), solved)


def _waves(asked: Asked) -> Plan:
    study, power = asked.study, asked.wanted
    assert power is not None
    given = {"duration": study.duration} if study.duration is not None else {"spacing": study.spacing}
    found = _plan(asked, "waves", waves=MOST_VISITS, **given)
    if not found.power >= power:
        raise NotEstimableError(
            f"No number of visits has a power of {power:g}: with {MOST_VISITS} it is {found.power:.2f}, so plan more "
            f"persons."
        )
    too_few, enough = 1, MOST_VISITS
    while enough - too_few > 1:
        waves = (too_few + enough) // 2
        plan = _tried(asked, waves, given)
        if plan is not None and plan.power >= power:
            found, enough = plan, waves
        else:
            too_few = waves
    return found


def _tried(asked: Asked, waves: int, given: dict[str, Any]) -> Plan | None:
    """The plan of so many visits; None where they are too few for the curve."""
    try:
        return _plan(asked, "waves", waves=waves, **given)
    except NotEstimableError:
        return None


def _duration(asked: Asked) -> Plan:
    waves, power = asked.study.waves, asked.wanted
    assert power is not None

    def plan(x: float) -> Plan:
        return _plan(asked, "duration", waves=waves, duration=float(np.exp(x)))

    low, high = np.log(SHORTEST), np.log(LONGEST)
    most = plan(high).power
    if not most >= power:
        raise NotEstimableError(f"No duration has a power of {power:g}: however long the study is, it is {most:.2f}.")
    if plan(low).power >= power:
        raise NotEstimableError(f"Any duration has a power of {power:g}: the effect does not depend on it.")
    return plan(root(lambda x: plan(x).power - power, low, high))
