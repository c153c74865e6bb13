"""Visits that names tell by words, in wide tables: numbers where they have them, else ordered names."""

from __future__ import annotations

import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import ColumnError, ModelError


@pytest.fixture
def wide():
    return pd.DataFrame({"id": [1, 2], "hamd_baseline": [20, 22], "hamd_week4": [18, 21], "hamd_week8": [15, 19]})


def test_a_pattern_reads_the_number_of_a_visits_name(wide):
    long = gc.to_long(wide, id="id", time="week", columns="hamd_{visit}")
    assert long["week"].tolist() == [0, 4, 8] * 2 and long["hamd"].tolist() == [20, 18, 15, 22, 21, 19]
    cell = gc.to_long(wide.rename(columns={"hamd_week8": "hamd_week_8"}), "id", "week", "hamd_{visit}")
    assert cell["week"].tolist() == [0, 4, 8] * 2


@pytest.mark.parametrize("names", [["pre", "post", "fu"], ["day1", "week4", "week8"], ["baseline", "week0", "week4"]])
def test_names_that_tell_no_number_are_refused(wide, names):
    with pytest.raises(ColumnError, match="No column fits"):
        gc.to_long(wide.set_axis(["id", *(f"hamd_{name}" for name in names)], axis=1), "id", "week", "hamd_{visit}")


def test_spelled_out_visits_keep_their_names_and_order(wide):
    columns = {"hamd": {"hamd_baseline": "pre", "hamd_week4": "post", "hamd_week8": "fu"}}
    long = gc.to_long(wide, "id", "visit", columns)
    assert long["visit"].tolist() == ["pre", "post", "fu"] * 2
    assert long["visit"].cat.categories.tolist() == ["pre", "post", "fu"] and long["visit"].cat.ordered
    timed = gc.to_long(wide, "id", "week", columns, times={"pre": 0, "post": 4, "fu": 9})
    assert timed["week"].tolist() == [0, 4, 9] * 2 and timed["wave"].tolist() == ["pre", "post", "fu"] * 2
    with pytest.raises(ModelError, match="must be a number"):
        gc.to_long(wide, "id", "week", {"hamd": {"hamd_baseline": "pre", "hamd_week4": 4}})


def test_a_trial_of_named_columns():
    """The same differences as of the long table."""
    data = gc.load_dataset("trial").drop(columns="visit")
    wide = gc.to_wide(data, id="patient", time="week", values=["depression"])
    names = {name: name.replace("depression_", "depression_week") for name in wide if name.startswith("depression_")}
    wide = wide.rename(columns={**names, "depression_0": "depression_baseline"})
    long = gc.to_long(wide, "patient", "week", "depression_{visit}")
    asked = {"outcome": "depression", "visit": "week", "id": "patient", "arm": "arm", "reference": "placebo"}
    both = [gc.mmrm(rows, **asked, baseline=0, residual="cs").differences["estimate"] for rows in (data, long)]
    assert both[0].tolist() == pytest.approx(both[1].tolist(), rel=1e-9)
