"""Persons of whom the sums would tell too much: merged with others, left out, or refused, as the site asks.

A person who was seen at occasions that few share is still one of those who were seen at some of them: leaving the other
occasions out puts the person into their schedule, and no model changes. Whoever finds no company that way is left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain

import numpy as np

from growthcurves.errors import DisclosureError, ModelError, among, unknown
from growthcurves.sites.cells import Cell, SiteRows, by_schedule
from growthcurves.sites.rules import Shortfall, shortfalls
from growthcurves.sites.words import cell_words

WAYS = ("refuse", "drop", "merge")


@dataclass(frozen=True)
class Change:
    """What became of persons who fell short.

    Attributes
    ----------
    before : Cell
        Who they were.
    after : tuple of int or None
        The occasions that are kept of them; None where they are left out.
    why : str
    """

    before: Cell
    after: tuple[int, ...] | None
    why: str

    @property
    def persons(self) -> int:
        return len(self.before.members)

    @property
    def rows(self) -> int:
        """Rows that are not summed."""
        return self.persons * (len(self.before.schedule) - len(self.after or ()))


def settled(
    cells: list[Cell], rows: SiteRows, min_cell: int, short: str, discrete: bool
) -> tuple[list[Cell], list[Change]]:
    """The cells that may be summed, and what became of the others.

    Raises
    ------
    ModelError
        For another way than "refuse", "drop" or "merge".
    DisclosureError
        Where something falls short and that is to be refused: the first cells are named.
    """
    if not among(short, WAYS):
        raise ModelError(unknown("way of short", short, WAYS))
    changes: list[Change] = []
    while True:
        found = list(
            chain.from_iterable(shortfalls(group, rows, min_cell, discrete) for _, group in by_schedule(cells))
        )
        if not found:
            return cells, changes
        if short == "refuse":
            raise DisclosureError(_refused(found, rows))
        longest = max(len(one.cell.schedule) for one in found)
        now = [one for one in found if len(one.cell.schedule) == longest]
        for one in now:
            cells, change = _moved(one, cells, found, min_cell, short == "merge")
            changes.append(change)


def _moved(
    short: Shortfall, cells: list[Cell], found: list[Shortfall], min_cell: int, merge: bool
) -> tuple[list[Cell], Change]:
    """The cells without those who fall short, or with them at fewer occasions."""
    cell = short.cell
    target = _target(cell, cells, found, min_cell) if merge else None
    kept = [_without(one, cell) if _alike(one, cell) else one for one in cells]
    left = [one for one in kept if len(one.members)]
    if target is not None:
        left.append(cell.at(target))
    return left, Change(cell, target, short.why)


def _alike(one: Cell, cell: Cell) -> bool:
    return one.schedule == cell.schedule and one.apart == cell.apart and one.kind == cell.kind


def _without(one: Cell, cell: Cell) -> Cell:
    """Those of a cell who are not among others; where cells came together, of each that which is left."""
    stay = ~np.isin(one.members, cell.members)
    return one.of(one.members[stay])


def _target(cell: Cell, cells: list[Cell], found: list[Shortfall], min_cell: int) -> tuple[int, ...] | None:
    """The most occasions at which enough persons of this type are seen, alone or with others who fall short too."""
    alike = [
        one for one in cells if one.apart == cell.apart and one.kind == cell.kind and one.schedule != cell.schedule
    ]
    own = set(cell.schedule)
    shared = {tuple(one for one in cell.schedule if one in set(other.schedule)) for other in alike}
    fewer = sorted((one for one in shared if 0 < len(one) < len(own)), key=lambda one: (-len(one), one))
    failing = [one.cell for one in found if one.cell.apart == cell.apart and one.cell.kind == cell.kind]
    for target in fewer:
        there = {person for one in alike if one.schedule == target for person in one.members.tolist()}
        with_them = {person for one in failing if set(target) <= set(one.schedule) for person in one.members.tolist()}
        if len(there | with_them | set(cell.members.tolist())) >= min_cell:
            return target
    return None


def _refused(found: list[Shortfall], rows: SiteRows) -> str:
    first, others = found[0], len(found) - 1
    more = f" (and {others} more)" if others else ""
    return (
        f"{cell_words(rows, first.cell)}: {first.why}{more}. Ask for short='merge' to leave occasions out until enough "
        f"persons share them, or short='drop' to leave these persons out."
    )
