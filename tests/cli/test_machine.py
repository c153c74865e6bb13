"""JSON for other programs."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd

from growthcurves.cli.machine import jsonable


def test_what_is_missing_is_null_and_numbers_are_ordinary():
    table = pd.DataFrame({"a": [1.5, np.nan], "b": ["x", None], "c": [np.inf, 2.0]})
    value = jsonable({"table": table, "n": np.int64(3), "array": np.array([1.0, np.nan]), "ok": np.bool_(True)})
    assert json.loads(json.dumps(value, allow_nan=False)) == {
        "table": [{"a": 1.5, "b": "x", "c": None}, {"a": None, "b": None, "c": 2.0}],
        "n": 3,
        "array": [1.0, None],
        "ok": True,
    }
