"""A fit of several sites' sums: persons stand in whose sums are those of the sites, and are forgotten afterwards.

Any rows with the sites' sums have their likelihood, and every answer that is a function of sums (docs/sites.md, 2).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.contracts.note import Note, NoteKind
from growthcurves.data.absent import Absent
from growthcurves.data.kept import Kept
from growthcurves.data.panel import Panel
from growthcurves.data.person_ends import ends_of_persons
from growthcurves.data.saved_panel import SavedPersons, known
from growthcurves.data.table_facts import TableFacts, few_times
from growthcurves.engine.build import summed_persons
from growthcurves.errors import DataError, ModelError, brief
from growthcurves.estimate import estimate_rows, method_of
from growthcurves.estimate.notes import notes_of_design
from growthcurves.fitted import FittedModel
from growthcurves.model.columns import replay
from growthcurves.model.growth import GrowthModel
from growthcurves.model.nested import held_by
from growthcurves.model.occasions import learned_residual
from growthcurves.model.outcome_family import family_outcome
from growthcurves.model.recipe import BoundRows, Recipe
from growthcurves.numerics.stand_ins import stand_ins
from growthcurves.output.words import listed
from growthcurves.provenance import Made
from growthcurves.sites.cells import occasion_columns
from growthcurves.sites.doors import is_file
from growthcurves.sites.making import of_recipe
from growthcurves.sites.plain import plain, seal_of
from growthcurves.sites.reading import read_sums
from growthcurves.sites.recipe import SiteRecipe, load_site_recipe
from growthcurves.sites.schedule import ScheduleSums
from growthcurves.sites.summed_panel import SummedPanel
from growthcurves.sites.sums import SiteSums, content_of, left_out_words
from growthcurves.sites.words import occasions_words

WHY = Absent(
    "This fit is of sites' sums, which say nothing of single persons or rows",
    "ask the site itself, where they are.",
    "sites send sums, and no persons",
)


def fit_of_sites(
    model: Any, sites: Iterable[Any], method: str | None, kind: type[FittedModel], quadrature: Any = "auto"
) -> FittedModel:
    """The fit of several sites' sums; see `growthcurves.fit.fit`."""
    sums = [_sums(one) for one in sites]
    shared = _refuse_others(model, sums)
    bound = _bound(shared, sums)
    family = bound.model.likelihood_family
    outcome = None if family is None else family_outcome(bound.model, bound.panel)
    notes_of = partial(_notes, sums=sums)
    fit = estimate_rows(bound, outcome, method_of(bound.model, method), kind, quadrature=quadrature, notes_of=notes_of)
    return _forgotten(fit, shared, sums)


def _sums(one: Any) -> SiteSums:
    return one if isinstance(one, SiteSums) else read_sums(one)


# ------------------------------------------------------------------ whether they belong together


def _refuse_others(model: Any, sums: list[SiteSums]) -> SiteRecipe:
    """The recipe of all sites; refused where one of them read its rows otherwise."""
    first = sums[0]
    wanted = load_site_recipe(model) if is_file(model) else model
    wanted = of_recipe(wanted) if isinstance(wanted, Recipe) else wanted
    shared = wanted if isinstance(wanted, SiteRecipe) else first.shared
    for one in sums:
        if one.shared.hash != shared.hash:
            raise DataError(_other_recipe(one, shared))
        if one.made_by != first.made_by:
            raise DataError(
                f"{one.site} was summed by growthcurves {one.made_by}, and {first.site} by {first.made_by}: all sites "
                f"use the same version."
            )
    names = [one.site for one in sums]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise DataError(f"The site {twice!r} is among the files twice: give each site once.")
    _refuse_the_same(sums)
    if not isinstance(wanted, SiteRecipe):
        _refuse_other_model(wanted, shared)
    return shared


def _refuse_the_same(sums: list[SiteSums]) -> None:
    """Refuse sums that two names have: one site's, twice."""
    known: dict[str, str] = {}
    for one in sums:
        seal = seal_of(plain(content_of(one)["schedules"]))
        if seal in known:
            raise DataError(
                f"{one.site} and {known[seal]} hold the same sums, field 'schedules': these are of one site under two "
                f"names; give each site once."
            )
        known[seal] = one.site


def _other_recipe(one: SiteSums, shared: SiteRecipe) -> str:
    """In what a site's recipe is another."""
    mine, theirs = shared.table, one.shared.table
    for row in mine.itertuples():
        same = theirs[(theirs["kind"] == row.kind) & (theirs["name"] == row.name)]
        if not len(same) or same["value"].iloc[0] != row.value:
            has = same["value"].iloc[0] if len(same) else "none"
            told = f": its {row.kind} of {row.name} are {has}, and here {row.value or 'another'}"
            break
    else:
        told = ""
    return (
        f"{one.site} was summed by another recipe ({one.shared.hash[:12]}, not {shared.hash[:12]}){told}. Send all "
        f"sites the same recipe."
    )


