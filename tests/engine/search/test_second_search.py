"""The second search ends early only where nothing is lost by it."""

from __future__ import annotations

import numpy as np
import pytest

from growthcurves.engine.likelihood.problem import Problem, standard_problem
from growthcurves.engine.search import optimise as search
from growthcurves.engine.search.optimise import climb, moment_start, optimise, other_start, scored
from growthcurves.engine.sums.coordinates import coordinates
from growthcurves.engine.sums.design import Terms
from growthcurves.engine.sums.moments import PersonMoments


def hard_problem(seed: int) -> Problem:
    """Few persons of very different length, heavy tails, some persons without variation or with ten times as much."""
    rng = np.random.default_rng(seed)
    persons, q = int(rng.integers(5, 40)), int(rng.integers(1, 4))
    sizes = rng.integers(1, 9, persons)
    if rng.random() < 0.4:
        sizes[: persons // 4 + 1] = rng.integers(10, 80)
    starts = np.r_[0, np.cumsum(sizes)[:-1]]
    person = np.repeat(np.arange(persons), sizes)
    t = rng.normal(0, 1, sizes.sum()) if seed % 2 else (np.arange(sizes.sum()) - starts[person]).astype(float)
    u = rng.standard_t(rng.choice([1.5, 3, 30]), (persons, 3)) * np.array([1, 0.5, 0.1]) * rng.choice([0, 0.2, 1, 5])
    u[: persons // 2] *= rng.choice([0, 1, 10])
    e = rng.standard_t(rng.choice([1.5, 3, 30]), t.size) * np.repeat(rng.choice([0.1, 1, 10], persons), sizes)
    y = (u[person] * np.column_stack([np.ones_like(t), t, t * t])).sum(axis=1) + e
    blocks = (tuple(range(q)),) if rng.random() < 0.7 else tuple((a,) for a in range(q))
    terms = Terms(x=((0, 0), (1, 0), (0, 1), *([(2, 0)] if q == 3 else [])), z=tuple(range(q)), blocks=blocks)
    columns = [t, t * t] if q == 3 else [t]
    weight = rng.integers(0, 2, persons).astype(float)
    moments = PersonMoments.of_rows(terms, columns, y, [weight], persons, starts).moments()
    return standard_problem(moments, coordinates(moments), bool(seed % 3))


@pytest.mark.parametrize("seed", range(60))
def test_no_lower_optimum_is_lost(seed, monkeypatch):
    problem = hard_problem(seed)
    start = moment_start(problem)
    starts = [start, other_start(start, problem.partition)]
    short = optimise(problem, starts)
    monkeypatch.setattr(search, "AGREES", -1.0)  # nothing agrees: both searches go all the way
    whole = optimise(problem, starts)
    assert short.at.deviance <= whole.at.deviance + 1e-7 * (abs(whole.at.deviance) + 1)


def test_one_step_of_scoring_comes_near_the_optimum_from_afar():
    """The step is a consistent estimate: with many persons it ends within few standard errors of the optimum."""
    rng = np.random.default_rng(1)
    persons, occasions = 2000, 5
    person = np.repeat(np.arange(persons), occasions)
    t = np.tile(np.arange(float(occasions)), persons)
    u = rng.normal(size=(persons, 2)) @ np.array([[2.0, 0.3], [0.0, 0.6]])
    y = u[person, 0] + u[person, 1] * t + rng.normal(0, 1.5, t.size)
    terms = Terms(x=((0, 0), (1, 0)), z=(0, 1), blocks=((0, 1),))
    starts = np.arange(0, t.size, occasions)
    moments = PersonMoments.of_rows(terms, [t], y, [], persons, starts).moments()
    problem = standard_problem(moments, coordinates(moments), True)
    counter = search.Search(problem)
    best = climb(counter, moment_start(problem))
    assert best is not None
    away = counter.at(other_start(best.at.D, problem.partition))
    D = scored(problem, away, search.derivatives(problem, away))
    assert counter.at(D).deviance - best.at.deviance < 3.0  # from several hundred
    assert away.deviance - best.at.deviance > 100.0
