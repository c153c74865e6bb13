"""Sums by a recipe that was learned from the first batch: where the other batches teach nothing else, they stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from growthcurves.data.panel import Panel
from growthcurves.errors import GrowthCurvesError
from growthcurves.estimate.in_batches.people import People
from growthcurves.estimate.in_batches.summing import Summing
from growthcurves.estimate.run import rows_of
from growthcurves.model.columns import Columns
from growthcurves.model.recipe import BoundRows, Recipe, used_by_person


class Guess:
    """Sums of batches by what the first of them teaches.

    Parameters
    ----------
    bound_of : callable
        Makes of a panel its rows by a recipe that is learned from it; gives None where sums of batches do not suffice.
    rows : int, optional
        How many there are of all panels, where that is known.
    """

    def __init__(self, bound_of: Callable[[Panel], BoundRows], rows: int | None = None) -> None:
        self._bound_of, self._rows = bound_of, rows
        self.summing: Summing | None = None
        self._failed = False

    def see(self, panel: Panel) -> None:
        """Sum one more batch, as long as the guess can be right."""
        if self._failed:
            return
        try:
            if self.summing is None:
                self.learn(panel)
            if self.summing is not None:
                self.summing.see(panel)
        except GrowthCurvesError:  # what is wrong is said when all has been learned
            self._failed, self.summing = True, None

    def learn(self, panel: Panel) -> None:
        """Take what one batch teaches; nothing where it cannot be fitted by itself."""
        try:
            bound = self._bound_of(panel)
        except GrowthCurvesError:
            self._failed = True
            return
        table = used_by_person(bound)  # that they vary within nobody is seen by the sketch of the same rows
        self.summing = Summing(bound.recipe, rows_of(bound).about, table, table, People(rows=self._rows))

    def right(self, bound: BoundRows, varying: dict[str, bool]) -> Summing | None:
        """Its sums, where the recipe that all rows teach reads them alike."""
        if self.summing is None or self._failed:
            return None
        return self.summing if self.stands(self.summing.recipe, self.summing.table, bound, varying) else None

    @staticmethod
    def stands(recipe: Recipe, table: Iterable[str], bound: BoundRows, varying: dict[str, bool]) -> bool:
        """Whether sums by a guess are those by the recipe that all rows taught."""
        return alike(recipe, bound.recipe) and not any(varying.get(name) for name in table)


def alike(one: Recipe, other: Recipe) -> bool:
    """Whether two recipes make the same columns of the same rows, but for where these are centred."""
    if one.model != other.model or one.shape != other.shape or one.random != other.random:
        return False
    records: list[tuple[Columns, Columns]] = list(zip(one.level_one, other.level_one, strict=False))
    records += [(columns, other.predictors[name]) for name, columns in one.predictors.items()]
    names = ("x", "z", "growth_rows", "terms", "moved", "growth_terms")
    return all(_same(*pair) for pair in records) and all(getattr(one, name) == getattr(other, name) for name in names)


def _same(one: Columns, other: Columns) -> bool:
    names = ("names", "levels", "terms", "parts", "categorical", "used", "states")
    try:
        return all(bool(getattr(one, name) == getattr(other, name)) for name in names)
    except ValueError:  # arrays among the states
        return False


def as_first(first: Recipe, recipe: Recipe) -> Recipe:
    """A recipe that all rows taught, centred where the sums by the first are."""
    return replace(recipe, middle=first.middle, made=first.made, units=first.units)
