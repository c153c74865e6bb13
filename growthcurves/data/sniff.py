"""What a text table does not say of itself: its encoding, its separator, its decimal mark."""

from __future__ import annotations

import codecs
import csv
import re
from collections.abc import Iterator

from growthcurves.errors import DataError

# In this order: a comma may be a decimal mark beside another separator, never the other way round.
SEPARATORS = ("\t", ";", "|", ",")

#: A cell that is a number, with a decimal point or comma.
NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)([eE][+-]?\d+)?")
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1f\x7f]")
_LINE_END = re.compile(rb"\r+\n|\r")


def to_utf8(content: bytes, name: str, windows: bool = False) -> bytes:
    r"""The text of a file as UTF-8 without byte-order mark, lines ended by ``\n``; quoted texts keep their ends.

    UTF-8 and UTF-16 are known by their mark; without one it is UTF-8 if it can be, else Windows-1252, as where it is
    known to be.

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
    if windows or not is_utf8(content):
        content = _decoded(content, "cp1252", name).encode()
    return _with_plain_ends(content) if b"\r" in content else content


def is_utf8(content: bytes) -> bool:
    """Whether a text can be in UTF-8."""
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def find_decimal(content: bytes, separator: str) -> str:
    """The decimal mark: a comma where whole fields read ``2,5`` and none reads ``2.5``.

    Examples
    --------
    >>> find_decimal(b"id;score\\n1;2,5\\n", ";"), find_decimal(b"id,score\\n1,2.5\\n", ",")
    (',', '.')
    """
    if separator == "," or b"," not in content:
        return "."
    comma = has_decimals(content, separator, ",") and not has_decimals(content, separator, ".")
    return "," if comma else "."


def has_decimals(content: bytes, separator: str, mark: str) -> bool:
    """Whether any field is a number with this decimal mark."""
    if mark.encode() not in content:
        return False
    edge = re.escape(separator) + '"\r\n'
    field = rf"(?:^|[{edge}])[ ]*[+-]?\d*{re.escape(mark)}\d+(?:[eE][+-]?\d+)?[ ]*(?=[{edge}]|$)"
    return re.search(field.encode(), content) is not None


def parsed_lines(content: bytes, separator: str) -> Iterator[tuple[int, list[str]]]:
    """The lines that are not blank, split into fields, each with the number of its last line in the file.

    Raises
    ------
    csv.Error
        For a field longer than any field may be.
    """
    lines = (line.decode() for line in _split_lines(content))
    reader = csv.reader(lines, delimiter=separator, skipinitialspace=True)
    for fields in reader:
        if fields and not (len(fields) == 1 and not fields[0].strip()):
            yield reader.line_num, fields


def _decoded(content: bytes, encoding: str, name: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError:
        raise DataError(f"{name} is not a text table: its characters cannot be read.") from None


def _with_plain_ends(content: bytes) -> bytes:
    """Line ends of every system as ``\\n`` where they stand outside quotes."""
    parts = content.split(b'"')
    parts[::2] = [_LINE_END.sub(b"\n", part) for part in parts[::2]]
    return b'"'.join(parts)


def _split_lines(content: bytes) -> Iterator[bytes]:
    start = 0
    while start < len(content):
        end = content.find(b"\n", start) + 1 or len(content)
        yield content[start:end]
        start = end
