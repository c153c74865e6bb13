"""What a reader of the page meets: no code outside the appendix of code, the data's words, where it all comes from."""

from __future__ import annotations

import html
import re

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc

CODE = re.compile(r"\b[a-z_]+\.[a-z_]+\(|\b(?:by|origin|wave|method|report|recentre)[=(]|`|(?<!\w)--\w")


def text_of(page: str) -> str:
    """The page without pictures, styles and scripts."""
    plain = re.sub(r"<(style|script|svg)[^>]*>.*?</\1>", " ", page, flags=re.S)
    return re.sub(r"\s+", " ", html.unescape(re.sub("<[^>]+>", " ", plain)))


@pytest.fixture(scope="module")
def pupils():
    """Pupils of four schools, whose column the model leaves out."""
    rng = np.random.default_rng(2)
    frame = pd.DataFrame({"pupil": np.repeat(np.arange(40), 4), "grade": np.tile(np.arange(4.0), 40)})
    frame["school"] = frame["pupil"] % 4
    own, rate = rng.normal(40, 5, 40), rng.normal(5, 1, 40)
    frame["reading"] = own[frame["pupil"]] + rate[frame["pupil"]] * frame["grade"] + rng.normal(0, 2, 160)
    return gc.fit("reading ~ grade + (grade | pupil)", frame)


@pytest.fixture(scope="module")
def page(pupils, undrawn):
    return pupils.report().html


def test_code_stands_under_how_to_reproduce_alone(page):
    before, after = page.split('<section id="reproduce">')
    assert not CODE.search(text_of(before)), CODE.search(text_of(before))
    assert "gc.report(fit, other)" in text_of(after)


def test_headings_are_of_pupils(page):
    headings = re.findall(r"<h2>(.*?)</h2>", page)
    assert {"How pupils change", "How much pupils differ", "Pupils"} <= set(headings)
    assert not any(re.search("person|people", heading, re.I) for heading in headings)


def test_a_column_of_schools_that_the_model_leaves_out_is_named(page, pupils):
    assert "those of one school too: school (4 schools) is no part of the model" in text_of(page)
    assert "Not used  school (4 schools): pupils of one school are taken to be no more alike than others" in str(pupils)


def test_where_the_page_comes_from_is_printed_on_it(page, pupils):
    """Version, time, hash of the data and seeds: those that the fit's own record has."""
    told, text = pupils.provenance, text_of(page)
    when = told.fitted.replace("T", " ").removesuffix("+00:00")
    assert f"Fitted {when} UTC with Python" in text and f"growthcurves-longitudinal {told.version}" in text
    assert told.data in text and "Seeds: 499 replicates for checks 1." in text
    pupils.bootstrap(n=39, rng=7)
    again = text_of(pupils.report().html)
    assert re.search(r"Seeds: [^.]*\b7\.", again)


def test_an_outcome_without_unit_changes_per_grade(page, pupils):
    assert "units of reading per grade (95" not in text_of(page)
    assert re.search(r"On average, reading rises by \d\.\d+ per grade \(95", str(pupils.change()))


def test_one_number_of_decimals_in_a_column_of_persons(page):
    """The SEs of persons seen less often are larger; their estimates still stand below the others."""
    table = page[page.index('<table class="persons') :]
    cells = re.findall(r'<td class="strong">(.*?)</td>', table[: table.index("</table>")])
    assert len({len(cell.partition(".")[2].rstrip("\u2007\u2008")) for cell in cells}) == 1


def test_tables_that_scroll_are_reached_by_keyboard(page):
    assert page.count('<div class="scroll"') == page.count('<div class="scroll" tabindex="0">') > 5


def test_a_bar_moves_with_sections_and_pictures(pupils, undrawn, monkeypatch):
    """One step for each section and picture, never more than there are."""
    import tqdm

    monkeypatch.setattr(tqdm, "tqdm", lambda **options: Steps.of(options))
    pupils.report()
    assert 14 < Steps.last.n <= Steps.last.total


class Steps:
    """A bar that counts."""

    last = None

    @classmethod
    def of(cls, options):
        cls.last = cls()
        cls.last.total, cls.last.n = options["total"], 0
        return cls.last

    def update(self, steps):
        self.n += steps

    def __enter__(self):
        return self

    def __exit__(self, *error):
        return None
