"""Where the table lies in a text file: lines before it, its separator, blanks between its columns."""

from __future__ import annotations

import contextlib
import csv
import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from growthcurves.data.sniff import NUMBER, SEPARATORS, parsed_lines
from growthcurves.errors import DataError, ModelError

_SAMPLE_LINES = 50
_SEPARATOR_LINE = re.compile(rb'\A\s*"?sep=(.)"?[ \t]*(?:\n|\Z)', re.IGNORECASE)
#: How a look at columns parted by blanks is called.
_BLANK = " "
_BLANKS = (_BLANK, r"\s+", r"\s", r"[ \t]+", r" +")
_DECIMAL_COMMA = re.compile(r'\s*"?[+-]?\d*,\d+(?:[eE][+-]?\d+)?"?\s*')
_QUOTED_OR_NOT = re.compile(rb'"(?:[^"]|"")*"|[^\s"]+')


@dataclass(frozen=True)
class TextLayout:
    r"""A table in a text file.

    Attributes
    ----------
    content : bytes
        The table alone; where columns are parted by blanks, these are tabs.
    separator : str
        One character.
    before : int
        Lines of the file before `content`.
    blanks : bool
        Whether the file has blanks between columns.

    Examples
    --------
    >>> find_layout(b"My study\nid,week,bdi\n1,0,20\n", "a.csv")
    TextLayout(content=b'id,week,bdi\n1,0,20\n', separator=',', before=1, blanks=False)
    >>> find_layout(b"id  week\n 1  0\n", "a.txt").content
    b'id\tweek\n1\t0\n'
    """

    content: bytes
    separator: str
    before: int = 0
    blanks: bool = False

    @property
    def shown(self) -> str:
        """The separator for a sentence."""
        return "blanks" if self.blanks else repr(self.separator)


@dataclass(frozen=True)
class _Look:
    """The first lines under one separator: fields of each, the line that each ends on, where the table begins."""

    separator: str
    records: Sequence[tuple[int, list[str]]]
    start: int
    agrees: bool

    @property
    def before(self) -> int:
        return self.records[self.start - 1][0] if self.start else 0

    @property
    def width(self) -> int:
        return len(self.records[self.start][1])

    @property
    def fields(self) -> set[str]:
        """What the cells of the table say."""
        return {field for _, fields in self.records[self.start :] for field in fields}

    @property
    def has_decimal_commas(self) -> bool:
        """Whether commas stand in its cells, and only in numbers."""
        commas = [field for field in self.fields if "," in field]
        return bool(commas) and all(_DECIMAL_COMMA.fullmatch(field) for field in commas)


def find_layout(content: bytes, name: str, separator: str | None = None, skip: int = 0) -> TextLayout:
    """The table in a text; `separator` and the number of lines to `skip` where the user says them.

    Raises
    ------
    DataError
        When the first line of the table has no separator at all.
    ModelError
        For a separator of several characters.
    """
    cut = 0
    if skip:
        content, cut = _without_lines(content, skip), skip
    said = _SEPARATOR_LINE.match(content)
    if said:
        content, cut = content[said.end() :], cut + content[: said.end()].count(b"\n")
        separator = separator or said[1].decode()
    if separator in _BLANKS:
        return TextLayout(blanks_as_tabs(content), "\t", cut, True)
    if separator is not None and len(separator) != 1:
        raise ModelError(f"sep={separator!r} is no separator: give one character, or ' ' for blanks between columns.")
    look = _chosen([_look(content, sign) for sign in ([separator] if separator else SEPARATORS)], content)
    if look.separator == _BLANK:
        return TextLayout(_without_lines(blanks_as_tabs(content), look.before), "\t", cut + look.before, True)
    if separator is None and len(look.records[look.start][1]) < 2:
        raise DataError(f"{name} is not a table: its first line has no comma, semicolon, tab or | between columns.")
    return TextLayout(_without_lines(content, look.before), look.separator, cut + look.before)


