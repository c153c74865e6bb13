"""A planned study, what is assumed of it and what it finds, in sentences."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from growthcurves.data.unit_words import unit_words
from growthcurves.data.units import singular
from growthcurves.numerics.times import time_text, time_texts
from growthcurves.output.numbers import fixed_text, percent_text
from growthcurves.output.words import capital
from growthcurves.planning.dropout import Dropout
from growthcurves.results.tables.printing import number

if TYPE_CHECKING:
    from growthcurves.planning.answer import Plan
    from growthcurves.planning.design import Design
    from growthcurves.planning.study import Study


def listed(parts: Iterable[str]) -> str:
    """Parts as a list of words: "a, b and c"."""
    found = list(parts)
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}" if found else ""


def probability(value: float) -> str:
    """A probability with two decimals and no zero before the point."""
    return fixed_text(value, 2 if 0.005 <= value < 0.995 else 3).removeprefix("0")


def whole(value: float) -> int:
    """The next whole number, where a value is not one but for rounding."""
    return math.ceil(value - 1e-9 * max(abs(value), 1.0))


# ---------------------------------------------------------------- the study


def study_words(study: Study) -> str:
    """Who is seen when, in a sentence."""
    return f"{capital(_who(study))}, {when_words(study, study.time_unit)}; {lost_words(study)}."


def _who(study: Study) -> str:
    several = len(study.arms) > 1
    if study.persons is None:
        shares = [f"{arm} {percent_text(share, 0)} %" for arm, share in study.arms.items()]
        found = "persons" + (f" ({', '.join(shares)})" if several else "")
    else:
        counts = [f"{arm} {number_of(study.persons * share)}" for arm, share in study.arms.items()]
        found = f"{number_of(study.persons)} persons" + (f" ({', '.join(counts)})" if several else "")
    return found + units_held(study)


def number_of(count: float) -> str:
    """A count, whole or not."""
    return f"{count:,.0f}" if abs(count - round(count)) < 1e-9 * max(count, 1.0) else f"{count:,.1f}"


def units_held(study: Study) -> str:
    """In which units persons are, and what is randomised."""
    parts, held = [], "persons"
    for name, units in study.levels.items():
        words = unit_words(name)
        if units.number is not None:
            parts.append(f"in {number_of(units.number)} {words.several}")
        else:
            sizes = " or ".join(number_of(size) for size in units.sizes)
            parts.append(f"in {words.several} of {sizes} {held}")
        held = words.several
    found = f" {', '.join(parts)}" if parts else ""
    if study.randomised != "person":
        found += f"; whole {unit_words(study.randomised).several} are randomised"
    return found


def when_words(study: Study, time_unit: str | None) -> str:
    """When persons are seen."""
    if study.times is None:
        given = [
            f"{name} {time_text(float(getattr(study, name)))}"
            for name in ("waves", "duration", "spacing")
            if getattr(study, name) is not None
        ]
        return f"times open ({', '.join(given)})" if given else "times open"
    unit = f" {time_unit}" if time_unit else ""
    kinds = {one.times for of_arm in study.times.values() for one in of_arm}
    if len(kinds) > 1:
        found = sorted(", ".join(time_texts(np.array(times))) for times in kinds)
        return f"seen at {len(kinds)} schedules ({'; '.join(found)}{unit})"
    times = next(iter(kinds))
    if len(times) == 1:
        return f"seen once, at {time_text(times[0])}{unit}"
    return f"seen {len(times)} times, from {time_text(times[0])} to {time_text(times[-1])}{unit}"


def lost_words(study: Study) -> str:
    """Who is lost by the last visit."""
    if not isinstance(study.dropout, Mapping):
        return _lost(study.dropout)
    return "; ".join(f"{arm}: {_lost(one)}" for arm, one in study.dropout.items())


def _lost(dropout: Any) -> str:
    share = dropout.share if isinstance(dropout, Dropout) else dropout[-1]
    if share == 0:
        return "nobody is lost"
    how = ""
    if isinstance(dropout, Dropout) and dropout.shape != 1:
        how = f", by a Weibull hazard of shape {dropout.shape:g}"
    if not isinstance(dropout, Dropout):
        how = f" (by visit {', '.join(percent_text(one, 0) for one in dropout)} %)"
    return f"{percent_text(share, 0)} % lost by the last visit{how}"


#: What varies in a curve, in words: alone, and with a value.
_OVER = {
    "persons": ("persons", "{} persons"),
    "waves": ("waves", "{} waves"),
    "duration": ("duration", "duration {}"),
    "spacing": ("spacing", "visits {} apart"),
    "dropout": ("dropout", "dropout {}"),
    "effect": ("effect", "effect {}"),
    "slowing": ("slowing", "slowing {}"),
    "alpha": ("level of the test", "level {}"),
    "sd_slope": ("SD of slopes", "SD of slopes {}"),
    "sd_intercept": ("SD of intercepts", "SD of intercepts {}"),
    "sd_residual": ("SD of residuals", "SD of residuals {}"),
}


def over_words(name: str, value: Any = None) -> str:
    """What varies in words, alone or with a value.

    Examples
    --------
    >>> over_words("waves"), over_words("waves", 5), over_words("icc", 0.5)
    ('waves', '5 waves', 'icc 0.5')
    """
    alone, with_value = _OVER.get(name, (name, f"{name} {{}}"))
    return alone if value is None else with_value.format(f"{value:g}" if isinstance(value, (int, float)) else value)


# ---------------------------------------------------------------- what is assumed


def assumed_words(design: Design) -> str:
    """The variances that are assumed, in a list."""
    parts = [_of_level(design, place) for place in range(len(design.levels))]
    parts.append(_of_residual(design))
    if design.assumed.design_effect is not None:
        parts.append(str(design.assumed.design_effect))
    return "; ".join(filter(None, parts))


def _of_level(design: Design, place: int) -> str:
    level, part = design.levels[place], design.recipe.random
    names = [part.own_names[part.names[a]] for a in level.places]
    if not names:
        return ""
    sds = np.sqrt(np.diag(level.G))
    found = listed(f"{name} {number(sd, 3)}" for name, sd in zip(names, sds, strict=True))
    pairs = [
        f"{names[i]} with {names[j]} {fixed_text(level.G[i, j] / (sds[i] * sds[j]), 2)}"
        for i in range(len(names))
        for j in range(i + 1, len(names))
        if level.G[i, j] != 0
    ]
    whose = "persons" if level.unit == "person" else unit_words(level.unit).several
    return f"SD between {whose} of {found}" + (f" (correlation of {listed(pairs)})" if pairs else "")


def _of_residual(design: Design) -> str:
    residual = design.residual
    if residual is None:
        return f"outcomes of family {design.model.family.name!r}"
    if design.assumed.matrix is not None:
        return _of_matrix(design)
    values = [number(float(value), 3) for value in residual.values()]
    if len(values) == 1:
        return f"SD of residuals {values[0]}"
    pairs = zip(residual.parameters(), values, strict=True)
    return f"residuals ({residual.name}): {', '.join(f'{one.name} {value}' for one, value in pairs)}"


def _of_matrix(design: Design) -> str:
    found = [
        f"{arm}: {_one_matrix(V)}" if arm is not None else _one_matrix(V) for arm, V in design.assumed.matrix.items()
    ]
    return f"{'; '.join(found)} (analysed as {design.residual.name!r})"


def _one_matrix(V: Any) -> str:
    sds = np.sqrt(np.diag(V))
    R = (V / np.outer(sds, sds))[np.triu_indices(len(V), 1)]
    spread = number(sds[0], 3) if np.ptp(sds) < 1e-12 * sds[0] else ", ".join(number(sd, 3) for sd in sds)
    if not len(R):
        return f"SD of the outcome {spread}"
    ends = [fixed_text(one, 2) for one in (R.min(), R.max())]
    between = ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
    return f"SD of the outcome {spread}, correlation of visits {between}"


# ---------------------------------------------------------------- what is found


def effect_words(plan: Plan) -> str:
    """How large the effect is, of what."""
    names = plan.question.names
    if len(names) == 1:
        return f"{size_words(plan)}{_slower(plan)} in {plan.question.words}"
    return listed(f"{size} in {name}" for size, name in zip(_sizes(plan), names, strict=True)) + _per(plan)


def size_words(plan: Plan) -> str:
    """How large the effect is."""
    return f"{listed(_sizes(plan))}{_per(plan)}"


def _sizes(plan: Plan) -> list[str]:
    unit = plan.outcome_unit or ""
    return [" ".join(filter(None, [f"{float(size):.4g}", unit])) for size in plan.sizes]


def _per(plan: Plan) -> str:
    """Per what a rate is."""
    if not plan.question.rate:
        return ""
    return f" per {singular(plan.time_unit)}" if plan.time_unit else " per unit of time"


def _slower(plan: Plan) -> str:
    """What share of the mean rate an effect is, where it was given as one."""
    slowing = getattr(plan.asked, "slowing", None)
    return "" if not isinstance(slowing, (int, float)) else f" ({percent_text(slowing, 0)} % of the mean rate)"


def test_words(plan: Plan) -> str:
    """By which test, at which level."""
    test, several = plan.test, len(plan.sizes) > 1
    side = "" if several else "two-sided " if test.sided == 2 else "one-sided "
    kind = {"t": "F test" if several else "t test", "normal": "chi-square test" if several else "normal test"}
    level = percent_text(test.alpha, 1).removesuffix(".0")
    return f"a {side}{kind[test.method]} at the {level} % level"


def persons_words(plan: Plan) -> str:
    """How many persons, and how many of them in each arm."""
    counts = plan.whole_arms
    found = f"{plan.total:,} persons"
    if len(counts) > 1:
        found += f" ({', '.join(f'{arm} {count:,}' for arm, count in counts.items())})"
    for name, count in plan.units.items():
        if name != "person":
            words = unit_words(name)
            found += f" in {whole(count):,} {words.one if whole(count) == 1 else words.several}"
    return found


def before_rounding(plan: Plan) -> str:
    """Persons of each arm before they were rounded."""
    if len(plan.arms) == 1:
        return f"{plan.persons:,.2f} before rounding"
    if not isinstance(plan.per_arm, Mapping):
        return f"{plan.per_arm:,.2f} per arm before rounding"
    return f"{', '.join(f'{arm} {count:,.2f}' for arm, count in plan.arms.items())} before rounding"
