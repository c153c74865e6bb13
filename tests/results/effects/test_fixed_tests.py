"""Hypotheses in term names against lmerTest's contestMD and contest1D, and what cannot be read.

lmerTest's degrees of freedom rest on numerical derivatives: 1e-4 relative; F 1e-6.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from reference_values import cases, three_arms

import growthcurves as gc
from growthcurves.results.questions.hypotheses import read_hypotheses

RECORD = cases("emmeans")["joint"]


@pytest.fixture(scope="module")
def fit():
    return gc.fit("y ~ time * arm * sex + time * age + (time | id)", three_arms(), reference={"arm": "placebo"})


@pytest.fixture(scope="module")
def named():
    data = three_arms().rename(columns={"age": "age at entry"})
    predictors = {"intercept": "arm * `age at entry`", "slope": "arm + np.log(`age at entry`)"}
    model = gc.GrowthModel("y", "time", "id", predictors=predictors)
    with pytest.warns(gc.errors.ModelWarning):
        return gc.fit(model, data)


def same(found, record):
    np.testing.assert_allclose(found.statistic, record["F"], rtol=1e-6)
    np.testing.assert_allclose(found.df, record["df_den"], rtol=1e-4)
    np.testing.assert_allclose(found.p_value, record["p"], rtol=1e-3)
    assert found.df_num == record["df_num"]


@pytest.mark.parametrize(
    "text",
    [
        "slope:arm[low] = 0, slope:arm[high] = 0",
        ["slope:arm[low]", "slope:arm[high] = 0"],
        "time:arm[T.low] = 0, time:armhigh = 0",
        "time:arm[low], arm[high]:time, slope:arm[low] = slope:arm[high]",
    ],
)
def test_several_hypotheses_give_f(fit, text):
    found = fit.test(text)
    assert found.kind == "F"
    same(found, RECORD["slopes"])


def test_chains_of_equal_signs(fit):
    """F does not depend on how the rows are written; Fai and Cornelius' degrees of freedom do, a little."""
    found = fit.test("time:arm[T.low] = time:armhigh = 0")
    np.testing.assert_allclose(found.statistic, RECORD["slopes"]["F"], rtol=1e-6)
    np.testing.assert_allclose(found.df, RECORD["slopes"]["df_den"], rtol=1e-2)


def test_combinations_with_values(fit):
    same(
        fit.test(
            "slope:arm[low] - 2*slope:age = 0.5, intercept:arm[high] = 0, slope + 3*(slope:arm[high]) = 1"
        ),
        RECORD["mixed"],
    )


def test_a_matrix_and_a_dict_say_the_same(fit):
    terms = list(fit.terms)
    L = np.zeros((2, len(terms)))
    L[0, terms.index("slope:arm[low]")] = L[1, terms.index("slope:arm[high]")] = 1
    same(fit.test(L), RECORD["slopes"])
    one = fit.test({"slope:arm[low]": 1, "slope:age": -2})
    assert one.statistic == fit.test("slope:arm[low] - 2*slope:age").statistic


def test_one_hypothesis_gives_t(fit):
    found = fit.test("slope:age = 0.01", ddf="kenward-roger", level=0.9)
    row = fit.fixed_effects(ddf="kenward-roger", level=0.9).set_index("term").loc["slope:age"]
    assert found.kind == "t"
    np.testing.assert_allclose(found.statistic, (row["estimate"] - 0.01) / row["std_error"], rtol=1e-12)
    np.testing.assert_allclose(found.table["conf_low"][0], row["conf_low"], rtol=1e-12)
    np.testing.assert_allclose(found.df, row["df"], rtol=1e-12)
    assert "Kenward-Roger" in found.ddf
    assert found.to_dict()["p_value"] == found.p_value


def test_redundant_rows_are_told_and_left_out(fit):
    found = fit.test("slope:arm[low] = 1, slope:arm[high] = 2, slope:arm[high] - slope:arm[low] = 1")
    assert found.df_num == 2
    assert found.follows == ("slope:arm[high] - slope:arm[low] = 1",)
    assert "follows from the others" in str(found)


def test_contradictions_are_refused(fit):
    with pytest.raises(gc.errors.ModelError, match="contradicts"):
        fit.test("slope:arm[low] = 0, 2*slope:arm[low] = 1")


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("intercept:`age at entry`", "intercept:age at entry"),
        ("`intercept:age at entry`", "intercept:age at entry"),
        ("`age at entry`", "intercept:age at entry"),
        ("age at entry", "intercept:age at entry"),
        ("intercept:arm[low]:`age at entry`", "intercept:arm[low]:age at entry"),
        ("`age at entry`:armlow", "intercept:arm[low]:age at entry"),
        ("slope:np.log(`age at entry`)", "slope:np.log(`age at entry`)"),
        ("np.log(`age at entry`):time", "slope:np.log(`age at entry`)"),
        ("(Intercept)", "intercept"),
        ("1e0 * time", "slope"),
    ],
)
def test_names_and_the_formulas_wording(named, text, term):
    read = read_hypotheses(named, text)
    assert [named.terms[j] for j in np.flatnonzero(read.L[0])] == [term]
    assert read.L.sum() == 1


