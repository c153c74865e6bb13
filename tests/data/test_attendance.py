"""Why waves are missing: hand-made panels as files of public panels and trials have them, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import growthcurves as gc
from growthcurves.data.attendance import attendance
from growthcurves.errors import ColumnError, DataError, ModelError, NotEstimableError

NAN = np.nan


def patterns(panel):
    return panel.missing().persons["pattern"].to_dict()


def waves_of(texts, first=1):
    """A row per person and wave of texts such as "x.x": the outcome is missing at a dot."""
    seen = [(who, first + k, letter == "x") for who, text in texts.items() for k, letter in enumerate(text)]
    records = [(who, wave, 1.0 + wave if one else NAN) for who, wave, one in seen]
    return pd.DataFrame(records, columns=["who", "wave", "y"])


def panel_of(table, **options):
    return gc.Panel(table, **({"id": "who", "time": "wave", "outcome": "y"} | options))


@pytest.fixture
def hrs():
    """Status by row as RAND's file of the HRS has it: 0 not in the sample yet, 1 responded, 4 alive and not
    interviewed, 5 died since the last wave, 6 died before, 7 dropped from the sample.
    """
    seen = {"a": "xxxx", "b": ".xxx", "c": "xx..", "d": "x.xx", "e": "xx..", "f": "x...", "g": "....", "h": "xx.."}
    status = {
        "a": [1, 1, 1, 1], "b": [0, 1, 1, 1], "c": [1, 1, 5, 6], "d": [1, 4, 1, 1],
        "e": [1, 1, 4, 4], "f": [1, 4, 5, 6], "g": [0, 0, 4, 4], "h": [1, 1, 7, 7],
    }  # fmt: skip
    return waves_of(seen).assign(iwstat=[code for who in seen for code in status[who]])


CODES = {0: "not sampled", 4: "nonresponse", 5: "died", 6: "died", 7: "dropout"}


def test_status_by_row_as_the_hrs_has_it(hrs):
    missed = panel_of(hrs, status={"iwstat": CODES}).missing()
    assert missed.persons["pattern"].to_dict() == {
        "a": "xxxx", "b": "oxxx", "c": "xx++", "d": "x.xx", "e": "xx..", "f": "x.++", "g": "oo..", "h": "xx..",
    }  # fmt: skip
    assert missed.persons["kind"].to_dict() == {
        "a": "complete", "b": "complete", "c": "complete until death", "d": "intermittent", "e": "monotone",
        "f": "monotone", "g": "never seen", "h": "monotone",
    }  # fmt: skip
    assert {name: n for name, n in missed.ways.items() if n} == {
        "complete": 2, "died": 1, "missed between": 1, "dropped out": 3, "never seen": 1,
    }  # fmt: skip
    assert missed.persons["due"].tolist() == [4, 3, 2, 4, 4, 2, 2, 4]
    found = missed.reasons.set_index("wave")
    assert found.loc[3].to_dict() == {
        "time": 3.0, "seen": 3, "nonresponse": 2, "dropout": 1, "died": 2, "not_scheduled": 0, "not_sampled": 0,
    }  # fmt: skip
    assert found["not_sampled"].tolist() == [2, 1, 0, 0]
    assert (found[[name for name in found if name != "time"]].sum(axis=1) == 8).all()
    curve = missed.dropout.set_index("wave")
    assert curve["due"].tolist() == [6, 7, 6, 6]
    assert curve["observed"].tolist() == [6, 5, 3, 3]
    assert curve["remaining"].tolist() == [6, 6, 3, 3]  # d missed the second, f left after the first
    assert curve["left_after"].tolist() == [1, 2, 0, 0]
    assert curve["died_after"].tolist() == [0, 1, 0, 0]
    assert curve["percent_remaining"].round(3).tolist() == [100.0, 85.714, 50.0, 50.0]


def test_without_entry_and_status_all_of_it_is_missed(hrs):
    assert patterns(panel_of(hrs)) == {
        "a": "xxxx", "b": ".xxx", "c": "xx..", "d": "x.xx", "e": "xx..", "f": "x...", "g": "....", "h": "xx..",
    }  # fmt: skip


def test_codes_are_the_same_as_numbers_texts_and_categories(hrs):
    expected = patterns(panel_of(hrs, status={"iwstat": CODES}))
    for column in (hrs["iwstat"].astype(float), hrs["iwstat"].astype(str), hrs["iwstat"].astype("category")):
        assert patterns(panel_of(hrs.assign(iwstat=column), status={"iwstat": CODES})) == expected
    texts = {str(code): reason for code, reason in CODES.items()}
    assert patterns(panel_of(hrs, status={"iwstat": texts})) == expected


def test_a_trial_with_one_reason_per_person_and_rows_of_visits_made_alone():
    seen = {"p1": "xxxx", "p2": "xx", "p3": "x", "p4": "x", "p5": "xx", "p6": "xxx"}
    reason = {
        "p1": "Completed", "p2": "DEATH", "p3": "LOST TO FOLLOW-UP", "p4": "WITHDRAWAL BY SUBJECT",
        "p5": "STUDY TERMINATED BY SPONSOR", "p6": None,
    }  # fmt: skip
    table = waves_of(seen)
    table["dcsreas"] = table["who"].map(reason)
    meant = {
        "DEATH": "died", "LOST TO FOLLOW-UP": "dropout", "WITHDRAWAL BY SUBJECT": "dropout",
        "STUDY TERMINATED BY SPONSOR": "not scheduled",
    }  # fmt: skip
    missed = panel_of(table, status={"dcsreas": meant}).missing()
    assert missed.persons["pattern"].to_dict() == {
        "p1": "xxxx", "p2": "xx++", "p3": "x...", "p4": "x...", "p5": "xx--", "p6": "xxx.",
    }  # fmt: skip
    assert {name: n for name, n in missed.ways.items() if n} == {"complete": 2, "died": 1, "dropped out": 3}


def test_words_mean_themselves():
    table = waves_of({"a": "x...", "b": "x..x", "c": "..xx", "d": "xxxx"})
    table["why"] = [
        None, "Lost to follow-up", None, "died", None, "refused it", None, None,
        "not yet sampled", "NOT_SAMPLED", None, "x", None, None, None, None,
    ]  # fmt: skip
    with pytest.raises(DataError, match=r"'why' says refused it of rows without an outcome"):
        panel_of(table, status="why")
    table.loc[5, "why"] = "no contact"
    found = attendance(panel_of(table, status="why"))
    assert patterns(panel_of(table, status="why")) == {"a": "x..+", "b": "x..x", "c": "ooxx", "d": "xxxx"}
    assert found.standing[:3].tolist() == [[0, 2, 2, 3], [0, 1, 1, 0], [5, 5, 0, 0]]


def test_a_reason_ends_with_the_next_wave_that_is_seen():
    table = waves_of({"a": ".xx..", "b": "xxxxx"})
    table["why"] = np.where(table["wave"].eq(1) & table["who"].eq("a"), "not sampled", None)
    assert patterns(panel_of(table, wave="wave", time=None, status="why"))["a"] == "oxx.."


@pytest.mark.parametrize("seen, death, pattern", [
    ("xx..", 3, "xx++"),
    ("xx..", 3.5, "xx.+"),
    ("xx..", 9, "xx.."),
    ("xx..", NAN, "xx.."),
    ("x.x.", 2, "x.x+"),  # nobody who is seen again had died
    ("....", 2, ".+++"),
])  # fmt: skip
def test_a_time_of_death(seen, death, pattern):
    table = waves_of({"a": seen, "b": "xxxx"})
    table["died_at"] = np.where(table["who"] == "a", death, 4.0)
    assert patterns(panel_of(table, status={"died_at": "died"}))["a"] == pattern


def test_entry_makes_a_refreshment_cohort_complete():
    table = waves_of({"a": "xxxx", "b": "..xx", "c": "..x.", "d": ".x.x"})
    table["joined"] = table["who"].map({"a": 1, "b": 3, "c": 3, "d": 1})
    plain, told = panel_of(table).missing(), panel_of(table, entry="joined").missing()
    assert plain.ways["came late"] == 1 and plain.totals.set_index("kind").loc["intermittent", "persons"] == 3
    assert told.persons["pattern"].to_dict() == {"a": "xxxx", "b": "ooxx", "c": "oox.", "d": ".x.x"}
    assert told.persons["kind"].tolist() == ["complete", "complete", "monotone", "intermittent"]
    assert told.dropout["due"].tolist() == [2, 2, 4, 4]
    assert told.dropout["percent_remaining"].tolist() == [100.0, 100.0, 100.0, 75.0]


def test_entry_in_waves_in_times_and_in_dates_say_the_same():
    table = waves_of({"a": "xxxx", "b": "..xx", "c": "..x."})
    start = table["who"].map({"a": 50.0, "b": 61.5, "c": 70.0})
    table["age"] = start + 2 * (table["wave"] - 1)
    table["day"] = pd.Timestamp("2010-01-01") + pd.to_timedelta(730 * (table["wave"] - 1), unit="D")
    table["in_wave"] = table["who"].map({"a": 1, "b": 3, "c": 3})
    table["in_age"] = table["who"].map({"a": 50.0, "b": 65.5, "c": 74.0})
    table["in_day"] = table["who"].map({"a": "2010-01-01", "b": "2013-12-31", "c": "2013-12-31"})
    expected = {"a": "xxxx", "b": "ooxx", "c": "oox."}
    assert patterns(panel_of(table, entry="in_wave")) == expected
    for entry in ("in_wave", "in_age"):
        assert patterns(panel_of(table, time="age", wave="wave", entry=entry)) == expected
    assert patterns(panel_of(table, time="day", since="2010-01-01", wave="wave", entry="in_day")) == expected


def test_named_waves():
    names = {1: "baseline", 2: "week 4", 3: "end"}
    table = waves_of({"a": "xxx", "b": ".xx", "c": "x.."})
    table["visit"] = pd.Categorical(table["wave"].map(names), list(names.values()), ordered=True)
    table["first"] = table["who"].map({"a": "baseline", "b": "week 4", "c": "baseline"})
    table["gone"] = table["who"].map({"c": "end"})
    found = panel_of(table, time=None, wave="visit", entry="first", status={"gone": "died"})
    assert patterns(found) == {"a": "xxx", "b": "oxx", "c": "x.+"}
    table["first"] = table["who"].map({"a": "baseline", "b": "week 3", "c": "baseline"})
    with pytest.raises(DataError, match=r"'first' holds 'week 3', which is none of the waves"):
        patterns(panel_of(table, time=None, wave="visit", entry="first"))


def test_times_of_waves_that_were_missed_are_a_persons_own():
    table = waves_of({"a": "xxxx", "b": "x.x.", "c": ".xx."})
    table["age"] = table["who"].map({"a": 50.0, "b": 60.0, "c": 70.0}) + 2 * table["wave"]
    times = attendance(panel_of(table, time="age", wave="wave")).times
    assert times.tolist() == [[52, 54, 56, 58], [62, 64, 66, 68], [72, 74, 76, 78]]


def test_contradictions_are_told_and_change_nothing():
    table = waves_of({"a": "xxx", "b": "xx."})
    table["joined"] = table["who"].map({"a": 2, "b": 1})
    table["died_at"] = table["who"].map({"b": 2.0})
    missed = panel_of(table, entry="joined", status={"died_at": "died"}).missing()
    assert missed.persons["pattern"].to_dict() == {"a": "xxx", "b": "xx+"}
    assert len(missed.notes) == 2
    assert "after they had died, by 'died_at' (first: b)" in missed.notes[0]
    assert "before they entered, by 'joined' (first: a)" in missed.notes[1]
    assert missed.notes[0] in str(missed)


def test_groups_count_their_own():
    table = waves_of({"a": "xx", "b": "x.", "c": "x.", "d": ".x"})
    table["arm"] = table["who"].map({"a": "one", "b": "one", "c": "two", "d": "two"})
    table["why"] = table["who"].map({"b": "died", "c": "died"})
    table["joined"] = table["who"].map({"d": 2}).fillna(1)
    missed = panel_of(table, status="why", entry="joined").missing(by="arm")
    assert missed.dropout["due"].tolist() == [2, 1, 1, 1]
    assert missed.reasons["died"].tolist() == [0, 1, 0, 1]
    assert missed.totals[missed.totals["kind"] == "complete until death"]["persons"].tolist() == [1, 1]


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10_000))
def test_against_a_loop_over_persons(seed):
    rng = np.random.default_rng(seed)
    letters = {f"p{k}": "".join(rng.choice(["x", "."], 5)) for k in range(12)}
    table = waves_of({"full": "xxxxx"} | letters)
    entry = {who: int(rng.integers(1, 6)) for who in letters} | {"full": 1}
    death = {who: float(rng.choice([2, 3.5, 5, NAN])) for who in letters} | {"full": NAN}
    table["entry"], table["death"] = table["who"].map(entry), table["who"].map(death)
    table.loc[table["who"] == "full", "death"] = 5.0 if all(np.isnan(v) for v in death.values()) else NAN
    found = patterns(panel_of(table, entry="entry", status={"death": "died"}))
    for who, text in letters.items():
        seen = [wave for wave, letter in enumerate(text, 1) if letter == "x"]
        first, last = min(seen, default=6), max(seen, default=0)
        expected = ""
        for wave, letter in enumerate(text, 1):
            if letter == "x":
                expected += "x"
            elif wave > last and wave >= death[who]:
                expected += "+"
            elif wave < min(entry[who], first):
                expected += "o"
            else:
                expected += "."
        assert found[who] == expected, (who, text, entry[who], death[who])


def test_what_is_refused(hrs):
    with pytest.raises(ColumnError, match="iwstta"):
        panel_of(hrs, status="iwstta")
    with pytest.raises(ColumnError, match="joined"):
        panel_of(hrs, entry="joined")
    with pytest.raises(DataError, match=r"'iwstat' says 0, 5, 6, 4, 7 of rows"):
        panel_of(hrs, status="iwstat")
    with pytest.raises(DataError, match=r"says 7 of rows .* what this means"):
        panel_of(hrs, status={"iwstat": {code: CODES[code] for code in (0, 4, 5, 6)}})
    with pytest.raises(ModelError, match=r"'gone' is no reason for a missing wave"):
        panel_of(hrs, status={"iwstat": CODES | {7: "gone"}})
    with pytest.raises(ModelError, match="begins that lasts"):
        panel_of(hrs, status={"iwstat": "nonresponse"})
    with pytest.raises(ModelError, match="status= is a column, or a dictionary"):
        panel_of(hrs, status=[1, 2])
    with pytest.raises(DataError, match="varies within person a"):
        panel_of(hrs.assign(joined=hrs["wave"]), entry="joined").missing()
    with pytest.raises(DataError, match=r"holds 2004, and none of it lies among the times \(1 to 4\)"):
        panel_of(hrs.assign(joined=2004), entry="joined").missing()


def test_panels_made_of_a_panel_keep_it(hrs):
    panel = panel_of(hrs, status={"iwstat": CODES}, wave="wave")
    expected = patterns(panel)
    assert patterns(panel.with_wave("wave")) == expected
    assert patterns(panel.over(hrs.assign(z=hrs["y"]), "z")) == expected
    assert patterns(panel.leave_out(hrs["who"] == "a", "gone")) == {who: expected[who] for who in "bcdefgh"}


def test_a_saved_fit_says_that_it_does_not_know(hrs, tmp_path):
    table = pd.concat([hrs.assign(who=hrs["who"] + str(k)) for k in range(3)])
    table["y"] += np.random.default_rng(1).normal(size=len(table))
    panel = panel_of(table, status={"iwstat": CODES})
    fit = gc.fit("y ~ wave + (1 | who)", panel)
    fit.save(tmp_path / "fit.json", rows=True)
    again = gc.load(tmp_path / "fit.json")
    assert again.panel.status == panel.status
    with pytest.raises(NotEstimableError, match="which a saved fit does not keep"):
        again.panel.missing()


def test_who_was_seen_has_entered():
    """Seen at wave 3 and missed at wave 4, person c has left, also where the column of entries says wave 9."""
    table = pd.DataFrame({"who": np.repeat(list("abc"), 4), "wave": [1, 2, 3, 4] * 3, "y": np.arange(12.0)})
    table.loc[[8, 9, 11], "y"] = np.nan
    panel = panel_of(table.assign(joined=table["who"].map({"a": 1, "b": 7, "c": 9})), entry="joined")
    assert patterns(panel) == {"a": "xxxx", "b": "xxxx", "c": "oox."}
    assert "2 persons were seen at a wave before they entered" in str(panel.missing())


def test_a_status_goes_before_the_entry(hrs):
    """What a row says of its wave counts, also where `entry` has the wave before the study."""
    panel = panel_of(hrs.assign(joined=4), entry="joined", status={"iwstat": CODES})
    assert patterns(panel) == patterns(panel_of(hrs, status={"iwstat": CODES}))
