"""A site's file, read and held to what such files must be before anything is computed with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from growthcurves.errors import DataError, GrowthCurvesError, brief
from growthcurves.sites.cells import occasion_columns
from growthcurves.sites.plain import frozen, opened
from growthcurves.sites.recipe import SiteRecipe, recipe_of
from growthcurves.sites.schedule import Record, ScheduleSums, TypeSums
from growthcurves.sites.sums import AGAIN, FORMAT, VERSION, LeftOut, SiteSums, schedule_table
from growthcurves.storage.sealed import DAMAGE

#: The arrays of a schedule.
SUMMED = ("of_persons", "with_outcomes", "of_outcomes")
#: What does not hold, and where.
Laws = Iterator[tuple[str, bool]]


def read_sums(path: Any) -> SiteSums:
    """See `growthcurves.sites.door.load_site_sums`."""
    content, made_by = opened(path, FORMAT, VERSION, "a site's sums", AGAIN)
    where = brief(path, 100)
    if "site" not in content or not isinstance(content["site"], str):
        raise DataError(f"{where} does not say which site it is of (field 'site'): {AGAIN}.")
    try:
        return _made(content, made_by, where)
    except GrowthCurvesError:
        raise
    except DAMAGE as error:
        raise DataError(f"{where} ({content['site']}) cannot be read ({type(error).__name__}): {AGAIN}.") from error


def earlier(path: Path) -> SiteSums | None:
    """The sums that a file holds which is to be overwritten; None for any other file."""
    if not path.exists():
        return None
    try:
        return read_sums(path)
    except GrowthCurvesError:
        return None


def _made(content: dict[str, Any], made_by: str, where: str) -> SiteSums:
    shared = recipe_of(content["made_by_recipe"], where)
    site = content["site"]
    if shared.hash != content["recipe"]:
        _refuse(where, site, "recipe", "is not that of the recipe which the file holds")
    if tuple(content["summed_of_persons"]) != shared.person_names:
        _refuse(where, site, "summed_of_persons", "names other columns than the recipe sums")
    schedules = tuple(
        _schedule(one, shared, f"schedules[{k}]", where, site) for k, one in enumerate(content["schedules"])
    )
    if not schedules:
        _refuse(where, site, "schedules", "is empty")
    table = schedule_table(shared, schedules)
    left = LeftOut(**content["left_out"])
    found = SiteSums(table, site, shared, content["min_cell"], content["short"], schedules, left, made_by=made_by)
    for name in ("persons", "rows"):
        if content[name] != getattr(found, name):
            _refuse(where, site, name, f"is {content[name]}, and the schedules have {getattr(found, name)}")
    if content["smallest_cell"] != found.smallest or found.smallest < found.min_cell:
        _refuse(where, site, "smallest_cell", f"is {content['smallest_cell']}, and the cells say {found.smallest}")
    return found


def _refuse(where: str, site: str, field: str, why: str) -> None:
    raise DataError(f"{where} ({site}): the field {field!r} {why}: {AGAIN}.")


def _schedule(values: dict[str, Any], shared: SiteRecipe, field: str, where: str, site: str) -> ScheduleSums:
    types = tuple(
        TypeSums(frozen(one["values"]), int(one["persons"]), tuple(map(float, one["sums"]))) for one in values["types"]
    )
    discrete = shared.model.likelihood_family is not None
    records = None
    arrays: dict[str, Any] = dict.fromkeys(SUMMED)
    if discrete:
        records = tuple(
            Record(int(one["type"]), tuple(map(float, one["outcomes"])), int(one["persons"]))
            for one in values["records"]
        )
    else:
        arrays = {name: np.array(values[name], dtype=float) for name in SUMMED}
    found = ScheduleSums(frozen(values["occasions"]), frozen(values["apart"]), types, **arrays, records=records)
    for law, holds in (
        *_of_schedule(found, values, shared),
        *(_of_records(found) if discrete else _of_sums(found, shared)),
    ):
        if not holds:
            _refuse(where, site, f"{field}.{law}", "is not what it must be")
    return found


def _of_schedule(one: ScheduleSums, values: dict[str, Any], shared: SiteRecipe) -> Laws:
    columns, known = len(occasion_columns(shared)) + 1, shared.roles.types
    yield "occasions", bool(one.occasions) and all(len(row) == columns for row in one.occasions)
    yield "apart", len(one.apart) == len(shared.roles.keyed)
    yield "types", bool(one.types) and all(kind.persons > 0 for kind in one.types)
    yield "types", all(len(kind.values) == len(known) for kind in one.types)
    pairs = (zip(kind.values, known.values(), strict=True) for kind in one.types)
    yield "types", all(value in levels for kind in pairs for value, levels in kind)
    yield "types", len({kind.values for kind in one.types}) == len(one.types)
    yield "types", all(len(kind.sums) == int((~shared.counted).sum()) for kind in one.types)
    yield "persons", values["persons"] == one.persons


def _of_sums(one: ScheduleSums, shared: SiteRecipe) -> Laws:
    a, s = len(shared.person_names), len(one.occasions)
    assert one.of_persons is not None and one.with_outcomes is not None and one.of_outcomes is not None
    yield "of_persons", one.of_persons.shape == (a, a) and bool(np.isfinite(one.of_persons).all())
    yield "with_outcomes", one.with_outcomes.shape == (a, s) and bool(np.isfinite(one.with_outcomes).all())
    yield "of_outcomes", one.of_outcomes.shape == (s, s) and bool(np.isfinite(one.of_outcomes).all())
    yield "of_persons", one.of_persons[0, 0] == one.persons
    both = np.block([[one.of_persons, one.with_outcomes], [one.with_outcomes.T, one.of_outcomes]])
    yield "of_persons", bool(np.allclose(both, both.T, rtol=1e-12, atol=0.0))
    size = np.sqrt(np.maximum(np.diag(both), 1e-300))
    yield "of_outcomes", float(np.linalg.eigvalsh(both / np.outer(size, size)).min()) > -1e-8


def _of_records(one: ScheduleSums) -> Laws:
    assert one.records is not None
    counts = np.zeros(len(one.types), dtype=int)
    for record in one.records:
        yield "records", 0 <= record.type < len(one.types) and len(record.outcomes) == len(one.occasions)
        counts[record.type] += record.persons
    yield "records", counts.tolist() == [kind.persons for kind in one.types]
