"""A fitted model in words that every program has: variables, factors, products, random blocks, residuals."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import combinations
from numbers import Real
from typing import Any

import pandas as pd

from growthcurves.contracts.independent import Independent
from growthcurves.data.saved_panel import SavedPanel
from growthcurves.errors import NotAvailableError, brief
from growthcurves.fitted import FittedModel
from growthcurves.model.columns import Columns
from growthcurves.model.covariance import residual_of
from growthcurves.model.recipe import used_columns
from growthcurves.model.shapes import Constant, LogTime, Occasions, Piecewise, Polynomial


@dataclass(frozen=True)
class Variable:
    """A variable that the program computes of time, to be written with the operators of its language.

    Attributes
    ----------
    name : str
    kind : {"power", "log", "piece", "jump"}
    numbers : tuple of float
        Of a power: the origin and the exponent; of a logarithm: origin and offset; of a piece: its ends and what it is
        at the origin; of a jump: where it is, and what it is at the origin.
    """

    name: str
    kind: str
    numbers: tuple[float, ...]


@dataclass(frozen=True)
class Effect:
    """A fixed effect as a product.

    Attributes
    ----------
    term : str
        Our name of it.
    basis : str
        The variable of time that it belongs to; empty for the intercept and time-varying covariates.
    factors : tuple of (column, level or None)
    """

    term: str
    basis: str
    factors: tuple[tuple[str, Any], ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(column for column, _ in self.factors)


@dataclass(frozen=True)
class Upper:
    """What varies between units above persons.

    Attributes
    ----------
    column : str
    within : tuple of str
        The columns of the units that hold them, the innermost first, where labels are used again in these.
    random : tuple of tuple of str
        Blocks of variables, "" for the intercept.
    crossed : bool
        Whether they cross persons.
    """

    column: str
    within: tuple[str, ...]
    random: tuple[tuple[str, ...], ...]
    crossed: bool


@dataclass(frozen=True)
class Spec:
    """A model in words that every program has.

    Attributes
    ----------
    outcome, id : str
    time : str or None
    method : {"reml", "ml"}
    computed : tuple of Variable
        Variables of time that the program makes; none where the column of time itself is meant.
    occasions : tuple of float
        The times of a model with a mean for each; empty for others. Then `basis` is the time of the occasion.
    effects : tuple of Effect
    levels : dict of column to list
        Levels of the factors, the reference first.
    random : tuple of tuple of str
        Blocks of variables, "" for the intercept.
    group : str or None
        The column of groups of persons in each of which these blocks have a covariance matrix of their own.
    residual : residual structure
    wave : str or None
        The column of the planned occasions, where residuals count them; None for the rank of time.
    waves : tuple of str
        What that column says in order, where it holds words.
    above : tuple of Upper
        The units above persons, the innermost first.
    weights : Weights or None
        Of rows, persons and units, where they were sampled by a design.
    """

    outcome: str
    id: str
    time: str | None
    method: str
    computed: tuple[Variable, ...]
    occasions: tuple[float, ...]
    effects: tuple[Effect, ...]
    levels: dict[str, list[Any]]
    random: tuple[tuple[str, ...], ...]
    group: str | None
    residual: Any
    wave: str | None
    waves: tuple[str, ...]
    above: tuple[Upper, ...] = ()
    weights: Any = None

    @property
    def products(self) -> list[tuple[str, tuple[str, ...]]]:
        """The fixed part without levels: (variable of time, columns), each once, in order."""
        return list(dict.fromkeys((effect.basis, effect.columns) for effect in self.effects))

    @property
    def at_occasions(self) -> list[tuple[bool, tuple[str, ...]]]:
        """The fixed part of a model with a mean for each occasion: columns, and whether their effect is by occasion."""
        return list(dict.fromkeys((bool(effect.basis), effect.columns) for effect in self.effects))

    @property
    def blocks(self) -> list[tuple[int | None, tuple[str, ...]]]:
        """The blocks of random effects in the order of the fit: the place of the group in its levels (or None)."""
        groups = [None] if self.group is None else range(len(self.levels[self.group]))
        return [(place, block) for block in self.random for place in groups]

    @property
    def indicators(self) -> list[str]:
        """Names of variables that are 1 for the persons of a group and 0 for others, in the order of its levels."""
        taken, made = {*self.columns, *(one.name for one in self.computed)}, []
        for place in range(1, len(self.levels[self.group]) + 1 if self.group is not None else 1):
            made.append(free_name(f"group{place}", taken))
        return made

    @property
    def columns(self) -> list[str]:
        """Every column of the table that the program reads."""
        used = [self.id, self.time, self.outcome, self.wave, self.group, getattr(self.residual, "by", None)]
        used += [*(one.column for one in self.above), *(() if self.weights is None else self.weights.used)]
        used += [getattr(self.residual, "of", None), *(name for effect in self.effects for name in effect.columns)]
        return list(dict.fromkeys(name for name in used if name))


def refused(what: str, instead: str) -> NotAvailableError:
    """The one sentence for what a program has no words for."""
    return NotAvailableError(f"{what}: {instead}.")


def spec_of(fit: FittedModel) -> Spec:
    """The spec of a fit.

    Raises
    ------
    NotAvailableError
        For what is not written in other languages: an outcome or predictor that the formula computes, other codings of
        factors, random effects of categories, shapes that are made of splines.
    """
    model, recipe = fit.model, fit.recipe
    _refuse_what_formulas_compute(fit)
    basis, computed = _basis(fit)
    levels: dict[str, list[Any]] = {}
    for columns in [*recipe.predictors.values(), recipe.covariates]:
        levels |= {name: list(found) for name, found in columns.levels.items()}
    names = zip(fit.recipe.terms, recipe.term_names, strict=True)
    effects = tuple(Effect(text, basis.get(name.parameter, ""), tuple(name.parts)) for text, name in names)
    times = tuple(getattr(recipe.shape, "times", ())) if isinstance(model.growth_shape, Occasions) else ()
    group, blocks = _groups(fit, levels)
    random = tuple(tuple(_random_name(name, basis, recipe.covariates) for name in block) for block in blocks)
    spec = Spec(
        str(model.outcome), str(fit.panel.id), model.time, fit.method, computed, times, effects, levels, random, group,
        residual_of(model.residual), model.wave, _waves(fit), _above(fit, basis),
    )  # fmt: skip
    _refuse_unusual_codings(spec)
    return spec


def _groups(fit: FittedModel, levels: dict[str, list[Any]]) -> tuple[str | None, tuple[tuple[str, ...], ...]]:
    """The column of groups whose covariances are their own, and the blocks of one group; none for other models.

    They are products of growth parameters with the one column, ``ByGroup`` or ``(0 + arm + arm:week | id)``.
    """
    part, recipe = fit.model.random, fit.recipe
    if not recipe.varying:
        return None, part.blocks
    if fit.model.above:
        raise refused("Random effects of columns that are no growth parameters", "are not written in other languages")
    found = {name: list(of) for columns in recipe.varying for name, of in columns.levels.items()}
    group = next(iter(found), "")
    blocks = tuple(tuple(_without(name, group, fit) for name in block) for block in part.blocks)
    alone = len(recipe.random.blocks) == len(blocks) * len(found.get(group, ()))
    if len(found) != 1 or not alone or any(group not in name.split(":") for name in map(_plain, part.names)):
        raise refused("Random effects of columns that are no growth parameters", "are not written in other languages")
    levels.setdefault(group, found[group])
    return group, blocks


def _above(fit: FittedModel, basis: dict[str, str]) -> tuple[Upper, ...]:
    """The units above persons; labels that are used again in other units are told apart by these."""
    units, found = list(fit.model.above), []
    for place, (unit, part) in enumerate(fit.model.above.items()):
        named = partial(_random_name, basis=basis, covariates=fit.recipe.covariates)
        blocks = tuple(tuple(map(named, block)) for block in part.blocks)
        crossed = bool(fit.bound.crossed)
        again = not crossed and not pd.Series(_labels(fit, place)).is_unique
        found.append(Upper(unit, tuple(units[place + 1 :]) if again else (), blocks, crossed))
    return tuple(found)


def _labels(fit: FittedModel, place: int) -> Any:
    """What the units of a level above persons are called."""
    nesting = fit.sums.nesting
    assert nesting is not None
    return nesting.labels[place]


def _plain(name: str) -> str:
    return name.replace("`", "")


def _without(name: str, group: str, fit: FittedModel) -> str:
    """A random effect without its group: of time itself it is the rate, of nothing the intercept."""
    rest = ":".join(part for part in _plain(name).split(":") if part != group)
    return {"": "intercept", str(fit.model.time): "slope"}.get(rest, rest)


def _waves(fit: FittedModel) -> tuple[str, ...]:
    """The words of the column of planned occasions, in the order that residuals learned."""
    wave, shape = fit.model.wave, fit.model.growth_shape
    learned = getattr(fit.estimates.point.residual, "waves", None)
    of_shape = (shape.waves or ()) if isinstance(shape, Occasions) else ()
    if wave is None or all(isinstance(one, Real) for one in learned or of_shape):
        return ()
    if learned is None:
        raise refused(f"The order of the words in {brief(wave)}", "is not known to programs: make numbers of them")
    return tuple(map(str, learned))


def columns_of(fit: FittedModel) -> set[str]:
    """The columns of the table, so far as they are known where its rows are gone."""
    if not isinstance(fit.panel, SavedPanel):
        return set(fit.panel.frame.columns)
    roles = (fit.panel.id, fit.panel.time, fit.panel.outcome, fit.panel.wave)
    known = () if fit.panel.facts is None else fit.panel.facts.columns
    return {*known, *used_columns(fit.recipe), *(name for name in roles if name is not None)}


def _refuse_what_formulas_compute(fit: FittedModel) -> None:
    """Predictors are columns of the table; anything else a program would have to compute as we do."""
    model, recipe = fit.model, fit.recipe
    if model.computed:
        raise refused(f"The outcome {brief(model.outcome)} is computed by the formula", "make a column of it first")
    if fit.aliased:
        raise refused(f"{brief(fit.aliased[0])} follows from other terms", "leave it out before a program is written")
    known = columns_of(fit)
    for units in (str(fit.panel.id), *model.above):
        parts = units.split(", ")
        if len(parts) > 1 and known.issuperset(parts):
            raise refused(f"{brief(units)} are several columns together", "make one column of the table of them first")
    for name in recipe.term_names:
        for column, _ in name.parts:
            if column not in known:
                raise refused(f"{brief(column)} is computed by the formula", "make a column of the table of it first")


def _refuse_unusual_codings(spec: Spec) -> None:
    """Every product stands beside all its parts, and factors are against their reference: then all programs agree."""
    there = set(spec.products)
    _refuse_effects_at_some_occasions(spec, there)
    for basis, columns in there:
        own = [(basis, part) for k in range(len(columns)) for part in combinations(columns, k)]
        if basis == "" and ("", ()) not in there:
            own.remove(("", ()))
        missing = [part for part in own if part not in there]
        if missing:
            what = ":".join(filter(None, [basis, *columns]))
            raise refused(f"{what} stands without a term that is part of it", "programs code that differently")
    for column, levels in spec.levels.items():
        if any(isinstance(level, bool) for level in levels):
            raise refused(f"{brief(column)} is true or false", "make it text or numbers before a program is written")
        used = {level for effect in spec.effects for name, level in effect.factors if name == column}
        if used and used != set(levels[1:]):
            raise refused(f"{brief(column)} is not coded against its reference", "programs code that differently")


def _refuse_effects_at_some_occasions(spec: Spec, there: set[tuple[str, tuple[str, ...]]]) -> None:
    """In programs a product with the occasion is at all occasions; that of cLDA is not, for arms share a baseline."""
    for by_occasion, columns in spec.at_occasions if spec.occasions else ():
        without = [time for time in spec.occasions if by_occasion and (f"{time:g}", columns) not in there]
        if without:
            what = f"{':'.join(columns)} has no effect at occasion {without[0]:g}, as arms at the baseline of cLDA"
            raise refused(what, "programs give it one at every occasion")


def _basis(fit: FittedModel) -> tuple[dict[str, str], tuple[Variable, ...]]:
    """The variable of time of each growth parameter, and how those that are no column are computed."""
    shape, origin, parameters = fit.model.growth_shape, fit.recipe.shape.origin, fit.model.parameters
    if isinstance(shape, Constant):
        return {"intercept": ""}, ()
    if isinstance(shape, Occasions):
        return {name: f"{time:g}" for name, time in zip(parameters, fit.recipe.shape.only_at or (), strict=True)}, ()
    if isinstance(shape, Polynomial) and origin == 0 and shape.degree == 1:
        return {"intercept": "", "slope": str(fit.model.time)}, ()
    made = list(_computed(shape, origin, fit.recipe.shape))
    taken = columns_of(fit)
    computed = tuple(Variable(free_name(one.name, taken), one.kind, one.numbers) for one in made)
    return {"intercept": "", **dict(zip(parameters[1:], (one.name for one in computed), strict=True))}, computed


def _computed(shape: Any, origin: float, bound: Any) -> Iterator[Variable]:
    if isinstance(shape, Polynomial):
        yield from (Variable(f"time{power}", "power", (origin, power)) for power in range(1, shape.degree + 1))
    elif isinstance(shape, LogTime):
        yield Variable("logtime", "log", (origin, shape.offset))
    elif isinstance(shape, Piecewise) and not shape.columns:
        ends = [-float("inf"), *bound.knots, float("inf")]
        for place, (low, high) in enumerate(zip(ends, ends[1:], strict=False), start=1):
            yield Variable(f"piece{place}", "piece", (low, high, min(max(origin, low), high)))
        if bound.jump:
            for place, knot in enumerate(bound.knots, start=1):
                yield Variable(f"jump{place}", "jump", (knot, float(origin >= knot)))
    else:
        raise refused(f"Growth of the shape {shape.name}", "is not written in other languages yet")


def free_name(name: str, taken: set[Any]) -> str:
    """A name that no column has; programs that do not tell capitals apart are content too."""
    lower = {str(one).lower() for one in taken}
    while name.lower() in lower:
        name += "_"
    return name


def _random_name(name: str, basis: dict[str, str], covariates: Columns) -> str:
    if name in basis:
        return basis[name]
    if name in covariates.used and name not in covariates.levels:
        return name
    raise refused(f"The random effect {brief(name)} is no column of the table", "it is not written in other languages")


def independent(spec: Spec) -> bool:
    """Whether residuals are independent and of one variance."""
    return isinstance(spec.residual, Independent)


def counts_waves(spec: Spec) -> bool:
    """Whether the program needs the place of each planned occasion."""
    counted = not independent(spec) and (spec.residual.counts_waves or spec.residual.name == "het")
    return counted or bool(spec.occasions and spec.wave)


def number_text(value: float) -> str:
    """A number with all its digits."""
    return repr(int(value)) if float(value).is_integer() and abs(value) < 1e15 else repr(float(value))


def expression(variable: Variable, time: str, power: str, log: str) -> str:
    """A computed variable in a language that has max and min, by its signs of a power and of a natural logarithm."""
    numbers = [number_text(value) for value in variable.numbers]
    if variable.kind == "power":
        return f"({time} - ({numbers[0]}))" + ("" if numbers[1] == "1" else f"{power}{numbers[1]}")
    if variable.kind == "log":
        return f"{log}(({time} - ({numbers[0]}) + {numbers[1]}) / {numbers[1]})"
    if variable.kind == "jump":
        return f"({time} >= {numbers[0]}) - {numbers[1]}"
    low, high, start = variable.numbers
    inside = time if low == -float("inf") else f"max({time}, {number_text(low)})"
    inside = inside if high == float("inf") else f"min({inside}, {number_text(high)})"
    return f"{inside} - ({number_text(start)})"
