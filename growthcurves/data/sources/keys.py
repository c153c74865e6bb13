"""What tells persons apart while rows are read: the same key of one id, whatever types it has in different tables."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import holds_numbers
from growthcurves.data.frame import raw_array


def keys_of(frame: pd.DataFrame, id: Sequence[str]) -> np.ndarray:
    """What tells persons apart, (n,): numbers as they are, else a hash of 64 bits.

    A number has one key in every type that holds it (int32, Int64, float64, objects, types of pyarrow). A row without
    an id is taken to be of the person before: such rows are counted and left out later.

    Examples
    --------
    >>> import pandas as pd
    >>> keys_of(pd.DataFrame({"id": pd.array([7, None, 9007199254740993], dtype="Int64")}), ["id"]).tolist()
    [7, 7, 9007199254740993]
    """
    if len(id) == 1:
        return _of_column(raw_array(frame, id[0]))
    hashes = [hashes_of(_of_column(raw_array(frame, name))) for name in id]
    return pd.util.hash_pandas_object(pd.DataFrame(dict(enumerate(hashes))), index=False).to_numpy()


def hashes_of(keys: np.ndarray) -> np.ndarray:
    """Unsigned numbers of 64 bits of keys, (n,), which a number has in every type.

    Whole numbers that a double does not hold may share one: rows are put aside by it, not told apart.
    """
    return keys if keys.dtype == np.uint64 else pd.util.hash_array(keys.astype(np.float64))


def _of_column(values: Any) -> np.ndarray:
    if pd.api.types.is_bool_dtype(values.dtype) and isinstance(values, np.ndarray):
        values = values.astype(np.int64)
    return _of_numbers(values) if holds_numbers(values) else _of_text(values)


def _of_numbers(values: Any) -> np.ndarray:
    """Whole numbers that 64 bits hold exactly, others as float64."""
    if isinstance(values, np.ndarray) and values.dtype.kind in "iu" and values.dtype != np.uint64:
        return values
    missing = np.asarray(pd.isna(values))
    if missing.all():
        return np.zeros(len(values), dtype=np.int64)
    if missing.any():  # the place of the last value before, of the first where there is none
        places = np.maximum.accumulate(np.where(missing, -1, np.arange(len(missing))))
        values = values[np.where(places < 0, int(np.argmin(missing)), places)]
    return _plain(values)


def _plain(values: Any) -> np.ndarray:
    """Numbers without missing values as int64, where that loses nothing, else as float64."""
    if not isinstance(values, np.ndarray):
        values = values.to_numpy()
    if values.dtype.kind == "f":
        return values.astype(np.float64, copy=False)
    if values.dtype == np.uint64:
        return values.astype(np.int64 if values.max() < 2**63 else np.float64)
    try:
        exact = values.astype(np.int64)
    except OverflowError:  # beyond 64 bits, or without end
        return values.astype(np.float64)
    return exact if bool((exact == values).all()) else values.astype(np.float64)


def _of_text(values: Any) -> np.ndarray:
    codes, labels = pd.factorize(values)
    if (codes < 0).any():
        codes = pd.Series(codes).where(codes >= 0).ffill().bfill().fillna(-1).astype(np.intp).to_numpy()
    hashes = pd.util.hash_array(np.asarray(labels, dtype=object), categorize=False)
    return np.append(hashes, np.uint64(0))[codes]
