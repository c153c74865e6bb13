"""Moments add up: the fit of pieces, added, is the fit of the whole.

Pieces have provisional centres of their own (outcome + 1e9 and time + 1e6 in one of them would cancel every digit
without), so that every sum is translated on the way.
"""

from __future__ import annotations

from dataclasses import replace
from functools import reduce
from operator import add

import numpy as np
import pandas as pd
import pytest
from reference_values import table

import growthcurves as gc
from growthcurves.engine.solution import solve
from growthcurves.engine.sums.coordinates import coordinates
from growthcurves.engine.sums.design import Terms
from growthcurves.engine.sums.moments import Moments, PersonMoments
from growthcurves.errors import DataError

LINEAR = Terms(((0, 0), (1, 0)), (0, 1), ((0, 1),))
WITH_ARM = Terms(((0, 0), (0, 1), (0, 2), (1, 0), (1, 1)), (0, 1), ((0, 1),))
VARYING = Terms(((0, 0), (1, 0), (2, 0)), (0, 1, 2), ((0, 1, 2),))
DIAGONAL = replace(LINEAR, blocks=((0,), (1,)))
INTERCEPTS = Terms(((0, 0), (1, 0)), (0,), ((0,),))


def panel(name: str) -> tuple[pd.DataFrame, Terms, list[str], list[str]]:
    """A table with columns id, y, row columns and weights, and the model's terms."""
    if name == "sleepstudy":
        data = table("sleepstudy.csv").rename(columns={"subject": "id", "reaction": "y"})
        return data, LINEAR, ["day"], []
    if name == "sleepstudy diagonal":
        data = table("sleepstudy_unbalanced.csv").rename(columns={"subject": "id", "reaction": "y"})
        return data, DIAGONAL, ["day"], []
    if name == "sleepstudy intercepts":
        data = table("sleepstudy_unbalanced.csv").rename(columns={"subject": "id", "reaction": "y"})
        return data, INTERCEPTS, ["day"], []
    if name == "arms":
        data = table("panel_arms.csv")
        data["drug"] = (data["arm"] == data["arm"].iloc[-1]).astype(float)
        return data, WITH_ARM, ["time"], ["drug", "age"]
    if name == "own times":
        return table("panel_own_times.csv"), LINEAR, ["time"], []
    data = table("panel_varying.csv")
    return data, VARYING, ["time", next(c for c in data if c not in ("id", "time", "y"))], []


PANELS = ("sleepstudy", "sleepstudy diagonal", "sleepstudy intercepts", "arms", "own times", "varying")


def people(data, terms, columns, weights, origins=()) -> PersonMoments:
    """PersonMoments of rows in any order; the model measures row columns from their origins."""
    made = (((0, 1.0),), *(((0, -origin), (k, 1.0)) for k, origin in enumerate(origins, 1)))
    terms = replace(terms, made=made) if origins else terms
    codes, labels = pd.factorize(data["id"])
    first = data.drop_duplicates("id")
    return PersonMoments.of_rows(
        terms,
        [data[name].to_numpy(float) for name in columns],
        data["y"].to_numpy(float),
        [first[name].to_numpy(float) for name in weights],
        len(labels),
        codes=codes,
        labels=np.asarray(labels),
    )


def fitted(moments: Moments, reml: bool = True):
    return solve(moments, coordinates(moments), reml)


def printed(solution) -> list[str]:
    """Everything that a summary prints of a solution, to the digits that it prints and two more."""
    G, errors = solution.G, np.sqrt(np.diag(solution.cov_beta))
    size = np.sqrt(np.maximum(np.diag(G), 0))
    numbers = [*solution.beta, *errors, *size, np.sqrt(solution.sigma2)]
    numbers += [G[a, b] / (size[a] * size[b]) for a in range(len(G)) for b in range(a) if size[a] * size[b] > 0]
    return [f"{value:.6g}" for value in numbers]


def same(solution, whole):
    assert solution.verdict.converged == whole.verdict.converged
    assert solution.verdict.singular == whole.verdict.singular
    assert solution.verdict.identified == whole.verdict.identified
    assert solution.deviance == pytest.approx(whole.deviance, rel=1e-9)
    assert printed(solution) == printed(whole)


def by_persons(data, pieces, seed=0):
    """Whole persons in each piece."""
    ids = data["id"].unique()
    where = np.random.default_rng(seed).integers(0, pieces, ids.size)
    where[:pieces] = np.arange(pieces)
    return [data[data["id"].isin(ids[where == k])] for k in range(pieces)]


def by_rows(data, pieces, seed=0):
    """Rows of one person in several pieces."""
    where = np.random.default_rng(seed).integers(0, pieces, len(data))
    return [data[where == k] for k in range(pieces)]


@pytest.mark.parametrize("reml", [True, False])
@pytest.mark.parametrize("pieces", [2, 5])
@pytest.mark.parametrize("name", PANELS)
def test_pieces_of_whole_persons(name, pieces, reml):
    data, *model = panel(name)
    whole = fitted(people(data, *model).moments(), reml)
    parts = [people(part, *model) for part in by_persons(data, pieces)]
    same(fitted(reduce(add, (part.moments() for part in parts)), reml), whole)
    together = reduce(add, parts)
    assert together.count == data["id"].nunique()
    same(fitted(together.moments(), reml), whole)


