"""What a reader of numbers changes in a text table, put back as it was written."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.exact import EXACT
from growthcurves.data.missing_codes import MissingCodes
from growthcurves.data.missing_words import AMONG_NUMBERS, NOT_A_NUMBER, is_among

_ZERO_LED_TEXT = re.compile(r"0\d+")
_WHOLE = re.compile(r"[+-]?\d+")
#: Options with which the user says how cells are to be read: nothing is put back then.
_SAID = ("dtype", "converters")
_SAID_OF_MISSING = ("keep_default_na", "na_filter")

Texts = Callable[[], pd.DataFrame]


def texts_of(content: bytes, options: dict[str, Any]) -> Texts:
    """The cells as they are written, read when they are first asked for."""
    plain = {name: value for name, value in options.items() if name not in _SAID}
    plain |= {"dtype": str, "keep_default_na": False, "na_values": []}
    return cache(lambda: pd.read_csv(io.BytesIO(content), **plain))


def as_written(
    frame: pd.DataFrame, content: bytes, texts: Texts, options: dict[str, Any], codes: MissingCodes
) -> pd.DataFrame:
    """The table with ids such as 007, long whole numbers, and levels called None as they are written."""
    if any(name in options for name in _SAID):
        return frame
    changed: dict[Any, Any] = {}
    if _has_zero_led(content, options["sep"]):
        changed |= _zero_led(frame, texts())
    changed = _long_numbers(frame, texts) | changed
    if not any(name in options for name in _SAID_OF_MISSING):
        changed |= _words(frame, content, texts, codes)
    return _with_columns(frame, changed) if changed else frame


def _with_columns(frame: pd.DataFrame, changed: dict[Any, Any]) -> pd.DataFrame:
    return pd.DataFrame({name: changed.get(name, frame[name]) for name in frame.columns}, copy=False)


def _zero_led(frame: pd.DataFrame, texts: pd.DataFrame) -> dict[Any, Any]:
    """Columns of numbers in which any value is written like 007, as text."""
    found = {}
    for name in frame.select_dtypes("number").columns:
        here = texts[name].where(frame[name].notna())
        if any(_ZERO_LED_TEXT.fullmatch(text) for text in here.dropna()):
            found[name] = here
    return found


def _long_numbers(frame: pd.DataFrame, texts: Texts) -> dict[Any, Any]:
    """Whole numbers that became floats because one is missing, and that no float holds: as ``Int64``, or as text."""
    found: dict[Any, Any] = {}
    for name in frame.columns:
        column = frame[name]
        if pd.api.types.is_object_dtype(column.dtype):
            if pd.api.types.infer_dtype(column, skipna=True) == "integer":  # beyond 64 bits
                found[name] = texts()[name].where(column.notna())
            continue
        if not pd.api.types.is_float_dtype(column.dtype):
            continue
        largest = np.abs(column.to_numpy()).max(initial=0.0, where=column.notna().to_numpy())
        if not EXACT <= largest < np.inf:
            continue
        here = texts()[name].where(column.notna())
        if not all(_WHOLE.fullmatch(text) for text in here.dropna()):
            continue
        found[name] = _whole(here)
    return found


def _whole(texts: pd.Series) -> pd.Series:
    """As ``Int64``, as texts where they need more than 64 bits."""
    numbers = [None if missing else int(text) for text, missing in zip(texts, texts.isna(), strict=True)]
    if not all(-(2**63) <= number < 2**63 for number in numbers if number is not None):
        return texts
    return pd.Series(pd.array(numbers, dtype="Int64"), index=texts.index)


def _words(frame: pd.DataFrame, content: bytes, texts: Texts, codes: MissingCodes) -> dict[Any, Any]:
    """Columns of text in which words such as None were taken for missing, with these words."""
    found: dict[Any, Any] = {}
    names = [name for name in frame.columns if _may_be_text(frame[name]) and frame[name].isna().any()]
    if not names or not any(word.encode() in content for word in AMONG_NUMBERS):
        return found
    for name in names:
        column = frame[name]
        here = texts()[name]
        words = is_among(here, AMONG_NUMBERS) & ~is_among(here, tuple(codes.texts))
        if not words.any() or (column.isna().all() and is_among(here[words], NOT_A_NUMBER).all()):
            continue
        found[name] = column.astype(here.dtype).mask(words, here)
    return found


def _may_be_text(column: pd.Series) -> bool:
    if pd.api.types.is_numeric_dtype(column.dtype) or pd.api.types.is_datetime64_any_dtype(column.dtype):
        return bool(column.isna().all())
    return pd.api.types.infer_dtype(column, skipna=True) != "boolean"


def _has_zero_led(content: bytes, separator: str) -> bool:
    edge = ('\n\r" ' + separator).encode()
    field = re.compile(rb"0\d+(?=[" + re.escape(edge) + rb"]|$)")
    codes = np.frombuffer(b"\n" + content + b"\n", dtype=np.uint8)  # so that every field has something on both sides
    zero = np.flatnonzero(codes[1:-1] == ord("0")) + 1
    after_text = np.isin(codes[zero - 1], np.frombuffer(edge, dtype=np.uint8))
    before_digit = (codes[zero + 1] >= ord("0")) & (codes[zero + 1] <= ord("9"))
    return any(field.match(content, position - 1) for position in zero[after_text & before_digit].tolist())
