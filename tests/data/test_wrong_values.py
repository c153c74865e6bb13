"""Values of any type in the place of a column, a dictionary or a part: each ends in an answer or in one sentence."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import DataError, GrowthCurvesError
from growthcurves.model.shapes import SHAPES
from growthcurves.plots import FIGURES
from growthcurves.plots.figure import inches_asked, make_figure

pytestmark = pytest.mark.filterwarnings("ignore::growthcurves.errors.GrowthCurvesWarning")


def tables():
    persons, times = np.repeat(np.arange(12), 4), np.tile(np.arange(4), 12)
    y = 20 - times + persons % 5 + np.random.default_rng(1).normal(size=48)
    long = pd.DataFrame({"id": persons, "t": times, "y": y, "arm": np.array(["drug", "placebo"])[persons % 2]})
    return long, gc.to_wide(long, "id", "t", ["y"])


LONG, WIDE = tables()
FIT = gc.fit("y ~ t * arm + (t | id)", LONG)
PANEL = gc.Panel(LONG, id="id", time="t", outcome="y")
CHANGE = FIT.change()
DRAWN = FIT.bootstrap(n=19, rng=1)
VALUES = [
    *(None, 1, -1.5, float("nan"), 10**20, "", "y", "nope", "arm", b"x", True, object(), lambda x: x, range(3), set()),
    *([], ["arm"], ["arm", "arm"], ["id", "t"], (1, 2), {}, {"a": 1}, {"arm": "drug"}, {"y": {"y_0": "x"}}, [["arm"]]),
    *(np.array([1.0, 2.0]), np.float64(2), pd.Series([1, 2]), LONG, PANEL, FIT, pd.Timestamp("2020-01-01"), "\x1b[0m"),
    *(pd.NA, pd.NaT, [pd.NA], [object()], np.array(1.0), np.ones((2, 2)), np.bool_(True), 1 + 2j, 10**400, "\ud800"),
]
DOORS = {
    "id": lambda value: gc.Panel(LONG, id=value, time="t", outcome="y"),
    "time": lambda value: gc.Panel(LONG, id="id", time=value, outcome="y"),
    "outcome": lambda value: gc.Panel(LONG, id="id", time="t", outcome=value),
    "wave": lambda value: gc.Panel(LONG, id="id", time="t", outcome="y", wave=value),
    "labels": lambda value: gc.Panel(LONG, id="id", time="t", outcome="y", labels=value),
    "left_out": lambda value: gc.Panel(LONG, id="id", time="t", outcome="y", left_out=value),
    "date_format": lambda value: gc.Panel(LONG, id="id", time="t", outcome="y", date_format=value),
    "where": lambda value: PANEL.choose(value),
    "by": lambda value: PANEL.missing(by=value),
    "to_long id": lambda value: gc.to_long(WIDE, value, "t", "y_{t}"),
    "to_long time": lambda value: gc.to_long(WIDE, "id", value, "y_{t}"),
    "to_long columns": lambda value: gc.to_long(WIDE, "id", "t", value),
    "to_long keep": lambda value: gc.to_long(WIDE, "id", "t", "y_{t}", keep=value),
    "to_wide id": lambda value: gc.to_wide(LONG, value, "t", "y"),
    "to_wide values": lambda value: gc.to_wide(LONG, "id", "t", value),
    "to_wide keep": lambda value: gc.to_wide(LONG, "id", "t", "y", keep=value),
    "fit time": lambda value: gc.fit("y ~ t + (t | id)", LONG, time=value),
    "fit reference": lambda value: gc.fit("y ~ t * arm + (t | id)", LONG, reference=value),
    "fit residual": lambda value: gc.fit("y ~ t + (t | id)", LONG, residual=value),
    "ddf": lambda value: FIT.fixed_effects(ddf=value),
    "intervals": lambda value: FIT.conf_int(method=value),
    "threshold": lambda value: FIT.change(threshold=value),
    "change by": lambda value: FIT.change(by=value),
    "table_one by": lambda value: PANEL.table_one(by=value),
    "occasions": lambda value: gc.GrowthModel("y", "t", "id", shape=type(SHAPES["occasions"])(times=value)),
    "random effects": lambda value: gc.fit(gc.GrowthModel("y", "t", "id", random=value), LONG),
    "weight": lambda value: FIT.contrast({"slope": value}),
    "limits": lambda value: FIT.plot.trajectories(limits=value),
    "mmrm ddf": lambda value: gc.mmrm(LONG, "y", "t", "id", "arm", reference="placebo", residual="cs", ddf=value),
    "replicates": lambda value: DRAWN.values(lambda point: value),
    "of": lambda value: FIT.contrast({"a": 1}, of=value),
    "load": lambda value: gc.load(value),
    "read_table": lambda value: gc.read_table(value),
    "time_unit": lambda value: gc.Panel(LONG, id="id", time="t", outcome="y", time_unit=value).describe(),
    "outcome_unit": lambda value: gc.Panel(LONG, id="id", time="t", outcome="y", outcome_unit=value).describe(),
    "mask": lambda value: PANEL.leave_out(value, "not of the study"),
    "reason": lambda value: PANEL.leave_out(np.arange(48) < 4, value),
    "columns": lambda value: PANEL.drop_missing(value),
    "margin": lambda value: FIT.equivalence("slope", value),
    "alpha": lambda value: FIT.noninferiority("slope", 1.0, alpha=value),
    "type": lambda value: FIT.joint_tests(type=value),
    "weights": lambda value: FIT.test(value),
    "at": lambda value: FIT.icc(at=value),
    "quantity": lambda value: CHANGE.value(value),
    "group": lambda value: CHANGE.value("mean rate", value),
    "measure": lambda value: FIT.r2().value(value),
    "save rows": lambda value: FIT.save("", rows=value),
    "functions": lambda value: gc.fit("y ~ t + (t | id)", LONG, functions=value),
    "residual by": lambda value: gc.AR1(by=value),
    "residual of": lambda value: gc.Het(of=value),
    "nugget": lambda value: gc.Exponential(nugget=value),
    "random": lambda value: gc.Diagonal(value),
    "figure": lambda value: PANEL.plot(value),
    "figure threshold": lambda value: make_figure(FIGURES["slopes"], {"threshold": value}).why_not(FIT),
    "figure at": lambda value: make_figure(FIGURES["shrinkage"], {"at": value}).scene(FIT),
    "figsize": lambda value: inches_asked(value),
}


@pytest.mark.parametrize("door", DOORS)
def test_an_answer_or_one_sentence(door):
    for value in random.Random(door).sample(VALUES, 12):
        try:
            DOORS[door](value)
        except GrowthCurvesError as error:
            assert 0 < len(str(error)) <= 340 and " at 0x" not in str(error), (door, value)


@pytest.mark.parametrize("value", [10**400, -(10**400), Fraction(10**400, 3)])
@pytest.mark.parametrize("column", ["y", "t"])
def test_numbers_beyond_double_precision_are_told_as_infinite(column, value):
    frame = pd.DataFrame({"id": [1, 1, 2, 2], "t": [0, 1, 0, 1], "y": [1, 2, 3, 2]}).astype({column: object})
    frame.loc[1, column] = value
    with pytest.raises(DataError, match="infinite value .person 1") as caught:
        gc.Panel(frame, id="id", time="t", outcome="y")
    assert len(str(caught.value)) < 300
