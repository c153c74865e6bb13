"""Outcomes that a predictor, or the person, decides: refused with what decides them, never a huge estimate."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc

NotEstimable = gc.errors.NotEstimableError


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(1)
    data = pd.DataFrame({"id": np.repeat(np.arange(60), 4), "week": np.tile(np.arange(4), 60)})
    data["arm"] = np.where(data["id"] % 2 == 0, "drug", "placebo")
    data["x"] = rng.normal(size=len(data))
    u = rng.normal(size=60)[data["id"]]
    data["well"] = (rng.random(240) < 1.0 / (1.0 + np.exp(-0.2 * data["week"] - u))).astype(int)
    drug = data["arm"] == "drug"
    return data.assign(
        all_well=np.where(drug, 1, data["well"]),
        above=(data["x"] > 0.3).astype(int),
        still=(data["id"] % 3 == 0).astype(int),
        calls=np.where(drug, 0, rng.poisson(2.0, 240)),
        state=np.where(drug, 0, np.digitize(0.2 * data["week"] + u + rng.logistic(size=240), [-1.0, 1.0])),
        right=np.where(drug, 5, rng.binomial(5, 0.4, 240)),
        five=5,
        late=np.where(drug & (data["week"] == 3), 1, data["well"]),
    )


@pytest.mark.parametrize("link", ["logit", "probit", "cloglog"])
def test_an_arm_with_one_answer(table, link):
    words = r"All 120 rows with arm drug \(30 persons\) have all_well 1: its effect grows without end"
    with pytest.raises(NotEstimable, match=words):
        gc.fit("all_well ~ week + arm + (1 | id)", table, family=gc.Binomial(link=link))


@pytest.mark.parametrize(
    ("outcome", "options", "value"),
    [
        ("calls", {"family": "poisson"}, "have calls 0"),
        ("calls", {"family": "negative-binomial"}, "have calls 0"),
        ("state", {"family": "ordinal"}, "have state 0"),
        ("right", {"family": "binomial", "trials": "five"}, "have right of all its trials"),
    ],
)
def test_every_family_with_an_end(table, outcome, options, value):
    with pytest.raises(NotEstimable, match=value):
        gc.fit(f"{outcome} ~ week + arm + (1 | id)", table, **options)


def test_all_trials_of_all_rows(table):
    many = table.assign(n=table["week"] + 1, all_right=table["week"] + 1)
    with pytest.raises(NotEstimable, match="All rows have all_right of all its trials"):
        gc.fit("all_right ~ week + (1 | id)", many, family="binomial", trials="n")


def test_with_a_random_slope_and_by_laplace(table):
    for random, quadrature in (("(week | id)", "auto"), ("(1 | id)", "laplace")):
        with pytest.raises(NotEstimable, match="rows with arm drug"):
            gc.fit(f"all_well ~ week * arm + {random}", table, family="binomial", quadrature=quadrature)


def test_a_number_that_decides(table):
    with pytest.raises(NotEstimable, match="rows with the lowest above have x up to 0.294.*, and all others from 0.3"):
        gc.fit("above ~ week + x + (1 | id)", table, family="binomial")


def test_a_combination_that_decides_some_rows(table):
    """All of the drug are well in week 3: neither arm nor week alone decides."""
    with pytest.raises(NotEstimable, match="A combination of .*arm.* tells the late of some rows for sure"):
        gc.fit("late ~ C(week) * arm + (1 | id)", table, family="binomial")


@pytest.mark.parametrize("quadrature", ["auto", "laplace", 5])
def test_nobody_changes(table, quadrature):
    with pytest.raises(NotEstimable, match="60 of 60 persons have the same 'still' in all their rows"):
        gc.fit("still ~ week + (1 | id)", table, family="binomial", quadrature=quadrature)


def test_nobody_leaves_the_category_that_is_the_own_one(table):
    """Persons in the middle are at no end, and as far from the others as one likes all the same."""
    still = table[table["id"] < 12].assign(still=table["id"] % 3)
    with pytest.raises(NotEstimable, match="12 of 12 persons have the same 'still' in all their rows"):
        gc.fit("still ~ week + (1 | id)", still, family="ordinal")


def test_overlapping_outcomes_are_fitted(table):
    assert gc.fit("well ~ week + arm + x + (1 | id)", table, family="binomial").certificate.converged
    rare = table.assign(rare=((table["week"] == 2) & (table["id"] < 9)).astype(int))
    assert abs(gc.fit("rare ~ week + (1 | id)", rare, family="cloglog").params["week"]) < 2.0


def test_the_last_week_alone(table):
    """One row of the last week has 1: the likelihood rises with the effect of the week, quasi-complete separation."""
    rare = table.assign(rare=((table["week"] == 3) & (table["id"] == 7)).astype(int))
    with pytest.raises(NotEstimable, match="lowest rare have week up to 3, and all others from 3 on"):
        gc.fit("rare ~ week + (1 | id)", rare, family="binomial")


def test_a_programme_finds_what_separation_is():
    """The four patterns of Albert and Anderson (1984): complete, quasi-complete and overlapping, by hand."""
    from growthcurves.engine.families.unlimited import _programme

    x = np.array([[1.0, -2.0], [1.0, -1.0], [1.0, 1.0], [1.0, 2.0]])
    none = np.zeros((0, 2))
    cases = {(-1, -1, 1, 1): True, (-1, 1, -1, 1): False, (1, -1, -1, 1): False, (1, 1, 1, 1): True}
    for signs, there in cases.items():
        assert (_programme(x * np.array(signs)[:, None], none) is not None) is there
    quasi = np.array([[-1.0, 1.0], [-1.0, 0.0], [1.0, 0.0], [1.0, 1.0]])  # both answers where x is 0
    assert _programme(quasi, none) is not None
