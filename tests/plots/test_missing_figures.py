"""Pictures of missing waves where the panel says why they are missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.plots import PANEL_FIGURES

PATTERNS = {"a": "xxx", "b": "oxx", "c": "x++", "d": "x..", "e": "xx-", "f": "x.x"}
WHY = {"+": "died", "o": "not sampled", "-": "not scheduled"}


@pytest.fixture
def panel():
    cells = [(who, k, letter) for who, text in PATTERNS.items() for k, letter in enumerate(text)]
    rows = [(who, k, 1.0 + k if letter == "x" else np.nan, WHY.get(letter)) for who, k, letter in cells]
    table = pd.DataFrame(rows, columns=["who", "wave", "y", "why"])
    return gc.Panel(table, id="who", time="wave", outcome="y", status="why")


def test_waves_that_were_not_due_have_signs_and_no_tiles(panel):
    assert set(PANEL_FIGURES["missing"]().data(panel)["pattern"]) == set(PATTERNS.values())
    ax = panel.plot("missing")
    assert len(ax.patches) == sum(text.count("x") + text.count(".") for text in PATTERNS.values())
    assert len(ax.lines) == sum(text.count(letter) for text in PATTERNS.values() for letter in WHY)
    key = [text.get_text() for text in ax.get_legend().get_texts()]
    assert key[-3:] == ["died", "not scheduled", "not sampled"] and "missed" in key


def test_the_dropout_curve_is_of_those_due(panel):
    ax = panel.plot("dropout")
    assert "of those due" in ax.get_ylabel()
    # due: 5, 5, 4; seen then or later: 5, 4 (a b e f), 3 (a b f)
    assert ax.lines[0].get_ydata().tolist() == pytest.approx([100.0, 80.0, 75.0])


def test_without_reasons_the_pictures_are_as_they_were(panel):
    plain = gc.Panel(panel.data, id="who", time="wave", outcome="y")
    assert len(plain.plot("missing").lines) == 0
    assert plain.plot("dropout").get_ylabel() == "still in the study (%)"
