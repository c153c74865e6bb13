"""Outcomes that a family cannot answer, or answers badly: each named in one sentence, with what to do."""

import re

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import DataError, GrowthCurvesError, ModelWarning, NotEstimableError

RNG = np.random.default_rng(5)
WHO, T = np.repeat(np.arange(40), 4), np.tile(np.arange(4.0), 40)
U = RNG.normal(size=40)[WHO]
ARM = np.where(WHO % 2, "drug", "placebo")
COUNTS = RNG.poisson(np.exp(0.5 + 0.5 * U))
AMOUNTS = np.exp(0.5 * U + 0.3 * RNG.normal(size=160))
DRUG = ARM == "drug"

REFUSED = {
    "binomial": [
        (0 * COUNTS, "is constant (0): there is nothing to model; check the column"),
        (np.where(DRUG, 1, COUNTS > 1), "All 80 rows with arm drug (20 persons) have y 1"),
        (U > 0, "of 40 persons have the same 'y' in all their rows"),
        (COUNTS, "a yes-or-no outcome is 0 or 1: recode it"),
        (np.full(160, "yes"), "has two categories, and 'y' has 1 ('yes')"),
    ],
    "poisson": [
        (0 * COUNTS, "is constant (0)"),
        (np.where(DRUG, 0, COUNTS), "All 80 rows with arm drug (20 persons) have y 0"),
        (COUNTS + 0.5, "counts are whole numbers from 0 up: make codes missing, or take family='gamma' for amounts"),
        (COUNTS - 1, "is -1 in a row"),
    ],
    "ordinal": [
        (0 * COUNTS, "is constant (0)"),
        (np.where(DRUG, 2, COUNTS.clip(0, 2)), "All 80 rows with arm drug (20 persons) have y 2"),
        (np.where(DRUG, "low", "high"), "are words without an order"),
    ],
    "gamma": [
        (0 * AMOUNTS + 2, "is constant (2)"),
        (np.where(T == 2, 0.0, AMOUNTS), "are above 0: make it missing, or ask of such rows whether there is any"),
        (np.exp(0.1 * T + U), "own line fits 'y' perfectly"),
    ],
    "lognormal": [
        (np.where(T == 2, 0.0, AMOUNTS), "make these missing, or take another outcome, as log(y + 1)"),
        (np.exp(0.1 * T + U), "own line fits 'log(y)' perfectly"),
    ],
}  # fmt: skip
REFUSED["negative-binomial"] = REFUSED["poisson"]


def panel(y):
    return pd.DataFrame({"id": WHO, "t": T, "arm": ARM, "y": y})


@pytest.mark.parametrize("family", REFUSED)
def test_what_cannot_be_answered_is_refused_in_one_sentence(family):
    for values, words in REFUSED[family]:
        with pytest.raises(GrowthCurvesError) as refused:
            gc.fit("y ~ t * arm + (1 | id)", panel(values), family=family, time="t")
        assert isinstance(refused.value, DataError | NotEstimableError)
        text = str(refused.value)
        assert words in text and "\n" not in text and len(text) < 330


def test_a_category_without_rows_is_told():
    states = pd.Categorical(np.array(["low", "high"])[(COUNTS > 1).astype(int)], ["low", "mid", "high"], ordered=True)
    with pytest.warns(gc.errors.DataWarning, match="'mid' of y has no rows, and is left out"):
        fit = gc.fit("y ~ t + (1 | id)", panel(states), family="ordinal", time="t")
    assert [one.name for one in fit.family.parameters()] == ["threshold:low|high"]
    found = fit.predict(panel(states).head(2), category="high")
    assert found.between(0, 1).all()


@pytest.mark.parametrize(("family", "values", "words"), [
    ("poisson", 2 + (U > 0) * (T % 2), ["as much as the family says", "standard errors are too wide"]),
    ("poisson", np.where(T == 2, 9 * COUNTS, COUNTS), ["standard errors are too small; family='negative-binomial'"]),
])  # fmt: skip
def test_counts_that_scatter_otherwise_are_told_with_the_fit(family, values, words):
    shown = str(gc.fit("y ~ t + (1 | id)", panel(values.astype(int)), family=family, time="t"))
    assert all(word in shown for word in words)


