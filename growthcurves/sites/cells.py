"""A site's persons as cells: those with the same occasions and the same counted columns, who are summed together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.errors import DataError
from growthcurves.estimate.run import rows_of
from growthcurves.model.outcome_family import FamilyOutcome
from growthcurves.model.person_level import PersonLevel
from growthcurves.model.recipe import BoundRows
from growthcurves.numerics.order import by_person_and_time
from growthcurves.sites.digits import Scale, scale_of
from growthcurves.sites.recipe import SiteRecipe

#: What tells persons apart who are never summed together: their keyed columns and units.
Apart = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class SiteRows:
    """A site's rows, ordered by person and occasion, as arrays.

    Attributes
    ----------
    shared : SiteRecipe
    occasion : (n,) array of int
        Which occasion each row is, among `occasions`; a second row of a person at one occasion is another.
    occasions : list of tuple
        What the columns of occasions hold: time, wave and time-varying columns, and how often it was before.
    outcome : (n,) array
    starts : (N,) array of int
        Each person's first row.
    sizes : (N,) array of int
    kind : (N,) array of int
        Which type each person is, among `kinds`.
    kinds : list of tuple
        What the counted columns hold.
    apart : (N,) array of int
        Which of `aparts` each person has.
    aparts : list of tuple
    sums : (N, a) array
        What is summed of persons, about its centres: the constant, weights, numbers.
    labels : (N,) array
        Who the persons are.
    """

    shared: SiteRecipe
    occasion: np.ndarray
    occasions: list[tuple[Any, ...]]
    outcome: np.ndarray
    starts: np.ndarray
    sizes: np.ndarray
    kind: np.ndarray
    kinds: list[tuple[Any, ...]]
    apart: np.ndarray
    aparts: list[Apart]
    sums: np.ndarray
    labels: np.ndarray

    @property
    def persons(self) -> int:
        return len(self.sizes)

    @cached_property
    def scale(self) -> Scale:
        """On which numbers outcomes lie."""
        return scale_of(self.outcome)

    @cached_property
    def number_scales(self) -> list[Scale]:
        """The same of what is summed of persons and does not follow from what is counted."""
        return [scale_of(column) for column in self.sums[:, ~self.shared.counted].T]


@dataclass(frozen=True, eq=False)
class Cell:
    """Persons of one type who are seen at the same occasions.

    Attributes
    ----------
    schedule : tuple of int
        Their occasions that are summed, in order.
    apart, kind : int
    members : (m,) array of int
        The persons.
    places : (s,) array of int
        Where these occasions are among all that the persons have.
    """

    schedule: tuple[int, ...]
    apart: int
    kind: int
    members: np.ndarray
    places: np.ndarray

    def at(self, schedule: tuple[int, ...]) -> Cell:
        """The same persons at some of these occasions."""
        kept = [self.schedule.index(one) for one in schedule]
        return replace(self, schedule=schedule, places=self.places[kept])

    def of(self, members: np.ndarray) -> Cell:
        """Some of the persons."""
        return replace(self, members=members)

    def outcomes(self, rows: SiteRows) -> np.ndarray:
        """Their outcomes, (m, s)."""
        return rows.outcome[rows.starts[self.members][:, None] + self.places]


def site_rows(shared: SiteRecipe, bound: BoundRows, outcome: FamilyOutcome | None) -> SiteRows:
    """A site's bound rows as arrays."""
    panel, people = bound.panel, PersonLevel(bound.panel)
    rows = rows_of(bound, outcome)
    when = rows.occasions.time if rows.occasions.wave is None else rows.occasions.wave
    order = by_person_and_time(rows.codes, when)
    names = occasion_columns(shared)
    columns = {name: _of_rows(panel, shared, name)[order] for name in names}
    sizes = np.bincount(rows.codes, minlength=rows.persons)
    occasion, occasions = _occasions(columns, rows.codes[order])
    kinds = [_counted(shared, people, name) for name in shared.roles.types]
    aparts = [_plain(people.value(name)) for name in shared.roles.keyed]
    kind, kind_values = _combined(kinds, rows.persons)
    apart, apart_values = _combined(aparts, rows.persons)
    numbers = [np.asarray(people.value(name), dtype=float) for name in shared.person_names[1 + len(bound.weights) :]]
    sums = np.column_stack([np.ones(rows.persons), *bound.weights, *numbers]) - shared.person_centres
    return SiteRows(
        shared, occasion, occasions, (rows.outcome - shared.outcome_centre)[order], np.cumsum(sizes) - sizes, sizes,
        kind, kind_values, apart, apart_values, sums, np.asarray(panel.persons.labels),
    )  # fmt: skip


