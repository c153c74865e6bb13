"""A model fitted to a source of rows: one pass to learn a recipe, where one must be learned, and one to sum."""

from __future__ import annotations

import logging
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.contracts.independent import Independent
from growthcurves.contracts.note import Note
from growthcurves.data.absent import SUMMED_ROWS
from growthcurves.data.checks import is_text
from growthcurves.data.clock import Clock
from growthcurves.data.dates import first_text_is_iso
from growthcurves.data.elapsed import holds_dates
from growthcurves.data.fingerprint import fingerprint_of_tables
from growthcurves.data.joined import in_order, kinds_of_parts
from growthcurves.data.panel import Panel
from growthcurves.data.saved_panel import SavedPanel, SavedPersons
from growthcurves.data.sources.asked import as_typed
from growthcurves.data.sources.contract import Source
from growthcurves.data.sources.text import Text
from growthcurves.data.sources.whole_persons import WholePersons
from growthcurves.data.table_facts import TableFacts, few_times
from growthcurves.data.time_words import time_words
from growthcurves.data.units_above import Above, above_of
from growthcurves.data.vocabulary import vocabulary
from growthcurves.engine.build import Moments, Sums
from growthcurves.errors import DataError
from growthcurves.estimate.from_sums import ByPerson, fit_of_sums
from growthcurves.estimate.given import BATCH
from growthcurves.estimate.in_batches.guess import Guess, as_first
from growthcurves.estimate.in_batches.people import People, Weights
from growthcurves.estimate.in_batches.reading import Asked, Ledger, Reading, model_of, parts_of
from growthcurves.estimate.in_batches.sketch import Sketch
from growthcurves.estimate.in_batches.states import WholeColumns
from growthcurves.estimate.in_batches.summing import Persons, Summing
from growthcurves.estimate.in_batches.tally import Tally
from growthcurves.estimate.notes import data_notes
from growthcurves.estimate.run import bound_panel, rows_of
from growthcurves.fitted import FittedModel
from growthcurves.model.bind import learned_from
from growthcurves.model.covariance import residual_of
from growthcurves.model.formula.lme4 import ParsedFormula
from growthcurves.model.growth import GrowthModel
from growthcurves.model.nested import crossed
from growthcurves.model.recipe import BoundRows, Recipe, intercept_ranges, model_columns, used_by_person, used_columns

log = logging.getLogger("growthcurves")


class NeedsAllRowsError(Exception):
    """The model is estimated from rows: sums of batches do not suffice."""


def sums_suffice(model: GrowthModel) -> bool:
    """Whether a model is estimated from sums that add up over batches."""
    independent = type(residual_of(model.residual)) is Independent
    return model.family is None and independent and not crossed(model)


