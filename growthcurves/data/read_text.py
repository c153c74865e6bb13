"""Text tables: what can be found out is found out, the rest is said in a sentence."""

from __future__ import annotations

import csv
import inspect
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.as_written import as_written, texts_of
from growthcurves.data.extras import refuse_options
from growthcurves.data.frame import exact_floats
from growthcurves.data.missing_codes import MissingCodes
from growthcurves.data.missing_words import AMONG_NUMBERS
from growthcurves.data.sniff import NUMBER, find_decimal, parsed_lines, to_utf8
from growthcurves.data.text_layout import TextLayout, find_layout
from growthcurves.errors import DataError, ModelError

_OPTIONS = [name for name in inspect.signature(pd.read_csv).parameters if name != "filepath_or_buffer"]
_BLANK_LINE = re.compile(rb"\n[ \t]*\n")


def read_text(path: Path, codes: MissingCodes, **options: Any) -> pd.DataFrame:
    """Read a text table; options are those of `pandas.read_csv`. `names` are those of a file without a header."""
    refuse_options(options, _OPTIONS, path)
    return text_table(to_utf8(_read_bytes(path), path.name), path.name, codes, options)


def text_table(
    content: bytes, name: str, codes: MissingCodes, options: dict[str, Any], lines: int = 0
) -> pd.DataFrame:
    """The table in a text, as UTF-8, of the file of this name; see `read_text`.

    `lines` are those of the file that were left out between its header and the rows in this text.
    """
    if not content.strip():
        raise DataError(f"{name} is empty.")
    skip = options.pop("skiprows", 0) or 0
    layout = find_layout(content, name, options.pop("sep", None) or options.pop("delimiter", None), skip)
    if not layout.content.strip():
        raise DataError(f"{name} has a header but no rows." if layout.before else f"{name} is empty.")
    layout = replace(layout, before=layout.before + lines)
    header_line, first = _first_line(layout, name)
    options = _with_names(options, first, f"line {header_line + layout.before} of {name}")
    named = options.get("header", 0) is not None
    if named and "header" not in options:
        refuse_shared_names(first, name)
        _refuse_numbers_as_names(first, name)
    _refuse_ragged_lines(layout, len(first), name)
    options = _parser_options(layout, codes) | options
    frame = _parse(layout, options, name)
    texts = texts_of(layout.content, options)
    frame = as_written(frame, layout.content, texts, options, codes)
    matched = codes.tally(texts()[column] for column in frame.columns if column in texts()) if codes.given else {}
    frame.attrs["source"] = _source(layout, name, header_line, named) | ({"matched": matched} if matched else {})
    return frame


def _read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{str(path)!r} cannot be opened: {error.strerror}.") from None


def _first_line(layout: TextLayout, name: str) -> tuple[int, list[str]]:
    try:
        return next(parsed_lines(layout.content, layout.separator))
    except csv.Error:
        raise DataError(_open_quote(layout, 0, name)) from None


def _with_names(options: dict[str, Any], first: list[str], place: str) -> dict[str, Any]:
    """The options with `names` as a list, and whether the first line says these names itself."""
    if options.get("names") is None:
        return {name: value for name, value in options.items() if name != "names"}
    given = options["names"]
    names = [str(name) for name in (given if isinstance(given, Iterable) and not isinstance(given, str) else [given])]
    if len(names) != len(first):
        raise ModelError(
            f"names= has {len(names)} name{'s' * (len(names) != 1)}, but {place} has {len(first)} "
            f"field{'s' * (len(first) != 1)} ({_shortened(first)})."
        )
    if len(set(names)) < len(names):
        raise ModelError("names= gives a name twice: every column needs its own.")
    header = 0 if [field.strip() for field in first] == names else None
    return {"header": header} | options | {"names": names}


def _shortened(fields: Sequence[str]) -> str:
    text = ", ".join(fields[:6]) + (", ..." if len(fields) > 6 else "")
    return text if len(text) <= 80 else text[:77] + "..."


def refuse_shared_names(header: list[str], name: str) -> None:
    """Refuse a header in which columns share a name.

    Raises
    ------
    DataError
        With the names that are shared.
    """
    shared = [repr(column) for column, count in Counter(header).items() if count > 1 and column]
    if shared and not all(NUMBER.fullmatch(column.strip()) for column in header):
        raise DataError(f"Columns of {name} share a name: {_shortened(shared)}; give them different names.")


