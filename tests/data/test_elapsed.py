"""Dates become elapsed numbers; no unit of the dates may change a digit."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from growthcurves.data.panel import Panel
from growthcurves.errors import DataError, ModelError

DATES = ["2024-01-31", "2024-03-01", "2023-12-31", "2024-12-30"]
DAYS = [0, 30, 0, 365]


def panel_of(when, **options):
    ids = options.pop("ids", [1, 1, 2, 2])
    table = pd.DataFrame({"who": ids, "when": when, "born": "2023-12-01", "y": np.arange(len(ids)) + 0.5})
    return Panel(table, id="who", time="when", outcome="y", **options)


@pytest.mark.parametrize("unit", ["s", "ms", "us", "ns"])
def test_datetimes_of_any_unit(unit):
    panel = panel_of(pd.Series(np.array(DATES, dtype=f"datetime64[{unit}]")))
    assert panel.times.tolist() == DAYS
    assert panel.time_unit == "days"
    assert panel.frame["when"].tolist() == DAYS
    assert panel.data["when"].dtype == f"datetime64[{unit}]"


@given(st.lists(st.integers(-(10**9), 10**9), min_size=4, max_size=4))
def test_the_unit_of_the_datetimes_changes_no_digit(seconds):
    stamps = np.array(seconds, dtype="datetime64[s]")
    columns = [pd.Series(stamps.astype(f"datetime64[{unit}]")) for unit in ("s", "ms", "us", "ns")]
    times = [panel_of(column, time_unit="days").times for column in columns]
    assert all(np.array_equal(times[0], other) for other in times)
    first = np.repeat([min(seconds[:2]), min(seconds[2:])], 2)
    np.testing.assert_allclose(times[0], (np.array(seconds) - first) / 86400, rtol=1e-15)


@pytest.mark.parametrize(
    "when",
    [
        DATES,
        [f" {text} " for text in DATES],
        [f"{text}T00:00:00Z" for text in DATES],
        [date.fromisoformat(text) for text in DATES],
        [datetime.fromisoformat(text) for text in DATES],
        pd.to_datetime(DATES).tz_localize("UTC"),
    ],
)
def test_every_way_to_write_a_date(when):
    assert panel_of(when).times.tolist() == DAYS


@pytest.mark.parametrize(("unit", "days"), [("weeks", 7), ("months", 30.4375), ("years", 365.25)])
def test_units(unit, days):
    panel = panel_of(DATES, time_unit=unit)
    np.testing.assert_allclose(panel.times, np.array(DAYS) / days, rtol=1e-15)
    assert panel.time_unit == unit


@pytest.mark.parametrize(
    ("last", "unit", "days"),
    [(365, "days", 1), (366, "days", 1), (367, "months", 30.4375), (729, "months", 30.4375), (730, "years", 365.25)],
)
def test_the_unit_follows_the_longest_span_of_a_person(last, unit, days):
    elapsed = np.array([0, 30, 0, last])
    when = pd.to_datetime(["2020-01-31", "2020-01-31", "2010-12-31", "2010-12-31"]) + pd.to_timedelta(elapsed, "D")
    panel = panel_of(when)
    assert panel.time_unit == unit == panel.clock.unit
    np.testing.assert_allclose(panel.times, elapsed / days, rtol=1e-15)
    np.testing.assert_allclose(panel.elapsed(panel.data), panel.times, rtol=1e-15)
    assert panel_of(when, time_unit="days").times.tolist() == elapsed.tolist()
    assert panel_of(when, since="2010-12-31").time_unit == "days"


@pytest.mark.parametrize("since", ["2023-12-01", "born", date(2023, 12, 1), pd.Timestamp("2023-12-01")])
def test_origins(since):
    assert panel_of(DATES, since=since).times.tolist() == [61, 91, 30, 395]


def test_the_first_visit_counts_even_when_its_outcome_is_missing():
    table = pd.DataFrame({"who": [1, 2, 1], "when": ["2024-01-11", "2024-01-05", "2024-01-01"], "y": [1, 2, np.nan]})
    panel = Panel(table, id="who", time="when", outcome="y")
    assert panel.times.tolist() == [10, 0]


def test_missing_dates_are_left_out():
    panel = panel_of([DATES[0], None, None, DATES[3]])
    assert panel.dropped.to_dict("list") == {"reason": ["missing when"], "rows": [2]}
    assert panel.times.tolist() == [0, 0]


def test_numbers_and_origins():
    assert panel_of([3, 5, 2, 9]).times.tolist() == [3, 5, 2, 9]
    assert panel_of([3, 5, 2, 9], since="first").times.tolist() == [0, 2, 0, 7]
    assert panel_of([3, 5, 2, 9], since=1).times.tolist() == [2, 4, 1, 8]
    assert panel_of([3, 5, 2, 9], since="y").times.tolist() == [2.5, 3.5, -0.5, 5.5]
    assert panel_of([3, 5, 2, 9], ids=[1, 2, 1, 2], since="first").times.tolist() == [1, 0, 0, 4]
    assert panel_of([3, 5, 2, 9], time_unit="sessions").time_unit == "sessions"


@pytest.mark.parametrize("text", ["01/02/2024", "1.2.2024", "1-2-2024"])
def test_a_date_that_can_be_read_two_ways_is_refused(text):
    with pytest.raises(DataError) as caught:
        panel_of([text, *DATES[1:]])
    assert f"{text!r} in column 'when' (person 1, row with index 0) can be read two ways" in str(caught.value)
    assert "2024-03-31" in str(caught.value)


@pytest.mark.parametrize("text", ["31.12.2024", "2024-13-01", "soon"])
def test_what_is_no_iso_date_is_placed(text):
    with pytest.raises(DataError, match=r"in column 'when' \(person 2, row with index 2\) is not a date"):
        panel_of([DATES[0], DATES[1], text, DATES[3]])


@pytest.mark.parametrize("when", [["a", "b", "c", "d"], [None, "x", None, None]])
def test_text_that_is_no_date_is_text(when):
    with pytest.raises(DataError, match="'when' holds the text '[ax]' where a number is needed"):
        panel_of(when)


def test_durations_are_refused_with_the_way_out():
    with pytest.raises(DataError, match="durations.*divide"):
        panel_of(pd.to_timedelta([1, 2, 3, 4], unit="D"))


@pytest.mark.parametrize(
    ("when", "options", "words"),
    [
        (DATES, {"time_unit": "day"}, "'day'.*'days'"),
        (DATES, {"since": "birth"}, "since='birth'.*column.*date"),
        (DATES, {"since": 3}, "since=3 is not a date"),
        ([1, 2, 3, 4], {"since": "birth"}, "since='birth'.*number"),
        ([1, 2, 3, 4], {"since": 10**5_000}, "since=a number of that size is neither"),
        ([1, 2, 3, 4], {"since": float("inf")}, "since=inf is neither"),
        ([1, 2, 3, 4], {"since": True}, "since=True is neither"),
        ([1, 2, 3, 4], {"since": np.inf}, "since=inf"),
        ([1, 2, 3, 4], {"since": True}, "since=True"),
    ],
)
def test_options_that_do_not_fit(when, options, words):
    with pytest.raises(ModelError, match=words):
        panel_of(when, **options)


def test_a_since_column_without_dates():
    with pytest.raises(DataError, match="since='y': the column holds"):
        panel_of(DATES, since="y")


@pytest.mark.parametrize("kind", ["int64", "float64", "Int64", "str"])
@pytest.mark.parametrize("form", ["%Y%m%d", "%d%b%Y", "%d %B %Y", "%b %d, %Y", "%d.%m.%y", "%d-%b-%y"])
def test_dates_in_a_form_that_is_to_be_said(form, kind):
    days = pd.to_datetime(["2019-03-21", "2019-04-02", "2019-12-30", "2020-01-02"])
    frame = pd.DataFrame({"who": [1, 1, 2, 2], "when": [day.strftime(form) for day in days], "y": [1.0, 2, 3, 5]})
    if kind != "str":
        if form != "%Y%m%d":
            return
        frame["when"] = frame["when"].astype("int64").astype(kind)
    elif form == "%Y%m%d":
        return
    with pytest.raises(DataError) as caught:
        Panel(frame, id="who", time="when", outcome="y")
    assert f"date_format={form!r}" in str(caught.value) and len(str(caught.value)) < 300
    panel = Panel(frame, id="who", time="when", outcome="y", date_format=form)
    assert panel.times.tolist() == [0.0, 12.0, 0.0, 3.0] and panel.time_unit == "days"


def test_numbers_that_are_no_dates_stay_numbers():
    for values in ([20190103.5, 20190104], [20191399, 20191398], [2019, 2020], [190103, 190104], [0, 20190103]):
        frame = pd.DataFrame({"who": [1, 1], "t": values, "y": [1.0, 2]})
        assert Panel(frame, id="who", time="t", outcome="y", date_format="%Y%m%d").times.tolist() == values
        assert Panel(frame, id="who", time="t", outcome="y").times.tolist() == values
