"""What was asked of a planned study, as it was asked: so that it can be asked again with something else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from growthcurves.errors import ModelError, NotAvailableError, NotEstimableError
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.bounds import finite_number, shown_value
from growthcurves.planning.answer import Plan, plan_of
from growthcurves.planning.assumed import Asking, Options, assumed
from growthcurves.planning.chance import Chance, PlannedTest, chance
from growthcurves.planning.design import Design
from growthcurves.planning.question import Question, effects, question
from growthcurves.planning.solve import solve_persons
from growthcurves.planning.study import Study
from growthcurves.planning.units import are_spreads

#: Options of a question that can vary, beside those of the study and assumptions.
SIZES = ("effect", "slowing", "alpha")


@dataclass(frozen=True, eq=False)
class Asked:
    """A question of planning.

    Attributes
    ----------
    study : Study
    options : dict
        What is assumed.
    test : PlannedTest
    effect, slowing : as `power` takes them
    term, at, since : as `power` takes test, at and since
    wanted : float or None
        The power that is looked for.
    """

    study: Study
    options: Options
    test: PlannedTest
    effect: Any = None
    slowing: Any = None
    term: Any = None
    at: Any = None
    since: Any = None
    wanted: float | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.study, Study):
            raise ModelError(f"A planned study is a gc.Study, not {shown_value(self.study)}.")

    @cached_property
    def design(self) -> Design:
        """The study and what is assumed of it, bound to each other."""
        if self.study.depends:
            raise NotAvailableError("Dropout that depends on outcomes has no formula: take method='simulation'.")
        return Design.of(self.study, assumed(self.study, self.options), self.test.counts_variances)

    @cached_property
    def question(self) -> Question:
        """What is tested."""
        return question(self.design, self.term, self.at, self.since)

    @cached_property
    def sizes(self) -> Array:
        """How large the effects are."""
        return self.sizes_at(self.design.assumed.slope)

    def sizes_at(self, slope: float | None) -> Array:
        """How large they are where the mean rate is another one."""
        return effects(self.design, self.question, self.effect, self.slowing, slope)

    def plan(self, persons: float, solved: str = "power") -> Plan:
        """The answer for so many persons.

        Raises
        ------
        NotEstimableError
            Where the test has no degrees of freedom.
        """
        found = chance(self.design, self.question, self.sizes, persons, self.test)
        if found.power != found.power and solved == "power":
            raise NotEstimableError("The study has no degrees of freedom for this test: plan more persons or units.")
        return self.answered(solved, self.sizes, persons, found)

    def answered(self, solved: str, sizes: Array, persons: float, found: Chance) -> Plan:
        """The answer, with the question."""
        plan = plan_of(solved, self.design, self.question, sizes, self.test, persons, found)
        return replace(plan, asked=self)

    def sized(self) -> Plan:
        """The answer for as many persons as have the power that is looked for."""
        assert self.wanted is not None
        persons, _ = solve_persons(self.design, self.question, self.sizes, self.test, self.wanted)
        return self.plan(persons, "persons")

    def needed(self, power: float) -> float:
        """The persons that have a power, not rounded; missing where no number has."""
        try:
            return solve_persons(self.design, self.question, self.sizes, self.test, power)[0]
        except NotEstimableError:
            return float("nan")

    def varied(self, changes: Mapping[str, Any]) -> Asked:
        """The same question with other options of the study, another size or level, or other assumptions."""
        of_study = {name: value for name, value in changes.items() if is_of_study(name, value)}
        options: Any = {
            name: changes[name] for name in changes if name in Options.__annotations__ and name not in of_study
        }
        others: dict[str, Any] = {}
        if "alpha" in changes:
            others["test"] = replace(self.test, alpha=changes["alpha"])
        if {"effect", "slowing"} & set(changes):
            others |= {name: changes.get(name) for name in ("effect", "slowing")}
        return replace(self, study=_changed(self.study, of_study), options={**self.options, **options}, **others)


def asked_of(study: Study, effect: Any, given: Asking, wanted: float | None = None) -> Asked:
    """The question that options say, by the names of `power`."""
    said: dict[str, Any] = dict(given)
    test = PlannedTest(**{name: said.pop(name) for name in ("alpha", "sided", "method", "ddf") if name in said})
    slowing, term, at, since = (said.pop(name, None) for name in ("slowing", "test", "at", "since"))
    options: Any = said
    return Asked(study, options, test, effect, slowing, term, at, since, wanted)


def is_of_study(name: str, value: Any) -> bool:
    """Whether an option is one of the study: `levels` are the sizes of units there, and their SDs among assumptions."""
    if name == "levels" and are_spreads(value):
        return False
    return name in Study.__dataclass_fields__


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


def checked_power(value: Any) -> float:
    """The power that is asked for, as a number.

    Raises
    ------
    ModelError
    """
    found = finite_number(value, "power= is a probability")
    if not 0.0 < found < 1.0:
        raise ModelError(f"power= is a probability between 0 and 1, such as 0.8, not {found:g}.")
    return found
