"""Tests of effects where the design is not the textbook's, against lmerTest (tests/reference/make_joint_tests.R).

F 1e-5 relative, degrees of freedom 1e-4 (lmerTest's derivatives are numerical).
"""

from __future__ import annotations

import numpy as np
import pytest
from reference_values import cases, table

import growthcurves as gc

RECORD = cases("joint_tests")
#: Our formula of each case, and lmerTest's names of effects in our words where they are others.
CASES = {
    "carrots": ("Preference ~ Frequency * Income * sens2 + (1 | Consumer)", {}),
    "empty_cell": ("y ~ week * arm * site + (week | id)", {}),
    "rare_dose": ("y ~ week * arm + poly(dose, 2) + (week | id)", {}),
    "decades": ("y ~ week * arm + C(age // 10) + (week | id)", {"decade": "C(age // 10)"}),
    "within": ("y ~ week * arm + within(stress) + (week | id)", {"within_stress": "within(stress)"}),
    "weeks": ("y ~ C(week) * arm + (1 | id)", {"week": "C(week)", "week:arm": "C(week):arm"}),
    "weeks_slopes": ("y ~ C(week) * arm + (week | id)", {"wave": "C(week)", "wave:arm": "C(week):arm"}),
    "spline": ("y ~ week * arm + ns(age, knots=[35, 50]) * sex + (week | id)", {}),
}  # fmt: skip


def data_of(case: str):
    return table("joint_carrots.csv" if case == "carrots" else "joint_panel.csv")


def plain(name: str) -> frozenset[str]:
    """An effect by its parts in any order: time in the place of the slope, the intercept left aside."""
    name = name.replace("splines::ns(age, knots = c(35, 50))", "ns(age, knots=[35, 50])").replace("slope", "week")
    return frozenset(name.split(":")) - {"intercept"}


@pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")
@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("order", ["as it is", "shuffled"])
def test_same_as_lmertest(case, order):
    formula, words = CASES[case]
    data = data_of(case)
    if order == "shuffled":
        data = data.sample(frac=1.0, random_state=3)
    fit = gc.fit(formula, data)
    for record in RECORD[case]:
        found = fit.joint_tests(type=record["type"]).table
        places = {plain(name): i for i, name in enumerate(found["term"])}
        rows = found.iloc[[places[plain(words.get(term, term))] for term in record["term"]]]
        assert len(found) == len(record["term"])
        np.testing.assert_array_equal(rows["df_num"], record["df_num"])
        np.testing.assert_allclose(rows["statistic"], record["F"], rtol=1e-5, atol=1e-7)
        np.testing.assert_allclose(rows["df_den"], record["df_den"], rtol=1e-4)
