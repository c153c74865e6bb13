"""Means of a family's outcome, of the population or of a typical person, as functions of a point."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from growthcurves.engine.estimates import Point
from growthcurves.errors import ModelError, NotEstimableError, among, unknown
from growthcurves.fitted import FittedModel
from growthcurves.model.families.category import OneCategory
from growthcurves.results.intervals.of_outcomes import averaged
from growthcurves.results.questions.cell_rows import cell_rows
from growthcurves.results.questions.estimable import estimable
from growthcurves.results.questions.offsets import offset_at
from growthcurves.results.questions.random_effects import random_rows
from growthcurves.results.questions.reference_grid import Grid

#: Whose mean outcome: the population's, averaged over persons, or that of the person whose random effects are zero.
PEOPLE = ("average", "typical")
#: A derivative in time is taken over this share of the observed period.
STEP = 1e-4

Function = Callable[[Point], np.ndarray]


def checked_people(people: str) -> str:
    """Whose mean is asked for.

    Raises
    ------
    ModelError
        For an unknown word.
    """
    if not among(people, PEOPLE):
        raise ModelError(unknown("kind of people", people, PEOPLE))
    return people


@dataclass(frozen=True, eq=False)
class CellMeans:
    """Mean outcomes of groups at a time, each averaged over cells.

    Attributes
    ----------
    X : (c, p) array
        NaN where the data do not determine a cell.
    Z : (c, q) array
        Of standard random effects.
    offset : (c,) array
    weights : (groups, c) array
    told_by : callable or None
        Makes of a point what outcomes are told by: its family by default, one of its categories, or the family whose
        logarithms are normal.
    residual : callable or None
        The variance of such a logarithm beside how persons differ, at a point; None of a typical person's median.
    """

    X: np.ndarray
    Z: np.ndarray
    offset: np.ndarray
    weights: np.ndarray
    told_by: Callable[[Point], Any] | None = None
    residual: Callable[[Point], float] | None = None

    def at(self, point: Point) -> np.ndarray:
        """The mean outcome of each group, (groups,)."""
        variances = point.variances(self.Z) + (0.0 if self.residual is None else self.residual(point))
        family = None if self.told_by is None else self.told_by(point)
        means = averaged(point, self.X @ point.beta + self.offset, variances, family)
        lost = np.isnan(means)
        found = self.weights @ np.where(lost, 0.0, means)
        return np.where((self.weights[:, lost] != 0).any(axis=1), np.nan, found)


def cell_means(fit: FittedModel, grid: Grid, time: float, people: str, place: int | None = None) -> CellMeans:
    """Mean outcomes at a time of the groups of a grid.

    The population's is averaged over random effects, cells and kinds of persons on the scale of the outcome. A typical
    person has the mean linear predictor of the cells; where logarithms are normal it is the median there.
    With the place of a category they are its probabilities.
    """
    told_by = _told_by(fit, place)
    point = {} if fit.model.time is None else {str(fit.model.time): time}
    offset = offset_at(grid, point)
    if people == "typical":
        rows = grid.average(lambda cells: cell_rows(fit, cells, time)).over_kept
        return CellMeans(rows, np.zeros((len(rows), len(fit.random_names))), offset, np.eye(len(rows)), told_by)
    refuse_random_covariates(fit)
    parts = [part for g in range(len(offset)) for part in _of_group(fit, grid, g, time)]
    L, kinds, counts = (np.concatenate([part[i] for part in parts]) for i in range(3))
    owner = np.repeat([part[3] for part in parts], [len(part[1]) for part in parts])
    inside = np.where(estimable(fit, L)[:, None], L[:, list(fit.sums.kept)], np.nan)
    weights = np.where(owner == np.arange(len(offset))[:, None], counts, 0.0)
    residual = None
    if fit.family is None:
        residual = partial(_residual, time=None if fit.model.time is None else time)
    return CellMeans(inside, random_rows(fit, time)[kinds], offset[owner], weights, told_by, residual)


def _told_by(fit: FittedModel, place: int | None) -> Callable[[Point], Any] | None:
    if place is not None:
        return lambda point: OneCategory(point.family, place)
    return (lambda point: fit.outcome_family) if fit.family is None else None


def _residual(point: Point, time: float | None) -> float:
    return float(point.residual_variance(time))


def _of_group(
    fit: FittedModel, grid: Grid, place: int, time: float
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray, int]]:
    """Rows of X over all terms, kinds of persons and weights of the cells of a group, and its place."""
    cells, counts = grid.cells_of([grid.groups()[place]], grid.inside), grid.inside.weights
    if cells.codes is not None:
        yield cell_rows(fit, cells, time), cells.codes, counts, place
        return
    for kind, share in enumerate(cells.kinds):
        if share:
            codes = np.full(len(cells.table), kind)
            yield cell_rows(fit, replace(cells, codes=codes), time), codes, share * counts, place


def mean_at(fit: FittedModel, grid: Grid, time: float, people: str, place: int | None = None) -> Function:
    """Mean outcomes of groups at a time; with the place of a category its probabilities."""
    return cell_means(fit, grid, time, people, place).at


def place_of(fit: FittedModel, category: Any, scale: str | None) -> int | None:
    """The place of a category whose probability is asked for; None where none is.

    Raises
    ------
    ModelError
        For outcomes without ordered categories, an unknown category, the scale of the linear predictor.
    """
    if category is None:
        return None
    known = getattr(fit.family, "categories", ()) if hasattr(fit.family, "probabilities") else ()
    if not known:
        raise ModelError("category= is of ordered categories, family='ordinal': other outcomes have one mean.")
    if scale == "link":
        raise ModelError("category= asks for a probability, which is on the scale of the response: leave scale= out.")
    for place, name in enumerate(known):
        if name == category:
            return place
    raise ModelError(unknown("category", str(category), [str(name) for name in known]))


def change_between(fit: FittedModel, grid: Grid, between: tuple[float, float], people: str) -> Function:
    """How fast the mean outcome of groups changes on average from one time to another."""
    first, last = (cell_means(fit, grid, time, people) for time in between)
    return lambda point: (last.at(point) - first.at(point)) / (between[1] - between[0])


def change_at(fit: FittedModel, grid: Grid, time: float, people: str, period: float) -> Function:
    """How fast the mean outcome of groups changes at a time."""
    step = STEP * period
    return change_between(fit, grid, (time - step, time + step), people)


def refuse_random_covariates(fit: FittedModel) -> None:
    """Refuse averages over persons where how they differ depends on covariates that vary within them.

    Raises
    ------
    NotEstimableError
    """
    others = fit.recipe.effects_of_rows
    if others:
        raise NotEstimableError(
            f"How much persons differ depends on {', '.join(others)} as well as on time, so that a mean over persons "
            f"has no one value at a time: ask for people='typical', or for predict() with rows that hold it."
        )
