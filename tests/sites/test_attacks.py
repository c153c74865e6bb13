"""Attacks on files that keep the rules of cells and of leverages: each succeeds on loose sums, and is prevented."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import DisclosureError
from growthcurves.sites.digits import scale_of, step_of
from growthcurves.sites.leverage import leverages
from growthcurves.sites.telling import told_at_once, told_outcomes
from tests.sites.lattice import reduced
from tests.sites.test_disclosure import outcomes_of, site


def loose(data, formula, **options):
    """The one schedule of sums that are held to no rule, and the recipe."""
    recipe = gc.site_recipe(formula, data, time="week", **options)
    (schedule,) = gc.site_sums(recipe, data, name="A", min_cell=1).schedules
    return recipe, schedule


def whole_sums(recipe, schedule):
    """Sums of outcomes by column and of their products, of which the recipe's centre is taken away."""
    n, c = schedule.persons, recipe.outcome_centre
    total = schedule.with_outcomes[0]
    products = schedule.of_outcomes + c * (total[:, None] + total) + n * c * c
    return schedule.with_outcomes + c * schedule.of_persons[:, [0]], products


def refused(recipe, data, match):
    with pytest.raises(DisclosureError, match=match):
        gc.site_sums(recipe, data, name="A")


def flat(n, count, seed):
    """Predictors with many digits that none of n persons dominates."""
    made = (np.random.default_rng(tried) for tried in itertools.count(seed))
    tried = (rng.choice([-1.0, 1.0], (n, count)) * rng.uniform(0.8, 1.2, (n, count)) for rng in made)
    return next(a for a in tried if np.sort(leverages(np.column_stack([np.ones(n), a]))[0])[-4:].sum() < 0.79)


def test_whole_numbers_are_solved_for_by_predictors_with_many_digits():
    """Every outcome of twenty-four persons, from three sums of sixteen digits: a lattice has one short vector."""
    n, scores = 24, np.random.default_rng(3).binomial(10, 0.5, 24).astype(float)
    known = flat(n, 3, 0)
    data = site(persons=n, a=known[:, 0], b=known[:, 1], c=known[:, 2])
    data["score"] = np.random.default_rng(4).integers(0, 11, len(data)).astype(float)
    data.loc[data["week"] == 0, "score"] = scores
    recipe, schedule = loose(data, "score ~ week + a + b + c + (1 | id)")
    large, known = 10**13, known - recipe.person_centres[1:]
    sums = [10**4 * round(schedule.with_outcomes[0, 0]), *(round(one * large) for one in schedule.with_outcomes[1:, 0])]
    rows = [[int(i == j) for j in range(n)] + [0, 10**4] + [round(x * large) for x in known[i]] for i in range(n)]
    rows.append([0] * n + [2] + [-one for one in sums])
    found = next(row for row in reduced(rows) if abs(row[n]) == 2 and max(map(abs, row[n + 1 :])) < 10**5)
    np.testing.assert_array_equal(np.array(found[:n]) * np.sign(found[n]) + recipe.outcome_centre, scores)
    refused(recipe, data, "too few persons \\(24\\) for the digits of outcomes")


def test_all_records_of_a_few_persons_follow_from_squares():
    """Three answers of 0 to 10 of five persons: whoever counts has few tables with these sums, and the true one."""
    n = 5
    data = site(persons=n)
    data["score"] = np.random.default_rng(5).binomial(10, 0.5, len(data)).astype(float)
    recipe, schedule = loose(data, "score ~ week + (1 | id)")
    sums, products = (np.rint(one).astype(int) for one in whole_sums(recipe, schedule))
    columns = [
        [v for v in itertools.combinations_with_replacement(range(11), n)
         if sum(v) == sums[0, j] and sum(x * x for x in v) == products[j, j]]
        for j in range(3)
    ]  # fmt: skip
    second, third = (
        np.array([p for v in columns[j] for p in sorted(set(itertools.permutations(v)))]) for j in (1, 2)
    )
    tables = set()
    for v in map(np.array, columns[0]):
        one, other = second[second @ v == products[0, 1]], third[third @ v == products[0, 2]]
        for i, k in zip(*np.nonzero(one @ other.T == products[1, 2]), strict=True):
            tables.add(tuple(sorted(zip(v.tolist(), one[i].tolist(), other[k].tolist(), strict=True))))
    truth = data["score"].to_numpy().astype(int).reshape(n, 3).tolist()
    assert tuple(sorted(map(tuple, truth))) in tables
    assert len(tables) < 100
    refused(recipe, data, "too few persons|two or three values")


