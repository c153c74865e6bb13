"""Dates of rows in batches: what all of them settle together is settled as in memory, in the same words."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import GrowthCurvesError

RNG = np.random.default_rng(5)
WHO = np.repeat(np.arange(40), 4)
DAY = np.tile(np.arange(4), 40)
TABLE = pd.DataFrame({"who": WHO, "y": RNG.normal(0, 2, 40)[WHO] + DAY + RNG.normal(0, 1, 160)})
BOTH = list(zip(WHO.tolist(), DAY.tolist(), strict=True))
DATES = {
    "settled by the last": [f"{1 + d:02}.0{1 + w % 5}.2020" if w < 35 else f"{14 + d}.03.2020" for w, d in BOTH],
    "settled by nobody": [f"{1 + d:02}.0{1 + w % 5}.2020" for w, d in BOTH],
    "both ways": [f"{14 + d}.03.2020" if w < 20 else f"03/{14 + d}/2020" for w, d in BOTH],
    "the ISO form first": [f"2020-03-{14 + d}" if w < 20 else f"{14 + d}.03.2020" for w, d in BOTH],
    "the ISO form last": [f"{14 + d}.03.2020" if w < 20 else f"2020-03-{14 + d}" for w, d in BOTH],
    "a word": [f"{14 + d}.03.2020" if n != 130 else "soon" for n, d in enumerate(DAY)],
    "a word in the ISO form": [f"2020-03-{14 + d}" if n != 111 else "soon" for n, d in enumerate(DAY)],
    "no such day": [f"{14 + d}.03.2020" if n != 130 else "31.02.2020" for n, d in enumerate(DAY)],
    "years, the first batch missing": ["" if w < 12 else f"20{10 + d * (1 + w // 25)}-03-01" for w, d in BOTH],
}


def said(data, batch: int | None = None) -> str:
    try:
        return str(gc.fit("y ~ day + (1 | who)", data, time="day", batch=batch))
    except GrowthCurvesError as error:
        return str(error)


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
@pytest.mark.parametrize("case", DATES)
def test_dates_as_text(case, tmp_path):
    path = tmp_path / "visits.csv"
    TABLE.assign(day=DATES[case]).to_csv(path, index=False)
    assert said(path, batch=37) == said(gc.read_table(path))


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
def test_an_order_that_was_said_of_a_file_holds_for_its_table(tmp_path):
    path = tmp_path / "visits.csv"
    TABLE.assign(day=DATES["settled by nobody"]).to_csv(path, index=False)
    table = gc.read_table(path, day_first=False)
    assert said([table[:60], table[60:]]) == said(table)
