"""The covariance and correlation of a person's outcomes at several times, z(t)' G z(s) + R(t, s)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.contracts.finding import PERSON
from growthcurves.data.frame import listed, raw_array
from growthcurves.data.joined import name_of
from growthcurves.data.markup import Block
from growthcurves.errors import ModelError, NotEstimableError, brief, is_name, unknown
from growthcurves.fitted import FittedModel
from growthcurves.model.columns import replay
from growthcurves.model.occasions import occasions_of, panel_occasions
from growthcurves.model.transforms import person_transforms
from growthcurves.numerics.times import time_texts
from growthcurves.results.questions.design_rows import random_columns
from growthcurves.results.questions.levels import is_crossed, part_of
from growthcurves.results.questions.times import default_times, times_asked
from growthcurves.results.tables.answer import Answer, text_table
from growthcurves.results.tables.printing import number

TITLE = "Covariance of a person's outcomes (diagonal: variance; above it: correlation)"
CROSSED = "Covariance of a person's outcomes without another unit in common (diagonal: variance; above it: correlation)"
#: The most groups and times that are shown.
MOST_GROUPS, MOST_TIMES = 50, 200


@dataclass(frozen=True, eq=False, repr=False)
class MarginalCovariance(Answer):
    """Covariances and correlations of pairs of occasions: columns time, other, covariance, correlation; groups first.

    Attributes
    ----------
    matrices : dict of group to DataFrame
        The covariance matrix V of the occasions; the group is the empty tuple where none was asked for.
    """

    matrices: Mapping[tuple[Any, ...], pd.DataFrame]
    title: str = TITLE
    axis: str = "time"

    def covariance(self, *group: Any) -> pd.DataFrame:
        """The covariance matrix of the occasions.

        Parameters
        ----------
        *group
            The group, where `by` asked for several.

        Returns
        -------
        DataFrame
            Times by times, in the unit of the outcome squared.

        Raises
        ------
        ModelError
            For an unknown group, with the nearest.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> fit.marginal_covariance(at=[0, 9]).covariance().round(0)
                0.0     9.0
        0.0  1267.0   699.0
        9.0   699.0  4281.0
        """
        if not is_name(group) or group not in self.matrices:
            names = [", ".join(map(str, known)) for known in self.matrices if known]
            raise ModelError(unknown("group", group[0] if len(group) == 1 else group, names))
        return self.matrices[group]

    def correlation(self, *group: Any) -> pd.DataFrame:
        """The correlation matrix of the occasions.

        Parameters
        ----------
        *group
            The group, where `by` asked for several.

        Returns
        -------
        DataFrame
            Times by times.

        Raises
        ------
        ModelError
            For an unknown group, with the nearest.

        Examples
        --------
        >>> import growthcurves as gc
        >>> fit = gc.fit("reaction ~ day + (day | subject)", gc.load_dataset("sleepstudy"))
        >>> fit.marginal_covariance(at=[0, 9]).correlation().round(2)
             0.0  9.0
        0.0  1.0  0.3
        9.0  0.3  1.0
        """
        return correlations(self.covariance(*group))

    def __str__(self) -> str:
        return "\n".join([self.title, *(f"{title}\n{shown.to_string()}".strip() for title, shown in self._shown())])

    def _shown(self) -> Iterator[tuple[str, pd.DataFrame]]:
        for group, V in self.matrices.items():
            upper = np.triu(np.ones(V.shape, dtype=bool), 1)
            whole = V.where(~upper, correlations(V))
            names = _names(V.index)
            yield ", ".join(map(str, group)), pd.DataFrame(whole.map(number).to_numpy(), names, names)

    def _blocks(self) -> tuple[Block, ...]:
        parts = [
            part for title, shown in self._shown() for part in (title, text_table(shown.reset_index(names=self.axis)))
        ]
        return (self.title, *filter(lambda part: part != "", parts))


def _names(times: Any) -> list[str]:
    """Times, or visits that are named, as a table shows them."""
    return list(times) if any(isinstance(time, str) for time in times) else list(time_texts(times))


def correlations(V: pd.DataFrame) -> pd.DataFrame:
    """A covariance matrix as correlations."""
    sd = np.sqrt(np.diag(V))
    return V / np.outer(sd, sd)


def marginal_covariance(fit: FittedModel, at: Any = None, by: Any = None) -> MarginalCovariance:
    """V = Z G Z' + R of a person's outcomes at several times; see `GrowthFit.marginal_covariance`."""
    if fit.family is not None:
        raise NotEstimableError("Outcomes of this family have no residual, and so no covariance apart from their mean.")
    names, times = [] if by is None else listed(by, "by"), _times(fit, at)
    used = _used(fit)
    names = [name] if names and (name := name_of(names, "by")) in used else names  # one group of several columns
    along = {name: values for name in used - set(names) if (values := _settled_by_time(fit, name, times)) is not None}
    _refuse_columns(fit, names, used - set(along))
    matrices = {
        group: _covariance(fit, times, dict(zip(names, group, strict=True)), along) for group in _groups(fit, names)
    }
    rows = [
        (*group, t, s, V.loc[t, s], correlation.loc[t, s])
        for group, V in matrices.items()
        for correlation in [correlations(V)]
        for i, t in enumerate(V.index)
        for s in V.index[: i + 1]
    ]
    table = pd.DataFrame(rows, columns=[*names, "time", "other", "covariance", "correlation"])
    pairs = zip(table["time"], table["other"], strict=True)
    table["label"] = [f"{_when(fit, time)} and {_when(fit, other)}" for time, other in pairs]
    title = CROSSED if is_crossed(fit) else TITLE
    return MarginalCovariance(table, matrices, fit.vocabulary.said(title), fit.vocabulary.axis)


def _when(fit: FittedModel, time: Any) -> str:
    """A time, or a visit that is named, in words."""
    return f"at {time}" if isinstance(time, str) or fit.panel.time is None else fit.when.at(float(time))


def _of_visits(fit: FittedModel) -> tuple[Any, ...] | None:
    """The planned occasions of a model without time, whose residuals know no others; None of other models."""
    residual = fit.estimates.point.residual
    return None if fit.panel.time is not None else getattr(residual, "waves", None)


def _times(fit: FittedModel, at: Any) -> np.ndarray:
    visits = _of_visits(fit)
    if visits is not None:
        return np.array([_place(visits, visit) for visit in (visits if at is None else listed(at, "at"))], dtype=float)
    if at is None:
        return default_times(fit) if fit.recipe.shape.changes else np.array([1.0, 2.0])
    times = np.unique(times_asked(fit, at))
    if len(times) > MOST_TIMES:
        raise ModelError(f"at= takes at most {MOST_TIMES} times here, not {len(times):,}.")
    return times


def _place(visits: tuple[Any, ...], visit: Any) -> int:
    if visit not in visits:
        raise ModelError(unknown("planned occasion", visit, visits))
    return visits.index(visit)


def _used(fit: FittedModel) -> set[str]:
    """The columns besides time on which the random part and the residual depend."""
    used = {name for columns in fit.recipe.varying for name in columns.used} | _random_covariates(fit)
    return (used | set(getattr(fit.point.residual, "columns", ()))) - {str(fit.model.time), *fit.recipe.curves}


def _settled_by_time(fit: FittedModel, name: str, times: np.ndarray) -> pd.Series | None:
    """A column at the times, where it is another name of common times, as a wave or a phase is; else None."""
    if fit.panel.time is None:
        return None
    rows = pd.DataFrame({"time": fit.times, "value": raw_array(fit.panel.frame, name)})
    known = rows.drop_duplicates().set_index("time")["value"]
    shared = known.index.is_unique and 2 * len(known) <= len(rows)
    if not shared or not (rows["value"].groupby(fit.panel.persons.codes).nunique() > 1).any():
        return None
    for time in times[~np.isin(times, known.index)]:
        raise ModelError(f"The covariance of occasions depends on {name!r}, and no row says what that is at {time:g}.")
    return known.loc[times].reset_index(drop=True)


def _refuse_columns(fit: FittedModel, names: list[Any], used: set[str]) -> None:
    """The columns on which the random part depends, and time does not settle, must be those that are given."""
    if fit.recipe.shape.columns and len(np.unique(fit.kinds.values, axis=0)) > 1:
        raise NotEstimableError(
            f"Persons have knots of their own ({', '.join(fit.recipe.shape.columns)}), and so covariances of their own."
        )
    for name in sorted(used - set(names)):
        raise ModelError(f"The covariance of occasions depends on {name!r}: ask for it by groups, with by={name!r}.")
    for name in names:
        if name not in used:
            raise ModelError(
                f"The model's covariance is the same whatever {brief(name)}: only a random part that holds it, such as "
                f"(0 + x | {fit.model.id}), or a residual with by= makes it differ."
            )


def _random_covariates(fit: FittedModel) -> set[str]:
    columns = fit.recipe.covariates
    return {
        used
        for name, term in zip(columns.names, columns.terms, strict=True)
        if name in fit.random_names
        for used in term.columns
    }


def _groups(fit: FittedModel, names: list[Any]) -> list[tuple[Any, ...]]:
    """The combinations of the columns' values that occur."""
    if not names:
        return [()]
    table = pd.DataFrame({name: raw_array(fit.panel.frame, name) for name in names}).drop_duplicates()
    if len(table) > MOST_GROUPS:
        raise ModelError(f"by= makes {len(table):,} groups; at most {MOST_GROUPS} are shown.")
    return list(table.sort_values(names).itertuples(index=False, name=None))