def tables_with(n, total, squares, high):
    """How many sets of n whole numbers from 0 to `high` have a sum and a sum of squares."""
    ways = np.zeros((n + 1, total + 1, squares + 1), dtype=np.int64)
    ways[0, 0, 0] = 1
    for value in range(high + 1):
        for k in range(1, n + 1):
            ways[k, value:, value**2 :] += ways[k - 1, : total + 1 - value, : squares + 1 - value**2]
    return int(ways[n, total, squares])


@pytest.mark.parametrize("n", [5, 6, 8, 10])
def test_where_digits_suffice_many_tables_have_the_same_sums(n):
    """Whole numbers with an SD of two: what passes is not known from its sum and squares, by counting."""
    rng, passed = np.random.default_rng(n), 0
    for _ in range(6):
        pool = np.clip(np.round(7 + 2 * rng.normal(size=200)), 0, 14)
        values = rng.choice(pool, n)
        outcomes, rows = values[:, None], SimpleNamespace(scale=scale_of(pool))
        if not (told_at_once(outcomes, 1) or told_outcomes(np.ones((n, 1)), outcomes, rows, 5)):
            passed += 1
            assert tables_with(n, int(values.sum()), int((values**2).sum()), 14) >= 20
    assert passed == 0 if n == 5 else True


def test_a_sum_at_the_end_of_a_scale_is_everybodys():
    """Five persons of an arm without any complaint: their sum is zero, and nobody can be below."""
    data = site(arm=np.repeat(["drug", "placebo"], [5, 55]))
    data["score"] = np.where(data["arm"] == "drug", 0, 1 + data["id"] % 7 + data["week"] % 3)
    recipe, schedule = loose(data, "score ~ week * arm + (1 | id)", levels={"arm": ["placebo", "drug"]})
    assert (whole_sums(recipe, schedule)[0][1] == 0.0).all()
    refused(recipe, data, "arm drug at week 0, 4, 8: outcomes of which fewer than 5 are away from the end")


def test_products_of_two_occasions_are_counts_of_changes():
    """One person went from yes to no: the sum of products says so, while each occasion has thirty of either."""
    data = site()
    yes = np.column_stack([np.arange(60) < 30] * 3).astype(float)
    yes[[0, 45, 50], 2] = [0, 1, 1]
    yes[np.arange(35, 45), 1] = 1
    yes[np.arange(5, 12), 1] = 0
    data["score"] = yes.reshape(-1)
    recipe, schedule = loose(data, "score ~ week + (1 | id)")
    _, products = whole_sums(recipe, schedule)
    assert products[0, 0] - products[0, 2] == pytest.approx(1.0)
    refused(recipe, data, "away from the ends of their scale at two occasions")


def test_sum_and_squares_count_three_values():
    data = site()
    data["score"] = (data["id"] + data["week"]) % 5
    first = data["week"] == 0
    data.loc[first, "score"] = np.where(np.arange(60) < 20, 1, 0)
    data.loc[first & (data["id"] == 3), "score"] = 2
    recipe, schedule = loose(data, "score ~ week + (1 | id)")
    sums, products = whole_sums(recipe, schedule)
    assert (products[0, 0] - sums[0, 0]) / 2 == pytest.approx(1.0)
    refused(recipe, data, "an outcome of two or three values")


def test_an_outcome_far_from_the_others_is_most_of_the_sum():
    data = site(persons=20)
    data.loc[data["id"] == 3, "score"] += 90_000
    recipe, schedule = loose(data, "score ~ week + (1 | id)")
    guess = whole_sums(recipe, schedule)[0][0] - 19 * 50
    np.testing.assert_allclose(guess, outcomes_of(data, 3), rtol=1e-3)
    refused(recipe, data, "outcomes too far from others: one makes more than 80 % of a sum")


def test_a_column_that_is_nearly_another_tells_the_difference():
    """All but one person have the arm's number but for rounding: what is left of two sums is the one's outcomes."""
    drug = np.arange(60) % 2
    x = drug + np.where(np.arange(60) == 3, 1e-9, (np.arange(60) % 7) * 1e-14)
    data = site(x=x, arm=np.where(drug, "drug", "placebo"))
    formula, levels = "score ~ week + arm + x + (1 | id)", {"arm": ["placebo", "drug"]}
    recipe = gc.site_recipe(formula, data.assign(x=data["id"] / 40.0), time="week", levels=levels)
    (schedule,) = gc.site_sums(recipe, data, name="A", min_cell=1).schedules
    sums, _ = whole_sums(recipe, schedule)
    away = sums[2] + recipe.person_centres[2] * sums[0] - sums[1]
    np.testing.assert_allclose(away / 1e-9, outcomes_of(data, 3), rtol=0.05)
    refused(recipe, data, "predictors so far from those of others")


