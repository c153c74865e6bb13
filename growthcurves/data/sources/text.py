"""Text tables larger than memory: read in pieces of whole lines, each as `read_table` reads a file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import pandas as pd

from growthcurves.data.missing_codes import MissingCodes
from growthcurves.data.read_text import text_table
from growthcurves.data.sniff import parsed_lines, to_utf8
from growthcurves.data.sources.contract import OtherKindError, kind_of_column
from growthcurves.data.text_layout import find_layout
from growthcurves.errors import DataError, NotAvailableError

#: Bytes in which the header, the separator and the length of a line are looked for.
HEAD = 1 << 20


@dataclass(frozen=True)
class Text:
    """Text tables with a header line, one after the other.

    Attributes
    ----------
    files : tuple of Path
    name : str
    needs_numbers : set of str
        Columns of which text after numbers is an error, not a reason to read all as text: outcome and time.
    """

    files: tuple[Path, ...]
    name: str
    again: bool = True
    rows: int | None = None
    needs_numbers: set[str] = field(default_factory=set, init=False, compare=False)
    _texts: set[str] = field(default_factory=set, init=False, compare=False)

    def columns(self) -> list[str]:
        return self._heads[0].names

    @cached_property
    def _heads(self) -> list[Head]:
        return [Head.of(path) for path in self.files]

    def batches(self, columns: Sequence[str], size: int) -> Iterator[pd.DataFrame]:
        """The tables; a column that holds text anywhere is text everywhere.

        Raises
        ------
        OtherKindError
            Where one turns out to hold text that held numbers before: reading anew it is text from the first row on.
        """
        numbers: set[str] = set()
        for head in self._heads:
            for frame in _Pieces(head, self._texts).tables(size):
                kinds = {name: kind_of_column(frame[name]) for name in columns if name in frame.columns}
                found = {name for name, kind in kinds.items() if kind == "text"} - self._texts - self.needs_numbers
                self._texts.update(found)
                if found & numbers:
                    raise OtherKindError
                numbers |= {name for name, kind in kinds.items() if kind == "numbers"}
                yield frame


@dataclass(frozen=True)
class Head:
    """What stands before the rows of a text table.

    Attributes
    ----------
    path : Path
    content : bytes
        The header line, and what is before it.
    names : list of str
    line : float
        Bytes of a line, on average.
    """

    path: Path
    content: bytes
    names: list[str]
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
        return cls(path, content, names, max(len(whole) / max(whole.count(b"\n"), 1), 1.0))


@dataclass
class _Pieces:
    """A text table in pieces of whole lines.

    Attributes
    ----------
    head : Head
    texts : set of str
        Columns that held text in a piece before: of ids such as 007 and 7 all are text.
    """

    head: Head
    texts: set[str]
    _before: int = field(default=0, init=False)
    _lines: int = field(default=0, init=False)

    def tables(self, size: int) -> Iterator[pd.DataFrame]:
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
                end = rest.rfind(b"\n") + 1
                while end and rest.count(b'"', 0, end) % 2:
                    end = rest.rfind(b"\n", 0, end - 1) + 1
                if end:
                    yield rest[:end]
                    rest = rest[end:]
        if rest:
            yield rest

    def _table(self, piece: bytes) -> pd.DataFrame:
        path, content = self.head.path, to_utf8(self.head.content + piece, self.head.path.name)
        frame = text_table(content, path.name, MissingCodes.of(()), {}, self._lines)
        there = sorted(self.texts & set(frame.columns))
        again = [name for name in there if kind_of_column(frame[name]) == "numbers"]
        if again:
            written = text_table(content, path.name, MissingCodes.of(()), {"dtype": dict.fromkeys(again, str)})
            attrs = frame.attrs
            frame = frame.assign(**{name: written[name] for name in again})
            frame.attrs = attrs
        return self._numbered(frame)

    def _numbered(self, frame: pd.DataFrame) -> pd.DataFrame:
        """The rows numbered in the file."""
        source: dict[str, Any] = dict(frame.attrs["source"])
        found = frame.set_axis(pd.RangeIndex(self._before, self._before + len(frame)))
        found.attrs = {"source": source | {"first_row": source["first_row"] - self._before}}
        self._before += len(frame)
        return found
