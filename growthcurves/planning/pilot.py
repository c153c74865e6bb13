"""What a pilot's fit says of a planned study: its model with the planned arms, its variances, its persons."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pandas as pd

from growthcurves.data.backticks import quoted
from growthcurves.data.frame import raw_array
from growthcurves.errors import ModelError, NotAvailableError, NotEstimableError
from growthcurves.fitted import FittedModel
from growthcurves.model.covariance.structure import Structure
from growthcurves.model.growth import GrowthModel
from growthcurves.model.recipe import model_columns
from growthcurves.numerics.bounds import finite_number, shown_value
from growthcurves.planning.assumed import Assumed, Options, checked_values
from growthcurves.planning.study import Study
from growthcurves.planning.words import probability
from growthcurves.results.intervals.bootstrap import Bootstrap
from growthcurves.results.tables.answer import checked_level

#: Replicates of a pilot that an interval of the power takes, where no other number is asked for.
REPLICATES = 199
#: What residual structures learn from rows, and a plan learns anew.
_LEARNED = ("wave", "waves", "times", "groups", "shares", "most", "typical", "start", "levels")


@dataclass(frozen=True)
class PowerInterval:
    """An interval of the power, from replicates of a pilot.

    Attributes
    ----------
    low, high : float
    level : float
    replicates : int
    seed : int
    """

    low: float
    high: float
    level: float
    replicates: int
    seed: int

    def __str__(self) -> str:
        percent = f"{100 * self.level:g}"
        return (
            f"The pilot leaves the power between {probability(self.low)} and {probability(self.high)} ({percent} % "
            f"interval of {self.replicates:,} parametric bootstrap replicates, seed {self.seed})."
        )

    def to_dict(self) -> dict[str, Any]:
        """Its numbers."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def of_pilot(study: Study, options: Options) -> Assumed:
    """What a pilot says, of a study.

    Raises
    ------
    ModelError
        For what the pilot says too.
    NotAvailableError, NotEstimableError
        For a pilot whose persons or variances a plan cannot take.
    """
    pilot = options["fit"]
    if not isinstance(pilot, FittedModel):
        raise ModelError(f"fit= is a fit of a pilot, as gc.fit gives it, not {shown_value(pilot)}.")
    for name, value in options.items():
        if value is not None and name not in ("fit", "slope", "values", "baseline", "design_effect"):
            raise ModelError(f"{name}= is said by fit= too: leave one of them out, or change values with values=.")
    _refuse(pilot)
    values = pilot_values(pilot) | checked_values(options.get("values") or {})
    slope = options.get("slope")
    slope = mean_slope(pilot, study) if slope is None else finite_number(slope, "slope= is a rate of change")
    model = _with_arms(pilot, study, str(options.get("baseline") or "free"))
    start = mean_slope(pilot, study, "intercept")
    return Assumed(model, values, slope, None, tuple(options.get("values") or ()), _types(pilot, study), pilot, start)


def _refuse(pilot: FittedModel) -> None:
    if pilot.family is not None:
        raise NotAvailableError("Planning is of normal outcomes in this version: this pilot's are of a family.")
    if pilot.model.time is None:
        raise ModelError(
            "The pilot's model has no time, as nothing varies with it: name it, as gc.fit(..., time='week') or in a "
            "gc.GrowthModel."
        )
    if not pilot.identified:
        raise NotEstimableError(f"The pilot does not tell its variances apart ({pilot.certificate.undivided}).")
    if pilot.recipe.covariates.names:
        raise NotAvailableError(
            "The pilot has time-varying predictors, whose values a planned study does not know: fit it without them."
        )


def pilot_values(pilot: FittedModel) -> dict[str, float]:
    """The variance parameters by their names."""
    part, G = pilot.recipe.random, pilot.G
    names, units = part.names, part.unit_of
    sds = np.sqrt(np.diag(G)) if len(names) else np.zeros(0)
    found = {f"sd:{name}": float(sd) for name, sd in zip(names, sds, strict=True)}
    for block in part.positions:
        for i, a in enumerate(block):
            for b in block[:i]:
                above = "" if units[names[a]] == "person" else f"|{units[names[a]]}"
                first, second = (names[c].removesuffix(above) if above else names[c] for c in (b, a))
                scale = sds[a] * sds[b]
                found[f"cor:{first},{second}{above}"] = float(G[a, b] / scale) if scale > 0 else 0.0
    residual = pilot.estimates.point.residual
    pairs = zip(residual.parameters(), residual.values(), strict=True)
    return found | {one.name: float(value) for one, value in pairs}


