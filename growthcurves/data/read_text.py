"""Text tables: what can be found out is found out, the rest is said in a sentence."""

from __future__ import annotations

import inspect
import io
import re
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.extras import refuse_options
from growthcurves.data.frame import exact_floats
from growthcurves.data.missing_codes import MissingCodes
from growthcurves.data.sniff import find_decimal, find_separator, parsed_lines, to_utf8
from growthcurves.errors import DataError

_ZERO_LED_TEXT = re.compile(r"0\d+")
_OPTIONS = [name for name in inspect.signature(pd.read_csv).parameters if name != "filepath_or_buffer"]
_BLANK_LINE = re.compile(rb"\n[ \t]*\r?\n")


def read_text(path: Path, codes: MissingCodes, **options: Any) -> pd.DataFrame:
    """Read a text table with a header line; options are those of `pandas.read_csv`."""
    refuse_options(options, _OPTIONS, path)
    content = to_utf8(_read_bytes(path), path.name)
    if not content.strip():
        raise DataError(f"{path.name} is empty.")
    separator = options.pop("sep", None) or find_separator(content, path.name)
    header_line, header = next(parsed_lines(content, separator))
    refuse_shared_names(header, path.name)
    _refuse_ragged_lines(content, separator, len(header), path.name)
    options = _parser_options(content, separator, codes) | options
    frame = _parse(content, options, path.name)
    frame = _with_zero_led_text(frame, content, options)
    frame.attrs["source"] = _source(content, path.name, header_line)
    return frame


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{str(path)!r} cannot be opened: {error.strerror}.") from None


def refuse_shared_names(header: list[str], name: str) -> None:
    """Refuse a header in which columns share a name.

    Raises
    ------
    DataError
        With the names that are shared.
    """
    shared = [repr(column) for column, count in Counter(header).items() if count > 1 and column]
    if shared:
        raise DataError(f"Columns of {name} share a name: {', '.join(shared)}; give them different names.")


def _refuse_ragged_lines(content: bytes, separator: str, width: int, name: str) -> None:
    """Every line has as many fields as the header; one count over the file settles nearly all files."""
    plain = b'"' not in content and not _BLANK_LINE.search(content)
    body = content.strip(b"\r\n")
    if plain and width > 1 and _evenly_split(body, separator.encode(), width):
        return
    for line, fields in parsed_lines(content, separator):
        if len(fields) != width:
            raise DataError(
                f"Line {line} of {name} has {len(fields)} field{'s' * (len(fields) != 1)} where the header "
                f"has {width}: correct the line, or put quotes around text that holds {separator!r}."
            )


def _evenly_split(body: bytes, separator: bytes, width: int) -> bool:
    if len(separator) != 1:
        return False
    codes = np.frombuffer(body, dtype=np.uint8)
    ends = np.append(np.flatnonzero(codes == ord("\n")), len(codes))
    separators = np.flatnonzero(codes == ord(separator))
    if len(separators) != len(ends) * (width - 1):
        return False
    # As many separators as there should be: are the first and the last of every line's share in that line?
    last = separators[width - 2 :: width - 1]
    first = separators[:: width - 1]
    return bool((last < ends).all() and (first[1:] > ends[:-1]).all())


def _parser_options(content: bytes, separator: str, codes: MissingCodes) -> dict[str, Any]:
    return {
        "sep": separator,
        "decimal": find_decimal(content, separator),
        "na_values": list(codes.given),
        "skipinitialspace": True,
        "index_col": False,
        "low_memory": False,
        **exact_floats(),
    }


def _parse(content: bytes, options: dict[str, Any], name: str) -> pd.DataFrame:
    try:
        frame = pd.read_csv(io.BytesIO(content), **options)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise DataError(f"{name} cannot be read as a table: {str(error).splitlines()[0]}.") from None
    if not len(frame):
        raise DataError(f"{name} has a header but no rows.")
    nameless = [column for column in frame.columns if str(column).startswith("Unnamed: ")]
    return frame.drop(columns=[column for column in nameless if frame[column].isna().all()])


def _with_zero_led_text(frame: pd.DataFrame, content: bytes, options: dict[str, Any]) -> pd.DataFrame:
    """Columns of numbers in which any value is written like 007 are read once more, as text."""
    if "dtype" in options or "converters" in options or not _has_zero_led(content, options["sep"]):
        return frame
    texts = pd.read_csv(io.BytesIO(content), **options, dtype=str)
    for column in frame.select_dtypes("number").columns:
        if any(_ZERO_LED_TEXT.fullmatch(text) for text in texts[column].dropna()):
            frame[column] = texts[column]
    return frame


def _has_zero_led(content: bytes, separator: str) -> bool:
    edge = ('\n\r" ' + separator).encode()
    field = re.compile(rb"0\d+(?=[" + re.escape(edge) + rb"]|$)")
    codes = np.frombuffer(content, dtype=np.uint8)
    zero = np.flatnonzero(codes[1:-1] == ord("0")) + 1
    after_text = np.isin(codes[zero - 1], np.frombuffer(edge, dtype=np.uint8))
    before_digit = (codes[zero + 1] >= ord("0")) & (codes[zero + 1] <= ord("9"))
    return any(field.match(content, position) for position in zero[after_text & before_digit].tolist())


def _source(content: bytes, name: str, header_line: int) -> dict[str, Any]:
    source: dict[str, Any] = {"file": name, "first_row": header_line + 1}
    if _BLANK_LINE.search(content.strip()):
        lines = content.rstrip().split(b"\n")
        source["blank"] = [row for row, line in enumerate(lines, 1) if row > header_line and not line.strip()]
    return source
