"""Every public answer of a trial ends well: arms that missed a visit, each response, names that need quoting."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pytest
from verdict import ending_of

import growthcurves as gc

pytestmark = pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")

DATA = gc.load_dataset("trial")
DATA = DATA[DATA["patient"].isin(DATA["patient"].unique()[:40])].reset_index(drop=True)
NAMES = {"depression": "dep`r", "week": "w k", "patient": "p\\id", "arm": "a`m", "sex": "s`x", "age": "a`ge"}


def missed(week, arm="drug"):
    return DATA[~((DATA["week"] == week) & (DATA["arm"] == arm))].reset_index(drop=True)


#: Table, names of its columns, options.
TRIALS = {
    "all seen": (DATA, {}, {"baseline": 0}),
    "last visit missed": (missed(16), {}, {}),
    "one-sided, middle visit missed": (missed(4, "placebo"), {}, {"baseline": 0, "alternative": "less"}),
    "change": (missed(8), {}, {"baseline": 0, "response": "change"}),
    "clda": (missed(8), {}, {"response": "clda"}),
    "names": (DATA, NAMES, {"covariates": ["s`x", "a`ge"], "baseline": 0}),
}


def questions(trial, sex):
    first, last = trial.visits[1], trial.visits[-1]
    parts, methods = ("means", "differences", "tests", "attempts"), ("to_dict", "average", "change", "plot")
    yield from ((name, lambda name=name: getattr(trial, name)) for name in parts)
    yield from ((name, lambda name=name: getattr(trial, name)()) for name in methods)
    yield "text", lambda: trial
    yield "average of two", lambda: trial.average([first, last], weights=[1, 2])
    yield "differences drawn", lambda: trial.plot(differences=True)
    yield "subgroups", lambda: trial.subgroups(sex)
    yield "page", trial.report
    yield "code", lambda: eval(trial.code(), {"gc": gc, "data": trial.data})


@pytest.mark.parametrize("turn, name", list(enumerate(TRIALS)), ids=lambda part: str(part).replace(" ", "-"))
def test_answers_of_a_trial_end_well(turn, name):
    """Every other question of a trial: of the next trial the others."""
    data, names, options = TRIALS[name]
    roles = {"outcome": "depression", "visit": "week", "id": "patient", "arm": "arm"}
    roles = {role: names.get(column, column) for role, column in roles.items()}
    given = {"reference": "placebo", "residual": "cs", "ddf": "residual"} | options
    trial = gc.mmrm(data.rename(columns=names), **roles, **given)
    found = []
    for text, ask in list(questions(trial, names.get("sex", "sex")))[turn % 2 :: 2]:
        found += [f"{text}: {wrong}" for wrong in ending_of(ask)]
        plt.close("all")
    assert not found, "\n".join(found)


def test_names_change_no_number():
    plain, odd = (
        gc.mmrm(
            data, outcome="dep`r" if odd else "depression", visit="w k" if odd else "week",
            id="p\\id" if odd else "patient", arm="a`m" if odd else "arm", reference="placebo",
            residual="cs", ddf="residual", covariates=["s`x"] if odd else ["sex"],
            where="`a``ge` > 30" if odd else "age > 30",
        )
        for odd, data in ((False, DATA), (True, DATA.rename(columns=NAMES)))
    )  # fmt: skip
    columns = ["estimate", "std_error", "n"]
    assert (plain.table[columns].astype(float) == odd.table[columns].astype(float)).all().all()
