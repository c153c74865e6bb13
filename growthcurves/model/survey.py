"""Sampling designs: which columns hold weights, strata and sampling units, and what they come to for a panel."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.contracts.independent import Independent
from growthcurves.data.checks import holds_numbers
from growthcurves.data.constant import first_difference
from growthcurves.data.frame import as_frame, raw_array, require_columns
from growthcurves.data.panel import Panel
from growthcurves.data.source import show_id
from growthcurves.errors import ModelError, among, unknown
from growthcurves.model.covariance import residual_of
from growthcurves.model.growth import GrowthModel
from growthcurves.model.person_level import PersonLevel
from growthcurves.model.random import crosses
from growthcurves.numerics.distinct import numbered_within

#: How conditional weights are scaled within the unit that holds those whose weights they are.
SCALES = ("size", "effective", "none")
#: What is done about strata of one sampling unit.
SINGLE = ("refuse", "certainty", "centred")
#: Kinds of replicate weights.
REPLICATED = ("brr", "fay", "jackknife", "jk2")
#: The word for rows among the keys of `weights`.
ROWS = "rows"


@dataclass(frozen=True)
class ReplicateWeights:
    """Replicate weights of a study: columns of weights under each of which the model is fitted again.

    The variance is the sum of squared differences from the estimate times a factor for each replicate: 1/R of balanced
    repeated replication ("brr"), 1/(R (1 - fay)^2) of Fay's variant ("fay"), (R - 1)/R of the jackknife that leaves
    out one unit at a time ("jackknife"), 1 of the paired jackknife ("jk2").

    Parameters
    ----------
    columns : str or sequence of str
        Their names, or what they have in common: ``"rep_{k}"`` for rep_1, rep_2, ...
    kind : {"brr", "fay", "jackknife", "jk2"}
    fay : float
        Fay's factor, such as 0.5 of PISA.
    factors : sequence of float, optional
        The factor of each replicate, where the study gives them.

    Raises
    ------
    ModelError
        For what are no columns, an unknown kind, a factor that is none.

    Examples
    --------
    >>> import growthcurves as gc
    >>> gc.ReplicateWeights("rep_{k}", kind="fay").kind
    'fay'
    """

    columns: str | Sequence[str]
    kind: str = "brr"
    fay: float = 0.5
    factors: Sequence[float] | None = None

    def __post_init__(self) -> None:
        if not among(self.kind, REPLICATED):
            raise ModelError(unknown("kind of replicate weights", self.kind, REPLICATED))
        listed = [self.columns] if isinstance(self.columns, str) else list(self.columns)
        if not listed or not all(isinstance(name, str) for name in listed):
            raise ModelError("Replicate weights are columns: a list of names, or what they have in common, 'rep_{k}'.")
        if not 0 <= self.fay < 1:
            raise ModelError(f"fay= is a factor from 0 to below 1, not {self.fay:g}.")

    def among(self, known: Sequence[str]) -> list[str]:
        """The columns among those of a table, by their numbers.

        Parameters
        ----------
        known : sequence of str

        Returns
        -------
        list of str

        Raises
        ------
        ModelError
            Where none has the name.

        Examples
        --------
        >>> ReplicateWeights("rep_{k}").among(["id", "rep_2", "rep_10", "rep_1", "rep_x"])
        ['rep_1', 'rep_2', 'rep_10']
        """
        if not isinstance(self.columns, str):
            return list(self.columns)
        before, brace, rest = self.columns.partition("{")
        after = rest.partition("}")[2]
        if not brace:
            return [self.columns]
        middles = {
            name: name[len(before) : len(name) - len(after)]
            for name in known if isinstance(name, str) and name.startswith(before) and name.endswith(after)
        }  # fmt: skip
        numbered = [name for name, middle in middles.items() if middle.isdigit()]
        if not numbered:
            raise ModelError(f"No column is called as the replicate weights {self.columns!r}.")
        return sorted(numbered, key=lambda name: int(middles[name]))

    def counted(self, count: int) -> np.ndarray:
        """The factor of each of `count` replicates.

        Parameters
        ----------
        count : int

        Returns
        -------
        (count,) array

        Raises
        ------
        ModelError
            For other factors than replicates.

        Examples
        --------
        >>> ReplicateWeights("rep_{k}", kind="fay", fay=0.5).counted(4).tolist()
        [1.0, 1.0, 1.0, 1.0]
        """
        if self.factors is not None:
            if len(self.factors) != count:
                raise ModelError(f"factors= has {len(self.factors)} values for {count} replicate weights.")
            return np.asarray(self.factors, dtype=float)
        of = {"brr": 1.0 / count, "fay": 1.0 / (count * (1.0 - self.fay) ** 2), "jackknife": (count - 1.0) / count}
        return np.full(count, of.get(self.kind, 1.0))


@dataclass(frozen=True)
class SurveyDesign:
    """How persons were sampled: weights, strata and sampling units, for ``gc.fit(model, data, design=...)``.

    Estimates maximise a weighted pseudo-likelihood, in which each unit counts as many times within the unit above it as
    its conditional weight says (Rabe-Hesketh and Skrondal 2006; Asparouhov 2006); errors are by the design, a sandwich
    of scores by sampling unit within strata; degrees of freedom are sampling units less strata (docs/survey.md).

    Parameters
    ----------
    weights : str or dict, optional
        Column of the persons' weights; or by whose they are: the id column, units above persons, ``"rows"`` of
        occasions. Below the highest level a weight is conditional: one over the probability of being sampled given that
        the unit above was. Units that are not named count once.
    strata : str, optional
        Column of the strata.
    psu : str, optional
        Column of the primary sampling units; they lie in strata, whose names for them may be the same. By default the
        units of the highest level, persons where there are none above.
    replicates : ReplicateWeights, optional
        Replicate weights of persons, from which errors are taken in the place of strata and sampling units; of models
        without units above persons.
    scale : {"size", "effective", "none"}
        How conditional weights below the highest level are scaled within the unit that holds them: to sum to how many
        they are ("size"), to their effective number, the squared sum over the sum of squares ("effective"), or not at
        all. Weights of the highest level need none: their unit changes nothing but the log pseudo-likelihood.
    single : {"refuse", "certainty", "centred"}
        Strata of one sampling unit, whose variance is not known: refused by name, taken to add nothing (units that were
        certain to be sampled), or compared with the mean of all units.

    Raises
    ------
    ModelError
        For what is no column, and unknown words.

    Examples
    --------
    >>> import growthcurves as gc
    >>> data = gc.load_dataset("orthodont").assign(w=lambda d: 1.0 + (d["sex"] == "Female"))
    >>> fit = gc.fit("distance ~ age + (age | subject)", data, design=gc.SurveyDesign(weights="w"))
    >>> fit.fixed_effects()[["term", "estimate", "std_error", "df"]].round(3)
            term  estimate  std_error    df
    0  intercept    16.938      0.668  26.0
    1      slope     0.608      0.064  26.0
    """

    weights: str | Mapping[str, str] | None = None
    strata: str | None = None
    psu: str | None = None
    replicates: ReplicateWeights | None = None
    scale: str = "size"
    single: str = "refuse"

    def __post_init__(self) -> None:
        for name, value in (("strata", self.strata), ("psu", self.psu)):
            if value is not None and not isinstance(value, str):
                raise ModelError(f"{name}= is the name of a column, not {type(value).__name__}.")
        named = self.weights.items() if isinstance(self.weights, Mapping) else [("", self.weights)]
        for unit, column in named:
            if not isinstance(unit, str) or not (isinstance(column, str) or (column is None and not unit)):
                raise ModelError(
                    "weights= is a column, or columns by whose weights they are: {'pupil': 'w', 'school': 'w_school'}."
                )
        if not among(self.scale, SCALES):
            raise ModelError(unknown("scaling of weights", self.scale, SCALES))
        if not among(self.single, SINGLE):
            raise ModelError(unknown("treatment of single sampling units", self.single, SINGLE))
        if self.replicates is not None and not isinstance(self.replicates, ReplicateWeights):
            raise ModelError("replicates= is gc.ReplicateWeights(columns, kind), which says of what kind they are.")
        if self.replicates is not None and self.weights is None:
            raise ModelError("replicates= needs weights=, those of the estimate itself.")
        if self.weights is None and self.strata is None and self.psu is None:
            raise ModelError("A SurveyDesign needs weights=, strata= or psu=.")

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that it names."""
        weights = self.weights.values() if isinstance(self.weights, Mapping) else [self.weights]
        return tuple(name for name in (*weights, self.strata, self.psu) if name is not None)


