"""What is told of rows in batches does not depend on which batch met a thing first."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.estimate.in_batches import sketch

pytestmark = pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")


def rows(persons: int = 24) -> pd.DataFrame:
    """Persons in four sites, four visits each."""
    rng = np.random.default_rng(3)
    who = np.repeat(np.arange(persons), 4)
    table = pd.DataFrame({"who": who, "day": np.tile(np.arange(4.0), persons), "site": who // 6})
    table["age"], table["mood"] = rng.normal(40, 9, persons).round()[who], rng.normal(size=len(who)).round(2)
    start, rate = rng.normal(20, 2, persons), rng.normal(1, 0.5, persons)
    table["score"] = (start[who] + rate[who] * table["day"] + rng.normal(0, 1, len(who))).round(2)
    return table


@pytest.mark.parametrize("outcome", ["score", "log(score)", "score - age"])
def test_rows_left_out_are_told_in_the_order_of_the_table(outcome):
    table = rows().drop(columns="site")  # of columns that no model uses nothing is told
    table.loc[[3, 5], "mood"] = np.nan
    table.loc[[9], "age"] = np.nan
    table.loc[[12, 13, 14, 15, 21], "score"] = np.nan  # nothing is left of a batch
    table.loc[[33], "day"] = np.nan
    formula = f"{outcome} ~ day + {'mood' if 'age' in outcome else 'age + mood'} + (1 | who)"
    fit, batches = gc.fit(formula, table, time="day"), gc.fit(formula, [table], time="day", batch=4)
    assert batches.panel.dropped.equals(fit.panel.dropped)
    assert str(batches) == str(fit)


def test_few_units_are_those_of_all_batches(monkeypatch):
    table = rows()
    formula = "score ~ day + (day | who) + (1 | site)"
    fit = gc.fit(formula, table)
    for most in (3, 20):
        monkeypatch.setattr(sketch, "FIRST_PERSONS", most)
        assert gc.fit(formula, [table], batch=8).warnings == fit.warnings


def test_the_hash_of_dates_is_that_of_the_table_where_rows_of_a_person_lie_apart():
    table = rows()
    table["day"] = pd.Timestamp("2024-02-01") + pd.to_timedelta(table["day"] * 7 + table["who"] % 5, unit="D")
    for shown in (table.sample(frac=1, random_state=4).reset_index(drop=True), table):
        formula = "score ~ day + (day | who)"
        assert gc.fit(formula, [shown], batch=9).data_hash == gc.fit(formula, shown).data_hash


def test_dask_tells_the_hash_of_ids_that_do_not_ascend():
    frames = pytest.importorskip("dask.dataframe")
    table = rows()
    formula = "score ~ day + (1 | site/who)"
    table = table.assign(site=-table["site"])
    fit = gc.fit(formula, frames.from_pandas(table, npartitions=2), time="day")
    assert fit.data_hash == gc.fit(formula, table, time="day").data_hash


def test_means_of_new_persons_are_of_their_own_rows():
    table, formula = rows(), "score ~ day + within(mood) + between(mood) + (day | who)"
    fit, batches = gc.fit(formula, table), gc.fit(formula, [table], batch=30)
    new = table[:8].assign(who=table["who"][:8] + 900)
    for people in ("average", "new"):
        np.testing.assert_allclose(batches.predict(new, people=people), fit.predict(new, people=people), rtol=1e-9)
    with pytest.raises(gc.errors.NotAvailableError, match="not kept"):
        batches.predict(table[:8], people="average")
