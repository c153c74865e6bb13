"""Sums of batches of whole persons: each about the same centres, added up in one order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from growthcurves.data.panel import Panel
from growthcurves.engine.build import Centres, Moments, PersonMoments, summed
from growthcurves.estimate.in_batches.facts import Facts
from growthcurves.estimate.in_batches.people import People, Piece
from growthcurves.estimate.in_batches.units import UnitTally
from growthcurves.estimate.run import rows_of
from growthcurves.model.person_level import person_level
from growthcurves.model.recipe import BoundRows, Recipe


@dataclass
class Tree:
    """Sums added in pairs of equally many batches, so that an early batch is not added to a thousand times."""

    _waiting: list[tuple[int, Moments]] = field(default_factory=list)

    def add(self, moments: Moments) -> None:
        """Take the sums of one more batch."""
        level = 0
        while self._waiting and self._waiting[-1][0] == level:
            moments, level = self._waiting.pop()[1] + moments, level + 1
        self._waiting.append((level, moments))

    def total(self) -> Moments:
        """The sums of all batches."""
        found = self._waiting[-1][1]
        for _, moments in reversed(self._waiting[:-1]):
            found = moments + found
        return found


@dataclass
class Summing:
    """The pass in which rows become sums.

    Attributes
    ----------
    recipe : Recipe
    centres : Centres
    table : sequence of str
        Person-level columns of the table that are kept by person.
    constant : sequence of str
        Columns that are known not to vary within persons.
    """

    recipe: Recipe
    centres: Centres
    table: Sequence[str]
    constant: Sequence[str] = ()
    people: People = field(default_factory=People)
    tree: Tree = field(default_factory=Tree)
    units: UnitTally = field(default_factory=UnitTally)
    facts: Facts = field(default_factory=Facts)

    def see(self, panel: Panel) -> None:
        """Sum the rows of one batch."""
        bound, persons, moments = batch_sums(self.recipe, self.centres, panel, self.constant)
        self.tree.add(moments)
        if not self.people.many:
            self.people.see(Piece.of(bound, persons, self.table))
        self.facts.merged(Facts.of(bound))
        if bound.units:
            self.units.see(bound)


@dataclass
class PersonsAgain:
    """The pass in which persons are read again, of whom nothing was kept.

    Attributes
    ----------
    summing : Summing
        The pass that summed them.
    people : People
    facts : Facts
    """

    summing: Summing
    people: People = field(default_factory=People)
    facts: Facts = field(default_factory=Facts)

    def see(self, panel: Panel) -> None:
        """Read the persons of one batch."""
        how = self.summing
        bound, persons, _ = batch_sums(how.recipe, how.centres, panel, how.constant)
        self.people.add(Piece.of(bound, persons, how.table))
        self.facts.merged(Facts.of(bound))


def batch_sums(
    recipe: Recipe, centres: Centres, panel: Panel, constant: Iterable[str] = ()
) -> tuple[BoundRows, PersonMoments, Moments]:
    """The rows of a batch as a recipe reads them, their cross-products by person, and their sums."""
    panel = panel.referring(recipe.model.reference or {})
    people = person_level(panel)
    people.hold(constant)
    bound = recipe.replayed(panel, people)
    sums = summed(rows_of(bound, centres=centres))
    return bound, sums.people, sums.moments
