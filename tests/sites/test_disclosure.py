"""An adversary with a site's file: what the rules prevent, and that without them it would succeed."""

import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import DataError, DisclosureError, ModelError
from growthcurves.sites.leverage import leverages

WEEKS = np.array([0.0, 4.0, 8.0])


def site(persons=60, seed=4, **columns):
    """Complete rows of persons: columns are (persons,) arrays."""
    rng = np.random.default_rng(seed)
    people = pd.DataFrame({"id": range(persons), **columns})
    rows = people.loc[people.index.repeat(len(WEEKS))].reset_index(drop=True)
    rows["week"] = np.tile(WEEKS, persons)
    rows["score"] = np.round(50 + 5 * rng.normal(size=persons)[rows["id"]] + rng.normal(0, 3, len(rows)), 2)
    return rows


def rare(persons=60, few=1, of=None):
    """A column that is yes for `few` persons."""
    out = np.array(["no"] * persons, dtype=object)
    out[of if of is not None else np.arange(few) * 7] = "yes"
    return out


def outcomes_of(data, person):
    return data.loc[data["id"] == person, "score"].to_numpy()


def told_sum(sums, combination):
    """What an adversary reads off a file: a combination of the sums with outcomes of its one schedule."""
    (schedule,) = sums.schedules
    total = combination @ schedule.with_outcomes
    return total + combination @ schedule.of_persons[0] * sums.shared.outcome_centre


def attack(data, formula, combination, person, columns=()):
    """The person's outcomes, if a combination of the sums is they; the sums are made without the rule."""
    recipe = gc.site_recipe(formula, data, time="week", levels=dict(columns))
    loose = gc.site_sums(recipe, data, min_cell=1, name="A")
    return told_sum(loose, np.array(combination, dtype=float)), outcomes_of(data, person), recipe


def test_an_indicator_of_one_person_is_that_persons_outcomes():
    data = site(sick=rare())
    found, truth, recipe = attack(data, "score ~ week * sick + (week | id)", [0, 1], 0)
    np.testing.assert_allclose(found, truth)
    with pytest.raises(DisclosureError, match=r"sick yes at week 0, 4, 8: fewer than 5 persons \(1\)"):
        gc.site_sums(recipe, data, name="A")


def test_so_is_the_complement_of_an_indicator():
    data = site(well=rare(few=0, of=np.arange(1, 60)))
    found, truth, recipe = attack(data, "score ~ week * well + (week | id)", [1, -1], 0)
    np.testing.assert_allclose(found, truth)
    with pytest.raises(DisclosureError, match="well no"):
        gc.site_sums(recipe, data, name="A")


def test_and_the_difference_of_two_indicators_of_which_neither_is_rare():
    """Thirty had the first, and all of them but one the second: no product is in the model."""
    data = site(first=rare(few=0, of=np.arange(30)), second=rare(few=0, of=np.arange(1, 30)))
    found, truth, recipe = attack(data, "score ~ week + first + second + (week | id)", [0, 1, -1], 0)
    np.testing.assert_allclose(found, truth)
    with pytest.raises(DisclosureError, match="first yes, second no"):
        gc.site_sums(recipe, data, name="A")


def test_a_number_far_from_the_others_singles_a_person_out():
    """Whoever knows that one person earns a thousand times what others do solves for that person's outcomes."""
    income = np.ones(60)
    income[3] = 1e6
    income += np.arange(60) % 5 * 0.1
    data = site(income=income)
    recipe = gc.site_recipe("score ~ week + income + (week | id)", data)
    loose = gc.site_sums(recipe, data, min_cell=1, name="A")
    (one,) = loose.schedules
    slope = np.linalg.solve(one.of_persons, one.with_outcomes)
    known = np.array([1.0, income[3] - recipe.person_centres[1]])
    np.testing.assert_allclose(known @ slope + recipe.outcome_centre, outcomes_of(data, 3), atol=0.01)
    with pytest.raises(DisclosureError, match="predictors so far from those of others"):
        gc.site_sums(recipe, data, name="A")
    kept = gc.site_sums(recipe, data, name="A", short="drop")
    (one,) = kept.schedules
    assert abs(float((known @ np.linalg.solve(one.of_persons, one.with_outcomes))[0])) > 0
    assert kept.persons < 60


