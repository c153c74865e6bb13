"""What one row of text files settles for all: a column with a text is text, a file with 2.5 has decimal points."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TypeVar

Found = TypeVar("Found")

#: What settles something for all rows, and what rows before it were taken for, so that they are to be read anew.
SETTLES = {
    "text": {"numbers", "truth", "words", "nan"},
    "point": {"comma"},
    "windows": {"utf-8"},
}


class ReadAnewError(Exception):
    """A row tells that rows before it were read as what they are not: all are to be read anew."""


def until_settled(work: Callable[[], Found], before: Callable[[], None] = lambda: None) -> Found:
    """What `work`, which reads rows, makes; again where they are to be read anew, `before` which something is done."""
    while True:
        try:
            return work()
        except ReadAnewError:
            before()


@dataclass
class Settled:
    """What is settled of columns and files, whatever is read anew."""

    known: set[tuple[str, Hashable]] = field(default_factory=set)

    def holds(self, kind: str, of: Hashable) -> bool:
        """Whether a column or a file is of this kind."""
        return (kind, of) in self.known


@dataclass
class Sights:
    """What the rows of one reading have shown.

    Examples
    --------
    >>> settled = Settled()
    >>> sights = Sights(settled)
    >>> sights.see("numbers", "arm")
    >>> sights.see("text", "arm")
    Traceback (most recent call last):
    ...
    growthcurves.data.sources.settled.ReadAnewError
    >>> settled.holds("text", "arm")
    True
    """

    settled: Settled
    _seen: dict[Hashable, set[str]] = field(default_factory=dict)

    def see(self, kind: str, of: Hashable) -> None:
        """Take in what some rows show of a column or a file.

        Raises
        ------
        ReadAnewError
            Where rows before were taken for something else.
        """
        seen = self._seen.setdefault(of, set())
        if kind in SETTLES:
            self._settle(kind, of, anew=bool(seen & SETTLES[kind]))
            return
        seen.add(kind)
        if {"numbers", "truth"} <= seen:
            self._settle("text", of, anew=True)

    def finish(self) -> None:
        """All rows have been read: a column of nothing but words such as None is one of text.

        Raises
        ------
        ReadAnewError
            Where there is one.
        """
        for of, seen in self._seen.items():
            if "words" in seen and not seen & {"numbers", "truth"}:
                self._settle("text", of, anew=True)

    def _settle(self, kind: str, of: Hashable, anew: bool) -> None:
        self.settled.known.add((kind, of))
        if anew:
            raise ReadAnewError