@pytest.mark.parametrize("pieces", [2, 5])
@pytest.mark.parametrize("name", PANELS)
def test_pieces_that_share_persons_are_merged_by_label(name, pieces):
    data, *model = panel(name)
    whole = people(data, *model)
    together = reduce(add, (people(part, *model) for part in by_rows(data, pieces)))
    assert together.count == whole.count and set(together.labels) == set(whole.labels)
    same(fitted(together.moments()), fitted(whole.moments()))


@pytest.mark.parametrize("name", ["sleepstudy", "arms", "own times"])
def test_one_row_at_a_time(name):
    data, *model = panel(name)
    some = data[data["id"].isin(data["id"].unique()[:20])]
    together = reduce(add, (people(some.iloc[[k]], *model) for k in range(len(some))))
    same(fitted(together.moments()), fitted(people(some, *model).moments()))


@pytest.mark.parametrize("outcome", [0.0, 1e6, 1e9])
@pytest.mark.parametrize("time", [0.0, 2000.0, 1e6])
@pytest.mark.parametrize("name", ["sleepstudy", "arms", "own times"])
def test_far_origins_cost_no_digit(name, time, outcome):
    """The rate, G at the data's own origin and -2 log REML are those of the data as they were."""
    data, terms, columns, weights = panel(name)
    grid = 2.0**-10  # y and t on a grid that survives + 1e9 and + 1e6 exactly
    data = data.assign(y=(data["y"] / grid).round() * grid, **{columns[0]: (data[columns[0]] / grid).round() * grid})
    whole = fitted(people(data, terms, columns, weights).moments())
    far = data.assign(y=data["y"] + outcome, **{columns[0]: data[columns[0]] + time})
    first, second = by_persons(far, 2)
    rows_first, rows_second = by_rows(far, 2)
    for both in (
        people(first, terms, columns, weights, (time,)).moments()
        + people(second, terms, columns, weights, (time,)).moments(),
        (people(rows_first, terms, columns, weights, (time,)) + people(rows_second, terms, columns, weights, (time,)))
        .moments(),
    ):
        found = fitted(both)
        assert found.deviance == pytest.approx(whole.deviance, rel=1e-9)
        beta = found.beta.copy()
        beta[0] -= outcome
        np.testing.assert_allclose(beta, whole.beta, rtol=1e-7, atol=1e-14 * outcome)
        np.testing.assert_allclose(found.G, whole.G, rtol=1e-6, atol=1e-7 * whole.G.max())
        assert found.sigma2 == pytest.approx(whole.sigma2, rel=1e-8)


@pytest.mark.parametrize("name", ["sleepstudy", "arms", "own times"])
def test_pieces_with_centres_far_apart(name):
    """Early cohorts and late ones: the pieces' own centres of time and outcome differ by thousands."""
    data, *model = panel(name)
    data = data.sort_values("id", kind="stable")
    late = data["id"].isin(data["id"].unique()[1::2])
    data = data.assign(y=data["y"] + np.where(late, 5000.0, 0.0))
    data[model[1][0]] = data[model[1][0]] + np.where(late, 1000.0, 0.0)
    whole = fitted(people(data, *model).moments())
    parts = [people(data[late == k], *model) for k in (True, False)]
    assert abs(parts[0].row_centre[-1] - parts[1].row_centre[-1]) > 1000
    same(fitted(parts[0].moments() + parts[1].moments()), whole)
    same(fitted((parts[0] + parts[1]).moments()), whole)


def packed(moments) -> dict[str, np.ndarray]:
    """The numbers of Moments or PersonMoments in an order that does not depend on the order of adding."""
    if isinstance(moments, PersonMoments):
        order = np.argsort(moments.labels)
        return {"gram": moments.gram[:, order], "weights": moments.weights[:, order]}
    out = {"total": moments.total, "sizes": np.array([moments.rows, moments.persons])}
    if moments.shared is not None:
        shared = moments.shared
        order = np.lexsort([*shared.G.reshape(len(shared.G), -1).T.round(9), shared.lengths])
        out |= {"counts": shared.counts[order], "T": shared.T[order], "G": shared.G[order]}
    return out


def close(left, right):
    a, b = packed(left), packed(right)
    assert a.keys() == b.keys()
    for key in a:
        np.testing.assert_allclose(a[key], b[key], rtol=1e-9, atol=1e-11 * np.abs(b[key]).max(initial=0.0))


