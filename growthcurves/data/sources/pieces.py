"""A text table in pieces of whole lines, each read as `read_table` reads a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.missing_codes import MissingCodes
from growthcurves.data.missing_words import AMONG_NUMBERS, EVERYWHERE, NOT_A_NUMBER, is_among
from growthcurves.data.read_text import text_table
from growthcurves.data.sniff import find_decimal, has_decimals, is_utf8, parsed_lines, to_utf8
from growthcurves.data.sources.contract import TRUTH, kind_of_column
from growthcurves.data.sources.settled import Sights
from growthcurves.data.text_layout import find_layout
from growthcurves.errors import DataError, NotAvailableError, brief

#: Bytes in which the header, the separator and the length of a line are looked for.
HEAD = 1 << 20
#: Bytes that a row may have; more of them without a line end outside quotes have a quote that nothing closes.
ROW = 4 << 20
#: Cells as they are written, of which only those are missing that are so in columns of text.
AS_WRITTEN = {"keep_default_na": False, "na_values": list(EVERYWHERE)}


@dataclass(frozen=True)
class Head:
    """What stands before the rows of a text table.

    Attributes
    ----------
    path : Path
    content : bytes
        The header line, and what is before it.
    names : list of str
    separator : str
    line : float
        Bytes of a line, on average.
    """

    path: Path
    content: bytes
    names: list[str]
    separator: str
    line: float

    @classmethod
    def of(cls, path: Path) -> Head:
        try:
            with path.open("rb") as file:
                start = file.read(HEAD)
        except OSError as error:
            raise DataError(f"{str(path)!r} cannot be opened: {error.strerror}.") from None
        if start[:2] in (b"\xff\xfe", b"\xfe\xff"):
            raise NotAvailableError(f"{path.name} is written in UTF-16, not read in batches: save it in UTF-8.")
        if not start.strip():
            raise DataError(f"{path.name} is empty.")
        whole = start if len(start) < HEAD else start[: start.rfind(b"\n") + 1]
        layout = find_layout(to_utf8(whole, path.name), path.name)
        if layout.blanks:
            raise NotAvailableError(
                f"{path.name} has blanks between columns, which are not read in batches: write it with commas."
            )
        end, names = next(parsed_lines(layout.content, layout.separator))
        lines = whole.split(b"\n", layout.before + end)
        content = b"\n".join(lines[: layout.before + end]) + b"\n"
        return cls(path, content, names, layout.separator, max(len(whole) / max(whole.count(b"\n"), 1), 1.0))


@dataclass
class Pieces:
    """A text table in pieces of whole lines.

    Attributes
    ----------
    head : Head
    columns : sequence of str
        Those that are looked at.
    sights : Sights
        What rows have shown so far, of this file and those before.
    numbers : set of str
        Columns of which a text is an error, not a reason to read all as text.
    unended : str
        The last line and its number, where no line end closes it.
    """

    head: Head
    columns: Sequence[str]
    sights: Sights
    numbers: set[str]
    unended: str = field(default="", init=False)
    _lines: int = field(default=0, init=False)

    def tables(self, size: int) -> Iterator[pd.DataFrame]:
        """The tables, of about so many rows each."""
        for piece in self._contents(int(size * self.head.line)):
            if piece.strip():
                yield self._table(piece)
            self._lines += piece.count(b"\n")

    def _contents(self, size: int) -> Iterator[bytes]:
        """The lines after the header; no piece ends inside quotes."""
        rest = b""
        with self.head.path.open("rb") as file:
            file.seek(len(self.head.content))
            while block := file.read(size):
                rest += block
                end = _end_of_rows(rest) or (len(rest) if len(rest) > max(size, ROW) else 0)
                if end:
                    yield rest[:end]
                    rest = rest[end:]
        if rest:
            line = self.head.content.count(b"\n") + self._lines + rest.count(b"\n") + 1
            words = rest.rpartition(b"\n")[2].decode(errors="replace")
            self.unended = f"line {line:,}, {brief(words)}"
            yield rest

    def _table(self, piece: bytes) -> pd.DataFrame:
        content = self._utf8(self.head.content + piece)
        options = {"sep": self.head.separator} | self._decimal(content)
        frame = self._read(content, options)
        kinds = {name: self._kind(frame, name, content, options) for name in self.columns if name in frame.columns}
        for name, kind in kinds.items():
            if kind:
                self.sights.see(kind, name)
        changed: dict[str, Any] = {name: np.nan for name, kind in kinds.items() if kind == "words"}
        texts = [name for name, kind in kinds.items() if kind != "text" and self.sights.settled.holds("text", name)]
        if texts:
            written = self._read(content, options | AS_WRITTEN | {"dtype": dict.fromkeys(texts, str)})
            changed |= {name: written[name] for name in texts}
        attrs = frame.attrs
        frame = frame.assign(**changed) if changed else frame
        frame.attrs = attrs
        return frame

    def _read(self, content: bytes, options: dict[str, Any]) -> pd.DataFrame:
        return text_table(content, self.head.path.name, MissingCodes.of(()), dict(options), self._lines)

    def _utf8(self, content: bytes) -> bytes:
        path, settled = self.head.path, self.sights.settled
        if not content.isascii() and not settled.holds("windows", path):
            self.sights.see("utf-8" if is_utf8(content) else "windows", path)
        return to_utf8(content, path.name, settled.holds("windows", path))

    def _decimal(self, content: bytes) -> dict[str, str]:
        """The decimal mark, where rows of other pieces say it."""
        path, separator = self.head.path, self.head.separator
        if separator == ",":
            return {}
        if not self.sights.settled.holds("point", path):
            if find_decimal(content, separator) == ",":
                self.sights.see("comma", path)
                return {}
            if not has_decimals(content, separator, "."):
                return {}
            self.sights.see("point", path)
        return {"decimal": "."}

    def _kind(self, frame: pd.DataFrame, name: str, content: bytes, options: dict[str, Any]) -> str:
        """What a column shows; nothing where it is settled that it holds text, or where all is missing."""
        kind = kind_of_column(frame[name])
        if kind == "text" and name in self.numbers:
            return ""
        if self.sights.settled.holds("text", name):
            return "text" if kind == "text" else ""
        if kind == "text" and is_among(frame[name].dropna(), AMONG_NUMBERS).all():
            return "words"
        if kind == "" and any(word.encode() in content for word in NOT_A_NUMBER):
            written = self._read(content, options | AS_WRITTEN | {"dtype": {name: str}})
            return "nan" if is_among(written[name], NOT_A_NUMBER).any() else ""
        return "truth" if kind == TRUTH else kind


def _end_of_rows(content: bytes) -> int:
    """Where the last line end outside quotes is; 0 without any.

    Examples
    --------
    >>> _end_of_rows(b'1,a\\n2,"b\\n'), _end_of_rows(b'1,"a\\nb"\\n2')
    (4, 8)
    """
    end = len(content)
    parts = content.split(b'"')
    for number in range(len(parts) - 1, -1, -1):
        start = end - len(parts[number])
        found = parts[number].rfind(b"\n") if number % 2 == 0 else -1
        if found >= 0:
            return start + found + 1
        end = start - 1
    return 0
