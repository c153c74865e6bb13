"""What is counted of batches of persons is what a panel of all rows says, to the last digit that is printed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from growthcurves.data.absent import SUMMED_ROWS
from growthcurves.data.panel import Panel
from growthcurves.data.reasons import STANDINGS
from growthcurves.data.saved_panel import SavedPanel, SavedPersons, known
from growthcurves.data.seen import SeenWhen
from growthcurves.errors import NotAvailableError, NotEstimableError
from growthcurves.estimate.in_batches.tally import Tally

COLUMNS = ("arm", "sex", "age")


def rows(times, seed=3, persons=90):
    """Rows of which some lack an outcome or a predictor; some persons lack all, and one has a visit twice."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(persons), len(times))
    table = pd.DataFrame({"who": who, "week": np.tile(times, persons)})
    table["arm"] = np.where(who % 3 == 0, "drug", "placebo")
    table["sex"] = pd.Categorical(np.where(who % 2, "f", "m"), categories=["m", "f"])
    table["age"] = rng.integers(20, 90, persons)[who].astype(float)
    table["y"] = np.round(rng.normal(20, 4, persons)[who] + rng.normal(0, 3, len(who)), 1)
    table = table[(rng.random(len(who)) < 0.8) | (table["week"] == times[0])]
    table.loc[table["who"].isin([4, 5]), "y"] = np.nan
    table.loc[table["who"].isin([7, 8]), "age"] = np.nan
    return pd.concat([table, table[table["who"] == 20].iloc[[0]]], ignore_index=True)


def panel_of(table, **roles):
    made = Panel(table, id="who", time="week", outcome="y", **roles)
    return made.drop_missing(["arm", "age"])


def counted(table, pieces=4, **roles):
    """A panel without rows, of what was counted of these rows in pieces of whole persons."""
    tallies = [Tally(None, COLUMNS) for _ in range(2)]
    for piece in range(pieces):
        tallies[piece % 2].see(panel_of(table[table["who"] % pieces == piece], **roles))
    tallies[0].merged(tallies[1])
    whole, (tally, _) = panel_of(table, **roles), tallies
    persons = SavedPersons(tally.persons, tally.rows, tally.occasions, known(SUMMED_ROWS), known(SUMMED_ROWS))
    panel = SavedPanel(
        "who", "week", "y", roles.get("wave"), None, None, None, None, persons, whole.time_facts,
        tuple(whole.dropped.itertuples(index=False, name=None)), known(whole.clock), known(SUMMED_ROWS),
        gone=SUMMED_ROWS,
    )  # fmt: skip
    return whole, replace(panel, kept=tally.kept(panel, ["arm", "sex"], ""))


def same_description(one, other):
    left, right = one.describe().table, other.describe().table
    left = left[left["quantity"].isin(right["quantity"])].reset_index(drop=True)
    assert left["quantity"].tolist() == right["quantity"].tolist()
    np.testing.assert_allclose(right["value"], left["value"], rtol=1e-12)


def same_patterns(one, other, by):
    left, right = one.missing(by=by), other.missing(by=by)
    for name in ("table", "totals", "dropout", "reasons", "left_out"):
        pd.testing.assert_frame_equal(getattr(left, name), getattr(right, name), check_dtype=False)
    assert left.ways == right.ways and left.count == right.count and left.with_a_gap == right.with_a_gap
    assert str(left) == str(right)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("by", [None, "arm", "sex", ["sex", "arm"]])
def test_common_times(by):
    whole, panel = counted(rows([0.0, 1.0, 2.5, 4.0, 8.0]))
    same_description(whole, panel)
    same_patterns(whole, panel, by)
    assert panel.grid().labels == whole.grid().labels
    if by is not None:
        assert panel.group_counts(by) == whole.group_counts(by)


@pytest.mark.filterwarnings("ignore")
def test_waves_that_a_column_numbers():
    table = rows([1.0, 2.0, 3.0])
    table["wave"] = table["week"].astype(int)
    table["week"] += np.random.default_rng(1).normal(0, 0.1, len(table)).round(3)
    whole, panel = counted(table, wave="wave")
    same_patterns(whole, panel, "arm")


@pytest.mark.filterwarnings("ignore")
def test_times_of_their_own_are_no_waves():
    table = rows(np.arange(6.0))
    table["week"] += np.random.default_rng(2).normal(0, 0.2, len(table)).round(6)
    whole, panel = counted(table)
    same_description(whole, panel)
    reasons = []
    for one in (whole, panel):
        with pytest.raises(NotEstimableError) as caught:
            one.waves()
        reasons.append(str(caught.value))
    assert reasons[0] == reasons[1] and "no common grid" in reasons[0]
    assert panel.group_counts("arm") == whole.group_counts("arm")


@pytest.mark.filterwarnings("ignore")
def test_what_is_not_known_is_refused():
    _, panel = counted(rows([0.0, 1.0, 2.0]))
    with pytest.raises(NotAvailableError, match="read in batches and not kept"):
        panel.missing(by="age")
    with pytest.raises(NotAvailableError):
        panel.missing().persons["kind"]


def test_why_waves_are_missing_is_kept():
    table = rows([0.0, 1.0, 2.0])
    table["end"] = np.where(table["y"].isna(), "died", "")
    panel = Panel(table, id="who", time="week", outcome="y", status={"end": {"died": "died"}})
    seen, missed = SeenWhen.of(panel, ["arm", "age"]), panel.missing(by="arm")
    assert list(seen.columns) == ["arm"] and seen.explained
    roll = seen.roll("arm", {}, None)
    died = (roll.standing == STANDINGS.index("died")).any(axis=1)
    assert roll.persons[died].sum() == 2 == missed.table.loc[missed.table["pattern"].str.contains("+", regex=False),
                                                             "persons"].sum()  # fmt: skip
