"""Over what means are averaged: rows and weights against emmeans, everybody as observed against changed rows in R.

lmerTest's derivatives are numerical, so estimates are held to 1e-7, standard errors to 1e-6 and df to 1e-4.
"""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from reference_values import cases, three_arms

import growthcurves as gc

RECORD = cases("averages")
FORMULAS = {
    "products": "y ~ time * arm + arm * sex + age * score + time:age + (time | id)",
    "functions": "y ~ time * arm + log(age) + I((age - 50)**2) + sqrt(score):time + sex * arm + (time | id)",
    "made": "y ~ time * arm + C(age > 52) * arm + time:C(age > 52) + sex + score + (time | id)",
}


@pytest.fixture(scope="module")
def data():
    frame = three_arms()
    return frame.assign(score=(frame["id"].str[1:].astype(int) * 7) % 11)


@pytest.fixture(scope="module")
def fits(data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.ModelWarning)  # sqrt(score) predicts the slope alone
        return {name: gc.fit(formula, data) for name, formula in FORMULAS.items()}


@pytest.fixture(params=FORMULAS)
def name(request):
    return request.param


def same(found: pd.DataFrame, record: dict) -> None:
    np.testing.assert_allclose(found["estimate"], record["estimate"], rtol=1e-7)
    np.testing.assert_allclose(found["std_error"], record["se"], rtol=1e-6)
    if "df" in record:
        np.testing.assert_allclose(found["df"], record["df"], rtol=1e-4)


@pytest.mark.parametrize("weights", ["equal", "proportional"])
def test_rows_as_emmeans(fits, name, weights):
    options = {"by": "arm", "average": "rows", "weights": weights}
    same(fits[name].means(at=[0, 3], **options).table, RECORD[name][weights])
    same(fits[name].slopes(**options).table, RECORD[name][f"slopes_{weights}"])


@pytest.mark.parametrize("average", ["rows", "persons"])
def test_everybody_as_observed(fits, name, average):
    found = fits[name].means(at=[0, 3], by="arm", average=average, weights="counterfactual")
    same(found.table, RECORD[name][average])
    assert f"all {average} as they are, each with every arm" in found.note


def test_persons_are_the_default_and_told(fits):
    found = fits["products"].means(at=0, by="arm")
    assert "mean over persons of covariates" in found.note
    assert "mean over rows of covariates" in fits["products"].means(at=0, average="rows").note
    assert found.table.equals(fits["products"].means(at=0, by="arm", average="persons", weights="equal").table)


def test_a_saved_fit_answers_from_persons(fits, name, tmp_path):
    loaded = gc.load(fits[name].save(tmp_path / "fit.json"))
    for options in ({}, {"average": "rows", "weights": "proportional"}, {"weights": "counterfactual"}):
        for by in (None, "arm"):
            ours, theirs = (fit.means(at=[0, 3], by=by, **options).table for fit in (fits[name], loaded))
            np.testing.assert_allclose(ours["estimate"], theirs["estimate"], rtol=1e-12)


def test_a_saved_fit_says_what_it_lacks(fits, tmp_path, data):
    without = gc.load(fits["made"].save(tmp_path / "fit.json", people=False))
    with pytest.raises(gc.errors.NotAvailableError, match="saved without its persons"):
        without.means(at=0)
    changing = data.assign(stress=np.sin(np.arange(len(data))))
    fit = gc.fit("y ~ time + stress + arm + (time | id)", changing, time="time")
    loaded = gc.load(fit.save(tmp_path / "other.json"))
    np.testing.assert_allclose(loaded.means(at=1).table["estimate"], fit.means(at=1).table["estimate"], rtol=1e-12)
    with pytest.raises(gc.errors.NotAvailableError, match="saved without its rows"):
        loaded.means(at=1, weights="counterfactual")


# ---------------------------------------------------------------- factors made in a formula

MADE = {
    "C(age > 44)": lambda age: age > 44,
    "C(age // 10)": lambda age: (age // 10).astype(int),
    "C(age // 10, contr.sum)": lambda age: (age // 10).astype(int),
    "C(floor(age / 15), contr.helmert)": lambda age: (age // 15).astype(int),
}


@pytest.mark.parametrize("made", MADE)
@pytest.mark.parametrize("options", [{}, {"weights": "proportional"}, {"average": "rows", "weights": "counterfactual"}])
def test_a_made_factor_is_the_same_factor_as_a_column(data, made, options):
    column = data.assign(made=MADE[made](data["age"]).astype(str))
    one = gc.fit(f"y ~ time * {made} + arm + age + (time | id)", data)
    other = gc.fit("y ~ time * made + arm + age + (time | id)", column)
    for ask in (lambda fit, by: fit.means(at=[0, 4], by=by, **options), lambda fit, by: fit.slopes(by=by, **options)):
        for by, theirs in ((None, None), ("arm", "arm"), (made, "made")):
            ours, expected = ask(one, by).table, ask(other, theirs).table
            np.testing.assert_allclose(ours["estimate"], expected["estimate"], rtol=1e-8)
            np.testing.assert_allclose(ours["std_error"], expected["std_error"], rtol=1e-6)


def test_a_made_factor_follows_a_column_that_is_asked_for(data):
    fit = gc.fit("y ~ time * C(age > 44) + arm + (time | id)", data)
    levels = fit.means(at=2, by="C(age>44)").table
    ages = fit.means(at=2, by={"age": [30, 60]}).table["estimate"]
    assert levels["C(age > 44)"].tolist() == [False, True]
    np.testing.assert_allclose(ages, levels["estimate"], rtol=1e-12)
    with pytest.raises(gc.errors.ModelError, match="covariate: say at which values"):
        fit.means(by="age")
    with pytest.raises(gc.errors.ModelError, match="ask for one of them"):
        fit.means(by={"age": [30], "C(age > 44)": [True]})


def test_numbers_as_levels_without_time(data):
    """Time that the model does not have is a column: C(week) is its levels with equal weight, dense means of cells."""
    fit = gc.fit("y ~ C(time) * arm + (1 | id)", data)
    found = fit.means(by="arm").table.set_index("arm")["estimate"]
    cells = fit.means(by=["arm", "time"]).table.groupby("arm", observed=True)["estimate"].mean()
    np.testing.assert_allclose(found, cells.loc[found.index], rtol=1e-10)


@pytest.mark.parametrize(
    ("options", "match"),
    [
        ({"weights": "prop"}, "proportional"),
        ({"average": "person"}, "Did you mean 'persons'"),
        ({"by": {"age": []}}, "no value"),
        ({"by": {"age": ["old"]}}, "takes numbers"),
        ({"by": {"age": [np.nan]}}, "takes numbers"),
    ],
)
def test_what_cannot_be_asked(fits, options, match):
    with pytest.raises(gc.errors.ModelError, match=match):
        fits["products"].means(**options)


def test_without_adjustment_the_comparisons_are_counted(fits):
    found = fits["products"].means(at=[0, 3], by="arm", differences="pairwise")
    assert "6 comparisons, not adjusted" in str(found)
    assert "p_adjusted" not in found.table
    for adjust in ("holm", "bonferroni", "tukey", "scheffe"):
        asked = fits["products"].means(at=0, by="arm", differences="pairwise", adjust=adjust).differences
        assert {"p_adjusted", "conf_low_adjusted", "conf_high_adjusted"} <= set(asked)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert "1 comparison, " in str(fits["products"].means(at=0, by="sex", differences="pairwise"))
