"""Who was seen at which wave, and why others were not: before their entry, died, not scheduled, missed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from growthcurves.data.checks import holds_numbers, missing_rows, numeric_column
from growthcurves.data.clock import on_the_clock
from growthcurves.data.elapsed import holds_dates
from growthcurves.data.frame import raw_array
from growthcurves.data.grid import Grid, grid_of
from growthcurves.data.persons import Persons, plain_ids
from growthcurves.data.reasons import ABSENT, STANDINGS, UNSAID, said_by
from growthcurves.data.roll import last_true
from growthcurves.data.source import show_id
from growthcurves.data.vocabulary import vocabulary
from growthcurves.errors import DataError, NotEstimableError
from growthcurves.remembered import remembered

if TYPE_CHECKING:
    from growthcurves.data.panel import Panel

SEEN, NONRESPONSE, DROPOUT, DIED, NOT_SCHEDULED, NOT_SAMPLED = range(len(STANDINGS))


@dataclass(frozen=True, eq=False)
class Attendance:
    """How every person of a table stands at every wave.

    Attributes
    ----------
    persons : Persons
        All persons of the table, also those without a usable row.
    known : ndarray of bool, shape (rows of the table,)
        The rows that have an id.
    grid : Grid
        The waves; codes of the rows that have an outcome.
    standing : ndarray of int, shape (persons, waves)
        Place in `STANDINGS`.
    rows : Sighted
        The rows that it was made of.
    explained : bool
        Whether the panel says why waves are missing.
    notes : tuple of str
        Where entry and status contradict what was seen.
    """

    persons: Persons
    known: np.ndarray
    grid: Grid
    standing: np.ndarray
    rows: Sighted
    explained: bool
    notes: tuple[str, ...] = ()

    @property
    def times(self) -> np.ndarray | None:
        """When the wave was, or would have been, (persons, waves); None without time.

        Where all persons share the times of waves it is these; else a person's own mean time, and elsewhere that of the
        person's last wave before (or first after) and the median step between the waves of persons who were seen at
        both.
        """
        return self.rows.times

    @cached_property
    def seen(self) -> np.ndarray:
        """Whether the person has an outcome at the wave, (persons, waves)."""
        return self.standing == SEEN

    @cached_property
    def due(self) -> np.ndarray:
        """Whether the person was to be seen: in the study, alive, and the wave planned, (persons, waves)."""
        return self.standing <= DROPOUT

    @cached_property
    def last_seen(self) -> np.ndarray:
        """Place of the last wave at which each person was seen; -1 for nobody seen, (persons,)."""
        return last_true(self.seen)

    @cached_property
    def dropped(self) -> np.ndarray:
        """Whether a wave was due after the last at which the person was seen, for persons who were seen, (persons,)."""
        return (self.last_seen >= 0) & (last_true(self.due) > self.last_seen)


@dataclass(frozen=True, eq=False)
class Sighted:
    """The table's rows with an id, and who was seen at which wave.

    Attributes
    ----------
    panel : Panel
    everyone : Persons
        The persons of the rows with an id.
    known : ndarray of bool, shape (rows of the table,)
    used : ndarray of int, shape (rows with an outcome,)
        Place of each row's person.
    grid : Grid
    seen : ndarray of bool, shape (persons, waves)
    """

    panel: Panel
    everyone: Persons
    known: np.ndarray
    used: np.ndarray
    grid: Grid
    seen: np.ndarray

    @cached_property
    def frame(self) -> pd.DataFrame:
        return self.panel.data if self.known.all() else self.panel.data[self.known]

    @cached_property
    def times(self) -> np.ndarray | None:
        """See `Attendance.times`."""
        return None if self.panel.time is None else _times(self.panel, self.grid, self.used, self.seen)

    @property
    def waves(self) -> np.ndarray:
        return np.arange(self.grid.count)


@remembered
def attendance(panel: Panel) -> Attendance:
    """The standing of all persons of a panel's table at its waves.

    A wave at which a person has an outcome is seen, whatever entry and status say, also where a predictor is missing.

    Raises
    ------
    NotEstimableError
        When the panel has no waves, or is of a saved fit that keeps no rows to say why waves are missing.
    DataError
        When entry or the time of death varies within a person, or cannot be read.
    """
    explained = panel.entry is not None or panel.status is not None
    panel = panel.observed()
    grid = waves_of(panel)
    ids, known = known_ids(panel)
    everyone = Persons.of(ids)
    used = everyone.codes if panel.keep is None else everyone.codes[panel.keep[known]]
    seen = np.zeros((everyone.count, grid.count), dtype=bool)
    seen[used, grid.codes] = True
    rows = Sighted(panel, everyone, known, used, grid, seen)
    standing, notes = _standing(rows) if explained else (standing_by_pattern(seen), ())
    return Attendance(everyone, known, grid, standing, rows, explained, notes)


def waves_of(panel: Panel) -> Grid:
    """The waves that persons of a panel could miss, as `grid_of`.

    Raises
    ------
    NotEstimableError
        When it has none, or is of a saved fit: with entry= or status= its rows without an outcome would be needed.
    """
    grid = grid_of(panel)
    if not panel.all_rows and (panel.entry is not None or panel.status is not None):
        raise NotEstimableError(
            "The panel says why waves are missing, in rows without an outcome, which a saved fit does not keep.",
            "ask panel.missing() of the panel that was fitted.",
        )
    return grid


def known_ids(panel: Panel) -> tuple[Any, np.ndarray]:
    """The ids of all rows of the table that have one, and which rows these are."""
    ids = raw_array(panel.data, panel.id)
    missing = missing_rows(ids)
    known = np.ones(len(panel.data), dtype=bool) if missing is None else ~missing
    return plain_ids(ids if missing is None else ids[known]), known


def _nothing_said(seen: np.ndarray) -> np.ndarray:
    return np.full(seen.shape, UNSAID, dtype=np.int8)


def standing_by_pattern(seen: np.ndarray) -> np.ndarray:
    """How persons stand of whom nothing is said but at which waves they were seen, (persons, waves)."""
    return _by_pattern(_nothing_said(seen), seen)


def _by_pattern(said: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """What was said of waves with what the pattern says: of whom nothing is said has dropped out after the last wave
    seen, and not responded before it; whoever died does not come back.
    """
    last = last_true(seen)[:, None]
    after = (np.arange(seen.shape[1]) > last) & (last >= 0)
    standing = np.where(said == UNSAID, np.where(after, np.int8(DROPOUT), np.int8(NONRESPONSE)), said)
    standing[seen] = SEEN
    if (standing == DIED).any():
        standing[np.logical_or.accumulate(standing == DIED, axis=1) & ~seen] = DIED
    return standing


# ------------------------------------------------------------------ when waves are


def _times(panel: Panel, grid: Grid, used: np.ndarray, seen: np.ndarray) -> np.ndarray:
    if grid.name == panel.time:
        return np.broadcast_to(np.asarray(grid.labels, dtype=float), seen.shape)
    own = _own_times(panel.times, used, grid.codes, seen)
    clock = np.concatenate([[0.0], np.cumsum(_steps(own, grid.means(panel.times)))])
    waves = np.arange(seen.shape[1])
    before = np.maximum.accumulate(np.where(seen, waves, -1), axis=1)
    anchor = np.where(before >= 0, before, np.where(seen.any(axis=1), seen.argmax(axis=1), -1)[:, None])
    found = np.take_along_axis(own, np.maximum(anchor, 0), axis=1) + clock - clock[np.maximum(anchor, 0)]
    return np.where(anchor >= 0, found, grid.means(panel.times))


def _own_times(times: np.ndarray, used: np.ndarray, codes: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Mean time of each person's rows at each wave, NaN where not seen."""
    cells = used * seen.shape[1] + codes
    count = np.bincount(cells, minlength=seen.size)
    with np.errstate(invalid="ignore"):
        return (np.bincount(cells, weights=times, minlength=seen.size) / count).reshape(seen.shape)


