"""One rule says which SDs and correlations are known well enough for what is built on them, at every door."""

from __future__ import annotations

import html
import re

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.contracts.finding import Caveat, Kind
from growthcurves.plots.slopes import Slopes
from growthcurves.plots.start_and_rate import StartAndRate
from growthcurves.results.variation.settled import WIDEST_SD, settled_correlation_of, settled_sd_of

pytestmark = pytest.mark.usefixtures("undrawn")


def rising(sd, persons=40, seed=8):
    """Lines of persons whose rates have this SD about 1, seen four times; errors of SD 2."""
    rng = np.random.default_rng(seed)
    person, week = np.repeat(np.arange(persons), 4), np.tile(np.arange(4.0), persons)
    rate = 1.0 + sd * rng.standard_normal(persons)
    start = rng.normal(20, 4, persons)
    y = start[person] + rate[person] * week + rng.normal(0, 2, 4 * persons)
    arm = np.where(person % 2 == 0, "placebo", "drug")
    return pd.DataFrame({"patient": person, "week": week, "arm": arm, "y": y.round(2)})


@pytest.fixture(scope="module")
def hardly():
    """Rates that hardly differ: the interval of their SD reaches zero."""
    return gc.fit("y ~ week * arm + (week | patient)", rising(0.1))


@pytest.fixture(scope="module")
def plainly():
    return gc.fit("y ~ week * arm + (week | patient)", rising(3.0))


def text_of(page):
    body = re.sub(r"<(style|script|svg)\b.*?</\1>", " ", page, flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ").split())


def test_the_widest_interval_is_that_of_an_sd_of_six_values():
    """s sqrt(5 / chi2): quantiles of chi-square with 5 degrees of freedom, by qchisq of R, 12.832502 and 0.8312116."""
    assert np.sqrt(12.832502 / 0.8312116) == pytest.approx(WIDEST_SD, abs=0.1)


def test_the_rule_asks_the_profile_at_95_whatever_was_asked_for(hardly, plainly):
    for fit, enough in ((hardly, False), (plainly, True)):
        ends = fit.variance_components("profile").set_index("term").loc["sd:slope"]
        found = settled_sd_of(fit, "slope")
        assert (found.low, found.high) == pytest.approx((ends["conf_low"], ends["conf_high"]), abs=1e-9)
        assert found.enough is enough
        for asked in ({}, {"level": 0.5}, {"method": "wald"}):
            told = [one for one in fit.change(**asked).findings if one.kind in (Kind.SHARE_ABOVE, Kind.MIDDLE_LOW)]
            caveats = {one.caveat is Caveat.UNSETTLED for one in told}
            assert len(told) == 2 and caveats == {not enough}, asked
    assert not settled_correlation_of(hardly, "intercept", "slope").enough


def test_shares_and_the_middle_are_stated_by_no_door_where_the_sd_is_hardly_known(hardly):
    report = hardly.change(by="arm")
    texts = str(report)
    assert "share of patients" not in texts and "middle 95 %" not in texts and "closest together" not in texts
    told = re.search(r"\(95 % interval (\S+) to (\S+)\), too uncertain to say between which rates most", texts)
    assert [float(end) for end in told.groups()] == pytest.approx(settled_sd_of(hardly, "slope")[:2], abs=0.005)
    assert "explains" not in texts and "is not settled: the 95 % interval of the correlation is -1.00 to 1.00" in texts
    notes = report.table.set_index("quantity")["note"]
    assert notes.loc["share above threshold, model"].str.startswith("no finding: the SD of rates is not known").all()
    page = hardly.report(by="arm")
    told = text_of(page.html)
    assert not any(said in told for said in ("with a rate above 0", "P(rate > 0)", "Middle 95 % of patients' rates"))
    assert "Not well known from these data: the SD of the rate of change" in told and "No warnings" not in told
    assert "Drop in the variance of rates" not in told and "of the variance in the rate of change" not in told
    assert "model" not in set(Slopes().data(hardly)["part"])
    assert "ellipse" not in set(StartAndRate().data(hardly)["part"])


def test_they_are_stated_where_it_is_known(plainly):
    texts, told = str(plainly.change(by="arm")), text_of(plainly.report(by="arm").html)
    for said in ("The middle 95 % of patients have rates", "The estimated share of patients with a rate above 0"):
        assert said in texts and said in told
    assert "P(rate > 0)" in told and "Known from these data: the SD of the start" in told
    assert "model" in set(Slopes().data(plainly)["part"]) and "ellipse" in set(StartAndRate().data(plainly)["part"])
