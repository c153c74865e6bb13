"""A model fitted to a source of rows: one pass to learn a recipe, where one must be learned, and one to sum."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import partial

from growthcurves.contracts.note import Note, NoteKind
from growthcurves.data.panel import Panel
from growthcurves.data.sources.contract import Source
from growthcurves.data.vocabulary import vocabulary
from growthcurves.engine.build import Moments, Sums
from growthcurves.errors import DataError
from growthcurves.estimate.from_sums import fit_of_sums
from growthcurves.estimate.in_batches.guess import as_first
from growthcurves.estimate.in_batches.learning import Learned, NeedsAllRowsError, learn, sums_suffice
from growthcurves.estimate.in_batches.left import by_person_of, panel_left
from growthcurves.estimate.in_batches.people import People
from growthcurves.estimate.in_batches.reading import Asked
from growthcurves.estimate.in_batches.sketch import Sketch
from growthcurves.estimate.in_batches.source_rows import SourceRows
from growthcurves.estimate.in_batches.summing import PersonsAgain, Summing
from growthcurves.estimate.in_batches.tally import Tally
from growthcurves.estimate.notes import data_notes
from growthcurves.estimate.run import rows_of
from growthcurves.fitted import FittedModel
from growthcurves.model.recipe import Recipe, used_by_person

log = logging.getLogger("growthcurves")

#: Notes on what is counted over all batches.
OF_ALL = (NoteKind.FEW_PERSONS,)


def fit_source(asked: Asked, source: Source, kind: type[FittedModel], method: str | None, size: int) -> FittedModel:
    """Fit a model to a source: a pass that learns, and a pass that sums.

    Raises
    ------
    NeedsAllRowsError
        For a model that sums do not suffice for.
    """
    found = learn(asked, source, size, sums=True)
    assert found.guess is not None
    summing = found.guess.right(found.bound, found.sketch.varying)
    if summing is not None:
        log.info("The first rows taught all that the others do: one pass over %s rows.", f"{found.tally.rows:,}")
        bound = as_first(summing.recipe, found.bound.recipe).replayed(found.bound.panel)
        return finished(replace(found, bound=bound), summing, summing.tree.total(), kind, method)
    log.info("Reading %s again: %s rows are summed.", source.name, f"{found.tally.rows:,}")
    recipe, centres, table = found.bound.recipe, rows_of(found.bound).about, used_by_person(found.bound)
    _, (summing,) = found.rows.over("summing", lambda: Summing(recipe, centres, table, table, People(rows=source.rows)))
    return finished(found, summing, summing.tree.total(), kind, method)


def fit_recipe(recipe: Recipe, source: Source, kind: type[FittedModel], method: str | None, size: int,
               where: str | None) -> FittedModel:  # fmt: skip
    """Fit the model of a recipe, which has learned all, to a source: one pass.

    Raises
    ------
    NeedsAllRowsError
        For a model that sums do not suffice for.
    """
    if not sums_suffice(recipe.model):
        raise NeedsAllRowsError
    rows = SourceRows.of_recipe(recipe, source, size, where)
    log.info("Reading %s once: the recipe has learned all.", source.name)
    looked, sums = rows.reading.looked, partial(FirstCentres, recipe, source.rows)
    tallied = partial(Tally, None, looked[1:])
    ledger, (tally, sketch, summing) = rows.over("summing", tallied, lambda: Sketch(looked), sums)
    bound = recipe.replayed(rows.reading.panel(sketch.table()).referring(recipe.model.reference or {}))
    found = Learned(rows, bound, sketch, tally, ledger)
    return finished(found, summing.summing, summing.summing.tree.total(), kind, method)


@dataclass
class FirstCentres:
    """Sums about the centres of the first batch.

    Attributes
    ----------
    recipe : Recipe
    rows : int or None
        How many there are of all batches, where that is known.
    summing : Summing or None
        None before any row was seen.
    """

    recipe: Recipe
    rows: int | None
    summing: Summing | None = None

    def see(self, panel: Panel) -> None:
        """Sum the rows of one batch."""
        if self.summing is None:
            bound = self.recipe.replayed(panel.referring(self.recipe.model.reference or {}))
            people = People(rows=self.rows)
            self.summing = Summing(self.recipe, rows_of(bound).about, used_by_person(bound), people=people)
        self.summing.see(panel)


def finished(
    found: Learned, summing: Summing, moments: Moments, kind: type[FittedModel], method: str | None
) -> FittedModel:
    """The fit of sums, with what is kept of the persons."""
    found = replace(found, bound=summing.units.finished(found.bound)) if summing.units.units else found
    people, bound = summing.people, found.bound
    people.read = people.read or partial(_persons_again, found, summing)
    moments = moments.settled(people.moments)
    panel, by_person = panel_left(found, summing), by_person_of(found, people)
    notes, sums = _of_sample(found, data_notes(bound)), Sums.of_batches(moments, people.moments)
    return fit_of_sums(bound.recipe, sums, panel, by_person, kind, method, notes, bound)


def _persons_again(found: Learned, summing: Summing) -> People:
    """The persons of all batches, read again.

    Raises
    ------
    DataError
        Where the rows are not those that were summed.
    """
    source = found.rows.whole.source
    log.info("Reading %s again: an answer needs its persons one by one.", source.name)
    _, (persons,) = found.rows.over("reading persons", lambda: PersonsAgain(summing))
    if persons.facts.mark != summing.facts.mark:
        raise DataError(f"{source.name} holds other rows than when the model was fitted: fit it again.")
    people: People = persons.people
    return people


def _of_sample(found: Learned, notes: Iterable[Note]) -> list[Note]:
    """Notes on the data, which say of whom they are where not everybody was looked at."""
    who = found.bound.panel.persons.count
    if who == found.tally.persons:
        return list(notes)
    said = vocabulary(found.bound.panel).said(f"(Seen in {who:,} of {found.tally.persons:,} persons.)")
    log.info("Notes on the data are of %s of %s persons.", f"{who:,}", f"{found.tally.persons:,}")
    return [note if note.kind in OF_ALL else replace(note, text=f"{note.text} {said}") for note in notes]
