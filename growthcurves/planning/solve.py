"""What a study must be to have a power: how many persons, for which effect."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from growthcurves.errors import ModelError, NotEstimableError
from growthcurves.numerics.arrays import Array
from growthcurves.planning.chance import Chance, PlannedTest, chance
from growthcurves.planning.design import Design
from growthcurves.planning.question import Question
from growthcurves.planning.study import MOST_PERSONS


def solve_persons(
    design: Design, asked: Question, sizes: Array, test: PlannedTest, power: float
) -> tuple[float, Chance]:
    """The number of persons, not rounded, that has the power.

    Raises
    ------
    NotEstimableError
        Where no number has.
    """

    if power <= test.alpha:
        raise ModelError(f"power={power:g} is no more than the level of the test: any study has it.")

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
    persons = root(lambda x: at(np.exp(x)) - power, np.log(low), np.log(high))
    return float(np.exp(persons)), chance(design, asked, sizes, float(np.exp(persons)), test)


def _fewest(design: Design) -> float:
    """The fewest persons that a study can have: one of each arm, and units that are not empty."""
    fewest = max(float(len(design.study.arms)), 1.0 / min(design.study.arms.values()))
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
    sizes = np.array([root(at, 0.0, high) * error])
    return sizes, chance(design, asked, sizes, persons, test)


def root(of: Callable[[float], float], low: Any, high: Any) -> float:
    """Where a function is zero, between places where its signs differ."""
    from scipy.optimize import brentq

    return float(brentq(of, low, high, xtol=1e-13, rtol=1e-13))
