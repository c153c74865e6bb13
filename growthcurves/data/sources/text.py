"""Text tables larger than memory: files one after the other, whose columns and files are of one kind in all rows."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from growthcurves.data.sources.pieces import Head, Pieces
from growthcurves.data.sources.settled import Settled, Sights

log = logging.getLogger("growthcurves")


@dataclass(frozen=True)
class Text:
    """Text tables with a header line, one after the other.

    Attributes
    ----------
    files : tuple of Path
    name : str
    written : str
        How they would be typed again.
    numbers : set of str
        Columns of which a text is an error, not a reason to read all as text: the outcome.
    """

    files: tuple[Path, ...]
    name: str
    again: bool = True
    rows: int | None = None
    written: str = "..."
    numbers: set[str] = field(default_factory=set, init=False, compare=False)
    _settled: Settled = field(default_factory=Settled, init=False, compare=False)
    _ends: dict[Path, str] = field(default_factory=dict, init=False, compare=False)

    def columns(self) -> list[str]:
        return self._heads[0].names

    @cached_property
    def _heads(self) -> list[Head]:
        return [Head.of(path) for path in self.files]

    def batches(self, columns: Sequence[str], size: int) -> Iterator[pd.DataFrame]:
        """The tables; a column that holds text anywhere is text everywhere, and a file is written in one way.

        Raises
        ------
        ReadAnewError
            Where a row tells that rows before it were read as what they are not; reading anew all are read alike.
        """
        sights, known = Sights(self._settled), len(self._ends)
        for head in self._heads:
            pieces = Pieces(head, columns, sights, self.numbers)
            yield from pieces.tables(size)
            if pieces.unended:
                self._ends[head.path] = pieces.unended
        sights.finish()
        if known < len(self._ends):
            self._tell_ends()

    def _tell_ends(self) -> None:
        """Tell the last lines that no line end closes: a file that was cut short within its last field looks so."""
        level = logging.INFO if len(self._ends) == len(self.files) > 1 else logging.WARNING
        for path, line in self._ends.items():
            log.log(level, "The last line of %s has no line end and is read as it stands (%s): if the file was cut "
                    "short, copy it anew.", path.name, line)  # fmt: skip
