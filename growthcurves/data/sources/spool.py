"""Temporary files: tables and arrays that are put aside, and read again in this process; nothing else reads them."""

from __future__ import annotations

import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import pandas as pd

from growthcurves.data.sources.scratch import Scratch


@dataclass
class Shared:
    """Kinds of categories, which stay in memory once: each piece of a table would be written with the names of all."""

    kinds: list[pd.CategoricalDtype] = field(default_factory=list)

    def write(self, item: Any, file: IO[bytes]) -> None:
        """Write an object, of its categories the number of their kind."""
        pickler = pickle.Pickler(file, protocol=5)
        pickler.persistent_id = self._number  # type: ignore[method-assign]
        pickler.dump(item)

    def read(self, file: IO[bytes]) -> Any:
        """The next object of a file."""
        unpickler = pickle.Unpickler(file)
        unpickler.persistent_load = self.kinds.__getitem__  # type: ignore[method-assign, assignment]
        return unpickler.load()

    def _number(self, one: Any) -> int | None:
        if not isinstance(one, pd.CategoricalDtype):
            return None
        found = next((number for number, kind in enumerate(self.kinds) if kind is one or _alike(kind, one)), None)
        if found is None:
            found = len(self.kinds)
            self.kinds.append(one)
        return found


def _alike(one: pd.CategoricalDtype, other: pd.CategoricalDtype) -> bool:
    return one.ordered == other.ordered and one.categories.identical(other.categories)


@dataclass
class Pile:
    """Objects written to a file one after the other.

    A pile is written and read by one process and lies in a folder of its own, which only the user may read; it is no
    format of files that are handed on.
    """

    scratch: Scratch
    name: str
    places: list[int] = field(default_factory=list)
    shared: Shared = field(default_factory=Shared)

    @property
    def path(self) -> Path:
        return self.scratch.path / self.name

    def add(self, item: Any) -> None:
        """Write one more."""
        with self.path.open("ab") as file:
            self.places.append(file.tell())
            self.shared.write(item, file)

    def __iter__(self) -> Iterator[Any]:
        if not self.places:
            return
        with self.path.open("rb") as file:
            for place in self.places:
                file.seek(place)
                yield self.shared.read(file)


@dataclass
class Spooled:
    """A source that can be read once only, put aside in a temporary file as it comes.

    Attributes
    ----------
    pile : Pile
    names : list of str
    name : str
    rows : int
    """

    pile: Pile
    names: list[str]
    name: str
    rows: int
    again: bool = True

    def columns(self) -> list[str]:
        return self.names

    def batches(self, columns: Sequence[str], size: int) -> Iterator[pd.DataFrame]:
        for frame in self.pile:
            yield frame[list(columns)]


class Spread:
    """Rows put aside by whose they are, so that the rows of each person lie in one pile."""

    def __init__(self, piles: int) -> None:
        self.scratch = Scratch()
        shared = Shared()
        self.piles = [Pile(self.scratch, f"part-{number}", shared=shared) for number in range(piles)]

    def add(self, frame: pd.DataFrame, keys: np.ndarray) -> None:
        """Rows whose persons have these keys (n,) of unsigned whole numbers."""
        place = (keys % np.uint64(len(self.piles))).astype(np.intp)
        order = np.argsort(place, kind="stable")
        ends = np.searchsorted(place[order], np.arange(len(self.piles) + 1))
        for number, pile in enumerate(self.piles):
            rows = order[ends[number] : ends[number + 1]]
            if len(rows):
                pile.add(frame.iloc[rows])
