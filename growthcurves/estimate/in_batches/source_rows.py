"""A source for one model: its rows in tables of whole persons, read as the model reads them, pass by pass."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from growthcurves.data.checks import is_text
from growthcurves.data.clock import Clock
from growthcurves.data.dates import first_text_is_iso
from growthcurves.data.elapsed import holds_dates
from growthcurves.data.fingerprint import fingerprint_of_tables
from growthcurves.data.panel import Panel
from growthcurves.data.sources.contract import Source
from growthcurves.data.sources.text import Text
from growthcurves.data.sources.whole_persons import WholePersons
from growthcurves.estimate.in_batches.reading import Asked, Ledger, Reading, parts_of
from growthcurves.model.formula.lme4 import ParsedFormula
from growthcurves.model.growth import GrowthModel
from growthcurves.model.recipe import Recipe


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
            ledger.refuse_nothing(self.reading)
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

    def fingerprint(self, clock: Callable[[], Clock | None], columns: Iterable[str]) -> str:
        """The hash of the rows that are used, column by column; each takes a reading of the source."""

        def work(tables: Callable[[], Iterator[pd.DataFrame]]) -> str:
            return fingerprint_of_tables(lambda: map(used, self.reading.panels(tables())), columns)

        def used(panel: Panel) -> pd.DataFrame:
            if self.whole.way != "apart" or not panel.derived:
                return panel.frame
            known = clock()  # of whole persons: a table in the order of the source may hold some rows of a person
            given = panel.data if panel.keep is None else panel.data[panel.keep]
            return panel.frame if known is None else panel.frame.assign(**{str(panel.time): known.read(given)})

        return self.whole.in_order(work)


def expect_numbers(source: Source, *columns: str) -> None:
    """A text in the outcome, or after numbers in the time, is an error of its row."""
    if isinstance(source, Text):
        source.numbers.update(columns)
