"""Missing waves: a case by hand, plain loops over persons, and what is refused."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import growthcurves as gc
from growthcurves.errors import ColumnError, DataError, NotEstimableError

# who: waves seen of 0, 1, 2 (months 0, 6, 12)
SEEN = {"a": [0, 1, 2], "b": [0], "c": [0, 2], "d": [1, 2], "e": [0], "f": []}
ARM = {"a": "drug", "b": "drug", "c": "drug", "d": "placebo", "e": "placebo", "f": "placebo"}


@pytest.fixture
def long():
    rows = [
        {"who": who, "month": 6 * wave, "wave": wave, "y": 1.0 if wave in waves else np.nan, "arm": ARM[who]}
        for who, waves in SEEN.items()
        for wave in range(3)
    ]
    return pd.DataFrame(rows)


def panel_of(table, **options):
    return gc.Panel(table, **({"id": "who", "time": "month", "outcome": "y"} | options))


def records(table, columns):
    return list(table[columns].itertuples(index=False, name=None))


@pytest.mark.parametrize("wave", [None, "wave"])
def test_by_hand(long, wave):
    missed = panel_of(long, wave=wave).missing()
    assert missed.waves == ([0, 6, 12] if wave is None else [0, 1, 2])
    assert records(missed.table, ["pattern", "kind", "seen", "persons"]) == [
        ("x..", "monotone", 1, 2),
        ("...", "never seen", 0, 1),
        (".xx", "intermittent", 2, 1),
        ("x.x", "intermittent", 2, 1),
        ("xxx", "complete", 3, 1),
    ]
    assert missed.table["percent"].tolist() == pytest.approx([200 / 6, *[100 / 6] * 4])
    assert missed.patterns is missed.table
    assert records(missed.totals, ["kind", "persons"]) == [
        ("complete", 1),
        ("monotone", 2),
        ("intermittent", 2),
        ("never seen", 1),
    ]
    assert records(missed.dropout, ["observed", "remaining", "left_after"]) == [(4, 5, 2), (2, 3, 0), (3, 3, 0)]
    assert missed.dropout["time"].tolist() == [0, 6, 12]
    assert missed.dropout["percent_remaining"].tolist() == pytest.approx([500 / 6, 50, 50])
    assert missed.persons.index.name == "who" and missed.persons.index.tolist() == list("abcdef")
    last = [12, 0, 12, 12, 0, None] if wave is None else [2, 0, 2, 2, 0, None]
    assert (
        missed.persons["last_wave"].astype(object).where(missed.persons["last_wave"].notna(), None).tolist() == last
    )


def test_by_group(long):
    missed = panel_of(long).missing(by="arm")
    assert records(missed.table, ["group", "pattern", "persons"]) == [
        ("placebo", "...", 1),
        ("placebo", ".xx", 1),
        ("placebo", "x..", 1),
        ("drug", "x..", 1),
        ("drug", "x.x", 1),
        ("drug", "xxx", 1),
    ]
    assert missed.table["percent"].tolist() == pytest.approx([100 / 3] * 6)
    assert records(missed.dropout, ["group", "wave", "remaining", "left_after"]) == [
        ("placebo", 0, 2, 1),
        ("placebo", 6, 1, 0),
        ("placebo", 12, 1, 0),
        ("drug", 0, 3, 1),
        ("drug", 6, 2, 0),
        ("drug", 12, 2, 0),
    ]
    assert missed.totals.groupby("group")["persons"].sum().tolist() == [3, 3]
    assert missed.persons["group"].tolist() == ["drug"] * 3 + ["placebo"] * 3


def test_groups_keep_the_order_of_their_categories_and_persons_without_one_are_shown(long):
    long["arm"] = pd.Categorical(long["arm"], ["placebo", "drug", "unused"]).remove_categories("drug")
    missed = panel_of(long).missing(by="arm")
    assert missed.totals["group"].unique().tolist() == ["placebo", "(missing)"]
    assert missed.table["group"].unique().tolist() == ["placebo", "(missing)"]


@settings(deadline=None)
@given(st.integers(0, 10_000))
def test_against_a_loop_over_persons(seed):
    rng = np.random.default_rng(seed)
    grid = pd.MultiIndex.from_product([rng.permutation(12), range(5)], names=["who", "month"]).to_frame(index=False)
    table = grid.assign(
        y=np.where(rng.random(60) < 0.6, 1.0, np.nan), arm=(grid["who"] % 3).astype(str), w=grid["month"]
    )
    table = table[(rng.random(60) < 0.9) | (table["month"] == 0)].sample(frac=1, random_state=seed)
    if table["y"].isna().all():
        return
    missed = panel_of(table, wave="w").missing(by="arm")
    waves = sorted(table.loc[table["y"].notna(), "month"].unique())
    assert missed.waves == waves
    kept = table.dropna()
    seen_at = set(zip(kept["who"], kept["month"], strict=True))
    for who in table["who"].unique():
        mine = [(who, wave) in seen_at for wave in waves]
        last = max([k for k, seen in enumerate(mine) if seen], default=-1)
        if not any(mine):
            kind = "never seen"
        elif all(mine):
            kind = "complete"
        else:
            kind = "monotone" if all(mine[: last + 1]) else "intermittent"
        row = missed.persons.loc[who]
        assert (row["pattern"], row["kind"]) == ("".join("x" if seen else "." for seen in mine), kind)
        assert last < 0 or row["last_wave"] == waves[last]
    for (group, pattern), persons in missed.persons.groupby(["group", "pattern"], observed=True):
        cell = missed.table[(missed.table["group"] == group) & (missed.table["pattern"] == pattern)]
        assert cell["persons"].tolist() == [len(persons)]
    last_waves = missed.persons.loc[missed.persons["last_wave"].notna(), "last_wave"]
    left = missed.dropout.groupby("wave")["left_after"].sum()
    assert [left[wave] for wave in waves[:-1]] == [int((last_waves == wave).sum()) for wave in waves[:-1]]


def test_shipped_trial_by_pandas_own_means():
    trial = gc.load_dataset("trial")
    panel = gc.Panel(trial, id="patient", time="week", outcome="depression", wave="visit")
    curve = panel.missing(by="arm").dropout.set_index(["group", "wave"])
    last = trial.dropna(subset="depression").groupby(["arm", "patient"], observed=True)["visit"].max()
    for (arm, wave), row in curve.iterrows():
        assert row["remaining"] == (last[arm] >= wave).sum()
        assert row["percent_remaining"] == pytest.approx(100 * (last[arm] >= wave).mean())


def test_its_forms(long):
    missed = panel_of(long.rename(columns={"arm": "<arm>"})).missing(by="<arm>")
    text = str(missed)
    assert text.startswith("Missing waves of 'y': 3 waves ('month'), 6 persons ('who'), by '<arm>'")
    assert "intermittent" in text and "left_after" in text
    assert "<arm>" not in missed._repr_html_() and "<table" in missed._repr_html_()
    plain = json.loads(json.dumps(missed.to_dict()))
    assert plain["waves"] == [0, 6, 12] and plain["persons"] == 6
    assert plain["patterns"][0]["last_wave"] is None and plain["dropout"][0]["left_after"] == 1
    with pytest.raises(AttributeError):
        missed.waves = []


def test_text_waves_are_in_the_order_of_their_mean_times(long):
    long["visit"] = long["wave"].map({0: "start", 1: "middle", 2: "end"})
    assert panel_of(long, wave="visit").missing().waves == ["start", "middle", "end"]
    ordered = long.assign(visit=pd.Categorical(long["visit"], ["end", "start", "none", "middle"]))
    assert panel_of(ordered, wave="visit").missing().waves == ["end", "start", "middle"]
    assert panel_of(long, wave="visit", time=None).missing().waves == ["start", "middle", "end"]


def test_two_rows_for_one_person_and_wave_are_seen_once(long):
    missed = panel_of(pd.concat([long, long], ignore_index=True), wave="wave").missing()
    assert missed.table["persons"].sum() == 6 and missed.dropout["observed"].tolist() == [4, 2, 3]


def test_without_waves_it_says_why():
    rng = np.random.default_rng(1)
    own = pd.DataFrame({"who": np.repeat(range(8), 4), "month": rng.random(32), "y": 1.0})
    with pytest.raises(NotEstimableError, match="'month' has 32 different times and no person has more than 4.*wave="):
        panel_of(own).missing()
    two = pd.DataFrame({"who": [1, 1, 2, 2], "month": [0, 1, 2, 3], "y": 1.0})
    with pytest.raises(NotEstimableError, match="for one person only.*wave="):
        panel_of(two).missing()
    with pytest.raises(NotEstimableError, match="neither waves nor times"):
        panel_of(two, time=None).missing()


def test_a_group_that_varies_within_a_person_and_a_row_without_wave(long):
    long.loc[4, "arm"] = "placebo"
    with pytest.raises(DataError, match=r"'arm' varies within person b \(drug, then placebo\).*two persons"):
        panel_of(long).missing(by="arm")
    with pytest.raises(ColumnError, match="'amr'.*'arm'"):
        panel_of(long).missing(by="amr")
    long = long.astype({"wave": float})
    long.loc[3, "wave"] = np.nan
    with pytest.raises(DataError, match="'wave' .the wave. is missing .person b, row with index 3"):
        panel_of(long, wave="wave").missing()


def test_rows_without_an_id_are_nobody(long):
    long.loc[0, "who"] = None
    missed = panel_of(long).missing()
    assert missed.persons.loc["a", "pattern"] == ".xx" and len(missed.persons) == 6
