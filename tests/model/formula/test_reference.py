"""Which level comes first, and that it is the same through every door."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.data.levels import CONTROLS


def panel(arms):
    rng = np.random.default_rng(3)
    persons, times = np.repeat(np.arange(40), 4), np.tile(np.arange(4.0), 40)
    arm = np.asarray(arms, dtype=object)[persons % len(arms)]
    level = rng.normal(size=40)[persons]
    return pd.DataFrame({"id": persons, "t": times, "arm": arm, "y": level + 0.3 * times + rng.normal(size=160)})


def first(data, **options):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        fit = gc.fit("y ~ t * arm + (t | id)", data, **options)
    line = next(line for line in str(fit).splitlines() if line.startswith("Reference"))
    assert not any(f"arm[{line.split()[2]}]" in term for term in fit.params.index)
    return line.removeprefix("Reference arm ")


@pytest.mark.parametrize("control", CONTROLS)
def test_a_control_comes_first_among_texts(control):
    named = control.title()
    assert first(panel(["a drug", named, "b drug"])) == f"{named} (a control by its name)"


def test_else_the_alphabet_the_table_or_what_is_asked():
    assert first(panel(["low", "high"])) == "high (first by alphabet)"
    assert first(panel(["placebo", "control"])) == "control (first by alphabet)"  # two controls: neither by its name
    ordered = panel(["low", "high"]).assign(arm=lambda d: pd.Categorical(d.arm, ["low", "high"]))
    assert first(ordered) == "low (first in the table)"
    drug_first = panel(["drug", "placebo"]).assign(arm=lambda d: pd.Categorical(d.arm, ["drug", "placebo"]))
    assert first(drug_first) == "drug (first by alphabet)"
    assert first(panel(["drug", "placebo"]), reference={"arm": "drug"}) == "drug (as asked)"


def test_a_shipped_trial_from_its_file_and_from_its_name(tmp_path):
    loaded = gc.load_dataset("trial")
    gc.write_table(loaded, tmp_path / "trial.csv")
    read = gc.read_table(tmp_path / "trial.csv")
    formula = "depression ~ week * arm + sex + severity + (week | patient)"
    assert str(gc.fit(formula, read)) == str(gc.fit(formula, loaded))
