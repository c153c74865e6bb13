"""A column of a text file is of one kind in all of its rows, whichever batch they are in."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import DataError

RNG = np.random.default_rng(3)
WHO = np.repeat(np.arange(40), 4)
TABLE = pd.DataFrame({"who": WHO, "day": np.tile(np.arange(4.0), 40), "age": RNG.normal(40, 5, 40)[WHO]})
TABLE["y"] = RNG.normal(0, 2, 40)[WHO] + TABLE["day"] + RNG.normal(0, 1, len(TABLE))
TEXTS = {
    "ids": {"who": [f"{one}x" if one >= 30 else str(one) for one in WHO]},
    "numbers": {"arm": np.select([WHO < 15, WHO < 30], ["1", "2"], "x")},
    "truth": {"arm": np.select([WHO < 15, WHO < 30], ["True", "False"], "maybe")},
}


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
@pytest.mark.parametrize("case", TEXTS)
def test_text_that_comes_late_is_text_from_the_first_row_on(case, tmp_path):
    path = tmp_path / "late.csv"
    TABLE.assign(**TEXTS[case]).to_csv(path, index=False)
    formula = f"y ~ day + {'arm' if case != 'ids' else 'age'} + (1 | who)"
    assert str(gc.fit(formula, path, batch=37)) == str(gc.fit(formula, gc.read_table(path)))


def test_a_name_of_two_columns_in_a_table_of_a_list():
    twice = pd.concat([TABLE, TABLE[["age"]]], axis=1)
    with pytest.raises(DataError, match="table 2 has several columns called 'age'"):
        gc.fit("y ~ day + age + (1 | who)", [TABLE, twice])