def by_unit(design: SurveyDesign, model: GrowthModel) -> dict[str, str]:
    """The column of the weights of each unit of a model: "rows", the id, units above.

    Raises
    ------
    ModelError
        For weights of what is no unit of the model.
    """
    if design.weights is None:
        return {}
    if isinstance(design.weights, str):
        return {model.id: design.weights}
    known = [ROWS, model.id, *model.above]
    for unit in design.weights:
        if unit not in known:
            raise ModelError(unknown("unit with weights", unit, known))
    return dict(design.weights)


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
        Replicate weights, in the unit of the weights.
    factors : (R,) array or None
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

    @property
    def sampling_units(self) -> int:
        return len(self.strata)

    @property
    def stratum_count(self) -> int:
        return int(self.strata.max(initial=-1)) + 1

    @cached_property
    def df(self) -> int:
        """Sampling units less strata; of replicate weights without these, their rank less one."""
        if self.replicates is not None and self.design.psu is None:
            return int(np.linalg.matrix_rank(self.replicates, tol=1e-5 * float(self.replicates.max()))) - 1
        return self.sampling_units - self.stratum_count

    @cached_property
    def shares(self) -> np.ndarray:
        """What each person counts, one in all, (N,)."""
        return np.asarray(self.mass / self.mass.sum())


