"""Degrees of freedom that are counted with units above persons: nlme's anova(), HLM's and SAS's rules by hand."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
import reference_values

import growthcurves as gc
from growthcurves.errors import NotAvailableError


@pytest.fixture(scope="module")
def data():
    return reference_values.table("levels_waves.csv")  # 189 pupils, 42 classes, 14 schools, 811 rows


def df(formula, data, method):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = gc.fit(formula, data, time="grade")
    return fit.fixed_effects(ddf=method).set_index("term")["df"].to_dict()


def test_nlme_slopes(data):
    """anova(lme(y ~ grade * private + poor, random = list(school = ~grade, pupil = ~grade)))."""
    found = df("y ~ grade * private + poor + (grade | school) + (grade | pupil)", data, gc.Containment(rule="nlme"))
    assert found == {"intercept": 620, "slope": 620, "intercept:private": 12, "intercept:poor": 174,
                     "slope:private": 620}  # fmt: skip


def test_nlme_intercepts_at_three_levels(data):
    """anova(lme(y ~ grade * private + grade * poor, random = ~1 | school/class/pupil))."""
    found = df("y ~ grade * private + grade * poor + (1 | school/class/pupil)", data, gc.Containment(rule="nlme"))
    assert list(found.values()) == [619, 12, 146, 619, 619, 619]


def test_hlm_counts_the_units_of_the_level_that_a_predictor_is_of(data):
    """Raudenbush and Bryk (2002): J less the predictors of that level less one, J pupils or schools."""
    found = df("y ~ grade * private + poor + (grade | school) + (grade | pupil)", data, "between-within")
    assert found == {"intercept": 14 - 2, "intercept:private": 14 - 2, "intercept:poor": 189 - 3, "slope": 14 - 2,
                     "slope:private": 14 - 2}  # fmt: skip
    found = df("y ~ grade * poor + (1 | school) + (grade | pupil)", data, "between-within")
    assert found == {"intercept": 14 - 1, "intercept:poor": 189 - 2, "slope": 189 - 2, "slope:poor": 189 - 2}


def test_containment_is_the_rank_that_a_random_effect_adds(data):
    """By hand: ranks of [X Z] over all rows as the columns of one random effect after the other come in."""
    grade, n = data["grade"].to_numpy(float), len(data)
    X = np.column_stack([np.ones(n), grade, data["private"], data["poor"], grade * data["private"]])
    schools, pupils = (np.eye(count)[np.unique(data[name], return_inverse=True)[1]]
                       for name, count in (("school", 14), ("pupil", 189)))  # fmt: skip
    blocks = [schools, schools * grade[:, None], pupils, pupils * grade[:, None]]
    ranks = [np.linalg.matrix_rank(np.column_stack([X, *blocks[:k]])) for k in range(5)]
    school, school_slope, pupil, _ = np.diff(ranks)
    found = df("y ~ grade * private + poor + (grade | school) + (grade | pupil)", data, "containment")
    assert found == {"intercept": school, "intercept:private": school, "intercept:poor": pupil, "slope": school_slope,
                     "slope:private": school_slope}  # fmt: skip


@pytest.mark.parametrize("method", ["between-within", "containment", gc.Containment(rule="nlme")])
def test_crossed_units_are_not_counted(method):
    with pytest.raises(NotAvailableError, match="these are crossed: take ddf='satterthwaite'"):
        df("y ~ grade + poor + (1 | pupil) + (1 | teacher)", reference_values.table("levels_crossed.csv"), method)
