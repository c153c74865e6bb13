"""The default run of a product holds every value of it, in few cases."""

from __future__ import annotations

from itertools import product

from covering import covering


def test_every_value_stands_in_a_case_and_few_cases_are_kept():
    cases = [{"figure": figure, "data": data} for figure, data in product("abcde", range(3))]
    kept = [cases[place] for place in covering(cases)]
    assert {case["figure"] for case in kept} == set("abcde")
    assert {case["data"] for case in kept} == {0, 1, 2}
    assert len(kept) == 5


def test_one_parameter_is_kept_whole():
    assert covering([{"data": name} for name in "abc"]) == [0, 1, 2]
