"""A fit of several sites' sums: persons stand in whose sums are those of the sites, and are forgotten afterwards."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from growthcurves.contracts.note import Note, NoteKind
from growthcurves.data.absent import Absent
from growthcurves.data.kept import Kept
from growthcurves.data.panel import Panel
from growthcurves.data.person_ends import ends_of_persons
from growthcurves.data.saved_panel import SavedPersons, known
from growthcurves.data.table_facts import TableFacts, few_times
from growthcurves.engine.build import summed_persons
from growthcurves.estimate import estimate_rows, method_of
from growthcurves.estimate.notes import notes_of_design
from growthcurves.fitted import FittedModel
from growthcurves.model.outcome_family import family_outcome
from growthcurves.model.recipe import BoundRows
from growthcurves.output.words import listed
from growthcurves.provenance import Made
from growthcurves.sites.belonging import refuse_others
from growthcurves.sites.plain import plain, seal_of
from growthcurves.sites.reading import read_sums
from growthcurves.sites.recipe import SiteRecipe
from growthcurves.sites.standing_in import stand_in_rows
from growthcurves.sites.summed_panel import SummedPanel
from growthcurves.sites.sums import SiteSums, content_of, left_out_words

WHY = Absent(
    "This fit is of sites' sums, which say nothing of single persons or rows",
    "ask the site itself, where they are.",
    "sites send sums, and no persons",
)
#: Why it is not told who missed a wave where sites held rows back.
HELD_BACK = (
    "Sites held back rows of cells that are too small to be told, so that the sums do not say who missed a wave.", "",
)  # fmt: skip


def fit_of_sites(
    model: Any, sites: Iterable[Any], method: str | None, kind: type[FittedModel], quadrature: Any = "auto"
) -> FittedModel:
    """The fit of several sites' sums; see `growthcurves.fit.fit`."""
    sums = [_sums(one) for one in sites]
    shared = refuse_others(model, sums)
    bound = stand_in_rows(shared, sums)
    family = bound.model.likelihood_family
    outcome = None if family is None else family_outcome(bound.model, bound.panel)
    notes_of = partial(_notes, sums=sums)
    fit = estimate_rows(bound, outcome, method_of(bound.model, method), kind, quadrature=quadrature, notes_of=notes_of)
    return _forgotten(fit, shared, sums)


def _sums(one: Any) -> SiteSums:
    return one if isinstance(one, SiteSums) else read_sums(one)


def _notes(bound: BoundRows, sums: list[SiteSums]) -> Iterable[Note]:
    """What is to be said of the sites, and of how many persons and units there are."""
    yield from notes_of_design(bound)
    for one in sums:
        told = left_out_words(one)
        if told:
            yield Note(NoteKind.SITES, f"{told} Estimates are of those who are.")


def _kept(panel: Panel, counted: list[str], held_back: bool) -> Kept:
    """What sums say of the rows: all but what is of single values, which are made up."""
    found = Kept.of(panel, counted)
    seen = found.seen if found.seen is None or not held_back else found.seen.without_waves(HELD_BACK)
    summary = replace(found.summary, outcome_min=float("nan"), outcome_max=float("nan"))
    return Kept(summary, seen)


def _forgotten(fit: FittedModel, shared: SiteRecipe, sums: list[SiteSums]) -> FittedModel:
    """The fit without those who stood in: what is left is what sums say."""
    bound, left = fit.bound, _panel_left(fit.panel, shared, sums)
    recipe = replace(fit.recipe, clock_of=known(shared.clock))
    rows = BoundRows(recipe, left, bound.shape_values, (), bound.weights, bound.random_weights)
    seals = [seal_of(plain(content_of(one))) for one in sums]
    estimates = summed_persons(fit.estimates, (WHY.reason, WHY.advice))
    return replace(fit, panel=left, bound=rows, estimates=estimates, made=Made(data=seal_of(seals)))


def _panel_left(panel: Panel, shared: SiteRecipe, sums: list[SiteSums]) -> Any:
    """What sums say of the rows of a panel of persons who stand in."""
    first, sizes, roles = panel.persons.first_rows, np.asarray(panel.persons.sizes), shared.roles
    of_site = [] if roles.site is None else [roles.site]
    columns = list(dict.fromkeys([*roles.types, *roles.keyed, *of_site]))
    counted = panel.frame[columns].iloc[first].reset_index(drop=True)
    numbers = {name: np.asarray(panel.frame[name])[first] for name in roles.numbers}
    persons = SavedPersons(len(sizes), len(panel), panel.persons.occasions, known(sizes), known(WHY), WHY)
    held_back = any(map(left_out_words, sums))
    last = None if held_back or panel.time is None else known(ends_of_persons(panel)[1])
    return SummedPanel(
        **{name: getattr(panel, name) for name in ("id", "time", "outcome", "wave", "time_unit")},
        outcome_unit=None, since=None, where=None, persons=persons,
        time_facts=panel.time_facts, reasons=(), clock_of=known(shared.clock), table_of=known(counted),
        first_levels=dict(panel.first_levels), gone=WHY, numbers=numbers,
        facts=TableFacts((*panel.frame.columns,), (*columns, *numbers), times=few_times(np.unique(panel.times))),
        last_of=last, kept=_kept(panel, columns, held_back),
        typed=(f"...  # the sums of {listed(one.site for one in sums)}", ""),
    )  # fmt: skip