def refuse_unweighable(model: GrowthModel, design: SurveyDesign) -> None:
    """Refuse models that have no weighted pseudo-likelihood here.

    Raises
    ------
    ModelError
    """
    if crosses(model.above):
        raise ModelError(
            "design= has no answer for crossed units: a pseudo-likelihood needs units that lie in one another."
        )
    if not isinstance(residual_of(model.residual), Independent):
        raise ModelError(
            f"design= takes independent residuals: residual={residual_of(model.residual).name!r} has no weighted "
            f"pseudo-likelihood here. Errors by the design do not rest on independence."
        )
    if design.replicates is not None and model.above:
        raise ModelError(
            "replicates= is of models without units above persons: a replicate weight of pupils does not say which "
            "part of it is their school's. Give psu= and strata=."
        )
    if model.likelihood_family is not None and ROWS in by_unit(design, model):
        raise ModelError("Weights of rows are of normal outcomes; those of a family take weights of persons.")
    if model.likelihood_family is not None and design.replicates is not None:
        raise ModelError("replicates= is of normal outcomes; those of a family take psu= and strata=.")


def without_zeros(design: SurveyDesign, model: GrowthModel, panel: Panel) -> Panel:
    """The panel without persons whose own weight, or that of a unit that holds them, is zero; the design counts them.

    Raises
    ------
    ModelError
        For weights that are missing, negative, no numbers, or all zero, and for weights that vary within a unit.
    """
    columns = {unit: column for unit, column in by_unit(design, model).items() if unit != ROWS}
    require_columns(panel.data, list(design.columns))
    for unit, column in by_unit(design, model).items():
        _checked(panel, model, unit, column)
    zero = np.zeros(len(panel.data), dtype=bool)
    for column in columns.values():
        zero |= raw_array(panel.data, column) == 0
    return panel.leave_out(zero, "weight of zero") if zero.any() else panel


def _checked(panel: Panel, model: GrowthModel, unit: str, column: str) -> None:
    raw = panel.column(column)
    if not holds_numbers(raw):
        raise ModelError(f"The weights {column!r} of {_whose(model, unit)} are no numbers.")
    values = panel.numbers(column)
    if not (np.isfinite(values).all() and values.min() >= 0):
        for bad, what in ((np.isnan(values), "missing"), (values < 0, "negative"), (np.isinf(values), "infinite")):
            if bad.any():
                raise ModelError(f"The weight {column!r} of {_named(panel, model, unit, int(bad.argmax()))} is {what}.")
    if not values.max() > 0:
        raise ModelError(f"All weights {column!r} of {_whose(model, unit)} are zero.")
    if unit == ROWS:
        persons = panel.persons
        empty = np.bincount(persons.codes, weights=values, minlength=persons.count) == 0
        if empty.any():
            raise ModelError(
                f"All rows of {model.id} {show_id(persons.labels[int(empty.argmax())])} have weights {column!r} of "
                f"zero: give the person a weight of zero, or leave the rows out with where=."
            )
        return
    row = _varying_row(panel, column) if unit == model.id else _other_row(values, *_codes(panel, model, unit))
    if row is not None:
        codes, first = _codes(panel, model, unit)
        raise ModelError(
            f"The weight {column!r} varies within {_named(panel, model, unit, row)} ({values[first[codes[row]]]:g}, "
            f"then {values[row]:g}): a weight of {_whose(model, unit)} is one number for each."
        )