def occasion_columns(shared: SiteRecipe) -> tuple[str, ...]:
    """The columns that say which occasion a row is."""
    time = [shared.model.time] if shared.model.time is not None else []
    return tuple(dict.fromkeys([*time, *shared.roles.of_rows]))


def cells_of(rows: SiteRows) -> list[Cell]:
    """Every person in the cell of its occasions, what sets it apart, and its type."""
    found: list[Cell] = []
    for size in np.unique(rows.sizes):
        persons = np.flatnonzero(rows.sizes == size)
        at = rows.occasion[rows.starts[persons][:, None] + np.arange(size)]
        key = np.column_stack([at, rows.apart[persons], rows.kind[persons]])
        different, codes = np.unique(key, axis=0, return_inverse=True)
        members = np.split(
            persons[np.argsort(codes.reshape(-1), kind="stable")], np.cumsum(np.bincount(codes.reshape(-1)))[:-1]
        )
        for values, who in zip(different.tolist(), members, strict=True):
            *schedule, apart, kind = values
            found.append(Cell(tuple(schedule), apart, kind, who, np.arange(size)))
    return found


def _of_rows(panel: Any, shared: SiteRecipe, name: str) -> np.ndarray:
    if name == shared.model.time:
        return np.asarray(panel.times)
    return _plain(panel.frame[name])


def _plain(values: Any) -> np.ndarray:
    """Values as numbers, or as what they are."""
    series = pd.Series(values).reset_index(drop=True)
    if pd.api.types.is_bool_dtype(series.dtype):
        return series.to_numpy()
    numeric = pd.api.types.is_numeric_dtype(series.dtype)
    return np.asarray(series.to_numpy(dtype=float)) if numeric else series.astype(object).to_numpy()


def _counted(shared: SiteRecipe, people: PersonLevel, name: str) -> np.ndarray:
    """The values of a counted column, which the recipe knows."""
    known = {value: value for value in shared.roles.types[name]}
    values = pd.Series(people.value(name)).to_numpy()
    for value in pd.unique(pd.Series(values)):
        if value not in known:
            told = ", ".join(map(str, known))
            raise DataError(
                f"{name!r} holds {value!r}, and the recipe counts {told}: correct the cell, or name all "
                f"its levels where the recipe is made."
            )
    return np.array([known[value] for value in values], dtype=object)


def _combined(columns: list[np.ndarray], persons: int) -> tuple[np.ndarray, list[tuple[Any, ...]]]:
    """A number for each different row of columns (N,), and what the rows hold."""
    if not columns:
        return np.zeros(persons, dtype=int), [()]
    coded = [pd.factorize(pd.Series(column, dtype=object)) for column in columns]
    different, codes = np.unique(np.column_stack([codes for codes, _ in coded]), axis=0, return_inverse=True)
    values = [tuple(_item(known[place]) for (_, known), place in zip(coded, row, strict=True)) for row in different]
    return codes.reshape(-1), values


def _item(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _occasions(columns: dict[str, np.ndarray], person: np.ndarray) -> tuple[np.ndarray, list[tuple[Any, ...]]]:
    """Which occasion each row is, and what the occasions hold; a person's second row at one occasion is another."""
    codes, values = _combined(list(columns.values()), len(person))
    again = pd.Series(codes).groupby([pd.Series(person), pd.Series(codes)]).cumcount().to_numpy()
    both, first = np.unique(np.column_stack([codes, again]), axis=0, return_inverse=True)
    return first.reshape(-1), [(*values[code], times) for code, times in both.tolist()]


def by_schedule(cells: list[Cell]) -> Iterator[tuple[tuple[tuple[int, ...], int], list[Cell]]]:
    """Cells with the same schedule who are not set apart, in order."""
    found: dict[tuple[tuple[int, ...], int], list[Cell]] = {}
    for cell in cells:
        found.setdefault((cell.schedule, cell.apart), []).append(cell)
    yield from found.items()


def joined(cells: list[Cell], rows: SiteRows) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What is summed of the persons of cells of one schedule (N, a), their outcomes (N, s), and their types (N,)."""
    outcomes = np.concatenate([cell.outcomes(rows) for cell in cells])
    members = np.concatenate([cell.members for cell in cells])
    kinds = np.concatenate([np.full(len(cell.members), cell.kind) for cell in cells])
    return rows.sums[members], outcomes, kinds
