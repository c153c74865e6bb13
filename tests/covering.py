"""The default run of a large product of cases: as few of them as hold every value of every parameter.

`@pytest.mark.covering` marks the other cases of a parametrised test as slow, so that `-m slow` tries those. It is for
products (figures by data sets by widths) whose cases differ by which value meets which, not for cases of which each has
a fault of its own to find.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import pytest


def leave_the_rest_slow(items: Iterable[pytest.Item]) -> None:
    """Marks as slow what the covering cases of each marked test leave."""
    products = defaultdict(list)
    for item in items:
        if item.get_closest_marker("covering"):
            products[item.nodeid.split("[")[0]].append(item)
    for product in products.values():
        kept = set(covering([item.callspec.params for item in product]))  # type: ignore[attr-defined]
        for place, item in enumerate(product):
            if place not in kept:
                item.add_marker(pytest.mark.slow)


def first(count: int, cases: Iterable[Any]) -> list[Any]:
    """Cases of which the default run takes the first so many: seeds, of which one more finds little."""
    return [case if place < count else pytest.param(case, marks=pytest.mark.slow) for place, case in enumerate(cases)]


def covering(cases: Sequence[dict[str, Any]]) -> list[int]:
    """Places of the cases that hold every value of every parameter, always the one that brings most that is new."""
    values = [{(name, repr(value)) for name, value in case.items()} for case in cases]
    wanted, kept = set().union(*values), []
    while wanted:
        place = max(range(len(values)), key=lambda at: len(values[at] & wanted))
        kept.append(place)
        wanted -= values[place]
    return sorted(kept)
