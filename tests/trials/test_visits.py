"""Visits and their order, which follow from their names."""

from __future__ import annotations

import pandas as pd
import pytest

from growthcurves.errors import ModelError
from growthcurves.trials.visits import visits_of

ORDERS = [
    (["Week 10", "Week 2"], ("Week 2", "Week 10"), (2.0, 10.0)),
    (["VIS10", "VIS2", "VIS1"], ("VIS1", "VIS2", "VIS10"), (1.0, 2.0, 10.0)),
    (["Week 4", "Baseline", "Week -2"], ("Week -2", "Baseline", "Week 4"), (-2.0, 0.0, 4.0)),
    (["Month 3", "Week 2", "Day 1", "Screening"], ("Screening", "Day 1", "Week 2", "Month 3"), (1.0, 2.0, 3.0, 4.0)),
    (["Visit 2 (Week 4)", "Visit 1 (Week 0)"], ("Visit 1 (Week 0)", "Visit 2 (Week 4)"), (1.0, 2.0)),
    (["12", "4"], ("4", "12"), (4.0, 12.0)),
    ([12, 4.0, None], (4.0, 12.0), (4.0, 12.0)),
    (pd.Categorical(["b", "a"], categories=["b", "unused", "a"]), ("b", "a"), (1.0, 2.0)),
    (pd.Categorical([4, 2], categories=[4, 2]), (4, 2), (1.0, 2.0)),
]


@pytest.mark.parametrize(("values", "levels", "numbers"), ORDERS)
def test_order(values, levels, numbers):
    found = visits_of(pd.DataFrame({"visit": values}), "visit")
    assert found.levels == levels and found.numbers == numbers
    assert found.time == ("visit" if found.are_times else "visit number")


@pytest.mark.parametrize(
    "names",
    [["End of study", "Week 2"], ["pre", "post"], ["Baseline", "Week 0"], ["Week 4", "Visit 2"], ["W 2", "w 2"]],
)
def test_an_order_that_is_not_plain_is_asked_for(names):
    with pytest.raises(ModelError, match="list them in their order with visits="):
        visits_of(pd.DataFrame({"visit": names}), "visit")
    assert visits_of(pd.DataFrame({"visit": names}), "visit", names).levels == tuple(names)


@pytest.mark.parametrize("values", [pd.to_datetime(["2020-01-01"]), [True, False], list(range(51))])
def test_what_is_no_planned_visit_is_refused(values):
    with pytest.raises(ModelError, match="planned visit"):
        visits_of(pd.DataFrame({"visit": values}), "visit")
