"""Dates as they are written: the whole column settles the order of day and month, options say what it cannot."""

from __future__ import annotations

import datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from growthcurves.data.panel import Panel
from growthcurves.data.read import read_table
from growthcurves.errors import DataError, GrowthCurvesError

days = st.lists(st.dates(datetime.date(1950, 1, 1), datetime.date(2080, 12, 31)), min_size=1, max_size=6)
FORMS = {
    "day": lambda d, sign: f"{d.day}{sign}{d.month}{sign}{d.year}",
    "padded day": lambda d, sign: f"{d.day:02}{sign}{d.month:02}{sign}{d.year}",
    "month": lambda d, sign: f"{d.month}{sign}{d.day}{sign}{d.year}",
    "iso": lambda d, sign: d.isoformat(),
    "year": lambda d, sign: d.strftime("%Y-%m-%d").replace("-", "/" if sign == "-" else sign),
}


def panel_of(texts, **options):
    table = pd.DataFrame({"who": 1, "when": texts, "y": np.arange(len(texts)) + 0.5})
    return Panel(table, id="who", time="when", outcome="y", since="1900-01-01", **options)


def elapsed(dates):
    return [(date - datetime.date(1900, 1, 1)).days for date in dates]


@given(dates=days, form=st.sampled_from(list(FORMS)), sign=st.sampled_from([".", "/", "-"]), said=st.booleans())
@settings(max_examples=300, deadline=None)
def test_a_column_is_read_right_or_refused(dates, form, sign, said):
    """Never wrong: where no date settles the order it is refused, and read once the order is said."""
    texts = [FORMS[form](date, sign) for date in dates]
    ordered = form not in ("iso", "year")
    option = {"day_first": "day" in form} if said and ordered else {}
    settled = not ordered or said or any(date.day > 12 for date in dates)
    if settled:
        assert panel_of(texts, **option).times.tolist() == elapsed(dates)
    else:
        with pytest.raises(DataError, match="can be read two ways: say day_first=True"):
            panel_of(texts)


@given(dates=days, form=st.sampled_from(["%d%b%Y", "%Y%m%d", "%d.%m.%y", "%B %d, %Y"]))
@settings(max_examples=100, deadline=None)
def test_a_format_that_is_said(dates, form):
    dates = [date.replace(day=min(date.day, 28)) for date in dates]
    dates = [date.replace(year=1970 + date.year % 60) if "%y" in form else date for date in dates]
    panel = panel_of([date.strftime(form) for date in dates], date_format=form, time_unit="days")
    assert panel.times.tolist() == elapsed(dates)


def test_both_orders_in_one_column_are_told_with_their_cells():
    with pytest.raises(DataError, match=r"the day first, '24.03.2020' \(.*\), and with the month first, '03.25.2020'"):
        panel_of(["24.03.2020", "03.25.2020"])


def test_a_time_of_day_goes_along():
    assert panel_of(["24.03.2020 12:00", "25.03.2020 6:00:00"]).times.tolist() == [43912.5, 43913.25]


@pytest.mark.parametrize(
    "frequency, first", [("M", "2020-02-01"), ("Q", "2020-01-01"), ("Y", "2020-01-01"), ("D", "2020-02-03")]
)
def test_periods_are_their_first_day(frequency, first):
    periods = pd.PeriodIndex(["2020-02-03"], freq=frequency)
    for column in (periods, periods.astype(object)):
        assert panel_of(column).times.tolist() == elapsed([datetime.date.fromisoformat(first)])
    assert panel_of(["2020-02"]).times.tolist() == elapsed([datetime.date(2020, 2, 1)])


def test_what_a_format_does_not_fit_is_placed():
    with pytest.raises(DataError, match="'2.3.20' in column 'when' .* does not fit date_format='%d%b%Y'"):
        panel_of(["01JAN2020", "2.3.20"], date_format="%d%b%Y")
    with pytest.raises(GrowthCurvesError):
        panel_of(["01JAN2020"], date_format="%Q")


def test_a_new_date_is_read_as_the_column_was():
    panel = panel_of(["11.10.2019", "24.03.2020"])
    new = pd.DataFrame({"who": [1], "when": ["01.02.2021"]})
    assert panel.elapsed(new).tolist() == elapsed([datetime.date(2021, 2, 1)])
    assert panel.elapsed(new.assign(when=[6.0])).tolist() == [6.0]


@pytest.mark.parametrize("option", [{"day_first": True}, {"date_format": "%d.%m.%Y"}])
def test_what_is_said_when_the_table_is_read_holds_for_the_panel(tmp_path, option):
    (tmp_path / "t.csv").write_text("who,when,y\n1,01.02.2020,1\n1,02.02.2020,2\n")
    panel = Panel(read_table(tmp_path / "t.csv", **option), id="who", time="when", outcome="y")
    assert panel.times.tolist() == [0, 1]


def test_an_option_that_contradicts_the_dates():
    with pytest.raises(DataError, match="'24.03.2020' in column 'when' .* is not a date with the month first"):
        panel_of(["24.03.2020"], day_first=False)