@dataclass
class SourceRows:
    """A source for one model: its rows in tables of whole persons, read as the model reads them.

    Attributes
    ----------
    whole : WholePersons
    reading : Reading
    """

    whole: WholePersons
    reading: Reading

    @classmethod
    def of_formula(cls, asked: Asked, source: Source, size: int) -> tuple[SourceRows, ParsedFormula]:
        """For a formula, whose groupings are read in the light of the rows."""
        expect_numbers(source, *asked.outcomes)
        whole = WholePersons(source, asked.columns(source.columns()), (), size, frozenset(asked.outcomes))
        whole.make_readable()
        parsed = whole.anew(lambda: asked.parsed(whole.first(), whole.combinations))
        whole.id = tuple(parsed.group)
        return cls(whole, Reading.of_formula(parsed, whole.first(), asked.where)).timed(), parsed

    @classmethod
    def of_model(cls, model: GrowthModel, source: Source, size: int, where: str | None) -> SourceRows:
        """For a model."""
        return cls._untimed(model, source, size, where, ()).timed()

    @classmethod
    def of_recipe(cls, recipe: Recipe, source: Source, size: int, where: str | None) -> SourceRows:
        """For a recipe, whose clock says how times are counted."""
        clock = recipe.clock
        origin = () if clock is None or clock.since not in source.columns() else (clock.since,)
        return cls._untimed(recipe.model, source, size, where, origin).timed(clock)

    @classmethod
    def _untimed(
        cls, model: GrowthModel, source: Source, size: int, where: str | None, also: tuple[str, ...]
    ) -> SourceRows:
        """With other columns beside those of the model, before it is known how times are counted."""
        asked, known = Asked(model, None, where, {}), source.columns()
        expect_numbers(source, *asked.outcomes)
        columns, id = parts_of([*asked.columns(known), *also], known), parts_of([model.id], known)
        whole = WholePersons(source, columns, id, size, frozenset(asked.outcomes))
        whole.make_readable()
        return cls(whole, Reading.of_model(model, where))

    def timed(self, clock: Clock | None = None) -> SourceRows:
        """The same with what a clock says or all dates settle: their unit, and the order of day and month."""
        time = self.reading.roles["time"]
        if time is None:
            return self
        first = self.whole.first_with(time)
        if clock is not None:
            self.reading = self.reading.counted_by(clock, first)
        if not holds_dates(first[time]):
            expect_numbers(self.whole.source, time)
            return self
        if is_text(first[time]) and not first_text_is_iso(first[time]) and not self.reading.knows_order:
            self.reading = self.whole.anew(lambda: self.reading.with_order(self.whole.raw()))
        if clock is None:
            self.reading = self.whole.over(self.reading.with_unit)
        return self

    def over(self, what: str, *makers: Callable[[], Any]) -> tuple[Ledger, list[Any]]:
        """Let objects see every panel; they are made anew where ids turn out to lie otherwise."""

        def work(tables: Iterator[pd.DataFrame]) -> tuple[Ledger, list[Any]]:
            ledger, seeing = Ledger(), [make() for make in makers]
            for panel in self.reading.panels(self._counted(tables, what), ledger):
                for one in seeing:
                    one.see(panel)
            ledger.refuse_nothing(self.reading.where)
            return ledger, seeing

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is to be said is said once, of the sketch
            return self.whole.over(work)

    def _counted(self, tables: Iterable[pd.DataFrame], what: str) -> Iterator[pd.DataFrame]:
        """The tables, with a bar on a terminal that counts their rows."""
        from tqdm import tqdm

        with tqdm(total=self.whole.source.rows, desc=what, unit=" rows", unit_scale=True, disable=None, delay=1.0,
                  leave=False) as bar:  # fmt: skip
            for table in tables:
                yield table
                bar.update(len(table))

    def fingerprint(self, columns: Iterable[str]) -> str:
        """The hash of the rows that are used, column by column; each takes a reading of the source."""

        def tables() -> Iterator[pd.DataFrame]:
            return (panel.frame for panel in self.reading.panels(self.whole.in_order()))

        return fingerprint_of_tables(tables, columns)


def expect_numbers(source: Source, *columns: str) -> None:
    """A text in the outcome, or after numbers in the time, is an error of its row."""
    if isinstance(source, Text):
        source.numbers.update(columns)


@dataclass(frozen=True, eq=False)
class Learned:
    """What was learned from a source in its first pass.

    Attributes
    ----------
    rows : SourceRows
    bound : BoundRows
        The recipe, with the rows of the sketch.
    sketch : Sketch
    tally : Tally
    ledger : Ledger
    guess : Guess or None
        Sums by what the first batch taught.
    """

    rows: SourceRows
    bound: BoundRows
    sketch: Sketch
    tally: Tally
    ledger: Ledger
    guess: Guess | None = None


@dataclass(frozen=True, eq=False)
class Learning:
    """How the rows of a source become a recipe.

    Attributes
    ----------
    asked : Asked
    rows : SourceRows
    parsed : ParsedFormula or None
    """

    asked: Asked
    rows: SourceRows
    parsed: ParsedFormula | None

    @classmethod
    def of(cls, asked: Asked, source: Source, size: int) -> Learning:
        if isinstance(asked.model, str):
            return cls(asked, *SourceRows.of_formula(asked, source, size))
        if not sums_suffice(asked.model):
            raise NeedsAllRowsError
        return cls(asked, SourceRows.of_model(asked.model, source, size, asked.where), None)

    @property
    def wave(self) -> str | None:
        """The column of planned occasions, where the shape looks at it."""
        model = self.asked.model
        if isinstance(model, str):
            wave: str | None = self.asked.options.get("wave")
            return wave
        return model.wave if model.growth_shape.waves_are_occasions else None

    @property
    def looked(self) -> tuple[str, ...]:
        """The columns of which something may be learned."""
        return self.rows.reading.looked

    @property
    def coded(self) -> frozenset[str]:
        """Columns of numbers that may be levels or units: all that stand in calls, references and levels above."""
        model, options = self.asked.model, self.asked.options
        if isinstance(model, str):
            text, named = model, [*(options.get("reference") or {}), options.get("wave")]
            named += [] if self.parsed is None else [", ".join(group) for group in self.parsed.groups]
        else:
            parts = (model.outcome, model.predictors, model.time_varying, model.random)
            text = " ".join(map(str, parts))
            named = [*(model.reference or {}), *model.above, model.wave, model.random.by]
        columns = (*self.looked, self.rows.reading.roles["time"])
        return frozenset(name for name in columns if name in named or (name and in_calls(name, text)))

    def model(self, panel: Panel) -> GrowthModel:
        """The model, given what varies within the persons of a panel."""
        model = self.asked.model if self.parsed is None else model_of(self.parsed, panel, self.asked.options)
        assert isinstance(model, GrowthModel)
        if not sums_suffice(model):
            raise NeedsAllRowsError
        return model

    def bound(self, panel: Panel) -> BoundRows:
        """The rows of a panel by the recipe that they teach."""
        model = self.model(panel)
        return bound_panel(model, panel)[0]

    def learned(self, tally: Tally, sketch: Sketch) -> BoundRows:
        """The rows of a sketch by the recipe that all rows teach."""
        panel = self.rows.reading.panel(sketch.table())
        model = self.model(panel)
        self.rows.reading = self.rows.reading.knowing(model)
        panel = self.rows.reading.panel(sketch.table())
        if model.time is not None:
            model = learned_from(model, tally.seen(str(model.time), model), tally.observed())
        return _with_states(bound_panel(model, panel)[0], self.rows, tally)


