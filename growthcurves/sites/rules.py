"""What may be told of persons: the rules that every schedule of a site's sums must keep (docs/sites.md, section 3)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from growthcurves.numerics.arrays import Array
from growthcurves.sites.cells import Cell, SiteRows, joined

#: Outcomes of a schedule that scatter by less than this share of their size are told by the sums.
SCATTER = 1e-8
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
    combination of the sums; (4) outcomes scatter about what the sums say of them, and those of two values are counts as
    those of cells are.
    """
    counts = {
        kind: sum(len(cell.members) for cell in cells if cell.kind == kind) for kind in {one.kind for one in cells}
    }
    small = [cell for cell in cells if counts[cell.kind] < min_cell]
    for cell in small:
        yield Shortfall(cell, counts[cell.kind], f"fewer than {min_cell} persons ({counts[cell.kind]})")
    if small or min_cell <= 1:
        return
    if discrete:
        yield from _records(cells, rows, min_cell)
        return
    known, outcomes = told_of(cells, rows)
    leverage, rank = leverages(known)
    n, occasions = outcomes.shape
    if n <= rank + occasions:
        why = f"no more persons ({n}) than predictors and occasions together ({rank} + {occasions})"
        yield from (Shortfall(cell, n, why) for cell in cells)
        return
    heavy = list(_dominant(cells, leverage, rank, min_cell))
    yield from heavy
    why = "" if heavy else told_outcomes(known, outcomes, min_cell)
    if why:
        yield from (Shortfall(cell, n, why) for cell in cells)


def told_of(cells: list[Cell], rows: SiteRows) -> tuple[Array, Array]:
    """What is summed of the persons of a schedule, (N, a), and their outcomes, (N, s).

    Where numbers are summed by type, the types count among what is summed.
    """
    known, outcomes, kinds = joined(cells, rows)
    if rows.shared.counted.all():
        return known, outcomes
    return np.column_stack([known, kinds[:, None] == np.unique(kinds)]), outcomes


def leverages(known: Array) -> tuple[Array, int]:
    """How much of its own fit each person is, (N,), and the rank of what is summed (N, a).

    A combination of the columns that is zero for all but some persons S exists only if their leverages add up to one or
    more: its squares on S are at most their sum (docs/sites.md, section 3).
    """
    length = np.linalg.norm(known, axis=0)
    left, values, _ = np.linalg.svd(known / np.where(length > 0.0, length, 1.0), full_matrices=False)
    basis = left[:, values > ROUNDING * values.max(initial=0.0)]
    return (basis**2).sum(axis=1), basis.shape[1]


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


def told_outcomes(known: Array, outcomes: Array, min_cell: int) -> str:
    """Why the sums would tell outcomes; "" where they do not."""
    for column in outcomes.T:
        values, counts = np.unique(column, return_counts=True)
        if len(values) == 2 and counts.min() < min_cell:
            return f"an outcome of two values, of which one has fewer than {min_cell} persons"
    scatter = outcomes - known @ np.linalg.lstsq(known, outcomes, rcond=None)[0]
    size = np.linalg.norm(outcomes - outcomes.mean(axis=0), axis=0)
    if (size == 0.0).any():
        return "the same outcome for everybody at an occasion"
    values = np.linalg.svd(scatter / size, compute_uv=False)
    if values.min() <= SCATTER:
        return "outcomes that follow from their predictors and from each other without any scatter"
    return ""


def _records(cells: list[Cell], rows: SiteRows, min_cell: int) -> Iterator[Shortfall]:
    """Persons whose outcomes fewer than `min_cell` of their type have."""
    for kind in sorted({cell.kind for cell in cells}):
        alike = [cell for cell in cells if cell.kind == kind]
        values = np.concatenate([cell.outcomes(rows) for cell in alike])
        _, codes, counts = np.unique(values, axis=0, return_inverse=True, return_counts=True)
        few, place = counts[codes.reshape(-1)] < min_cell, 0
        for cell in alike:
            inside = few[place : place + len(cell.members)]
            place += len(cell.members)
            if inside.any():
                why = f"outcomes that fewer than {min_cell} persons have"
                yield Shortfall(cell.of(cell.members[inside]), int(inside.sum()), why)
