"""Ladders of outcomes that are not normal: every model has the family, and shares are of random effects alone."""

import pandas as pd
import pytest

import growthcurves as gc
from tests.results.family_panels import drawn_panel


def test_every_model_has_the_family_and_its_exposure():
    data = drawn_panel("counts", persons=40, occasions=3)
    found = gc.ladder("y ~ t * arm + (1 | id)", data, family="negative-binomial", exposure="w", time="t")
    alone = gc.fit("y ~ 1 + (1 | id)", data, family="negative-binomial", exposure="w")
    assert found.fits["A"].deviance == pytest.approx(alone.deviance, abs=1e-8)
    text = str(found)
    assert "dispersion" in text and "Level 1" not in text and "Of the outcome" not in text
    assert "scale every model sets anew" in text


def test_ordered_categories_without_any_fixed_effect():
    """Without predictors thresholds alone are left: those of the shares, where persons do not differ."""
    data = drawn_panel("counts", persons=40, occasions=3)
    data["state"] = pd.cut(data["y"], [-1, 0, 2, 999], labels=["low", "middle", "high"])
    found = gc.ladder("state ~ t * arm + (1 | id)", data, family="ordinal", time="t")
    assert found.fits["A"].terms == () and "threshold between low and middle" in str(found)
