"""Tests of effects against lmerTest's types 3 (sum-to-zero coding) and 2, and the laws that type 3 obeys.

F 1e-6 relative (1e-7 absolute, for those near zero), degrees of freedom 1e-4 (lmerTest's derivatives are numerical).
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from reference_values import cases, table, three_arms

import growthcurves as gc

RECORD = cases("emmeans")
FULL = "y ~ time * arm * sex + time * age + (time | id)"
WITH_AGE = "y ~ time * arm * age + sex + (time | id)"


@pytest.fixture(scope="module")
def data():
    return three_arms()


@pytest.fixture(scope="module")
def full(data):
    return gc.fit(FULL, data, reference={"arm": "placebo"})


def our_name(term: str) -> str:
    if term == "time":
        return "slope"
    return f"slope:{term.removeprefix('time:')}" if term.startswith("time:") else f"intercept:{term}"


def same(found: pd.DataFrame, record: dict) -> None:
    rows = found.set_index("term")
    assert set(rows.index) == {our_name(term) for term in record["term"]}
    rows = rows.loc[[our_name(term) for term in record["term"]]]
    np.testing.assert_array_equal(rows["df_num"], record["df_num"])
    np.testing.assert_allclose(rows["statistic"], record["F"], rtol=1e-6, atol=1e-7)
    np.testing.assert_allclose(rows["df_den"], record["df_den"], rtol=1e-4)
    np.testing.assert_allclose(rows["p_value"], record["p"], rtol=1e-3)


@pytest.mark.parametrize(
    ("formula", "kind", "record"),
    [(FULL, 3, "type3"), (FULL, 2, "type2"), (WITH_AGE, 3, "by_age3"), (WITH_AGE, 2, "by_age2")],
)
def test_same_as_lmertest(data, formula, kind, record):
    same(gc.fit(formula, data).joint_tests(type=kind).table, RECORD["anova"][record])


def same_but_for_denominators(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    """F is the same whatever the reference; df of several rows are those of levels against it (Fai and Cornelius)."""
    found, several = found.loc[expected.index], expected["df_num"] > 1
    np.testing.assert_allclose(found["statistic"], expected["statistic"], rtol=1e-6)
    np.testing.assert_allclose(found["df_den"][~several], expected["df_den"][~several], rtol=1e-6)
    np.testing.assert_allclose(found["df_den"], expected["df_den"], rtol=0.02)


@pytest.mark.parametrize("kind", [2, 3])
def test_any_coding_and_reference_give_the_same(data, full, kind):
    expected = full.joint_tests(type=kind).table.set_index("term")
    high = gc.fit(FULL, data, reference={"arm": "high", "sex": "m"}).joint_tests(type=kind).table.set_index("term")
    same_but_for_denominators(high, expected)
    summed = FULL.replace("arm", "C(arm, contr.sum)").replace("sex", "C(sex, contr.helmert)")
    other = gc.fit(summed, data).joint_tests(type=kind).table
    np.testing.assert_allclose(other["statistic"], expected["statistic"], rtol=1e-7)
    np.testing.assert_allclose(other["df_den"], expected["df_den"], rtol=1e-6)


def test_the_other_door_gives_the_same(data, full):
    predictors = {"intercept": "arm * sex + age", "slope": "arm * sex + age"}
    model = gc.GrowthModel("y", "time", "id", predictors=predictors)
    expected = full.joint_tests().table.set_index("term")
    found = gc.fit(model, data).joint_tests().table.set_index("term")
    pd.testing.assert_frame_equal(found.loc[expected.index], expected, rtol=1e-7)


def test_without_a_main_effect_all_cells_are_tested(data):
    """sex within arm: one contrast in each arm; means without intercept: every mean is zero."""
    nested = gc.fit("y ~ time + arm + arm:sex + (time | id)", data)
    found = nested.joint_tests().table.set_index("term")
    assert found.loc["intercept:arm:sex", "df_num"] == 3
    crossed = gc.fit("y ~ time + arm * sex + (time | id)", data, reference={"arm": "placebo"})
    text = "sex[m] = 0, sex[m] + arm[low]:sex[m] = 0, sex[m] + arm[high]:sex[m] = 0"
    np.testing.assert_allclose(found.loc["intercept:arm:sex", "statistic"], crossed.test(text).statistic, rtol=1e-7)
    free = gc.fit("y ~ 0 + arm + time + (time | id)", data)
    assert free.joint_tests().table.set_index("term").loc["intercept:arm", "df_num"] == 3


def test_time_varying_factors_and_covariates(data):
    rng = np.random.default_rng(3)
    data = data.assign(season=rng.choice(["dry", "wet", "cold"], len(data)), stress=rng.normal(5, 2, len(data)))
    first = gc.fit("y ~ time * season + arm * stress + (time | id)", data)
    second = gc.fit("y ~ time * season + arm * stress + (time | id)", data, reference={"season": "wet", "arm": "low"})
    one, two = (fit.joint_tests().table.set_index("term") for fit in (first, second))
    assert {"season", "time:season", "stress", "arm:stress", "slope", "intercept:arm"} == set(one.index)
    same_but_for_denominators(two, one)
    assert list(one.loc[["season", "arm:stress"], "df_num"]) == [2, 2]


def test_terms_of_several_numeric_columns(data):
    fit = gc.fit("y ~ time + bs(age, df=4) * sex + (time | id)", data)
    found = fit.joint_tests().table.set_index("term")
    assert list(found.loc[["intercept:bs(age, df=4)", "intercept:bs(age, df=4):sex"], "df_num"]) == [4, 4]
    columns = [term for term in fit.terms if "]:sex" in term]
    np.testing.assert_allclose(
        found.loc["intercept:bs(age, df=4):sex", "statistic"], fit.test(columns).statistic, rtol=1e-6
    )


@pytest.mark.filterwarnings("ignore::growthcurves.errors.ModelWarning")
@pytest.mark.parametrize(
    ("of", "door", "basis", "less"),
    [
        ("time", "{}*arm + (1 | id)", "bs(time, df=5, intercept=True)", "bs(time, df=4)"),
        ("age", "time + {}*arm + sex*arm + (time | id)", "bs(age, df=5, intercept=True)", "bs(age, df=4)"),
        ("age", "time + {}*arm + (time | id)", "cr(age, df=5)", "cr(age, df=4, constraints='center')"),
    ],
)
def test_beside_a_basis_that_adds_up_to_one(data, of, door, basis, less):
    """The basis is a factor whose levels are its functions: arms differ in the mean of the functions' coefficients."""
    fit = gc.fit("y ~ " + door.format(basis), data, time="time")
    found = fit.joint_tests()
    table = found.table.set_index("term")
    assert table.loc["intercept:arm", "df_num"] == 2 and not table["note"].any()
    assert "averaged with equal weight over its functions" in str(found) and basis in str(found)
    if of == "time":
        cells = gc.fit(f"y ~ 0 + {basis}:arm + (1 | id)", data, time="time")
        assert cells.deviance == pytest.approx(fit.deviance, abs=1e-6)
        means = {arm: " + ".join(f"0.2 * {basis}[{k}]:arm[{arm}]" for k in range(5)) for arm in set(data["arm"])}
        first, *others = means.values()
        texts = [f"{other} - ({first}) = 0" for other in others]
        assert table.loc["intercept:arm", "statistic"] == pytest.approx(cells.test(texts).statistic, rel=1e-6)
    plain = gc.fit("y ~ " + door.format(less), data, time="time").joint_tests().table.set_index("term")
    for term, other in zip(table.index, plain.index, strict=True):
        if term != "intercept:arm":
            assert tuple(table.loc[term, ["df_num", "statistic"]]) == pytest.approx(
                tuple(plain.loc[other, ["df_num", "statistic"]]), rel=1e-6
            )


