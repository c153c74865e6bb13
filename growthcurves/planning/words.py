"""A planned study, what is assumed of it and what it finds, in sentences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from growthcurves.data.unit_words import level_words
from growthcurves.data.units import singular
from growthcurves.numerics.times import time_text, time_texts
from growthcurves.output.numbers import fixed_text, percent_text
from growthcurves.output.words import capital
from growthcurves.planning.dropout import Dropout
from growthcurves.planning.units import whole
from growthcurves.results.tables.printing import number

if TYPE_CHECKING:
    from growthcurves.planning.answer import Plan
    from growthcurves.planning.design import Design
    from growthcurves.planning.study import Study


def listed(parts: Iterable[str]) -> str:
    """Parts as a list of words: "a, b and c"."""
    found = list(parts)
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}" if found else ""


def plural(name: str) -> str:
    """Several of a growth parameter, in words: "slopes", "slope1"."""
    return name if name[-1:].isdigit() else f"{name}s"


def probability(value: float) -> str:
    """A probability with two decimals and no zero before the point."""
    return fixed_text(value, 2 if 0.005 <= value < 0.995 else 3).removeprefix("0")


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
        words = level_words(name)
        if units.number is not None:
            parts.append(f"in {number_of(units.number)} {words.several}")
        else:
            sizes = " or ".join(number_of(size) for size in units.sizes)
            parts.append(f"in {words.several} of {sizes} {held}")
        held = words.several
    found = f" {', '.join(parts)}" if parts else ""
    if study.randomised != "person":
        found += f"; whole {level_words(study.randomised).several} are randomised"
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
    names = [_told(design, part.own_names[part.names[a]]) for a in level.places]
    sds = np.sqrt(np.diag(level.G))
    own = [i for i in range(len(names)) if sds[i] > 0 or " in " not in names[i]]
    if not own:
        return ""
    when = _when_intercepts(design)
    found = listed(f"{names[i]} {number(sds[i], 3)}{when if names[i].startswith('intercept') else ''}" for i in own)
    pairs = [
        f"{names[i]} with {names[j]} {fixed_text(level.G[i, j] / (sds[i] * sds[j]), 2)}"
        for i in own
        for j in own
        if i < j and level.G[i, j] != 0
    ]
    whose = "persons" if level.unit == "person" else level_words(level.unit).several
    return f"SD between {whose} of {found}" + (f" (correlation of {listed(pairs)})" if pairs else "")


def _told(design: Design, name: str) -> str:
    """What varies in words: "slope in drug" where arms have SDs of their own."""
    for arm in design.study.arms:
        if name.endswith(f":{design.study.arm}[{arm}]"):
            return f"{name.split(':')[0]} in {arm}"
    return name


def _when_intercepts(design: Design) -> str:
    """Of which time intercepts are, where that matters and is not a visit or a time between visits called 0."""
    visits, at = design.study.visits, design.origin
    if at is None or (at == 0 and visits[0] <= 0 <= visits[-1]):
        return ""
    unit = f" {design.study.time_unit}" if design.study.time_unit else ""
    return f" (at {time_text(at)}{unit})"


def _of_residual(design: Design) -> str:
    residual = design.residual
    if residual is None:
        return _of_family(design)
    if design.assumed.matrix is not None:
        return _of_matrix(design)
    values = [number(float(value), 3) for value in residual.values()]
    if len(values) == 1:
        return f"SD of residuals {values[0]}"
    each = [f"{_of_group(one.name)} {value}" for one, value in zip(residual.parameters(), values, strict=True)]
    if residual.name == "het":
        return f"SD of residuals {listed(each)}"
    return f"{structure_words(residual)} residuals: {listed(each)}"


def _of_group(name: str) -> str:
    """A parameter of residuals in words: "in drug" of "sd:residual[drug]", "SD" of "sd:residual"."""
    what, _, group = name.removesuffix("]").partition("[")
    what = {"sd:residual": "SD"}.get(what, what)
    return f"in {group}" if group and what == "SD" else f"{what} in {group}" if group else what


def _of_family(design: Design) -> str:
    """The family, and the means on which it depends what outcomes tell."""
    family, known = design.model.family, design.assumed
    named = [(name, known.values[name]) for name in (one.name for one in family.parameters())]
    own = "".join(f", {name} {number(value, 3)}" for name, value in named)
    reference = f" in {next(iter(design.study.arms))}" if len(design.study.arms) > 1 else ""
    slope = f" and a mean rate of {number(known.slope or 0.0, 3)}{_per_unit(design.study.time_unit)}"
    return (
        f"outcomes of family {family.name!r}{own}, with a mean of {number(known.intercept or 0.0, 3)} at time "
        f"{time_text(float(design.recipe.shape.origin))}{slope}{reference}, as {family.scale_words.link}"
    )


#: Residual structures in words.
STRUCTURES = {
    "independent": "independent", "un": "unstructured", "cs": "compound symmetric", "ar1": "first-order autoregressive",
    "toep": "Toeplitz", "toeph": "heterogeneous Toeplitz", "arh1": "heterogeneous first-order autoregressive",
    "csh": "heterogeneous compound symmetric", "het": "unequal independent",
    "car1": "continuous-time autoregressive",
}  # fmt: skip


def structure_words(residual: Any) -> str:
    """A residual structure in words."""
    return STRUCTURES.get(residual.name, repr(residual.name))


def _of_matrix(design: Design) -> str:
    found = [
        f"{arm}: {_one_matrix(V)}" if arm is not None else _one_matrix(V) for arm, V in design.assumed.matrix.items()
    ]
    return f"{'; '.join(found)} ({_analysed(design.residual)})"


def _analysed(residual: Any) -> str:
    words = structure_words(residual)
    return f"analysed with {'an' if words[0] in 'aeiou' else 'a'} {words} covariance"


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
    per = _per(plan)
    if None in plan.question.arms:
        return listed(f"{size}{per} in {name}" for size, name in zip(_sizes(plan), names, strict=True))
    sizes = listed(f"{size}{per} ({arm})" for size, arm in zip(_sizes(plan), plan.question.arms, strict=True))
    return f"{sizes} in {plan.question.words}"


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
    if plan.design.model.growth_shape.called == "log":
        return " per unit of log time"
    return _per_unit(plan.time_unit)


def _per_unit(time_unit: str | None) -> str:
    return f" per {singular(time_unit)}" if time_unit else " per unit of time"


def _slower(plan: Plan) -> str:
    """What share of the mean rate an effect is, where it was given as one."""
    slowing = getattr(plan.asked, "slowing", None)
    if not isinstance(slowing, (int, float)):
        return ""
    if slowing < 0:
        return f" ({percent_text(-slowing, 0)} % faster than the mean rate)"
    return f" ({percent_text(slowing, 0)} % of the mean rate)"


def test_words(plan: Plan) -> str:
    """By which test, at which level."""
    test, several = plan.test, len(plan.sizes) > 1
    side = "" if several else "two-sided " if test.sided == 2 else "one-sided "
    kind = {"t": "F test" if several else "t test", "normal": "chi-square test" if several else "normal test"}
    level = percent_text(test.alpha, 1).removesuffix(".0")
    words = f"{side}{kind[test.method]}"
    return f"{'an' if words[0] == 'F' else 'a'} {words} at the {level} % level"


def persons_words(plan: Plan) -> str:
    """How many persons, and how many of them in each arm."""
    counts = plan.whole_arms
    found = f"{plan.total:,} persons"
    if len(counts) > 1:
        found += f" ({', '.join(f'{arm} {count:,}' for arm, count in counts.items())})"
    return found + "".join(_units_words(plan.whole, name) for name in plan.study.levels)


def _units_words(plan: Plan, name: str) -> str:
    """How many units persons are in; of arms that have such units, where some have none."""
    held, words = plan.design.arms_in(name), level_words(name)
    count = whole(plan.held_units[name])
    found = f"{count:,} {words.one if count == 1 else words.several}"
    return f" in {found}" if len(held) == len(plan.study.arms) else f", those of {listed(map(str, held))} in {found}"


#: Fewer persons of an arm than these at its last visit leave a formula of large samples nothing to stand on.
FEW = 2.0


def few_words(plan: Plan) -> str:
    """That hardly anybody of an arm is expected at its last visit, where it is so."""
    study = plan.whole.study
    left = {
        arm: plan.total * share * sum(one.share * float(last[-1]) for one, last in study.schedules[arm])
        for arm, share in study.arms.items()
    }
    if min(left.values()) >= FEW:
        return ""
    each = (
        ", ".join(f"{arm} {count:.2g}" for arm, count in left.items()) if len(left) > 1 else f"{left.popitem()[1]:.2g}"
    )
    whose = " of an arm" if len(study.arms) > 1 else ""
    return (
        f"Fewer than {FEW:g} persons{whose} are expected at the last visit ({each}): the formula is of large samples, "
        f"so simulate this study, with method='simulation'."
    )


def before_rounding(plan: Plan) -> str:
    """Persons of each arm before they were rounded."""
    if len(plan.arms) == 1:
        return f"{plan.persons:,.2f} before rounding"
    if not isinstance(plan.per_arm, Mapping):
        return f"{plan.per_arm:,.2f} per arm before rounding"
    return f"{', '.join(f'{arm} {count:,.2f}' for arm, count in plan.arms.items())} before rounding"
