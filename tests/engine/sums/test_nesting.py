"""Sums of persons in units above them add up, also where a unit's persons come in several pieces."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from growthcurves.engine.likelihood.gaussian import criterion
from growthcurves.engine.likelihood.problem import standard_problem
from growthcurves.engine.sums.coordinates import coordinates
from growthcurves.engine.sums.design import Terms
from growthcurves.engine.sums.moments import PersonMoments
from growthcurves.engine.sums.nesting import Nesting
from growthcurves.engine.sums.whole import Sums

TERMS = Terms(x=((0, 0), (0, 1), (1, 0)), z=(0, 1, 0, 0), blocks=((0, 1), (2,), (3,)),
              levels=(("person", 2), ("class", 1), ("school", 1)))  # fmt: skip
PERSONS, WAVES = 60, 4


def people(persons, own):
    """Moments of some persons, each with a label; persons of a school are far apart among them."""
    rng = np.random.default_rng(1)
    time = np.tile(np.arange(WAVES, dtype=float), (PERSONS, 1)) + own * rng.uniform(-0.3, 0.3, (PERSONS, WAVES))
    outcome, weight = 5 + time + rng.normal(size=(PERSONS, WAVES)), rng.normal(size=PERSONS)
    school = np.arange(PERSONS) % 5
    classes = (np.arange(PERSONS) // 5) % 3  # numbered anew in every school
    made = PersonMoments.of_rows(TERMS, [time[persons].ravel()], outcome[persons].ravel(), [weight[persons]],
                                 len(persons), np.arange(len(persons)) * WAVES, labels=persons)  # fmt: skip
    return replace(made, nesting=Nesting.of([classes[persons], school[persons]]))


def deviance(moments):
    problem = standard_problem(moments, coordinates(moments), True)
    return criterion(problem, np.diag([0.7, 0.4, 0.3, 0.5])).deviance + problem.deviance_shift


@pytest.mark.parametrize("own", [False, True], ids=["shared", "own times"])
def test_pieces_add_up_where_schools_are_spread_over_them(own):
    whole = people(np.arange(PERSONS), own)
    pieces = [people(part, own) for part in (np.arange(7), np.arange(7, 33), np.arange(33, PERSONS))]
    at_once = deviance(whole.moments())
    persons_first = deviance((pieces[0] + pieces[1] + pieces[2]).moments())
    sums_alone = deviance(pieces[0].moments() + pieces[1].moments() + pieces[2].moments())
    assert persons_first == pytest.approx(at_once, abs=1e-9) and sums_alone == pytest.approx(at_once, abs=1e-9)


def test_units_are_told_apart_within_those_that_hold_them():
    nesting = people(np.arange(PERSONS), False).nesting
    assert nesting.counts == (15, 5) and nesting.parents(0).tolist() == sorted(nesting.parents(0).tolist())


def test_some_of_the_persons_keep_their_units():
    nesting = people(np.arange(PERSONS), False).nesting
    some = nesting.take(np.arange(10, 20))
    assert [len(one) for one in some.units] == [10, 10]
    assert [one.tolist() for one in some.by_person()] == [one[10:20].tolist() for one in nesting.by_person()]


def test_units_are_counted_over_persons_by_schedule_and_persons_one_by_one():
    together = people(np.arange(20), False).moments() + people(np.arange(20, PERSONS), True).moments()
    assert together.shared is not None and together.own is not None
    classes, schools = Sums.from_moments(None, together).unit_sizes
    assert classes.tolist() == [4.0] * 15 and schools.tolist() == [12.0] * 5