def _steps(own: np.ndarray, means: np.ndarray) -> np.ndarray:
    """Median time from each wave to the next of persons seen at both; of nobody, the difference of means."""
    steps = np.diff(own, axis=1)
    both = ~np.isnan(steps)
    medians = [np.median(steps[there, k]) if there.any() else np.nan for k, there in enumerate(both.T)]
    return np.where(np.isnan(medians), np.diff(means), medians)


# ------------------------------------------------------------------ what entry and status say


def _standing(columns: Sighted) -> tuple[np.ndarray, tuple[str, ...]]:
    panel, said, notes = columns.panel, _nothing_said(columns.seen), []
    died = np.zeros(columns.seen.shape, dtype=bool)
    columns_of_codes_first = sorted((panel.status or {}).items(), key=lambda item: isinstance(item[1], str))
    for name, meant in columns_of_codes_first:
        if isinstance(meant, str):
            kind, since = STANDINGS.index(meant), _wave_of(columns, name)
            found = np.where(columns.waves >= since[:, None], kind, UNSAID)
            notes += _contradicted(columns, found == DIED, "seen at a wave after they had died", name)
        else:
            found = _stated(columns, said_by(columns.frame[name], meant))
        seen_later = columns.waves <= last_true(columns.seen)[:, None]
        found = np.where(np.isin(found, (DIED, DROPOUT)) & seen_later, UNSAID, found)
        died |= found == DIED
        said = np.where(said == UNSAID, found, said)
    if panel.entry is not None:
        before = columns.waves < _wave_of(columns, panel.entry)[:, None]
        notes += _contradicted(columns, before, "seen at a wave before they entered", panel.entry)
        before &= ~np.logical_or.accumulate(columns.seen, axis=1)
        said = np.where(before & (said == UNSAID), NOT_SAMPLED, said)
    return _by_pattern(np.where(died, DIED, said).astype(np.int8), columns.seen), tuple(notes)


