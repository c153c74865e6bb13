"""A site's file, read and held to what such files must be before anything is computed with it."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from growthcurves.errors import DataError, GrowthCurvesError, brief
from growthcurves.sites.cells import occasion_columns
from growthcurves.sites.plain import frozen, opened
from growthcurves.sites.recipe import SiteRecipe, recipe_of
from growthcurves.sites.schedule import Record, ScheduleSums, TypeSums
from growthcurves.sites.settling import WAYS
from growthcurves.sites.sums import AGAIN, FORMAT, VERSION, LeftOut, SiteSums, schedule_table
from growthcurves.storage.kinds import (
    Kind,
    count,
    each,
    either,
    mapping,
    number,
    of,
    one_of,
    plain,
    record,
    scalar,
    text,
)
from growthcurves.storage.sealed import DAMAGE

#: The arrays of a schedule.
SUMMED = ("of_persons", "with_outcomes", "of_outcomes")
_ROWS = each(each(number, list), list)
_MATRIX = of(lambda value: not _ROWS(value, "wrong") and len({len(row) for row in value}) == 1)
_TOLD = either(count, of(lambda value: isinstance(value, str) and value.startswith(("some", "fewer than "))))
_SCHEDULE = record(
    occasions=each(each(scalar, list), list),
    apart=each(scalar, list),
    persons=count,
    types=each(record(values=each(scalar, list), persons=count, sums=each(number, list)), list),
)
_RECORDS = record(records=each(record(type=count, outcomes=each(number, list), persons=count), list))
#: What a file holds, field by field.
_FILE = record(
    site=text, recipe=text, min_cell=count, short=one_of(*WAYS), persons=count, rows=count, smallest_cell=count,
    left_out=record(persons=_TOLD, rows=_TOLD, shortened=_TOLD),
    summed_of_persons=each(text, list), schedules=each(record(), list), made_by_recipe=mapping(plain),
)  # fmt: skip
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
    site = content["site"]
    _hold(_FILE, content, "", where, site)
    shared = recipe_of(content["made_by_recipe"], where)
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
    if content["smallest_cell"] != found.smallest:
        _refuse(where, site, "smallest_cell", f"is {content['smallest_cell']}, and the cells say {found.smallest}")
    if not 1 <= found.min_cell <= found.smallest:
        _refuse(where, site, "min_cell", f"is {found.min_cell}, and the smallest cell has {found.smallest} persons")
    return found


def _hold(kind: Kind, value: Any, field: str, where: str, site: str) -> None:
    """Refuse a value that is not of its kind."""
    wrong = kind(value, field)
    if wrong:
        _refuse(where, site, wrong, "is not what it must be")


def _refuse(where: str, site: str, field: str, why: str) -> None:
    raise DataError(f"{where} ({site}): the field {field!r} {why}: {AGAIN}.")


def _schedule(values: dict[str, Any], shared: SiteRecipe, field: str, where: str, site: str) -> ScheduleSums:
    _hold(_SCHEDULE, values, field, where, site)
    types = tuple(
        TypeSums(frozen(one["values"]), int(one["persons"]), tuple(map(float, one["sums"]))) for one in values["types"]
    )
    discrete = shared.model.likelihood_family is not None
    records = None
    arrays: dict[str, Any] = dict.fromkeys(SUMMED)
    _hold(_RECORDS if discrete else record(**dict.fromkeys(SUMMED, _MATRIX)), values, field, where, site)
    if discrete:
        records = tuple(
            Record(int(one["type"]), tuple(map(float, one["outcomes"])), int(one["persons"]))
            for one in values["records"]
        )
    else:
        arrays = {name: np.array(values[name], dtype=float) for name in SUMMED}
    found = ScheduleSums(frozen(values["occasions"]), frozen(values["apart"]), types, **arrays, records=records)
    of_values = _of_records(found) if discrete else _of_sums(found, shared)
    for law, holds in chain(_of_schedule(found, values, shared), of_values):
        if not holds:
            _refuse(where, site, f"{field}.{law}", "is not what it must be")
    return found


def _of_schedule(one: ScheduleSums, values: dict[str, Any], shared: SiteRecipe) -> Laws:
    columns, known = occasion_columns(shared), shared.roles.types
    numbers = [columns.index(name) for name in (shared.model.time, shared.model.wave) if name in columns]
    yield "occasions", bool(one.occasions) and all(len(row) == len(columns) + 1 for row in one.occasions)
    yield "occasions", all(not number(row[place], "wrong") for row in one.occasions for place in numbers)
    yield "occasions", all(not count(row[-1], "wrong") for row in one.occasions) and None not in chain(*one.occasions)
    yield "occasions", len(set(one.occasions)) == len(one.occasions)
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
    for it in one.records:
        yield "records", 0 <= it.type < len(one.types) and len(it.outcomes) == len(one.occasions)
        yield "records", it.persons > 0
        counts[it.type] += it.persons
    yield "records", counts.tolist() == [kind.persons for kind in one.types]
