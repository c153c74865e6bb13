"""Outcomes as they stand in columns: what each family takes, and the sentence that refuses the rest."""

from __future__ import annotations

import numpy as np
import pytest

from growthcurves.errors import DataError, ModelError
from growthcurves.model.families import FAMILIES
from growthcurves.model.families.binomial import Binomial
from growthcurves.model.families.ordinal import Ordinal
from growthcurves.model.families.poisson import Poisson


def refused(family, values, match, trials=None, order=None):
    with pytest.raises(DataError, match=match) as caught:
        family.checked(np.asarray(values), trials, "score", order)
    assert "'score'" in str(caught.value) and str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_zeros_and_ones_and_truths_are_yes_or_no():
    for values in ([0, 1, 1], [0.0, 1.0, 1.0], [False, True, True], np.array([False, 1, True], dtype=object)):
        found = Binomial().checked(np.asarray(values), None, "score")
        assert found.answers.value.tolist() == [0.0, 1.0, 1.0] and found.answers.value.dtype == float
        assert found.answers.trials is None and found.categories is None and not found.told


def test_two_categories_are_told_which_is_one():
    values = np.array(["yes", "no", "yes"], dtype=object)
    found = Binomial().checked(values, None, "score")
    assert found.answers.value.tolist() == [1.0, 0.0, 1.0] and found.categories == ("no", "yes")
    assert found.told == ("score = 1 is 'yes', and 0 is 'no'.",)
    turned = Binomial().checked(values, None, "score", order=("yes", "no"))
    assert turned.answers.value.tolist() == [0.0, 1.0, 0.0]
    more = Binomial().checked(values, None, "score", order=("no", "maybe", "yes"))
    assert more.answers.value.tolist() == [1.0, 0.0, 1.0]
    assert more.told[1] == "'maybe' of score has no rows, and is left out."
    one = Binomial().checked(np.array(["yes", "yes"]), None, "score", order=("no", "yes"))
    assert one.answers.value.tolist() == [1.0, 1.0] and len(one.told) == 1


def test_other_values_are_no_yes_or_no():
    refused(Binomial(), [0, 2, 3], "is 2 in a row.*0 or 1")
    refused(Binomial(), [0, 0.5], "is 0.5 in a row")
    refused(Binomial(), ["a", "b", "c"], r"has 3 \('a', 'b', 'c'\)")
    refused(Binomial(), ["a", "a"], r"has 1 \('a'\)")
    refused(Binomial(), ["a", "z"], "is 'z' in a row, and the categories are 'a', 'b'", order=("a", "b"))
    refused(Binomial(), np.array([1.0, np.nan]), "missing")
    refused(Binomial(), np.array(["a", None], dtype=object), "missing")
    refused(Binomial(), np.zeros(0), "no rows")


def test_successes_of_trials():
    found = Binomial().checked(np.array([0, 3, 5]), np.array([2, 4, 5]), "score")
    assert found.answers.value.tolist() == [0.0, 3.0, 5.0] and found.answers.trials.tolist() == [2.0, 4.0, 5.0]
    refused(Binomial(), [0, 6], "is 6 in a row, and there are only 5 trials", np.array([2, 5]))
    refused(Binomial(), [0, 1.5], "is 1.5 in a row.*whole numbers", np.array([2, 5]))
    refused(Binomial(), [0, 1], "0 in a row, which says nothing", np.array([0, 5]))
    with pytest.raises(DataError, match="trials of score.*is 2.5"):
        Binomial().checked(np.array([0, 1]), np.array([2.5, 5]), "score")


@pytest.mark.parametrize("name", ["poisson", "negative-binomial"])
def test_counts_are_whole_numbers(name):
    family = FAMILIES[name]
    assert family.checked(np.array([0, 7]), None, "score").answers.value.tolist() == [0.0, 7.0]
    refused(family, [1, -2, -3], "is -2 in a row, and counts are whole numbers from 0 up")
    refused(family, [1, 2.25], "is 2.25 in a row")
    refused(family, ["3", "many"], "is '3' in a row")
    refused(family, [1.0, np.inf], "is inf in a row")
    refused(family, [1, 2], "have no trials", np.array([3, 3]))


@pytest.mark.parametrize("name", ["gamma", "lognormal"])
def test_amounts_are_above_zero(name):
    family = FAMILIES[name]
    assert family.checked(np.array([0.1, 7]), None, "score").answers.value.tolist() == [0.1, 7.0]
    refused(family, [1.5, 0.0], f"is 0 in a row, and amounts of family='{name}' are above 0")
    refused(family, [1, 2], "have no trials", np.array([3, 3]))


def test_ordered_categories():
    values = np.array(["low", "high", "low"])
    found = Ordinal().checked(values, None, "score", order=("low", "middle", "high"))
    assert found.answers.value.tolist() == [0.0, 1.0, 0.0] and found.categories == ("low", "middle", "high")
    assert found.told == ("'middle' of score has no rows, and is left out.",)
    assert [one.name for one in found.family.parameters()] == ["threshold:low|high"]
    assert found.family.values() == (0.0,)
    named = Ordinal(categories=("high", "low")).checked(values, None, "score", order=("low", "high"))
    assert named.answers.value.tolist() == [1.0, 0.0, 1.0] and named.family == Ordinal(categories=("high", "low"))
    numbers = Ordinal("probit").checked(np.array([3.0, 1.0, 7.5]), None, "score")
    assert numbers.answers.value.tolist() == [1.0, 0.0, 2.0] and numbers.family.link == "probit"
    assert [one.name for one in numbers.family.parameters()] == ["threshold:1|3", "threshold:3|7.5"]
    truths = Ordinal().checked(np.array([True, False]), None, "score")
    assert truths.categories == (False, True)
    refused(Ordinal(), values, "words without an order, such as 'low'")
    refused(Ordinal(), ["low", "huge"], "is 'huge' in a row, and the categories are", order=("low", "high"))
    refused(Ordinal(), [2, 2], "no row has another category")
    refused(Ordinal(), np.linspace(0.0, 1.0, 101), "101 different values")
    refused(Ordinal(), [1, 2], "have no trials", np.array([3, 3]))


def test_categories_are_two_or_more_different_ones():
    for wrong in (("a",), ("a", "a"), "ab"):
        with pytest.raises(ModelError, match="categories="):
            Ordinal(categories=wrong)
    with pytest.raises(ModelError, match="2 numbers here, not 1"):
        Ordinal(categories=("a", "b", "c"), start=(0.0,))


def test_a_table_of_outcomes_is_no_column():
    with pytest.raises(DataError, match="one column"):
        Poisson().checked(np.zeros((2, 2)), None, "score")