def _covariance(
    fit: FittedModel, times: np.ndarray, group: Mapping[Any, Any], along: Mapping[Any, pd.Series]
) -> pd.DataFrame:
    if not fit.identified:
        _refuse_unseen(fit, times, group)
    group = {**group, **along}
    point, Z = fit.estimates.point, _rows(fit, times, group)
    rows = fit.standard_rows(Z)
    V = _between(fit, rows) if len(fit.random_names) else np.zeros((len(times),) * 2)
    occasions = occasions_of(point.residual, times, fit.model.time, lambda name: _repeated(group, name, len(times)))
    R = point.within(occasions)
    V = V + (np.diag(np.broadcast_to(point.residual_variances(occasions), len(times))) if R is None else R)
    visits = _of_visits(fit)
    names = times if visits is None else [visits[int(place)] for place in times]
    return pd.DataFrame((V + V.T) / 2.0, names, names)


def _between(fit: FittedModel, rows: np.ndarray) -> np.ndarray:
    """Z G Z' of all levels; where units cross persons two occasions share the person alone, as in `icc`."""
    V = fit.estimates.point.between(rows)
    if not is_crossed(fit):
        return V
    own = fit.estimates.point.between(part_of(fit, rows, (PERSON,)))
    return np.where(np.eye(len(V), dtype=bool), V, own)


