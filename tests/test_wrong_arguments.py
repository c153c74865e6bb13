"""Arguments of any type at public doors end in an answer or in one short sentence of the package's own."""

from __future__ import annotations

import inspect
import random

import numpy as np
import pandas as pd
import pytest

import growthcurves as gc
from growthcurves.errors import GrowthCurvesError

pytestmark = pytest.mark.filterwarnings("ignore")

VALUES = [
    None, 1.5, -1, "x", "", [], {}, object(), float("nan"), float("inf"), "z" * 3000, np.arange(3.0), np.ones((2, 2)),
    np.array([None, "a"], dtype=object), True, b"x", (1, "a", None), {"a": [1]}, pd.DataFrame({"q": [1]}),
    pd.Series([1, 2]), 10**400, {1}, int, [[1], [2]], pd.NaT, pd.NA, 1j, "a\0b", [float("nan")],
]  # fmt: skip
SLEEP = gc.load_dataset("sleepstudy").query("subject < 335")
ROLES = {"id": "subject", "time": "day"}


@pytest.fixture(scope="module")
def doors():
    """What is called, with arguments that end well."""
    panel = gc.Panel(SLEEP, outcome="reaction", **ROLES)
    small, fit = (gc.fit(f"reaction ~ day + ({random} | subject)", panel, time="day") for random in ("1", "day"))
    table = pd.DataFrame({"a": [1.0]})
    return {
        "save_table": (gc.save_table, {"table": table, "path": "a.md"}),
        "to_wide": (gc.to_wide, {"long": SLEEP, "values": ["reaction"], **ROLES}),
        "GrowthModel": (gc.GrowthModel, {"outcome": "reaction", **ROLES}),
        "Het": (gc.Het, {}),
        "AR1": (gc.AR1, {}),
        "compare": (lambda names=None: gc.compare(small, fit, names=names), {}),
        "journal_table": (gc.journal_table, {"fits": [small, fit]}),
        "noninferiority": (fit.noninferiority, {"effect": "slope", "margin": 1.0, "better": "higher"}),
        "slopes": (fit.slopes, {}),
        "means": (fit.means, {"at": [0]}),
        "predict": (fit.predict, {}),
        "column": (panel.column, {"name": "day"}),
        "numbers": (panel.numbers, {"column": "day"}),
        "correlations": (panel.correlations, {}),
        "table_one": (panel.table_one, {}),
        "read_table": (gc.read_table, {"path": "a.csv"}),
    }


NAMES = [
    "save_table", "to_wide", "GrowthModel", "Het", "AR1", "compare", "journal_table", "noninferiority", "slopes",
    "means", "predict", "column", "numbers", "correlations", "table_one", "read_table",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_some_values_of_every_argument(doors, name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("id,t,y\n1,0,1\n1,1,2\n")
    call, usual = doors[name]
    for option in inspect.signature(call).parameters.values():
        if option.kind is option.VAR_KEYWORD:
            continue
        for value in random.Random(f"{name} {option.name}").sample(VALUES, 12):
            try:
                str(call(**usual | {option.name: value}))
            except GrowthCurvesError as error:
                assert len(str(error)) <= 330 and "\n" not in str(error) and " at 0x" not in str(error)
            except Exception as error:
                raise AssertionError(f"{name}({option.name}={str(value)[:40]!r}): {error!r}") from error
