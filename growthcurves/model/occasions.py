"""Rows as a residual structure sees them, and what it asks of the data that it is fitted to."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.contracts.parameters import Occasions
from growthcurves.data.checks import holds_numbers
from growthcurves.data.constant import first_difference
from growthcurves.data.panel import Panel
from growthcurves.data.repeats import stacked_advice, stacked_rows
from growthcurves.data.source import find_cell, show_id
from growthcurves.errors import DataError, ModelError, NotEstimableError
from growthcurves.later import Later
from growthcurves.model.covariance import residual_of
from growthcurves.model.covariance.by_waves import places_of
from growthcurves.model.formula.sheet import as_categories
from growthcurves.model.growth import GrowthModel
from growthcurves.numerics.order import by_person_and_time

if TYPE_CHECKING:
    from growthcurves.model.covariance.structure import Structure

grids = Later("growthcurves.data.grid")

#: Gives a column by name; None where there is none.
Column = Callable[[str], Any]


@dataclass(frozen=True, eq=False)
class PanelFacts:
    """See `covariance.structure.Facts`: a panel's answers."""

    model: GrowthModel
    panel: Panel

    @property
    def most(self) -> int:
        return int(self.panel.persons.sizes.max())

    @property
    def typical(self) -> float:
        if self.panel.time is None:
            return 1.0
        order = by_person_and_time(self.panel.persons.codes, self.panel.times)
        same = np.diff(self.panel.persons.codes[order]) == 0
        steps = np.diff(self.panel.times[order])[same]
        return float(np.median(steps[steps > 0])) if (steps > 0).any() else 1.0

    def waves(self) -> tuple[str, Sequence[Any], Sequence[float]]:
        try:
            grid = grids.grid_of(self.panel)
        except NotEstimableError as error:
            raise ModelError(f"The residual structure counts planned occasions. {error}") from None
        if not grid.ordered:
            raise ModelError(
                f"The order of {grid.name!r} ({', '.join(map(str, grid.labels[:4]))}, ...) is not told by the rows: "
                f"make it an ordered categorical, as pd.Categorical(..., categories=[...]), or give the time."
            )
        return str(grid.name), grid.labels, self._typical_times(grid.codes, grid.count)

    def _typical_times(self, codes: np.ndarray, count: int) -> Sequence[float]:
        if self.panel.time is None:
            return [float(place) for place in range(count)]
        return [float(np.median(self.panel.times[codes == place])) for place in range(count)]

    def levels(self, column: str) -> Sequence[Any]:
        reference = dict(self.model.reference or {})
        return list(as_categories(column, self.panel.column(column), reference).categories)

    def shares(self, column: str, levels: Sequence[Any]) -> Sequence[float]:
        persons = self.panel.persons
        places = _places(levels, self.panel.column(column))[persons.first_rows]
        return (np.bincount(places, minlength=len(levels)) / persons.count).tolist()

    def refuse_varying(self, column: str) -> None:
        values = self.panel.column(column)
        row = first_difference(values, self.panel.persons.codes, self.panel.persons.first_rows)
        if row is not None:
            cell = find_cell(self.panel.frame, row, column, self.panel.ids)
            raise ModelError(f"by={column!r} changes within a person ({cell.place}): groups are groups of persons.")

    def positive(self, column: str | None) -> None:
        values = self.panel.times if column is None else self.panel.numbers(column)
        if (values <= 0).any():
            name = self.panel.time if column is None else column
            raise ModelError(
                f"A power of {name!r} needs numbers above zero, and the least is {values.min():g}: take "
                f"'exp-variance', or a column that is positive with of=."
            )


def learned_residual(model: GrowthModel, panel: Panel) -> Any:
    """The residual structure of a model with what it takes from the data.

    Raises
    ------
    ModelError
        For a column that it cannot use.
    DataError
        For two rows of one person at one time, where the structure would have them correlate wholly.
    """
    residual = residual_of(model.residual)
    if not hasattr(residual, "learned"):
        return model.residual
    panel.require(wave for wave in [getattr(residual, "wave", None)] if wave is not None)
    found = residual.learned(PanelFacts(model, panel))
    if found.saturated:
        _refuse_few(found, panel)
    if not found.repeats:
        _refuse_repeated(found, panel)
    return found