def _repeated(group: Mapping[Any, Any], name: str, count: int) -> np.ndarray | None:
    return np.asarray(_at_each(group[name], count)) if name in group else None


def _at_each(value: Any, count: int) -> pd.Series:
    """A value that holds at all times; what is one for each already stays."""
    return value if isinstance(value, pd.Series) else pd.Series([value] * count)


def _rows(fit: FittedModel, times: np.ndarray, group: Mapping[Any, Any]) -> np.ndarray:
    """Z of one person with these times, (n, q)."""
    n, values = len(times), fit.bound.shape_values[:1]
    basis = fit.recipe.shape.basis(times, np.repeat(values, n, axis=0))
    made = [_columns(fit, record, times, basis, group) for record in fit.recipe.level_one]
    return random_columns(fit, basis, np.column_stack(made))


def _columns(
    fit: FittedModel, record: Any, times: np.ndarray, basis: np.ndarray, group: Mapping[Any, Any]
) -> np.ndarray:
    """The columns of a record at the times; of columns that the random part does not use any value will do."""
    if not record.names:
        return np.zeros((len(times), 0))
    table = {
        name: pd.Series(times) if name == fit.model.time else _at_each(_value(record, group, name), len(times))
        for name in record.used
        if name not in fit.recipe.curves
    }
    one_person = person_transforms(np.zeros(len(times), dtype=int))
    return replay(record, fit.recipe.with_curves(table, basis), one_person)


def _value(record: Any, group: Mapping[Any, Any], name: str) -> Any:
    return group.get(name, record.levels.get(name, [1.0])[0])


def _own_times(fit: FittedModel) -> np.ndarray:
    """Time of each row; of a model without time its planned occasion."""
    if _of_visits(fit) is None:
        return fit.times
    wave = panel_occasions(fit.estimates.point.residual, fit.panel).wave
    return np.zeros(len(fit.panel)) if wave is None else wave.astype(float)


def _refuse_unseen(fit: FittedModel, times: np.ndarray, group: Mapping[Any, Any]) -> None:
    """Where G and R are not told apart, V is determined at occasions that some person has together alone."""
    there = np.ones(len(fit.panel), dtype=bool)
    for name, value in group.items():
        there &= np.asarray(pd.Series(raw_array(fit.panel.frame, name)) == value)
    codes, own = fit.panel.persons.codes[there], _own_times(fit)[there]
    has = np.zeros((fit.panel.persons.count, len(times)))
    for j, time in enumerate(times):
        has[codes[own == time], j] = 1.0
    apart = np.argwhere(has.T @ has == 0)
    if len(apart):
        visits = _of_visits(fit)
        first, second = (time if visits is None else visits[int(time)] for time in sorted(times[apart[0]]))
        raise NotEstimableError(
            f"G and the residual are not told apart in this design, so that the covariance is known only of times that "
            f"some person has together: not of {' and '.join(_names((first, second)))}."
        )
