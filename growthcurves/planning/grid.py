"""A study, an effect and assumptions of which some vary: what curves and the search for a design have in common."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np

from growthcurves.errors import ModelError, NotEstimableError, unknown
from growthcurves.numerics.bounds import few, several
from growthcurves.planning.answer import Plan, plan_of
from growthcurves.planning.assumed import Options
from growthcurves.planning.chance import PlannedTest, chance
from growthcurves.planning.power import Setting
from growthcurves.planning.question import effects
from growthcurves.planning.solve import solve_persons
from growthcurves.planning.study import Study

#: The most values of one thing that varies.
MOST_VALUES = 200
#: Options of a test that can vary.
_TESTS = ("effect", "slowing", "alpha")


def varied(over: Any) -> dict[str, list[Any]]:
    """What varies, with its values.

    Raises
    ------
    ModelError
        For what cannot vary.
    """
    if over is None:
        return {}
    if not isinstance(over, Mapping):
        raise ModelError("over= is a dict of what varies to its values, such as {'waves': [3, 5, 8]}.")
    known = [*(one.name for one in fields(Study)), *_TESTS, *Options.__annotations__]
    found = {}
    for name, values in over.items():
        if name not in known:
            raise ModelError(unknown("thing to vary (in over=)", name, known))
        found[name] = list(few(several(values), f"over={name!r} has values", MOST_VALUES))
        if not found[name]:
            raise ModelError(f"over={{{name!r}: ...}} has no values.")
    return found


def label(value: Any) -> Any:
    """A value that varies as tables have it: numbers and texts as they are, others in words.

    Examples
    --------
    >>> label(0.5), label([0, 1, 4]), label({"a": 0.4, "b": 0.6})
    (0.5, '0, 1, 4', 'a 0.4, b 0.6')
    """
    if isinstance(value, Mapping):
        return ", ".join(f"{name} {label(one)}" for name, one in value.items())
    if isinstance(value, (list, tuple, range, np.ndarray)):
        return ", ".join(str(label(one)) for one in value)
    return f"{value:.4g}" if isinstance(value, float) and len(repr(value)) > 8 else value


@dataclass(frozen=True, eq=False)
class Sized:
    """A setting, what varies in it, and how large its effect is."""

    values: dict[str, Any]
    setting: Setting
    sizes: Any

    @property
    def labels(self) -> dict[str, Any]:
        """What varies, as tables have it."""
        return {name: label(value) for name, value in self.values.items()}

    def plan(self, persons: float, solved: str = "power") -> Plan:
        """The plan of so many persons."""
        one = self.setting
        found = chance(one.design, one.question, self.sizes, persons, one.test)
        return plan_of(solved, one.design, one.question, self.sizes, one.test, persons, found)

    def needed(self, power: float) -> float:
        """The persons that have a power; missing where no number has."""
        one = self.setting
        try:
            return solve_persons(one.design, one.question, self.sizes, one.test, power)[0]
        except NotEstimableError:
            return float("nan")


@dataclass(frozen=True, eq=False)
class Grid:
    """A study, an effect and assumptions.

    Attributes
    ----------
    study : Study
    sizes : dict
        "effect" and "slowing".
    test : PlannedTest
    asked : tuple
        test, at, since.
    options : dict
        What is assumed.
    """

    study: Study
    sizes: dict[str, Any]
    test: PlannedTest
    asked: tuple[Any, Any, Any]
    options: dict[str, Any]

    def settings(self, over: Mapping[str, Sequence[Any]]) -> Iterator[Sized]:
        """The setting of each combination of values."""
        for values in itertools.product(*over.values()):
            yield self._setting(dict(zip(over, values, strict=True)))

    def _setting(self, varying: dict[str, Any]) -> Sized:
        of_study = {name: value for name, value in varying.items() if name in Study.__dataclass_fields__}
        options: Any = self.options | {name: varying[name] for name in varying if name in Options.__annotations__}
        test = self.test
        if "alpha" in varying:
            test = PlannedTest(varying["alpha"], test.sided, test.method, test.ddf)
        setting = Setting(_changed(self.study, of_study), options, test, *self.asked)
        given = self.sizes
        if {"effect", "slowing"} & set(varying):
            given = {name: varying.get(name) for name in given}
        slope = setting.design.assumed.slope
        sizes = effects(setting.design, setting.question, given["effect"], given["slowing"], slope)
        return Sized(varying, setting, sizes)


def _changed(study: Study, changes: Mapping[str, Any]) -> Study:
    """The study with changes; waves of a study whose times are given divide the same duration."""
    if "waves" not in changes or {"duration", "spacing"} & set(changes):
        return study.replace(**changes)
    if study.duration is not None:
        return study.replace(**changes, duration=study.duration, spacing=None)
    if study.spacing is not None:
        return study.replace(**changes, duration=None, spacing=study.spacing)
    visits = study.visits
    if visits[0] != 0.0:
        raise ModelError("Waves vary over a duration from 0 on: give duration= in the place of times=.")
    return study.replace(**changes, duration=visits[-1], spacing=None)
