"""Persons whose id is two columns, or who lie in units: order, notes and texts are those of the table."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc


def pupils(text: bool) -> pd.DataFrame:
    """Pupils in schools whose rows stand in no order; two rows share pupil and week with others."""
    rng, rows = np.random.default_rng(2), []
    for school in rng.permutation(11) * 7:
        for pupil in range(1, rng.integers(4, 9)):
            level = rng.normal(10, 2)
            rows += [(school, pupil, week, level + week + rng.normal()) for week in range(rng.integers(2, 5))]
    table = pd.DataFrame(rows, columns=["school", "pupil", "week", "reading"])
    table["school"] = "s" + table["school"].astype(str) if text else table["school"]
    table["arm"] = np.where((table["pupil"] + len(table)) % 2, "new", "old")
    return pd.concat([table, table.iloc[[10, 40]]], ignore_index=True)


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
@pytest.mark.parametrize("text", [True, False])
@pytest.mark.parametrize("order", ["as made", "shuffled"])
@pytest.mark.parametrize("formula", ["(week | school:pupil)", "(week | school/pupil)"])
def test_everything_is_in_the_order_of_the_table(text, order, formula):
    table, formula = pupils(text), f"reading ~ week * arm + {formula}"
    table = table.sample(frac=1, random_state=1).reset_index(drop=True) if order == "shuffled" else table
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected, fit = gc.fit(formula, table), gc.fit(formula, [table], batch=50)
    assert str(fit) == str(expected) and fit.warnings == expected.warnings
    assert fit.people().index.equals(expected.people().index)
    assert fit.random_effects.index.equals(expected.random_effects.index)
    if ":" in formula:
        assert "school (11 schools)" in str(fit)


def test_what_is_left_out_is_told_by_a_loaded_fit_too(tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = gc.fit("reading ~ week + (week | school:pupil)", pupils(True))
    assert str(gc.load(fit.save(tmp_path / "fit.json"))) == str(fit)