def _varying_row(panel: Panel, column: str) -> int | None:
    """A row in which a column differs from the first row of the same person."""
    person = PersonLevel(panel).varies_for(column)
    if person is None:
        return None
    rows, values = np.flatnonzero(panel.persons.codes == person), panel.column(column)
    return int(next(row for row in rows if values[row] != values[rows[0]]))


def _other_row(values: np.ndarray, codes: np.ndarray, first: np.ndarray) -> int | None:
    """The same within units above persons."""
    return first_difference(values, codes, first)


def _whose(model: GrowthModel, unit: str) -> str:
    return "rows" if unit == ROWS else f"{unit!r}"


def _named(panel: Panel, model: GrowthModel, unit: str, row: int) -> str:
    if unit == ROWS:
        person = show_id(panel.persons.labels[panel.persons.codes[row]])
        at = "" if panel.time is None else f" at {panel.time} {panel.times[row]:g}"
        return f"{model.id} {person}{at}"
    return f"{unit} {show_id(panel.column(unit)[row])}"


def _codes(panel: Panel, model: GrowthModel, unit: str) -> tuple[np.ndarray, np.ndarray]:
    """The unit of each row, units of one name in two units above being two, and each unit's first row."""
    persons = panel.persons
    if unit == model.id:
        return persons.codes, persons.first_rows
    above = list(model.above)
    labels = [np.asarray(panel.column(name)) for name in above]
    first, codes = numbered_within([pd.factorize(label)[0] for label in labels])[above.index(unit)]
    return codes, first


