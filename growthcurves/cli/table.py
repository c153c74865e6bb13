"""From the file to a panel: read the table, make it long, find the columns that mean something."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from growthcurves.cli.options import Request, pairs_of
from growthcurves.cli.terms import references

if TYPE_CHECKING:
    import pandas as pd

    from growthcurves.data.panel import Panel


@dataclass(frozen=True)
class Roles:
    """The columns that mean something."""

    id: str
    time: str | None
    outcome: str
    wave: str | None = None


def roles_of(request: Request, formula: bool = True) -> Roles:
    """Roles from the options, or from the formula; where both speak they must agree.

    `formula` is whether the command takes one at all; one that takes none describes a table, which may have no time.
    """
    if request.formula:
        return _formula_roles(request)
    outcome = request.outcome or only_outcome(request)
    asked = ("id", "time") if formula or request.columns else ("id",)
    missing = [f"--{name}" for name in asked if not getattr(request, name)]
    missing += [] if outcome else ["--outcome"]
    if missing:
        hint = "" if request.columns else _told_as_wide(request)
        otherwise = " (or the whole model with --formula)" if formula else ""
        raise click.UsageError(f"{', '.join(missing)} needed{otherwise}.{hint}")
    assert request.id is not None and outcome is not None
    return Roles(request.id, request.time, outcome, _wave(request))


def _told_as_wide(request: Request) -> str:
    """What is said of a table that looks wide, with the pattern found in it; nothing of others.

    Raises
    ------
    ColumnError
        When the columns that were named show that it is wide.
    """
    from growthcurves.data.roles import refuse_wide, wide_pattern

    frame = read(request)
    refuse_wide(frame, request.id, request.time, request.outcome)
    found = wide_pattern(frame, request.id if request.id in frame.columns else None)
    if found is None:
        return ""
    pattern = found.text.replace("{wave}", f"{{{request.time or 'wave'}}}")
    return f" {found.columns[0]} to {found.columns[-1]} look like waves side by side: then also --columns {pattern!r}."


def _formula_roles(request: Request) -> Roles:
    from growthcurves.data.frame import require_columns
    from growthcurves.model.formula.lme4 import parse_formula
    from growthcurves.model.groups import with_groups

    assert request.formula is not None
    parsed = parse_formula(request.formula, request.time)
    if parsed.groups:  # the table tells which of them are persons
        frame = read(request)
        require_columns(frame, [column for group in parsed.groups for column in group])
        parsed = with_groups(parsed, request.time, frame)
    outcome = parsed.left.read_from(parsed.id, parsed.time)
    roles = Roles(parsed.id, parsed.time, outcome, _wave(request))
    for name in ("id", "outcome"):
        given, said = getattr(request, name), getattr(roles, name)
        if given and given != said:
            raise click.UsageError(f"--{name} is {given!r} but the formula says {said!r}.")
    return roles


def only_outcome(request: Request) -> str | None:
    """The outcome that --columns names, where it is one."""
    names = list(outcome_columns(request))
    return names[0] if len(names) == 1 else None


def _wave(request: Request) -> str | None:
    """The wave column; that which --times makes, where none is named."""
    return request.wave or ("wave" if request.times else None)


def outcome_columns(request: Request) -> dict[str, Any]:
    """For each outcome its pattern or its columns; a pattern without a name is that of --outcome, or names itself.

    Raises
    ------
    click.UsageError
        When columns are spelled out without a name.
    """
    from growthcurves.data.patterns import Pattern

    columns = pairs_of(request.columns)
    if "" in columns:
        nameless = columns.pop("")
        if request.outcome is None and not isinstance(nameless, str):
            raise click.UsageError(
                '--columns needs a name for columns that are spelled out: "bdi=base_bdi:0,end_bdi:12".'
            )
        name = request.outcome or Pattern(nameless).stem
        columns = {name: nameless} | columns
    return columns


def wave_times(request: Request) -> Any:
    """The times of waves as `to_long` takes them: a dict, a pattern, or None."""
    times = pairs_of(request.times)
    return times[""] if set(times) == {""} else times or None


def status_of(request: Request) -> dict[str, Any] | None:
    """What each column of --status says, as a panel takes it; None without one."""
    said = pairs_of(request.status)
    if "" in said:
        said = {said.pop(""): None} | said
    return {name: _without_none(meant) for name, meant in said.items()} or None


def _without_none(meant: Any) -> Any:
    if not isinstance(meant, dict):
        return meant
    return {code: None if reason == "none" else reason for code, reason in meant.items()}


def read(request: Request) -> pd.DataFrame:
    """The table as it is in the file."""
    from growthcurves.data.read import read_table
    from growthcurves.errors import GrowthCurvesError

    options = {name.replace("-", "_"): value for name, value in pairs_of(request.read).items()}
    options = {name: list(value) if isinstance(value, tuple) else value for name, value in options.items()}
    said = {"names": request.names and list(request.names), "date_format": request.date_format}
    options |= {name: value for name, value in (said | {"day_first": request.day_first}).items() if value is not None}
    try:
        return _told(read_table(request.data, missing=request.missing, **options))
    except (LookupError, TypeError, ValueError) as error:  # of a reader that takes what it is given
        if isinstance(error, GrowthCurvesError) or not options:
            raise
        raise click.UsageError(f"{request.data} cannot be read with --read {', '.join(options)}: {error}.") from None


def _told(frame: pd.DataFrame) -> pd.DataFrame:
    """The table, with a note of how many cells each missing code is in."""
    from growthcurves.data.source import matched_notes
    from growthcurves.errors import DataWarning

    for text in matched_notes(frame):
        warnings.warn(DataWarning(text), stacklevel=2)
    return frame


def long_table(request: Request, id: str, time: str | None, keep: Any) -> pd.DataFrame:
    """The table with one row per person and occasion; `keep(frame)` says which columns of a wide one are kept."""
    from growthcurves.data.joined import with_joined

    frame = read(request)
    if len(request.id_columns) > 1 and request.id == id:
        frame, _ = with_joined(frame, list(request.id_columns), "id")
    if not request.columns:
        if request.times:
            raise click.UsageError("--times belongs to wide tables: give --columns as well.")
        return frame
    from growthcurves.data.frame import require_columns
    from growthcurves.data.reshape import to_long

    if time is None:
        raise click.UsageError("--columns makes a time column: name it with --time.")
    require_columns(frame, [id])
    kept = keep(frame)
    return to_long(frame, id=id, time=time, columns=outcome_columns(request), times=wave_times(request), keep=kept)


def chosen(frame: pd.DataFrame, request: Request) -> pd.DataFrame:
    """The rows by --where, counted in a note; all without it."""
    if request.where is None:
        return frame
    from growthcurves.data.dates import DateStyle
    from growthcurves.errors import DataWarning
    from growthcurves.model.formula.chosen import chosen_rows

    rows = chosen_rows(frame, request.where, DateStyle(request.day_first, request.date_format))
    warnings.warn(DataWarning(f"{int(rows.sum()):,} of {len(rows):,} rows by where={request.where!r}."), stacklevel=2)
    return frame[rows]


class Sheet(NamedTuple):
    """The panel, and the family of its outcomes, which knows the categories that stand there as numbers."""

    panel: Panel
    family: Any


def panel_of(request: Request, roles: Roles, every_column: bool = False) -> Panel:
    """The panel alone; see `sheet_of`."""
    return sheet_of(request, roles, every_column).panel


def sheet_of(request: Request, roles: Roles, every_column: bool = False) -> Sheet:
    """The panel, its grouping column as categories of the rows that --where chooses, and the family of its outcomes.

    Of a wide table it has the columns that the request may need, or every column. The family is None where outcomes
    are normal.
    """
    from growthcurves.data.panel import Panel

    if request.by is not None and request.by in (roles.time, roles.outcome):
        raise click.UsageError(f"--by {request.by!r} is the time or the outcome: give a column of groups.")
    frame = long_table(request, roles.id, roles.time, lambda wide: _needed(wide, request, roles, every_column))
    frame, family = _with_numbers(frame, roles.outcome, request.family)
    panel = Panel(
        frame,
        id=roles.id,
        time=roles.time,
        outcome=roles.outcome,
        wave=roles.wave,
        time_unit=request.time_unit,
        outcome_unit=request.outcome_unit,
        since=request.since,
        where=request.where,
        entry=request.entry,
        status=status_of(request),
    )
    if request.by is not None:
        panel = panel.over(_with_groups(panel.data, request, request.by), panel.outcome)
    return Sheet(panel, family)


def _with_numbers(frame: pd.DataFrame, outcome: str, family: str | None) -> tuple[pd.DataFrame, Any]:
    """The table with an outcome of categories as numbers, and the family that knows them."""
    if family is None:
        return frame, None
    from growthcurves.model.families import family_of
    from growthcurves.model.outcome_family import coded

    found = family_of(family)
    return (frame, None) if found is None else coded(frame, outcome, found)


def _needed(wide: pd.DataFrame, request: Request, roles: Roles, every_column: bool) -> list[Any]:
    """The columns of a wide table that the request may need, or all that can be kept; without those of the outcomes."""
    from growthcurves.data.frame import require_columns
    from growthcurves.data.reshape import free_columns

    if request.by and request.by not in wide.columns:
        require_columns(wide, request.by_columns)
    if every_column:
        return free_columns(wide, roles.id, str(roles.time), outcome_columns(request), wave_times(request))
    return [name for name in wide.columns if name != roles.id and _mentioned(str(name), request)]


def _mentioned(column: str, request: Request) -> bool:
    """Whether a column may be needed; one whose name is part of another name is kept too, without harm."""
    names = (request.by, *request.by_columns, *request.id_columns, request.since, *(request.knots or ()))
    names = (*names, request.trials, request.exposure, request.entry, *(status_of(request) or ()))
    predictors = [terms for pairs in request.predictors for _, terms in pairs]
    texts = (request.slope, request.intercept, request.time_varying, request.formula, request.random, request.where)
    return column in names or any(column in text for text in (*texts, *predictors) if text)


def _with_groups(frame: pd.DataFrame, request: Request, by: str) -> pd.DataFrame:
    """The table with the grouping column as groups, in one order on the whole page: arms coded 1, 2, 3 are no scale."""
    from growthcurves.data.frame import require_columns
    from growthcurves.data.joined import with_joined
    from growthcurves.errors import DataError
    from growthcurves.model.formula.sheet import as_categories
    from growthcurves.plots.people import MOST_GROUPS

    if by not in frame.columns and len(request.by_columns) > 1:
        frame, _ = with_joined(frame, list(request.by_columns), "by")
    require_columns(frame, [by])
    count = frame[by].nunique()
    if not 2 <= count <= MOST_GROUPS:
        raise DataError(
            f"--by {by!r} makes {count} group{'s' * (count != 1)}; 2 to {MOST_GROUPS} can be compared: "
            f"give a column of groups, or use the column as a predictor with --slope."
        )
    reference = {name: level for name, level in references(request.reference, frame).items() if name == by}
    return frame.assign(**{by: as_categories(by, frame[by].array, reference)})