def learn(asked: Asked, source: Source, size: int, sums: bool = False) -> Learned:
    """A model's recipe from all rows of a source, of which one batch is held at a time; with sums by a guess, if asked.

    Raises
    ------
    NeedsAllRowsError
        For a model that sums do not suffice for.
    """
    how = Learning.of(asked, source, size)
    log.info("Reading %s: what the model takes from the rows is learned.", source.name)
    looked = how.looked
    makers: list[Callable[[], Any]] = [lambda: Tally(how.wave, looked[1:]), lambda: Sketch(looked, how.coded)]
    makers += [lambda: Guess(how.bound, source.rows)] if sums else []
    ledger, (tally, sketch, *guess) = how.rows.over("reading", *makers)
    return Learned(how.rows, how.learned(tally, sketch), sketch, tally, ledger, *guess)


def in_calls(name: str, text: str) -> bool:
    """Whether a column stands in a call of a function in a formula.

    Examples
    --------
    >>> formula = "y ~ ns(week, 2) * C(code) + age + (week | id)"
    >>> in_calls("code", formula), in_calls("age", formula)
    (True, False)
    """
    return re.search(rf"[\w.]\(+[^()|~]*?{re.escape(name)}", text) is not None


def _with_states(bound: BoundRows, rows: SourceRows, tally: Tally) -> BoundRows:
    """The rows of the sketch by a recipe whose functions have learned from all rows."""
    whole = WholeColumns(bound.recipe)
    if not whole.needed:
        return bound
    gathered = rows.whole.over(lambda tables: _gathered(bound.recipe, rows.reading, tables, tally.rows))
    return gathered.learned().replayed(bound.panel)


def _gathered(recipe: Recipe, reading: Reading, tables: Iterator[pd.DataFrame], rows: int) -> WholeColumns:
    whole = WholeColumns(recipe)
    whole.gather(reading.panels(tables), rows)
    return whole


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


class FirstCentres:
    """Sums about the centres of the first batch."""

    def __init__(self, recipe: Recipe, rows: int | None) -> None:
        self.recipe, self.people, self.summing = recipe, People(rows=rows), None  # type: Recipe, People, Any

    def see(self, panel: Panel) -> None:
        """Sum the rows of one batch."""
        if self.summing is None:
            recipe = self.recipe
            bound = recipe.replayed(panel.referring(recipe.model.reference or {}))
            centres = rows_of(bound).about
            self.summing = Summing(recipe, centres, used_by_person(bound), people=self.people)
        self.summing.see(panel)


def finished(
    found: Learned, summing: Summing, moments: Moments, kind: type[FittedModel], method: str | None
) -> FittedModel:
    """The fit of sums, with what is kept of the persons."""
    bound = found.bound if not summing.units.units else summing.units.finished(found.bound)
    people = summing.people
    people.read = people.read or partial(_persons_again, found, summing)
    moments = moments.settled(people.moments)
    panel = _panel(found, summing)
    recipe = replace(bound.recipe, clock_of=partial(getattr, panel, "clock"))
    by_person = ByPerson(
        Weights(people, len(bound.weights)),
        _by_person(people, "shape", bool(recipe.shape.columns), found.tally.persons),
        _by_person(people, "random", bool(recipe.weighted), found.tally.persons),
    )
    notes = _of_sample(found, data_notes(bound))
    return fit_of_sums(recipe, Sums.of_batches(moments, people.moments), panel, by_person, kind, method, notes, bound)


