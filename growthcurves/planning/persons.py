"""Planned persons: one of each kind that a study holds, as a table that a model can be bound to, with its share."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from growthcurves.data.panel import Panel
from growthcurves.errors import ModelError
from growthcurves.model.growth import GrowthModel
from growthcurves.planning.study import Study

#: Values and shares of a number with mean zero and variance one: products up to the fifth power have the means that
#: they have in a normal distribution.
THREE_POINTS = ((-np.sqrt(3.0), 1.0 / 6.0), (0.0, 2.0 / 3.0), (np.sqrt(3.0), 1.0 / 6.0))


class Kind(NamedTuple):
    """Persons who are alike.

    Attributes
    ----------
    arm : label
    values : dict of covariate to value
    times : tuple of float
        When they are seen, up to their last visit.
    share : float
        Of all persons.
    schedule : int
        Which of the arm's schedules they have.
    """

    arm: Any
    values: dict[str, Any]
    times: tuple[float, ...]
    share: float
    schedule: int = 0


@dataclass(frozen=True, eq=False)
class PlannedPersons:
    """The kinds of persons of a study and their panel, a person of each kind.

    Attributes
    ----------
    kinds : tuple of Kind
    panel : Panel
    """

    kinds: tuple[Kind, ...]
    panel: Panel

    @classmethod
    def of(
        cls, study: Study, model: GrowthModel, types: list[tuple[dict[str, Any], float]] | None = None
    ) -> PlannedPersons:
        """The persons of a study in the columns of a model.

        `types` are level-2 values with their shares, in the place of the study's covariates.
        """
        _refuse_same_names(study, model)
        copies = 2 ** max(len(study.levels) - 1, 0)
        once = _kinds(study, covariate_types(study) if types is None else types)
        kinds = tuple(kind._replace(share=kind.share / copies) for kind in once for _ in range(copies))
        rows = (_rows(study, model, place, kind, place % copies) for place, kind in enumerate(kinds))
        frame = pd.concat(list(rows), ignore_index=True)
        frame[study.arm] = pd.Categorical(frame[study.arm], categories=list(study.arms))
        for name, said in study.covariates.items():
            if isinstance(said, dict):
                frame[name] = pd.Categorical(frame[name], categories=list(said))
        return cls(kinds, Panel(frame, id=model.id, time=model.time, outcome=model.outcome, wave=model.wave))


def _refuse_same_names(study: Study, model: GrowthModel) -> None:
    """Columns of a planned study have names of their own."""
    taken = [str(name) for name in (model.id, model.time, model.outcome)]
    for name in (study.arm, *study.levels, *study.covariates):
        if name in taken:
            raise ModelError(f"{name!r} has another role in the planned study: give the column another name.")
        taken.append(name)


def covariate_types(study: Study) -> list[tuple[dict[str, Any], float]]:
    """Combinations of values of the covariates, independent of one another, and their shares."""
    points = {name: _points(said) for name, said in study.covariates.items()}
    found = []
    for combination in itertools.product(*points.values()):
        values = dict(zip(points, (value for value, _ in combination), strict=True))
        found.append((values, float(np.prod([share for _, share in combination]))))
    return found


def _points(said: Any) -> list[tuple[Any, float]]:
    if isinstance(said, dict):
        return list(said.items())
    return [(said * value, share) for value, share in THREE_POINTS]


def _kinds(study: Study, types: list[tuple[dict[str, Any], float]]) -> Iterator[Kind]:
    for arm, of_arm in study.arms.items():
        for values, share in types:
            for place, (schedule, last) in enumerate(study.schedules[arm]):
                for k, seen in enumerate(last):
                    if seen > 0:
                        part = of_arm * share * schedule.share * float(seen)
                        yield Kind(arm, values, schedule.times[: k + 1], part, place)


def _rows(study: Study, model: GrowthModel, place: int, kind: Kind, copy: int) -> pd.DataFrame:
    """The rows of one person; in units above persons that lie in one arm, or hold persons of all."""
    rows: dict[Any, Any] = {model.id: place, model.time: np.array(kind.times), model.outcome: 0.0}
    if model.wave is not None:
        rows[model.wave] = rows[model.time]
    apart = [f"{kind.arm}, " if study.within_arms(unit) else "" for unit in study.levels]
    units = {unit: f"{apart[level]}{copy // 2**level}" for level, unit in enumerate(study.levels)}
    return pd.DataFrame(rows | {study.arm: kind.arm} | kind.values | units, index=range(len(kind.times)))
