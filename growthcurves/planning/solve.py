"""What a study must be to have a power: how many persons, which effect, how many visits, how long."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from growthcurves.errors import ModelError, NotEstimableError
from growthcurves.numerics.arrays import Array
from growthcurves.planning.answer import Plan
from growthcurves.planning.chance import Chance, PlannedTest, chance
from growthcurves.planning.design import Design
from growthcurves.planning.question import Question
from growthcurves.planning.study import MOST_PERSONS, MOST_VISITS, Study

#: Durations up to this many times that of one time unit are looked at.
LONGEST, SHORTEST = 1e6, 1e-6


def solve_persons(
    design: Design, asked: Question, sizes: Array, test: PlannedTest, power: float
) -> tuple[float, Chance]:
    """The number of persons, not rounded, that has the power.

    Raises
    ------
    NotEstimableError
        Where no number has.
    """

    def at(persons: float) -> float:
        found = chance(design, asked, sizes, persons, test).power
        return found if found == found else 0.0

    fewest = _fewest(design)
    if at(fewest) >= power:
        return fewest, chance(design, asked, sizes, fewest, test)
    low, high = fewest, 2.0 * fewest
    while at(high) < power:
        low, high = high, 2.0 * high
        if high > MOST_PERSONS:
            raise NotEstimableError(
                f"No number of persons has a power of {power:g}: with {MOST_PERSONS:,} it is {at(MOST_PERSONS):.2f}"
                + (", as the number of units is fixed" if design.study.levels else "")
                + "."
            )
    persons = _root(lambda x: at(np.exp(x)) - power, np.log(low), np.log(high))
    return float(np.exp(persons)), chance(design, asked, sizes, float(np.exp(persons)), test)


def _fewest(design: Design) -> float:
    """The fewest persons that a study can have: some of each arm, and units that are not empty."""
    fewest = float(len(design.study.arms))
    for units in design.study.levels.values():
        fewest = max(fewest, units.number or 0.0)
    return fewest


def solve_effect(
    design: Design, asked: Question, test: PlannedTest, persons: float, power: float
) -> tuple[Array, Chance]:
    """The smallest effect with the power.

    Raises
    ------
    ModelError
        For several differences, of which no one size is the smallest.
    NotEstimableError
        Where the test has no degrees of freedom.
    """
    if len(asked.names) > 1:
        raise ModelError(f"One difference has a smallest effect: name one of {', '.join(asked.names)} with test=.")
    unit = chance(design, asked, np.ones(1), persons, test)
    if unit.power != unit.power:
        raise NotEstimableError("The study has no degrees of freedom for this test: plan more persons or units.")
    error = float(unit.errors[0])

    def at(ratio: float) -> float:
        return chance(design, asked, np.array([ratio * error]), persons, test).power - power

    if at(0.0) >= 0:
        raise ModelError(f"power={power:g} is no more than the level of the test: any effect has it.")
    high = 1.0
    while at(high) < 0:
        high *= 2.0
    sizes = np.array([_root(at, 0.0, high) * error])
    return sizes, chance(design, asked, sizes, persons, test)


def solve_times(study: Study, plan_of: Callable[[Study], Plan], power: float) -> Plan:
    """The fewest visits, or the shortest duration, with the power.

    Raises
    ------
    NotEstimableError
        Where none has.
    """
    return _waves(study, plan_of, power) if study.open == ("waves",) else _duration(study, plan_of, power)


def _waves(study: Study, plan_of: Callable[[Study], Plan], power: float) -> Plan:
    given = {"duration": study.duration} if study.duration is not None else {"spacing": study.spacing}
    most = plan_of(study.replace(waves=MOST_VISITS, **given))
    if not most.power >= power:
        raise NotEstimableError(
            f"No number of visits has a power of {power:g}: with {MOST_VISITS} it is {most.power:.2f}, so plan more "
            f"persons."
        )
    found, too_few, enough = most, 1, MOST_VISITS
    while enough - too_few > 1:
        waves = (too_few + enough) // 2
        plan = _tried(plan_of, study.replace(waves=waves, **given))
        if plan is not None and plan.power >= power:
            found, enough = plan, waves
        else:
            too_few = waves
    return found


def _tried(plan_of: Callable[[Study], Plan], study: Study) -> Plan | None:
    """The plan of a study; None where it has too few visits for its curve."""
    try:
        return plan_of(study)
    except NotEstimableError:
        return None


def _duration(study: Study, plan_of: Callable[[Study], Plan], power: float) -> Plan:
    def at(x: float) -> float:
        return plan_of(study.replace(waves=study.waves, duration=float(np.exp(x)))).power - power

    low, high = np.log(SHORTEST), np.log(LONGEST)
    if at(high) < 0:
        found = at(high) + power
        raise NotEstimableError(f"No duration has a power of {power:g}: however long the study is, it is {found:.2f}.")
    if at(low) >= 0:
        raise NotEstimableError(f"Any duration has a power of {power:g}: the effect does not depend on it.")
    duration = float(np.exp(_root(at, low, high)))
    return plan_of(study.replace(waves=study.waves, duration=duration))


def _root(of: Callable[[float], float], low: Any, high: Any) -> float:
    from scipy.optimize import brentq

    return float(brentq(of, low, high, xtol=1e-13, rtol=1e-13))