def test_a_number_that_few_have_is_a_count():
    """Two of an arm smoke twenty a day: the sum over the arm is a count of them."""
    arm, smokes = np.repeat(["drug", "placebo"], 30), np.zeros(60)
    smokes[[1, *range(31, 48)]] = 20.0
    data = site(arm=arm, smokes=smokes + (np.arange(60) == 59) * 10)
    recipe = gc.site_recipe("score ~ week * arm + smokes + (1 | id)", data, time="week")
    refused(recipe, data, "arm drug at week 0, 4, 8: (a predictor of which fewer than 5|predictors so far)")


def test_records_of_a_type_who_are_all_alike():
    data = site(arm=np.repeat(["drug", "placebo"], [12, 48]))
    data["well"] = np.where(data["arm"] == "drug", 1, data["id"] % 2)
    recipe = gc.site_recipe("well ~ week * arm + (1 | id)", data, time="week", family="binomial")
    refused(recipe, data, "arm drug at week 0, 4, 8: the same outcome for everybody at an occasion")


def test_two_recipes_with_neighbouring_cuts_are_subtracted():
    age = np.r_[np.arange(40, 80), np.arange(41, 61)]
    data = site(persons=60, age=age, old=np.where(age > 65, "yes", "no"), older=np.where(age > 66, "yes", "no"))
    (first, one), (second, other) = (loose(data, f"score ~ week + {name} + (1 | id)") for name in ("old", "older"))
    away = whole_sums(first, one)[0][1] - whole_sums(second, other)[0][1]
    np.testing.assert_allclose(np.abs(away), outcomes_of(data, int(np.flatnonzero(age == 66)[0])))
    before = gc.site_sums(first, data, name="A")
    with pytest.warns(gc.errors.DataWarning, match=r"tell a few persons apart: old yes .* now older no .* \(1\)"):
        gc.site_sums(second, data, name="A", previous=before)


def test_another_recipes_file_is_not_overwritten_without_a_word(tmp_path):
    data = site(sex=np.tile(["f", "m"], 30))
    path = tmp_path / "site.json"
    gc.site_sums(gc.site_recipe("score ~ week + (1 | id)", data, time="week"), data, name="A").save(path)
    other = gc.site_recipe("score ~ week + sex + (1 | id)", data, time="week")
    with pytest.warns(gc.errors.DataWarning, match="the earlier sums are by another recipe"):
        gc.site_sums(other, data, name="A").save(path)


def test_five_more_persons_at_as_many_occasions_are_solved_for():
    data = site(persons=33)
    recipe = gc.site_recipe("score ~ week + (1 | id)", data, time="week")
    before, after = gc.site_sums(recipe, data[data["id"] < 28], name="A"), gc.site_sums(recipe, data, name="A")
    assert after.compare(before) == ()
    before = gc.site_sums(recipe, data[data["id"] < 28], name="A", min_cell=3)
    fewer = gc.site_sums(recipe, data[data["id"] < 32], name="A", min_cell=3)
    with pytest.warns(gc.errors.DataWarning, match="by 4, no more than predictors and occasions together"):
        fewer.compare(before)


@pytest.mark.parametrize(
    ("values", "step"),
    [([1.5, 2.0, 4.5], 0.5), ([3.0, 3.0], 1.0), ([25.74 - 20, 27.34 - 20, 31.18 - 20, 29.2 - 20], 0.02),
     ([0.0, 7e6, 2.1e7], 7e6), ([0.0, np.sqrt(0.5), -np.sqrt(0.5)], np.sqrt(0.5))],
)  # fmt: skip
def test_steps_of_values(values, step):
    assert step_of(np.array(values)) == pytest.approx(step, rel=1e-9)


def test_values_without_a_step_have_all_digits():
    values = np.random.default_rng(1).normal(size=40)
    assert step_of(values) < 1e-14
    assert scale_of(np.log(1.0 + np.arange(400) % 20)).coarse > 0.1, "twenty values, however they are written"

