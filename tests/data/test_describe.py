"""The description of a panel against plain loops, and sleepstudy's balanced analysis of variance."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from growthcurves.data.datasets import load_dataset
from growthcurves.data.describe import count_schedules
from growthcurves.data.panel import Panel
from growthcurves.data.persons import Persons
from growthcurves.errors import DataWarning


@pytest.fixture
def sleep():
    return Panel(
        load_dataset("sleepstudy"), "subject", "day", "reaction", time_unit="days", outcome_unit="ms"
    )


def test_sleepstudy(sleep):
    summary = sleep.describe()
    assert (summary.persons, summary.occasions, summary.schedules) == (18, 180, 1)
    assert (summary.occasions_min, summary.occasions_median, summary.occasions_max) == (10, 10, 10)
    assert (summary.time_min, summary.time_max, summary.spacing, summary.repeated) == (0, 9, 1, 0)
    scores = sleep.values.reshape(18, 10)  # balanced: the textbook's mean squares
    between = 10 * scores.mean(axis=1).var(ddof=1)
    within = scores.var(axis=1, ddof=1).mean()
    assert summary.variance_within == pytest.approx(within, rel=1e-12)
    assert summary.variance_between == pytest.approx((between - within) / 10, rel=1e-12)
    assert summary.icc == pytest.approx((between - within) / (between + 9 * within), rel=1e-12)
    assert summary.outcome_mean == pytest.approx(scores.mean()) and summary.outcome_sd == pytest.approx(
        56.3288, abs=1e-4
    )


def test_unequal_groups_by_the_textbook_formula():
    # Searle, Casella and McCulloch (1992), section 3.6, by hand: sizes 1, 2, 3; n0 = (6 - 14 / 6) / 2.
    table = pd.DataFrame({"who": [1, 2, 2, 3, 3, 3], "y": [4.0, 6.0, 8.0, 1.0, 2.0, 3.0]})
    summary = Panel(table, id="who", time=None, outcome="y").describe()
    assert summary.variance_within == pytest.approx(4 / 3)
    assert summary.variance_between == pytest.approx((15.0 - 4 / 3) / (11 / 6))


def test_its_forms(sleep):
    summary = sleep.describe()
    assert summary.table.columns.tolist() == ["quantity", "value", "unit", "label"]
    assert summary.table.set_index("quantity").loc["last time"].tolist() == [9.0, "days", "last time"]
    assert "intraclass correlation" in str(summary) and "ms^2" in str(summary)
    assert "<table>" in summary._repr_html_() and "reaction" in summary._repr_html_()
    assert json.loads(json.dumps(summary.to_dict()))["persons"] == 18


def test_names_are_escaped_in_html():
    table = pd.DataFrame({"<b>": [1, 1], "y": [1.0, 2.0]})
    assert "<b>" not in Panel(table, id="<b>", time=None, outcome="y").describe()._repr_html_()


def test_left_out_and_single_persons_are_told():
    table = pd.DataFrame({"who": [1, 1, 2, 3], "t": [0, 1, 0, 5], "y": [1.0, 2.0, np.nan, 3.0]})
    summary = Panel(table, id="who", time="t", outcome="y").describe()
    assert (summary.persons, summary.single_occasion, summary.schedules) == (2, 1, 2)
    assert "rows left out, missing y" in str(summary)


def test_one_occasion_each_has_no_variance_components():
    summary = Panel(
        pd.DataFrame({"who": [1, 2], "y": [1.0, 2.0]}), id="who", time=None, outcome="y"
    ).describe()
    assert np.isnan(summary.icc) and summary.schedules is None
    assert "distinct schedules" not in summary.table["quantity"].tolist()


def test_repeated_rows_are_counted_and_warned_of():
    table = pd.DataFrame({"who": [7.0, 7.0, 8.0], "t": [1, 1, 1], "y": [1.0, 2.0, 3.0]})
    with pytest.warns(DataWarning, match="2 rows share person and time.*person 7 at 't' 1"):
        summary = Panel(table, id="who", time="t", outcome="y").describe()
    assert summary.repeated == 2


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 2)), min_size=1, max_size=30))
def test_schedules_are_sets_of_exact_times(rows):
    ids, times = np.array([row[0] for row in rows]), np.array([row[1] / 3 for row in rows])
    by_hand = {tuple(sorted(times[ids == person])) for person in set(ids.tolist())}
    assert count_schedules(Persons.of(ids), times) == len(by_hand)


def test_the_spread_of_time_within_waves():
    rng = np.random.default_rng(3)
    table = pd.DataFrame({"who": np.repeat(range(9), 3), "w": np.tile([1, 2, 10], 9), "y": rng.normal(size=27)})
    table["t"] = table["w"] + rng.normal(size=27)
    table.loc[4, "y"] = np.nan
    table = pd.concat([table.astype({"w": float}), table.iloc[[0]].assign(t=9.5, w=np.nan)], ignore_index=True)
    summary = Panel(table, id="who", time="t", outcome="y", wave="w", time_unit="months").describe()
    used = table.dropna().groupby("w")["t"]
    waves = summary.waves.set_index("wave")
    assert waves.index.tolist() == [1, 2, 10] and waves["rows"].tolist() == waves["persons"].tolist() == [9, 8, 9]
    for name, expected in {"mean": used.mean(), "sd": used.std(), "min": used.min(), "max": used.max()}.items():
        np.testing.assert_allclose(waves[f"time_{name}"], expected, rtol=1e-12)
    entry = summary.table.set_index("quantity").loc["time at wave 10, SD"]
    assert entry["value"] == pytest.approx(used.std()[10]) and entry["unit"] == "months"
    assert json.loads(json.dumps(summary.to_dict()))["waves"][1]["rows"] == 8
    assert Panel(table, id="who", time="t", outcome="y").describe().waves is None


def test_the_order_of_rows_changes_nothing():
    rng = np.random.default_rng(4)
    table = pd.DataFrame({"who": np.repeat(range(20), 4), "t": rng.integers(0, 40, 80), "y": rng.normal(size=80)})
    table = table.drop_duplicates(["who", "t"])
    summaries = [
        Panel(rows, id="who", time="t", outcome="y").describe()
        for rows in (table, table.sort_values(["who", "t"]), table.sample(frac=1, random_state=1))
    ]
    gaps = table.sort_values(["who", "t"]).groupby("who")["t"].diff()
    assert {summary.spacing for summary in summaries} == {gaps.median()}
    assert len({summary.schedules for summary in summaries}) == 1
