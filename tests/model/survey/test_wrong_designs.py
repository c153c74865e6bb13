"""Designs, weights and replicate weights that cannot be are refused in a sentence that names unit, column and cell."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.contracts.note import NoteKind
from growthcurves.errors import ModelError

FORMULA = "distance ~ age * sex + (age | subject)"


@pytest.fixture(autouse=True)
def quiet():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gc.errors.GrowthCurvesWarning)
        yield


@pytest.fixture(scope="module")
def data() -> pd.DataFrame:
    table, rng = gc.load_dataset("orthodont"), np.random.default_rng(2)
    table = table.assign(w=1.0 + (table["sex"] == "Female"), number=table["subject"].str[1:].astype(int))
    people = table["subject"].unique()
    for k in range(1, 9):
        of = dict(zip(people, rng.choice([0.5, 1.5], len(people)), strict=True))
        table[f"r{k}"] = table["w"] * table["subject"].map(of)
    return table


def replicated(data: pd.DataFrame, columns="r{k}", **how):
    design = gc.SurveyDesign("w", replicates=gc.ReplicateWeights(columns, **how))
    return gc.fit(FORMULA, data, design=design)


@pytest.mark.parametrize(
    ("change", "columns", "told"),
    [
        (
            lambda d: d.assign(r0=d["w"]),
            "r{k}",
            "'r0' is the weight of the estimate itself.*9 were found, 'r0' to 'r8'",
        ),
        (lambda d: d.drop(columns="r3"), "r{k}", "have the numbers 1 to 8 without 3"),
        (lambda d: d.assign(r03=d["r3"]), "r{k}", "'r3' and 'r03' have one number"),
        (lambda d: d.drop(columns=[f"r{k}" for k in range(2, 9)]), "r{k}", "are one column, 'r1'"),
        (lambda d: d, ["r1", "r2", "w"], "'w' is the weight of the estimate itself"),
        (lambda d: d, ["r1", "r2", "r1"], "'r1' are named twice"),
        (lambda d: d, "r1", "One replicate weight, 'r1', has no variance"),
        (lambda d: d, ["r1"], "One replicate weight, 'r1', has no variance"),
        (lambda d: d.assign(r2=d["r1"]), ["r1", "r2"], "All 2 replicate weights .* are the same for everybody"),
    ],
)
def test_replicate_columns_that_are_none(data, change, columns, told) -> None:
    with pytest.raises(ModelError, match=told):
        replicated(change(data), columns)


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ({"fay": 0.3}, "fay= is the factor of kind='fay', not of kind='brr'"),
        ({"fay": 0.5}, "fay= is the factor of kind='fay', not of kind='brr'"),
        ({"kind": "jk2", "fay": 0.5}, "not of kind='jk2'"),
        ({"kind": "fay", "fay": "half"}, "a factor from 0 to below 1, a finite number, not 'half'"),
        ({"kind": "fay", "fay": 1.0}, "a factor from 0 to below 1, not 1"),
        ({"factors": 0.5}, "factors= is a list with a number of each replicate"),
        ({"factors": [-1.0] * 8}, "zero or larger and not all zero"),
        ({"factors": [0.0] * 8}, "zero or larger and not all zero"),
        ({"factors": [float("nan")] * 8}, "a finite number, not nan"),
        ({"factors": ["a"] * 8}, "a finite number, not 'a'"),
        ({"factors": [1.0] * 7}, "factors= has 7 values for 8 replicate weights"),
    ],
)
def test_factors_that_are_none(data, how, told) -> None:
    with pytest.raises(ModelError, match=told):
        replicated(data, **how)


def test_fays_factor_is_half_by_default(data) -> None:
    one, other = replicated(data, kind="fay"), replicated(data, kind="fay", fay=0.5)
    assert one.bse.tolist() == other.bse.tolist()
    assert one.bse.tolist() == pytest.approx((2 * replicated(data).bse).tolist())  # 1 / (1 - .5)^2 of the variance


def test_a_stratified_jackknife_has_the_factors_of_its_strata(data) -> None:
    """JKn: (n - 1)/n of the n units of the stratum of each replicate; by hand from fits of its weights."""
    units = data["number"] % 3 + 3 * (data["sex"] == "Female")
    columns, factors = {}, []
    for unit in range(6):
        inside = (units // 3) == unit // 3
        columns[f"j{unit + 1}"] = data["w"] * np.where(units == unit, 0.0, np.where(inside, 1.5, 1.0))
        factors.append(2 / 3)
    with_them = data.assign(**columns)
    fit = replicated(with_them, "j{k}", kind="jackknife", factors=factors)
    one_by_one = [gc.fit(FORMULA, with_them, design=gc.SurveyDesign(name)).params for name in columns]
    variance = sum(2 / 3 * (one - fit.params) ** 2 for one in one_by_one)
    assert (fit.bse**2).tolist() == pytest.approx(variance.tolist(), rel=1e-6)


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        (
            lambda d: np.where(d["subject"] == "M03", "x", "2"),
            "The weight 'w' of subject M03 is 'x': weights are numbers",
        ),
        (lambda d: d["w"].astype(str), "of subject M01 is '1.0': weights are numbers"),
        (lambda d: d["w"] > 1, "of subject M01 is 'False': weights are numbers"),
        (lambda d: pd.Timestamp("2020-01-01"), "of subject M01 is '2020-01-01.*: weights are numbers"),
        (lambda d: d["w"].where(d["subject"] != "M03", np.inf), "The weight 'w' of subject M03 is infinite"),
        (lambda d: d["w"].where(d["subject"] != "M03"), "The weight 'w' of subject M03 is missing"),
    ],
)
def test_weights_that_are_no_numbers(data, weights, told) -> None:
    with pytest.raises(ModelError, match=told):
        gc.fit(FORMULA, data.assign(w=weights), design=gc.SurveyDesign("w"))


def test_an_infinite_weight_of_a_unit_names_the_unit(data) -> None:
    table = data.assign(school=data["number"] % 5, ws=lambda d: np.where(d["school"] == 2, np.inf, 1.0))
    with pytest.raises(ModelError, match="The weight 'ws' of school 2 is infinite"):
        gc.fit(
            "distance ~ age + (age | subject) + (1 | school)",
            table,
            time="age",
            design=gc.SurveyDesign({"school": "ws"}),
        )


def test_no_weights_at_all() -> None:
    with pytest.raises(ModelError, match="weights={} names no weights"):
        gc.SurveyDesign(weights={}, psu="a")


def test_a_unit_in_two_strata(data) -> None:
    table = data.assign(school=data["number"] % 5)
    with pytest.raises(ModelError, match=r"school \d lies in two strata"):
        gc.fit(
            "distance ~ age + (age | subject) + (1 | school)",
            table,
            time="age",
            design=gc.SurveyDesign("w", strata="sex"),
        )


def test_doors_that_compare_likelihoods_take_no_design(data) -> None:
    for door in (
        lambda d: gc.ladder(FORMULA, data, design=d),
        lambda d: gc.compare_residuals(FORMULA, data, ["un"], design=d),
    ):
        with pytest.raises(ModelError, match="only gc.fit.. takes a design"):
            door(gc.SurveyDesign("w"))


def test_few_sampling_units_and_names_in_several_strata_are_noted(data) -> None:
    few = gc.fit(FORMULA, data.assign(p=data["number"] % 3), design=gc.SurveyDesign("w", psu="p"))
    assert [note.kind for note in few.notes] == [NoteKind.FEW_SAMPLED]
    assert "2 degrees of freedom for 4 fixed effects" in few.notes[0].text
    named = data["sex"].astype(str) + (data["number"] % 4).astype(str)
    one = data.assign(p=named.where(data["subject"] != "F01", "Male1"))
    told = gc.fit(FORMULA, one, design=gc.SurveyDesign("w", psu="p", strata="sex")).notes
    assert [note.kind for note in told] == [NoteKind.NAMES_AGAIN]
    assert "1 of 8 sampling units of 'p' stand in several strata of 'sex', the first Male1" in told[0].text
    numbered = data.assign(p=data["number"] % 4)
    assert gc.fit(FORMULA, numbered, design=gc.SurveyDesign("w", psu="p", strata="sex")).notes == ()


def test_stacked_imputations_are_told(data) -> None:
    stacked = pd.concat([data.assign(**{".imp": k, "distance": data["distance"] + 0.01 * k}) for k in (1, 2, 3)])
    told = gc.fit("distance ~ age + (age | subject)", stacked).notes
    assert any("'.imp' looks like the number of an imputed data set" in note.text for note in told)
