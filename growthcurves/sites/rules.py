"""What may be told of persons: the rules that every schedule of a site's sums must keep (docs/sites.md, section 3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from growthcurves.numerics.arrays import Array
from growthcurves.sites.cells import Cell, SiteRows
from growthcurves.sites.leverage import leverages
from growthcurves.sites.telling import SAME, told_at_once, told_numbers, told_of, told_outcomes
from growthcurves.sites.values import at_an_end

ROUNDING = 1e-9


@dataclass(frozen=True)
class Shortfall:
    """Persons of whom the sums of a schedule would tell too much.

    Attributes
    ----------
    cell : Cell
        Who they are.
    persons : int
        How many there are where so few are too few; else how many the schedule has.
    why : str
        The rule, in words that follow "has" or "have".
    """

    cell: Cell
    persons: int
    why: str


def shortfalls(cells: list[Cell], rows: SiteRows, min_cell: int, discrete: bool) -> Iterator[Shortfall]:
    """Who falls short among the cells of one schedule; the first rule that is broken.

    The rules: (1) every cell of counted columns has `min_cell` persons; (2) there are more persons than columns that
    are summed and occasions together; (3) any `min_cell` - 1 persons weigh at most (min_cell - 1) / min_cell in every
    combination of the sums, and of numbers sums over the persons of a type are no counts of a few; (4) outcomes scatter
    about what the sums say of them, nobody's are most of a sum, and sums that are counts, or near the end of a scale,
    are of `min_cell` persons; (5) values have more digits than sums tell of them.
    """
    counts = {
        kind: sum(len(cell.members) for cell in cells if cell.kind == kind) for kind in {one.kind for one in cells}
    }
    small = [cell for cell in cells if counts[cell.kind] < min_cell]
    for cell in small:
        yield Shortfall(cell, counts[cell.kind], f"fewer than {min_cell} persons ({counts[cell.kind]})")
    if small or min_cell <= 1:
        return
    rules = _of_records if discrete else _of_sums
    yield from rules(cells, rows, min_cell)


def _of_sums(cells: list[Cell], rows: SiteRows, min_cell: int) -> Iterator[Shortfall]:
    """Who falls short by the first of rules 2 to 5 that is broken."""
    known, outcomes = told_of(cells, rows)
    leverage, rank = leverages(known)

    def whole(why: str) -> list[Shortfall]:
        return [Shortfall(cell, len(known), why) for cell in cells] if why else []

    yield from (
        whole(told_at_once(outcomes, rank))
        or list(_dominant(cells, leverage, rank, min_cell))
        or list(_at_ends(cells, rows, min_cell))
        or whole(told_numbers(cells, rows) or told_outcomes(known, outcomes, rows, min_cell))
    )


def _dominant(cells: list[Cell], leverage: Array, rank: int, min_cell: int) -> Iterator[Shortfall]:
    """Persons who weigh too much in some combination of the sums: all where these are too many for the persons."""
    n, most = len(leverage), (min_cell - 1) / min_cell
    largest = np.sort(leverage)[::-1][: min_cell - 1]
    if largest.sum() <= most + ROUNDING:
        return
    if n < rank * min_cell:
        why = f"fewer than {min_cell} persons for each of {rank} predictors that are summed"
        yield from (Shortfall(cell, n, why) for cell in cells)
        return
    heavy = leverage >= largest[-1] - ROUNDING
    why = f"predictors so far from those of others that {min_cell - 1} persons make more than {most:.0%} of a sum"
    place = 0
    for cell in cells:
        inside = heavy[place : place + len(cell.members)]
        place += len(cell.members)
        if inside.any():
            yield Shortfall(cell.of(cell.members[inside]), int(inside.sum()), why)


def _by_type(cells: list[Cell]) -> Iterator[tuple[list[Cell], np.ndarray]]:
    """The cells of each type, and their persons."""
    for kind in sorted({cell.kind for cell in cells}):
        alike = [cell for cell in cells if cell.kind == kind]
        yield alike, np.concatenate([cell.members for cell in alike])


def _at_ends(cells: list[Cell], rows: SiteRows, min_cell: int) -> Iterator[Shortfall]:
    """Types of persons of whom a sum of outcomes or of numbers is so near the end of its scale that it tells them."""
    for alike, members in _by_type(cells):
        outcomes = np.concatenate([cell.outcomes(rows) for cell in alike])
        if at_an_end(outcomes, [rows.scale] * outcomes.shape[1], min_cell, nobody=False):
            why = f"outcomes of which fewer than {min_cell} are away from the end of their scale at an occasion"
        elif at_an_end(rows.sums[members][:, ~rows.shared.counted], rows.number_scales, min_cell, nobody=True):
            why = f"a predictor of which fewer than {min_cell} are away from the end of its scale"
        else:
            continue
        yield from (Shortfall(cell, len(members), why) for cell in alike)


def _of_records(cells: list[Cell], rows: SiteRows, min_cell: int) -> Iterator[Shortfall]:
    """Persons whose outcomes fewer than `min_cell` of their type have, or all of them at an occasion."""
    for alike, members in _by_type(cells):
        values = np.concatenate([cell.outcomes(rows) for cell in alike])
        if (values == values[0]).all(axis=0).any():
            yield from (Shortfall(cell, len(members), SAME) for cell in alike)
            continue
        _, codes, counts = np.unique(values, axis=0, return_inverse=True, return_counts=True)
        few, place = counts[codes.reshape(-1)] < min_cell, 0
        for cell in alike:
            inside = few[place : place + len(cell.members)]
            place += len(cell.members)
            if inside.any():
                why = f"outcomes that fewer than {min_cell} persons have"
                yield Shortfall(cell.of(cell.members[inside]), int(inside.sum()), why)