def _refuse_other_model(model: Any, shared: SiteRecipe) -> None:
    if isinstance(model, str) and shared.formula is not None and _bare(model) == _bare(shared.formula):
        return
    if isinstance(model, GrowthModel) and model == shared.given:
        return
    if not isinstance(model, (str, GrowthModel)):
        raise ModelError(f"Sites' sums are fitted by their recipe, its file or its model, not {brief(model)}.")
    raise ModelError(
        f"The sites' sums were made by a recipe of another model ({shared.formula or shared.given.outcome}): give that "
        f"recipe, or make a recipe of this model and have the sites sum anew."
    )


def _bare(formula: str) -> str:
    return "".join(formula.split())


# ------------------------------------------------------------------ persons who stand in


def _bound(shared: SiteRecipe, sums: list[SiteSums]) -> BoundRows:
    """Rows of persons who stand in for those of the sites, bound to the recipe."""
    tables, summed = zip(*(part for one in sums for part in _stand_ins(shared, one)), strict=True)
    frame, of_persons = pd.concat(tables, ignore_index=True), np.concatenate(summed)
    for name, values in shared.roles.types.items():
        if all(isinstance(value, str) for value in values):
            frame[name] = pd.Categorical(frame[name], categories=list(values))
    model = shared.model
    panel = Panel(frame, id=model.id, time=model.time, outcome=model.outcome, wave=model.wave)
    panel = panel.counted_by(shared.clock).referring(model.reference or {})
    recipe = replace(shared.recipe, model=replace(model, residual=learned_residual(model, panel)))
    bound = recipe.replayed(panel)
    weights = list(bound.weights)
    for j, counted in enumerate(shared.counted[1 : 1 + len(weights)]):
        if not counted:
            weights[j] = of_persons[:, 1 + j] + shared.person_centres[1 + j]
    means = tuple(float(np.mean(column)) for column in bound.covariates)
    same = [_without_rounding(column) for column in weights]
    recipe = replace(recipe, covariate_means=means, held=held_by(same, bound.units))
    return replace(bound, recipe=recipe, weights=tuple(weights))


def _without_rounding(column: np.ndarray) -> np.ndarray:
    """Values (N,) of which those that sums make equal are equal."""
    unit = 1e-11 * float(np.abs(column).max(initial=0.0))
    return column if unit == 0.0 else np.asarray(np.rint(column / unit))


def _stand_ins(shared: SiteRecipe, one: SiteSums) -> Iterator[tuple[pd.DataFrame, np.ndarray]]:
    """The rows that stand in for each schedule of a site, and what is summed of their persons."""
    number = 0
    for schedule in one.schedules:
        types = np.repeat(np.arange(len(schedule.types)), [kind.persons for kind in schedule.types])
        known, outcomes = _made(shared, one.site, schedule, types)
        yield _table(shared, one.site, schedule, types, known, outcomes, number), known
        number += len(types)


