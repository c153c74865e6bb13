"""Tables as they come, made into tables of whole persons: every person's rows lie in one of them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import numpy as np
import pandas as pd

from growthcurves.data.persons import run_starts
from growthcurves.data.sources.ahead import ahead
from growthcurves.data.sources.contract import Checked, OtherKindError, Source
from growthcurves.data.sources.frames import Frames
from growthcurves.data.sources.keys import hashes_of, keys_of
from growthcurves.data.sources.spool import Pile, Scratch, Spooled, Spread
from growthcurves.errors import DataError

Found = TypeVar("Found")
log = logging.getLogger("growthcurves")

#: Bytes of a value in memory, for what is told beforehand.
BYTES = 8
#: Bytes of rows that are put into one temporary pile.
PILE = 64 << 20


class ApartError(Exception):
    """A person's rows do not lie together, as far as the ids so far can tell."""


@dataclass
class WholePersons:
    """A source in tables of whole persons.

    How ids lie is found out as rows are read: in ascending order, which costs nothing; otherwise it is remembered who
    was seen (eight bytes a person); and where a person turns up again all rows are put aside by person in temporary
    files first.

    Attributes
    ----------
    source : Source
    columns : list of str
        Those that are read.
    id : sequence of str
        The columns that say together whose row it is.
    size : int
        Rows of a table, about.
    """

    source: Source
    columns: Sequence[str]
    id: Sequence[str]
    size: int
    _ways: tuple[str, ...] = field(default=("ascending", "together", "apart"), init=False)
    _known: bool = field(default=False, init=False)
    _spread: Spread | None = field(default=None, init=False)
    _first: pd.DataFrame | None = field(default=None, init=False)

    @property
    def way(self) -> str:
        """How ids lie: "ascending", "together" or "apart"."""
        return self._ways[0]

    def over(self, work: Callable[[Iterator[pd.DataFrame]], Found]) -> Found:
        """What `work` makes of all tables; it begins anew where ids turn out to lie otherwise."""
        self.make_readable()
        self._first = None
        while True:
            try:
                return work(self._tables())
            except ApartError:
                self._ways = self._ways[1:]
                self._tell()
            except OtherKindError:
                log.info("A column of %s holds text after numbers: it is read anew as text.", self.source.name)

    def anew(self, work: Callable[[], Found]) -> Found:
        """What `work`, which reads rows as they come, makes; again where a column turns out to hold text."""
        while True:
            try:
                return work()
            except OtherKindError:
                self._first = None

    def make_readable(self) -> None:
        """Put aside the rows of a source that can be read once only."""
        if not self.source.again:
            self.source = self._put_aside()

    def in_order(self) -> Iterator[pd.DataFrame]:
        """The tables in the order of the source; of whole persons, where their rows lie together."""
        return self.raw() if self.way == "apart" else self._as_they_come()

    def _tables(self) -> Iterator[pd.DataFrame]:
        if self.way == "apart":
            return self._of_piles()
        return self._as_they_come()

    def raw(self) -> Iterator[pd.DataFrame]:
        """The tables as they come, each held to the kinds of the first."""
        checked = Checked(list(self.columns))
        for frame in ahead(self.source.batches(self.columns, self.size)):
            if len(frame):
                yield checked.table(frame)

    def first(self) -> pd.DataFrame:
        """The first table that has rows, kept until all are read.

        Raises
        ------
        DataError
            Where there is none.
        """
        if self._first is None:
            checked, tables = Checked(list(self.columns)), self.source.batches(self.columns, self.size)
            found = next((checked.table(frame) for frame in tables if len(frame)), None)
            if found is None:
                raise DataError(f"There are no rows in {self.source.name}.")
            self._first = found
        return self._first

    def _as_they_come(self) -> Iterator[pd.DataFrame]:
        watch, held = _Watch(self.way, self._known), None
        for frame in self.raw():
            keys = keys_of(frame, self.id)
            starts = run_starts(keys)
            watch.see(keys[starts])
            if held is not None and held[1] == keys[0]:
                whole, last = held[0].iloc[: held[2]], held[0].iloc[held[2] :]
                if len(whole):
                    yield whole
                if len(starts) == 1:
                    held = (_joined(last, frame), held[1], 0)
                    continue
                frame, shift = _joined(last, frame), len(last)
                held = (frame, keys[-1], int(starts[-1]) + shift)
                continue
            if held is not None:
                yield held[0]
            held = (frame, keys[-1], int(starts[-1]))
        if held is not None:
            yield held[0]
        watch.finish()
        self._known = True

    def _put_aside(self) -> Spooled:
        """All rows of a source that can be read once only."""
        log.info("%s can be read once only: its rows are put aside in a temporary file.", self.source.name)
        pile, rows = Pile(Scratch(), "rows"), 0
        for frame in self.raw():
            pile.add(frame)
            rows += len(frame)
        found = Spooled(pile, list(self.columns), self.source.name, rows)
        if isinstance(self.source, Frames):
            self.source.kept = found
        return found

    def _tell(self) -> None:
        rows = self.source.rows
        if self.way == "together":
            log.info("Ids of %s do not ascend: it is remembered who was seen, 8 bytes a person.", self.source.name)
            return
        size = "" if rows is None else f" (about {rows * len(self.columns) * BYTES / 1e6:,.0f} MB on disk)"
        log.warning(
            "Rows of one person lie apart in %s: all rows are put aside by person in temporary files first%s; sort the "
            "rows by %s to avoid it.", self.source.name, size, ", ".join(self.id),
        )  # fmt: skip

    def _of_piles(self) -> Iterator[pd.DataFrame]:
        if self._spread is None:
            self._spread = self._by_person()
        for pile in self._spread.piles:
            parts = list(pile)
            if parts:
                frame = _together(parts)
                yield frame.iloc[np.argsort(keys_of(frame, self.id), kind="stable")]

    def _by_person(self) -> Spread:
        rows = self.source.rows
        size = 64 if rows is None else 1 + rows * len(self.columns) * BYTES // PILE
        spread = Spread(int(min(max(size, 2), 512)))
        for frame in self.raw():
            keys = keys_of(frame, self.id)
            spread.add(frame, hashes_of(keys))
        return spread


class _Watch:
    """Looks whether ids turn up again."""

    def __init__(self, way: str, known: bool) -> None:
        self.way, self.known = way, known
        self.last: Any = None
        self.seen: list[np.ndarray] = []

    def see(self, keys: np.ndarray) -> None:
        """The keys of runs of rows of one person, in their order."""
        if self.known:
            return
        if self.way == "ascending":
            if not (keys[1:] > keys[:-1]).all() or (self.last is not None and keys[0] < self.last):
                raise ApartError
        else:
            keys = keys if self.last is None or keys[0] != self.last else keys[1:]
            self.seen.append(keys)
        self.last = keys[-1] if len(keys) else self.last

    def finish(self) -> None:
        """All rows have been seen."""
        if self.seen:
            every = np.concatenate(self.seen)
            if len(np.unique(every)) < len(every):
                raise ApartError


def _joined(last: pd.DataFrame, frame: pd.DataFrame) -> pd.DataFrame:
    """The last person's rows before the next table; where these are of two files, rows are called by the second."""
    found = pd.concat([last, frame])
    found.attrs = dict(frame.attrs)
    return found


def _together(parts: list[pd.DataFrame]) -> pd.DataFrame:
    places = {str(part.attrs.get("source")) for part in parts}
    found = pd.concat([part.set_axis(part.index) for part in parts]) if len(parts) > 1 else parts[0]
    found.attrs = dict(parts[0].attrs) if len(places) == 1 else {}
    return found