@pytest.mark.parametrize("text", ["I(time^2)", "I(time**2) = 0", "I( time ^ 2 )", "quadratic", "I(time ** 2):armlow"])
def test_powers_in_the_formulas_wording(text):
    fit = gc.fit("y ~ time * arm + I(time^2) * arm + (time | id)", three_arms(), reference={"arm": "placebo"})
    expected = "quadratic:arm[low]" if "arm" in text else "quadratic"
    assert fit.test(text).statistic == fit.test(expected).statistic


def test_powers_of_covariates(fit):
    data = three_arms().assign(stress=lambda d: np.cos(np.arange(len(d))))
    other = gc.fit("y ~ time + I(stress^2) + (time | id)", data)
    assert other.test("I(stress^2)").statistic == other.test("I(stress ** 2) = 0").statistic


@pytest.mark.parametrize(
    ("text", "match"),
    [
        ("slope:arm[lo] = 0", r"Did you mean 'slope:arm\[low\]'"),
        ("slope*slope", "not linear"),
        ("1/slope", "not linear"),
        ("slope = ", "cannot be read after 'slope ='"),
        ("slope slope:age", "cannot be read after 'slope'"),
        ("(slope", "cannot be read"),
        ("1 = 0", "says nothing"),
        ("slope - slope", "says nothing"),
        ("slope:`age", "backtick"),
        ([[1, 2]], "one column for each of the"),
        (3.5, "A hypothesis is a text"),
    ],
)
def test_what_cannot_be_read(fit, text, match):
    with pytest.raises(gc.errors.ModelError, match=match):
        fit.test(text)


def test_a_term_that_was_left_out_cannot_be_tested():
    data = three_arms().assign(months=lambda d: 12 * d["age"])
    with pytest.warns(gc.errors.ModelWarning, match="Left out"):
        fit = gc.fit("y ~ time + age + months + (time | id)", data)
    with pytest.raises(gc.errors.ModelError, match="left out as a linear combination"):
        fit.test("months = 0")


def test_contrasts_of_terms(fit):
    found = fit.contrast({"high - low": {"slope:arm[high]": 1, "slope:arm[low]": -1}}).table
    slopes = fit.test("slope:arm[high] - slope:arm[low]")
    assert found["term"][0] == "high - low"
    np.testing.assert_allclose(found["statistic"][0], slopes.statistic, rtol=1e-12)
    written = fit.contrast("slope:arm[high] - slope:arm[low]").table
    np.testing.assert_allclose(written["estimate"], found["estimate"], rtol=1e-12)
    with pytest.raises(gc.errors.ModelError, match="estimated, not tested"):
        fit.contrast("slope = 3")


def test_contrasts_of_means(fit):
    means = fit.means(at=[0, 6], by="arm")
    weights = {"arm[high], time 6": 1, "arm[placebo], time 6": -1}
    found = fit.contrast(weights, of=means).table
    expected = fit.means(at=6, by="arm", differences="reference", adjust="none").differences.iloc[1]
    np.testing.assert_allclose(found[["estimate", "std_error", "df"]].to_numpy()[0],
                               expected[["estimate", "std_error", "df"]].to_numpy(dtype=float), rtol=1e-9)
    assert found["term"][0] == "arm[high], time 6 - arm[placebo], time 6"
    matrix = fit.contrast([[0, 0, 0, -1, 0, 1]], of=means).table
    np.testing.assert_allclose(matrix["estimate"], found["estimate"], rtol=1e-9)
    with pytest.raises(gc.errors.ModelError, match="There is no estimate"):
        fit.contrast({"arm[high], time 5": 1}, of=means)


def test_far_origins_do_not_matter():
    data = three_arms()
    near = gc.fit("y ~ time * arm + (time | id)", data, reference={"arm": "placebo"})
    far = gc.fit("y ~ time * arm + (time | id)", data.assign(time=data["time"] + 2000), reference={"arm": "placebo"})
    text = "slope:arm[low] = 0, slope:arm[high] = 0"
    np.testing.assert_allclose(near.test(text).statistic, far.test(text).statistic, rtol=1e-6)
    here = near.means(at=[3], by="arm").table
    there = far.means(at=[2003], by="arm").table
    np.testing.assert_allclose(here[["estimate", "std_error", "df"]], there[["estimate", "std_error", "df"]], rtol=1e-6)


@pytest.mark.parametrize("text", ["slope:diet = 0", "day:diet", "diet:day = 0.0"])
def test_a_whole_effect_by_its_name(text):
    """All levels at once, as R's anova row; the same as its rows written one by one."""
    fit = gc.fit("weight ~ day * diet + (day | chick)", gc.load_dataset("chickweight"))
    rows = "slope:diet[2] = 0, slope:diet[3] = 0, slope:diet[4] = 0"
    pd.testing.assert_frame_equal(fit.test(text).table, fit.test(rows).table)
    two = gc.fit("depression ~ week * arm + (week | patient)", gc.load_dataset("trial"))
    assert two.test("week:arm = 0").table["p_value"][0] == two.test("slope:arm[drug] = 0").table["p_value"][0]
