"""What a text table does not say of itself: its encoding, its separator, its decimal mark."""

from __future__ import annotations

import codecs
import csv
import itertools
import re
from collections.abc import Iterator

from growthcurves.errors import DataError

# In this order: a comma may be a decimal mark beside another separator, never the other way round.
SEPARATORS = ("\t", ";", "|", ",")

_SAMPLE_LINES = 50
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")


def to_utf8(content: bytes, name: str) -> bytes:
    r"""The text of a file as UTF-8 without byte-order mark, lines ended by ``\n`` or ``\r\n``.

    UTF-8 and UTF-16 are known by their mark; without one it is UTF-8 if it can be, else Windows-1252.

    Raises
    ------
    DataError
        When the file is no text.

    Examples
    --------
    >>> to_utf8("größe".encode("cp1252"), "a.csv").decode()
    'größe'
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        content = _decoded(content, "utf-16", name).encode()
    content = content.removeprefix(codecs.BOM_UTF8)
    if _CONTROL.search(content, 0, 100_000) or b"\x00" in content:
        raise DataError(f"{name} is not a text table: it holds binary data.")
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        content = _decoded(content, "cp1252", name).encode()
    return content if b"\n" in content else content.replace(b"\r", b"\n")


def find_separator(content: bytes, name: str) -> str:
    """The separator that splits the header and the first lines into equally many fields.

    Where the lines disagree under every separator it is the one with the most fields in the header.

    Raises
    ------
    DataError
        When the header has no separator at all.

    Examples
    --------
    >>> find_separator(b"id;score\\n1;2,5\\n", "a.csv")
    ';'
    """
    fields = {separator: _field_counts(content, separator) for separator in SEPARATORS}
    split = {separator: counts for separator, counts in fields.items() if counts[0] > 1}
    if not split:
        raise DataError(
            f"{name} is not a table: its first line has no comma, semicolon, tab or | between columns."
        )
    agreeing = [separator for separator, counts in split.items() if len(set(counts)) == 1]
    return agreeing[0] if agreeing else max(split, key=lambda separator: split[separator][0])


def find_decimal(content: bytes, separator: str) -> str:
    """The decimal mark: a comma where whole fields read ``2,5`` and none reads ``2.5``.

    Examples
    --------
    >>> find_decimal(b"id;score\\n1;2,5\\n", ";"), find_decimal(b"id,score\\n1,2.5\\n", ",")
    (',', '.')
    """
    if separator == "," or b"," not in content:
        return "."
    comma = _has_decimals(content, separator, ",") and not _has_decimals(content, separator, ".")
    return "," if comma else "."


def parsed_lines(content: bytes, separator: str, encoding: str = "utf-8") -> Iterator[tuple[int, list[str]]]:
    """The lines that are not blank, split into fields, each with the number of its last line in the file."""
    lines = (line.decode(encoding) for line in _split_lines(content))
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    for fields in reader:
        if fields and not (len(fields) == 1 and not fields[0].strip()):
            yield reader.line_num, fields


def _decoded(content: bytes, encoding: str, name: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise DataError(f"{name} is not a text table: its characters cannot be read.") from None


def _split_lines(content: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(content):
        end = content.find(b"\n", start) + 1 or len(content)
        yield content[start:end]
        start = end


def _field_counts(content: bytes, separator: str) -> list[int]:
    sample = itertools.islice(parsed_lines(content, separator), _SAMPLE_LINES)
    try:
        return [len(fields) for _, fields in sample] or [0]
    except csv.Error:  # one field longer than any field may be: not this separator
        return [0]


def _has_decimals(content: bytes, separator: str, mark: str) -> bool:
    if mark.encode() not in content:
        return False
    edge = re.escape(separator) + '"\r\n'
    field = rf"(?:^|[{edge}])[ ]*[+-]?\d*{re.escape(mark)}\d+(?:[eE][+-]?\d+)?[ ]*(?=[{edge}]|$)"
    return re.search(field.encode(), content) is not None
