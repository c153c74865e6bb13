"""Sentences give an estimate with its interval, and words that are true of what the interval allows."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.contracts.finding import PERSON, Finding, Kind
from growthcurves.report.change import LOOKS
from growthcurves.report.words import parameter_name
from growthcurves.results.change.words import share_interval

pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture(scope="module")
def sleep():
    return gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))


def test_no_estimate_of_differences_between_persons_stands_alone(sleep):
    answer = sleep.change()
    told = " ".join(answer.sentences())
    for one in answer.findings:
        if one.kind is Kind.RELIABILITY:
            assert f"{one.value:.2f} (0: all chance, 1: exact; 95 % interval {one.conf_low:.2f} to " in told
        if one.kind is Kind.CORRELATION_WITH_STATUS:
            assert re.search(rf"{one.value:.2f} at day {one.at:g} \((95 % interval )?{one.conf_low:.2f} to ", told)
        if one.kind is Kind.ICC and one.at in (0.0, 9.0):
            assert re.search(rf"{one.value:.0%}".replace("%", " % at day"), told)
    assert re.search(r"48 % at day 0 \(95 % interval \d+ to \d+ %\)", told)
    assert re.search(r"are estimated to lie closest together at day .* \(95 % interval from day -?[\d.]+ to day ", told)


def test_ends_of_an_interval_of_dates_are_told_as_dates_are():
    rng = np.random.default_rng(2)
    person, visit = np.repeat(np.arange(60), 6), np.tile(np.arange(6), 60)
    day = pd.Timestamp("2015-01-10") + pd.to_timedelta(visit * 300 + rng.integers(0, 60, 360) * (visit > 0), unit="D")
    y = rng.normal(0, 4, 60)[person] + rng.normal(1, 2, 60)[person] * visit + rng.normal(0, 1, 360)
    fit = gc.fit("y ~ date + (date | id)", pd.DataFrame({"id": person, "date": day, "y": y}))
    (told,) = [text for text in fit.change().sentences() if "closest together" in text]
    ends = r"from [\d.]+ years? before the first visit to [\d.]+ years? (before|after) "
    assert re.search(rf"\(95 % interval {ends}", told)


@pytest.mark.parametrize(
    ("low", "high", "text"),
    [
        (0.9996, 1.0, "95 % interval above 99.9 %"),
        (0.0, 0.0004, "95 % interval below 0.1 %"),
        (0.0, 1.0, "95 % interval below 0.1 to above 99.9 %"),
        (0.961, 0.99951, "95 % interval 96.1 to above 99.9 %"),
    ],
)
def test_both_ends_of_the_interval_of_a_share_have_one_rule(low, high, text):
    class Told:
        level = 0.95

    found = Finding(Kind.SHARE_ABOVE, (low + high) / 2, PERSON, conf_low=low, conf_high=high)
    assert share_interval(found, Told()) == text


def test_an_estimated_share_is_never_all_or_none_in_a_table():
    estimated, counted = LOOKS[Kind.SHARE_ABOVE].shown, LOOKS[Kind.SHARE_ABOVE_OLS].shown
    assert (estimated(0.9999, 2), estimated(0.001, 2), estimated(0.5, 2)) == ("> .99", "< .01", ".50")
    assert (counted(1.0, 2), counted(0.0, 2)) == ("1.00", ".00")


def test_only_what_is_read_at_the_first_time_is_a_start(sleep):
    frame = gc.load_dataset("sleepstudy")
    later = gc.GrowthModel(outcome="reaction", time="day", id="subject", origin=4)
    assert parameter_name(sleep, "intercept") == "Start: reaction at day 0"
    assert parameter_name(gc.fit(later, frame), "intercept") == "Level: reaction at day 4"
    before = gc.GrowthModel(outcome="reaction", time="day", id="subject", origin=-1)
    assert parameter_name(gc.fit(before, frame), "intercept") == "Start: reaction at day -1"


def test_a_correlation_of_unknown_sign_is_not_known():
    """Sleep study: the interval of the correlation holds zero, those of the SDs do not."""
    page = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy")).report().html
    text = re.sub(r"\s+", " ", re.sub("<[^>]+>", "", page))
    known = text[text.index("Known from these data") :]
    sure, unknown = known[: known.index("Not known to be")], known[known.index("Not known to be") :]
    assert "the SD of the start" in sure and "the correlation" not in sure
    assert unknown.startswith("Not known to be positive or negative: the correlation of start")