def _refuse_numbers_as_names(header: list[str], name: str) -> None:
    """A first line of numbers is a row, unless the numbers count the columns."""
    fields = [field.strip() for field in header]
    if not all(NUMBER.fullmatch(field) for field in fields):
        return
    counted = [str(number) for start in (0, 1) for number in range(start, start + len(fields))]
    if fields not in (counted[: len(fields)], counted[len(fields) :]):
        raise DataError(
            f"The first line of {name} holds numbers ({_shortened(fields)}), no names of columns: say them with "
            f"names=, one for each of the {len(fields)} columns."
        )


def _refuse_ragged_lines(layout: TextLayout, width: int, name: str) -> None:
    """Every line has as many fields as the header; one count over the file settles nearly all files."""
    content = layout.content
    plain = b'"' not in content and not _BLANK_LINE.search(content)
    if plain and width > 1 and _evenly_split(content.strip(b"\n"), layout.separator.encode(), width):
        return
    end = 0
    try:
        for line, fields in parsed_lines(content, layout.separator):
            if len(fields) != width:
                raise DataError(_ragged(layout, (end, line), fields, width, name))
            if line > end + 1 and _swallowed(layout, end, line):
                raise DataError(_open_quote(layout, end, name))
            end = line
    except csv.Error:
        raise DataError(_open_quote(layout, end, name)) from None


def _ragged(layout: TextLayout, lines: tuple[int, int], fields: list[str], width: int, name: str) -> str:
    if any("\n" in field for field in fields):
        return _open_quote(layout, lines[0], name)
    return (
        f"Line {lines[1] + layout.before} of {name} has {len(fields)} field{'s' * (len(fields) != 1)} where the header "
        f"has {width}: correct the line, or put quotes around text that holds {layout.shown}."
    )


def _swallowed(layout: TextLayout, end: int, line: int) -> bool:
    """Whether a field over several lines closes in the middle of another: its own quote was left open."""
    text = b"\n".join(layout.content.split(b"\n", line)[end:line]).decode()
    try:
        list(csv.reader(io.StringIO(text, newline=""), delimiter=layout.separator, skipinitialspace=True, strict=True))
    except csv.Error:
        return True
    return False


def _open_quote(layout: TextLayout, end: int, name: str) -> str:
    """The first line after `end` in which the quotes do not pair."""
    lines = layout.content.split(b"\n")
    line = next((row for row in range(end, len(lines)) if lines[row].count(b'"') % 2), end)
    return (
        f'Line {line + 1 + layout.before} of {name} has a quotation mark (") without its partner: close it, '
        f"write it twice inside a quoted text, or take it away."
    )


def _end_before_last(layout: TextLayout) -> int:
    """The line on which the last record but one ends."""
    ends = [0, *(line for line, _ in parsed_lines(layout.content, layout.separator))]
    return ends[-2]


def _evenly_split(body: bytes, separator: bytes, width: int) -> bool:
    codes = np.frombuffer(body, dtype=np.uint8)
    ends = np.append(np.flatnonzero(codes == ord("\n")), len(codes))
    separators = np.flatnonzero(codes == ord(separator)) if len(separator) == 1 else np.empty(0)
    if len(separators) != len(ends) * (width - 1):
        return False
    # As many separators as there should be: are the first and the last of every line's share in that line?
    last = separators[width - 2 :: width - 1]
    first = separators[:: width - 1]
    return bool((last < ends).all() and (first[1:] > ends[:-1]).all())


def _parser_options(layout: TextLayout, codes: MissingCodes) -> dict[str, Any]:
    return {
        "sep": layout.separator,
        "decimal": find_decimal(layout.content, layout.separator),
        "na_values": [*AMONG_NUMBERS, *codes.given],
        "skipinitialspace": True,
        "index_col": False,
        "low_memory": False,
        **exact_floats(),
    }


def _parse(layout: TextLayout, options: dict[str, Any], name: str) -> pd.DataFrame:
    try:
        frame = pd.read_csv(io.BytesIO(layout.content), **options)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        if "EOF inside string" in str(error):
            raise DataError(_open_quote(layout, _end_before_last(layout), name)) from None
        raise DataError(f"{name} cannot be read as a table: {str(error).splitlines()[0]}.") from None
    if not len(frame):
        raise DataError(f"{name} has a header but no rows.")
    nameless = [column for column in frame.columns if str(column).startswith("Unnamed: ")]
    return frame.drop(columns=[column for column in nameless if frame[column].isna().all()])


def _source(layout: TextLayout, name: str, header_line: int, named: bool) -> dict[str, Any]:
    first = header_line + named
    source: dict[str, Any] = {"file": name, "first_row": first + layout.before}
    if _BLANK_LINE.search(layout.content.strip()):
        lines = enumerate(layout.content.rstrip().split(b"\n"), 1)
        source["blank"] = [row + layout.before for row, line in lines if row >= first and not line.strip()]
    return source
