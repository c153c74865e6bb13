"""What is assumed of a planned study: by which model it is analysed, and what its variances are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypedDict, cast

import numpy as np

from growthcurves.data.backticks import quoted
from growthcurves.errors import ModelError, unknown
from growthcurves.later import Later
from growthcurves.model.covariance import residual_of
from growthcurves.model.covariance.unequal import Het
from growthcurves.model.growth import GrowthModel
from growthcurves.model.random import ByGroup
from growthcurves.model.shapes import Occasions, shape_of
from growthcurves.numerics.bounds import finite_number, shown_value
from growthcurves.numerics.times import time_texts
from growthcurves.planning.clustering import DesignEffect, design_effect_of
from growthcurves.planning.published import spread_of
from growthcurves.planning.study import Study

pilots = Later("growthcurves.planning.pilot")

#: Names of planned columns that no one gives: person, time and outcome.
PERSON, TIME, OUTCOME = "person", "time", "outcome"


class Options(TypedDict, total=False):
    """What is assumed of a planned study, by name; see `power`."""

    intercept: float
    slope: float
    sd_intercept: Any
    sd_slope: Any
    correlation: Any
    sd_residual: Any
    sd: Any
    icc: float
    reliability: float
    covariance: Any
    levels: Mapping[str, Mapping[str, Any]]
    design_effect: Any
    values: Mapping[str, float]
    model: Any
    shape: Any
    random: Any
    residual: Any
    baseline: str
    family: Any
    fit: Any


class Asking(Options, total=False):
    """What is tested and how, and what is assumed; see `power`."""

    slowing: Any
    test: Any
    at: Any
    since: Any
    alpha: float
    sided: int
    method: Any
    ddf: Any


@dataclass(frozen=True, eq=False)
class Assumed:
    """The planned analysis and the values of its variance parameters.

    Attributes
    ----------
    model : GrowthModel
    values : dict of str to float
        By the names that tables of variance components print.
    slope, intercept : float or None
        The mean rate of change in the reference arm, and the mean where time is zero.
    matrix : dict or None
        Covariance matrix of the residuals of all visits by arm (None for all), in the place of values.
    asked : tuple of str
        Names of the values that were given by these names.
    types : list or None
        Values of level-2 predictors with their shares, of the persons of a pilot.
    pilot : FittedModel or None
    design_effect : DesignEffect or None
        Of groups that are no part of the planned analysis.
    """

    model: GrowthModel
    values: dict[str, float]
    slope: float | None = None
    matrix: Any = None
    asked: tuple[str, ...] = ()
    types: Any = None
    pilot: Any = None
    intercept: float | None = None
    design_effect: DesignEffect | None = None


def assumed(study: Study, options: Options) -> Assumed:
    """What options say, of a study.

    Raises
    ------
    ModelError
        For options that contradict each other, and what is not said and cannot be known.
    """
    refuse_unknown_options(options)
    groups = design_effect_of(options.get("design_effect"), study)
    found = pilots.of_pilot(study, options) if options.get("fit") is not None else _Reader(study, options).read()
    return replace(found, design_effect=groups)


def refuse_unknown_options(options: Mapping[str, Any]) -> None:
    """Refuse what is no option of an assumption.

    Raises
    ------
    ModelError
    """
    known = sorted(Asking.__annotations__)
    for name in options:
        if name not in known:
            raise ModelError(unknown("option of a planned study", name, known))


@dataclass(frozen=True, eq=False)
class _Reader:
    """Reads the options of a study that has no pilot."""

    study: Study
    options: Options

    def read(self) -> Assumed:
        values = checked_values(self._given("values", {}))
        spread = spread_of(self.study, self.options, self.visits, () if self.visits else self.shape.default_random)
        model = self._given("model") or self._model(spread)
        self._refuse_other_model(model, spread)
        named = dict(self._named(model, spread))
        for name in values:
            if named.get(name, 0.0) != 0.0:
                raise ModelError(f"{name} is said by values= and by an option of its own: leave one of them out.")
        slope, start = self._number("slope", "a rate of change"), self._number("intercept", "a mean at the start")
        return Assumed(model, named | values, slope, spread.get("matrix"), tuple(values), intercept=start)

    def _refuse_other_model(self, model: Any, spread: Mapping[str, Any]) -> None:
        """Refuse what makes a model beside one that is given, and SDs of what does not vary in it."""
        if not isinstance(model, GrowthModel):
            raise ModelError(f"model= is a gc.GrowthModel, not {shown_value(model)}.")
        for name in ("shape", "random", "residual", "baseline", "family"):
            if self._given("model") is not None and self._given(name) is not None:
                raise ModelError(f"model= says {name}= too: leave one of them out.")
        _refuse_useless(model, spread)

    def _number(self, option: str, what: str) -> float | None:
        found = self._given(option)
        return None if found is None else finite_number(found, f"{option}= is {what}")

    def _given(self, name: str, default: Any = None) -> Any:
        found = self.options.get(name)
        return default if found is None else found

    @property
    def shape(self) -> Any:
        return shape_of(self._given("shape", "linear"))

    @property
    def visits(self) -> bool:
        """Whether visits have means of their own, and no curve."""
        model = self._given("model")
        return isinstance(model.growth_shape if isinstance(model, GrowthModel) else self.shape, Occasions)

    # ------------------------------------------------ the model

    def _model(self, spread: Mapping[str, Any]) -> GrowthModel:
        study = self.study
        shape = Occasions(study.visits, _visit_names(study)) if self.visits else self.shape
        return GrowthModel(
            OUTCOME,
            TIME,
            PERSON,
            shape=shape,
            predictors=self._predictors(shape.parameters),
            random=self._random(spread),
            residual=self._residual(spread),
            family=self._given("family"),
            levels={unit: self._of_level(unit, sds) for unit, sds in self._levels.items()},
        )

    def _predictors(self, parameters: tuple[str, ...]) -> dict[str, str]:
        others = [quoted(name) for name in self.study.covariates]
        arm = [quoted(self.study.arm)] if len(self.study.arms) > 1 else []
        start = self._given("baseline", "free")
        if start not in ("free", "common"):
            raise ModelError(unknown("baseline", start, ("free", "common")))
        found = {}
        for place, name in enumerate(parameters):
            terms = [*([] if place == 0 and start == "common" else arm), *others]
            found[name] = " + ".join(terms) or "1"
        return found

    def _random(self, spread: Mapping[str, Any]) -> Any:
        if (asked := self._given("random")) is not None:
            return asked
        if self.visits:
            return ()
        names = [name for name in self.shape.default_random if not _is_zero(self._sd_of(name, spread))]
        by_arm = any(isinstance(spread.get(f"sd:{name}"), Mapping) for name in names)
        return ByGroup(self.study.arm, *names) if by_arm else tuple(names)

    def _sd_of(self, name: str, spread: Mapping[str, Any]) -> Any:
        """The SD of a growth parameter as it was given; of one of several rates that of all, where it is zero."""
        of_all = spread.get("sd:slope", 1.0) if name.startswith("slope") else 1.0
        return spread.get(f"sd:{name}", self._given("values", {}).get(f"sd:{name}", of_all))

    def _residual(self, spread: Mapping[str, Any]) -> Any:
        asked = self._given("residual")
        sd = spread.get("sd:residual")
        if isinstance(sd, Mapping):
            if asked is not None:
                raise ModelError("sd_residual= by arm is of independent residuals: leave residual= out.")
            return Het(of=self.study.arm)
        structure = residual_of(asked if asked is not None else "un" if self.visits else "independent")
        apart = None not in spread.get("matrix", {None: None})
        return replace(cast(Any, structure), by=self.study.arm) if apart else structure

    # ------------------------------------------------ units above persons

    @property
    def _levels(self) -> dict[str, dict[str, Any]]:
        given = _by_name(self._given("levels", {}), "levels")
        for unit in given:
            if unit not in self.study.levels:
                raise ModelError(unknown("unit (of the study's levels=)", unit, list(self.study.levels)))
        found = {unit: dict(_by_name(given.get(unit, {}), "levels")) for unit in self.study.levels}
        for unit, sds in found.items():
            if not [name for name, sd in sds.items() if name != "correlation" and not _is_zero(sd)]:
                raise ModelError(
                    f"The study has units of {unit!r}, and nothing is said to vary between them: give the SD of their "
                    f"intercepts or slopes."
                )
        return found

    def _of_level(self, unit: str, sds: Mapping[str, Any]) -> tuple[str, ...]:
        names = [name for name in sds if name != "correlation" and not _is_zero(sds[name])]
        return tuple(f"{name}:{quoted(self.study.arm)}" if isinstance(sds[name], Mapping) else name for name in names)

    # ------------------------------------------------ the values by their names

    def _named(self, model: GrowthModel, spread: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
        """Values of parameters that options say."""
        yield from self._of_persons(model, spread)
        for unit, sds in (self._levels if self._given("model") is None or self._given("levels") else {}).items():
            yield from self._of_unit(unit, sds)
        yield from self._of_residual(model, spread)

    def _of_persons(self, model: GrowthModel, spread: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
        names = [name for name in ("intercept", "slope") if f"sd:{name}" in spread]
        groups = [""] if model.random.by is None else [f":{model.random.by}[{arm}]" for arm in self.study.arms]
        for group, arm in zip(groups, [None] if groups == [""] else self.study.arms, strict=True):
            for name in names:
                sd = spread[f"sd:{name}"]
                yield f"sd:{name}{group}", _sd(sd[arm] if isinstance(sd, Mapping) else sd, f"sd_{name}")
            cor = spread.get("correlation", 0.0)
            yield f"cor:intercept{group},slope{group}", _cor(cor[arm] if isinstance(cor, Mapping) else cor)

    def _of_unit(self, unit: str, sds: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
        names: list[tuple[str, float]] = []
        for name, sd in sds.items():
            if name == "correlation":
                continue
            if isinstance(sd, Mapping):
                names += [(f"{name}:{self.study.arm}[{arm}]", _sd(sd.get(arm, 0.0), name)) for arm in self.study.arms]
            elif not _is_zero(sd):
                names.append((name, _sd(sd, name)))
        for place, (name, value) in enumerate(names):
            yield f"sd:{name}|{unit}", value
            for earlier, _ in names[:place]:
                yield f"cor:{earlier},{name}|{unit}", _cor(sds.get("correlation", 0.0))

    def _of_residual(self, model: GrowthModel, spread: Mapping[str, Any]) -> Iterator[tuple[str, float]]:
        sd = spread.get("sd:residual")
        if isinstance(sd, Mapping):
            yield from ((f"sd:residual[{arm}]", _sd(value, "sd_residual")) for arm, value in sd.items())
        elif sd is not None:
            yield "sd:residual", _sd(sd, "sd_residual")


def _refuse_useless(model: GrowthModel, spread: Mapping[str, Any]) -> None:
    """Refuse SDs and a correlation of what does not vary in the planned analysis."""
    varying = {name.split(":")[0] for name in model.random.names}
    for name in ("intercept", "slope"):
        if name not in varying and not _is_zero(spread.get(f"sd:{name}", 0.0)):
            raise ModelError(f"sd_{name}= is given, and {name}s do not vary between persons in the planned analysis.")
    if "correlation" in spread and not {"intercept", "slope"} <= varying:
        raise ModelError(
            "correlation= is of persons' intercepts and slopes, and these do not both vary: leave correlation= out."
        )


def _visit_names(study: Study) -> tuple[str, ...]:
    return tuple(f"{TIME}[{text}]" for text in time_texts(np.array(study.visits)))


def checked_values(given: Any) -> dict[str, float]:
    """Values of parameters by their names.

    Raises
    ------
    ModelError
        For values that are no numbers, SDs below zero, correlations beyond one.
    """
    found = {name: finite_number(value, f"{name} is a number") for name, value in _by_name(given, "values").items()}
    for name, value in found.items():
        if name.startswith("sd:") and value < 0:
            raise ModelError(f"{name} is a standard deviation, a number of 0 or more, not {value:g}.")
        if name.startswith("cor:") and abs(value) > 1:
            raise ModelError(f"{name} is a number between -1 and 1, not {value:g}.")
    return found


def _by_name(value: Any, option: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ModelError(f"{option}= is a dict of name to value, not {shown_value(value)}.")
    return value


def _is_zero(sd: Any) -> bool:
    return all(value == 0 for value in sd.values()) if isinstance(sd, Mapping) else bool(np.all(np.asarray(sd) == 0))


def _sd(value: Any, what: str) -> float:
    found = finite_number(value, f"{what} is a standard deviation")
    if found < 0:
        raise ModelError(f"{what} is a standard deviation, a number of 0 or more, not {found:g}.")
    return found


def _cor(value: Any) -> float:
    found = finite_number(value, "correlation= is a number between -1 and 1")
    if not -1.0 <= found <= 1.0:
        raise ModelError(f"correlation= is a number between -1 and 1, not {found:g}.")
    return found
