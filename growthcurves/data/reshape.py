"""From one row per person to one row per person and occasion."""

from __future__ import annotations

import math
import warnings
from collections.abc import Hashable, Iterable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.frame import as_given, check_name, listed, require_columns
from growthcurves.data.joined import apart, columns_of, with_joined
from growthcurves.data.patterns import Pattern, plain_number
from growthcurves.data.source import find_cell, show_id
from growthcurves.data.stack import Layout, WaveColumns, stack
from growthcurves.errors import ColumnError, DataError, DataWarning, ModelError
from growthcurves.numerics.bounds import shown_value

Columns = str | Mapping[str, str | Mapping[str, float]]
Times = str | Mapping[float, float] | None


def to_long(
    wide: Any,
    id: str | list[str],
    time: str,
    columns: Columns,
    times: Times = None,
    keep: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Turn a wide table (one row per person) into a long one (one row per person and occasion).

    Parameters
    ----------
    wide : DataFrame
        The wide table, pandas or polars; it is not changed.
    id : str or list of str
        Column that names the person, or several that do so together; every person has one row.
    time : str
        Name of the time column of the long table.
    columns : str or dict
        A pattern of column names such as ``"reaction_{day}"``: the number is the time, the rest the outcome's
        name; or a dict from each outcome's name to its pattern (``{"bdi": "bdi_t{wave}"}``) or to its columns
        spelled out (``{"bdi": {"base_bdi": 0, "end_bdi": 12}}``). A pattern fits whole names; where none has a number
        alone, names of visits are read: ``bdi_baseline`` is 0 and ``bdi_week4`` is 4. Spelled-out columns may have
        texts in the place of times (``{"bdi": {"bdi_pre": "pre", "bdi_post": "post"}}``): visits in this order.
    times : dict or str, optional
        Time of each number in the names (wave): a dict ``{wave: time}``, or the pattern of the columns that hold
        each person's own times or dates (``"day_t{wave}"``). The numbers are then kept in a column ``wave``.
    keep : list of str, optional
        Columns to repeat on every row of the person; by default all others.

    Returns
    -------
    DataFrame
        Columns id, time, wave (with `times`), the kept ones, the outcomes; sorted by person and time (by wave
        where persons have own times). An outcome that lacks a wave is missing there.
        Occasions without any outcome are kept as missing. The index label is
        ``label in wide * occasions + occasion``, which is how an error can name the wide table's cell.

    Raises
    ------
    ColumnError
        For an unknown column, and for a pattern that no column fits (with the nearest ones).
    DataError
        When a person has several rows (both are named).
    ModelError
        When names collide, or `times` does not fit the waves (`ColumnError` where a wave has no time column).

    Warns
    -----
    DataWarning
        When a column looks like one more wave that the pattern does not fit, such as ``final_1`` beside ``dass1_1``.

    Examples
    --------
    >>> wide = pd.DataFrame({"subject": [1, 2], "age": [30, 40], "score_0": [5, 6], "score_3": [7, 8]})
    >>> to_long(wide, id="subject", time="week", columns="score_{week}")
       subject  week  age  score
    0        1     0   30      5
    1        1     3   30      7
    2        2     0   40      6
    3        2     3   40      8
    """
    wide = as_given(wide)
    parts = columns_of(id, "id")
    check_name(time, "time")
    if len(parts) > 1:
        together, name = with_joined(wide, parts, "id")
        kept = None if keep is None else [*parts, *listed(keep, "keep", 0)]
        return apart(to_long(together, name, time, columns, times, kept), name, parts)
    return _long(wide, parts[0], time, columns, times, keep)


def _long(
    wide: pd.DataFrame, id: Any, time: str, columns: Columns, times: Times, keep: Iterable[str] | None
) -> pd.DataFrame:
    """`to_long` for one column of ids."""
    require_columns(wide, [id])
    outcomes = _outcome_columns(wide, id, columns)
    _warn_of_missed_waves(wide, columns, outcomes)
    waves, clock = _occasions(wide, id, outcomes, times)
    kept = _kept_columns(wide, id, [*outcomes.values(), clock], keep)
    named_wave = [] if times is None else ["wave"]
    _refuse_collisions([id, time, *named_wave, *kept, *outcomes])
    _refuse_repeated_persons(wide, id)
    return stack(Layout(wide, id, time, outcomes, waves, clock, kept, times is not None))


def _outcome_columns(wide: pd.DataFrame, id: str, columns: Columns) -> dict[str, WaveColumns]:
    """For each outcome its wide columns by wave."""
    others: list[Hashable] = [column for column in wide.columns if column != id]
    if isinstance(columns, str):
        pattern = Pattern(columns)
        return {pattern.stem: pattern.find(others)}
    if not isinstance(columns, Mapping) or not columns:
        raise ModelError(
            "columns= needs a pattern such as 'reaction_{day}', or outcomes and the pattern of each."
        )
    return {str(outcome): _columns_of(wide, others, outcome, given) for outcome, given in columns.items()}


def _warn_of_missed_waves(wide: pd.DataFrame, columns: Columns, outcomes: dict[str, WaveColumns]) -> None:
    patterns = {next(iter(outcomes)): columns} if isinstance(columns, str) else columns
    for outcome, given in patterns.items():
        if not isinstance(given, str):
            continue
        used = {name for found in outcomes.values() for name in found.values()}
        missed = Pattern(given).missed(name for name in wide.columns if name not in used)
        if missed:
            found = list(outcomes[str(outcome)].values())
            text = (
                f"The pattern {given!r} fits {', '.join(map(str, found[:3]))}{', ...' * (len(found) > 3)}, but not "
                f"{', '.join(map(repr, missed))}, which looks like one more wave: spell the columns out with their "
                f"times, as in columns={{{outcome!r}: {{{str(found[0])!r}: 0, {missed[0]!r}: 9}}}}."
            )
            warnings.warn(text, DataWarning, stacklevel=4)


def _columns_of(wide: pd.DataFrame, others: list[Hashable], outcome: str, given: Any) -> WaveColumns:
    if isinstance(given, str):
        return Pattern(given).find(others)
    if not isinstance(given, Mapping) or not given:
        raise ModelError(
            f"columns= gives neither a pattern nor columns with their times for outcome {outcome!r}."
        )
    require_columns(wide, given)
    found: WaveColumns = {}
    named = len(given) > 1 and all(isinstance(number, str) for number in given.values())
    for column, number in given.items():
        number = number if named else _finite_number(number, f"column {column!r}")
        if number in found:
            raise ModelError(f"Columns {str(found[number])!r} and {str(column)!r} are both number {number}.")
        found[number] = column
    return found


def _occasions(
    wide: pd.DataFrame, id: str, outcomes: dict[str, WaveColumns], times: Times
) -> tuple[list[Any], list[Any] | WaveColumns]:
    """The waves in their order, and the time of each: numbers, or columns with persons' own times."""
    waves = _in_order(outcomes)
    if times is None:
        return waves, waves
    if isinstance(times, str):
        others = [column for column in wide.columns if column != id]
        return waves, _own_times(Pattern(times).find(others), waves, f"times={times!r}")
    if not isinstance(times, Mapping) or set(times) != set(waves):
        shown = ", ".join(str(wave) for wave in waves)
        raise ModelError(f"times= needs one time for each wave found in the names: {shown}.")
    pairs = [(_finite_number(times[wave], f"wave {wave}"), wave) for wave in waves]
    if len({time for time, _ in pairs}) < len(pairs):
        raise ModelError("times= gives two waves the same time.")
    return [wave for _, wave in sorted(pairs)], [time for time, _ in sorted(pairs)]


def _in_order(outcomes: dict[str, WaveColumns]) -> list[Any]:
    """Waves by their number; named ones as they are listed.

    Raises
    ------
    ModelError
        Where some outcomes have numbers and others names.
    """
    waves = list(dict.fromkeys(wave for columns in outcomes.values() for wave in columns))
    named = [wave for wave in waves if isinstance(wave, str)]
    if named and len(named) < len(waves):
        raise ModelError(f"Waves are numbers or names for all outcomes: {shown_value(named[0])} is a name.")
    return waves if named else sorted(waves)


def _own_times(columns: WaveColumns, waves: list[float], said: str) -> WaveColumns:
    without = [str(wave) for wave in waves if wave not in columns]
    unused = [repr(str(column)) for wave, column in columns.items() if wave not in waves]
    if without:
        raise ColumnError(f"{said} finds no time for wave {', '.join(without)} of the outcomes.")
    if unused:
        shown = ", ".join(unused)
        raise ModelError(f"{said} finds {shown}, of a wave that no outcome has: drop it or name the outcome.")
    return columns


def _finite_number(value: Any, what: str) -> float:
    number = isinstance(value, int | float | np.number) and not isinstance(value, bool)
    if not number or not math.isfinite(value):
        raise ModelError(f"The time of {what} must be a number, not {shown_value(value)}.")
    return plain_number(float(value))


def _kept_columns(wide: pd.DataFrame, id: str, spread: list[Any], keep: Iterable[str] | None) -> list[Hashable]:
    used = {column for columns in spread if isinstance(columns, Mapping) for column in columns.values()} | {id}
    if keep is None:
        return [column for column in wide.columns if column not in used]
    kept: list[Hashable] = listed(keep, "keep", 0)
    require_columns(wide, kept)
    return [column for column in dict.fromkeys(kept) if column != id]


def free_columns(wide: pd.DataFrame, id: Any, time: str, columns: Columns, times: Times) -> list[Hashable]:
    """The columns of a wide table that its long one can keep: not spread, and no made column has their name."""
    outcomes = _outcome_columns(wide, id, columns)
    _, clock = _occasions(wide, id, outcomes, times)
    made = {time, *outcomes, *(() if times is None else ("wave",))}
    return [name for name in _kept_columns(wide, id, [*outcomes.values(), clock], None) if name not in made]


def _refuse_collisions(names: list[Any]) -> None:
    seen = set()
    for name in names:
        if name in seen:
            raise ModelError(
                f"The long table would have two columns called {str(name)!r}: choose another name for the "
                f"time or the outcome, or leave a column out with keep=[...]."
            )
        seen.add(name)


def _refuse_repeated_persons(wide: pd.DataFrame, id: str) -> None:
    if not len(wide):
        raise DataError("The table has no rows.")
    repeated = (wide[id].duplicated() & wide[id].notna()).to_numpy()
    if not repeated.any():
        return
    second = int(repeated.argmax())
    person = wide[id].iloc[second]
    first = int((wide[id] == person).to_numpy(dtype=bool, na_value=False).argmax())
    rows = " and ".join(find_cell(wide, position, id).place for position in (first, second))
    raise DataError(
        f"{id!r} must name one row each in a wide table, but {show_id(person)} has several: {rows}; "
        f"a table with several rows per person is long already."
    )