@pytest.mark.parametrize("name", ["sleepstudy", "sleepstudy diagonal", "arms"])
@pytest.mark.parametrize("kind", ["persons", "rows", "moments"])
def test_commutative_and_associative(name, kind):
    data, *model = panel(name)
    cut = by_rows(data, 3) if kind == "rows" else by_persons(data, 3)
    a, b, c = (people(part, *model) for part in cut)
    if kind == "moments":
        a, b, c = a.moments(), b.moments(), c.moments()
    centre = a.row_centre, a.weight_centre
    close((b + a).recentred(*centre), a + b)
    close(((a + b) + c).recentred(*centre), a + (b + c))
    close((c + (b + a)).recentred(*centre), (a + b) + c)


@pytest.mark.parametrize("name", PANELS)
@pytest.mark.parametrize("kind", ["people", "moments"])
def test_recentring_there_and_back(name, kind):
    data, *model = panel(name)
    here = people(data, *model)
    here = here if kind == "people" else here.moments()
    rows = here.row_centre + np.array([0.0, *np.linspace(3.0, -700.0, here.row_centre.size - 1)])
    weights = here.weight_centre + np.array([0.0, *np.linspace(1.0, 20.0, here.weight_centre.size - 1)])
    there = here.recentred(rows, weights)
    assert np.array_equal(there.row_centre, rows)
    close(there.recentred(here.row_centre, here.weight_centre), here)
    if kind == "moments":
        same(fitted(there), fitted(here))
    assert here.recentred(here.row_centre, here.weight_centre) is here


def test_select_is_the_fit_without_the_column():
    data, terms, columns, weights = panel("arms")
    moments = people(data, terms, columns, weights).moments()
    without_age = Terms(((0, 0), (0, 1), (1, 0), (1, 1)), (0, 1), ((0, 1),))
    same(
        fitted(moments.select([0, 1, 3, 4], [0, 1])),
        fitted(people(data, without_age, columns, ["drug"]).moments()),
    )
    same(
        fitted(moments.select([0, 1, 2, 3, 4], [0])),
        fitted(people(data, replace(terms, z=(0,), blocks=((0,),)), columns, weights).moments()),
    )
    same(fitted(moments.select([0, 3], [0, 1])), fitted(people(data, LINEAR, columns, []).moments()))
    no_constant = replace(terms, z=(1,), blocks=((0,),))
    same(fitted(moments.select(range(5), [1])), fitted(people(data, no_constant, columns, weights).moments()))


@pytest.mark.parametrize("name", ["varying", "own times"])
def test_select_of_a_random_covariate(name):
    data, terms, columns, weights = panel(name)
    moments = people(data, terms, columns, weights).moments()
    fewer = Terms(terms.x, (0, 1), ((0, 1),)) if name == "varying" else replace(terms, z=(0,), blocks=((0,),))
    keep = [0, 1] if name == "varying" else [0]
    same(fitted(moments.select(range(len(terms.x)), keep)), fitted(people(data, fewer, columns, weights).moments()))


def test_select_of_everything_is_everything():
    data, *model = panel("arms")
    moments = people(data, *model).moments()
    same(fitted(moments.select(range(5), range(2))), fitted(moments))


def test_a_shared_schedule_and_times_of_ones_own_add_up():
    shared, terms, columns, _ = panel("sleepstudy")
    own = shared.assign(id=shared["id"] + 1000, day=shared["day"] + np.random.default_rng(2).uniform(0, 0.4, 180))
    parts = [people(part, terms, columns, []).moments() for part in (shared, own)]
    assert parts[0].shared is not None and parts[1].own is not None
    whole = fitted(people(pd.concat([shared, own]), terms, columns, []).moments())
    same(fitted(parts[0] + parts[1]), whole)
    same(fitted(parts[1] + parts[0]), whole)


def test_pieces_of_different_models_do_not_add_up():
    data, terms, columns, weights = panel("sleepstudy")
    one, two = people(data, terms, columns, weights), people(data, INTERCEPTS, columns, weights)
    for left, right in ((one, two), (one.moments(), two.moments())):
        with pytest.raises(ValueError, match="different models"):
            left + right


def test_a_person_with_different_weights_in_two_pieces_is_refused():
    data, *model = panel("arms")
    first, second = by_rows(data, 2)
    with pytest.raises(DataError, match="other predictors in one batch"):
        people(first, *model) + people(second.assign(age=second["age"] + 1), *model)


def test_adding_changes_neither_piece():
    data, *model = panel("arms")
    first, second = (people(part, *model) for part in by_rows(data, 2))
    before = [first.gram.copy(), second.gram.copy(), first.weights.copy(), second.weights.copy()]
    total = first + second
    total.moments()
    for now, then in zip([first.gram, second.gram, first.weights, second.weights], before, strict=True):
        assert np.array_equal(now, then)


def test_the_public_fit_is_the_fit_of_its_pieces():
    data = gc.load_dataset("sleepstudy")
    formula = "reaction ~ day + (day | subject)"
    whole = gc.fit(formula, data)
    parts = [gc.fit(formula, data[data["subject"] < 350]), gc.fit(formula, data[data["subject"] >= 350])]
    same(fitted(parts[0].sums.moments + parts[1].sums.moments), whole.estimates.solution)
    same(fitted((parts[0].sums.people + parts[1].sums.people).moments()), whole.estimates.solution)