def test_functions_that_are_zero_outside_their_bounds_do_not_add_up(data):
    """Beside the constant none of them is left out."""
    data = data.assign(x=np.random.default_rng(1).normal(size=len(data)))
    for outside, columns in (("zero", 5), ("clip", 4)):
        text = f"bs(x, df=5, intercept=True, lower_bound=-1, upper_bound=1, extrapolation='{outside}')"
        fit = gc.fit(f"y ~ {text} + time + (1 | id)", data, time="time")
        assert len(fit.terms) == 2 + columns and not fit.aliased


@pytest.mark.filterwarnings("ignore::growthcurves.errors.ModelWarning")
def test_what_empty_cells_leave(data):
    data = data[~((data["arm"] == "high") & (data["sex"] == "f"))]
    fits = [gc.fit("y ~ time * arm * sex + (time | id)", data, reference=r) for r in (None, {"arm": "low", "sex": "m"})]
    one, two = (fit.joint_tests().table.set_index("term") for fit in fits)
    pd.testing.assert_frame_equal(one[["df_num", "statistic"]], two.loc[one.index][["df_num", "statistic"]], rtol=1e-6)
    assert list(one.loc[["intercept:arm", "intercept:sex", "intercept:arm:sex"], "df_num"]) == [2, 1, 1]
    assert one.loc["intercept:sex", "note"] == "not of equal weights: cells are empty"
    assert one.loc["intercept:arm:sex", "note"] == "1 of 2 contrasts not estimable"


