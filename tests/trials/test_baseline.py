"""Which visit is the baseline of a trial, and what becomes of the visits before it."""

from __future__ import annotations

import numpy as np
import pytest

import growthcurves as gc

ROLES = {"outcome": "depression", "visit": "week", "id": "patient", "arm": "arm", "reference": "placebo"}
NAMES = {"names": ["Screening", "Baseline", "Week 2", "Week 4"], "numbers": [-1, 0, 2, 4]}


def some(names, persons=60):
    data = gc.load_dataset("trial").astype({"arm": str, "patient": str})
    data = data[data.patient.isin(data.patient.unique()[:persons])]
    data = data[data.week <= 8]
    return data.assign(week=data.week.map(dict(zip([0, 2, 4, 8], names, strict=True)))).reset_index(drop=True)


@pytest.mark.parametrize("names", NAMES)
def test_the_visit_called_baseline_is_it_and_earlier_ones_are_no_outcomes(names):
    first, baseline, *later = NAMES[names]
    data = some(NAMES[names])
    found = gc.mmrm(data, **ROLES, response="clda", residual="cs")
    asked = gc.mmrm(data, **ROLES, response="clda", residual="cs", baseline=baseline)
    alone = gc.mmrm(data[data.week != first], **ROLES, response="clda", residual="cs")
    assert found.visits == asked.visits == (baseline, *later)
    assert found.differences["visit"].tolist() == later
    for one in (found, asked):
        np.testing.assert_allclose(one.table["estimate"], alone.table["estimate"], rtol=1e-12)
        assert f"60 rows left out: visit {first}, before the baseline." in one.notes
        assert f"week {baseline} is the baseline, one mean common to the arms (cLDA)." in one.notes


def test_without_such_a_name_it_is_the_first():
    found = gc.mmrm(some([1, 2, 3, 4]), **ROLES, response="clda", residual="cs")
    assert found.design.baseline.modelled == 1 and not found.design.baseline.left_out


def test_who_is_not_in_it_is_told_by_reason():
    data = some([0, 2, 4, 8]).assign(age=lambda table: table.age.astype(float))
    ids = data.patient[data.groupby("patient").week.transform("max") == 8].unique()
    data.loc[data.patient.isin(ids[:3]) & (data.week == 0), "depression"] = np.nan
    data.loc[data.patient.isin(ids[2:5]), "age"] = np.nan  # one has neither: it counts once
    data = data[~(data.patient.isin(ids[5:7]) & (data.week > 0))]
    data = data[~(data.patient.isin(ids[7:8]) & data.week.isin([4, 8]))]
    found = gc.mmrm(data, **ROLES, baseline=0, covariates="age", residual="cs", visits=[4, 8])
    known = data[data.depression.notna()]
    never = 60 - known[known.week > 0].patient.nunique()
    early = known[known.week > 0].patient.nunique() - known[known.week > 2].patient.nunique()
    assert f"{never} patients of the table have no value after the baseline (" in str(found)
    (told,) = [note for note in found.notes if "not in the analysis" in note]
    assert told.startswith(f"{5 + early} patients with values after the baseline")
    for words in ("3 without baseline depression", "2 without age", f"{early} with values at other visits"):
        assert words in told


def test_names_that_tell_no_order_stand_as_they_are_listed():
    found = gc.mmrm(some(["pre", "mid", "post", "end"]), **ROLES, residual="cs", visits=["pre", "post", "end"])
    assert found.visits == ("pre", "post", "end")
