"""What a notebook shows: real tables that say what the text says, and nothing of the user's file as markup."""

from __future__ import annotations

from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.results.tables.answer import LONGEST, Answer

EVIL = "<script>alert(1)</script>"


class Reader(HTMLParser):
    """Rows of cells, the tags that were seen, and whether each tag was closed."""

    def __init__(self, html):
        super().__init__()
        self.rows, self.tags, self.open = [], set(), []
        self.feed(html)
        assert not self.open, self.open

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.open.append(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] in ("td", "th"):
            self.rows[-1][-1] += data


@pytest.fixture(scope="module")
def evil_fit():
    rng = np.random.default_rng(5)
    persons, times = 40, 5
    level, rate = rng.normal(10, 2, persons), rng.normal(1, 0.5, persons)
    frame = pd.DataFrame(
        {
            "id": [f"{EVIL}{i}" for i in range(persons) for _ in range(times)],
            "time": np.tile(np.arange(times), persons),
            "arm": np.repeat(np.where(np.arange(persons) % 2, EVIL, "a & b"), times),
        }
    )
    frame["y"] = np.repeat(level, times) + np.repeat(rate, times) * frame["time"] + rng.normal(0, 1, len(frame))
    return gc.fit(gc.GrowthModel("y", "time", "id", predictors="arm"), frame)


ANSWERS = {
    "fit": lambda fit: fit,
    "panel": lambda fit: fit.panel,
    "change": lambda fit: fit.change(by="arm"),
    "icc": lambda fit: fit.icc(),
    "means": lambda fit: fit.means(at=[0, 4], by="arm", differences="pairwise"),
    "slopes": lambda fit: fit.slopes(by="arm", differences="pairwise"),
    "robust": lambda fit: fit.robust(),
    "r2": lambda fit: fit.r2(),
    "joint": lambda fit: fit.joint_tests(),
    "test": lambda fit: fit.test(["slope = 0", "intercept = 10"]),
    "contrast": lambda fit: fit.contrast("slope"),
    "equivalence": lambda fit: fit.equivalence("slope", margin=2),
    "effects": lambda fit: fit.effect_sizes(by="arm"),
    "bootstrap": lambda fit: fit.bootstrap(n=60, rng=1),
    "ladder": lambda fit: gc.ladder(fit.model, fit.panel),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_answers_are_tables_and_text_of_the_user_stays_text(evil_fit, name):
    html = ANSWERS[name](evil_fit)._repr_html_()
    reader = Reader(html)
    allowed = {"div", "p", "strong", "pre", "table", "thead", "tbody", "tr", "td", "th"}
    assert {"table", "tr", "td"} <= reader.tags <= allowed
    assert "<script" not in html


def test_the_summary_has_the_numbers_of_the_text():
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    rows = {row[0]: row[1:] for row in Reader(fit._repr_html_()).rows}
    assert rows["slope"] == ["10.47", "1.546", "17.0", "6.77", "<.001", "7.206 to 13.73"]
    assert rows["sd:slope"][0] == "5.922"
    assert rows["Persons"] == ["18 (subject)"]
    assert str(fit.certificate) in fit._repr_html_()


def test_what_cannot_be_told_is_said():
    data = gc.load_dataset("sleepstudy")
    with pytest.warns(gc.errors.IdentificationWarning):
        fit = gc.fit("reaction ~ day + (day | subject)", data[data["day"].isin([0, 5])])
    assert "withheld" in fit._repr_html_()


def test_a_long_table_is_cut_and_says_so():
    table = pd.DataFrame({"term": [f"t{i}" for i in range(LONGEST + 7)], "p_value": 1e-9, "none": np.nan, "n": 3})
    rows = Reader(Answer(table)._repr_html_()).rows
    assert rows[0] == ["", "p", "n"]
    assert rows[1] == ["t0", "<.001", "3"]
    assert rows[-1] == ["... and 7 more rows in .table"]
