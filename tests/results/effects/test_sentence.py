"""Sentences of a paper: the numbers of pbkrtest (docs/dictionary.md has the digits) in the style of the APA."""

from __future__ import annotations

import numpy as np
import pytest

import growthcurves as gc
from growthcurves.errors import ModelError


@pytest.fixture(scope="module")
def fit():
    return gc.fit("distance ~ age * sex + (age | subject)", gc.load_dataset("orthodont"), reference={"sex": "Female"})


def test_a_term_by_its_name_and_in_the_words_of_the_formula(fit):
    numbers = "b = 0.305, SE = 0.135, 95% CI [0.027, 0.582], t(25) = 2.26, p = .033."
    said = f"Rate of change: sex Male against Female, {numbers}"
    assert fit.sentence("slope:sex[Male]") == fit.sentence("age:sex") == said


def test_small_p_minus_signs_levels_and_other_degrees_of_freedom(fit):
    assert fit.sentence("slope").endswith("t(25) = 4.62, p < .001.")
    assert "b = −1.0" in fit.sentence("intercept:sex[Male]")
    assert "90% CI" in fit.sentence("slope", level=0.9) and "z = 4.62" in fit.sentence("slope", ddf="normal")
    assert fit.sentence("slope + slope:sex[Male]").startswith("Slope + slope:sex[Male], b = 0.78")


def test_without_degrees_of_freedom_there_is_no_interval(fit, monkeypatch):
    unknown = "growthcurves.results.ddf.satterthwaite.Satterthwaite.df"
    monkeypatch.setattr(unknown, lambda _, fit, L: np.full(len(L), np.nan))
    assert fit.sentence("slope").endswith("SE = 0.104, without an interval: its degrees of freedom cannot be found.")


@pytest.mark.parametrize("term", ["slop", 3, "slope:sex[Neither]"])
def test_unknown_terms_are_refused(fit, term):
    with pytest.raises(ModelError):
        fit.sentence(term)
