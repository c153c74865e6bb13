"""The model of a trial in other languages.

R 4, nlme 3.1 runs the program of the first test; on 160 persons at four visits its coefficients agree to 1e-6.
"""

from __future__ import annotations

import pytest

import growthcurves as gc
from growthcurves.errors import NotAvailableError

ROLES = {"outcome": "depression", "visit": "week", "id": "patient no", "arm": "trial arm", "reference": "placebo"}


def some(persons=60):
    data = gc.load_dataset("trial").astype({"arm": str, "patient": str})
    data = data[data.patient.isin(data.patient.unique()[:persons])].reset_index(drop=True)
    return data.rename(columns={"patient": "patient no", "arm": "trial arm"})


def test_names_that_nlme_cannot_take_are_other_columns():
    trial = gc.mmrm(some(), **ROLES, baseline=0, covariates="age")
    text = trial.code("r")
    assert "data$baseline_depression <- data$`baseline depression`" in text
    assert "0 + occasion + occasion:trial_arm + occasion:baseline_depression + age" in text
    assert "form = ~ wave_place | patient_no)" in text and "`" not in text.split("fit <- ")[1]
    assert "occasion*'baseline depression'n age /" in trial.code("sas")


@pytest.mark.parametrize(("ddf", "ddfm"), [("kenward-roger", "kr"), ("satterthwaite", "satterthwaite")])
def test_sas_has_the_degrees_of_freedom_of_the_trial(ddf, ddfm):
    assert f"ddfm={ddfm} " in gc.mmrm(some(), **ROLES, baseline=0, residual="cs", ddf=ddf).code("sas")


@pytest.mark.parametrize("program", ["r", "sas", "stata"])
def test_arms_with_one_mean_at_the_baseline_are_not_written(program):
    trial = gc.mmrm(some(), **ROLES, response="clda", residual="cs")
    with pytest.raises(NotAvailableError, match="no effect at occasion 0"):
        trial.code(program)
