"""Values as JSON: arrays, tuples and tables marked so that they come back as they were."""

from __future__ import annotations

import base64
import math
import zlib
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.errors import DataError, brief

_KINDS = "fiub"
#: zlib packs no better than this: what claims more is no array that was saved.
_MOST_PACKED = 1032


def encoded(value: Any) -> Any:
    """A value as JSON can hold it.

    Examples
    --------
    >>> decoded(encoded({"knots": (1.0, np.float64(2.5)), "x": np.arange(3.0)}))
    {'knots': (1.0, 2.5), 'x': array([0., 1., 2.])}
    """
    if isinstance(value, np.generic):
        value = value.item()
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return {"float": repr(value)} if not np.isfinite(value) else value
    if isinstance(value, tuple):
        return {"tuple": [encoded(item) for item in value]}
    if isinstance(value, list):
        return [encoded(item) for item in value]
    if isinstance(value, dict):
        return {"dict": [[encoded(key), encoded(item)] for key, item in value.items()]}
    if isinstance(value, np.ndarray) and value.dtype.kind in _KINDS:
        return _array(value)
    if isinstance(value, pd.DataFrame):
        return {"table": [[str(name), encoded(raw)] for name, raw in value.items()]}
    return _column(value)


def decoded(value: Any) -> Any:
    """The value of what `encoded` made.

    Raises
    ------
    DataError
        For what it never makes.
    """
    if isinstance(value, list):
        return [decoded(item) for item in value]
    if not isinstance(value, dict):
        return value
    if len(value) != 1:
        raise DataError("a value has more than one kind, or none")
    kind, inside = next(iter(value.items()))
    if kind not in _DECODERS:
        raise DataError(f"it holds a value of the kind {brief(kind)}, which this version does not know")
    return _DECODERS[kind](inside)


def _array(value: np.ndarray) -> dict[str, Any]:
    plain = np.ascontiguousarray(value, dtype=value.dtype.newbyteorder("<"))
    text = base64.b64encode(zlib.compress(plain.tobytes(), 6)).decode()
    return {"array": [plain.dtype.str, list(plain.shape), text]}


def _from_array(inside: Any) -> np.ndarray:
    dtype, shape, text = inside
    packed = base64.b64decode(text, validate=True)
    size = math.prod(shape) * np.dtype(dtype).itemsize
    if np.dtype(dtype).kind not in _KINDS or not all(type(n) is int and n >= 0 for n in shape):
        raise DataError("the numbers of an array are not what they must be")
    if size > _MOST_PACKED * (len(packed) + 1):
        raise DataError("an array is larger than what the file holds of it")
    plain = zlib.decompressobj()
    content = plain.decompress(packed, size + 1)
    if len(content) != size:
        raise DataError("an array has another size than the file says")
    return np.frombuffer(content, dtype=dtype).reshape(shape).copy()


def _column(value: Any) -> dict[str, Any]:
    """A column of a table: numbers, dates, categories, texts."""
    series = pd.Series(value)
    if isinstance(series.dtype, pd.CategoricalDtype):
        levels = encoded(list(series.cat.categories))
        return {"categories": [levels, bool(series.cat.ordered), encoded(series.cat.codes.to_numpy())]}
    if pd.api.types.is_datetime64_any_dtype(series.dtype):
        naive = series.dt.tz_convert(None) if isinstance(series.dtype, pd.DatetimeTZDtype) else series
        return {"dates": encoded(naive.astype("datetime64[ns]").astype("int64").to_numpy())}
    if isinstance(series.dtype, np.dtype) and series.dtype.kind in _KINDS:
        return _array(series.to_numpy())
    if pd.api.types.is_numeric_dtype(series.dtype):
        return _array(series.to_numpy(dtype=np.float64, na_value=np.nan))
    return {"texts": [None if missing else encoded(item) for item, missing in zip(series, series.isna(), strict=True)]}


def _from_texts(inside: Any) -> Any:
    items = [decoded(item) for item in inside]
    try:
        hash(tuple(items))
    except TypeError:
        raise DataError("a column of texts holds lists") from None
    return pd.Series(items, dtype=object).array


def _from_categories(inside: Any) -> Any:
    levels, ordered, codes = inside
    return pd.Categorical.from_codes(decoded(codes), categories=decoded(levels), ordered=ordered)


_DECODERS: dict[str, Any] = {
    "float": float,
    "tuple": lambda inside: tuple(decoded(item) for item in inside),
    "dict": lambda inside: {decoded(key): decoded(item) for key, item in inside},
    "array": _from_array,
    "table": lambda inside: pd.DataFrame({name: decoded(column) for name, column in inside}),
    "categories": _from_categories,
    "dates": lambda inside: pd.Series(decoded(inside).astype("datetime64[ns]")).array,
    "texts": _from_texts,
}
