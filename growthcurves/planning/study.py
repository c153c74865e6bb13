"""A study that has not been done: who is seen when, in which arm and in which unit, and who is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from growthcurves.errors import ModelError, is_name, unknown
from growthcurves.numerics.arrays import Array
from growthcurves.numerics.bounds import finite_number, several, shown_value, whole_number
from growthcurves.planning.dropout import dropout_of, last_visits
from growthcurves.planning.units import refuse_parts, units_of, whole_arms

#: Two arms of one size, the first the reference.
TWO_ARMS = {"control": 0.5, "treated": 0.5}
#: The most visits and persons of a planned study.
MOST_VISITS, MOST_PERSONS = 200, 10**9


class Schedule(NamedTuple):
    """Times at which some persons are seen, and their share of an arm."""

    times: tuple[float, ...]
    share: float


@dataclass(frozen=True, eq=False)
class Study:
    """A planned study: persons, visits, arms, dropout, and the units that hold persons.

    Parameters
    ----------
    persons : int, optional
        All that enter the study; left out where it is asked for.
    times : list of float, list of lists, or dict of arm to list, optional
        When persons are seen. Several lists are schedules for equal shares of each arm (cohorts, planned
        missingness).
    arms : dict of arm to share, list of arms, or None
        Two or more, the reference arm first; a list are arms of one size. None is a study of one group.
    dropout : float, list, Dropout, or dict of arm to these
        The share lost by the last visit, at an even hazard over time; or the shares lost by each visit; or
        `gc.Dropout`.
    waves, duration, spacing : optional
        In the place of `times`: number of visits, time from the first (0) to the last, time between two. Two of them
        say the third; with one, `sample_size` can find what the others must be.
    levels : dict of unit to size, optional
        Units that hold persons, innermost first: persons per unit (then units per unit above), a list of sizes that are
        equally frequent, or ``{"units": 12}`` where the number of units is fixed and their size follows.
    randomised : str
        "person", or the unit of `levels` that is randomised whole.
    covariates : dict of name to SD or to dict of level to share, optional
        Level-2 predictors of the planned analysis: numbers with mean zero, or categories, independent of the arm.
    arm : str
        The name of the arms' column in the planned analysis.
    time_unit, outcome_unit : str, optional

    Raises
    ------
    ModelError
        For a study that cannot be: shares that do not sum to 1, dropout above 1, times that do not ascend.

    See Also
    --------
    growthcurves.power, growthcurves.sample_size, growthcurves.power_curve

    Examples
    --------
    >>> import growthcurves as gc
    >>> print(gc.Study(persons=60, times=[0, 1, 2, 3, 4], dropout=0.2))
    60 persons (control 30, treated 30), seen 5 times, from 0 to 4; 20 % lost by the last visit.
    """

    persons: Any = None
    times: Any = None
    arms: Any = "two"
    dropout: Any = 0.0
    waves: Any = None
    duration: Any = None
    spacing: Any = None
    levels: Any = None
    randomised: str = "person"
    covariates: Any = None
    arm: str = "arm"
    time_unit: str | None = None
    outcome_unit: str | None = None

    def __post_init__(self) -> None:
        if self.persons is not None:
            _set(self, "persons", _persons(self.persons))
        _set(self, "arms", _arms(self.arms))
        _set(self, "dropout", dropout_of(self.dropout, tuple(self.arms)))
        _check_spacing(self)
        _set(self, "times", _schedules(self))
        _set(self, "levels", {name: units_of(name, size) for name, size in _mapping(self.levels, "levels").items()})
        if self.randomised != "person" and self.randomised not in self.levels:
            raise ModelError(unknown("unit (for randomised=)", self.randomised, ["person", *self.levels]))
        _refuse_empty(self)
        refuse_parts(self.levels, self.randomised, self.arms, self.persons)
        _set(self, "covariates", _covariates(self.covariates))
        for name in (self.arm, *self.levels, *self.covariates):
            if not isinstance(name, str):
                raise ModelError(f"Columns of a planned study are called by texts, not {shown_value(name)}.")
        for name in ("time_unit", "outcome_unit"):
            if not isinstance(getattr(self, name), (str, type(None))):
                raise ModelError(f"{name}= is a text, not {shown_value(getattr(self, name))}.")
        if self.times is not None:
            self.schedules  # noqa: B018  (refuses dropout of another number of visits)

    # ------------------------------------------------ what follows

    @property
    def schedules(self) -> dict[Any, tuple[tuple[Schedule, Array], ...]]:
        """Of each arm its schedules, each with the share of its persons whose last visit is each of its times."""
        assert self.times is not None
        return {
            arm: tuple((one, last_visits(self.dropout, arm, np.array(one.times))) for one in self.times[arm])
            for arm in self.arms
        }

    @property
    def visits(self) -> tuple[float, ...]:
        """All times at which somebody is seen."""
        if self.times is None:
            raise ModelError("The study does not say when persons are seen: give times=, or waves= and duration=.")
        return tuple(sorted({time for of_arm in self.times.values() for one in of_arm for time in one.times}))

    @property
    def depends(self) -> bool:
        """Whether outcomes decide who leaves, in some arm."""
        each = self.dropout.values() if isinstance(self.dropout, Mapping) else [self.dropout]
        return any(getattr(one, "depends", False) for one in each)

    @property
    def open(self) -> tuple[str, ...]:
        """What the study leaves open: "persons", "waves", "duration"."""
        found = ["persons"] if self.persons is None else []
        if self.times is None:
            other = self.duration is not None or self.spacing is not None
            found.append("duration" if self.waves is not None else "waves" if other else "times")
        return tuple(found)

    def within_arms(self, unit: str) -> bool:
        """Whether a unit lies in one arm: whole units of its level, or of one above it, are randomised.

        Parameters
        ----------
        unit : str
            One of `levels`.

        Returns
        -------
        bool

        Examples
        --------
        >>> Study(times=[0, 1], levels={"site": 10}).within_arms("site")
        False
        """
        order = ["person", *self.levels]
        return order.index(unit) <= order.index(self.randomised)

    def whole_arms(self, persons: float) -> dict[Any, int]:
        """Persons of each arm, at least so many in all: whole ones, in whole units.

        Parameters
        ----------
        persons : float

        Returns
        -------
        dict of arm to int

        Examples
        --------
        >>> Study(times=[0, 1], levels={"site": 12}, randomised="site").whole_arms(314.3)
        {'control': 168, 'treated': 168}
        """
        return whole_arms(self.levels, self.randomised, {arm: persons * share for arm, share in self.arms.items()})

    def replace(self, **changes: Any) -> Study:
        """A study with some of its options changed.

        Parameters
        ----------
        **changes
            Options of `Study` with their new values.

        Returns
        -------
        Study
            A new one; studies do not change.

        Raises
        ------
        ModelError
            For an option that a study does not have.

        Examples
        --------
        >>> Study(persons=60, times=[0, 1, 2]).replace(persons=80).persons
        80
        """
        known = list(self.__dataclass_fields__)
        for name in changes:
            if name not in known:
                raise ModelError(unknown("option of Study", name, known))
        kept = {name: getattr(self, f"_given_{name}", getattr(self, name)) for name in known}
        if {"waves", "duration", "spacing"} & set(changes):
            kept["times"] = None
        elif "times" in changes:
            kept |= {"waves": None, "duration": None, "spacing": None}
        return Study(**(kept | changes))

    @property
    def table(self) -> pd.DataFrame:
        """Who is expected at each visit: columns arm, time, share, and persons where these are known."""
        rows = [(arm, time, share) for arm in self.arms for time, share in self._seen(arm)]
        found = pd.DataFrame(rows, columns=["arm", "time", "share"])
        if self.persons is not None:
            found["persons"] = self.persons * found["share"] * found["arm"].map(self.arms)
        return found

    def _seen(self, arm: Any) -> Iterator[tuple[float, float]]:
        for time in self.visits:
            yield (
                time,
                sum(
                    schedule.share * float(last[schedule.times.index(time) :].sum())
                    for schedule, last in self.schedules[arm]
                    if time in schedule.times
                ),
            )

    def __str__(self) -> str:
        from growthcurves.planning.words import study_words

        return study_words(self)

    def __repr__(self) -> str:
        return f"<Study: {self}>"


def _set(study: Study, name: str, value: Any) -> None:
    """Keep an option as it was given beside what is made of it."""
    object.__setattr__(study, f"_given_{name}", getattr(study, name))
    object.__setattr__(study, name, value)


def _persons(value: Any) -> int:
    return whole_number(value, "persons= is a number of persons", 2, MOST_PERSONS)


def _refuse_empty(study: Study) -> None:
    """Refuse arms of less than one person."""
    for arm, share in study.arms.items():
        if study.persons is not None and study.persons * share < 1 - 1e-9:
            raise ModelError(
                f"Arm {arm} would have {study.persons * share:.2g} of {study.persons:,} persons: plan more."
            )


def _mapping(value: Any, option: str) -> dict[Any, Any]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise ModelError(f"{option}= is a dict, such as {_SUCH[option]}, not {shown_value(value)}.")
    return dict(value)


_SUCH = {"levels": "{'site': 20}", "covariates": "{'age': 10.0, 'sex': {'f': .5, 'm': .5}}"}


def _arms(value: Any) -> dict[Any, float]:
    """Arms with their shares; one without a name where there are none."""
    if value is None:
        return {"all": 1.0}
    if isinstance(value, str) and value == "two":
        return dict(TWO_ARMS)
    if not isinstance(value, Mapping):
        return _named_arms(value)
    shares = {arm: finite_number(one, f"Arm {shown_value(arm)} has a share of persons") for arm, one in value.items()}
    _refuse_one_arm(list(shares))
    if min(shares.values()) <= 0:
        raise ModelError("arms= has a share above 0 of the persons for each arm.")
    total = sum(shares.values())
    if abs(total - 1.0) > 1e-6:
        raise ModelError(f"The shares of arms= sum to {total:g}, not to 1.")
    return {arm: share / total for arm, share in shares.items()}


def _named_arms(value: Any) -> dict[Any, float]:
    """Arms of one size, by their names."""
    names = several(value)
    if isinstance(value, (str, bool, Real, np.generic)) or not all(is_name(name) for name in names):
        raise ModelError(f"arms= is {shown_value(value)}, and names the arms: {_ARMS}.")
    if len(set(names)) < len(names):
        raise ModelError(f"arms= is {shown_value(value)}, and names different arms: {_ARMS}.")
    _refuse_one_arm(names)
    return dict.fromkeys(names, 1.0 / len(names))


_ARMS = (
    "arms=['placebo', 'drug'], the reference first, or with shares arms={'placebo': 0.4, 'drug': 0.6}; a study of one "
    "group is arms=None"
)


def _refuse_one_arm(names: list[Any]) -> None:
    """One arm is compared with nothing: its name would stand for nothing."""
    if len(names) < 2:
        told = f"the arm {shown_value(names[0])} alone" if names else "no arm"
        raise ModelError(f"arms= names {told}, which is compared with none: {_ARMS}.")


def _covariates(value: Any) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, said in _mapping(value, "covariates").items():
        if isinstance(said, Mapping):
            shares = {one: finite_number(share, f"{name!r} has shares of its levels") for one, share in said.items()}
            if len(shares) < 2 or min(shares.values()) <= 0 or abs(sum(shares.values()) - 1.0) > 1e-6:
                raise ModelError(f"The levels of {name!r} need shares above 0 that sum to 1.")
            found[name] = shares
        else:
            found[name] = finite_number(said, f"{name!r} has an SD, or a dict of level to share")
            if found[name] <= 0:
                raise ModelError(f"The SD of {name!r} is a number above 0, not {found[name]:g}.")
    return found


# ---------------------------------------------------------------- times


def _check_spacing(study: Study) -> None:
    """Waves, duration and spacing that are possible, and not beside times."""
    given = [name for name in ("waves", "duration", "spacing") if getattr(study, name) is not None]
    if given and study.times is not None:
        raise ModelError(f"times= says when persons are seen, and so does {given[0]}=: leave one of them out.")
    if len(given) == 3:
        raise ModelError("Two of waves=, duration= and spacing= say the third: leave one of them out.")
    if study.waves is not None:
        _set(study, "waves", whole_number(study.waves, "waves= is a number of visits", 1, MOST_VISITS))
    for name in ("duration", "spacing"):
        value = getattr(study, name)
        if value is not None and finite_number(value, f"{name}= is a time") <= 0:
            raise ModelError(f"{name}= is a time above 0, not {shown_value(value)}.")


def _schedules(study: Study) -> dict[Any, tuple[Schedule, ...]] | None:
    """The schedules of each arm; None where the study leaves its times open."""
    times = study.times
    if times is None:
        found = _even_times(study)
        return None if found is None else dict.fromkeys(study.arms, (Schedule(found, 1.0),))
    if isinstance(times, Mapping):
        for arm in times:
            if arm not in study.arms:
                raise ModelError(unknown("arm (for times=)", arm, list(study.arms)))
        missing = [arm for arm in study.arms if arm not in times]
        if missing:
            raise ModelError(f"times= by arm says nothing of {shown_value(missing[0])}: give each arm its times.")
        return {arm: _several_schedules(times[arm]) for arm in study.arms}
    return dict.fromkeys(study.arms, _several_schedules(times))


def _several_schedules(value: Any) -> tuple[Schedule, ...]:
    parts = several(value)
    if parts and all(isinstance(one, (list, tuple, range, np.ndarray)) for one in parts):
        return tuple(Schedule(_ascending(one), 1.0 / len(parts)) for one in parts)
    return (Schedule(_ascending(parts), 1.0),)


def _ascending(value: Any) -> tuple[float, ...]:
    found = tuple(finite_number(time, "Each of times= is a time") for time in several(value))
    if not 1 <= len(found) <= MOST_VISITS:
        raise ModelError(f"times= are from 1 to {MOST_VISITS} times, not {len(found)}.")
    if any(later <= earlier for earlier, later in zip(found, found[1:], strict=False)):
        raise ModelError("times= ascend from one visit to the next.")
    return found


def _even_times(study: Study) -> tuple[float, ...] | None:
    waves, duration, spacing = study.waves, study.duration, study.spacing
    if waves is not None and (duration is not None or spacing is not None):
        if waves == 1:
            raise ModelError("One visit has no duration and no spacing: give waves= of 2 or more.")
        step = spacing if spacing is not None else duration / (waves - 1)
        return tuple(float(step * place) for place in range(waves))
    if duration is not None and spacing is not None:
        steps = duration / spacing
        if abs(steps - round(steps)) > 1e-9 * max(steps, 1.0):
            raise ModelError(f"duration= ({duration:g}) is no whole number of spacing= ({spacing:g}).")
        if steps >= MOST_VISITS:
            raise ModelError(f"times= are from 1 to {MOST_VISITS} times, not {steps + 1:,.0f}.")
        return tuple(float(spacing * place) for place in range(round(steps) + 1))
    return None