def _with_arms(pilot: FittedModel, study: Study, baseline: str) -> GrowthModel:
    """The pilot's model with the planned arms as predictors of growth, where it does not have them."""
    model = pilot.model
    if len(study.arms) < 2 or study.arm in model_columns(model):
        predictors = {name: model.formula_for(name) for name in model.parameters}
    else:
        arm = quoted(study.arm)
        predictors = {
            name: f"{model.formula_for(name)} + {arm}" if place or baseline == "free" else model.formula_for(name)
            for place, name in enumerate(model.parameters)
        }
    reference = {name: level for name, level in (model.reference or {}).items() if name != study.arm}
    return GrowthModel(
        model.outcome, model.time, model.id, shape=model.shape, origin=model.origin, predictors=predictors,
        reference=reference or None, random=model.random, residual=_unlearned(model.residual), levels=dict(model.above),
    )  # fmt: skip


def _unlearned(residual: Any) -> Any:
    """A residual structure without what it learned from the pilot's rows."""
    if not isinstance(residual, Structure):
        return residual
    known = {field.name for field in fields(residual)}
    return replace(residual, scale=1.0, **{name: None for name in _LEARNED if name in known})


def _types(pilot: FittedModel, study: Study) -> list[tuple[dict[str, Any], float]]:
    """The level-2 values of the pilot's persons, each with its share."""
    names = [name for name in model_columns(pilot.model) if name != study.arm]
    given = [name for name in names if name in study.covariates]
    if given:
        raise ModelError(f"covariates= says who the persons are by {given[0]!r}, and so does the pilot: leave it out.")
    if not names:
        return [({}, 1.0)]
    rows = pilot.panel.persons.first_rows
    people = pd.DataFrame({name: raw_array(pilot.panel.frame, name)[rows] for name in names})
    counts = people.value_counts(sort=False)
    keys = [key if isinstance(key, tuple) else (key,) for key in counts.index]
    return [(dict(zip(names, key, strict=True)), n / len(people)) for key, n in zip(keys, counts, strict=True)]


def mean_slope(pilot: FittedModel, study: Study, parameter: str = "slope") -> float | None:
    """The mean rate of the pilot's persons, of the reference arm where it has that; None without a rate.

    Of another growth parameter, such as the intercept, its mean.
    """
    if parameter not in pilot.model.parameters:
        return None
    row = pilot.growth_design[pilot.model.parameters.index(parameter)]
    rates = pilot.estimates.beta @ row
    if study.arm in model_columns(pilot.model):
        arms = pd.Series(raw_array(pilot.panel.frame, study.arm)[pilot.panel.persons.first_rows])
        reference = (arms == next(iter(study.arms))).to_numpy()
        rates = rates[reference] if reference.any() else rates
    return float(rates.mean())


# ---------------------------------------------------------------- uncertainty


def power_interval(plan: Any, sizes_of: Any, n: int, rng: Any, level: float = 0.95) -> PowerInterval:
    """The interval of a plan's power over replicates of its pilot.

    Parameters
    ----------
    plan : Plan
    sizes_of : callable
        The size of the effect where the mean rate is another one.
    n : int
    rng : int, Generator or None
    level : float
    """
    from growthcurves.planning.chance import chance

    assumed = plan.design.assumed
    drawn = Bootstrap(n=n, rng=rng).drawn(assumed.pilot)
    found = []
    for _, row in drawn.table[drawn.used].iterrows():
        values = assumed.values | {name: float(np.nan_to_num(row[name])) for name in assumed.values if name in row}
        values |= {name: assumed.values[name] for name in assumed.asked}
        design = replace(plan.design, assumed=replace(assumed, values=values))
        slope = assumed.slope if "slope" not in row else float(row["slope"])
        found.append(chance(design, plan.question, sizes_of(slope), plan.persons, plan.test).power)
    tail = (1.0 - checked_level(level)) / 2.0
    low, high = np.quantile(found, [tail, 1.0 - tail])
    return PowerInterval(float(low), float(high), level, len(found), drawn.seed)
