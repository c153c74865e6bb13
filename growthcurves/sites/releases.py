"""Two releases of a site: what they tell together, and neither alone (docs/sites.md, section 3)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.sites.cells import Cell, SiteRows
from growthcurves.sites.leverage import leverages
from growthcurves.sites.schedule import ScheduleSums
from growthcurves.sites.sums import SiteSums
from growthcurves.sites.words import cell_words, occasions_words, type_words

# ------------------------------------------------------------------ of one recipe


def differences(before: SiteSums, after: SiteSums) -> tuple[str, ...]:
    """What two releases by one recipe tell when they are subtracted, a phrase each."""
    return tuple(_few(before, after)) or tuple(_solved(before, after)) or tuple(_corrected(before, after))


def _few(before: SiteSums, after: SiteSums) -> Iterator[str]:
    """The cells in which they differ by fewer persons than may be told."""
    for key in dict.fromkeys([*before.cells, *after.cells]):
        change = after.cells.get(key, 0) - before.cells.get(key, 0)
        if 0 < abs(change) < max(after.min_cell, before.min_cell):
            occasions, _, values, _ = key
            at = occasions_words(after.shared, list(occasions))
            yield f"{type_words(after.shared, values)} at {at} by {abs(change)}"


def _both(before: SiteSums, after: SiteSums) -> Iterator[tuple[ScheduleSums, ScheduleSums]]:
    """Schedules that both sum."""
    known = {(one.occasions, one.apart): one for one in before.schedules if one.records is None}
    for one in after.schedules:
        other = known.get((one.occasions, one.apart))
        if other is not None and one.records is None:
            yield other, one


def _solved(before: SiteSums, after: SiteSums) -> Iterator[str]:
    """Schedules in which they differ by no more persons than the sums of these have columns and occasions."""
    for other, one in _both(before, after):
        change = abs(one.persons - other.persons)
        assert one.of_persons is not None and other.of_persons is not None
        rank = leverages(one.of_persons - other.of_persons)[1] if change else 0
        if 0 < change <= rank + len(one.occasions):
            at = occasions_words(after.shared, list(one.occasions))
            yield f"at {at} by {change}, no more than predictors and occasions together"


def _corrected(before: SiteSums, after: SiteSums) -> Iterator[str]:
    """Schedules of the same persons whose sums differ: some were corrected, or took the places of others."""
    for other, one in _both(before, after):
        if other.types == one.types and not np.array_equal(other.with_outcomes, one.with_outcomes):  # type: ignore[arg-type]
            yield f"at {occasions_words(after.shared, list(one.occasions))} by outcomes of as many persons"


# ------------------------------------------------------------------ of two recipes


def told_apart(
    before: SiteRows, first: list[Cell], after: SiteRows, second: list[Cell], min_cell: int
) -> tuple[str, ...]:
    """Who is told apart by the cells of two recipes together, a phrase each.

    A sum of one that holds all persons of a sum of the other, and few more, gives the sum of these few.
    """
    one, other = _cell_of(before, first), _cell_of(after, second)
    both = pd.DataFrame({"one": one, "other": other}).fillna(-1).astype(int)
    counts = both.groupby(["one", "other"]).size()
    found = counts[(counts < min_cell) & (counts.index != (-1, -1))]
    return tuple(
        f"{_named(before, first, i)} then, and now {_named(after, second, j)} ({count})"
        for (i, j), count in found.items()
    )


def _cell_of(rows: SiteRows, cells: list[Cell]) -> pd.Series:
    """The cell of each person who is summed, by who it is."""
    keys: dict[Any, int] = {}
    parts = []
    for place, cell in enumerate(cells):
        number = keys.setdefault((cell.schedule, cell.apart, cell.kind), place)
        parts.append(pd.Series(number, index=[str(rows.labels[person]) for person in cell.members]))
    return pd.concat(parts) if parts else pd.Series(dtype=int)


def _named(rows: SiteRows, cells: list[Cell], place: int) -> str:
    return "not summed" if place < 0 else cell_words(rows, cells[place])
