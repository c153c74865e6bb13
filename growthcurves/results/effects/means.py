"""Estimated means at times, and what they share with estimated slopes: groups, differences, adjustment."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import Finding, Group, Kind, Level
from growthcurves.data.markup import Block
from growthcurves.errors import ModelError, among, unknown
from growthcurves.fitted import FittedModel
from growthcurves.model.families.binomial import Binomial
from growthcurves.numerics.times import time_texts
from growthcurves.output.words import capital
from growthcurves.results.ddf import ddf_of
from growthcurves.results.effects.adjust import Adjusted, Family, adjusted
from growthcurves.results.effects.estimated import RATIO, RATIO_P, Linear, OfOutcome, reach_of
from growthcurves.results.effects.outcome_means import Function, checked_people, mean_at, place_of
from growthcurves.results.effects.outcome_scale import (
    goes_back,
    measure_of,
    note_of_places,
    note_of_ratio,
    note_of_scale,
    on_column_scale,
    title_of_category,
    title_of_means,
)
from growthcurves.results.intervals.delta import moved
from growthcurves.results.questions.cell_rows import cell_rows
from growthcurves.results.questions.offsets import offset_at
from growthcurves.results.questions.reference_grid import Grid, GridRows, group_text
from growthcurves.results.questions.times import default_times, times_asked
from growthcurves.results.tables.answer import TIDY, Answer, checked_level, text_table
from growthcurves.results.tables.labels import finding_label
from growthcurves.results.tables.printing import rows_text

DIFFERENCES = (None, "pairwise", "reference")
#: What the difference of two estimates is.
DIFFERENCE = {Kind.MEAN: Kind.MEAN_DIFFERENCE, Kind.SLOPE: Kind.SLOPE_DIFFERENCE}
_WORDS = {Kind.MEAN: "mean", Kind.SLOPE: "slope"}
_OWN_COLUMNS = {*TIDY, *RATIO, RATIO_P, "kind", "p_adjusted", "conf_low_adjusted", "conf_high_adjusted"}


@dataclass(frozen=True, eq=False, repr=False)
class Marginal(Answer):
    """Estimated means or slopes, and differences between them.

    Attributes
    ----------
    table : DataFrame
        Tidy; kind ("mean" or "slope", then "difference"), the grouping variables and time in further columns ("by_term"
        for one that is called like another column of the table); with differences also p_adjusted, and
        conf_low_adjusted, conf_high_adjusted where the adjustment has intervals.
    findings : tuple of Finding
        The rows of the table: what each is, of which group, when, and against which group or time (of).
    rows : GridRows
        The estimates as linear functions of the fixed effects.
    title, note, ddf : str
        What is shown, how it is averaged, how degrees of freedom were found.
    adjustment : str
    carried : bool
        Whether the estimates stand on the scale of a computed outcome's column; `rows` are of the model's scale.
    scale : str
        Of a family: "link" or "response".
    source : Estimated or None
        The estimates with their joint uncertainty.
    """

    findings: tuple[Finding, ...] = field(repr=False)
    rows: GridRows = field(repr=False)
    title: str
    note: str
    ddf: str
    adjustment: str = ""
    carried: bool = False
    scale: str = ""
    source: Any = field(default=None, repr=False)

    @property
    def means(self) -> pd.DataFrame:
        """The rows that are estimates themselves."""
        return self._part(False)

    @property
    def differences(self) -> pd.DataFrame:
        """The rows that are differences."""
        return self._part(True)

    def _part(self, differences: bool) -> pd.DataFrame:
        part = self.table[self._is_difference == differences]
        return part.dropna(axis=1, how="all").reset_index(drop=True) if len(part) else part

    @property
    def _is_difference(self) -> np.ndarray:
        return np.array([finding.kind in DIFFERENCE.values() for finding in self.findings])

    def __str__(self) -> str:
        lines = [self.title, _shown(self.table[~self._is_difference])]
        if self._is_difference.any():
            lines += [f"Differences ({self.adjustment})", _shown(self.table[self._is_difference])]
        return "\n".join([*lines, *self._notes()])

    def _notes(self) -> list[str]:
        notes = [f"{capital(self.note)}."] if self.note else []
        if not self.rows.estimable.all():
            notes.append("- : not estimable, the data hold no persons that determine it.")
        return [*notes, f"Degrees of freedom: {self.ddf}."]

    def _blocks(self) -> tuple[Block, ...]:
        second: list[Block] = []
        if len(self.differences):
            second = [f"Differences ({self.adjustment})", text_table(self.differences.drop(columns="kind"))]
        return (self.title, text_table(self.means.drop(columns="kind")), *second, *self._notes())

    def _parts(self) -> list[tuple[str, pd.DataFrame]]:
        parts = [("", self.means), (f"Differences ({self.adjustment})", self.differences)]
        return [(title, part.drop(columns="kind")) for title, part in parts if len(part)]

    def to_dict(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "table": self.table.to_dict(orient="records"),
            "note": self.note,
            "ddf": self.ddf,
            "adjustment": self.adjustment,
        }


def _shown(table: pd.DataFrame) -> str:
    extra = ["p_adjusted", "conf_low_adjusted", "conf_high_adjusted", *RATIO, RATIO_P]
    columns = [*TIDY, *(name for name in extra if name in table and table[name].notna().any())]
    return rows_text(table[columns], one_unit=True)


def means(
    fit: FittedModel,
    at: Any = None,
    by: Any = None,
    differences: str | None = None,
    adjust: str = "none",
    ddf: Any = None,
    level: float = 0.95,
    average: str = "persons",
    weights: str = "equal",
    scale: str | None = None,
    people: str = "average",
    category: Any = None,
) -> Marginal:
    """Estimated means of the outcome at times, by groups; see `GrowthFit.means`."""
    checked_people(people)
    place = place_of(fit, category, scale)
    scale = scale if place is None else "response"
    back = goes_back(fit, scale, differences)
    grid = Grid.of(fit, by, average, weights)
    if not fit.recipe.shape.changes:
        if at is not None:
            raise ModelError("The model has no time: leave out at=, or say which column is time with time=.")
        points: list[dict[str, Any]] = [{}]
    else:
        times = default_times(fit) if at is None else times_asked(fit, at)
        points = [{str(fit.model.time): float(t)} for t in times]
    when = [next(iter(point.values()), 0.0) for point in points]
    parts = [
        replace(grid.average(partial(cell_rows, fit, time=t)), constant=offset_at(grid, point))
        for t, point in zip(when, points, strict=True)
    ]
    title = title_of_means(fit, back, scale, people)
    title = title if place is None else title_of_category(fit, category, people)
    asked = Asked(Kind.MEAN, title, differences, adjust, ddf, level)
    if fit.outcome_family is not None and scale == "response":
        functions = [mean_at(fit, grid, t, people, place) for t in when]
        if place is None:
            source = of_outcome(fit, functions, parts, asked, reach_of(fit))
        else:
            source = replace(of_outcome(fit, functions, parts, asked, 1.0), scale=Binomial())
        return marginal(fit, grid, points, source, asked, people, category)
    found = marginal(fit, grid, points, Linear(fit, joined(parts), ddf, level), asked)
    return on_column_scale(fit, found) if back else found


@dataclass(frozen=True, eq=False)
class Asked:
    """What is estimated, under which title, which differences, adjusted how, with which degrees of freedom."""

    kind: Kind
    title: str
    differences: str | None
    adjust: str
    ddf: Any
    level: float


def joined(parts: list[GridRows]) -> GridRows:
    """The rows of several points one after the other."""
    return GridRows(
        np.concatenate([part.L for part in parts]),
        parts[0].kept,
        np.concatenate([part.estimable for part in parts]),
        np.concatenate([part.added for part in parts]),
    )


def of_outcome(
    fit: FittedModel, functions: list[Function], parts: list[GridRows], asked: Asked, reach: float
) -> OfOutcome:
    """Functions of a point, several at each of the points, with their joint uncertainty."""
    found = moved(fit, lambda point: np.concatenate([function(point) for function in functions]))
    rates = asked.kind is Kind.SLOPE
    return OfOutcome(fit, found, joined(parts), asked.ddf, checked_level(asked.level), reach, rates)


def marginal(
    fit: FittedModel,
    grid: Grid,
    points: list[dict[str, Any]],
    source: Linear | OfOutcome,
    asked: Asked,
    people: str | None = None,
    category: Any = None,
) -> Marginal:
    """Estimates at each point (of time) for each group, and their differences; `people` on the response scale, and
    with a category its probabilities.
    """
    kind = asked.kind
    if not among(asked.differences, DIFFERENCES):
        raise ModelError(unknown("kind of differences", asked.differences, DIFFERENCES[1:]))
    labels = [{**group, **point} for point in points for group in grid.groups()]
    names = [", ".join(filter(None, (group_text(g), p))) or "all" for p in point_texts(points) for g in grid.groups()]
    table = source.estimates(names).assign(kind=_WORDS[kind])
    places = note_of_places(fit, people) if kind is Kind.MEAN else ""
    if places:
        table = table.assign(statistic=float("nan"), p_value=float("nan"))
    for name in [*grid.by, *(points[0] if points else ())]:
        table[_column(name)] = [label[name] for label in labels]
    whose: list[_Whose] = [(_group(group), _when(point), None) for point in points for group in grid.groups()]
    findings, adjustment = _findings(kind, table, whose), ""
    if asked.differences is not None:
        compared, whose, adjustment = _differences(grid, points, source, (asked.differences, asked.adjust), asked.level)
        findings += _findings(DIFFERENCE[kind], compared, whose)
        table = pd.concat([table, compared], ignore_index=True)
    table["label"] = [finding_label(fit, one, measure_of(fit, kind, people, category)) for one in findings]
    ratio = note_of_ratio(fit, people, category) if RATIO[0] in table else ""
    about = [note_of_scale(fit, people, category), places, grid.note(), ratio]
    note = "; ".join(filter(None, about))
    scale = "" if fit.outcome_family is None else "link" if people is None else "response"
    method = ddf_of(asked.ddf, fit).label
    return Marginal(
        table, tuple(findings), source.rows, asked.title, note, method, adjustment, scale=scale, source=source
    )


#: Of which group, when, and against what.
_Whose = tuple[Group | None, Any, Any]


def _column(name: str) -> str:
    """The column of a grouping variable or of time, which may not take the place of another."""
    return f"by_{name}" if name in _OWN_COLUMNS else name


def _group(group: Mapping[str, Any]) -> Group | None:
    return tuple(Level(name, value) for name, value in group.items()) or None


def _when(point: Mapping[str, Any]) -> Any:
    """The time, or the ends of the interval, of a point; None without time."""
    return next(iter(point.values()), None)


def _findings(kind: Kind, table: pd.DataFrame, whose: Sequence[_Whose]) -> list[Finding]:
    known = [name for name in (*TIDY[2:], "p_adjusted") if name in table]
    return [
        Finding(kind, row["estimate"], group=group, at=at, of=of, **{name: row[name] for name in known})
        for (group, at, of), row in zip(whose, table.to_dict("records"), strict=True)
    ]


def point_texts(points: list[dict[str, Any]]) -> list[str]:
    """`week 4`, or `week 0 to 9`, of each point."""
    times = [time for point in points for value in point.values() for time in np.atleast_1d(value)]
    said = dict(zip(times, time_texts(times), strict=True))
    return [
        ", ".join(f"{name} {' to '.join(said[time] for time in np.atleast_1d(value))}" for name, value in point.items())
        for point in points
    ]


def _differences(
    grid: Grid, points: list, source: Linear | OfOutcome, compare: tuple[str, str], level: float
) -> tuple[pd.DataFrame, list[_Whose], str]:
    """Families of differences: between groups at each point, or between points where there are no groups."""
    groups = grid.groups()
    if grid.by:
        count = len(groups)
        families = [(list(range(i * count, (i + 1) * count)), point) for i, point in enumerate(points)]
        texts = [group_text(group) for group in groups]
    else:
        families = [(list(range(len(points))), {})]
        texts = point_texts(points)
    if len(texts) < 2:
        raise ModelError("There is one estimate only, and so no difference: give by=, or several times.")
    tables, whose, notes = [], [], []
    for (members, point), text in zip(families, point_texts([point for _, point in families]), strict=True):
        table, note = _family(source, members, (texts, text), compare, level)
        for name, value in point.items():
            table[_column(name)] = [value] * len(table)
        for late, early in _pairs(len(members), compare[0]):
            if grid.by:
                whose.append((_group(groups[late]), _when(point), _group(groups[early])))
            else:
                whose.append((None, _when(points[late]), _when(points[early])))
        tables.append(table)
        notes.append(note)
    made = sum(len(table) for table in tables)
    counted = f"{made} comparison{'s' * (made > 1)}, {'; '.join(dict.fromkeys(notes))}"
    where = f", at each {next(iter(points[0]))} by itself" if grid.by and len(points) > 1 else ""
    return pd.concat(tables, ignore_index=True), whose, counted + where * (compare[1] != "none")


def _family(
    source: Linear | OfOutcome,
    members: list[int],
    words: tuple[list[str], str],
    compare: tuple[str, str],
    level: float,
) -> tuple[pd.DataFrame, str]:
    texts, where = words
    kind, adjust = compare
    pairs = _pairs(len(members), kind)
    weights = np.zeros((len(pairs), len(members)))
    for row, (late, early) in zip(weights, pairs, strict=True):
        row[late], row[early] = 1.0, -1.0
    names = [", ".join(filter(None, (f"{texts[late]} - {texts[early]}", where))) for late, early in pairs]
    table, there, spread = source.differences(weights, members, names)
    table = table.assign(kind="difference")
    if not there.any():
        return table, "not estimable"
    error = np.sqrt(np.diag(spread))
    with np.errstate(invalid="ignore"):  # groups that the model holds to be alike differ by zero without error
        correlation = spread / np.outer(error, error)
    compared = len({member for pair, ok in zip(pairs, there, strict=True) if ok for member in pair})
    family = Family(
        table["statistic"].to_numpy()[there],
        table["df"].to_numpy()[there],
        correlation,
        kind,
        compared,
        level,
    )
    return _with_adjustment(source, table, there, adjusted(adjust, family))


def _with_adjustment(
    source: Linear | OfOutcome, table: pd.DataFrame, there: np.ndarray, result: Adjusted
) -> tuple[pd.DataFrame, str]:
    def spread_out(values: np.ndarray) -> np.ndarray:
        out = np.full(len(there), np.nan)
        out[there] = values
        return out

    if result.p is not None:
        table["p_adjusted"] = spread_out(result.p)
    if result.width is not None:
        ends = source.ends(table, spread_out(result.width))
        table["conf_low_adjusted"], table["conf_high_adjusted"] = ends
    return table, result.note


def _pairs(count: int, kind: str) -> list[tuple[int, int]]:
    """Pairs (later, earlier)."""
    if kind == "reference":
        return [(late, 0) for late in range(1, count)]
    return [(late, early) for early, late in itertools.combinations(range(count), 2)]
