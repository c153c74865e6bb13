"""A mark of rows: whether two tables have the same outcomes of the same persons, whatever the order of their rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import holds_numbers
from growthcurves.data.panel import Panel
from growthcurves.data.sources.keys import hashes_of, keys_of
from growthcurves.numerics.chunks import FEW_PERSONS, chunks
from growthcurves.numerics.mixing import stir
from growthcurves.numerics.threads import in_order

#: Sums of numbers of 64 bits are taken without what goes beyond them.
WHOLE = 1 << 64
#: An odd number whose bits look drawn: outcomes are told apart by it from persons.
ODD = np.uint64(0x9E3779B97F4A7C15)


@dataclass(frozen=True)
class RowsMark:
    """Sums over rows of a number of 64 bits that is made of each; other rows have other sums but for one case in 2^64.

    Attributes
    ----------
    text : bool
        Whether ids are text, and no numbers.
    outcomes : int
        Made of the person and the outcome of each row.
    ordered : int
        Made of the person, the place among the person's times, and the outcome of each row.
    """

    text: bool
    outcomes: int
    ordered: int

    @classmethod
    def of(cls, panel: Panel, outcomes: np.ndarray) -> RowsMark:
        """That of the rows of a panel with these outcomes, (n,).

        Examples
        --------
        >>> table = pd.DataFrame({"id": [1, 1, 2], "week": [0, 1, 0], "y": [2.0, 3.0, 4.0]})
        >>> panels = [Panel(one, "id", "week", "y") for one in (table, table[::-1], table[:2], table[2:])]
        >>> whole, turned, first, last = (RowsMark.of(panel, panel.values) for panel in panels)
        >>> whole == turned, whole == first, whole == first + last
        (True, False, True)
        """
        persons, times = panel.persons, None if panel.time is None else panel.times
        if persons.order is not None:
            outcomes, times = outcomes[persons.order], None if times is None else times[persons.order]
        of_persons, sizes = _of_persons(persons.labels), persons.sizes
        ends = np.append(0, np.cumsum(sizes))

        def piece(part: slice) -> tuple[int, int]:
            rows = slice(int(ends[part.start]), int(ends[part.stop]))
            own = None if times is None else times[rows]
            return _sums(outcomes[rows], own, sizes[part], of_persons[part])

        found = list(in_order(piece, chunks(persons.count, FEW_PERSONS)))
        outcome_sum, ordered = (sum(column) % WHOLE for column in zip(*found, strict=True))
        return cls(not holds_numbers(persons.labels), outcome_sum, ordered)

    def __add__(self, other: RowsMark) -> RowsMark:
        """That of the rows of both; each person must lie wholly in one of them."""
        outcomes, ordered = self.outcomes + other.outcomes, self.ordered + other.ordered
        return RowsMark(self.text or other.text, outcomes % WHOLE, ordered % WHOLE)


def _of_persons(labels: Any) -> np.ndarray:
    """A number of 64 bits of each person, which a number as id has in every type."""
    return hashes_of(keys_of(pd.DataFrame({"id": labels}), ["id"]))


def _sums(outcomes: np.ndarray, times: np.ndarray | None, sizes: np.ndarray, whose: np.ndarray) -> tuple[int, int]:
    """The sums over the rows of some persons, which lie together."""
    made = (outcomes + 0.0).view(np.uint64) * ODD
    made += np.repeat(whose, sizes)
    first = int(stir(made).sum())
    if times is not None:
        made *= 2 * _places(times, outcomes, sizes).view(np.uint64) + np.uint64(1)
    return first, int(made.sum())


def _places(times: np.ndarray, outcomes: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The place of each row among those of its person by time, and by outcome at one time, (n,)."""
    ends = np.cumsum(sizes)
    places = np.arange(len(times)) - np.repeat(ends - sizes, sizes)
    later = times[1:] > times[:-1]
    later[ends[:-1] - 1] = True
    if not later.all():  # persons whose rows do not ascend
        turned = np.searchsorted(ends, np.flatnonzero(~later), side="right")
        codes = np.repeat(np.arange(len(sizes)), sizes)
        rows = np.flatnonzero(np.bincount(turned, minlength=len(sizes))[codes])
        order = np.lexsort((outcomes[rows], times[rows], codes[rows]))
        places[rows[order]] = places[rows]
    return places