def _persons_again(found: Learned, summing: Summing) -> People:
    """The persons of all batches, read again.

    Raises
    ------
    DataError
        Where the rows are not those that were summed.
    """
    source = found.rows.whole.source
    log.info("Reading %s again: an answer needs its persons one by one.", source.name)
    _, (persons,) = found.rows.over("reading persons", lambda: Persons(summing))
    if persons.facts.mark != summing.facts.mark:
        raise DataError(f"{source.name} holds other rows than when the model was fitted: fit it again.")
    people: People = persons.people
    return people


def _by_person(people: People, name: str, there: bool, count: int) -> Any:
    return people.column(name) if there else np.zeros((count, 0))


def _of_sample(found: Learned, notes: Iterable[Note]) -> list[Note]:
    """Notes on the data, which say of whom they are where not everybody was looked at."""
    if found.sketch.whole:
        return list(notes)
    who = found.bound.panel.persons.count
    said = vocabulary(found.bound.panel).said(f"(Seen in {who:,} of {found.tally.persons:,} persons.)")
    log.info("Notes on the data are of %s of %s persons.", f"{who:,}", f"{found.tally.persons:,}")
    return [replace(note, text=f"{note.text} {said}") for note in notes]


def _panel(found: Learned, summing: Summing) -> SavedPanel:
    """What is left of the rows."""
    reading, tally, people, model = found.rows.reading, found.tally, summing.people, found.bound.model
    looked = found.bound.panel
    labels_of = partial(_labels, people, kinds_of_parts(looked.frame, looked.id))
    persons = SavedPersons(
        tally.persons, tally.rows, tally.occasions, partial(people.column, "sizes"), labels_of, SUMMED_ROWS
    )
    names = ("id", "time", "outcome", "wave", "time_unit", "outcome_unit", "since")
    panel = SavedPanel(
        **{name: getattr(looked, name) for name in names}, where=reading.where, persons=persons,
        time_facts=tally.facts(), reasons=found.ledger.told(reading.where),
        clock_of=partial(_clock, people, None if model.time is None else looked),
        table_of=partial(people.table, tuple(summing.table)), ranges=intercept_ranges(found.bound.recipe, looked.frame),
        gone=SUMMED_ROWS, counts=summing.facts.levels, facts=_facts(found, summing), hash_of=found.rows.fingerprint,
        last_of=partial(people.column, "last"),
    ).referring(model.reference or {})  # fmt: skip
    counted = time_words(looked).axis if looked.derived else ""
    whole = found.rows.whole
    batch = "" if whole.size == BATCH else f", batch={whole.size}"
    where = "" if reading.where is None else f", where={reading.where!r}"
    typed = (as_typed(whole.source), f"{where}{batch}")
    return replace(panel, kept=tally.kept(panel, summing.table, counted), typed=typed)


def _labels(people: People, kinds: tuple[Any, ...]) -> Any:
    """Who the persons are; joined ids in the order of their parts."""
    labels = people.labels()
    return in_order(labels, kinds) if isinstance(labels, pd.Categorical) else labels


def _facts(found: Learned, summing: Summing) -> TableFacts:
    """What is remembered of the columns."""
    tally, recipe, whole = found.tally, found.bound.recipe, found.rows.whole
    of_persons = tuple(name for name in used_columns(recipe) if not found.sketch.varying.get(name))
    columns = dict.fromkeys([*whole.source.columns(), *map(str, found.bound.panel.frame.columns)])
    numbers = summing.facts.means(tally.rows, tally.persons, of_persons)
    times = few_times(tally.rows_at.values)
    return TableFacts(tuple(columns), of_persons, numbers, times, summing.facts.mark, _above(found))


def _above(found: Learned) -> Above:
    """Units above persons that the model leaves out, where everybody was looked at."""
    looked, model = found.bound.panel, found.bound.model
    used = [name for name in (model.id, model.time, model.outcome, *model_columns(model)) if name is not None]
    return above_of(looked, used, tuple(model.above)) if found.sketch.whole else Above()


def _clock(people: People, looked: Panel | None) -> Clock | None:
    """How times of new rows are read: as those of the persons that were looked at, with everybody's first."""
    if looked is None:
        return None
    return replace(looked.clock, firsts=people.column("first") if people.has("first") else None, derived=looked.derived)