def _stated(columns: Sighted, said: np.ndarray) -> np.ndarray:
    """The standing that rows state, (persons, waves): a wave without a statement of its own has the last before it, but
    not across a wave that was seen and says nothing.

    A row that is at no wave speaks of the waves after the last at which the person was seen.
    """
    persons, place = columns.everyone.codes, _places(columns)
    found = np.full(columns.seen.shape, ABSENT, dtype=np.int8)
    after = last_true(columns.seen)[persons] + 1.0
    for rows, at in ((np.isnan(place), after), (~np.isnan(place), place)):
        here = rows & (said != ABSENT) & (at < columns.grid.count)
        found[persons[here], at[here].astype(np.intp)] = said[here]
    found = np.where(columns.seen & (found == ABSENT), UNSAID, found)
    latest = np.maximum.accumulate(np.where(found != ABSENT, columns.waves, -1), axis=1)
    carried = np.take_along_axis(found, np.maximum(latest, 0), axis=1)
    return np.where((latest >= 0) & (carried >= 0), carried, UNSAID)


def _places(columns: Sighted) -> np.ndarray:
    """Place of the wave of every row, or of the first after it, (rows,): NaN where the row is at no wave."""
    panel = columns.panel
    if panel.wave is None:
        assert panel._times is not None
        return _first_from(columns.grid, panel._times.values[columns.known])
    column = columns.frame[panel.wave]
    if holds_numbers(column.array) and _numbered(columns.grid):
        return _first_from(columns.grid, numeric_column(columns.frame, panel.wave))
    return _called(columns.grid, column)


def _first_from(grid: Grid, values: np.ndarray) -> np.ndarray:
    """Place of the first wave at or after each value; the number of waves beyond the last, NaN for a missing value."""
    return np.where(np.isnan(values), np.nan, np.searchsorted(np.asarray(grid.labels, dtype=float), values, "left"))


def _called(grid: Grid, column: pd.Series) -> np.ndarray:
    place = {show_id(label): k for k, label in enumerate(grid.labels)}
    codes, values = pd.factorize(column)
    return np.array([*(place.get(show_id(value), np.nan) for value in values), np.nan])[codes]


def _numbered(grid: Grid) -> bool:
    return all(isinstance(label, int | float) for label in grid.labels)


