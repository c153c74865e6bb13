"""What a good end is: numbers that are finite, or said to be missing; or one sentence of the package's own."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.errors import GrowthCurvesError, GrowthCurvesWarning

LONGEST = 330
#: Columns in which infinity is a number: degrees of freedom of the normal, the open end of a one-sided interval.
ENDLESS = {"df", "model_df", "df_den", "conf_low", "conf_high", "margin_low", "margin_high"}


def ending_of(ask: Callable[[], Any]) -> list[str]:
    """What is wrong with the end of a question; nothing where it is a number or a sentence."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            answer = ask()
            wrong = [*_numbers_wrong(answer), *_not_told(answer)]
        except GrowthCurvesError as error:
            wrong = _sentence_wrong(str(error))
        except Exception as error:  # whatever else reaches a user is a fault
            wrong = [f"{type(error).__name__}: {error}"]
    foreign = [str(found.message) for found in caught if not issubclass(found.category, GrowthCurvesWarning)]
    own = [str(found.message) for found in caught if issubclass(found.category, GrowthCurvesWarning)]
    return wrong + [f"warns: {text}" for text in foreign] + [fault for text in own for fault in _sentence_wrong(text)]


def _sentence_wrong(text: str) -> list[str]:
    if "\n" in text or not text.strip():
        return [f"no one sentence: {text!r}"]
    return [f"{len(text)} signs: {text}"] if len(text) > LONGEST else []


def _numbers_wrong(answer: Any) -> list[str]:
    wrong = []
    for name, values in _columns(answer):
        if np.iscomplexobj(values):
            wrong.append(f"{name} is complex")
        elif np.isinf(values).any() and name not in ENDLESS:
            wrong.append(f"{name} is infinite")
    return wrong


def _columns(answer: Any) -> Iterator[tuple[str, np.ndarray]]:
    """The numbers of an answer, by column where it is a table."""
    table = getattr(answer, "table", answer)
    if isinstance(table, pd.DataFrame):
        for name in table.columns:
            yield from ((str(name), values) for _, values in _columns(table[name]))
    elif isinstance(table, pd.Series | np.ndarray | float | complex):
        values = np.asarray(table)
        if values.dtype.kind in "fc":
            yield "", values


def _not_told(answer: Any) -> list[str]:
    """Missing estimates of an answer of which its text says nothing."""
    str(answer)
    if hasattr(answer, "_repr_html_"):
        answer._repr_html_()
    if not hasattr(answer, "to_dict") or not isinstance(getattr(answer, "table", None), pd.DataFrame):
        return []
    answer.to_dict()
    table = answer.table
    silent = "estimate" in table and table["estimate"].isna().all() and not _reasons(answer, table)
    return ["no estimate, and no reason"] if silent else []


def _reasons(answer: Any, table: pd.DataFrame) -> bool:
    """Whether missing numbers are explained: in a column of notes, or below the table."""
    noted = any(name in table and (table[name].astype(str).str.len() > 0).all() for name in ("note", "reason"))
    return noted or any(word in str(answer) for word in ("not estimable", "withheld", "no ", "missing", "cannot"))