def _refuse_few(residual: Structure, panel: Panel) -> None:
    """Refuse what as many free covariances would fit perfectly: the likelihood has no maximum."""
    waves, names = len(residual.waves or ()), residual.groups or ("",)
    for name, share in zip(names, residual.shares or (1.0,), strict=True):
        persons = round(share * panel.persons.count)
        if persons <= waves:
            of = f" in {residual.by} {name}" if name != "" else ""
            raise NotEstimableError(
                f"An unstructured covariance of {waves} occasions needs more than {waves} persons, and there are "
                f"{persons}{of}: take a structure with fewer parameters, such as 'toeph', 'arh1' or 'cs'."
            )


def _refuse_repeated(residual: Structure, panel: Panel) -> None:
    at = panel_occasions(residual, panel)
    cells = pd.DataFrame({"person": panel.persons.codes, "at": at.time if at.wave is None else at.wave})
    twice = cells.duplicated().to_numpy()
    if twice.any():
        row = int(twice.argmax())
        what = panel.time if at.wave is None else residual.wave
        value = panel.times[row] if at.wave is None else (residual.waves or ())[at.wave[row]]
        shown = f"{value:.12g}" if isinstance(value, float) else str(value)
        stacked = stacked_rows(panel)
        who = f"Person {show_id(panel.ids[row])} has two rows at {what} {shown}"
        if stacked is not None:
            raise DataError(f"{who}, and {stacked.said}: {stacked_advice(stacked, panel.id)}.")
        raise DataError(
            f"{who}, and residual={residual.name!r} has one residual for each: keep one, or number the occasions in a "
            f"column wave=."
        )


def panel_occasions(residual: Any, panel: Panel) -> Occasions:
    """The rows of a panel as a structure sees them."""
    times = panel.times if panel.time is not None else np.zeros(len(panel))
    return occasions_of(residual, times, panel.time, panel.column)


def occasions_of(residual: Any, times: np.ndarray, time: str | None, column: Column) -> Occasions:
    """Rows as a structure sees them: their times, and what it needs besides.

    Parameters
    ----------
    residual : Residual
        One that has learned from the data.
    times : (n,) array
        Elapsed times.
    time : str or None
        The name of the time.
    column : callable
        Gives another column of the rows by name. Where there is none of the planned occasions, they are those at whose
        typical times the rows are; otherwise nothing is said.
    """
    if not hasattr(residual, "learned"):
        return Occasions(times)

    def places(levels: Sequence[Any] | None, name: str | None) -> np.ndarray | None:
        values = times if name == time else None if name is None else column(name)
        return None if levels is None or values is None else _places(levels, values)

    of, levels = getattr(residual, "of", None), getattr(residual, "levels", None)
    if of is None or levels is not None:
        value = places(levels, of)
    else:
        value = None if (numbers := column(of)) is None else _numbers(numbers, of)
    wave = places(residual.waves, residual.wave)
    if wave is None and residual.waves is not None:
        wave = places_of(residual.times, times)
    return Occasions(times, wave, places(residual.groups, residual.by), value)


def _places(levels: Sequence[Any], values: Any) -> np.ndarray:
    """Position of each value among the levels, -1 for others."""
    known = {level: place for place, level in enumerate(levels)}
    codes, found = pd.factorize(values)
    places = np.array([*(known.get(value, -1) for value in found), -1], dtype=np.intp)
    return places[codes]


def _numbers(values: Any, name: str) -> np.ndarray:
    if not holds_numbers(values):
        raise ModelError(f"of={name!r} holds no numbers: a variance that depends on levels is gc.Het({name!r}).")
    return np.asarray(values, dtype=np.float64)
