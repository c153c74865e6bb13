"""What the page says of whether its numbers can be relied on: of their precision, not of their computation alone."""

from __future__ import annotations

import html
import re

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.data.missing import DROPPED_OUT, MISSED_BEFORE, WAYS

pytestmark = pytest.mark.usefixtures("undrawn")


def section(page, name):
    found = re.search(rf'<section id="{name}">(.*?)</section>', page.html, re.S)
    body = re.sub(r"<svg\b.*?</svg>", " ", found[1], flags=re.S)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).replace("\u00a0", " ").split())


def schools(slope_sd=0.0, along=0.12):
    """Students of 40 schools whose levels differ by an SD of 3, and whose slopes follow the levels."""
    rng = np.random.default_rng(3)
    school = np.repeat(np.arange(40), 25)
    ses = np.clip(rng.normal(0, 1, 1000), -2.5, 2.5).round(2)
    level = rng.normal(0, 3, 40)
    slope = 2.4 + along * level + rng.normal(0, slope_sd, 40) if slope_sd else 2.4 + along * level
    math = 50 + level[school] + slope[school] * ses + rng.normal(0, 6, 1000)
    return pd.DataFrame({"school": school, "ses": ses, "math": math.round(1)})


@pytest.fixture(scope="module")
def singular():
    fit = gc.fit("math ~ ses + (ses | school)", schools())
    assert fit.certificate.singular
    return fit


def test_a_correlation_at_the_end_is_no_likeness_of_schools(singular):
    """Level differences are plain (their interval keeps away from 0): that all may be the same is not said of them."""
    page = singular.report()
    said, table = section(page, "certainty"), section(page, "variation")
    low = singular.variance_components().set_index("term").loc["sd:intercept", "conf_low"]
    assert low > 1 and "all schools are the same" not in said and "all schools are alike" not in said
    assert "says nothing against differences between schools in each of them" in said
    assert re.search(r"estimated as exactly -?1, the end of its range \(95 % interval of the correlation ", said)
    assert "without exception" not in page.html and page.html.count("estimated as exactly") == 1
    assert "no variance between schools in intercept" in table


def test_where_all_lines_meet_is_told_inside_the_observed_range_only(singular):
    """-cov / var(slope), a closed form, lies far below the least ses; where it lies inside it is told."""
    G = singular.cov_re
    met = -G.loc["intercept", "slope"] / G.loc["slope", "slope"]
    assert met < singular.panel.frame["ses"].min() and "the same for all" not in str(singular.certificate)


def test_what_is_hardly_known_which_may_not_vary_and_what_is_not_checked():
    rng = np.random.default_rng(2)
    person, week = np.repeat(np.arange(30), 4), np.tile(np.arange(4.0), 30)
    y = rng.normal(20, 4, 30)[person] + week + rng.normal(0, 2, 120)
    fit = gc.fit("y ~ week + (week | patient)", pd.DataFrame({"patient": person, "week": week, "y": y}))
    page = fit.report()
    said, table = section(page, "certainty"), section(page, "variation")
    assert "Averages and differences rest on 30 patients, 4 occasions each" in said
    assert "Not well known from these data: the SD of the rate of change (95 % interval 0" in said
    assert "All 30 patients were seen at all waves." in said and "No warnings" not in said
    assert "In 12 checks" in said or "Nothing speaks against the model in 12 checks" in said
    assert "The page takes for granted that patients are independent of each other" in said
    whole = "the rate of change may not vary at all"
    assert table.count(whole) + said.count(whole) <= 1 and "one of the two" not in page.html
    notes = fit.variance_components().attrs["notes"]
    assert notes.get("cor:intercept,slope", "slope may not vary at all") == "slope may not vary at all"


PATTERNS = {"xxxx": 5, "x...": 3, "xx..": 2, "x.x.": 4, "x.xx": 1, ".xxx": 2}


@pytest.fixture(scope="module")
def seen():
    """Persons by pattern, counted by hand: 3 + 2 + 4 of 17 were last seen before the last wave, 4 after a gap."""
    patterns = [pattern for pattern, persons in PATTERNS.items() for _ in range(persons)]
    rng = np.random.default_rng(1)
    rows = [
        (who, wave, 10 + 0.5 * wave + rng.normal())
        for who, pattern in enumerate(patterns)
        for wave, sign in enumerate(pattern)
        if sign == "x"
    ]
    return pd.DataFrame(rows, columns=["who", "wave", "y"])


def test_there_is_one_number_of_those_who_dropped_out(seen):
    fit = gc.fit("y ~ wave + (1 | who)", seen, time="wave")
    missed = fit.panel.missing()
    assert missed.ways == {
        "complete": 5, DROPPED_OUT: 9, "died": 0, "missed between": 1, "came late": 2, "never seen": 0, "never due": 0,
        MISSED_BEFORE: 4,
    }  # fmt: skip
    assert sum(missed.ways[way] for way in WAYS) == 17
    last = missed.dropout.iloc[-1]
    assert last["remaining"] == 17 - 9 == missed.dropout["left_after"].rsub(0).sum() + 17
    page = fit.report()
    said = section(page, "missing")
    assert "5 were seen at all 4 waves, 9 dropped out (last seen before the last wave; 4 of them missed some" in said
    assert "1 missed some in between and was seen at the last and 2 came late" in said
    assert "12 missed at least one wave; 9 of them dropped out." in section(page, "certainty")


def test_a_page_has_one_number_of_what_explains_the_rates(make_trial):
    """The drop in the variance of rates, and the p-values of the effects, are the same wherever they stand."""
    fit = gc.fit("bdi ~ week * arm + (week | id)", make_trial(300))
    page = fit.report(by="arm")
    ladder = page.tables["ladder"]
    assert "var:slope" not in set(ladder.loc[ladder["part"] == "pseudo-R2", "term"])
    assert "of the variance in the rate of change" not in page.html
    top = ladder[(ladder["model"] == "C") & (ladder["part"] == "fixed effects")].set_index("term")
    own = fit.fixed_effects().set_index("term")
    for column in ("estimate", "std_error", "p_value"):
        np.testing.assert_allclose(top.loc[own.index, column], own[column], rtol=1e-9)
    ml = gc.ladder(fit.model, fit.panel).table
    deviances = [table.loc[table["term"] == "deviance", "estimate"].tolist() for table in (ladder, ml)]
    np.testing.assert_allclose(*deviances, rtol=1e-9)