def weighed(
    design: SurveyDesign, model: GrowthModel, panel: Panel, units: Sequence[np.ndarray], whole: Any
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
    names, scaled, unit = [model.id, *model.above], [], 1.0
    first = persons.first_rows
    for place, name in enumerate(names):
        count = int(levels[place].max(initial=-1)) + 1
        if name not in named:
            scaled.append(np.ones(count))
            continue
        given = panel.numbers(named[name])[first]
        if place:
            given = given[np.unique(levels[place], return_index=True)[1]]
        if place + 1 < len(names):
            parents = np.empty(count, dtype=np.intp)
            parents[levels[place]] = levels[place + 1]
            scaled.append(_scaled(given, parents, design.scale))
            told.append(_told(name, named[name], given, f"within {names[place + 1]}", design))
        else:
            unit = float(given.mean())
            scaled.append(given / unit)
            told.append(_told(name, named[name], given, "", design))
    mass = scaled[0]
    for codes, weights in zip(levels[1:], scaled[1:], strict=True):
        mass = mass * weights[codes]
    sampled, strata = _sampling_units(design, model, panel, levels[-1], as_frame(whole))
    replicates, factors = _replicates(design, model, panel, unit)
    return Weighing(
        design, rows, scaled[0], tuple(scaled[1:]), mass, unit, sampled, strata, tuple(told), whole, replicates, factors
    )  # fmt: skip


def _replicates(
    design: SurveyDesign, model: GrowthModel, panel: Panel, unit: float
) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Replicate weights of persons, and their factors."""
    if design.replicates is None:
        return None, None
    names = design.replicates.among(list(panel.data.columns))
    require_columns(panel.data, names)
    for name in names:
        _checked(panel, model, model.id, name)
    first = panel.persons.first_rows
    return np.array([panel.numbers(name)[first] for name in names]) / unit, design.replicates.counted(len(names))


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
    factors = sizes / sums if scale == "size" else sums / squares
    return np.asarray(weights * factors[within])


def _sampling_units(
    design: SurveyDesign, model: GrowthModel, panel: Panel, top: np.ndarray, whole: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray]:
    """The sampling unit of each person and the stratum of each sampling unit, those without persons included."""
    highest = list(model.above)[-1] if model.above else model.id
    psu, first = design.psu or highest, panel.persons.first_rows
    named = [name for name in (psu, design.strata) if name is not None]
    for name in named:
        if name != model.id:
            _refuse_divided(panel, model, name)
    sampled, strata, names = _numbered(panel, named, first, whole)
    _refuse_single(design, strata, names)
    _refuse_splitting(model, psu, highest, sampled, top, panel)
    return sampled, strata


def _numbered(
    panel: Panel, named: Sequence[str], first: np.ndarray, whole: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray, Any]:
    """The sampling unit of each person, the stratum of each unit, and what strata are called.

    `named` are the columns of sampling units and, where there are any, of strata; rows of the whole table in which one
    of these is missing are of nobody.
    """
    if len(whole) == len(panel) and list(named) == [panel.id]:
        return np.arange(len(first)), np.zeros(len(first), dtype=np.intp), [None]
    pieces = [panel.column(name)[first] for name in named]
    if len(whole) != len(panel):
        require_columns(whole, list(named))
        pieces = [_joined(raw_array(whole, name), piece) for name, piece in zip(named, pieces, strict=True)]
    found = [pd.factorize(piece) for piece in pieces]
    units, strata = found[0][0], found[1][0] if len(found) > 1 else np.zeros(len(found[0][0]), dtype=np.intp)
    there = (units >= 0) & (strata >= 0)
    key = units.astype(np.int64) * (int(strata.max(initial=0)) + 1) + strata
    codes, keys = pd.factorize(key[there])
    place = np.full(len(key), -1, dtype=np.intp)
    place[there] = codes
    names = found[1][1] if len(found) > 1 else [None]
    used, of_units = np.unique(keys % (int(strata.max(initial=0)) + 1), return_inverse=True)
    return place[len(key) - len(first) :], of_units.reshape(-1), [names[k] for k in used]


def _joined(one: Any, other: Any) -> Any:
    if isinstance(one, np.ndarray) and isinstance(other, np.ndarray) and one.dtype == other.dtype:
        return np.concatenate([one, other])
    return np.concatenate([np.asarray(one, dtype=object), np.asarray(other, dtype=object)])


def _refuse_divided(panel: Panel, model: GrowthModel, name: str) -> None:
    values = panel.column(name)
    missing = np.asarray(pd.isna(values))
    if missing.any():
        row = int(missing.argmax())
        raise ModelError(
            f"{name!r} is missing for {_named(panel, model, model.id, row)}: the design needs it of everybody."
        )
    differs = _varying_row(panel, name)
    if differs is not None:
        raise ModelError(
            f"{name!r} varies within {_named(panel, model, model.id, differs)}: a person was sampled in one stratum "
            f"and unit; give those of the first wave."
        )


def _refuse_single(design: SurveyDesign, strata: np.ndarray, names: Any) -> None:
    sizes = np.bincount(strata)
    if len(strata) < 2:
        raise ModelError("The design has one sampling unit: there is no variance between units to take errors from.")
    if design.single == "refuse" and (sizes == 1).any():
        stratum = show_id(names[int((sizes == 1).argmax())])
        others = f" ({(sizes == 1).sum() - 1:,} others too)" if (sizes == 1).sum() > 1 else ""
        raise ModelError(
            f"The stratum {design.strata} {stratum} has one sampling unit{others}: join it to another, or say "
            f"single='certainty' (it adds nothing) or single='centred' (against the mean of all units)."
        )


def _refuse_splitting(
    model: GrowthModel, psu: str, highest: str, sampled: np.ndarray, top: np.ndarray, panel: Panel
) -> None:
    """Sampling units hold units of the highest level whole."""
    if not model.above:
        return
    firsts = np.unique(top, return_index=True)[1]
    apart = sampled != sampled[firsts][top]
    if apart.any():
        name = show_id(panel.column(highest)[panel.persons.first_rows[int(apart.argmax())]])
        raise ModelError(
            f"{highest} {name} lies in two sampling units {psu!r}: these hold units of the highest level whole."
        )


def told_columns(weighing: Weighing) -> Iterator[str]:
    """Each kind of weights in words."""
    for one in weighing.columns:
        ends = f"{one.low:.4g}" if one.low == one.high else f"{one.low:.4g} to {one.high:.4g}, mean {one.mean:.4g}"
        yield f"{one.column} of {one.unit} ({ends}; {one.scaling})"
