"""Wald intervals with the degrees of freedom that were asked for."""

from __future__ import annotations

import pandas as pd
import pytest

import growthcurves as gc


@pytest.mark.parametrize("ddf", ["kenward-roger", "between-within", gc.Satterthwaite(information="expected")])
def test_intervals_are_those_of_the_table(ddf):
    data = gc.load_dataset("orthodont")
    fit = gc.fit("distance ~ age * sex + (age | subject)", data[data["subject"] != "F05"].drop(data.index[3]))
    expected = fit.fixed_effects(ddf=ddf).set_index("term")[["conf_low", "conf_high"]]
    for found in (fit.conf_int(ddf=ddf), fit.conf_int(method=gc.Wald(ddf=ddf))):
        pd.testing.assert_frame_equal(found.loc[expected.index], expected, check_names=False)


def test_other_methods_have_none():
    fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
    with pytest.raises(gc.errors.ModelError, match="belongs to Wald intervals"):
        fit.conf_int(method="profile", ddf="kenward-roger")