def _made(shared: SiteRecipe, site: str, schedule: ScheduleSums, types: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What is summed of each person (N, a), and outcomes (N, s), with the sums of a schedule."""
    if schedule.records is not None:
        kinds = [np.full(one.persons, one.type) for one in schedule.records]
        assert (np.concatenate(kinds) == types).all()
        outcomes = np.repeat(
            [one.outcomes for one in schedule.records], [one.persons for one in schedule.records], axis=0
        )
        return _counted(shared, site, schedule)[types], np.asarray(outcomes, dtype=float)
    assert schedule.of_persons is not None and schedule.with_outcomes is not None and schedule.of_outcomes is not None
    known, numbers = _counted(shared, site, schedule)[types], ~shared.counted
    try:
        if numbers.any():
            by_type = (types[:, None] == np.arange(len(schedule.types))).astype(float)
            sums = np.array([kind.sums for kind in schedule.types])
            known[:, numbers] = stand_ins(by_type, sums, schedule.of_persons[np.ix_(numbers, numbers)])
        if not np.allclose(
            known.T @ known, schedule.of_persons, rtol=1e-8, atol=1e-8 * np.abs(schedule.of_persons).max()
        ):
            raise ValueError("types are not those of the sums")
        return known, stand_ins(known, schedule.with_outcomes, schedule.of_outcomes)
    except ValueError as error:
        at = occasions_words(shared, list(schedule.occasions))
        raise DataError(f"{site}: the sums in 'schedules' at {at} do not fit together ({error}).") from None


def _counted(shared: SiteRecipe, site: str, schedule: ScheduleSums) -> np.ndarray:
    """What is summed of a person of each type, so far as it follows from what is counted, (types, a)."""
    recipe, roles = shared.recipe, shared.roles
    out = np.zeros((len(schedule.types), len(shared.person_names)))
    out[:, 0] = 1.0
    columns: dict[str, Any] = dict(
        zip(roles.types, zip(*(kind.values for kind in schedule.types), strict=True), strict=True)
    )
    count = len(schedule.types)
    columns |= {name: [value] * count for name, value in zip(roles.keyed, schedule.apart, strict=True)}
    columns |= {name: [1.0] * count for name in roles.numbers}
    if roles.site is not None:
        columns[roles.site] = [site] * count
    made = {
        name: replay(record, {used: pd.Series(columns[used]) for used in record.used})
        for name, record in recipe.predictors.items()
        if not record.constant
    }
    for place, (name, j) in enumerate(recipe.weights, start=1):
        if shared.counted[place]:
            out[:, place] = made[name][:, j]
    return out


def _table(
    shared: SiteRecipe,
    site: str,
    schedule: ScheduleSums,
    types: np.ndarray,
    known: np.ndarray,
    outcomes: np.ndarray,
    number: int,
) -> pd.DataFrame:
    """The rows of persons who stand in."""
    model, roles = shared.model, shared.roles
    count, size = outcomes.shape
    columns: dict[str, Any] = {model.id: np.repeat([f"{site}: {number + i}" for i in range(count)], size)}
    for place, name in enumerate(occasion_columns(shared)):
        columns[name] = np.tile(np.array([row[place] for row in schedule.occasions]), count)
    for place, name in enumerate(roles.types):
        values = np.array([kind.values[place] for kind in schedule.types], dtype=object)
        columns[name] = np.repeat(values[types], size)
    for name, value in zip(roles.keyed, schedule.apart, strict=True):
        own = f"{site}: {value}" if name in model.above and roles.site is None else value
        columns[name] = np.repeat(np.array([own], dtype=object), count * size)
    for name in roles.numbers:
        place = shared.person_names.index(name)
        columns[name] = np.repeat(known[:, place] + shared.person_centres[place], size)
    if roles.site is not None:
        columns[roles.site] = np.repeat(np.array([site], dtype=object), count * size)
    columns[model.outcome] = outcomes.reshape(-1) + shared.outcome_centre
    return pd.DataFrame(columns).infer_objects()


# ------------------------------------------------------------------ and are forgotten


def _notes(bound: BoundRows, sums: list[SiteSums]) -> Iterable[Note]:
    """What is to be said of the sites, and of how many persons and units there are."""
    yield from notes_of_design(bound)
    for one in sums:
        told = left_out_words(one)
        if told:
            yield Note(NoteKind.SITES, f"{told} Estimates are of those who are.")


#: Why it is not told who missed a wave where sites held rows back.
HELD_BACK = (
    "Sites held back rows of cells that are too small to be told, so that the sums do not say who missed a wave.", "",
)  # fmt: skip


def _kept(panel: Panel, counted: list[str], held_back: bool) -> Kept:
    """What sums say of the rows: all but what is of single values, which are made up."""
    found = Kept.of(panel, counted)
    seen = found.seen if found.seen is None or not held_back else found.seen.without_waves(HELD_BACK)
    summary = replace(found.summary, outcome_min=float("nan"), outcome_max=float("nan"))
    return Kept(summary, seen)


def _forgotten(fit: FittedModel, shared: SiteRecipe, sums: list[SiteSums]) -> FittedModel:
    """The fit without those who stood in: what is left is what sums say."""
    panel, bound, recipe = fit.panel, fit.bound, fit.recipe
    sizes = np.asarray(panel.persons.sizes)
    table = {
        name: panel.frame[name].iloc[panel.persons.first_rows] for name in (*shared.roles.types, *shared.roles.keyed)
    }
    if shared.roles.site is not None:
        table[shared.roles.site] = panel.frame[shared.roles.site].iloc[panel.persons.first_rows]
    counted = pd.DataFrame(table, index=range(len(sizes)) if not table else None).reset_index(drop=True)
    numbers = {name: np.asarray(panel.frame[name])[panel.persons.first_rows] for name in shared.roles.numbers}
    persons = SavedPersons(len(sizes), len(panel), panel.persons.occasions, known(sizes), known(WHY), WHY)
    held_back = any(map(left_out_words, sums))
    last = None if held_back or panel.time is None else known(ends_of_persons(panel)[1])
    left: Any = SummedPanel(
        **{name: getattr(panel, name) for name in ("id", "time", "outcome", "wave", "time_unit")},
        outcome_unit=None, since=None, where=None, persons=persons,
        time_facts=panel.time_facts, reasons=(), clock_of=known(shared.clock), table_of=known(counted),
        first_levels=dict(panel.first_levels), gone=WHY, numbers=numbers,
        facts=TableFacts((*panel.frame.columns,), (*table, *numbers), times=few_times(np.unique(panel.times))),
        last_of=last, kept=_kept(panel, [*counted.columns], held_back),
        typed=(f"...  # the sums of {listed(one.site for one in sums)}", ""),
    )  # fmt: skip
    rows = BoundRows(
        replace(recipe, clock_of=known(shared.clock)),
        left,
        bound.shape_values,
        (),
        bound.weights,
        bound.random_weights,
    )
    seals = [seal_of(plain(content_of(one))) for one in sums]
    estimates = summed_persons(fit.estimates, (WHY.reason, WHY.advice))
    return replace(fit, panel=left, bound=rows, estimates=estimates, made=Made(data=seal_of(seals)))
