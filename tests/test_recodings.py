"""The coding of time and outcome changes nothing, whatever the residual structure: the 15 recodings of the values of R.

The criterion moves by a constant: X' V^-1 X scales with time, V with the outcome. Criteria agree to 1e-6, t statistics
to 1e-5 relative.
"""

from __future__ import annotations

import numpy as np
import pytest
import reference_values

import growthcurves as gc

ROWS = reference_values.cases("invariance")["rows"]
MODELS = [
    *((name, ()) for name in ("het", "cs", "csh", "ar1", "arh1", "arma11", "toep", "toeph", "ad", "adh", "un")),
    *((name, ()) for name in ("car1", "exp", "gau")),
    ("ar1", ("intercept",)),
    ("het", ("intercept", "slope")),
]


def some():
    data = gc.load_dataset("sleepstudy")
    data = data[data["day"].isin([0, 2, 4, 6, 8])].reset_index(drop=True)
    return data[np.arange(len(data)) % 11 != 7].assign(wave=lambda rows: rows["day"] // 2)


def fitted(data, residual, random):
    return gc.fit(gc.GrowthModel("reaction", "day", "subject", wave="wave", random=random, residual=residual), data)


@pytest.mark.parametrize(("residual", "random"), MODELS)
@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
def test_the_coding_of_time_and_outcome_changes_nothing(residual, random):
    data = some()
    plain = fitted(data, residual, random)
    for row in ROWS:
        coded = data.assign(
            day=row["time_scale"] * data["day"] + row["time_offset"],
            reaction=row["y_scale"] * data["reaction"] + row["y_offset"],
        )
        fit = fitted(coded, residual, random)
        moved = 2 * (len(data) - 2) * np.log(abs(row["y_scale"])) + 2 * np.log(abs(row["time_scale"]))
        assert fit.deviance == pytest.approx(plain.deviance + moved, abs=1e-6), row["label"]
        assert abs(fit.tvalues["slope"]) == pytest.approx(abs(plain.tvalues["slope"]), rel=1e-5), row["label"]
        assert fit.certificate.converged and fit.parameter_count == plain.parameter_count, row["label"]


LEVELS = {
    "nested": ("levels_waves.csv", "y ~ grade + poor + (grade | school) + (1 | class) + (grade | pupil)"),
    "own times": ("levels_own.csv", "y ~ grade + poor + (grade | school/pupil)"),
    "crossed": ("levels_crossed.csv", "y ~ grade + poor + (grade | pupil) + (grade | teacher)"),
}


@pytest.mark.parametrize("name", LEVELS)
@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
def test_the_coding_changes_nothing_with_units_above_persons(name):
    file, formula = LEVELS[name]
    data = reference_values.table(file)
    data["y"] = np.round(64 * data["y"]) / 64  # which 1e9 more leaves as it is
    plain = gc.fit(formula, data, time="grade")
    for row in ROWS:
        coded = data.assign(
            grade=row["time_scale"] * data["grade"] + row["time_offset"],
            y=row["y_scale"] * data["y"] + row["y_offset"],
        )
        fit = gc.fit(formula, coded, time="grade")
        moved = 2 * (len(data) - 3) * np.log(abs(row["y_scale"])) + 2 * np.log(abs(row["time_scale"]))
        assert fit.deviance == pytest.approx(plain.deviance + moved, abs=1e-6), row["label"]
        assert abs(fit.tvalues["slope"]) == pytest.approx(abs(plain.tvalues["slope"]), rel=1e-5), row["label"]
        assert fit.certificate.converged and fit.certificate.singular == plain.certificate.singular, row["label"]
