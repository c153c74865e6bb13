"""Temporary files: tables and arrays that are put aside, and read again in this process; nothing else reads them."""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd


class Scratch:
    """A temporary folder that goes when nothing needs it any more."""

    def __init__(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="growthcurves-", ignore_cleanup_errors=True)
        self.path = Path(self._folder.name)


@dataclass
class Pile:
    """Objects written to a file one after the other.

    A pile is written and read by one process and lies in a folder of its own, which only the user may read; it is no
    format of files that are handed on.
    """

    scratch: Scratch
    name: str
    places: list[int] = field(default_factory=list)

    @property
    def path(self) -> Path:
        return self.scratch.path / self.name

    def add(self, item: Any) -> None:
        """Write one more."""
        with self.path.open("ab") as file:
            self.places.append(file.tell())
            pickle.dump(item, file, protocol=5)

    def __iter__(self) -> Iterator[Any]:
        if not self.places:
            return
        with self.path.open("rb") as file:
            for place in self.places:
                file.seek(place)
                yield pickle.load(file)


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
        self.piles = [Pile(self.scratch, f"part-{number}") for number in range(piles)]

    def add(self, frame: pd.DataFrame, keys: np.ndarray) -> None:
        """Rows whose persons have these keys (n,) of unsigned whole numbers."""
        place = (keys % np.uint64(len(self.piles))).astype(np.intp)
        order = np.argsort(place, kind="stable")
        ends = np.searchsorted(place[order], np.arange(len(self.piles) + 1))
        for number, pile in enumerate(self.piles):
            rows = order[ends[number] : ends[number + 1]]
            if len(rows):
                pile.add(frame.iloc[rows])