def test_few_persons_are_solved_for():
    """As many sums as unknown outcomes: with N - rank = 1 the squares give what is left, but for its sign."""
    ages = np.array([20.0, 30, 40, 50, 60, 70])
    data = site(persons=6, age=ages, bmi=ages**2 % 37, height=ages**3 % 41, pulse=ages**2 % 29)
    recipe = gc.site_recipe("score ~ week + age + bmi + height + pulse + (week | id)", data)
    (one,) = gc.site_sums(recipe, data, min_cell=1, name="A").schedules
    known = np.column_stack(
        [np.ones(6), *(data.groupby("id")[name].first() for name in ("age", "bmi", "height", "pulse"))]
    )
    known = known - recipe.person_centres
    fitted = known @ np.linalg.solve(one.of_persons, one.with_outcomes)
    beside = np.linalg.svd(known)[0][:, -1]
    rest = one.of_outcomes - one.with_outcomes.T @ np.linalg.solve(one.of_persons, one.with_outcomes)
    first = np.sqrt(rest[0, 0])
    guesses = [fitted[:, 0] + sign * first * beside + recipe.outcome_centre for sign in (1, -1)]
    truth = data.loc[data["week"] == 0, "score"].to_numpy()
    assert min(np.abs(guess - truth).max() for guess in guesses) < 1e-6
    with pytest.raises(DisclosureError):
        gc.site_sums(recipe, data, name="A")


def test_an_outcome_that_all_have_is_told():
    data = site()
    data.loc[data["week"] == 8, "score"] = 0.0
    recipe = gc.site_recipe("score ~ week + (1 | id)", data, time="week")
    with pytest.raises(DisclosureError, match="the same outcome for everybody at an occasion"):
        gc.site_sums(recipe, data, name="A")


def test_outcomes_that_are_counts_are_held_to_the_rule_of_cells():
    data = site()
    data["score"] = np.random.default_rng(1).integers(0, 2, len(data)).astype(float)
    first = data["week"] == 0
    data.loc[first, "score"] = (np.arange(first.sum()) < 2).astype(float)
    recipe = gc.site_recipe("score ~ week + (1 | id)", data, time="week")
    with pytest.raises(DisclosureError, match="fewer than 5 are away from the end of their scale"):
        gc.site_sums(recipe, data, name="A")


def test_records_of_a_family_that_few_share():
    data = site(persons=40)
    data["well"] = data["id"] % 2
    data.loc[(data["id"] < 3) & (data["week"] == 8), "well"] = 1 - data["well"]
    recipe = gc.site_recipe("well ~ week + (1 | id)", data.assign(well=data["id"] % 2), time="week", family="binomial")
    with pytest.raises(DisclosureError, match="outcomes that fewer than 5 persons have"):
        gc.site_sums(recipe, data, name="A")
    found = gc.site_sums(recipe, data, name="A", short="drop")
    assert found.persons == 37
    assert min(record.persons for one in found.schedules for record in one.records) >= 5


def test_two_releases_are_subtracted():
    data = site()
    recipe = gc.site_recipe("score ~ week + (week | id)", data)
    before = gc.site_sums(recipe, data, name="A")
    after = gc.site_sums(recipe, data[data["id"] != 9], name="A")
    away = told_sum(before, np.array([1.0])) - told_sum(after, np.array([1.0]))
    np.testing.assert_allclose(away, outcomes_of(data, 9))
    with pytest.warns(gc.errors.DataWarning, match="Whoever has both files can subtract them"):
        after.compare(before)


def test_small_numbers_of_those_left_out_are_not_told():
    data = site(sick=rare(few=2))
    recipe = gc.site_recipe("score ~ week * sick + (week | id)", data)
    sums = gc.site_sums(recipe, data, name="A", short="drop")
    assert sums.left_out.persons == "fewer than 5"
    assert sums.left_out.rows == "some"
    assert sums.lost["persons"].tolist() == [2]
    assert "lost" not in sums.to_dict()


# ------------------------------------------------------------------ the rule of leverages


def smallest_support(known):
    """The fewest persons whom a combination of columns may leave over, by trying every set to be made zero."""
    n, rank = len(known), np.linalg.matrix_rank(known)
    rng = np.random.default_rng(0)
    best = n
    for _ in range(400):
        zero = rng.choice(n, rank - 1, replace=False)
        *_, null = np.linalg.svd(known[zero])
        for combination in null[np.linalg.matrix_rank(known[zero]) :]:
            best = min(best, int((np.abs(known @ combination) > 1e-9).sum()))
    return best


@pytest.mark.parametrize("seed", range(6))
def test_no_combination_is_of_fewer_persons_than_the_rule_says(seed):
    """Where the four largest leverages add up to less than one, every combination of the sums is of five at least."""
    rng = np.random.default_rng(seed)
    n = int(rng.integers(12, 40))
    known = np.column_stack([np.ones(n), rng.integers(0, 2, (n, 2)), rng.normal(size=n).round(1)])
    leverage, _ = leverages(known)
    if np.sort(leverage)[-4:].sum() < 1.0:
        assert smallest_support(known) >= 5


