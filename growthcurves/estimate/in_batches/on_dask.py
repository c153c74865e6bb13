"""A fit of a Dask DataFrame: each partition makes its sums where it lies, and sums are added in one order.

Rows of the first and the last person of a partition come back, as others of theirs may lie in the next; they are summed
once. Where a person lies in other partitions too, Dask shuffles the rows by id first.
"""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass, field, replace
from functools import partial

import numpy as np
import pandas as pd

from growthcurves.data.panel import Panel
from growthcurves.data.persons import run_starts
from growthcurves.data.saved_panel import known
from growthcurves.data.sources.contract import Checked
from growthcurves.data.sources.dask_frame import DaskFrame
from growthcurves.data.sources.keys import keys_of
from growthcurves.data.sources.places import joined
from growthcurves.data.sources.runs import Runs, apart
from growthcurves.engine.build import Centres, Moments
from growthcurves.errors import GrowthCurvesError
from growthcurves.estimate.in_batches.facts import Facts
from growthcurves.estimate.in_batches.guess import Guess, as_first
from growthcurves.estimate.in_batches.learning import Learned, Learning
from growthcurves.estimate.in_batches.people import People, Piece
from growthcurves.estimate.in_batches.reading import Asked, Ledger, Reading
from growthcurves.estimate.in_batches.sketch import FIRST_PERSONS, Sketch
from growthcurves.estimate.in_batches.source_fit import finished
from growthcurves.estimate.in_batches.summing import Summing, batch_sums
from growthcurves.estimate.in_batches.tally import Tally
from growthcurves.estimate.in_batches.units import UnitTally
from growthcurves.estimate.run import rows_of
from growthcurves.fitted import FittedModel
from growthcurves.model.recipe import Recipe, used_by_person

log = logging.getLogger("growthcurves")


@dataclass(frozen=True, eq=False)
class SummedBy:
    """By what the rows of a partition are summed.

    Attributes
    ----------
    recipe : Recipe
    centres : Centres
    table : tuple of str
        As `Summing`.
    people : bool
        Whether persons are wanted, and sums are not.
    """

    recipe: Recipe
    centres: Centres
    table: tuple[str, ...]
    people: bool = False


@dataclass(eq=False)
class Part:
    """What some partitions come to, in their order.

    Attributes
    ----------
    ledger : Ledger
    tally : Tally
    sketch : Sketch
    moments : Moments or None
    pieces : list of Piece
    units : UnitTally
    failed : GrowthCurvesError or None
        Why rows could not be summed.
    ends : list of DataFrame
        Rows of persons of whom others may lie in the next partition.
    runs : list of Runs
        Whose runs of rows there are, by partition.
    """

    ledger: Ledger
    tally: Tally
    sketch: Sketch
    moments: Moments | None = None
    pieces: list[Piece] = field(default_factory=list)
    units: UnitTally = field(default_factory=UnitTally)
    failed: GrowthCurvesError | None = None
    ends: list[pd.DataFrame] = field(default_factory=list)
    runs: list[Runs] = field(default_factory=list)
    facts: Facts = field(default_factory=Facts)

    def __add__(self, other: Part) -> Part:
        """Those of both."""
        self.ledger.merged(other.ledger)
        self.tally.merged(other.tally)
        self.sketch.merged(other.sketch)
        self.units.merged(other.units)
        self.facts.merged(other.facts)
        moments = self.moments if other.moments is None else other.moments
        if self.moments is not None and other.moments is not None:
            moments = self.moments + other.moments
        return Part(
            self.ledger, self.tally, self.sketch, moments, [*self.pieces, *other.pieces], self.units,
            self.failed or other.failed, [*self.ends, *other.ends], [*self.runs, *other.runs], self.facts,
        )  # fmt: skip


@dataclass(frozen=True, eq=False)
class Work:
    """What is done with a partition.

    Attributes
    ----------
    reading : Reading
    columns, id, looked : tuple of str
    coded : frozenset of str
        As `Sketch`.
    kinds : dict
        What the columns hold.
    wave : str or None
    most : int
        Persons of a partition who are looked at whatever they bring.
    sums : SummedBy or None
    whole : bool
        Whether partitions hold whole persons, in any order.
    """

    reading: Reading
    columns: tuple[str, ...]
    id: tuple[str, ...]
    looked: tuple[str, ...]
    coded: frozenset[str]
    kinds: dict[str, str]
    wave: str | None
    most: int
    sums: SummedBy | None
    whole: bool = False

    def __call__(self, frame: pd.DataFrame) -> Part:
        """The rows of one partition."""
        empty = Part(Ledger(), Tally(self.wave, self.looked[1:]), Sketch(self.looked, self.coded, self.most))
        if not len(frame):
            return empty
        frame = Checked(self.columns, dict(self.kinds)).table(frame)
        keys = keys_of(frame, self.id)
        if self.whole:
            return self.of_rows([frame.iloc[np.argsort(keys, kind="stable")]])
        starts = run_starts(keys)
        inside = slice(starts[1], starts[-1]) if len(starts) > 1 else slice(0, 0)
        found = self.of_rows([frame.iloc[inside]]) if inside.stop > inside.start else empty
        cuts = [frame.iloc[: starts[1]], frame.iloc[starts[-1] :]] if len(starts) > 1 else [frame]
        return replace(found, ends=cuts, runs=[Runs.of(keys)])

    def of_rows(self, tables: list[pd.DataFrame]) -> Part:
        """Rows of whole persons."""
        found = Part(Ledger(), Tally(self.wave, self.looked[1:]), Sketch(self.looked, self.coded, self.most))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for panel in self.reading.panels(tables, found.ledger):
                found.tally.see(panel)
                found.sketch.see(panel)
                if self.sums is not None and found.failed is None:
                    self._sum(found, panel, self.sums)
        return found

    def _sum(self, found: Part, panel: Panel, sums: SummedBy) -> None:
        try:
            bound, persons, moments = batch_sums(sums.recipe, sums.centres, panel, sums.table)
        except GrowthCurvesError as error:  # it is told when all has been learned
            found.failed = error
            return
        if bound.units:
            found.units.see(bound)
        found.facts.merged(Facts.of(bound))
        if sums.people:
            found.pieces.append(Piece.of(bound, persons, sums.table))
        else:
            found.moments = moments if found.moments is None else found.moments + moments