def blanks_as_tabs(content: bytes) -> bytes:
    r"""Every run of blanks between columns as one tab; quoted texts keep theirs.

    Examples
    --------
    >>> blanks_as_tabs(b'1  "a b"   2\n')
    b'1\t"a b"\t2\n'
    """
    return b"\n".join(
        b"\t".join(_QUOTED_OR_NOT.findall(line) if b'"' in line else line.split()) for line in content.split(b"\n")
    )


def _without_lines(content: bytes, count: int) -> bytes:
    return content.split(b"\n", count)[-1] if content.count(b"\n") >= count else b""


def _chosen(looks: list[_Look], content: bytes) -> _Look:
    """The separator under which lines agree, from the first line on or after a title."""
    blanks = _look_at_blanks(content) if len(looks) > 1 else None
    agreeing = [look for look in looks if look.agrees]
    others = [look for look in (*agreeing, blanks) if look is not None and look.separator != ","]
    if any(look.has_decimal_commas and look.width > 2 for look in others):  # the comma parts numbers, not columns
        agreeing = [look for look in agreeing if look.separator != "," or look.width > max(one.width for one in others)]
    whole = [look for look in agreeing if not look.start]
    if whole:
        return whole[0]
    if blanks is not None and not any(look.separator == "\t" for look in agreeing):
        return blanks
    if agreeing:
        return agreeing[0]
    plain = [_Look(look.separator, look.records, 0, False) for look in looks]
    return max(plain, key=lambda look: len(look.records[0][1]))


def _look(content: bytes, separator: str) -> _Look:
    records: list[tuple[int, list[str]]] = []
    with contextlib.suppress(csv.Error):  # one field longer than any field may be
        records += itertools.islice(parsed_lines(content, separator), _SAMPLE_LINES)
    if not records:
        return _Look(separator, [(0, [""])], 0, False)
    widths = [len(fields) for _, fields in records]
    several = Counter(width for width in widths if width > 1)
    if not several:
        return _Look(separator, records, 0, False)
    width, count = several.most_common(1)[0]
    start = _first_of_table(records, width)
    if start is None or (start == 0 and len(set(widths)) > 1):
        return _Look(separator, records, 0, False)
    alone = start > 0 and len(records) - start < 2  # a last line is no table
    return _Look(separator, records, 0 if alone else start, not alone and 5 * count >= 4 * (len(records) - start))


def _first_of_table(records: Sequence[tuple[int, list[str]]], width: int) -> int | None:
    """The first record of the table; None where what stands before it is no title, comment or note."""
    start = 0
    while start + 1 < len(records) and _is_note(records[start], records[start + 1], width):
        start += 1
    return start if len(records[start][1]) == width else None


def _is_note(record: tuple[int, list[str]], following: tuple[int, list[str]], width: int) -> bool:
    """Whether a line before the table says something about it.

    It is less than half as wide as the table, a comment, narrower and followed by an empty line, or has one cell alone.
    """
    (line, fields), (next_line, after) = record, following
    filled = [bool(field.strip()) for field in fields]
    if not any(filled):
        return True
    if len(fields) < width:
        return 2 * len(fields) <= width or fields[0].startswith("#") or next_line > line + 1
    alone = len(fields) == width > 2 and filled[0] and sum(filled) == 1
    return alone and len({bool(field.strip()) for field in after}) == 1


def _look_at_blanks(content: bytes) -> _Look | None:
    """The first lines as words: equally many in each, of which some are numbers and none holds a separator."""
    sample = b"\n".join(content.split(b"\n", 4 * _SAMPLE_LINES)[: 4 * _SAMPLE_LINES])
    found = _look(blanks_as_tabs(sample), "\t")
    rows = [fields for _, fields in found.records[found.start :]]
    if not found.agrees or len(rows) < 2 or {len(fields) for fields in rows} != {found.width}:
        return None
    words = _QUOTED_OR_NOT.findall(sample)
    quoted = {word.decode(errors="replace").strip('"') for word in words if word.startswith(b'"')}
    numbers = {field for field in found.fields if NUMBER.fullmatch(field)}
    bare = found.fields - numbers - quoted
    if not numbers or any(sign in word for word in bare for sign in ",;|"):
        return None
    return _Look(_BLANK, found.records, found.start, True)
