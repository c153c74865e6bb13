"""Tables of whole persons, whatever the order of rows and wherever batches are cut."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

from growthcurves.data.sources.ahead import ahead
from growthcurves.data.sources.frames import Frames
from growthcurves.data.sources.whole_persons import WholePersons

RNG = np.random.default_rng(1)
WHO = np.repeat(np.arange(40), RNG.integers(1, 6, 40))
TABLE = pd.DataFrame({"who": WHO, "row": np.arange(len(WHO))})
ORDERS = {
    "ascending": (np.arange(len(WHO)), "ascending"),
    "descending": (np.argsort(-WHO, kind="stable"), "together"),
    "persons shuffled": (np.argsort(RNG.permutation(40)[WHO], kind="stable"), "together"),
    "rows shuffled": (RNG.permutation(len(WHO)), "apart"),
}
IDS = {
    "whole numbers": lambda who: who,
    "decimals": lambda who: who + 0.5,
    "text": lambda who: np.array([f"P{one:03d}" for one in who], dtype=object),
    "categories": lambda who: pd.Categorical([f"P{one}" for one in who]),
}


@pytest.mark.covering
@pytest.mark.parametrize("size", [1, 7, 1_000])
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("kind", IDS)
def test_every_person_lies_in_one_table_with_all_rows_in_their_order(kind, order, size):
    rows, way = ORDERS[order]
    table = TABLE.iloc[rows].reset_index(drop=True)
    table["who"] = IDS[kind](table["who"].to_numpy())
    whole = WholePersons(Frames(lambda: [table], "a table"), ["who", "row"], ("who",), size)
    parts = whole.over(list)
    seen = [set(part["who"]) for part in parts]
    assert sum(map(len, seen)) == 40 == len(set().union(*seen))
    assert sorted(row for part in parts for row in part["row"]) == sorted(table["row"])
    for who, mine in table.groupby("who", observed=True)["row"]:
        (part,) = (part for part in parts if who in set(part["who"]))
        assert part.loc[part["who"] == who, "row"].tolist() == mine.tolist()
    assert whole.way == way or kind in ("text", "categories")  # whose order is that of no number
    again = whole.over(list)
    assert [len(part) for part in again] == [len(part) for part in parts]


@pytest.mark.parametrize("kind", IDS)
def test_what_rows_apart_take_is_said_beforehand(kind, caplog):
    rows = RNG.permutation(np.repeat(np.arange(3_000), 4))
    table = pd.DataFrame({"who": IDS[kind](rows), "y": rows / 7})
    whole = WholePersons(Frames(lambda: [table], "a table"), ["who", "y"], ("who",), 100_000)
    whole.over(list)
    said = float(re.search(r"about ([\d,]+) bytes a row on disk", caplog.text)[1])
    taken = sum(pile.path.stat().st_size for pile in whole._spread.piles) / len(rows)
    assert said == pytest.approx(taken, rel=0.3)


def test_rows_without_an_id_go_with_the_person_before():
    table = TABLE.assign(who=TABLE["who"].astype(float).where(TABLE["row"] % 5 != 2))
    whole = WholePersons(Frames(lambda: [table], "a table"), ["who", "row"], ("who",), 9)
    parts = whole.over(list)
    assert sum(map(len, parts)) == len(table)
    seen = [set(part["who"].dropna()) for part in parts]
    assert sum(map(len, seen)) == len(set().union(*seen))


def test_two_columns_say_who():
    table = TABLE.assign(site=TABLE["who"] // 10, who=TABLE["who"] % 10)
    whole = WholePersons(Frames(lambda: [table], "a table"), ["site", "who", "row"], ("site", "who"), 5)
    seen = [set(zip(part["site"], part["who"], strict=True)) for part in whole.over(list)]
    assert sum(map(len, seen)) == 40 == len(set().union(*seen))


def test_reading_ahead_hands_errors_on_and_stops_when_nobody_asks():
    def items():
        yield 1
        raise ValueError("broken")

    found = ahead(items())
    assert next(found) == 1
    with pytest.raises(ValueError, match="broken"):
        next(found)
    asked = []
    endless = ahead(asked.append(number) or number for number in range(10**9))
    assert next(endless) == 0
    endless.close()
    assert len(asked) < 10