@dataclass
class OnDask:
    """The partitions of a Dask DataFrame for one model.

    Attributes
    ----------
    source : DaskFrame
    how : Learning
    work : Work
    """

    source: DaskFrame
    how: Learning
    work: Work

    @classmethod
    def of(cls, asked: Asked, source: DaskFrame, size: int) -> OnDask:
        how = Learning.of(asked, source, size)
        whole, reading = how.rows.whole, how.rows.reading
        kinds = Checked(list(whole.columns))
        kinds.table(whole.first())
        most = max(FIRST_PERSONS // source.frame.npartitions, 100)
        names = (tuple(whole.columns), tuple(whole.id), how.looked, how.coded)
        work = Work(reading, *names, kinds.kinds, how.wave, most, None)
        return cls(source, how, work)

    def part(self, sums: SummedBy | None) -> Part:
        """What all partitions come to; Dask shuffles rows where those of a person lie apart."""
        work = replace(self.work, sums=sums)
        found: Part = self.source.summed_up(work.columns, work)
        if not work.whole and apart(found.runs, self._keys):
            log.warning("Rows of one person lie in several partitions that do not follow each other: Dask shuffles "
                        "all rows by %s first.", ", ".join(work.id))  # fmt: skip
            self.source, self.work = self.source.shuffled(work.id), replace(self.work, whole=True)
            return self.part(sums)
        return found + work.of_rows([joined(found.ends)]) if found.ends else found

    def _keys(self) -> list[np.ndarray]:
        """Whose runs of rows there are, by partition."""
        found: list[np.ndarray] = self.source.summed_up(self.work.id, partial(_run_keys, self.work.id))
        return found

    def first_sums(self) -> SummedBy | None:
        """By what the rows are summed, as far as the first partition teaches."""
        guess = Guess(self.how.bound)
        for panel in self.work.reading.panels([self.how.rows.whole.first()]):
            guess.learn(panel)
        if guess.summing is None:
            return None
        return SummedBy(_without_clock(guess.summing.recipe), guess.summing.centres, tuple(guess.summing.table))


def fit_dask(asked: Asked, source: DaskFrame, kind: type[FittedModel], method: str | None, size: int) -> FittedModel:
    """Fit a model to a Dask DataFrame.

    Raises
    ------
    NeedsAllRowsError
        For a model that sums do not suffice for.
    """
    there = OnDask.of(asked, source, size)
    sums = there.first_sums()
    log.info("%s: every partition is summed where it lies.", source.name)
    part = there.part(sums)
    part.ledger.refuse_nothing(there.work.reading)
    bound = there.how.learned(part.tally, part.sketch)
    found = Learned(there.how.rows, bound, part.sketch, part.tally, part.ledger)
    if sums is not None and part.failed is None and Guess.stands(sums.recipe, sums.table, bound, part.sketch.varying):
        bound = as_first(sums.recipe, bound.recipe).replayed(bound.panel)
    else:
        log.info("%s: the partitions are summed again, with what all of them taught.", source.name)
        table = tuple(used_by_person(bound))
        there.work = replace(there.work, reading=there.how.rows.reading)
        sums = SummedBy(_without_clock(bound.recipe), rows_of(bound).about, table)
        part = there.part(sums)
        if part.failed is not None:
            raise part.failed
    assert part.moments is not None
    people = People(read=partial(_persons, there, replace(sums, people=True)))
    summing = Summing(sums.recipe, sums.centres, sums.table, people=people, units=part.units, facts=part.facts)
    return finished(replace(found, bound=bound), summing, part.moments, kind, method)


def _run_keys(id: tuple[str, ...], frame: pd.DataFrame) -> list[np.ndarray]:
    """Whose runs of rows a partition has."""
    keys = keys_of(frame, id)
    return [keys[run_starts(keys)]] if len(frame) else []


def _persons(there: OnDask, sums: SummedBy) -> People:
    """Persons of all partitions, who are summed again."""
    found = People()
    for piece in there.part(sums).pieces:
        found.add(piece)
    return found


def _without_clock(recipe: Recipe) -> Recipe:
    """A recipe that travels: its clock holds the rows that it was made from, and no sum needs it."""
    return replace(recipe, clock_of=known(None))
