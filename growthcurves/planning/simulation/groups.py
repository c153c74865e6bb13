"""Who is simulated: persons of each arm and schedule, and how likely each of them is to be of which kind."""

from __future__ import annotations

from typing import Any

from growthcurves.engine.estimates import Counts
from growthcurves.planning.answer import apportioned
from growthcurves.planning.design import Design


def groups_of(design: Design) -> tuple[Counts, ...]:
    """Persons by arm and schedule, of fixed numbers; covariates and the last visit are drawn."""
    study, kinds = design.study, design.persons.kinds
    found = []
    for arm, persons in apportioned(_by_arm(design), study.persons).items():
        schedules = study.times[arm]
        sizes = apportioned({i: persons * one.share for i, one in enumerate(schedules)}, persons)
        for place, one in enumerate(schedules):
            share = study.arms[arm] * one.share
            own = [k for k, kind in enumerate(kinds) if (kind.arm, kind.schedule) == (arm, place)]
            found.append(Counts(sizes[place], tuple(own), tuple(kinds[k].share / share for k in own)))
    return tuple(found)


def _by_arm(design: Design) -> dict[Any, float]:
    study = design.study
    return {arm: study.persons * share for arm, share in study.arms.items()}
