"""Results as JSON for other programs: ordinary numbers, texts and lists; what is missing is null."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.version import DISTRIBUTION, VERSION


def as_json(answers: Any) -> str:
    """Answers as JSON text."""
    return json.dumps(jsonable(answers), ensure_ascii=False, indent=2, allow_nan=False)


def package_version() -> str:
    """The package and its version."""
    return f"{DISTRIBUTION} {VERSION}"


def jsonable(value: Any) -> Any:
    """A value as JSON can hold it: tables as lists of rows, NaN and infinities as None.

    Examples
    --------
    >>> jsonable({"estimate": np.float64("nan"), "rows": (np.int64(3), True)})
    {'estimate': None, 'rows': [3, True]}
    """
    if isinstance(value, pd.DataFrame):
        return [jsonable(row) for row in value.to_dict("records")]
    if isinstance(value, pd.Series):
        return jsonable(value.to_dict())
    if isinstance(value, Mapping):
        return {str(key): jsonable(item) for key, item in value.items()}
    if isinstance(value, np.ndarray):
        return jsonable(value.tolist())
    if isinstance(value, (list, tuple, set, frozenset)):
        return [jsonable(item) for item in value]
    return _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return None if value is pd.NA or value is pd.NaT else str(value)