@pytest.mark.filterwarnings("ignore::growthcurves.errors.ModelWarning")
@pytest.mark.parametrize("kind", [2, 3])
def test_truths_are_a_factor_however_they_are_written(data, kind):
    """`I(age > 44)` is a factor in R: beside its product with sex the effect of sex is averaged over both."""
    cut = float(data["age"].median())
    column = gc.fit("y ~ time + old * sex + (time | id)", data.assign(old=np.where(data["age"] > cut, "yes", "no")))
    expected = column.joint_tests(type=kind).table.iloc[:, 1:5]
    means = column.means(at=[1], by="sex").table["estimate"]
    for door in (f"I(age > {cut})", f"C(age > {cut})", f"ifelse(age > {cut}, 'yes', 'no')"):
        fit = gc.fit(f"y ~ time + {door} * sex + (time | id)", data)
        pd.testing.assert_frame_equal(fit.joint_tests(type=kind).table.iloc[:, 1:5], expected, rtol=1e-7)
        np.testing.assert_allclose(fit.means(at=[1], by="sex").table["estimate"], means, rtol=1e-9)


def test_kenward_roger(full):
    found = full.joint_tests(ddf="kenward-roger")
    assert "Kenward-Roger" in str(found) and "those at time 0, the origin" in str(found)
    one = full.fixed_effects(ddf="kenward-roger").set_index("term").loc["slope:age"]
    row = found.table.set_index("term").loc["slope:age"]
    np.testing.assert_allclose([row["statistic"], row["df_den"]], [one["statistic"] ** 2, one["df"]], rtol=1e-6)


@pytest.mark.parametrize("kind", [1, 4, "III", True])
def test_other_types_are_refused(full, kind):
    with pytest.raises(gc.errors.ModelError, match="type="):
        full.joint_tests(type=kind)


def test_a_model_without_effects_is_refused():
    with pytest.raises(gc.errors.NotEstimableError, match="no effect"):
        gc.fit("yield ~ 1 + (1 | batch)", table("dyestuff.csv")).joint_tests()


@pytest.mark.parametrize("kind", [2, 3])
def test_levels_of_time_beside_its_slope_are_the_departure_from_a_line(kind):
    sleep = gc.load_dataset("sleepstudy")
    model = gc.GrowthModel("reaction", "day", "subject", time_varying="C(day)")
    with pytest.warns(gc.errors.ModelWarning, match="linear combinations"):
        table = gc.fit(model, sleep).joint_tests(type=kind).table.set_index("term")
    line = gc.fit("reaction ~ poly(day, 9) + (day | subject)", sleep)
    curved = [name for name in line.terms if name.endswith(tuple(f"[{i}]" for i in range(2, 10)))]
    assert len(curved) == 8
    test = line.test([f"`{name}` = 0" for name in curved])
    assert table.loc["C(day)", "df_num"] == 8
    assert table.loc["C(day)", "statistic"] == pytest.approx(test.statistic, rel=1e-6)
