"""Tables as files: what is written can be read back, in every format."""

from __future__ import annotations

import io
import re

import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import ModelError
from growthcurves.output.tables import as_csv

pytestmark = pytest.mark.usefixtures("undrawn")


@pytest.fixture(scope="module")
def made(make_trial):
    frame = make_trial(30)
    frame["id"] = [f"<script>|{value}_&%" for value in frame["id"]]
    return gc.report(gc.fit(gc.GrowthModel("bdi", "week", "id", predictors="arm"), frame), by="arm")


def test_every_table_is_written_in_every_format(made, tmp_path):
    paths = made.save_tables(tmp_path / "new" / "folder")
    assert {path.stem for path in paths} == set(made.tables) and len(paths) == 3 * len(made.tables)
    assert {"fixed_effects", "variance_components", "change", "people", "ladder", "checklists", "group_rates",
            "missing_patterns"} <= set(made.tables)  # fmt: skip
    back = pd.read_csv(tmp_path / "new" / "folder" / "fixed_effects.csv")
    assert back["estimate"].tolist() == made.tables["fixed_effects"]["estimate"].tolist()
    assert len(made.save_tables(tmp_path, formats=["csv"])) == len(made.tables)


def test_ids_come_back_as_they_were(made):
    back = pd.read_csv(io.StringIO(as_csv(made.tables["people"])))
    assert back["id"].tolist() == made.tables["people"]["id"].tolist()


def test_markdown_has_the_same_columns_in_every_line(made, tmp_path):
    made.save_tables(tmp_path, "md")
    lines = (tmp_path / "people.md").read_text("utf-8").rstrip("\n").split("\n")
    counts = {len(re.findall(r"(?<!\\)\|", line)) for line in lines}
    assert counts == {made.tables["people"].notna().any().sum() + 1}
    assert len(lines) == len(made.tables["people"]) + 2 and "<script>" not in "".join(lines)


def test_latex_escapes_what_latex_would_read(made, tmp_path):
    made.save_tables(tmp_path, "tex")
    text = (tmp_path / "people.tex").read_text("utf-8")
    assert r"\_\&\%" in text and r"\toprule" in text
    assert text.count("\\\\\n") == len(made.tables["people"]) + 1
    effects = (tmp_path / "fixed_effects.tex").read_text("utf-8")
    assert "std" not in effects and "$<$0.001" in effects and not re.search(r"\de-\d|& 0 &", effects)


def test_an_unknown_format_is_named(made, tmp_path):
    with pytest.raises(ModelError, match="'odt'.*csv, docx, rtf, tex, html, md"):
        made.save_tables(tmp_path, formats=["odt"])


def test_tables_of_the_page_are_tables_for_word_processors(make_trial):
    """Every row has as many cells as the head, headings are headings: what pandas reads, Word reads."""
    frame = make_trial(30)
    page = gc.report(gc.fit(gc.GrowthModel("bdi", "week", "id", predictors="arm"), frame), by="arm").html
    for table in re.findall(r"<table.*?</table>", page, re.S):
        widths = set()
        for row in re.findall(r"<tr.*?</tr>", table, re.S):
            spans = re.findall(r"<t[hd]\b([^>]*)>", row)
            widths.add(sum(int(span[1]) if (span := re.search(r'colspan="(\d+)"', cell)) else 1 for cell in spans))
        assert len(widths) == 1, (widths, table[:300])
    assert page.count("<h1") == 1 and page.count("<h2") >= 10
