"""Checks of one's own: those of the page, what is refused, and that they stand beside the others."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import planted
import pytest
from planted import RIGHT, Truth

import growthcurves as gc
from growthcurves.errors import ModelError
from growthcurves.extend import Check, Measure, Said, row_variance_scores

PAGE = Path(__file__).resolve().parents[2] / "docs" / "extending" / "check.md"


class LastThird(Check):
    """Whether residual variances differ in the last third of the persons: they do not."""

    name, level = "last_third", "level 1"

    def measure(self, look) -> Measure:
        last = 1.0 * (look.person >= 2 * look.persons / 3)
        return Measure(["last"], row_variance_scores(last[:, None]), score=True, shown=lambda v: np.exp(v / 2))

    def said(self, look, found) -> Said:
        return Said("the last third", f"The ratio is {found.value:.3g}.", "", (), found.value, *found.expected)


def _named(name: Any, level: Any = "shape") -> Check:
    return type("Own", (LastThird,), {"name": name, "level": level})()


@pytest.fixture(scope="module")
def fit():
    return gc.fit(RIGHT, Truth(3, 60).table(), time="t")


def test_the_check_of_the_page_finds_what_it_is_for() -> None:
    block = re.search(r"```python\n(.*?)\n\n\nfit = ", PAGE.read_text(encoding="utf-8"), re.S)
    assert block is not None
    there: dict = {"__name__": "page"}
    exec(compile(block[1], "check.md", "exec", dont_inherit=True), there)
    truth = Truth(3, 60)
    truth.bend[:, 0] -= 1.5
    own = there["FirstVisit"]()
    found = gc.fit(RIGHT, truth.table(), time="t").check(n=199, also=[own])
    row = found.table.set_index("check").loc["first_visit"]
    assert row["verdict"] == "problem" and row["value"] == pytest.approx(-1.5, abs=0.5)
    days = gc.GrowthModel("y", "t", "id", shape="occasions", random="intercept")
    assert "of its own already" in gc.fit(days, truth.table()).check(n=199, also=[own]).skipped["first_visit"]


def test_an_own_check_stands_beside_the_others_and_makes_them_more_careful(fit) -> None:
    without, found = fit.check(n=199), fit.check(n=199, also=[LastThird()])
    assert found.table.set_index("check").loc["last_third", "level"] == "level 1"
    assert found.limit == pytest.approx(0.10 / (len(without.details) + 1))
    others = found.table[found.table["check"] != "last_third"].reset_index(drop=True)
    assert others["p_value"].equals(without.table["p_value"])


@pytest.mark.parametrize(
    ("own", "words"),
    [
        (LastThird(), "takes a list of checks"),
        ([LastThird], "takes a list of checks"),
        (["outliers"], "takes a list of checks"),
        ([_named("outliers")], "that no other has, not 'outliers'"),
        ([LastThird(), LastThird()], "that no other has, not 'last_third'"),
        ([_named(None)], "needs a name="),
        ([_named("own", "level 3")], "level of checks"),
    ],
)
def test_what_is_no_check_is_refused_in_a_sentence(fit, own: Any, words: str) -> None:
    with pytest.raises(ModelError, match=words):
        fit.check(n=199, also=own)


def test_statistics_without_a_label_are_refused(fit) -> None:
    class Two(LastThird):
        name = "two"

        def measure(self, look) -> Measure:
            return Measure(["one"], lambda sample: np.zeros((2, sample.white.shape[1])))

    with pytest.raises(ModelError, match="'two' gives 2 statistics for 1 label"):
        fit.check(n=199, also=[Two()])


def test_an_own_check_without_variation_says_nothing(fit) -> None:
    class Constant(LastThird):
        name = "constant"

        def measure(self, look) -> Measure:
            return Measure(["one"], lambda sample: np.ones((1, sample.white.shape[1])))

    assert "leave nothing" in fit.check(n=199, also=[Constant()]).skipped["constant"]


def test_planted_faults_are_as_large_as_they_say() -> None:
    """The truth that tests and simulations draw from: slope reliability .6, and odds of leaving that double."""
    spread = ((planted.TIMES - planted.TIMES.mean()) ** 2).sum()
    assert planted.SD_SLOPE**2 / (planted.SD_SLOPE**2 + 1 / spread) == pytest.approx(0.6)
    truth = Truth(1, 20_000)
    seen, away = truth.seen(), truth.outcome - truth.expected
    high, low = away[:, 0] > away[:, 0].std(), away[:, 0] < -away[:, 0].std()
    odds = [(~seen[who, 1]).mean() / seen[who, 1].mean() for who in (high, low)]
    assert 2.0 < odds[0] / odds[1] < 10.0