def test_leverages_are_those_of_regression():
    known = np.column_stack([np.ones(9), np.arange(9.0)])
    hat = known @ np.linalg.solve(known.T @ known, known.T)
    np.testing.assert_allclose(leverages(known)[0], np.diag(hat))


@pytest.mark.parametrize("cells", [(5, 5), (5, 20), (4, 20)])
def test_cells_of_five_keep_the_rule_and_cells_of_four_do_not(cells):
    known = np.column_stack([np.ones(sum(cells)), np.repeat([0, 1], cells)])
    share = np.sort(leverages(known)[0])[-4:].sum()
    assert (share <= 0.8 + 1e-12) == (min(cells) >= 5)


# ------------------------------------------------------------------ what falls short


def dropping_out(seed=2):
    """Sixty persons in two arms; seven leave after week 4, three of them in one arm."""
    data = site(arm=np.repeat(["a", "b"], 30))
    early = [0, 1, 2, *range(30, 34)]
    return data[~(data["id"].isin(early) & (data["week"] == 8))]


def test_merging_leaves_occasions_out_and_no_person_where_others_share_them():
    data = dropping_out()
    data = pd.concat([data, data[(data["id"] > 44) & (data["week"] < 4)].assign(id=lambda d: d["id"] + 100)])
    data = pd.concat([data, data[(data["id"] < 15) & (data["week"] < 4)].assign(id=lambda d: d["id"] + 200)])
    recipe = gc.site_recipe("score ~ week * arm + (week | id)", data)
    dropped, merged = (gc.site_sums(recipe, data, name="A", short=short) for short in ("drop", "merge"))
    assert merged.persons == data["id"].nunique() == dropped.persons + 7
    assert merged.smallest >= 5
    assert set(merged.lost["became"]) == {"summed at week 0"}
    assert merged.lost["rows"].sum() == 7


def test_what_is_merged_is_the_fit_of_the_rows_that_stay():
    data = dropping_out()
    data = pd.concat([data, data[(data["id"] % 30 < 12) & (data["week"] < 4)].assign(id=lambda d: d["id"] + 100)])
    recipe = gc.site_recipe("score ~ week * arm + (week | id)", data)
    sums = gc.site_sums(recipe, data, name="A", short="merge")
    early = [0, 1, 2, *range(30, 34)]
    stays = data[~(data["id"].isin(early) & (data["week"] > 0))]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = gc.fit(recipe, [sums])
    np.testing.assert_allclose(fit.params, gc.fit("score ~ week * arm + (week | id)", stays).params, rtol=1e-9)


def test_what_is_dropped_is_the_fit_of_those_who_stay():
    data = dropping_out()
    recipe = gc.site_recipe("score ~ week * arm + (week | id)", data)
    sums = gc.site_sums(recipe, data, name="A", short="drop")
    stays = data[~data["id"].isin([0, 1, 2, *range(30, 34)])]
    with pytest.warns(gc.errors.DataWarning, match="7 persons of A are not in its sums: 14 rows less"):
        fit = gc.fit(recipe, [sums])
    np.testing.assert_allclose(fit.bse, gc.fit("score ~ week * arm + (week | id)", stays).bse, rtol=1e-9)


def test_nothing_may_be_told():
    data = site(persons=4)
    recipe = gc.site_recipe("score ~ week + (week | id)", data)
    with pytest.raises(DisclosureError, match="Nothing of A may be told"):
        gc.site_sums(recipe, data, name="A", short="drop")


@pytest.mark.parametrize("column", ["score", "age"])
def test_values_far_from_the_recipes_centre_are_refused(column):
    """Sums of squares about zero keep sixteen digits: of values around a thousand million none says how they differ."""
    data = site(age=40.0 + np.arange(60) % 23)
    recipe = gc.site_recipe("score ~ week + age + (week | id)", data)
    with pytest.raises(DataError, match=f"'{column}' lies around 1e\\+09 at A .* and the recipe sums it about"):
        gc.site_sums(recipe, data.assign(**{column: data[column] + 1e9}), name="A", min_cell=1)


def test_unknown_ways_and_cells():
    data = site()
    recipe = gc.site_recipe("score ~ week + (week | id)", data)
    with pytest.raises(ModelError, match="way of short"):
        gc.site_sums(recipe, data, short="mix")
    with pytest.raises(ModelError, match="min_cell= is the smallest number"):
        gc.site_sums(recipe, data, min_cell=0)
    with pytest.raises(ModelError, match="name= is what the site is called"):
        gc.site_sums(recipe, data, name=" ")