def _wave_of(columns: Sighted, name: str) -> np.ndarray:
    """Place of the first wave at or after the time or wave that a person-level column holds, (persons,); NaN unknown.

    It is read as the wave column is, or as time where its values are dates or none lies among the waves.
    """
    panel, grid = columns.panel, columns.grid
    column = columns.frame[name]
    if holds_dates(column) and panel.time is not None:
        return _at_time(columns, _of_persons(columns, name, on_the_clock(panel, columns.frame, [name])[:, 0]))
    if not _numbered(grid) and not holds_numbers(column.array):
        return _called_wave(columns, name)
    values = _of_persons(columns, name, numeric_column(columns.frame, name, raw_array(columns.frame, panel.id)))
    if np.isnan(values).all():
        return values
    if _numbered(grid) and _among(values, grid.labels[0], grid.labels[-1]):
        return _first_from(grid, values)
    if panel.wave is not None and columns.times is not None and _among(values, *panel.time_range):
        return _at_time(columns, values)
    raise DataError(_nowhere(columns, name, values))


def _among(values: np.ndarray, low: float, high: float) -> bool:
    with np.errstate(invalid="ignore"):
        return bool(((values >= low) & (values <= high)).any())


def _at_time(columns: Sighted, values: np.ndarray) -> np.ndarray:
    """Place of the first wave whose time is at or after the value."""
    assert columns.times is not None
    later = columns.times >= values[:, None]
    return np.where(np.isnan(values), np.nan, np.where(later.any(axis=1), later.argmax(axis=1), columns.grid.count))


def _called_wave(columns: Sighted, name: str) -> np.ndarray:
    place = _called(columns.grid, columns.frame[name])
    unknown = columns.frame[name][np.isnan(place) & columns.frame[name].notna().to_numpy()]
    if len(unknown):
        raise DataError(
            f"Column {str(name)!r} holds {show_id(unknown.iloc[0])!r}, which is none of the waves "
            f"({', '.join(map(show_id, columns.grid.labels))})."
        )
    return _of_persons(columns, name, place)


def _of_persons(columns: Sighted, name: str, values: np.ndarray) -> np.ndarray:
    """The one value of each person, NaN where no row has one, (persons,).

    Raises
    ------
    DataError
        When a person has two: the person is named.
    """
    persons = columns.everyone
    low, high = np.full(persons.count, np.inf), np.full(persons.count, -np.inf)
    np.fmin.at(low, persons.codes, np.where(np.isnan(values), np.inf, values))
    np.fmax.at(high, persons.codes, np.where(np.isnan(values), -np.inf, values))
    if (high > low).any():
        who = persons.labels[int((high > low).argmax())]
        raise DataError(
            vocabulary(columns.panel).told(
                "{name!r} varies within person {who}: one value per person is needed.", name=name, who=show_id(who)
            )
        )
    return np.where(np.isfinite(low), low, np.nan)


def _nowhere(columns: Sighted, name: str, values: np.ndarray) -> str:
    grid, panel = columns.grid, columns.panel
    ends = " to ".join(dict.fromkeys(show_id(float(end)) for end in (np.nanmin(values), np.nanmax(values))))
    reach = [f"the waves ({show_id(grid.labels[0])} to {show_id(grid.labels[-1])})"] * (panel.wave is not None)
    if columns.times is not None:
        low, high = panel.time_range
        reach.append(f"the times ({low:g} to {high:g})")
    return (
        f"Column {str(name)!r} holds {ends}, and none of it lies among {' or '.join(reach)}: give it on one of these "
        f"scales, or leave it out where it says nothing of this study."
    )


def _contradicted(columns: Sighted, said: np.ndarray, what: str, name: str) -> list[str]:
    """A note where persons were seen at waves of which a column says that they could not be."""
    wrong = np.flatnonzero((said & columns.seen).any(axis=1))
    if not len(wrong):
        return []
    who = vocabulary(columns.panel).who
    first = show_id(columns.everyone.labels[wrong[0]])
    some = f"{len(wrong):,} {who.several} were" if len(wrong) > 1 else f"1 {who.one} was"
    return [f"{some} {what}, by {name!r} (first: {first}); a wave with an outcome counts as seen."]
