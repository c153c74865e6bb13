"""What a design comes to for the persons of a fit: scaled weights, sampling units, replicates."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from growthcurves.data.frame import as_frame, require_columns
from growthcurves.data.panel import Panel
from growthcurves.model.growth import GrowthModel
from growthcurves.model.survey.checked import checked, refuse_replicates
from growthcurves.model.survey.design import ROWS, SurveyDesign, by_unit
from growthcurves.model.survey.sampling import sampling_units


@dataclass(frozen=True)
class WeightColumn:
    """Weights of one kind of unit as they were given.

    Attributes
    ----------
    unit, column : str
    low, high, mean : float
        Over the units of the fit.
    scaling : str
        What was done to them.
    """

    unit: str
    column: str
    low: float
    high: float
    mean: float
    scaling: str


@dataclass(frozen=True, eq=False)
class Weighing:
    """What a design comes to for the persons of a fit.

    Attributes
    ----------
    design : SurveyDesign
    rows : (n,) array or None
        Scaled weights of rows.
    persons : (N,) array
        Scaled weights of persons within the unit above them.
    units : tuple of arrays
        Scaled weights of the units of each level above persons, those of the highest about a mean of one.
    mass : (N,) array
        How many persons of the population each stands for, about a mean of one.
    unit : float
        What a weight of one is in those that were given for the highest level.
    sampled : (N,) array of int
        The sampling unit of each person.
    strata : (sampling units,) array of int
    columns : tuple of WeightColumn
    whole : DataFrame
        The table whose sampling units were counted.
    replicates : (R, N) array or None
        Replicate weights of persons, or of the units of a level, scaled as their weights are.
    factors : (R,) array or None
    rank : int or None
        Of the replicate weights.
    of : int
        Whose these are: 0 the persons, 1 the units of the first level above them, and so on.
    distinct : bool
        Whether the table has its sampling units once each, and no more than these.
    empty : int
        Persons of strata of the fit who are sampling units themselves, and not in the fit: they are of the sample, and
        no degrees of freedom.
    """

    design: SurveyDesign
    rows: np.ndarray | None
    persons: np.ndarray
    units: tuple[np.ndarray, ...]
    mass: np.ndarray
    unit: float
    sampled: np.ndarray
    strata: np.ndarray
    columns: tuple[WeightColumn, ...]
    whole: Any = None
    replicates: np.ndarray | None = None
    factors: np.ndarray | None = None
    rank: int | None = None
    of: int = 0
    distinct: bool = False
    empty: int = 0

    @property
    def sampling_units(self) -> int:
        return len(self.strata)

    @property
    def stratum_count(self) -> int:
        return int(self.strata.max(initial=-1)) + 1

    @property
    def stratum_sizes(self) -> np.ndarray:
        """Sampling units of each stratum."""
        return np.bincount(self.strata)

    @property
    def df(self) -> int:
        """Sampling units less strata; of replicate weights without these, their rank less one.

        Strata of which nobody is in the fit do not count, nor do persons who are not in it where persons were sampled.
        """
        if self.rank is not None and self.design.psu is None:
            return self.rank - 1
        return self.sampling_units - self.empty - self.stratum_count

    @cached_property
    def shares(self) -> np.ndarray:
        """What each person counts, one in all, (N,)."""
        return np.asarray(self.mass / self.mass.sum())


def weighed(
    design: SurveyDesign,
    model: GrowthModel,
    panel: Panel,
    units: Sequence[np.ndarray],
    whole: Any,
    distinct: bool = False,
) -> Weighing:
    """What a design comes to.

    Parameters
    ----------
    design : SurveyDesign
    model : GrowthModel
    panel : Panel
        The rows of the fit, in which everybody has a weight above zero.
    units : sequence of (N,) arrays of int
        The unit of each person at each level above, numbered from 0, innermost first.
    whole : DataFrame
        The table with the rows that the fit leaves out, too: their sampling units are counted.
    distinct : bool
        Whether it has these once each, and no rows of persons.

    Raises
    ------
    ModelError
        For a stratum of one sampling unit, sampling units that divide persons or units of the highest level.
    """
    named, persons = by_unit(design, model), panel.persons
    rows, told = None, []
    if ROWS in named:
        given = panel.numbers(named[ROWS])
        rows = _scaled(given, persons.codes, design.scale)
        told.append(_told(ROWS, named[ROWS], given, f"within {model.id}", design))
    levels = [np.arange(persons.count), *units]
    found = list(_by_level(design, model, panel, levels))
    scaled = [one.scaled for one in found]
    told += [one.told for one in found if one.told is not None]
    mass = scaled[0]
    for codes, weights in zip(levels[1:], scaled[1:], strict=True):
        mass = mass * weights[codes]
    sampled, strata = sampling_units(design, model, panel, levels[-1], as_frame(whole), distinct)
    unit, of_persons = found[-1].unit, design.psu in (None, model.id) and not model.above
    replicates, factors, of = _replicated(design, model, panel, levels, unit)
    return Weighing(
        design, rows, scaled[0], tuple(scaled[1:]), mass, unit, sampled, strata, tuple(told), whole, replicates,
        factors, None if replicates is None else _rank(replicates), of, distinct,
        len(strata) - len(sampled) if of_persons else 0,
    )  # fmt: skip


def _rank(replicates: np.ndarray) -> int:
    """The rank of replicate weights (R, N)."""
    return int(np.linalg.matrix_rank(replicates, tol=1e-5 * float(replicates.max())))


class _Level(NamedTuple):
    """Scaled weights of one kind of unit, the unit that they are measured in, and how they are told."""

    scaled: np.ndarray
    unit: float = 1.0
    told: WeightColumn | None = None


def _by_level(design: SurveyDesign, model: GrowthModel, panel: Panel, levels: Sequence[np.ndarray]) -> Iterator[_Level]:
    """Weights of persons, then of the units of each level above; ones where none are given."""
    named, names = by_unit(design, model), [model.id, *model.above]
    for place, name in enumerate(names):
        if name not in named:
            yield _Level(np.ones(int(levels[place].max(initial=-1)) + 1))
            continue
        given = _of_units(panel, named[name], levels, place)
        if place + 1 < len(names):
            told = _told(name, named[name], given, f"within {names[place + 1]}", design)
            yield _Level(_scaled(given, _parents(levels, place), design.scale), told=told)
        else:
            unit = float(given.mean())
            yield _Level(given / unit, unit, _told(name, named[name], given, "", design))


def _of_units(panel: Panel, column: str, levels: Sequence[np.ndarray], place: int) -> np.ndarray:
    """A column of weights by person (place 0) or by unit of a level, in the order of their numbers."""
    given = panel.numbers(column)[panel.persons.first_rows]
    return given[np.unique(levels[place], return_index=True)[1]] if place else given


def _parents(levels: Sequence[np.ndarray], place: int) -> np.ndarray:
    """The unit above of each person or unit of a level."""
    parents = np.empty(int(levels[place].max(initial=-1)) + 1, dtype=np.intp)
    parents[levels[place]] = levels[place + 1]
    return parents


def _replicated(
    design: SurveyDesign, model: GrowthModel, panel: Panel, levels: Sequence[np.ndarray], unit: float
) -> tuple[np.ndarray | None, np.ndarray | None, int]:
    """Replicate weights, scaled as those of the estimate, their factors, and whose they are."""
    if design.replicates is None:
        return None, None, 0
    whose = [model.id, *model.above]
    place = whose.index(design.replicates.of or model.id)
    names = design.replicates.among(list(panel.data.columns))
    require_columns(panel.data, names)
    for name in names:
        checked(panel, model, whose[place], name)
    by_person = np.array([panel.numbers(name)[panel.persons.first_rows] for name in names])
    refuse_replicates(names, by_person, by_unit(design, model), panel)
    given = [_of_units(panel, name, levels, place) for name in names]
    if place + 1 < len(whose):
        parents = _parents(levels, place)
        made = np.array([_scaled(one, parents, design.scale) for one in given])
    else:
        made = np.array(given) / (unit if whose[place] in by_unit(design, model) else 1.0)
    return made, design.replicates.counted(len(names)), place


def _told(unit: str, column: str, given: np.ndarray, within: str, design: SurveyDesign) -> WeightColumn:
    how = {"size": "scaled to their number", "effective": "scaled to their effective number", "none": "not scaled"}
    scaling = f"{how[design.scale]} {within}" if within else "not scaled"
    return WeightColumn(unit, column, float(given.min()), float(given.max()), float(given.mean()), scaling)


def _scaled(weights: np.ndarray, within: np.ndarray, scale: str) -> np.ndarray:
    """Conditional weights scaled within units (Rabe-Hesketh and Skrondal 2006, section 3.2: methods 2 and 1)."""
    if scale == "none":
        return weights
    sums, squares = np.bincount(within, weights), np.bincount(within, weights**2)
    sizes = np.bincount(within)
    with np.errstate(invalid="ignore", divide="ignore"):  # a replicate may leave out all of a unit
        factors = np.where(sums > 0, sizes / sums if scale == "size" else sums / squares, 0.0)
    return np.asarray(weights * factors[within])


def told_columns(weighing: Weighing) -> Iterator[str]:
    """Each kind of weights in words."""
    for one in weighing.columns:
        ends = f"{one.low:.4g}" if one.low == one.high else f"{one.low:.4g} to {one.high:.4g}, mean {one.mean:.4g}"
        yield f"{one.column} of {one.unit} ({ends}; {one.scaling})"
