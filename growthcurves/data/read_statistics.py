"""Files of SPSS, Stata and SAS: user-missing values, value labels, dates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.exact import whole_numbers, with_missing
from growthcurves.data.extras import needed_package, refuse_options
from growthcurves.data.frame import require_columns
from growthcurves.data.missing_codes import MissingCodes
from growthcurves.data.patterns import plain_number
from growthcurves.data.read_typed import finished, unreadable
from growthcurves.errors import ModelError


def read_spss(path: Path, codes: MissingCodes, **options: Any) -> pd.DataFrame:
    """Read a .sav or .zsav file."""
    return _read(path, codes, "SPSS", "read_sav", options, user_missing=True)


def read_stata(path: Path, codes: MissingCodes, **options: Any) -> pd.DataFrame:
    """Read a .dta file."""
    return _read(path, codes, "Stata", "read_dta", options)


def read_sas(path: Path, codes: MissingCodes, **options: Any) -> pd.DataFrame:
    """Read a .sas7bdat or .xpt file. Value labels lie in a catalogue of their own, which is not read."""
    refuse_options(options, ["encoding"], path)
    reader = "read_xport" if path.suffix.lower() == ".xpt" else "read_sas7bdat"
    return _read(path, codes, "SAS", reader, options)


def _read(
    path: Path, codes: MissingCodes, kind: str, reader: str, options: dict[str, Any], **settings: Any
) -> pd.DataFrame:
    refuse_options(options, ["labels", "encoding"], path)
    wanted = options.pop("labels", True)
    read: Callable[..., Any] = getattr(needed_package("pyreadstat", "statistics", path), reader)
    try:
        frame, about = read(str(path), dates_as_pandas_datetime=True, **settings, **options)
    except Exception as error:  # the reader raises its own error, MemoryError or OverflowError as it comes
        raise unreadable(path, f"{kind} file", error) from None
    labels, ranges = about.variable_value_labels, about.missing_ranges
    as_categories = _labels_wanted(frame, labels, wanted)
    matched = codes.tally(_with_labels(frame[name], labels.get(name, {})) for name in frame.columns)
    columns = {}
    for name in frame.columns:
        column, shown = _without_missing(frame[name], codes, ranges.get(name, ()), labels.get(name, {}))
        columns[name] = _labelled(column, shown, wanted is not True) if name in as_categories else column
    more: dict[str, Any] = ({"labels": True} if as_categories else {}) | ({"matched": matched} if matched else {})
    read_frame = finished(pd.DataFrame(columns, copy=False), MissingCodes.of(()), path, **more)
    spoken = {name: " ".join((text or "").split()) for name, text in about.column_names_to_labels.items()}
    said = {name: text for name, text in spoken.items() if text}
    if said:
        read_frame.attrs["labels"] = said
    return read_frame


def _with_labels(column: pd.Series, labels: Mapping[Any, str]) -> pd.Series:
    """Cells and, for codes that have one, their labels: where a missing code may be found, once for each cell."""
    named = column[column.isin(list(labels))].map(labels)
    return column if named.empty else pd.concat([column.astype(object), named.astype(object)], ignore_index=True)


def _labels_wanted(frame: pd.DataFrame, labels: Mapping[str, Any], wanted: Any) -> set[str]:
    """The columns whose value labels are to become categories."""
    if isinstance(wanted, bool):
        return set(labels) if wanted else set()
    names = [wanted] if isinstance(wanted, str) else list(wanted)
    require_columns(frame, names)
    for name in names:
        if name not in labels:
            raise ModelError(f"labels= names {name!r}, which has no value labels in the file.")
    return set(names)


def _without_missing(
    column: pd.Series, codes: MissingCodes, ranges: Any, labels: Mapping[Any, str]
) -> tuple[pd.Series, dict[Any, str]]:
    """The column without what means missing, and the labels of the other codes."""
    missing = _user_missing(column, ranges)
    column = whole_numbers(codes.without(with_missing(column, missing) if missing.any() else column))
    if not pd.api.types.is_numeric_dtype(column.dtype) and not pd.api.types.is_datetime64_any_dtype(
        column.dtype
    ):
        column = column.mask((column == "").to_numpy(dtype=bool, na_value=False))
    gone = {code for code, text in labels.items() if _code_is_missing(code, text, codes, ranges)}
    if gone:
        column = column.mask(column.isin(gone))
    return column, {code: text for code, text in labels.items() if code not in gone}


def _user_missing(column: pd.Series, ranges: Any) -> np.ndarray:
    missing = np.zeros(len(column), dtype=bool)
    for limits in ranges:
        missing |= column.between(limits["lo"], limits["hi"]).to_numpy(dtype=bool, na_value=False)
    return missing


def _code_is_missing(code: Any, text: str, codes: MissingCodes, ranges: Any) -> bool:
    same = [limits for limits in ranges if isinstance(code, str) == isinstance(limits["lo"], str)]
    return codes.has(code) or codes.has(text) or any(limits["lo"] <= code <= limits["hi"] for limits in same)


def _labelled(column: pd.Series, labels: Mapping[Any, str], always: bool) -> pd.Series:
    """The column as a categorical: labels in the order of their codes, values without one as themselves."""
    text = not pd.api.types.is_numeric_dtype(column.dtype)
    known = {code: label for code, label in labels.items() if isinstance(code, str) == text}
    present = column.dropna().unique().tolist()
    bare = [value for value in present if value not in known]
    if not always and present and len(bare) >= len(present) - len(bare):
        return column
    order = sorted([*known, *bare])
    names = _names([known.get(code, _code_text(code)) for code in order], order)
    positions = pd.Index(order).get_indexer(column)
    return pd.Series(pd.Categorical.from_codes(positions, names), index=column.index, name=column.name)


def _names(labels: list[str], codes: list[Any]) -> list[str]:
    """Labels that several codes share get their code in brackets, so that no two groups become one."""
    return [
        f"{label} ({_code_text(code)})" if labels.count(label) > 1 else label
        for label, code in zip(labels, codes, strict=True)
    ]


def _code_text(code: Any) -> str:
    return code if isinstance(code, str) else str(plain_number(code))
