"""A mark of rows: whether two tables have the same outcomes of the same persons, whatever the order of their rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import holds_numbers
from growthcurves.data.panel import Panel
from growthcurves.data.sources.keys import hashes_of, keys_of
from growthcurves.numerics.chunks import chunks
from growthcurves.numerics.mixing import stir

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
        persons, placed, sums = panel.persons, _places(panel, outcomes), [0, 0]
        of_persons = _of_persons(persons.labels)
        whose = of_persons[persons.codes] if persons.starts is None else np.repeat(of_persons, persons.sizes)
        for part in chunks(len(outcomes)):
            made = (outcomes[part] + 0.0).view(np.uint64) * ODD
            made += whose[part]
            stir(made)
            sums[0] += int(made.sum())
            made *= 2 * placed[part].view(np.uint64) + np.uint64(1)
            sums[1] += int(made.sum())
        return cls(not holds_numbers(persons.labels), sums[0] % WHOLE, sums[1] % WHOLE)

    def __add__(self, other: RowsMark) -> RowsMark:
        """That of the rows of both; each person must lie wholly in one of them."""
        outcomes, ordered = self.outcomes + other.outcomes, self.ordered + other.ordered
        return RowsMark(self.text or other.text, outcomes % WHOLE, ordered % WHOLE)


def _of_persons(labels: Any) -> np.ndarray:
    """A number of 64 bits of each person, which a number as id has in every type."""
    return hashes_of(keys_of(pd.DataFrame({"id": labels}), ["id"]))


def _places(panel: Panel, outcomes: np.ndarray) -> np.ndarray:
    """The place of each row among those of its person by time, and by outcome at one time, (n,); zero without time."""
    if panel.time is None:
        return np.zeros(len(outcomes), dtype=np.int64)
    persons, times, found = panel.persons, panel.times, np.arange(len(outcomes))
    if persons.starts is not None:
        later = times[1:] > times[:-1]
        later[persons.starts[1:] - 1] = True
        if later.all():
            return found - np.repeat(persons.starts, persons.sizes)
    sizes, places = persons.sizes, np.empty_like(found)
    places[np.lexsort((outcomes, times, persons.codes))] = found - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return places