def test_counts_as_the_family_says_have_no_remark():
    assert "scatter" not in str(gc.fit("y ~ t + (1 | id)", panel(COUNTS), family="poisson", time="t"))


def test_few_persons_of_a_group_are_no_basis_for_z():
    few = np.where(WHO < 8, "drug", "placebo")
    data = pd.concat([panel(COUNTS), panel(COUNTS).assign(id=WHO + 40)]).assign(arm=np.tile(few, 2))
    data.loc[data["id"] >= 40, "arm"] = "placebo"
    fit = gc.fit("y ~ t * arm + (1 | id)", data, family="poisson", time="t")
    assert "z takes the 8 persons with arm drug for many and finds too much" in str(fit)
    assert "gc.compare() the likelihood ratio" in str(fit)
    assert "z takes" not in str(gc.fit("y ~ t + (1 | id)", data, family="poisson", time="t"))


@pytest.mark.parametrize(("values", "words"), [
    (COUNTS > 1, "is only 0 and 1, and is fitted as normal.*family='binomial'"),
    (RNG.poisson(0.8, 160), "is a whole number from 0 to .*family='poisson', 'negative-binomial' or 'ordinal'"),
])  # fmt: skip
def test_what_is_no_measurement_is_hinted_at_where_it_is_fitted_as_normal(values, words):
    with pytest.warns(ModelWarning, match=words):
        fit = gc.fit("y ~ t + (1 | id)", panel(values.astype(int)), time="t")
    assert len(fit.notes) == 1 and fit.notes[0].text in str(fit)


@pytest.mark.parametrize("values", [COUNTS + 1, 10 * COUNTS, AMOUNTS, COUNTS / 10.0], ids=str)
def test_measurements_and_scores_have_no_hint(values):
    assert not gc.fit("y ~ t + (1 | id)", panel(values), time="t").notes


@pytest.mark.parametrize(
    ("column", "value", "family", "said"),
    [
        ("s", 99, "binomial", "'s' is 99 in a row (person p5, row with index 20), and there are only 5 trials"),
        ("n", 0, "binomial", "trials of 's' are 0 in a row (person p5, row with index 20)"),
        ("s", 1.5, "poisson", "'s' is 1.5 in a row (person p5, row with index 20), and counts"),
        ("s", -1, "gamma", "'s' is -1 in a row (person p5, row with index 20), and amounts"),
        ("s", 3, "probit", "'s' is 3 in a row (person p5, row with index 20), and a yes-or-no outcome"),
    ],
)
def test_the_row_and_its_person_are_named(column, value, family, said):
    """Rows before it that are left out do not move the place, nor do those of other persons."""
    data = pd.DataFrame({"id": [f"p{i // 4}" for i in range(40)], "t": np.tile(np.arange(4.0), 10), "s": 1.0, "n": 5.0})
    data.loc[data.index % 3 == 0, "s"] = 2.0 if family == "gamma" else 0.0
    data.loc[7, "s"] = np.nan
    data.loc[20, column] = value
    trials = {"trials": "n"} if family == "binomial" else {}
    with pytest.raises(DataError, match=re.escape(said)):
        gc.fit("s ~ t + (1 | id)", data, family=family, **trials)


def test_a_category_that_is_none_is_named_with_its_row():
    data = pd.DataFrame({"id": np.repeat(np.arange(8), 3), "t": np.tile(np.arange(3.0), 8), "s": ["low", "high"] * 12})
    data.loc[[2, 10], "s"] = [None, "hgih"]
    with pytest.raises(DataError, match=r"'hgih' in a row \(row with index 10\), and the categories are"):
        gc.fit("s ~ t + (1 | id)", data, family=gc.Ordinal(categories=("low", "high")))
