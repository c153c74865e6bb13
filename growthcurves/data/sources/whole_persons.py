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
from growthcurves.data.sources.contract import Checked, Fleeting, Partitioned, Source, kind_of_column
from growthcurves.data.sources.keys import hashes_of, keys_of
from growthcurves.data.sources.places import gathered, joined, numbered
from growthcurves.data.sources.scratch import Scratch
from growthcurves.data.sources.settled import until_settled
from growthcurves.data.sources.spool import Pile, Spooled, Spread
from growthcurves.errors import DataError

Found = TypeVar("Found")
log = logging.getLogger("growthcurves")

#: Bytes of a row's label.
LABEL = 8
#: Rows that are put into one temporary pile, where it is known how many there are.
PILE = 250_000
#: Tables of fewer rows are joined, as a table costs as much as some thousand of its rows.
LEAST = 10_000


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
    free : frozenset of str
        Columns whose kind is not held to that of the first table, as who reads them says better what is wrong.
    """

    source: Source
    columns: Sequence[str]
    id: Sequence[str]
    size: int
    free: frozenset[str] = frozenset()
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
        return self._as_ids_lie(lambda: work(self._tables()), self._tell)

    def in_order(self, work: Callable[[Callable[[], Iterator[pd.DataFrame]]], Found]) -> Found:
        """What `work` makes of the tables in the order of the source, which it may go through several times.

        They are of whole persons where their rows lie together.
        """
        return self._as_ids_lie(lambda: work(self._in_order), lambda: None)

    def _as_ids_lie(self, work: Callable[[], Found], tell: Callable[[], None]) -> Found:
        """What `work` makes; anew where ids turn out to lie otherwise, which is told."""
        while True:
            try:
                return until_settled(work, self._tell_anew)
            except ApartError:
                self._ways = self._ways[1:]
                tell()

    def _tell_anew(self) -> None:
        log.info("A row of %s says how rows before it are to be read: they are read anew.", self.source.name)

    def anew(self, work: Callable[[], Found]) -> Found:
        """What `work`, which reads rows as they come, makes; again where they are to be read anew."""
        return until_settled(work, self._forget)

    def _forget(self) -> None:
        self._first = None

    def make_readable(self) -> None:
        """Put aside the rows of a source that can be read once only."""
        if not self.source.again:
            self.source = self._put_aside()

    def _in_order(self) -> Iterator[pd.DataFrame]:
        return self.raw() if self.way == "apart" else self._as_they_come()

    def _tables(self) -> Iterator[pd.DataFrame]:
        if self.way == "apart":
            return self._of_piles()
        return self._as_they_come()

    def raw(self) -> Iterator[pd.DataFrame]:
        """The tables as they come, each held to the kinds of the first; small ones together."""
        return self._checked(ahead(self.source.batches(self.columns, self.size)), self.columns)

    def _checked(self, tables: Iterator[pd.DataFrame], columns: Sequence[str]) -> Iterator[pd.DataFrame]:
        checked = Checked(list(columns), free=self.free)
        return gathered(numbered(checked.table(frame) for frame in tables if len(frame)), min(self.size, LEAST))

    def combinations(self, names: Sequence[str]) -> pd.DataFrame:
        """The values that columns have together in the rows, each once, in the order in which they come."""
        chosen = list(names)
        if isinstance(self.source, Partitioned):
            parts = self.source.summed_up(chosen, _runs)
        else:
            tables = self._checked(ahead(self.source.batches(chosen, self.size)), chosen)
            parts = [part for frame in tables for part in _runs(frame)]
        return pd.concat(parts, ignore_index=True).drop_duplicates(ignore_index=True)

    def first(self) -> pd.DataFrame:
        """The first table that has rows, or some of its rows, kept until all are read.

        Raises
        ------
        DataError
            Where there is none.
        """
        if self._first is None:
            source, columns = self.source, self.columns
            tables = source.some(columns) if isinstance(source, Partitioned) else source.batches(columns, self.size)
            found = next(self._checked(tables, columns), None)
            if found is None:
                raise DataError(f"There are no rows in {self.source.name}.")
            self._first = found
        return self._first

    def first_with(self, name: str) -> pd.DataFrame:
        """The first table in which a column holds anything; the first of all where none does."""
        if kind_of_column(self.first()[name]):
            return self.first()
        return self.anew(lambda: next((table for table in self.raw() if kind_of_column(table[name])), self.first()))

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
                    held = (joined([last, frame]), held[1], 0)
                    continue
                frame, shift = joined([last, frame]), len(last)
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
        if isinstance(self.source, Fleeting):
            self.source.put_aside(found)
        return found

    def _tell(self) -> None:
        if self.way == "together":
            log.info("Ids of %s do not ascend: it is remembered who was seen, 8 bytes a person.", self.source.name)
            return
        log.warning(
            "Rows of one person lie apart in %s: all rows are put aside by person in temporary files first (about %s); "
            "sort the rows by %s to avoid it.", self.source.name, self._size_aside(), ", ".join(self.id),
        )  # fmt: skip

    def _size_aside(self) -> str:
        """What rows take that are put aside: each its values, as in the first table, and its label."""
        first, rows, piles = self.first(), self.source.rows, self._piles
        row = int(first.memory_usage(index=False, deep=True).sum()) / len(first) + LABEL
        if rows is None:
            return f"{row:,.0f} bytes a row on disk, and 1/{piles} of them in memory"
        on_disk, in_memory = (f"{max(size / 1e6, 1.0):,.0f} MB" for size in (rows * row, rows * row / piles))
        return f"{on_disk} on disk, and {in_memory} of them in memory"

    @property
    def _piles(self) -> int:
        """Over how many temporary files persons are spread; they are read one after the other."""
        rows = self.source.rows
        return 64 if rows is None else min(max(1 + rows // min(self.size, PILE), 2), 512)

    def _of_piles(self) -> Iterator[pd.DataFrame]:
        if self._spread is None:
            self._spread = self._by_person()
        for pile in self._spread.piles:
            parts = list(pile)
            if parts:
                frame = joined(parts)
                yield frame.iloc[np.argsort(keys_of(frame, self.id), kind="stable")]

    def _by_person(self) -> Spread:
        spread = Spread(self._piles)
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
            _refuse_again(keys)
            self.seen.append(keys)
        self.last = keys[-1] if len(keys) else self.last

    def finish(self) -> None:
        """All rows have been seen."""
        if self.seen:
            _refuse_again(np.concatenate(self.seen))


def _refuse_again(keys: np.ndarray) -> None:
    if len(np.unique(keys)) < len(keys):
        raise ApartError


def _runs(frame: pd.DataFrame) -> list[pd.DataFrame]:
    """The rows of a table that say other than the row before."""
    new = np.zeros(len(frame), dtype=bool)
    new[:1] = True
    for name in frame:
        values = frame[name].array
        other: Any = values[1:] != values[:-1]
        new[1:] |= other if isinstance(other, np.ndarray) else other.to_numpy(dtype=bool, na_value=True)
    found = frame[new]
    found.attrs = {}
    return [found]
