"""The waves of a panel: a column that numbers the planned occasions, or the times that persons have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import holds_numbers
from growthcurves.data.patterns import plain_number
from growthcurves.data.source import find_cell
from growthcurves.data.visit_order import order_in_rows, places
from growthcurves.data.vocabulary import Vocabulary, vocabulary
from growthcurves.errors import DataError, NotEstimableError

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel

#: Why a panel without times has no waves, and what to do.
NO_TIME = ("The panel has neither waves nor times: give a column with wave= or time=.", "")


@dataclass(frozen=True, eq=False)
class Grid:
    """Waves in their order.

    Attributes
    ----------
    name : str
        The column that the waves come from.
    labels : list
        The waves: numbers by size, categories in their order, text by mean time; without time by the number that
        each holds (V1, V2, V10), else in the order of persons' rows.
    codes : ndarray of int, shape (rows used,)
        Position in `labels` of every row; -1 where the wave is missing.
    ordered : bool
        Whether the order is known.
    """

    name: str
    labels: list[Any]
    codes: np.ndarray
    ordered: bool = True

    @property
    def count(self) -> int:
        """Number of waves."""
        return len(self.labels)

    def means(self, values: np.ndarray) -> np.ndarray:
        """Mean of a column over the rows of each wave."""
        known = self.codes >= 0
        sums = np.bincount(self.codes[known], weights=values[known], minlength=self.count)
        return sums / np.bincount(self.codes[known], minlength=self.count)


def grid_of(panel: Panel) -> Grid:
    """The waves of a panel's rows: those of its wave column, else the common grid of its times.

    Times are a common grid when nobody would have to miss more than every second one (no more than twice as many
    times as the person with the most rows has) and most of them occur for several persons.

    Raises
    ------
    NotEstimableError
        When there is neither a wave column nor a common grid: says why.
    DataError
        When the wave of a row is missing: person and row are named.
    """
    if panel.wave is None:
        return _common_times(panel)
    grid = column_grid(panel, panel.wave)
    if (grid.codes < 0).any():
        cell = find_cell(panel.frame, int((grid.codes < 0).argmax()), panel.wave, panel.ids)
        raise DataError(f"Column {cell.column!r} (the wave) is missing ({cell.place}): fill it or leave the row out.")
    return grid


def column_grid(panel: Panel, name: str) -> Grid:
    """The waves that a column names; -1 where it is missing."""
    column = panel.column(name)
    if isinstance(column.dtype, pd.CategoricalDtype):
        present = column.remove_unused_categories()
        return Grid(name, present.categories.tolist(), np.asarray(present.codes, dtype=np.intp))
    if holds_numbers(column):
        codes, labels = pd.factorize(panel.numbers(name))
        return _in_order(name, codes, [plain_number(label) for label in labels], labels)
    codes, labels = pd.factorize(column)
    if panel.time is None:
        return _of_texts(name, codes, list(labels), panel.persons.codes)
    return _in_order(name, codes, list(labels), Grid(name, list(labels), codes).means(panel.times))


def _of_texts(name: str, codes: np.ndarray, labels: list[Any], persons: np.ndarray) -> Grid:
    by_name = np.array([*places(labels).values()])
    if not np.isnan(by_name).any():
        return _in_order(name, codes, labels, by_name)
    found = order_in_rows(codes, persons, len(labels))
    return Grid(name, labels, codes, False) if found is None else _in_order(name, codes, labels, np.argsort(found))


def _in_order(name: str, codes: np.ndarray, labels: list[Any], by: np.ndarray) -> Grid:
    order = np.argsort(by, kind="stable")
    place = np.append(np.argsort(order), -1)  # -1, a missing wave, stays -1
    return Grid(name, [labels[position] for position in order], place[codes])


def _common_times(panel: Panel) -> Grid:
    if panel.time is None:
        raise NotEstimableError(*NO_TIME)
    codes, times = pd.factorize(panel.times)
    persons = panel.persons
    told = why_no_grid(panel.time, np.bincount(codes), int(persons.sizes.max()), persons.count, vocabulary(panel))
    if told is not None:
        raise NotEstimableError(*told)
    return _in_order(panel.time, codes, [plain_number(time) for time in times], times)


def why_no_grid(name: str, rows: np.ndarray, most: int, persons: int, words: Vocabulary) -> tuple[str, str] | None:
    """Why times make no common grid, and what to do; None where they do.

    Parameters
    ----------
    name : str
        The column of the times.
    rows : array of int
        How many rows have each time.
    most : int
        Rows of the person who has most.
    persons : int
    words : Vocabulary
    """
    reason = _why_no_grid(name, rows, most, persons, words)
    advice = "give a column that numbers the planned occasions with wave=." if words.over_time else ""
    return None if reason is None else (reason, advice)


def _why_no_grid(name: str, rows: np.ndarray, most: int, persons: int, words: Vocabulary) -> str | None:
    times = "times" if words.over_time else "values"
    if len(rows) > 2 * most:
        return words.told(
            "Column {time!r} has {count} different {times} and no person has more than {most} occasions, so there is "
            "no common grid of {times} that a person could miss.",
            time=name, count=len(rows), times=times, most=most,
        )  # fmt: skip
    if persons > 1 and 2 * np.count_nonzero(rows < 2) > len(rows):
        text = "Most {times} in column {time!r} occur for one person only, so there is no common grid of {times}."
        return words.told(text, time=name, times=times)
    return None
